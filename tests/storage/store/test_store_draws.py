"""A draw's files are written once; only what follows the draw moves, and events only ever grow."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.office.ports import DrawUnit
from storage.store import VaultTx

DRAW = "hiking-2026-1"


@settings(max_examples=30)
@given(files=st.dictionaries(st.text("abc.-", min_size=1, max_size=8), st.binary(max_size=40), max_size=5))
def test_files_come_back_byte_for_byte(new_tables: Any, at: dt.datetime, files: dict[str, bytes]) -> None:
    tx = VaultTx(new_tables())
    for name, content in files.items():
        tx.draws.put_file(DRAW, name, content, at)
        tx.draws.put_file(DRAW, name, content, at)
    assert tx.draws.files(DRAW) == files
    assert tx.draws.files("another-2026-1") == {}


@pytest.mark.parametrize(
    "name",
    ["params.txt", "reveal-ward.txt", "freeze.txt.ward.sig", "result.txt", "events.txt.bak", "xevents.txt"],
)
def test_other_bytes_never_take_a_files_place(tx: VaultTx, at: dt.datetime, name: str) -> None:
    tx.draws.put_file(DRAW, name, b"first\n", at)
    for other in (b"", b"second\n", b"first\nand more\n"):
        with pytest.raises(IntegrityFailure, match=name):
            tx.draws.put_file(DRAW, name, other, at)
    assert tx.draws.files(DRAW) == {name: b"first\n"}


@settings(max_examples=50)
@given(old=st.binary(max_size=20), new=st.binary(max_size=20), extends=st.booleans())
def test_events_only_grow_at_their_end(
    new_tables: Any, at: dt.datetime, old: bytes, new: bytes, extends: bool
) -> None:
    tx = VaultTx(new_tables())
    if extends:
        new = old + new
    tx.draws.put_file(DRAW, "events.txt", old, at)
    if new.startswith(old):
        tx.draws.put_file(DRAW, "events.txt", new, at)
        assert tx.draws.files(DRAW) == {"events.txt": new}
    else:
        with pytest.raises(IntegrityFailure):
            tx.draws.put_file(DRAW, "events.txt", new, at)
        assert tx.draws.files(DRAW) == {"events.txt": old}


@pytest.mark.parametrize(
    "name",
    [
        "events.txt.contractor.sig",
        "head-ward.txt",
        "head-ward.txt.ward.sig",
        "standing.txt",
        "standing.txt.ward.sig",
    ],
)
def test_what_follows_the_events_is_replaced_by_the_next(tx: VaultTx, at: dt.datetime, name: str) -> None:
    tx.draws.put_file(DRAW, name, b"one", at)
    tx.draws.put_file(DRAW, name, b"two", at)
    assert tx.draws.files(DRAW) == {name: b"two"}


def test_what_was_signed_before_is_kept(tx: VaultTx, connection: Any, at: dt.datetime) -> None:
    for content in (b"one", b"two", b"three"):
        tx.draws.put_file(DRAW, "head-contractor.txt", content, at)
    before = connection.execute("SELECT name, content FROM draw_file_before ORDER BY id").fetchall()
    assert [(name, bytes(content)) for name, content in before] == [
        ("head-contractor.txt", b"one"),
        ("head-contractor.txt", b"two"),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE draw_file SET content = x'00' WHERE name = 'params.txt'",
        "UPDATE draw_file SET content = x'00' WHERE name = 'events.txt'",
        "UPDATE draw_file SET content = substr(content, 1, 3) WHERE name = 'events.txt'",
        "UPDATE draw_file SET name = 'standing.txt' WHERE name = 'params.txt'",
        "UPDATE draw_file SET draw = 'hiking-2026-2'",
        "DELETE FROM draw_file",
        "DELETE FROM draw",
        "UPDATE draw_member SET salt = replace(salt, 'a', 'b')",
        "DELETE FROM draw_member",
        "DELETE FROM draw_unit",
    ],
)
def test_the_tables_of_a_draw_keep_what_they_hold(
    tx: VaultTx, connection: Any, at: dt.datetime, refused_by_table: type[Exception], statement: str
) -> None:
    unit = DrawUnit(DRAW, "K7Q29F3MXA", ("AAAAAAAAAB",), ("a" * 64,))
    tx.draws.put_units([unit])
    files = {"events.txt": b"events\n", "params.txt": b"params\n"}
    for name, content in files.items():
        tx.draws.put_file(DRAW, name, content, at)
    with pytest.raises(refused_by_table):
        connection.execute(statement)
    assert tx.draws.files(DRAW) == files
    assert tx.draws.units(DRAW) == [unit]


def test_draws_are_named_oldest_first(tx: VaultTx, at: dt.datetime) -> None:
    assert tx.draws.names() == []
    tx.draws.put_file("hiking-2026-2", "params.txt", b"x", at)
    tx.draws.put_units([DrawUnit("hiking-2026-1", "K7Q29F3MXA", ("AAAAAAAAAB",), ("a" * 64,))])
    tx.draws.put_file("hiking-2026-2", "list.txt", b"x", at)
    assert tx.draws.names() == ["hiking-2026-2", "hiking-2026-1"]


def test_units_come_back_in_order_of_id_their_members_as_given(tx: VaultTx) -> None:
    pair = DrawUnit(DRAW, "ZZZZZZZZZZ", ("BBBBBBBBBB", "AAAAAAAAAA"), ("b" * 64, "a" * 64))
    single = DrawUnit(DRAW, "K7Q29F3MXA", ("CCCCCCCCCC",), ("c" * 64,))
    again = DrawUnit("hiking-2026-2", "K7Q29F3MXA", ("CCCCCCCCCC",), ("d" * 64,))
    tx.draws.put_units([pair, single])
    tx.draws.put_units([single, again])
    assert tx.draws.units(DRAW) == [single, pair]
    assert tx.draws.units("hiking-2026-2") == [again]


@pytest.mark.parametrize(
    "other",
    [
        DrawUnit(DRAW, "K7Q29F3MXA", ("CCCCCCCCCC",), ("d" * 64,)),
        DrawUnit(DRAW, "K7Q29F3MXA", ("DDDDDDDDDD",), ("c" * 64,)),
        DrawUnit(DRAW, "ZZZZZZZZZZ", ("DDDDDDDDDD", "CCCCCCCCCC"), ("a" * 64, "c" * 64)),
        DrawUnit(DRAW, "ZZZZZZZZZZ", ("DDDDDDDDDD", "DDDDDDDDDD"), ("a" * 64, "b" * 64)),
    ],
    ids=["another salt", "another person", "a person of another unit", "a person twice"],
)
def test_a_unit_keeps_its_members_and_a_person_stands_in_one_unit(tx: VaultTx, other: DrawUnit) -> None:
    single = DrawUnit(DRAW, "K7Q29F3MXA", ("CCCCCCCCCC",), ("c" * 64,))
    tx.draws.put_units([single])
    with pytest.raises(IntegrityFailure):
        tx.draws.put_units([other])
    assert tx.draws.units(DRAW) == [single]


@pytest.mark.parametrize(("records", "salts"), [((), ()), (("CCCCCCCCCC",), ())])
def test_a_unit_has_members_and_a_salt_for_each(
    tx: VaultTx, records: tuple[str, ...], salts: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="salt"):
        tx.draws.put_units([DrawUnit(DRAW, "K7Q29F3MXA", records, salts)])
