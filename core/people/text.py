"""Text as it may be stored: NFC, one kind of width, nothing that steers a terminal.

Every other reader of this package starts here. Folding is done character by character instead of by NFKC,
which would tear か゛ apart, turn ① into 1 and ㈱ into (株).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

Value = str | int | float | dt.datetime | dt.date | None
"""What a cell of a table, or a keyed field, can hold."""

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")  # they shape the glyphs beside them and are kept
_VOICING = {0x309B: "\u3099", 0x309C: "\u309a"}
_SPACING = {0x3099: "\u309b", 0x309A: "\u309c"}
_WIDTH: dict[int, str] = {
    0x3000: " ",
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF61, 0xFFA0)},
    **_VOICING,
}

_FOLDED = re.compile("[\u3000\u3099-\u309c\uff01-\uff9f]")
"""What `fold_width` changes, and the marks that it joins to the letter before them."""
_SOMETHING = re.compile("[0-9@ァ-ザズ-ドニ-ヺ]")
"""Letters of which none is in a word of `_NOTHING` (ナシ is), however they are folded."""

DASHES = "-‐‑‒–—―⁃−─━﹣－ーｰ"
"""Everything that is typed for a hyphen, the long vowel mark among them."""

_DASH_BETWEEN = re.compile(rf"(?<=[0-9A-Za-z]) *[{re.escape(DASHES)}]+ *(?=[0-9A-Za-z])")
_NOTHING = frozenset(
    {"", "なし", "無し", "無", "ナシ", "特になし", "希望なし", "N/A", "NA", "NULL", "NONE", "未記入"}
)


@dataclass(frozen=True)
class Clean:
    """Text without control characters, its lines parted by LF, and whether some had to be taken out."""

    text: str
    stripped: bool


def clean(text: str) -> Clean:
    """`text` in NFC without control, bidi and invisible characters.

    Line ends become LF and tabs spaces: people type those. Every other Cc (C0, C1, ESC among them), bidi
    control, lone surrogate and noncharacter is taken out and reported; other invisible format characters
    (zero-width space, BOM, soft hyphen) come with pasted text and go silently. Zero-width joiners and
    variation selectors stay.
    """
    if text.isprintable():  # nearly every cell: nothing in it but letters, marks, signs and plain spaces
        return Clean(unicodedata.normalize("NFC", text), stripped=False)
    kept: list[str] = []
    stripped = False
    for char in _LINE_ENDS.sub("\n", text).replace("\t", " "):
        category = unicodedata.category(char)
        if char == "\n" or char in _JOINERS:
            kept.append(char)
        elif category in {"Cc", "Cs"} or char in _BIDI or _is_noncharacter(ord(char)):
            stripped = True
        elif category != "Cf":
            kept.append(char)
    return Clean(unicodedata.normalize("NFC", "".join(kept)), stripped)


def cleaned(text: str) -> str:
    """The text of `clean`, for whoever does not ask what was taken out."""
    if text.isprintable():
        return unicodedata.normalize("NFC", text)
    return clean(text).text


def _is_noncharacter(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def fold_width(text: str) -> str:
    """ASCII half-width, kana full-width, か゛ and ｶﾞ in one character, NFC. 長音 stays 長音."""
    if not _FOLDED.search(text):  # nearly every cell
        return unicodedata.normalize("NFC", text)
    folded = unicodedata.normalize("NFC", text.translate(_WIDTH))
    return unicodedata.normalize("NFC", folded.translate(_SPACING))  # a mark nothing could take stands alone


def one_line(text: str) -> str:
    """`text` with every run of white space, line ends included, as one space, and none at the ends."""
    return " ".join(text.split())


def join_dashes(text: str) -> str:
    """Any dash between two ASCII letters or digits as '-': １ー２−３ is 1-2-3, but タワー1 keeps its 長音."""
    return _DASH_BETWEEN.sub("-", text)


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing: empty, a dash, なし, N/A."""
    if not text:
        return True
    if _SOMETHING.search(text):
        return False
    folded = one_line(fold_width(text)).strip("()「」。.").strip()
    return folded.upper() in _NOTHING or not folded.strip(DASHES)


def as_text(value: Value) -> str:
    """What a cell shows: 333972325.0 as 333972325, a date as ISO 8601, None as nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
