"""Attacks on what happens after the draw, by a contractor that has gone bad: each is named, and each ends at the ward's door.

Whatever can be had by playing by the rules is shown to be worth nothing (`ground late ids`); whatever breaks them is
refused whole, and the ward holds afterwards what it held before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import Application, State
from core.canonical import crockford_id
from core.draw.events import EVENTS, Cancel, Event, EventLog, Head, Late, Over, Release, Shrink, head_name
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.signing import signature_name
from core.draw.standing import replay
from core.draw.units import commitment_of
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.office.drawing import OPENINGS, entry_of
from core.office.ledger import write_line
from core.office.lines import from_jsonl, jsonl
from core.office.openings import opening_of, write_openings
from core.office.participant_rows import rows_of
from core.office.ports import DrawUnit
from core.office.review import APPLICANTS
from core.office.seating import members_of, need_draw, standing_of
from core.roles import Role, Site

ROWS = "participants.jsonl"
HEAD = head_name(Site.CONTRACTOR)
HEAD_SIG = signature_name(HEAD, Site.CONTRACTOR)
KEPT = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 4
reserved = 2
release_on = 2026-06-01

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 1

[draw]
largest_group = 2
"""


@pytest.fixture
def played(bench: Any) -> Any:
    """Four drawn for three seats, approved; the ward holds the participants."""
    bench.approved()
    return bench


def held(bench: Any) -> tuple[str, EventLog]:
    """The contractor's draw and its events, true so far."""
    with bench.contractor.store.read() as tx:
        draw = need_draw(tx)
        return draw, standing_of(tx, draw)[1]


def bundle(
    bench: Any, log: EventLog, units: tuple[DrawUnit, ...] = (), **changed: bytes | None
) -> Callable[[], Any]:
    """What takes in, at the ward, ⑦ with these events, true in everything else, but for what `changed` says."""
    draw, _ = held(bench)
    with bench.contractor.store.read() as tx:  # rolled back
        tx.draws.put_units(units)
        files = tx.draws.files(draw)
        params, result = Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT)
        try:
            rows = rows_of(replay(params, result, log.events), members_of(tx, draw))
        except (Refused, KeyError):  # events that make no sense, or are about people who are nobody here
            rows = rows_of(replay(params, result), members_of(tx, draw))
    head = Head(draw, Site.CONTRACTOR, len(log.events), log.head)
    entries: dict[str, bytes] = {"draw.txt": f"{draw}\n".encode(), ROWS: jsonl(rows), EVENTS: log.to_bytes()}
    entries |= bench.signed(bench.contractor, {HEAD: head.to_bytes()}, HEAD)
    if units:
        entries[OPENINGS] = write_openings(units)
    for name, data in changed.items():
        entry = {"rows": ROWS, "events": EVENTS, "openings": OPENINGS, "head": HEAD, "draw": "draw.txt"}[name]
        entries.pop(entry, None)
        if data is not None:
            entries[entry] = data
    if changed.get("head"):
        entries |= bench.signed(bench.contractor, entries, HEAD)
    return bench.forge(bench.contractor, "participants", entries, {"participants": 1})  # type: ignore[no-any-return]


def unit_of(bench: Any, outing: str = "A") -> str:
    return str(bench.contractor.office.participants.list(outing)[0].unit_id)


# -- late units -----------------------------------------------------------------------------------------------


def known_to_the_ward(
    bench: Any, kana: str = "コバヤシ チヨ", preference: str = "A、B", **changes: str
) -> Application:
    """Came after the draw, lies at the ward, without a word on it yet."""
    made: Application = bench.contractor.key(kana, preference, **changes)
    bench.contractor.office.records.send()
    bench.sync()
    return made


def confirmed(
    bench: Any, kana: str = "コバヤシ チヨ", preference: str = "A、B", **changes: str
) -> Application:
    made = known_to_the_ward(bench, kana, preference, **changes)
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync()
    return made


