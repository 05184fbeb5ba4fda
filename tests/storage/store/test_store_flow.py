"""What the flow line asks at every look: each answer is what reading everything would say, and none reads everything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import Application, State
from core.office.ports import DrawUnit, ReviewRow
from core.roles import Site
from storage.store import VaultTx

DRAW = "hiking-2026-1"
DESK_FIRST = 9_000_001
UNSENT = (
    "SELECT number FROM application LEFT JOIN application_sent AS sent USING (number)"
    " WHERE (sent.version IS NULL AND (state = 'accepted' OR (number >= 9000001 AND number < 10000000"
    " AND state IN ('withdrawn', 'refused')))) OR sent.version < application.version ORDER BY number"
)
"""Who is unsent, by the whole list."""


@settings(max_examples=60)
@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["add", "put", "sent", "back", "again"]),
            st.sampled_from([1, 2, 3, DESK_FIRST, DESK_FIRST + 1]),
            st.sampled_from(list(State)),
            st.sampled_from(["1-cw-00000001", "1-cw-00000002"]),
        ),
        max_size=25,
    )
)
def test_who_is_unsent_is_kept_through_whatever_happens(
    new_tables: Any,
    make: Callable[..., Application],
    at: dt.datetime,
    deeds: list[tuple[str, int, State, str]],
) -> None:
    connection = new_tables()
    tx = VaultTx(connection)
    for deed, number, state, bundle in deeds:
        there = tx.applications.get(number)
        if deed == "add" and there is None:
            tx.applications.add(make(number, state=state), at)
        elif deed == "put" and there is not None:
            tx.applications.put(make(number, state=state, version=there.version + 1), at, "sato")
        elif deed == "sent":
            tx.applications.mark_sent([number], bundle)
        elif deed == "back":
            tx.applications.take_back([bundle])
        elif deed == "again":
            tx.applications.send_again(number)
        whole = [one for (one,) in connection.execute(UNSENT)]
        assert [one.number for one in tx.applications.unsent()] == whole
        assert tx.applications.any_unsent() == bool(whole)


def word(record: str, verdict: str, at: dt.datetime, version: str = "a" * 64) -> ReviewRow:
    code = "unclear" if verdict == "returned" else ""
    return ReviewRow("participants", record, version, verdict, code, "sato", at)


def test_words_are_unsent_until_they_are_sealed_or_undone(
    tx: VaultTx, make: Callable[..., Application], at: dt.datetime
) -> None:
    one = make(1)
    tx.applications.add(one, at)
    assert not tx.reviews.any_unsent()
    said = word(one.record, "confirmed", at)
    tx.reviews.add(said)
    assert tx.reviews.any_unsent()
    tx.reviews.undo(said, at, "sato")
    assert not tx.reviews.any_unsent()
    tx.reviews.add(said)
    tx.reviews.mark_sent([said], "1-wc-00000001")
    assert not tx.reviews.any_unsent()


def test_whom_the_ward_has_returned(tx: VaultTx, make: Callable[..., Application], at: dt.datetime) -> None:
    people = [make(number) for number in (1, 2, 3)]
    tx.applications.add_all(people, at)
    first, second, third = (one.record for one in people)
    undone = word(third, "returned", at)
    for said in (
        word(first, "confirmed", at),
        word(second, "returned", at),
        word(second, "confirmed", at, "b" * 64),
        undone,
    ):
        tx.reviews.add(said)
    assert tx.reviews.returned("participants") == [second, third]
    tx.reviews.undo(undone, at, "sato")
    assert tx.reviews.returned("participants") == [second]
    assert tx.reviews.returned("applicants") == []
    said_of_one = {key: row for key, row in tx.reviews.said("participants").items() if key[0] == second}
    assert tx.reviews.said("participants", [second]) == said_of_one
    assert len(said_of_one) == 2


def test_what_tells_that_nothing_has_changed_tells_of_every_change(
    tx: VaultTx, make: Callable[..., Application], at: dt.datetime
) -> None:
    seen: list[object] = []

    def fresh() -> bool:
        state = (
            tx.draws.state(DRAW),
            tx.applications.changes(),
            tx.reviews.state(),
            tx.notices.state(),
        )
        again = state in seen
        seen.append(state)
        return not again

    assert fresh()
    assert not fresh()
    one = make(1)
    said = word(one.record, "confirmed", at)
    changes: list[Callable[[], object]] = [
        lambda: tx.applications.add(one, at),
        lambda: tx.applications.put(make(1, version=2), at, "sato"),
        lambda: tx.applications.put(make(1, version=3, state=State.WITHDRAWN), at, "sato"),
        lambda: tx.reviews.add(said),
        lambda: tx.reviews.undo(said, at, "sato"),
        lambda: tx.reviews.add(said),
        lambda: tx.notices.put("B", one.record, "rejection", at),
        lambda: tx.draws.put_file(DRAW, "params.txt", b"params\n", at),
        lambda: tx.draws.put_units([DrawUnit(DRAW, "K7Q29F3MXA", (one.record,), ("a" * 64,))]),
        lambda: tx.draws.put_file(DRAW, "events.txt", b"one\n", at),
        lambda: tx.draws.put_file(DRAW, "events.txt", b"one\ntwo\n", at),
        lambda: tx.draws.put_file(DRAW, "head-ward.txt", b"one", at),
        lambda: tx.draws.put_file(DRAW, "head-ward.txt", b"two", at),
    ]
    for change in changes:
        change()
        assert fresh()
        assert not fresh()


def test_events_taken_back_and_written_otherwise_are_another_state(store: Any, at: dt.datetime) -> None:
    """Of the same length, in the place of what a transaction that failed had written."""
    states = []
    for line in (b"cancel K7Q29F3MXA\n", b"cancel AAAAAAAAAA\n"):
        with pytest.raises(ZeroDivisionError), store.write() as tx:
            tx.draws.put_file(DRAW, "events.txt", line, at)
            states.append(tx.draws.state(DRAW))
            raise ZeroDivisionError
    assert states[0] != states[1]


def test_files_stay_as_they_were_when_they_were_asked_for(tx: VaultTx, at: dt.datetime) -> None:
    tx.draws.put_file(DRAW, "events.txt", b"one\n", at)
    first = tx.draws.files(DRAW)
    tx.draws.put_file(DRAW, "result.txt", b"result\n", at)
    second = tx.draws.files(DRAW)
    tx.draws.put_file(DRAW, "events.txt", b"one\ntwo\n", at)
    third = tx.draws.files(DRAW)
    tx.draws.put_file(DRAW, "events.txt", b"one\ntwo\nthree\n", at)
    assert dict(first) == {"events.txt": b"one\n"}
    assert dict(second) == {"events.txt": b"one\n", "result.txt": b"result\n"}
    assert third["events.txt"] == b"one\ntwo\n"
    assert tx.draws.files(DRAW)["events.txt"] == b"one\ntwo\nthree\n"


def test_members_are_the_units_without_their_salts(tx: VaultTx) -> None:
    units = [
        DrawUnit(DRAW, "K7Q29F3MXA", ("AAAAAAAAAB", "AAAAAAAAAC"), ("a" * 64, "b" * 64)),
        DrawUnit(DRAW, "A7Q29F3MXA", ("AAAAAAAAAD",), ("c" * 64,)),
    ]
    tx.draws.put_units(units)
    assert tx.draws.members(DRAW) == {unit.unit_id: unit.records for unit in tx.draws.units(DRAW)}


def fill(tx: VaultTx) -> dict[Site, list[bytes]]:
    """Lines as `hkl1` has them, as far as they are searched."""
    kinds = [
        ("receive", "", "bundle:1-cw-00000001"),
        ("receive", "K7Q29F3MXA", "bundle:1-cw-00000002"),
        ("erase", "", ""),
        ("erase_x", "", ""),
        ("print", "", "medium:K7Q29F3MXA"),
        ("dispatch", "", "batch:K7Q29F3MXA"),
        ("give", "K7Q29F3MXB", "medium:K7Q29F3MXB"),
        ("take", "K7Q29F3MXB", ""),
        ("undo", "", "undo:3:qty"),
        ("withdraw", "", "unit:K7Q29F3MXA"),
    ]
    lines: dict[Site, list[bytes]] = {}
    for org in Site:
        for seq, (act, handover, ref) in enumerate(kinds * 2, start=1):
            body = f'{{"act":"{act}","actor":"sato","handover":"{handover}","ref":"{ref}"}}'
            line = f"{tx.ledger.head(org)} {body}\n".encode()
            tx.ledger.append(org, seq, line)
            lines.setdefault(org, []).append(line)
    return lines


def test_lines_of_a_ledger_are_found_as_in_its_bytes(tx: VaultTx) -> None:
    for org, lines in fill(tx).items():
        for acts in (["erase"], ["receive", "erase"], ["take", "take"], ["nothing"], []):
            marks = [f'"act":"{act}",'.encode() for act in acts]
            assert tx.ledger.with_acts(org, acts) == [one for one in lines if any(m in one for m in marks)]
        copies = (b'"ref":"medium:', b'"ref":"batch:', b'"ref":"undo:')
        assert tx.ledger.of_copies(org) == [one for one in lines if any(mark in one for mark in copies)]
        by_hand = [one for one in lines if b'"handover":""' not in one and b'"ref":"bundle:' not in one]
        assert tx.ledger.by_hand(org) == by_hand
        assert by_hand


def test_no_question_of_the_flow_line_reads_a_whole_table(
    tx: VaultTx, connection: Any, make: Callable[..., Application], at: dt.datetime
) -> None:
    fill(tx)
    tx.applications.add(make(1), at)
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    tx.applications.any_unsent()
    tx.applications.with_reason("erase_asked")
    tx.reviews.any_unsent()
    tx.reviews.returned("participants")
    tx.ledger.with_acts(Site.WARD, ["receive", "erase"])
    tx.ledger.of_copies(Site.WARD)
    tx.ledger.by_hand(Site.WARD)
    tx.review_list.unconfirmed()
    connection.set_trace_callback(None)
    plans = [
        row[3]
        for statement in asked
        if statement.startswith("SELECT")
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    assert plans
    small = ("application_unsent", "review_undone", "review_unsent")
    assert [plan for plan in plans if plan.startswith("SCAN") and not any(one in plan for one in small)] == []
    by_index = {plan.split(" INDEX ")[1].split(" ")[0] for plan in plans if " INDEX " in plan}
    assert by_index >= {
        "application_reason", "review_returned", "ledger_line_act", "ledger_line_copy", "ledger_line_by_hand", "review_list_verdict",
    }  # fmt: skip
