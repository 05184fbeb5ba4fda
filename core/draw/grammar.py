"""The words all files of a draw are made of, and a strict reader of their lines (docs/formats.md, "Common grammar")."""

from __future__ import annotations

import re

from core.canonical import lines_of
from core.errors import IntegrityFailure

ID = "[0-9A-HJKMNP-TV-Z]{10}"
CODE = "[A-Z0-9]{1,4}"
CODES = f"{CODE}(?:,{CODE})*"
HASH = "[0-9a-f]{64}"
INT = "(?:0|[1-9][0-9]{0,6})"
POSITIVE = "[1-9][0-9]{0,6}"
DRAW = "[a-z0-9]{1,16}-[0-9]{4}-[1-9][0-9]{0,2}"
DIGITS = "[0-9]{20}"
BEACON_NAME = "[a-z0-9-]{1,16}"
BEACON_ROUND = "[1-9][0-9]{0,11}"
"""A beacon's own counter: drand's passed seven digits years ago, so it is not one of our integers."""
BEACON_VALUE = "[0-9a-f]{64,128}"
NOTE = "[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufeff]{1,200}"

ID_RE = re.compile(ID)
CODE_RE = re.compile(CODE)
HASH_RE = re.compile(HASH)
DRAW_RE = re.compile(DRAW)

REPAIR = "公開元または相手方から、もとのファイルを取り直してください"


def broken(what: str, name: str, line: int | None = None) -> IntegrityFailure:
    """The error for a file whose bytes are not what the format allows; `line` counts from 1."""
    where = name if line is None else f"{name} {line}行目"
    return IntegrityFailure(what, where=where, next_step=REPAIR)


class Reader:
    """Reads `key=value` lines in the one order the format gives. Every refusal names file and line."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._lines = lines_of(data, name=name)
        self._at = 0

    def fail(self, what: str) -> IntegrityFailure:
        """The error for the line read last."""
        return broken(what, self.name, max(self._at, 1))

    def _take(self) -> str:
        if self._at >= len(self._lines):
            raise broken("行が足りません", self.name, self._at + 1)
        self._at += 1
        return self._lines[self._at - 1]

    def title(self, words: str) -> None:
        """The first line, word for word."""
        if self._take() != words:
            raise self.fail(f"「{words}」の行がありません")

    def match(self, pattern: str) -> re.Match[str]:
        """The next line, which must match `pattern` as a whole."""
        found = re.fullmatch(pattern, self._take())
        if found is None:
            raise self.fail("行の形式が正しくありません")
        return found

    def key(self, key: str, pattern: str) -> str:
        """The value of the next line, `key=value`, the value matching `pattern` as a whole."""
        line = self._take()
        if not line.startswith(key + "="):
            raise self.fail(f"「{key}=」の行がありません")
        value = line[len(key) + 1 :]
        if re.fullmatch(pattern, value) is None:
            raise self.fail(f"「{key}=」の値の形式が正しくありません")
        return value

    def many(self, key: str, pattern: str) -> tuple[str, ...]:
        """The values of all following lines with that key; perhaps none."""
        values = []
        while self._at < len(self._lines) and self._lines[self._at].startswith(key + "="):
            values.append(self.key(key, pattern))
        return tuple(values)

    def maybe(self, key: str, pattern: str) -> str | None:
        """The value of the next line if it has that key."""
        if self._at < len(self._lines) and self._lines[self._at].startswith(key + "="):
            return self.key(key, pattern)
        return None

    def end(self) -> None:
        """Nothing may follow: an unknown key is refused."""
        if self._at != len(self._lines):
            self._at += 1
            raise self.fail("知らない行があります")