def forged(
    bench: Any, *people: Application, wishes: tuple[str, ...] = ("A", "B"), size: int = 0, unit_id: str = "",
    told: bool = True, told_of: str = "", told_people: int = 0, ref: str = "",
) -> tuple[Late, DrawUnit]:  # fmt: skip
    """A late unit as a changed program could write it, with the line in the ledger that tells of it."""
    c = bench.contractor
    unit_id = unit_id or crockford_id(c.entropy(10))
    draw, _ = held(bench)
    unit = DrawUnit(
        draw, unit_id, tuple(p.record for p in people), tuple(c.entropy(32).hex() for _ in people)
    )
    entries = {p.record: entry_of(p) for p in people}
    size = size or len(people)
    with c.store.write() as tx:
        if told:
            write_line(
                c.desk_of(Role.MANAGER), tx, Act.INTAKE, Content.PARTICIPANTS, told_people or size, Unit.PEOPLE,
                ref=f"unit:{told_of or unit_id}",
            )  # fmt: skip
        head = tx.ledger.head(Site.CONTRACTOR)
    return Late(unit_id, size, wishes, commitment_of(opening_of(unit), entries), ref or head), unit


def test_a_late_unit_that_is_all_true_is_taken(played: Any) -> None:
    """So that the refusals below are refusals of the attack, and not of how the test makes it."""
    event, unit = forged(played, confirmed(played))
    _, log = held(played)
    assert bundle(played, log.append(event), (unit,))() is not None
    with played.ward.store.read() as tx:
        standing, _ = standing_of(tx, need_draw(tx))
    assert standing.places[-1].id == event.id


def test_ground_late_ids() -> None:
    """An id tried out until it is the smallest of all stands where any other would: behind all drawn, by its line."""
    params = Params("x-2026-1", None, KEPT_COURSES)
    drawn = Result.parse(
        b"".join(
            f"{n:064x} {'M' * 9}{n} 1 A {'A' if n == 1 else '-'}\n".encode() for n in (1, 2)
        )
    )  # fmt: skip
    lates = tuple(Late(unit_id, 1, ("A",), "0" * 64, "0" * 64) for unit_id in ("ZZZZZZZZZZ", "0000000000"))
    order = []
    for count in range(1, 4):
        leaving = (f"{'M' * 9}1", f"{'M' * 9}2", "ZZZZZZZZZZ")[:count]
        standing = replay(params, drawn, (*lates, *map(Cancel, leaving)))
        order.append(standing.seated("A")[0].id)
    assert order == [f"{'M' * 9}2", "ZZZZZZZZZZ", "0000000000"]


KEPT_COURSES = Params.parse(
    b"hkr1 params\ndraw=x-2026-1\nprevious=none\nmax_size=1\nmax_tickets=1\npublish=public\ncourse=A 1\nreserve=A 0\n",
    PARAMS,
).courses


def test_a_late_unit_nobody_confirmed(played: Any, leaves: Callable[..., Any]) -> None:
    never_sent = played.contractor.key("ワタナベ ジュン")
    without_a_word = known_to_the_ward(played)
    _, log = held(played)
    for person in (without_a_word, dataclasses.replace(never_sent, record="ZZZZZZZZZZ")):
        event, unit = forged(played, person)
        if person.record == "ZZZZZZZZZZ":  # nobody at all; the contractor's own tables would not hold it
            units: tuple[DrawUnit, ...] = ()
            take = bundle(
                played, log.append(event), units, openings=write_openings([unit]), rows=rows_now(played)
            )
        else:
            take = bundle(played, log.append(event), (unit,))
        with leaves(played.ward, IntegrityFailure) as raised:
            take()
        assert "確認していない" in str(raised.value)


def rows_now(bench: Any) -> bytes:
    draw, _ = held(bench)
    with bench.contractor.store.read() as tx:
        return jsonl(rows_of(standing_of(tx, draw)[0], members_of(tx, draw)))


