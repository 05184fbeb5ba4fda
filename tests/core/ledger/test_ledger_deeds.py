"""Every word that is written to the 操作ログ anywhere stands in the one table of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger.deeds import DEEDS, KIND_WORDS, Kind, deed_words

ROOT = Path(__file__).resolve().parents[3]
BUILT = {
    "draw_": {"seal", "freeze", "open", "dice", "draw", "abandon"},
    "handover_": {"carry", "give", "take", "signed_for", "return"},
}
"""Words that are put together where they are written, by how they begin: what may follow."""


def logged() -> Iterator[tuple[Path, ast.expr]]:
    """The word of every call of `Desk.log` and of the table's own `append`."""
    for folder in ("core", "storage", "cli", "tui"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text("utf-8")
            if "desk.log(" not in text and "access.append(" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                of = ast.unparse(node.func)
                if of.endswith("desk.log") and len(node.args) >= 2:
                    yield path, node.args[1]
                elif of.endswith("access.append"):
                    yield path, node.args[2]


def words_in(path: Path, word: ast.expr) -> Iterator[str]:
    if isinstance(word, ast.Constant):
        yield word.value
    elif isinstance(word, ast.IfExp):
        yield from words_in(path, word.body)
        yield from words_in(path, word.orelse)
    elif isinstance(word, ast.JoinedStr):
        begins = word.values[0]
        assert isinstance(begins, ast.Constant), ast.unparse(word)
        yield from (begins.value + rest for rest in BUILT[begins.value])
    elif path.name == "review.py":  # `act`, one of two
        yield from ("confirm", "return")
    else:
        assert path.name in ("desk.py", "survivor.py"), f"{path}: {ast.unparse(word)}"  # handed on as it is


def test_every_word_that_is_logged_is_in_the_table_and_no_other() -> None:
    written = {word for path, expr in logged() for word in words_in(path, expr)}
    assert written == set(DEEDS)


def test_the_steps_of_the_draw_and_of_a_handover_are_those_there_are() -> None:
    lottery = ast.parse((ROOT / "core/office/lottery.py").read_text("utf-8"))
    sent = {
        word
        for node in ast.walk(lottery)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._send"
        for word in words_in(Path("lottery.py"), node.args[2])
    }
    assert sent == BUILT["draw_"]
    custody = ast.parse((ROOT / "core/office/custody.py").read_text("utf-8"))
    told = {
        name.lower()
        for node in ast.walk(custody)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "self._tell"
        for name in ast.unparse(node.args[2]).replace("Act.", "").split()
        if name.isupper()
    }
    assert told == BUILT["handover_"]


@pytest.mark.parametrize("act", sorted(DEEDS))
def test_every_word_is_told_in_japanese_and_fits_its_column(act: str) -> None:
    assert DEEDS[act].words and not DEEDS[act].words.isascii() and len(DEEDS[act].words) <= 10
    assert deed_words(act) == DEEDS[act].words


def test_a_word_that_is_not_there_is_shown_as_it_is() -> None:
    assert deed_words("exfiltrate") == "不明（exfiltrate）"
    assert set(KIND_WORDS) == set(Kind)
