"""Ledger lines and the access log are chains: nothing is put in between, changed or taken away."""

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.office.ports import AccessRow
from core.roles import Site
from storage.store import VaultTx

ZEROS = "0" * 64


def line_after(previous: bytes | None, body: str) -> bytes:
    """A ledger line in shape: hash of the line before, a space, JSON, LF."""
    head = hashlib.sha256(previous).hexdigest() if previous else ZEROS
    return f'{head} {{"note":"{body}"}}\n'.encode()


@pytest.fixture
def three(tx: VaultTx) -> list[bytes]:
    """Three lines in the contractor's ledger."""
    lines: list[bytes] = []
    for seq in (1, 2, 3):
        lines.append(line_after(lines[-1] if lines else None, f"act {seq}"))
        tx.ledger.append(Site.CONTRACTOR, seq, lines[-1])
    return lines


def test_each_site_has_its_own_ledger(tx: VaultTx, three: list[bytes]) -> None:
    assert (tx.ledger.size(Site.CONTRACTOR), tx.ledger.size(Site.WARD)) == (3, 0)
    assert tx.ledger.head(Site.CONTRACTOR) == hashlib.sha256(three[-1]).hexdigest()
    assert tx.ledger.head(Site.WARD) == ZEROS
    assert tx.ledger.lines(Site.WARD) == []


def test_lines_are_read_from_anywhere(tx: VaultTx, three: list[bytes]) -> None:
    assert tx.ledger.lines(Site.CONTRACTOR) == three
    assert tx.ledger.lines(Site.CONTRACTOR, 1) == three[1:]
    assert tx.ledger.lines(Site.CONTRACTOR, 1, 1) == three[1:2]
    assert tx.ledger.lines(Site.CONTRACTOR, 3) == []
    assert tx.ledger.lines(Site.CONTRACTOR, 0, 0) == []


def test_a_line_must_be_the_next_whole_and_joined_to_the_last(tx: VaultTx, three: list[bytes]) -> None:
    good = line_after(three[-1], "act 4")
    wrong = {
        "gap": (5, good),
        "again": (3, three[-1]),
        "unended": (4, good.rstrip(b"\n")),
        "two lines": (4, good + good),
        "joined elsewhere": (4, line_after(three[0], "act 4")),
        "joined to nothing": (4, line_after(None, "act 4")),
    }
    for seq, line in wrong.values():
        with pytest.raises(IntegrityFailure, match="委託先の管理簿"):
            tx.ledger.append(Site.CONTRACTOR, seq, line)
    assert tx.ledger.lines(Site.CONTRACTOR) == three
    tx.ledger.append(Site.CONTRACTOR, 4, good)
    assert tx.ledger.size(Site.CONTRACTOR) == 4


def test_checkpoints_are_kept_even_those_that_differ(tx: VaultTx) -> None:
    tx.ledger.put_checkpoint(Site.WARD, 1, 7, b"one head")
    tx.ledger.put_checkpoint(Site.WARD, 1, 7, b"one head")
    tx.ledger.put_checkpoint(Site.WARD, 1, 7, b"another head")
    assert tx.ledger.checkpoints(Site.WARD) == [b"one head", b"another head"]
    assert tx.ledger.checkpoints(Site.CONTRACTOR) == []


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=10)


@settings(max_examples=40)
@given(entries=st.lists(st.tuples(words, words, words, words), max_size=9), size=st.integers(1, 4))
def test_the_access_log_reads_newest_first_and_chains_every_row(
    new_tables: Any, at: dt.datetime, entries: list[tuple[str, str, str, str]], size: int
) -> None:
    tx = VaultTx(new_tables())
    expected: list[AccessRow] = []
    chain = ZEROS
    for seq, (staff_id, act, detail, terminal) in enumerate(entries, start=1):
        tx.access.append(at, staff_id, act, detail, terminal)
        row = {
            "seq": seq,
            "at": "2026-04-20T09:30:15.000250+09:00",
            "staff_id": staff_id,
            "act": act,
            "detail": detail,
            "terminal": terminal,
        }
        text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        chain = hashlib.sha256(f"{chain} {text}\n".encode()).hexdigest()
        expected.insert(0, AccessRow(seq, at, staff_id, act, detail, terminal, chain))
        assert tx.access.head() == chain
    assert tx.access.count() == len(entries)
    pages = [tx.access.page(offset, size) for offset in range(0, len(entries) + size, size)]
    assert [row for page in pages for row in page] == expected


def test_an_empty_access_log_begins_at_zeros(tx: VaultTx) -> None:
    assert (tx.access.head(), tx.access.count(), tx.access.page(0, 10)) == (ZEROS, 0, [])
    with pytest.raises(ValueError, match="from 0"):
        tx.access.page(-1, 10)


@pytest.mark.parametrize("table", ["ledger_line", "ledger_checkpoint", "access_log"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET rowid = rowid + 100"])
def test_no_statement_rewrites_or_shortens_a_chain(
    tx: VaultTx,
    connection: Any,
    three: list[bytes],
    at: dt.datetime,
    refused_by_table: type[Exception],
    table: str,
    statement: str,
) -> None:
    tx.ledger.put_checkpoint(Site.WARD, 1, 7, b"head")
    tx.access.append(at, "sato", "open", "no=1", "tty1")
    with pytest.raises(refused_by_table, match="append-only"):
        connection.execute(statement.format(table))
    assert tx.ledger.lines(Site.CONTRACTOR) == three
    assert tx.access.count() == 1
    assert tx.ledger.checkpoints(Site.WARD) == [b"head"]