def test_a_late_unit_of_a_person_whom_the_ward_returned(played: Any, leaves: Callable[..., Any]) -> None:
    """Confirmed once, returned since, and the contractor has that word: it cannot fall back on the first."""
    person = confirmed(played)
    played.ward.office.review.return_(APPLICANTS, [person.record], "not_resident")
    played.ward.office.review.send()
    played.sync()
    event, unit = forged(played, person)
    with leaves(played.ward, IntegrityFailure):
        bundle(played, held(played)[1].append(event), (unit,))()


def test_a_late_unit_confirmed_in_another_version(played: Any, leaves: Callable[..., Any]) -> None:
    person = confirmed(played)
    other = dataclasses.replace(person, applicant=dataclasses.replace(person.applicant, kana="コバヤシ チエ"))
    event, unit = forged(played, other)
    with leaves(played.ward, IntegrityFailure) as raised:
        bundle(played, held(played)[1].append(event), (unit,))()
    assert "封印" in str(raised.value)


def test_a_person_in_two_units(played: Any, leaves: Callable[..., Any]) -> None:
    """Drawn, and late as well: twice the chance."""
    drawn = played.contractor.office.participants.list("A")[-1]
    with played.contractor.store.read() as tx:
        person = tx.applications.get(drawn.number)
    event, unit = forged(played, person)
    take = bundle(
        played, held(played)[1].append(event), openings=write_openings([unit]), rows=rows_now(played)
    )
    with leaves(played.ward, IntegrityFailure) as raised:
        take()
    assert "すでに" in str(raised.value)


def test_a_late_unit_twice(played: Any, leaves: Callable[..., Any]) -> None:
    """The same person under two fresh numbers, in one bundle or in two; and the same number twice."""
    person = confirmed(played)
    first, unit = forged(played, person)
    second, again = forged(played, person)
    _, log = held(played)
    both = log.append(first).append(second)
    with leaves(played.ward, IntegrityFailure):
        bundle(played, both, (unit,), openings=write_openings([unit, again]), rows=rows_now(played))()
    with leaves(played.ward, IntegrityFailure):
        bundle(played, log.append(first).append(first), (unit,))()
    enrolled = played.contractor.office.participants.late(person.number)
    played.sync()
    third, other = forged(played, person)
    openings = [mine for mine in units(played) if mine.unit_id == enrolled.unit_id] + [other]
    with leaves(played.ward, IntegrityFailure):
        bundle(
            played, held(played)[1].append(third), openings=write_openings(openings), rows=rows_now(played)
        )()


def units(bench: Any) -> list[DrawUnit]:
    with bench.contractor.store.read() as tx:
        return list(tx.draws.units(need_draw(tx)))


@pytest.mark.parametrize(
    "terms",
    [
        {"wishes": ("B", "A")}, {"wishes": ("A",)}, {"size": 2}, {"told": False}, {"told_of": "0000000000"}, {"told_people": 2},
        {"ref": "0" * 64},
    ],
)  # fmt: skip
def test_late_units_with_terms_of_their_own(
    played: Any, leaves: Callable[..., Any], terms: dict[str, Any]
) -> None:
    """Wishes the ward does not know, a person more, no line in the ledger that tells of it, or a line about another."""
    event, unit = forged(played, confirmed(played), **terms)
    with leaves(played.ward, IntegrityFailure):
        bundle(played, held(played)[1].append(event), (unit,))()


def test_one_line_of_the_ledger_for_two_late_units(played: Any, leaves: Callable[..., Any]) -> None:
    first, unit = forged(played, confirmed(played))
    second, other = forged(played, confirmed(played, "ワタナベ ジュン"), told=False, ref=first.ref)
    log = held(played)[1].append(first).append(second)
    with leaves(played.ward, IntegrityFailure):
        bundle(played, log, (unit, other))()


