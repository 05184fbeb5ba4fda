"""The fonts papers are set in, and which characters they have.

Noto Sans JP and Noto Serif JP (SIL Open Font License 1.1) come with the package `pylopdf-fonts-jp`, so that
a paper looks the same on every machine, without a network and whatever is installed. typst leaves a
character that no font has out of the page without a word: ask `missing_from` first.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

INVISIBLE = frozenset(
    [0x200B, 0x200C, 0x200D, 0x2060, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)],
)
"""Joiners and variation selectors: they have no glyph of their own, and the base character still shows."""


def font_folder() -> Path:
    """The folder that holds the fonts."""
    import pylopdf_fonts_jp

    return Path(pylopdf_fonts_jp.sans_path()).parent


def missing_from(text: str) -> list[str]:
    """The characters of `text` that none of the fonts can show, in order, each once."""
    known = _characters()
    return list(dict.fromkeys(c for c in text if ord(c) not in known and ord(c) not in INVISIBLE))


@cache
def _characters() -> frozenset[int]:
    import pylopdf_fonts_jp

    paths = (pylopdf_fonts_jp.sans_path(), pylopdf_fonts_jp.serif_path())
    return frozenset().union(*(characters_of(Path(path).read_bytes()) for path in paths))


def characters_of(font: bytes) -> frozenset[int]:
    """The code points an OpenType font maps to a glyph (its `cmap` table, formats 4 and 12).

    https://learn.microsoft.com/typography/opentype/spec/cmap. Raises ValueError when the font has no
    Unicode map of these formats.
    """
    tables = struct.unpack_from(">H", font, 4)[0]
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * index)
        if tag == b"cmap":
            break
    else:
        raise ValueError("the font has no cmap table")
    found: set[int] = set()
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * index)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            found |= _subtable(font, start + offset)
    if not found:
        raise ValueError("the font has no Unicode map")
    return frozenset(found)


def _subtable(font: bytes, at: int) -> set[int]:
    form = struct.unpack_from(">H", font, at)[0]
    found: set[int] = set()
    if form == 12:
        for index in range(struct.unpack_from(">L", font, at + 12)[0]):
            first, last, glyph = struct.unpack_from(">LLL", font, at + 16 + 12 * index)
            found.update(range(first if glyph else first + 1, last + 1))
    elif form == 4:
        count = struct.unpack_from(">H", font, at + 6)[0] // 2
        ends = at + 14
        starts, deltas, offsets = ends + 2 * count + 2, ends + 4 * count + 2, ends + 6 * count + 2
        for index in range(count):
            last, first, delta, offset = (
                struct.unpack_from(">H", font, base + 2 * index)[0]
                for base in (ends, starts, deltas, offsets)
            )
            for code in range(first, last + 1):
                if offset:
                    here = offsets + 2 * index + offset + 2 * (code - first)
                    glyph = struct.unpack_from(">H", font, here)[0]
                else:
                    glyph = (code + delta) & 0xFFFF
                if glyph and code != 0xFFFF:
                    found.add(code)
    return found
