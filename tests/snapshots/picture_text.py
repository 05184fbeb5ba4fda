"""A picture written down as text: the words in their columns, then every run that is not in the plain style. Both sizes of
some hundred windows are kept like this: it is a quarter of their SVG, and a change can be read in a diff."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from rich.cells import cell_len

from tests.snapshots.pictures import CELL, words_in

PLAIN = "fill: #c5c8c6"
STYLES = "=== styles: line:column+cells"
_LINE = 24.4
_CSS = re.compile(r"\.[\w-]+-(r\d+) \{ ([^}]*) \}")
_TEXT = re.compile(r'<text class="[\w-]+-(r\d+)" x="([^"]*)" y="([^"]*)" textLength="([^"]*)">')
_RECT = re.compile(r'<rect fill="([^"]*)" x="([^"]*)" y="([^"]*)" width="([^"]*)"[^>]*shape-rendering')


@lru_cache(maxsize=256)  # as `legible`
def text_of(svg: str) -> str:
    """All of a legible picture. Two pictures that differ in a letter, a place or a style have different texts."""
    styles = dict(_CSS.findall(svg))
    runs: dict[str, list[str]] = defaultdict(list)
    for name, x, y, length in _TEXT.findall(svg):
        if styles[name] != PLAIN:
            runs[styles[name]].append(_place(x, float(y) - 20, length))
    for fill, x, y, length in _RECT.findall(svg):
        runs[f"on {fill}"].append(_place(x, float(y), length))
    told = [f"{style.rstrip('; ')}: {' '.join(places)}" for style, places in sorted(runs.items())]
    words = "\n".join(line.rstrip() for line in words_in(svg).split("\n"))
    return "\n".join([words, STYLES, *told, ""])


def _place(x: str, y: float, length: str) -> str:
    return f"{round(y / _LINE)}:{round(float(x) / CELL)}+{round(float(length) / CELL)}"


def words_of(text: str) -> str:
    """The words alone."""
    return text.split(STYLES)[0]


def widest(text: str) -> int:
    """Cells of the longest line."""
    return max((cell_len(line) for line in words_of(text).split("\n")), default=0)
