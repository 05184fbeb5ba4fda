"""The fonts papers are set in, and which characters they have.

BIZ UDPGothic (a universal design type, SIL Open Font License 1.1) where the machine has it; it comes with Windows, and with
Debian's fonts-morisawa-bizud-gothic. Else, and for characters it lacks, Noto Sans JP and Noto Serif JP (the same licence) of the
package `pylopdf-fonts-jp`, without a network and whatever is installed. typst leaves a character that no font has out of
the page without a word: ask `missing_from` first.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

INVISIBLE = frozenset(
    [0x200B, 0x200C, 0x200D, 0x2060, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)],
)
"""Joiners and variation selectors: they have no glyph of their own, and the base character still shows."""


BIZ = "BIZ UDPGothic"
BIZ_FILES = ("BIZUDPGothic-Regular.ttf", "BIZ-UDGothicR.ttc")
"""As the font's own releases and Debian name it, and as Windows does."""
_EVERY_PAPER = "あアァ亜一0Aａー－々〒"
"""A file called BIZ UDPGothic that lacks one of these is none we set papers in."""


@dataclass(frozen=True)
class PaperFonts:
    """What papers are set in."""

    families: tuple[str, ...]
    """In the order in which they are asked for a character."""
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    """Where typst looks for the families; the last is the package's own."""

    @property
    def names(self) -> str:
        """The families as JSON, for the templates."""
        return json.dumps(self.families)


def font_folder() -> Path:
    """The folder that holds the fonts of the package."""
    import pylopdf_fonts_jp

    return Path(pylopdf_fonts_jp.sans_path()).parent


@cache
def paper_fonts() -> PaperFonts:
    """The fonts on this machine: looked for once."""
    return fonts_among(_places())


def fonts_among(places: tuple[Path, ...]) -> PaperFonts:
    """The fonts, BIZ UDPGothic among them where one of these folders holds it, itself or one or two folders below."""
    import pylopdf_fonts_jp

    ours = (Path(pylopdf_fonts_jp.sans_path()), Path(pylopdf_fonts_jp.serif_path()))
    families = ("Noto Sans JP", "Noto Serif JP")
    biz = next((file for file in _named(places) if _is_usable(file)), None)
    if biz is None:
        return PaperFonts(families, ours, (font_folder(),))
    return PaperFonts((BIZ, *families), (biz, *ours), (biz.parent, font_folder()))


def _places() -> tuple[Path, ...]:
    """Where this kind of machine keeps its fonts."""
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home))
        return (
            Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
            Path(local) / "Microsoft" / "Windows" / "Fonts",
        )
    if sys.platform == "darwin":
        return (home / "Library" / "Fonts", Path("/Library/Fonts"))
    return (home / ".local" / "share" / "fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


def _named(places: tuple[Path, ...]) -> Iterator[Path]:
    for place in places:
        for below in ("", "*/", "*/*/"):
            for name in BIZ_FILES:
                try:
                    yield from sorted(place.glob(below + name))
                except OSError:
                    continue  # a folder of somebody else's: no font of ours


def _is_usable(file: Path) -> bool:
    """Whether it can be read, is a font, and has what every paper needs; otherwise the package's fonts do."""
    try:
        known = characters_of(file.read_bytes())
    except (OSError, ValueError, struct.error):
        return False
    return all(ord(character) in known for character in _EVERY_PAPER)


def missing_from(text: str) -> list[str]:
    """The characters of `text` that none of the fonts can show, in order, each once."""
    known = _characters()
    return list(dict.fromkeys(c for c in text if ord(c) not in known and ord(c) not in INVISIBLE))


@cache
def _characters() -> frozenset[int]:
    return frozenset().union(*(characters_of(path.read_bytes()) for path in paper_fonts().files))


def characters_of(font: bytes) -> frozenset[int]:
    """The code points an OpenType font maps to a glyph (its `cmap` table, formats 4 and 12).

    https://learn.microsoft.com/typography/opentype/spec/cmap. Of a collection (ttc) its first font is read. Raises
    ValueError when the font has no Unicode map of these formats.
    """
    base = struct.unpack_from(">L", font, 12)[0] if font[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", font, base + 4)[0]
    for index in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sLLL", font, base + 12 + 16 * index)
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
