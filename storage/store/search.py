"""Searching for part of a name or town: by the index where few have it, by reading the list where many do.

What many have is soon found wherever the list is read, and a list of all who have it would cost more than a screenful of it; what
few have would be read for to the end. A look into the index of three letters each (`storage.store.schema_search`) tells which.
"""

from __future__ import annotations

from typing import Any

from storage.store.rows import Connection

FEW = 2_000
"""Up to so many are listed by the index before they are looked at one by one."""
_GRAM = 3
_PARTS = 3
"""So many of the rarest threes are asked for: more cost more than the few they would still leave out."""
_PAIR = 2


def contains(connection: Connection, column: str, wanted: str) -> tuple[str, list[Any]]:
    """A condition that `search_text` has `wanted` in it, and its parameters; `column` holds the 受付番号 the list is read by.

    `wanted` is folded as `storage.store.listing.search_text` folds. The condition means the same whichever way is chosen.
    """
    clause, values = "search_text LIKE ? ESCAPE '\\'", [f"%{_escaped(wanted)}%"]
    asked = _asked(connection, wanted)
    if asked is None:
        return clause, values
    few = "SELECT rowid FROM application_search WHERE application_search MATCH ?"
    return f"{column} IN ({few}) AND {clause}", [asked, *values]


def _asked(connection: Connection, wanted: str) -> str | None:
    """What to ask the index for; None where too many have it, or where it is too short to be in it."""
    if len(wanted) < _PAIR:
        return None
    if len(wanted) == _PAIR:
        return _any_that_begins(connection, wanted) if wanted.lower() == wanted.upper() else None
    grams = dict.fromkeys(wanted[start : start + _GRAM] for start in range(len(wanted) - _GRAM + 1))
    counted = sorted((_count(connection, gram), gram) for gram in grams)
    if counted[0][0] > FEW:
        return None
    return " AND ".join(_quoted(gram) for _, gram in counted[:_PARTS])


def _any_that_begins(connection: Connection, pair: str) -> str | None:
    """Two letters are in the index as the beginning of every three that begins so."""
    rows = connection.execute(
        "SELECT term, doc FROM application_gram WHERE term >= ? AND term < ?", (pair, pair + chr(0x10FFFF))
    ).fetchall()
    if sum(count for _, count in rows) > FEW:
        return None
    return " OR ".join(_quoted(term) for term, _ in rows) or _quoted(pair + "\n")  # nobody has it


def _count(connection: Connection, gram: str) -> int:
    """How many have these three letters, counted to just beyond `FEW`."""
    (count,) = connection.execute(
        "SELECT count(*) FROM (SELECT rowid FROM application_search WHERE application_search MATCH ? LIMIT ?)",
        (_quoted(gram), FEW + 1),
    ).fetchone()
    return int(count)


def _quoted(gram: str) -> str:
    """As a string of FTS5's language (https://sqlite.org/fts5.html#fts5_strings)."""
    return '"' + gram.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