def test_half_of_a_late_group(played: Any, leaves: Callable[..., Any]) -> None:
    """A pair of which one is added alone, to fit where both would not."""
    first = known_to_the_ward(played, "コバヤシ チヨ", group="G7")
    confirmed(played, "コバヤシ ジロウ", group="G7")
    with played.contractor.store.read() as tx:
        settled = tx.applications.get(first.number)
    event, unit = forged(played, settled)
    with leaves(played.ward, IntegrityFailure) as raised:
        bundle(played, held(played)[1].append(event), (unit,))()
    assert "顔ぶれ" in str(raised.value)


def test_an_opening_withheld_changed_or_of_nobody(played: Any, leaves: Callable[..., Any]) -> None:
    event, unit = forged(played, confirmed(played))
    _, log = held(played)
    grown = log.append(event)
    salt = dataclasses.replace(unit, salts=("0" * 64,))
    stranger = dataclasses.replace(unit, unit_id="0000000000")
    (row,) = from_jsonl(write_openings([unit]), OPENINGS)
    for openings in (
        None, b"", write_openings([salt]), write_openings([stranger]), write_openings([unit, unit]),
        jsonl([row | {"members": []}]), jsonl([row | {"more": 1}]), jsonl([row])[:-1],
    ):  # fmt: skip
        with leaves(played.ward, IntegrityFailure):
            bundle(played, grown, (unit,), openings=openings)()
    with leaves(played.ward, IntegrityFailure):
        bundle(played, log.append(Cancel(unit_of(played))), openings=write_openings([unit]))()


def test_another_person_put_under_a_late_number_afterwards(played: Any, leaves: Callable[..., Any]) -> None:
    enrolled = played.contractor.office.participants.late(confirmed(played).number)
    played.sync()
    other = confirmed(played, "ワタナベ ジュン")
    (mine,) = [unit for unit in units(played) if unit.unit_id == enrolled.unit_id]
    swapped = dataclasses.replace(mine, records=(other.record,))
    log = held(played)[1].append(Cancel(unit_of(played)))
    with leaves(played.ward, IntegrityFailure):
        bundle(played, log, openings=write_openings([swapped]))()


# -- promotion ------------------------------------------------------------------------------------------------


def test_an_invented_promotion(played: Any, leaves: Callable[..., Any]) -> None:
    """The list names a friend behind the one whom the events promote."""
    _, log = held(played)
    grown = log.append(Cancel(unit_of(played)))
    _, entries = played.contractor, from_jsonl(rows_now(played), ROWS)
    waiting = next(row for row in entries if row["state"] == "waiting")
    for change in (
        {"state": "seated", "outing": "B"},
        {"state": "reserved", "outing": "A"},
        {"state": "out"},
    ):
        bent = [row | change if row is waiting else row for row in entries]
        with leaves(played.ward, IntegrityFailure):
            bundle(played, grown, rows=jsonl(bent))()


def test_a_row_left_out_doubled_or_of_a_stranger(played: Any, leaves: Callable[..., Any]) -> None:
    rows = from_jsonl(rows_now(played), ROWS)
    _, log = held(played)
    for bent in (rows[:-1], [*rows, rows[0]], [*rows, rows[0] | {"record": "ZZZZZZZZZZ"}], []):
        with leaves(played.ward, IntegrityFailure):
            bundle(played, log.append(Cancel("0000000000")), rows=jsonl(bent))()
        with leaves(played.ward, IntegrityFailure):
            bundle(played, log, rows=jsonl(bent), events=None, head=None)()


def test_a_group_made_smaller_on_paper_only(bench: Any, leaves: Callable[..., Any]) -> None:
    """Fewer counted than listed gives seats away; fewer listed than counted keeps one for somebody."""
    bench.pair()
    bench.sync()
    made = [bench.contractor.key(kana, "A", group="G1") for kana in ("サトウ ハナコ", "サトウ タロウ")]
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    for _, act in bench.ceremony():
        act()
        bench.sync()
    _, log = held(bench)
    with leaves(bench.ward, IntegrityFailure) as raised:
        bundle(bench, log.append(Shrink(unit_of(bench), 1)))()
    assert "人数" in raised.value.what
    with bench.contractor.store.write() as tx:
        gone = tx.applications.get(made[0].number)
        left = dataclasses.replace(gone, state=State.WITHDRAWN, version=gone.version + 1)
        tx.applications.put(left, bench.contractor.now(), "x")
    bench.contractor.office.records.send()
    bench.sync()
    with leaves(bench.ward, IntegrityFailure) as raised:
        bundle(bench, log)()
    bench.ward.office.participants.outings()
    with leaves(bench.ward, Refused):
        bench.ward.office.participants.approve()


