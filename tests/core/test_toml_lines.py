"""Where a key stands in a programme's text, whoever wrote it."""

from __future__ import annotations

import tomllib

import pytest

from core.toml_lines import LineIndex


def test_tables_and_keys_are_found_by_their_lines() -> None:
    text = (
        'year = 2026\n\n[ draw ]  # by lot\nrounds = 2\n[[outing]]\ncode = "A"\n[[ outing ]]\n\n code = "B"\n'
    )
    assert tomllib.loads(text)["outing"][1]["code"] == "B"
    index = LineIndex(text)
    assert [index.line_of(path) for path in (("year",), ("draw",), ("draw", "rounds"))] == [1, 3, 4]
    assert [index.line_of(("outing", number, "code")) for number in (0, 1)] == [6, 9]


@pytest.mark.parametrize("spaces", [" " * 50_000, "\t" * 50_000])
def test_a_line_made_to_be_slow_is_not(spaces: str) -> None:
    """It ends: with two ways to read each space it would not within a day."""
    for text in (f'[{spaces}"]x"]', f"[a{spaces}]{spaces}#", f"[a{spaces}]{spaces}x"):
        LineIndex(text)
