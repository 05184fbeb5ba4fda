"""Where in a TOML text a key stands: `tomllib` tells of values but not of lines, and people need the line."""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]
"""Keys from the root, with the place in an array of tables: ("outing", 1, "capacity") is the second outing's."""

_HEADER = re.compile(r"(\[\[?)([^\]]+)\]\]?\s*(?:#.*)?")
"""Of a line without spaces around it. No two parts of it take the same letters: the text may be a partner's gone bad."""
_KEY = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


class LineIndex:
    """The lines, from 1, of the tables and keys of a text that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        arrays: Counter[str] = Counter()
        table: Path = ()
        closing = ""  # what ends the multi-line string we are in
        depth = 0  # of the array or inline table we are in
        for number, line in enumerate(text.split("\n"), start=1):
            if closing:
                _, found, line = line.partition(closing)
                if not found:
                    continue
                closing, rest = "", line
            elif depth == 0 and (header := _HEADER.fullmatch(line.strip())):
                name = header[2].strip().strip("\"'")
                table = _parts(header[2])
                if header[1] == "[[":
                    table = (*table, arrays[name])
                    arrays[name] += 1
                self._lines.setdefault(table[:1], number)
                self._lines.setdefault(table, number)
                continue
            elif depth == 0 and (key := _KEY.match(line)):
                self._lines.setdefault((*table, *_parts(key[1])), number)
                rest = line[key.end() :]
            else:
                rest = line
            closing, rest = _open_string(rest)
            bare = _STRING.sub("", rest).split("#")[0]
            depth += sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))

    def line_of(self, path: Path) -> int | None:
        """The line of `path`, or of what it stands in; None for what is nowhere in the text."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None


def _parts(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _open_string(rest: str) -> tuple[str, str]:
    """(the mark that will end the multi-line string this line leaves open, or "", what stands before it)."""
    for mark in ('"""', "'''"):
        before, found, after = rest.partition(mark)
        if found:
            _, closed, tail = after.partition(mark)
            return ("", before + tail) if closed else (mark, before)
    return "", rest
