"""From rows of cells to a table: finding the header, and losing nothing.

A row wider than the header is refused (an unquoted comma has shifted its cells, or the header is short); a
narrower one is filled with empty cells. Blank rows are left out but counted. Rows above the header are titles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.columns import Cell, Table, header_score
from core.errors import UsageError
from core.people.text import as_text, clean, one_line

MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""Characters: what a spreadsheet's cell can hold."""

SEARCHED_ROWS = 20
"""A header stands in one of the first rows or there is none."""

_HEADER_FROM = 3


def find_header(rows: Sequence[Sequence[Cell]], mapping: Mapping[str, str] | None) -> int | None:
    """The index of the row that names three fields or more, the best of the first rows; None without one."""
    scores = [header_score(row, mapping) for row in rows[:SEARCHED_ROWS]]
    best = max(scores, default=0)
    return scores.index(best) if best >= _HEADER_FROM else None


def shape(
    rows: Sequence[Sequence[Cell]],
    *,
    name: str,
    encoding: str,
    sha256: str,
    mapping: Mapping[str, str] | None,
) -> Table:
    """The table in `rows`; without a recognisable header the first row that is not blank stands for it.

    Raises `UsageError`, naming file and row, for an empty file and for what is too much or too wide.
    """
    found = find_header(rows, mapping)
    start = (
        next((index for index, row in enumerate(rows) if not _is_blank(row)), None)
        if found is None
        else found
    )
    if start is None:
        raise UsageError("ファイルが空です", where=name, next_step="申込データのファイルか確かめてください")
    header = unique_headers(_trimmed(rows[start]))
    if len(header) > MOST_COLUMNS:
        raise UsageError(f"列が多すぎます（上限 {MOST_COLUMNS} 列）", where=name)
    kept: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    for number, row in enumerate(rows[start + 1 :], start=1):
        if _is_blank(row):
            continue
        kept.append(_fitted(row, len(header), f"{name} 見出しの下{number}行目"))
        numbers.append(number)
    if len(kept) > MOST_ROWS:
        raise UsageError(f"行が多すぎます（上限 {MOST_ROWS} 行）", where=name)
    return Table(name, encoding, sha256, header, tuple(kept), tuple(numbers))


def unique_headers(cells: Sequence[Cell]) -> tuple[str, ...]:
    """The header's texts, a second 希望 as 「希望 (2)」, so that a mapping file can tell them apart."""
    names: list[str] = []
    for cell in cells:
        text = one_line(clean(as_text(cell)).text)
        name, copy = text, 1
        while name and name in names:
            copy += 1
            name = f"{text} ({copy})"
        names.append(name)
    return tuple(names)


def _fitted(row: Sequence[Cell], width: int, where: str) -> tuple[Cell, ...]:
    cells = _trimmed(row)
    if len(cells) > width:
        raise UsageError(
            f"見出しより列が多い行があります（見出し {width} 列、この行 {len(cells)} 列）",
            where=where,
            next_step="その行に余分な区切り文字がないか、元のシステムで書き出し直せないか確かめてください",
        )
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
        raise too_long_cell(where)
    return cells + (None,) * (width - len(cells))


def too_long_cell(where: str) -> UsageError:
    return UsageError(f"長すぎるセルがあります（上限 {LONGEST_CELL} 文字）", where=where)


def _trimmed(row: Sequence[Cell]) -> tuple[Cell, ...]:
    """Without the empty cells at its end."""
    end = len(row)
    while end and _is_empty(row[end - 1]):
        end -= 1
    return tuple(row[:end])


def _is_blank(row: Sequence[Cell]) -> bool:
    return all(map(_is_empty, row))


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))
