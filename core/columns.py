"""Which column of a source holds what. A column that is not kept never gets further than this file.

Headers are recognised (`core.people.headers`), or told by a mapping file where they are not:

    [columns]
    "おなまえ" = "kana"
    "ご希望その1" = "preference1"
    "備考" = "drop"
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import UsageError
from core.people.fields import FIELD_WORDS, Field, Fields
from core.people.headers import Meaning, meaning_of
from core.people.reading import kept_text, read_receipt
from core.people.text import Value, as_text, cleaned, fold_width, is_nothing, one_line
from core.toml_text import NotToml, read_toml

Cell = Value


@dataclass(frozen=True)
class Table:
    """A source as it was read: nothing in it is judged yet.

    `rows` are as wide as `header` and hold no blank rows; `numbers` gives each row's number below the header,
    blank rows counted, which is what a person sees in a spreadsheet.
    """

    name: str
    encoding: str
    sha256: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: tuple[int, ...]


class Column(NamedTuple):
    """A kept column: its place in the row and its number among those of one field (1st, 2nd wish)."""

    rank: int
    place: int


@dataclass(frozen=True)
class Columns:
    """The kept columns of a source, and the names of the dropped ones, which the operator is told."""

    kept: Mapping[Field, tuple[Column, ...]]
    dropped: tuple[str, ...]

    def fields_of(self, row: Sequence[Cell]) -> Fields:
        """The row's fields, as `read_applicant` takes them."""
        return {field: self._value(field, row) for field in self.kept}

    def receipt_of(self, row: Sequence[Cell]) -> str | None:
        """The source's own number of the row, or None."""
        return (
            read_receipt({Field.RECEIPT: self._value(Field.RECEIPT, row)})
            if Field.RECEIPT in self.kept
            else None
        )

    def cells_of(self, row: Sequence[Cell]) -> dict[str, str]:
        """What may be kept of the row as it was written, by field name (see `kept_text`)."""
        return self.kept_of(self.fields_of(row))

    @staticmethod
    def kept_of(fields: Fields) -> dict[str, str]:
        """`cells_of` the row with these fields."""
        kept: dict[str, str] = {}
        for field, value in fields.items():
            kept[field.value] = (
                "、".join(filter(None, (kept_text(field, cell) for cell in value)))
                if isinstance(value, tuple)
                else kept_text(field, value)
            )
        return kept

    @staticmethod
    def fields_from_cells(cells: Mapping[str, str]) -> Fields:
        """The fields of `cells_of`, to be read again."""
        return {Field(name): text for name, text in cells.items()}

    def _value(self, field: Field, row: Sequence[Cell]) -> Value | tuple[Value, ...]:
        cells = [row[column.place] for column in self.kept[field] if column.place < len(row)]
        if field is Field.PREFERENCE:
            return tuple(cells)
        if len(cells) == 1:  # nearly every field of nearly every source
            return cells[0]
        written = [cell for cell in cells if not is_nothing(cleaned(as_text(cell)))]
        if len(written) > 1 and field is Field.ADDRESS:
            return _joined([as_text(cell) for cell in written])
        if len(written) > 1 and field is Field.BUILDING:
            return " ".join(cleaned(as_text(cell)).split("\n")[0] for cell in written)
        return next(iter(written or cells), None)


def _joined(pieces: Sequence[str]) -> str:
    """都道府県, 市区町村, 番地 … as one address; a piece that the next one repeats stands once."""
    address = ""
    for piece in pieces:
        if piece.startswith(address):
            address = piece
        else:
            address += (" " if re.search("[0-9０-９]", address) else "") + piece
    return address


_SEVERAL = {Field.PREFERENCE, Field.ADDRESS, Field.BUILDING, Field.PHONE}
_DROP = "drop"
_NAMES = {Field.KANA, Field.KANA_FAMILY, Field.KANA_GIVEN}
_COPY = re.compile(r" \([0-9]+\)$")  # what a reader adds to a header that stands twice


def header_score(cells: Sequence[Cell], mapping: Mapping[str, str] | None = None) -> int:
    """How many different fields a row of cells names; three and more make it a header."""
    told = {_folded(header) for header in mapping or {}}
    texts = [cell for cell in cells if isinstance(cell, str)]
    fields = {meaning.field for text in texts if (meaning := meaning_of(text))}
    return len(fields) + sum(_folded(text) in told for text in texts)


def parse_mapping(text: str, name: str = "columns.toml") -> dict[str, str]:
    """The headers and field names of a mapping file. Raises `UsageError`."""
    try:
        columns = read_toml(text).get("columns")
    except NotToml as error:
        raise UsageError(
            "列の対応表が読めません（TOMLの書き方が正しくありません）", where=name, next_step=_EXAMPLE
        ) from error
    if not isinstance(columns, dict) or not all(isinstance(field, str) for field in columns.values()):
        raise UsageError(
            "列の対応表に [columns] がないか、値が文字ではありません", where=name, next_step=_EXAMPLE
        )
    for field in columns.values():
        _meaning_told(field, name)
    return dict(columns)


