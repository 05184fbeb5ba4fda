# `make` alone lists what there is. Everything runs from .venv, which `make setup` makes from the lock.
BIN  := .venv/bin
DEMO ?= demo/
unexport PYTHONDONTWRITEBYTECODE  # what was compiled for one run need not be for the next

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types tests faults bench format docs lock release clean distclean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 11

setup:  ## make .venv from requirements/dev.lock with any Python from 3.11 on (PYTHON=… chooses one)
	@tools/setup.sh

demo: setup  ## play a whole year in demo/ (DEMO=… for another folder)
	$(BIN)/ikiiki demo $(DEMO)

test: lint  ## lint; then every test, and types and import arrows beside them
	@$(MAKE) --no-print-directory -j2 types tests

check: lint types  ## the part of `make test` that runs nothing

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

tests: setup
	$(BIN)/pytest -n auto --dist worksteal

faults: setup  ## the long run: kill the program at random moments, fail every request of a sync, draw a million
	$(BIN)/pytest -m faults

bench: setup  ## every benchmark against its floor, in the same run
	$(BIN)/python -m bench

format: setup  ## let ruff lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup  ## write docs/commands.md from the program itself
	$(BIN)/python -m tools.commands

lock:  ## resolve requirements/*.lock again (tools/lock.sh --upgrade for newer versions)
	tools/lock.sh

release: setup  ## the signed package for machines without a network, in dist/ (KEY=… signs it)
	$(BIN)/python -m tools.release dist --key "$(KEY)"

clean:  ## remove what tests and builds leave
	rm -rf build dist .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache snapshot_report.html
	find . -path ./.venv -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

distclean: clean  ## also remove .venv and the demo
	rm -rf .venv demo
