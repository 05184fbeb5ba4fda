"""Participants ⑦ and after: who is seated and who waits, derived by replay of events; approval ⑩; attendance.

A withdrawal is an event; promotion follows from it and is never chosen. The contractor signs each event's head, it
takes effect at once, and the ward countersigns at its next login.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.applicant import Application, State, age_on, town_of
from core.draw.events import EVENTS, Cancel, Close, Decline, Disqualify, Late, Reserve, head_name
from core.draw.signing import signature_name
from core.draw.standing import Place, PlaceState, Promotion
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.approving import Words, approve
from core.office.countersigning import take_events
from core.office.desk import Desk, programme_of
from core.office.drawing import OPENINGS
from core.office.envelope import Opened as Bundle
from core.office.envelope import Sent
from core.office.exchange import Exchange
from core.office.finished import FinishedDraws
from core.office.happening import (
    check_days,
    check_disqualified,
    happen,
    need_returned,
    release,
    seats_due,
    shrink,
    withdraw,
)
from core.office.late import Candidate, Enrolled, candidates, enrol_late, late_draw, late_openings, take_late
from core.office.ledger import write_line
from core.office.lines import from_jsonl, jsonl
from core.office.participant_rows import rows_of, sheet_of
from core.office.plans import done_draws, draw_of
from core.office.ports import Tx
from core.office.records import seal_applicants
from core.office.seating import (
    Seat,
    coming,
    draw_for,
    draw_of_unit,
    gone_missing,
    members_of,
    need_done,
    people_of,
    standing_of,
    today,
)
from core.programme import Programme
from core.roles import Right, Site

ROWS = "participants.jsonl"
SHEET = "participants.csv"


@dataclass(frozen=True)
class OutingStatus:
    """A line of the outing list."""

    code: str
    date: str
    place: str
    capacity: int
    reserved: int
    seated: int
    """Persons."""
    free: int
    waiting: int
    """Persons on its waiting list."""
    came: int
    absent: int
    """Did not come on the day, without having withdrawn."""
    pending: int
    """Of those seated: nothing noted yet."""
    release_on: str
    """ISO day from which the ward's seats may be released, "" when none is set."""
    release_due: bool
    """That day has come, and some of them are still kept."""


@dataclass(frozen=True)
class Participant:
    """A line of an outing's list: least sight."""

    number: int
    record: str
    unit_id: str
    kana: str
    age: int | None
    town: str
    standing: PlaceState
    place: int
    """Rank on the waiting list from 1; 0 for those seated."""
    present: bool | None
    verdict: str
    """The ward's word in ⑨: "" | confirmed | returned."""


