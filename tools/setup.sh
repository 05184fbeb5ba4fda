#!/bin/sh
# Makes .venv from requirements/dev.lock: the first suitable Python it finds, wheels only, every archive checked against
# its hash. Running it again costs a moment: .venv/.made-from says what the environment was made from, and only what
# differs is done again.
#   PYTHON=/path/to/python3.13 tools/setup.sh   chooses another interpreter
set -eu
cd "$(dirname "$0")/.."
made_from=.venv/.made-from

say() { echo "setup: $*" >&2; }
fail() { say "$@"; exit 1; }

# A pyenv shim or a broken link answers to its name and does not run: try each, by running it.
suitable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        suitable "$PYTHON" || fail "PYTHON=$PYTHON does not run, or is older than Python 3.11"
        echo "$PYTHON"
        return
    fi
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if suitable "$name"; then
            echo "$name"
            return
        fi
    done
    fail "no Python 3.11 or newer on PATH. On Debian or Ubuntu: apt-get install python3 python3-venv"
}

# What an environment depends on; any difference means making it anew. The path counts because its scripts hold it.
fingerprint() {
    "$1" - <<'PY'
import hashlib, os, pathlib, sys
interpreter = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
print("python", ".".join(map(str, sys.version_info[:3])), interpreter)
print("here", os.getcwd())
print("lock", hashlib.sha256(pathlib.Path("requirements/dev.lock").read_bytes()).hexdigest())
PY
}

# What only the editable install of this project depends on.
project() {
    "$1" -c 'import hashlib, pathlib; print("project", hashlib.sha256(pathlib.Path("pyproject.toml").read_bytes()).hexdigest())'
}

# pip's settings on this machine may name mirrors, and should; they may not choose versions: the lock does. Twice quiet,
# because every mirror that lacks a package is worth a warning to pip; its errors still show.
install() {
    PIP_CONSTRAINT=/dev/null PIP_USER=0 .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input "$@" ||
        fail "pip could not install from requirements/dev.lock (its words are above). Nothing outside .venv was changed." \
            "Usual causes: no way to the package index from here, or no ready-made wheel for this version ($(.venv/bin/python -V 2>&1))."
}

is_current() {
    [ -f "$made_from" ] || return 1
    suitable .venv/bin/python || return 1
    base=${PYTHON:-.venv/bin/python}
    suitable "$base" || return 1
    [ "$(fingerprint "$base")" = "$(sed '/^project /d' "$made_from")" ]
}

if ! is_current; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        fail "$python cannot make virtual environments: its venv or ensurepip module is missing." \
            "On Debian or Ubuntu: apt-get install python3-venv (or python3.NN-venv for another version)"
    say "making .venv with $("$python" -V 2>&1) and the packages of requirements/dev.lock; this takes a minute or two"
    rm -rf .venv
    "$python" -m venv .venv
    install --require-hashes --only-binary :all: -r requirements/dev.lock
    fingerprint .venv/bin/python >"$made_from"
fi

if [ "$(project .venv/bin/python)" != "$(grep '^project ' "$made_from" || true)" ]; then
    install --no-deps --no-build-isolation --editable .
    { fingerprint .venv/bin/python; project .venv/bin/python; } >"$made_from.new"
    mv "$made_from.new" "$made_from"
    say "done: .venv holds ikiiki and everything it needs"
fi
