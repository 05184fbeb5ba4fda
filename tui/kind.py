"""What kind of terminal this is, as far as its name and the person's wish tell: colours, and lines for borders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WITHOUT_COLOURS = re.compile(r"(dumb|unknown|vt\d+.*|.*-(m|mono))?")
"""TERM of those that know no colour (terminfo's names); empty too: nothing is known of it."""
_WITHOUT_LINES = re.compile(r"(dumb|unknown|ansi.*|vt\d+.*)?")
"""And of those whose letters may lack line drawing in UTF-8."""


@dataclass(frozen=True)
class Kind:
    """What may be sent to it."""

    colours: bool = True
    """Whether colours may be sent at all: then they are the terminal's own sixteen."""
    lines: bool = True
    """Whether borders may be drawn with lines; otherwise they are drawn in ASCII."""


ABLE = Kind()
"""Any terminal of today."""


def kind_of(environ: Mapping[str, str]) -> Kind:
    """From TERM, and NO_COLOR (no-color.org: set to anything but nothing)."""
    term = environ.get("TERM", "")
    return Kind(
        colours=not environ.get("NO_COLOR") and not _WITHOUT_COLOURS.fullmatch(term),
        lines=not _WITHOUT_LINES.fullmatch(term),
    )