class Participants:
    """The use cases of the 参加者 pane and `ikiiki participants`."""

    def __init__(self, desk: Desk, exchange: Exchange, finished: FinishedDraws) -> None:
        self._desk = desk
        self._exchange = exchange
        self._finished = finished

    def outings(self) -> list[OutingStatus]:
        """One line per outing; before the draw nobody is seated."""
        with self._desk.reading() as tx:
            programme = programme_of(tx)
            drawn = self._finished.by_outing(tx)
            gone = tx.applications.records(State.WITHDRAWN)
            present = {o.code: tx.attendance.of(o.code) for o in programme.outings}
        day = today(self._desk)
        rows = []
        for outing in programme.outings:
            finished = drawn.get(outing.code)
            standing = finished.standing if finished else None
            due = seats_due(programme, standing.reserve, day) if standing else ()
            seated, waiting = finished.persons[outing.code] if finished else (0, 0)
            going = finished.going(outing.code) - gone if finished else ()
            noted = [present[outing.code].get(record) for record in going]
            rows.append(
                OutingStatus(
                    outing.code, outing.date.isoformat(), outing.place, outing.capacity,
                    standing.reserve[outing.code] if standing else outing.reserved,
                    seated, standing.free[outing.code] if standing else outing.capacity - outing.reserved,
                    waiting, noted.count(True), noted.count(False), noted.count(None),
                    outing.release_on.isoformat() if outing.release_on else "", outing.code in {d.outing for d in due},
                )
            )  # fmt: skip
        return rows

    def list(self, outing: str) -> list[Participant]:
        """Those seated, by 受付番号, then the waiting list in draw order."""
        with self._desk.reading() as tx:
            programme = programme_of(tx)
            _need_outing(programme, outing)
            draw = draw_for(tx, outing)
            standing, _ = standing_of(tx, draw)
            people = people_of(tx, draw)
            present = tx.attendance.of(outing)
            words = Words(tx)

            def line(member: Application, place: Place, rank: int) -> Participant:
                born = member.applicant.birth_date
                return Participant(
                    member.number, member.record, place.id, member.applicant.kana,
                    age_on(born, programme.reference_date) if born else None, town_of(member.applicant.address),
                    place.state, rank, present.get(member.record), words.on(Seat(member, draw, place.id, outing)),
                )  # fmt: skip

            seated = [line(m, place, 0) for place in standing.seated(outing) for m in people[place.id]]
            waiting = [
                line(m, place, rank)
                for rank, place in enumerate(standing.waiting(outing), start=1)
                for m in people[place.id]
            ]
        return sorted(seated, key=lambda p: p.number) + waiting

    def find(self, number: int, outing: str = "") -> str:
        """The unit id behind a 受付番号, in the draw of that outing, or in the newest that has it.

        Raises `UsageError` when it is not in the draw, or has left its group.
        """
        with self._desk.reading() as tx:
            draws = [draw_for(tx, outing)] if outing else need_done(tx)
            application = tx.applications.get(number)
            for draw in reversed(draws):
                for unit in tx.draws.units(draw):
                    if application is not None and application.record in unit.records:
                        if not coming(application):
                            raise UsageError(
                                "この人はすでに組から抜けています", where=f"受付番号 {number:04}"
                            )
                        return unit.unit_id
        raise UsageError("この受付番号は抽選に入っていません", where=f"受付番号 {number:04}")

    # -- events -----------------------------------------------------------------------------------------

    def cancel(self, unit_id: str) -> tuple[Promotion, ...]:
        """A unit withdraws altogether; whoever then fits is promoted, in draw order."""
        return self._happen(Cancel(unit_id), Act.WITHDRAW)

    def withdraw(self, number: int) -> tuple[Promotion, ...]:
        """Whoever has this 受付番号 (a group: all of it) withdraws from all rounds, also from those still to be drawn."""
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            return withdraw(self._desk, tx, number)

    def decline(self, unit_id: str, outing: str) -> tuple[Promotion, ...]:
        """A unit gives up one outing and goes on waiting for its others."""
        return self._happen(Decline(unit_id, outing), Act.WITHDRAW)

    def disqualify(self, unit_id: str) -> tuple[Promotion, ...]:
        """Take out a unit with a person the ward returned at ⑨; refused for all others, who may only withdraw."""
        return self._happen(Disqualify(unit_id), Act.CANCEL)

    def close(self, outing: str) -> tuple[Promotion, ...]:
        """The outing is called off."""
        return self._happen(Close(outing), Act.CANCEL)

    def shrink(self, numbers: Sequence[int]) -> tuple[Promotion, ...]:
        """These people (受付番号, all of one group) withdraw; the others of the group keep their place.

        Their applications are withdrawn with it and go to the ward before ⑦ does.
        """
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            return shrink(self._desk, tx, numbers)

    def reserve(self, unit_id: str, outing: str) -> tuple[Promotion, ...]:
        """A unit that waits for this outing gets seats the ward had kept, because the ward says so."""
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            draw = draw_of_unit(tx, unit_id)
            standing, _ = standing_of(tx, draw)
            size = next((place.size for place in standing.places if place.id == unit_id), 1)
            write_line(
                self._desk, tx, Act.RESERVE, Content.PARTICIPANTS, size, Unit.PEOPLE, ref=f"unit:{unit_id}"
            )
            return happen(self._desk, tx, draw, Reserve(unit_id, outing))

    def release(self, outing: str, seats: int | None = None) -> tuple[Promotion, ...]:
        """So many of the seats the ward had kept (None: all) fall to the waiting list; refused before `release_on`."""
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            _need_outing(programme_of(tx), outing)
            return release(self._desk, tx, draw_for(tx, outing), outing, seats)

    def late_candidates(self) -> tuple[Candidate, ...]:
        """Confirmed by the ward, but in no unit of the draw: who can be added behind all that were drawn."""
        with self._desk.reading(Right.PARTICIPANTS) as tx:
            found = {one.number: one for draw in need_done(tx) for one in candidates(tx, draw)}
            return tuple(found[number] for number in sorted(found))

    def late(self, number: int) -> Enrolled:
        """Add an application (with its group) behind all that were drawn, and seal ⑦, which carries its opening.

        It goes at once: what the ward is to check this by must not change in between.
        """
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            draw = late_draw(tx, number)
            enrolled, _ = enrol_late(self._desk, tx, draw, number)
            self._seal(tx, draw)
        self._exchange.flush()
        return enrolled

    def _happen(self, event: Cancel | Decline | Disqualify | Close, act: Act) -> tuple[Promotion, ...]:
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            if isinstance(event, Close):
                draw = draw_of(tx, event.course) or need_done(tx)[-1]
            else:
                draw = draw_of_unit(tx, event.id)
            if isinstance(event, Disqualify):
                need_returned(tx, draw, event.id)
            write_line(self._desk, tx, act, Content.PARTICIPANTS, 1, Unit.RECORDS, ref=f"draw:{draw}")
            return happen(self._desk, tx, draw, event)

    def attend(self, outing: str, record: str, present: bool) -> None:
        """Note who came, and who did not, from the day of the outing on."""
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            drawn = self._finished.by_outing(tx).get(outing)
            who = tx.applications.by_record(record) if drawn and record in drawn.going(outing) else None
            if who is None or not coming(who):
                raise UsageError("この回の参加者ではありません", where=record)
            day = programme_of(tx).outing(outing).date
            if today(self._desk) < day:
                raise Refused(
                    "出欠を記録できるのは開催日からです",
                    where=f"{outing} {day}",
                    next_step="来られないと分かっている人は「辞退」で記録してください",
                )
            if tx.attendance.of(outing).get(record) is present:
                return  # noted so already
            tx.attendance.put(outing, record, present, self._desk.now(), self._desk.actor.staff_id)
            self._desk.log(tx, "attend", f"{outing} no={who.number} {'yes' if present else 'no'}")

    # -- ⑦ and ⑩ ----------------------------------------------------------------------------------------

    def unsent(self) -> bool:
        """Whether the ward has not yet been sent the participants as they stand (contractor)."""
        with self._desk.reading() as tx:
            return self._desk.actor.site is Site.CONTRACTOR and bool(unsent_draws(tx))

    def send(self) -> Sent | None:
        """⑦: seal the participants as they stand, with the events, for the ward. None when it has them already.

        One bundle for each finished draw that has changed; the last is returned.
        """
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused("参加者データを送るのは委託先です")
        with self._desk.writing(Right.SEND) as tx:
            need_done(tx)
            sent = None
            for draw in unsent_draws(tx):
                sent = self._seal(tx, draw)
        self._exchange.flush()
        return sent

    def _seal(self, tx: Tx, draw: str) -> Sent | None:
        standing, log = standing_of(tx, draw)
        if tx.settings.get(f"participants_sent_{draw}") == log.head:
            return None
        files = tx.draws.files(draw)
        members = members_of(tx, draw)
        left = any(not coming(member) for unit in members.values() for member in unit)
        if left or any(isinstance(event, Late) for event in log.events):
            seal_applicants(tx, self._exchange)  # first: they tell the ward who left or joined a group
        rows = rows_of(standing, members)
        entries = {
            "draw.txt": f"{draw}\n".encode(),
            ROWS: jsonl(rows),
            SHEET: sheet_of(standing, members),
            **late_openings(tx, draw, log.events),
        }
        head = head_name(Site.CONTRACTOR)
        for name in (EVENTS, head, signature_name(head, Site.CONTRACTOR)):
            if name in files:
                entries[name] = files[name]
        sent = self._exchange.seal(
            tx, "participants", entries, {"participants": sum(1 for r in rows if r["outing"])}
        )
        tx.settings.put(f"participants_sent_{draw}", log.head)
        return sent

    def seal_late(self, tx: Tx) -> None:
        """Seal ⑦ again, in the caller's transaction, where it brings people added after the draw and was voided.

        At once, as `late` does: what the ward is to check them by must not change in between.
        """
        for draw in unsent_draws(tx):
            if any(isinstance(event, Late) for event in standing_of(tx, draw)[1].events):
                self._seal(tx, draw)

    def take_in(self, tx: Tx, bundle: Bundle, name: str) -> None:
        """⑧ at the ward: replay the events here and demand the very list the contractor sent."""
        if self._desk.actor.site is not Site.WARD:
            raise IntegrityFailure("参加者データは委託先から区へ送るものです", where=name)
        named = bundle.entries.get("draw.txt")
        draw = next((draw for draw in need_done(tx) if named == f"{draw}\n".encode()), None)
        if draw is None:
            raise IntegrityFailure("別の抽選の参加者データです", where=name)
        _, known = standing_of(tx, draw)
        if EVENTS in bundle.entries:
            take_events(self._desk, tx, draw, bundle, name)
        standing, log = standing_of(tx, draw)
        fresh = log.events[len(known.events) :]
        check_days(self._desk, tx, fresh, name)
        take_late(tx, draw, log.events, bundle.entries.get(OPENINGS), name)
        check_disqualified(tx, draw, fresh, name)
        members = members_of(tx, draw)
        if unit := gone_missing(standing, people_of(tx, draw)):
            raise IntegrityFailure(
                "組の人数が、抽選後の記録と合いません。取り込んでいません",
                where=f"{name} 抽選番号 {unit}",
                next_step="委託先に連絡し、両者の記録を見比べてください",
            )
        expected = [jsonl([row]) for row in rows_of(standing, members)]
        shown = [jsonl([row]) for row in from_jsonl(bundle.entries.get(ROWS, b""), ROWS)]
        if sorted(expected) != sorted(shown):
            differing = len(set(expected) ^ set(shown)) or abs(len(expected) - len(shown))
            raise IntegrityFailure(
                f"届いた参加者が、こちらで計算した結果と {differing}か所違います。取り込んでいません",
                where=name,
                next_step="委託先に連絡し、両者の記録を見比べてください",
            )
        tx.settings.put(f"participants_came_{draw}", log.head)

    def approve(self) -> Sent:
        """⑩ at the ward: approve the participants as they stand. Waits for ⑨; a returned one must have left its seat.

        Words of the review that were not sent yet go first. Raises `Refused` when this very state is approved already.
        """
        with self._desk.writing(Right.APPROVE) as tx:
            sent = approve(self._desk, tx, self._exchange)
        self._exchange.flush()
        return sent


def unsent_draws(tx: Tx) -> list[str]:
    """At the contractor: the finished draws whose participants, as they stand, the ward has not been sent."""
    return [
        draw
        for draw in done_draws(tx)
        if tx.settings.get(f"participants_sent_{draw}") != standing_of(tx, draw)[1].head
    ]


def _need_outing(programme: Programme, outing: str) -> None:
    if outing not in programme.codes:
        raise UsageError("その回はありません", where=outing)
