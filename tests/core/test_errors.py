"""What errors and commands say reaches a terminal, and steers none."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from cli.saying import columns, say
from core.errors import harmless, showable


def test_nothing_that_steers_a_terminal_or_turns_the_line_is_left_of_any_text() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {
        char for char in harmless(everything) if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    }
    assert left == {"\n", "\u200c", "\u200d"}
    assert "\n" not in harmless(everything, lines=False)


@pytest.mark.parametrize("text", ["山田　花子", "葛\U000e0100飾区", "क्\u200dष", "一\n二", ""])
def test_words_are_left_as_they_are(text: str) -> None:
    assert harmless(text) == showable(text) == text


def test_no_cell_reaches_beyond_its_row() -> None:
    assert columns([("a\nb", "c"), ("山田", "\x1b[2J")]) == "a?b   c\n山田  ?[2J"


def test_a_document_is_the_same_and_steers_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setattr("cli.options.CHOICE.json", True)
    document = {"who": "\x1b[2J\x9b2J\u202e\U000e0001\x7f\n山田"}
    say(document, "")
    written = capsys.readouterr().out
    assert json.loads(written) == document
    assert "山田" in written and harmless(written) == written
