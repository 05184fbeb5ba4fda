"""Every paper is set in the one way: in the fonts whose characters were looked at, and typst lets go of people afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

import storage.papers

HERE = Path(storage.papers.__file__).parent


@pytest.mark.parametrize("template", sorted(path.name for path in HERE.glob("*.typ")))
def test_a_paper_is_set_in_the_fonts_whose_characters_are_looked_at(template: str) -> None:
    """In others a character that was found would be left out of the page without a word."""
    text = (HERE / template).read_text(encoding="utf-8")
    assert text.count("font: ") == text.count("font: json(bytes(sys.inputs.fonts))") == 1
    assert "fallback: false" in text


def test_nothing_is_set_past_what_makes_typst_forget() -> None:
    """What it has worked out stays in memory, names and addresses with it (`typesetting._forget`)."""
    users = {path.name for path in HERE.glob("*.py") if "import typst" in path.read_text(encoding="utf-8")}
    assert users == {"typesetting.py"}
