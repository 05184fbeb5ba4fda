"""Text is folded character by character, so that nothing is torn apart and nothing steers a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people import text
from core.people.text import as_text, clean, fold_width, is_nothing, join_dashes, one_line

ANY = st.text(st.characters(), max_size=40)
"""Lone surrogates included."""


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("か\u309b", "か\u309b"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\u202eb", "ab"),
        ("a\x9bb", "ab"),
        ("a\ud800b", "ab"),
        ("a\ufffeb", "ab"),
    ],
)
def test_what_steers_a_terminal_is_taken_out(given_: str, kept: str) -> None:
    assert clean(given_).text == kept
    assert clean(given_).stripped == (given_ != kept)


@pytest.mark.parametrize(
    "innocent", ["a\tb", "a\r\nb", "a\u200bb", "\ufeffab", "a\u2028b", "葛\U000e0100飾", "か\u3099"]
)
def test_what_people_and_programs_type_innocently_is_no_finding(innocent: str) -> None:
    assert not clean(innocent).stripped


def test_variation_selectors_and_joiners_stay() -> None:
    assert clean("葛\U000e0100\u200d").text == "葛\U000e0100\u200d"


@pytest.mark.parametrize(
    ("given_", "folded"),
    [
        ("か゛", "が"),
        ("ｶﾞｷﾞﾊﾟｳﾞ", "ガギパヴ"),
        ("カﾞ", "ガ"),
        ("ア゛", "ア゛"),
        ("ＡＢ１２－３", "AB12-3"),
        ("①㈱Ⅳ", "①㈱Ⅳ"),
        ("ｰー", "ーー"),
        ("\u3000", " "),
    ],
)
def test_width_is_folded_and_nothing_else(given_: str, folded: str) -> None:
    assert fold_width(given_) == folded


@pytest.mark.parametrize(
    ("given_", "joined"),
    [
        ("1ー2―3−4‐5", "1-2-3-4-5"),
        ("タワー1ー2", "タワー1-2"),
        ("3 - 4", "3-4"),
        ("1丁目ー2", "1丁目ー2"),
    ],
)
def test_a_dash_between_digits_is_one_dash_and_a_long_vowel_stays(given_: str, joined: str) -> None:
    assert join_dashes(given_) == joined


@pytest.mark.parametrize("word", ["", " ", "なし", "（なし）", "ー", "－", "N/A", "ﾅｼ", "null"])
def test_nothing_is_said_in_many_words(word: str) -> None:
    assert is_nothing(word)


@pytest.mark.parametrize("word", ["0", "ナシオ", "A"])
def test_something_is_something(word: str) -> None:
    assert not is_nothing(word)


def test_numbers_show_as_a_spreadsheet_shows_them() -> None:
    assert [as_text(value) for value in (333972325.0, 5, True, None, 1.5)] == [
        "333972325",
        "5",
        "TRUE",
        "",
        "1.5",
    ]


@given(ANY)
def test_cleaning_is_a_fixed_point_in_nfc_without_controls(text: str) -> None:
    once = clean(text)
    assert clean(once.text) == type(once)(once.text, stripped=False)
    assert unicodedata.is_normalized("NFC", once.text)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in once.text if char != "\n")
    once.text.encode()


@given(ANY)
def test_folding_is_a_fixed_point(text: str) -> None:
    cleaned = clean(text).text
    for fold in (fold_width, one_line, join_dashes, lambda t: one_line(join_dashes(one_line(fold_width(t))))):
        assert fold(fold(cleaned)) == fold(cleaned)


@given(ANY)
def test_the_short_ways_through_the_folds_end_where_the_long_ones_do(written: str) -> None:
    """Most cells hold nothing to fold, and are looked at once."""
    for sample in (written, f"ナシ{written}", f"カ{written}\u3099"):
        folded = unicodedata.normalize("NFC", sample.translate(text._WIDTH))
        assert fold_width(sample) == unicodedata.normalize("NFC", folded.translate(text._SPACING))
        assert text.cleaned(sample) == clean(sample).text
        bare = one_line(fold_width(sample)).strip("()「」。.").strip()
        assert is_nothing(sample) == (bare.upper() in text._NOTHING or not bare.strip(text.DASHES))


@pytest.mark.parametrize("word", sorted(text._NOTHING))
def test_every_word_for_nothing_says_nothing(word: str) -> None:
    assert is_nothing(word) and is_nothing(f" （{word.lower()}）")
