"""docs/attacks.md and the tests it names are about the same attacks."""

import ast
import re
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "attacks.md").read_text("utf-8")


@pytest.fixture(scope="module")
def files(page: str, repository: Path) -> dict[str, Path]:
    """Short name → file, as the page says."""
    return {
        short: repository / path
        for short, path in re.findall(r"^\| (\w+) \| `(tests/\S+\.py)` \|$", page, re.M)
    }


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def named(page: str) -> set[tuple[str, str]]:
    return set(re.findall(r"`(\w+)::(test_\w+)`", page))


def test_every_test_the_page_names_is_there(page: str, files: dict[str, Path]) -> None:
    there = {(short, test) for short, path in files.items() for test in names_in(path)}
    assert named(page) - there == set()


def test_every_attack_that_is_tested_stands_on_the_page(
    page: str, files: dict[str, Path], repository: Path
) -> None:
    attacks = {path for path in (repository / "tests").rglob("test_attacks_on_*.py")}
    assert attacks <= set(files.values())
    tested = {(short, test) for short, path in files.items() if path in attacks for test in names_in(path)}
    assert len(tested) > 60
    assert tested - named(page) == set()


def test_every_row_names_its_test(page: str) -> None:
    rows = [line for line in page.splitlines() if line.startswith("| ") and line.count(" | ") == 4]
    attacks = [row for row in rows if not row.startswith("| attack |")]
    assert len(attacks) > 50
    assert [row for row in attacks if "::test_" not in row.rsplit(" | ", 1)[1]] == []


def test_what_is_said_not_to_be_stopped_is_what_the_tests_expect_to_fail(
    page: str, files: dict[str, Path]
) -> None:
    """A hole that is mended is taken off the page; one that is known is on it."""
    expected = set()
    for short, path in files.items():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(
                "xfail" in ast.unparse(mark) for mark in node.decorator_list
            ):
                expected.add((short, node.name))
    rows = [line for line in page.splitlines() if line.startswith("| ") and "**not stopped yet**" in line]
    assert {one for row in rows for one in named(row)} == expected