def test_the_wards_seats_given_away_before_the_day(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.contractor.office.rules.set(KEPT)
    bench.approved()
    _, log = held(bench)
    grown = log.append(Release("A", 1))
    with leaves(bench.ward, IntegrityFailure) as raised:
        bundle(bench, grown)()
    assert "2026-06-01" in raised.value.what
    bench.ward.moment = dt.datetime.fromisoformat("2026-06-01T08:00:00+09:00")
    assert bundle(bench, grown)() is not None


def test_an_outing_said_to_be_over_before_its_day(bench: Any, leaves: Callable[..., Any]) -> None:
    """Nobody would move up into it any more, and its seats stay empty for whom the contractor likes less."""
    bench.approved()
    _, log = held(bench)
    grown = log.append(Over("A"))
    with leaves(bench.ward, IntegrityFailure) as raised:
        bundle(bench, grown)()
    assert "2026-06-10" in raised.value.what
    bench.ward.moment = dt.datetime.fromisoformat("2026-06-10T08:00:00+09:00")
    assert bundle(bench, grown)() is not None


# -- the chain of events --------------------------------------------------------------------------------------


@pytest.fixture
def seen(played: Any) -> Any:
    """Two have withdrawn, and the ward has countersigned both."""
    people = played.contractor.office.participants
    played.first, played.second = (row.unit_id for row in people.list("A")[:2])
    for unit_id in (played.first, played.second):
        people.cancel(unit_id)
        people.send()
        played.sync()
    return played


def rewritten(bench: Any, *events: Event) -> EventLog:
    """Other events over the same result, well chained."""
    log = EventLog(held(bench)[1].result)
    for event in events:
        log = log.append(event)
    return log


def test_events_rewritten_after_the_ward_has_countersigned(seen: Any, leaves: Callable[..., Any]) -> None:
    """Cut off, put in another order, exchanged, or all gone: whatever was signed for only grows."""
    first, second = Cancel(seen.first), Cancel(seen.second)
    third = Cancel(
        next(row.unit_id for row in from_rows(seen) if row.unit_id not in (seen.first, seen.second))
    )
    for log in (
        rewritten(seen, first), rewritten(seen, second, first), rewritten(seen, second), rewritten(seen, first, third),
        rewritten(seen, third, first, second), rewritten(seen),
    ):  # fmt: skip
        with leaves(seen.ward, IntegrityFailure):
            bundle(seen, log)()
    assert bundle(seen, rewritten(seen, first, second, third))() is not None


def from_rows(bench: Any) -> list[Any]:
    return [row for code in "AB" for row in bench.contractor.office.participants.list(code)]


def test_an_older_state_of_the_participants_shown_again(seen: Any, leaves: Callable[..., Any]) -> None:
    """Without events, as if nothing had happened: the rows are no longer those that follow."""
    draw, _ = held(seen)
    with seen.contractor.store.read() as tx:
        files = tx.draws.files(draw)
        before = replay(Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT))
        rows = jsonl(rows_of(before, members_of(tx, draw)))
    with leaves(seen.ward, IntegrityFailure):
        bundle(seen, held(seen)[1], events=None, head=None, rows=rows)()


