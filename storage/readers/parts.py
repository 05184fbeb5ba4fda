"""How large a tree a part of a workbook would make in memory, found by going through it once and making none.

Two hundred kilobytes of a packed part can be fifty million elements. What openpyxl makes of a part stands in memory until it is done with it, but
for what is within a row or a shared text: that goes when the row or text ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

MOST_STANDING = 100_000
"""Elements at one moment: of a row (a sheet has 16,384 columns), and of all that is in neither row nor shared text."""
MOST_ENDED = 1_048_576
"""Rows a sheet can have, and as many shared texts; of each an empty element stays."""
LONGEST_ELEMENT = 1 << 20
"""Bytes from one "<" to the next: an element with its attributes, or a text."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ENDING = frozenset({f"{_MAIN} row", f"{_MAIN} si"})
_TOO_LONG = re.compile(rb"<[^<]{%d}" % LONGEST_ELEMENT)
_BLOCK = 1 << 20


def fits(content: bytes | bytearray, look: Callable[[], None]) -> bool:
    """Whether the part stays within the bounds above. One that breaks off counts as far as it goes: whoever reads it refuses it there.

    `look` is called now and then, and may raise to stop.
    """
    return _TOO_LONG.search(content) is None and _Tree().stays_small(memoryview(content), look)


class _TooMuch(Exception):
    """Expected: it ends the going through."""


class _Tree:
    """What would stand in memory, as the elements begin and end."""

    def __init__(self) -> None:
        self._standing = self._ended = 0
        self._before: list[int] = []
        """Of each row or text that has not ended: what stood when it began."""

    def stays_small(self, content: memoryview, look: Callable[[], None]) -> bool:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        try:
            for place in range(0, len(content), _BLOCK):
                look()
                parser.Parse(content[place : place + _BLOCK], False)
        except expat.ExpatError:
            return True
        except _TooMuch:
            return False
        return True

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name in _ENDING:
            self._before.append(self._standing)
        self._standing += 1
        if self._standing > MOST_STANDING:
            raise _TooMuch

    def _end(self, name: str) -> None:
        if name in _ENDING:
            self._standing = self._before.pop()
            self._ended += 1
            if self._ended > MOST_ENDED:
                raise _TooMuch
