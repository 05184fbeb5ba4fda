"""Attacks on promotion besides those on the events: what follows from the events is not the contractor's to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.draw.events import Cancel, Disqualify, Event, EventLog, Head, Reserve, head_name
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.standing import replay
from core.errors import IntegrityFailure, Refused
from core.office.lines import jsonl
from core.office.participant_rows import rows_of
from core.office.review import PARTICIPANTS
from core.office.seating import members_of, need_draw, standing_of
from core.roles import Site
from tests.core.office.rogue import (
    DRAW,
    OPENING_SIGNED,
    drawn_with,
    files_at,
)


def participants(bench: Any, log: EventLog, rows: Any = None) -> Callable[[], Any]:
    """⑦ with these events, and with these rows in place of those that follow."""
    head = Head(DRAW, Site.CONTRACTOR, len(log.events), log.head)
    name = head_name(Site.CONTRACTOR)
    with bench.contractor.store.read() as tx:
        files, members = tx.draws.files(DRAW), members_of(tx, DRAW)
    params, result = Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT)
    standing = rows_of(replay(params, result, log.events), members) if rows is None else rows
    entries = {
        "draw.txt": f"{DRAW}\n".encode(), "events.txt": log.to_bytes(), "participants.jsonl": jsonl(standing),
    } | bench.signed(bench.contractor, {name: head.to_bytes()}, name)  # fmt: skip
    take: Callable[[], Any] = bench.forge(bench.contractor, "participants", entries, {"participants": 1})
    return take


def log_of(bench: Any, *events: Event) -> EventLog:
    with bench.contractor.store.read() as tx:
        log = standing_of(tx, need_draw(tx))[1]
    for event in events:
        log = log.append(event)
    return log


def test_an_invented_disqualification(bench: Any, leaves: Callable[..., Any]) -> None:
    """The contractor puts somebody out in the ward's name, so that a friend moves up."""
    bench.approved()
    seated = bench.contractor.office.participants.list("A")[0].unit_id
    with leaves(bench.ward, IntegrityFailure) as raised:
        participants(bench, log_of(bench, Disqualify(seated)))()
    assert "区が点検⑨で差し戻していない人" in raised.value.what


def test_batched_promotions(bench: Any, leaves: Callable[..., Any]) -> None:
    """Two withdrawals seated for as one, so that a pair gets what a single before it in time had already got.

    Each event is followed by its own promotions: the first seat goes to whoever it fits, in the order of the draw.
    """
    pair = {"group": "G1"}
    bench.pair()
    bench.sync()
    for kana, changes in (("サトウ ハナコ", {}), ("スズキ イチロウ", {}), ("タナカ ミツコ", {}),
                          ("トモダチ ジロウ", pair), ("トモダチ ウメ", pair)):  # fmt: skip
        bench.contractor.key(kana, "A", **changes)
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest("applicants")
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    for _, act in bench.ceremony()[:OPENING_SIGNED]:
        act()
        bench.sync()
    opened = files_at(bench.contractor)
    fell = next(
        digits
        for digits in (f"{count:020}" for count in range(1000))
        if [line.size for line in drawn_with(opened, digits)[1].lines] == [1, 1, 2, 1]
    )
    for bureau in (bench.contractor, bench.ward):
        bureau.office.lottery.dice(fell)
        bench.sync()
    bench.contractor.office.lottery.draw()
    bench.sync()
    first, second, friends, single = (line.id for line in drawn_with(opened, fell)[1].lines)
    log = log_of(bench, Cancel(first), Cancel(second))
    with bench.contractor.store.read() as tx:
        files, members = tx.draws.files(DRAW), members_of(tx, DRAW)
    true = rows_of(
        replay(Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT), log.events), members
    )
    assert {row["unit"] for row in true if row["outing"]} == {single}
    bent = [
        row
        | ({"state": "seated", "outing": "A"} if row["unit"] == friends else {})
        | ({"state": "waiting", "outing": ""} if row["unit"] == single else {})
        for row in true
    ]
    with leaves(bench.ward, IntegrityFailure) as raised:
        participants(bench, log, bent)()
    assert "こちらで計算した結果と" in raised.value.what
    assert participants(bench, log)() is not None


def test_the_wards_kept_seats_given_away_in_its_name(bench: Any) -> None:
    """Not refused: a `reserve` the ward never spoke of. It is public, and seats nobody past the ward: ⑨ asks it.

    Until a person of the ward has confirmed that seat, the participants as they then stand are not approved.
    """
    with bench.contractor.store.read() as tx:
        programme = tx.settings.get("programme")
    kept = programme.replace("capacity = 2", "capacity = 2\nreserved = 1", 1)
    bench.contractor.office.rules.set(kept)
    bench.approved()
    review = bench.ward.office.review
    assert review.status(PARTICIPANTS).done
    friend = next(row for row in rows_now(bench) if row["state"] == "waiting")
    participants(bench, log_of(bench, Reserve(friend["unit"], "A")))()
    (asked,) = [row for row in review.rows(PARTICIPANTS) if not row.verdict]
    assert (asked.record, asked.outing) == (friend["record"], "A")
    with pytest.raises(Refused):
        bench.ward.office.participants.approve()
    _, public = bench.ward.office.publication.files()
    assert f"reserve {friend['unit']} A\n".encode() in public["events.txt"]
    assert f"{friend['unit']} 1 reserved A\n".encode() in public["standing.txt"]


def rows_now(bench: Any) -> list[dict[str, Any]]:
    with bench.contractor.store.read() as tx:
        return [dict(row) for row in rows_of(standing_of(tx, DRAW)[0], members_of(tx, DRAW))]
