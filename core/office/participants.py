"""Participants ⑦ and after: who is seated and who waits, derived by replay of events; approval ⑩; attendance.

A withdrawal is an event; promotion follows from it and is never chosen. The contractor signs each event's head, it
takes effect at once, and the ward countersigns at its next login.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.applicant import Application, age_on, town_of
from core.draw.events import EVENTS, Cancel, Close, Decline, Disqualify, Event, head_name
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.signing import signature_name
from core.draw.standing import Place, PlaceState, Promotion, Standing, replay
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.approving import approve
from core.office.countersigning import put_head, take_events
from core.office.desk import Desk, programme_of
from core.office.drawing import Step, current_draw, step_of
from core.office.envelope import Opened as Bundle
from core.office.exchange import Exchange, Sent
from core.office.ledger import write_line
from core.office.lines import from_jsonl, jsonl
from core.office.ports import Tx
from core.office.records import plain_cell
from core.office.review import PARTICIPANTS, participant_hash, verdict_on
from core.office.seating import need_draw, people_of, seated_people, standing_of
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

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange

    def outings(self) -> list[OutingStatus]:
        """One line per outing; before the draw nobody is seated."""
        with self._desk.reading() as tx:
            programme = programme_of(tx)
            draw = current_draw(tx)
            standing = (
                standing_of(tx, draw)[0] if draw and step_of(tx.draws.files(draw)) is Step.DONE else None
            )
        rows = []
        for outing in programme.outings:
            seated = standing.seated(outing.code) if standing else ()
            waiting = standing.waiting(outing.code) if standing else ()
            rows.append(
                OutingStatus(
                    outing.code, outing.date.isoformat(), outing.place, outing.capacity,
                    standing.reserve[outing.code] if standing else outing.reserved,
                    sum(p.size for p in seated), standing.free[outing.code] if standing else outing.capacity - outing.reserved,
                    sum(p.size for p in waiting),
                )
            )  # fmt: skip
        return rows

    def list(self, outing: str) -> list[Participant]:
        """Those seated, by 受付番号, then the waiting list in draw order."""
        with self._desk.reading() as tx:
            programme = programme_of(tx)
            if outing not in {o.code for o in programme.outings}:
                raise UsageError("その回はありません", where=outing)
            draw = need_draw(tx)
            standing, _ = standing_of(tx, draw)
            people = people_of(tx, draw)
            present = tx.attendance.of(outing)
            words = tx.reviews.latest(PARTICIPANTS)

            def line(member: Application, place: Place, rank: int) -> Participant:
                born = member.applicant.birth_date
                version = participant_hash(member.record, member.version_hash, draw, place.id, outing)
                return Participant(
                    member.number, member.record, place.id, member.applicant.kana,
                    age_on(born, programme.reference_date) if born else None, town_of(member.applicant.address),
                    place.state, rank, present.get(member.record), verdict_on(words, member.record, version)[0],
                )  # fmt: skip

            seated = [line(m, place, 0) for place in standing.seated(outing) for m in people[place.id]]
            waiting = [
                line(m, place, rank)
                for rank, place in enumerate(standing.waiting(outing), start=1)
                for m in people[place.id]
            ]
        return sorted(seated, key=lambda p: p.number) + waiting

    def find(self, number: int) -> str:
        """The unit id behind a 受付番号. Raises `UsageError` when it is not in the draw."""
        with self._desk.reading() as tx:
            draw = need_draw(tx)
            application = tx.applications.get(number)
            for unit in tx.draws.units(draw):
                if application is not None and application.record in unit.records:
                    return unit.unit_id
        raise UsageError("この受付番号は抽選に入っていません", where=f"受付番号 {number:04}")

    # -- events -----------------------------------------------------------------------------------------

    def cancel(self, unit_id: str) -> tuple[Promotion, ...]:
        """A unit withdraws altogether; whoever then fits is promoted, in draw order."""
        return self._happen(Cancel(unit_id), Act.WITHDRAW)

    def decline(self, unit_id: str, outing: str) -> tuple[Promotion, ...]:
        """A unit gives up one outing and goes on waiting for its others."""
        return self._happen(Decline(unit_id, outing), Act.WITHDRAW)

    def disqualify(self, unit_id: str) -> tuple[Promotion, ...]:
        """Take out a unit with a person the ward returned at ⑨; refused for all others, who may only withdraw."""
        return self._happen(Disqualify(unit_id), Act.CANCEL)

    def close(self, outing: str) -> tuple[Promotion, ...]:
        """The outing is called off."""
        return self._happen(Close(outing), Act.CANCEL)

    def _happen(self, event: Event, act: Act) -> tuple[Promotion, ...]:
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            draw = need_draw(tx)
            before, log = standing_of(tx, draw)
            if isinstance(event, Disqualify):
                _need_returned(tx, draw, event.id)
            grown = log.append(event)
            files = tx.draws.files(draw)
            after = replay(
                Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT), grown.events
            )
            tx.draws.put_file(draw, EVENTS, grown.to_bytes(), self._desk.now())
            put_head(self._desk, tx, draw, grown)
            write_line(self._desk, tx, act, Content.PARTICIPANTS, 1, Unit.RECORDS, ref=f"draw:{draw}")
            promoted = after.promotions[len(before.promotions) :]
            for promotion in promoted:
                write_line(
                    self._desk,
                    tx,
                    Act.PROMOTE,
                    Content.PARTICIPANTS,
                    1,
                    Unit.RECORDS,
                    ref=f"unit:{promotion.id}",
                )
            self._desk.log(tx, "event", f"{draw} seq={len(grown.events)} promoted={len(promoted)}")
        return promoted

    def attend(self, outing: str, record: str, present: bool) -> None:
        """Note on the day who came."""
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            if record not in {s.application.record for s in seated_people(tx) if s.outing == outing}:
                raise UsageError("この回の参加者ではありません", where=record)
            tx.attendance.put(outing, record, present, self._desk.now(), self._desk.actor.staff_id)
            self._desk.log(tx, "attend", f"{outing} {record} {'yes' if present else 'no'}")

    # -- ⑦ and ⑩ ----------------------------------------------------------------------------------------

    def unsent(self) -> bool:
        """Whether the ward has not yet been sent the participants as they stand (contractor)."""
        with self._desk.reading() as tx:
            draw = current_draw(tx)
            if (
                self._desk.actor.site is not Site.CONTRACTOR
                or not draw
                or step_of(tx.draws.files(draw)) is not Step.DONE
            ):
                return False
            return tx.settings.get(f"participants_sent_{draw}") != standing_of(tx, draw)[1].head

    def send(self) -> Sent | None:
        """⑦: seal the participants as they stand, with the events, for the ward. None when it has them already."""
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused("参加者データを送るのは委託先です")
        with self._desk.writing(Right.SEND) as tx:
            draw = need_draw(tx)
            standing, log = standing_of(tx, draw)
            if tx.settings.get(f"participants_sent_{draw}") == log.head:
                return None
            files = tx.draws.files(draw)
            people = people_of(tx, draw)
            rows = _rows(standing, people)
            entries: dict[str, bytes] = {
                "draw.txt": f"{draw}\n".encode(),
                ROWS: jsonl(rows),
                SHEET: _sheet(standing, people),
            }
            head = head_name(Site.CONTRACTOR)
            for name in (EVENTS, head, signature_name(head, Site.CONTRACTOR)):
                if name in files:
                    entries[name] = files[name]
            sent = self._exchange.seal(
                tx, "participants", entries, {"participants": sum(1 for r in rows if r["outing"])}
            )
            tx.settings.put(f"participants_sent_{draw}", log.head)
        self._exchange.flush()
        return sent

    def take_in(self, tx: Tx, bundle: Bundle, name: str) -> None:
        """⑧ at the ward: replay the events here and demand the very list the contractor sent."""
        if self._desk.actor.site is not Site.WARD:
            raise IntegrityFailure("参加者データは委託先から区へ送るものです", where=name)
        draw = need_draw(tx)
        if bundle.entries.get("draw.txt") != f"{draw}\n".encode():
            raise IntegrityFailure("別の抽選の参加者データです", where=name)
        if EVENTS in bundle.entries:
            take_events(self._desk, tx, draw, bundle, name)
        standing, _ = standing_of(tx, draw)
        people = people_of(tx, draw)
        if any(place.id not in people for place in standing.places):
            raise IntegrityFailure("こちらの知らない人が、抽選後の記録に加えられています", where=name)
        expected = [jsonl([row]) for row in _rows(standing, people)]
        shown = [jsonl([row]) for row in from_jsonl(bundle.entries.get(ROWS, b""), ROWS)]
        if sorted(expected) != sorted(shown):
            differing = len(set(expected) ^ set(shown)) or abs(len(expected) - len(shown))
            raise IntegrityFailure(
                f"届いた参加者が、こちらで計算した結果と {differing}か所違います。取り込んでいません",
                where=name,
                next_step="委託先に連絡し、両者の記録を見比べてください",
            )

    def approve(self) -> Sent:
        """⑩ at the ward: approve the participants as they stand. Waits for ⑨; a returned one must have left its seat.

        Words of the review that were not sent yet go first. Raises `Refused` when this very state is approved already.
        """
        with self._desk.writing(Right.APPROVE) as tx:
            sent = approve(self._desk, tx, self._exchange)
        self._exchange.flush()
        return sent


def _need_returned(tx: Tx, draw: str, unit_id: str) -> None:
    words = tx.reviews.latest(PARTICIPANTS)
    records = next((unit.records for unit in tx.draws.units(draw) if unit.unit_id == unit_id), ())
    if not any(record in words and words[record].verdict == "returned" for record in records):
        raise Refused(
            "区が点検⑨で差し戻していない人を失格にはできません",
            where=unit_id,
            next_step="本人の申し出による辞退なら「辞退」で記録してください",
        )


def _rows(standing: Standing, people: Mapping[str, list[Application]]) -> list[dict[str, object]]:
    """`participants.jsonl`: everybody in the draw as they stand, numbers and codes only."""
    return [
        {
            "record": m.record,
            "number": m.number,
            "unit": p.id,
            "state": p.state.value,
            "outing": p.course or "",
        }
        for p in standing.places
        for m in people[p.id]
    ]


def _sheet(standing: Standing, people: Mapping[str, list[Application]]) -> bytes:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["抽選番号", "受付番号", "カナ氏名", "状態", "回"])
    words = {
        PlaceState.SEATED: "当選",
        PlaceState.RESERVED: "区優先枠",
        PlaceState.WAITING: "補欠",
        PlaceState.OUT: "辞退",
    }
    for place in standing.places:
        for member in people[place.id]:
            writer.writerow(
                [
                    plain_cell(c)
                    for c in (
                        place.id,
                        f"{member.number:04}",
                        member.applicant.kana,
                        words[place.state],
                        place.course or "",
                    )
                ]
            )
    return b"\xef\xbb\xbf" + out.getvalue().encode()
