"""Searching for part of a name or town: by the index where few have it, by reading the list where many do.

What many have is soon found wherever the list is read, and a list of all who have it would cost more than a screenful of it; what
few have would be read for to the end. A look into the index of three letters each (`storage.store.schema_search`) tells which.
How many have it is counted by the index alone: it knows the order of the letters.
"""

from __future__ import annotations

from typing import Any

from storage.store.rows import Connection

FEW = 2_000
"""Up to so many are listed by the index before they are looked at one by one."""
INSERT = "INSERT INTO application_search (rowid, search_text) VALUES (?, ? || char(10))"
"""A new application's 受付番号 and `search_text`, into the index."""
_PAIR = 2
_HAVE = "SELECT rowid FROM application_search WHERE application_search MATCH ?"


def contains(connection: Connection, column: str, wanted: str) -> tuple[str, list[Any]]:
    """A condition that `search_text` has `wanted` in it, and its parameters, for reading some of them in the order of a list;
    `column` holds the 受付番号 the list is read by.

    `wanted` is folded as `storage.store.listing.search_text` folds. The condition means the same whichever way is chosen.
    """
    asked = _asked(connection, wanted)
    if asked is None or how_many(connection, asked, FEW + 1) > FEW:
        return _reading(wanted)
    return _listed(column, wanted, asked)


def contains_at_all(connection: Connection, column: str, wanted: str) -> tuple[str, list[Any]]:
    """As `contains`, for counting them all."""
    asked = _asked(connection, wanted)
    return _reading(wanted) if asked is None else _listed(column, wanted, asked)


def to_count(connection: Connection, wanted: str) -> str | None:
    """What `how_many` takes to count all that have `wanted`; None where the index alone cannot tell."""
    return _asked(connection, wanted) if _has_no_case(wanted) else None


def how_many(connection: Connection, asked: str, most: int = -1) -> int:
    """How many the index names, counted up to `most`."""
    (count,) = connection.execute(f"SELECT count(*) FROM ({_HAVE} LIMIT ?)", (asked, most)).fetchone()  # noqa: S608 - values are bound
    return int(count)


def _reading(wanted: str) -> tuple[str, list[Any]]:
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return "search_text LIKE ? ESCAPE '\\'", [f"%{escaped}%"]


def _listed(column: str, wanted: str, asked: str) -> tuple[str, list[Any]]:
    if _has_no_case(wanted):
        return f"{column} IN ({_HAVE})", [asked]
    clause, values = _reading(wanted)
    return f"{column} IN ({_HAVE}) AND {clause}", [asked, *values]


def _has_no_case(text: str) -> bool:
    """The index takes large and small letters of every script for the same, reading those of ASCII alone."""
    return text.lower() == text.upper()


def _asked(connection: Connection, wanted: str) -> str | None:
    """What to ask the index for; None for what is too short to be in it."""
    if len(wanted) > _PAIR:
        return _quoted(wanted)
    if len(wanted) < _PAIR or not _has_no_case(wanted):
        return None
    terms = connection.execute(
        "SELECT term FROM application_gram WHERE term >= ? AND term < ?", (wanted, wanted + chr(0x10FFFF))
    )
    return " OR ".join(_quoted(term) for (term,) in terms) or _quoted(wanted + "\n")  # nobody has it


def _quoted(text: str) -> str:
    """As a string of FTS5's language (https://sqlite.org/fts5.html#fts5_strings)."""
    return '"' + text.replace('"', '""') + '"'
