"""Whatever bytes come, a reader gives a value or says in Japanese what, where and what next: never anything else.

The everyday part: what once did harm, and some new inputs each time. The long run is `python -m tools.fuzz` (docs/fuzz.md).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import IkiikiError
from core.office.lines import steers
from tests.fuzz.parsers import CORPUS, PARSERS, Parser, untold
from tools.fuzz import COLUMNS, HEAD, RULE, folder_of

EVERY = pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS)
SLOW = {
    "list, CSV or whatever comes",
    "list, XLSX as a whole",
    "list, one part of an XLSX",
    "a draw's public folder",
}
"""Whose inputs take milliseconds each: they get fewer."""


def polite(parser: Parser, data: bytes) -> None:
    try:
        parser.read(data)
    except IkiikiError as error:
        assert not untold(error), (untold(error), error.what)
        assert not steers(str(error).replace("\n", " "))


@EVERY
def test_a_reader_takes_what_the_product_writes(parser: Parser) -> None:
    good = parser.good()
    assert good
    for data in good:
        parser.read(data)


@EVERY
def test_what_once_did_harm_is_a_value_or_a_told_error(parser: Parser) -> None:
    for path in sorted((CORPUS / folder_of(parser.name)).glob("*")):
        polite(parser, path.read_bytes())


@st.composite
def spoiled(draw: st.DrawFn, parser: Parser) -> bytes:
    """A good input with one stretch of it replaced, doubled or gone, or no good input at all."""
    good = draw(st.sampled_from(parser.good()))
    start = draw(st.integers(0, len(good)))
    end = draw(st.integers(start, min(len(good), start + 40)))
    put = draw(
        st.one_of(
            st.binary(max_size=12),
            st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
            st.sampled_from(
                [
                    b"",
                    b"\x00",
                    b"\xff",
                    b'"',
                    b"-",
                    b"[" * 2000,
                    b"9" * 5000,
                    b"1e999",
                    b"\xed\xa0\x80",
                    b"NaN",
                ]
            ),
            st.just(good[start:end] * 2),
        )
    )
    return good[:start] + put + good[end:]


@EVERY
def test_whatever_bytes_come_they_are_a_value_or_a_told_error(parser: Parser) -> None:
    @settings(
        max_examples=8 if parser.name in SLOW else 25, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @example(data=b"")
    @example(data=b"\xff\xfe\x00")
    @given(data=st.one_of(spoiled(parser), spoiled(parser), st.binary(max_size=60)))
    def read(data: bytes) -> None:
        polite(parser, data)

    read()


def test_every_kept_input_belongs_to_a_reader() -> None:
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} <= {folder_of(name) for name in PARSERS}
    assert all(path.stat().st_size < 20_000 for path in CORPUS.rglob("*") if path.is_file())


def test_a_reader_that_raises_anything_else_would_be_found() -> None:
    def fails(data: bytes) -> None:
        raise KeyError(data)

    with pytest.raises(KeyError):
        polite(Parser("x", fails, list), b"")

    def mutters(data: bytes) -> None:
        raise IkiikiError("読めません", where="x")

    with pytest.raises(AssertionError, match="what next"):
        polite(Parser("x", mutters, list), b"")


def test_the_page_has_every_reader_and_no_failure(repository: Path) -> None:
    page = (repository / "docs" / "fuzz.md").read_text("utf-8")
    assert page.startswith(HEAD)
    table = page.split(f"{COLUMNS}\n{RULE}\n")[1].split("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [row[0] for row in rows] == list(PARSERS)
    assert all(
        int(row[1].replace(",", "")) > 100 and int(row[2].replace(",", "")) > 5 and row[3] == "0"
        for row in rows
    )
    total = sum(int(row[1].replace(",", "")) for row in rows)
    assert re.search(rf"^{len(rows)} readers, {total:,} inputs, 0 failures\.$", page, re.M)
