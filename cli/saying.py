"""How a command says what came of it: one JSON document, or text for people, in columns; and what stands beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from cli.options import CHOICE
from core.errors import harmless, steering


def say(document: Mapping[str, Any], text: str | Callable[[], str]) -> None:
    """The result: one JSON document with `--json`, otherwise text for people."""
    if CHOICE.json:
        written = json.dumps(document, ensure_ascii=False, indent=1)
        escaped = {ord(char): json.dumps(char)[1:-1] for char in steering(written)}  # the same document
        sys.stdout.write(written.translate(escaped) + "\n")
    else:
        print(harmless(text() if callable(text) else text))


def note(text: str) -> None:
    """Something for the person at the terminal, beside the result."""
    print(harmless(text), file=sys.stderr)


def columns(rows: list[tuple[str, ...]]) -> str:
    """Rows as columns, aligned by the cells Japanese text takes on a terminal. No cell reaches beyond its row."""
    if not rows:
        return "（なし）"
    rows = [tuple(harmless(cell, lines=False) for cell in row) for row in rows]
    widths = [max(_cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _cells(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