def recognise(
    header: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    *,
    name: str,
    needs_preference: bool = False,
) -> Columns:
    """The columns of a source by its header, `mapping` (header → field name) going before what the words say.

    Raises `UsageError` when the name, birth date, address or phone is in no column (with `needs_preference`:
    or the wished outings), or when `mapping` names a header that is not there.
    """
    told = {_folded(text): _meaning_told(field, name) for text, field in (mapping or {}).items()}
    absent = told.keys() - {_folded(text) for text in header}
    if absent:
        raise UsageError(
            "列の対応表にある見出しがファイルにありません: " + "、".join(sorted(absent)),
            where=name,
            next_step="見出しの文字をファイルからそのまま写してください",
        )
    said: list[Meaning | None] = []
    fixed = {meaning.field for meaning in told.values() if meaning}
    for text in header:
        folded = _folded(text)
        meaning = told[folded] if folded in told else meaning_of(_COPY.sub("", text))
        if (
            folded not in told
            and meaning
            and (meaning.field in fixed or (fixed & _NAMES and meaning.field in _NAMES))
        ):
            meaning = None
        said.append(meaning)
    kept = _kept(said, header)
    _require(kept, header, name, needs_preference)
    taken = {column.place for columns in kept.values() for column in columns}
    dropped = (
        text or f"（見出しなし・{place}列目）"
        for place, text in enumerate(header, start=1)
        if place - 1 not in taken
    )
    return Columns(kept, tuple(dropped))


def _kept(said: Sequence[Meaning | None], header: Sequence[str]) -> dict[Field, tuple[Column, ...]]:
    kept: dict[Field, tuple[Column, ...]] = {}
    for field in Field:
        found = [(index, meaning) for index, meaning in enumerate(said) if meaning and meaning.field is field]
        strong = [item for item in found if item[1].strong] or found
        first = [item for item in strong if not _COPY.search(header[item[0]])] or strong
        columns = sorted(Column(meaning.rank, index) for index, meaning in first)
        if field in {Field.ADDRESS, Field.BUILDING, Field.PHONE}:
            columns.sort(key=lambda column: column.place)
        if columns:
            kept[field] = tuple(columns if field in _SEVERAL else columns[:1])
    return _one_name(kept, said)


def _one_name(
    kept: dict[Field, tuple[Column, ...]], said: Sequence[Meaning | None]
) -> dict[Field, tuple[Column, ...]]:
    """Either the whole name or both halves: whichever is said to be kana, the whole one first."""

    def strong(field: Field) -> bool:
        meaning = said[kept[field][0].place] if field in kept else None
        return meaning is not None and meaning.strong

    halves = {Field.KANA_FAMILY, Field.KANA_GIVEN}
    both = halves <= kept.keys()
    if Field.KANA in kept and not (both and all(map(strong, halves)) and not strong(Field.KANA)):
        return {field: columns for field, columns in kept.items() if field not in halves}
    if both:
        return {field: columns for field, columns in kept.items() if field is not Field.KANA}
    return {field: columns for field, columns in kept.items() if field not in halves}


def _require(
    kept: Mapping[Field, tuple[Column, ...]], header: Sequence[str], name: str, needs_preference: bool
) -> None:
    needed = [Field.BIRTH_DATE, Field.ADDRESS, Field.PHONE] + [Field.PREFERENCE] * needs_preference
    missing = [FIELD_WORDS[field] for field in needed if field not in kept]
    if Field.KANA not in kept and Field.KANA_FAMILY not in kept:
        missing.insert(0, "カナ氏名（またはセイとメイ）")
    if len(kept) < 2:  # the first row may be a person: nothing of it is shown
        raise UsageError(
            "見出しの行が見つかりません", where=name, next_step=f"1行目に見出しを付けるか、{_EXAMPLE}"
        )
    if missing:
        raise UsageError("必要な列が見つかりません: " + "、".join(missing), where=name, next_step=_EXAMPLE)


def _meaning_told(word: str, name: str) -> Meaning | None:
    match = re.fullmatch(r"([a-z_]+?)([1-9]?)", word)
    if word == _DROP:
        return None
    if match is None or match[1] not in list(Field) or (match[2] and match[1] != Field.PREFERENCE):
        near = difflib.get_close_matches(word, [*Field, _DROP], n=1)
        raise UsageError(
            f"列の対応表に知らない項目があります: {word}" + (f"（{near[0]} ですか）" if near else ""),
            where=name,
            next_step="使える項目: " + "、".join([*Field, _DROP]),
        )
    return Meaning(Field(match[1]), strong=True, rank=int(match[2] or 0))


def _folded(header: str) -> str:
    return one_line(fold_width(cleaned(header)))


_EXAMPLE = (
    "列の対応表（TOML）を作って渡してください。書き方の例:\n"
    "[columns]\n"
    '"見出しの文字" = "kana"\n'
    '"見出しの文字" = "birth_date"\n'
    "使える項目: "
    + "、".join(f"{field.value}（{FIELD_WORDS[field]}）" for field in Field)
    + "、drop（取り込まない）"
)
