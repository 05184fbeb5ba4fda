"""Names in kana: read in any width or in hiragana, stored as full-width katakana, compared folded."""

from __future__ import annotations

import re
import unicodedata

from core.people.text import DASHES, cleaned, fold_width, one_line

LONGEST_NAME = 60
"""Characters; a longer "name" is a remark."""

_TO_KATAKANA = {code: chr(code + 0x60) for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_HIRAGANA = re.compile("[\u3041-\u3096\u309d\u309e]")
_LETTER = "\u30a1-\u30fa\u31f0-\u31ff"
_NAME = re.compile(rf"[{_LETTER}][{_LETTER}ー・ヽヾ]*(?: [{_LETTER}][{_LETTER}ー・ヽヾ]*)*")
_DASH_IN_WORD = re.compile(rf"(?<=[{_LETTER}ー])[{re.escape(DASHES)}]")
_ALIKE = str.maketrans(
    "ァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿヂヅヰヱヲ",
    "アイウエオツヤユヨワカケクシストヌハヒフヘホムラリルレロジズイエオ",
    " ・ー",
)
_AGAIN = re.compile(rf"([{_LETTER}])([ヽヾ]+)")
"""A letter and the marks that stand for it once more: ヽ without a voice, ヾ with one."""


def to_katakana(text: str) -> str:
    """`text` in full-width katakana, one space between words; what is not kana stays as it is.

    A dash straight after a katakana letter is the long vowel typed on the wrong key (ヴォ-ン) and becomes ー.
    """
    if _NAME.fullmatch(text):  # as it would be stored already
        return text
    line = one_line(fold_width(cleaned(text)))
    if _HIRAGANA.search(line):
        line = line.translate(_TO_KATAKANA)
    return fold_width(_DASH_IN_WORD.sub("ー", line))  # う゛ composes to ヴ only once it is katakana


def read_kana(text: str) -> str | None:
    """The name as it is stored, or None when it is empty or holds anything but kana."""
    name = to_katakana(text)
    return name if len(name) <= LONGEST_NAME and _NAME.fullmatch(name) else None


def fold_kana(kana: str) -> str:
    """What two spellings of one name have in common: ヂユウモンジ and ジュウモンジ, ヴォーン and ボーン's spaces.

    Spaces, middle dots and 長音 are ignored, small letters count as large ones, letters of one sound
    (ヂ ジ, ヅ ズ, ヲ オ) as the same, and サヽキ is ササキ. It only ever proposes a duplicate; a person decides.
    """
    line = to_katakana(kana)
    if "ヽ" in line or "ヾ" in line:
        line = _AGAIN.sub(_spelt_out, line)
    return line.translate(_ALIKE)


def _spelt_out(found: re.Match[str]) -> str:
    plain = unicodedata.normalize("NFD", found[1])[0]
    voiced = unicodedata.normalize(
        "NFC", plain + "\u3099"
    )  # where there is none, two characters: the letter is enough
    return found[1] + "".join(plain if mark == "ヽ" else voiced[0] for mark in found[2])