@pytest.mark.parametrize(
    "bend",
    [
        lambda data: data[:-1],
        lambda data: data + b"000002 ",
        lambda data: data[:-1] + "\u2028".encode() + data,
        lambda data: data[:-1] + "\u2028".encode(),
        lambda data: data[:-1] + b"\r\n",
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data + b"\n",
        lambda data: data.replace(b" cancel ", b"  cancel "),
        lambda data: data.replace(b"000001", b"000002"),
        lambda data: data + data,
        lambda data: data.replace(b"cancel", b"promote"),
        lambda data: b"",
    ],
)  # fmt: skip
def test_a_line_forged_in_the_file(
    played: Any, leaves: Callable[..., Any], bend: Callable[[bytes], bytes]
) -> None:
    """Through U+2028, a last line without its LF, a BOM, a CR, an empty line: none is read as anything."""
    log = held(played)[1].append(Cancel(unit_of(played)))
    with leaves(played.ward, IntegrityFailure):
        bundle(played, log, events=bend(log.to_bytes()))()


def test_events_of_another_draw(played: Any, leaves: Callable[..., Any]) -> None:
    """Chained to another result, or true events under a head that names another draw, or under another's name."""
    _, log = held(played)
    event = Cancel(unit_of(played))
    with leaves(played.ward, IntegrityFailure):
        bundle(played, EventLog("0" * 64).append(event))()
    grown = log.append(event)
    head = Head("hiking-2025-1", Site.CONTRACTOR, 1, grown.head)
    with leaves(played.ward, IntegrityFailure):
        bundle(played, grown, head=head.to_bytes())()
    with leaves(played.ward, IntegrityFailure):
        bundle(played, grown, draw=b"hiking-2025-1\n")()


def test_a_head_that_is_not_the_end_or_nobodys(played: Any, leaves: Callable[..., Any]) -> None:
    draw, log = held(played)
    grown = log.append(Cancel(unit_of(played)))
    for head in (
        Head(draw, Site.CONTRACTOR, 0, grown.result), Head(draw, Site.CONTRACTOR, 1, grown.result),
        Head(draw, Site.CONTRACTOR, 2, grown.head), Head(draw, Site.WARD, 1, grown.head),
    ):  # fmt: skip
        with leaves(played.ward, IntegrityFailure):
            bundle(played, grown, head=head.to_bytes())()
    with leaves(played.ward, IntegrityFailure):
        bundle(played, grown, head=None)()


def test_events_batched_so_that_their_order_is_the_contractors(played: Any) -> None:
    """The order within what the ward has not seen is the contractor's to write; what follows from it is not.

    Two withdrawals free the same seats in either order, and the same people sit on them.
    """
    draw, log = held(played)
    first, second = (row.unit_id for row in played.contractor.office.participants.list("A")[:2])
    with played.contractor.store.read() as tx:
        files = tx.draws.files(draw)
    params, result = Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT)
    one = replay(params, result, (Cancel(first), Cancel(second)))
    other = replay(params, result, (Cancel(second), Cancel(first)))
    assert {p.id for p in one.places if p.course} == {p.id for p in other.places if p.course}
    assert (
        log.append(Cancel(first)).append(Cancel(second)).head
        != log.append(Cancel(second)).append(Cancel(first)).head
    )


# -- the other way: a ward that forgets ------------------------------------------------------------------------


def test_a_ward_that_has_seen_other_events_or_takes_back_what_it_saw(
    seen: Any, leaves: Callable[..., Any]
) -> None:
    draw, log = held(seen)
    name = head_name(Site.WARD)
    with seen.contractor.store.read() as tx:
        assert Head.parse(tx.draws.files(draw)[name], name).seq == 2
    other = rewritten(seen, Cancel(seen.second))
    for head in (
        Head(draw, Site.WARD, 1, log.hash_at(1)), Head(draw, Site.WARD, 0, log.result), Head(draw, Site.WARD, 1, other.head),
        Head(draw, Site.WARD, 3, "0" * 64), Head("hiking-2025-1", Site.WARD, 2, log.head),
    ):  # fmt: skip
        entries = seen.signed(seen.ward, {name: head.to_bytes()}, name)
        with leaves(seen.contractor, IntegrityFailure):
            seen.forge(seen.ward, "receipt", entries)()
