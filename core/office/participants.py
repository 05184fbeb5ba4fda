"""Participants ⑦ and after: who is seated and who waits, derived by replay of events; approval ⑩; attendance.

A withdrawal is an event; promotion follows from it and is never chosen. The contractor signs each event's head, it
takes effect at once, and the ward countersigns at its next login.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.applicant import Application, age_on, town_of
from core.canonical import canonical_json
from core.draw.events import EVENTS, Cancel, Close, Decline, Disqualify, Event, EventLog, Head, head_name
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.signing import is_signed, sign, signature_name
from core.draw.standing import Place, PlaceState, Promotion, Standing, replay
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, iso, programme_of
from core.office.drawing import Step, current_draw, step_of
from core.office.exchange import Exchange, Sent, from_jsonl, jsonl
from core.office.exchange import Opened as Bundle
from core.office.keyring import need_partner, site_keys
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.records import plain_cell
from core.office.review import PARTICIPANTS, participant_hash, verdict_on
from core.office.seating import need_draw, people_of, seated_people, standing_of
from core.roles import Right, Site

ROWS = "participants.jsonl"
SHEET = "participants.csv"
APPROVAL = "approval.json"


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
        """Returned by the ward at ⑨."""
        return self._happen(Disqualify(unit_id), Act.CANCEL)

    def close(self, outing: str) -> tuple[Promotion, ...]:
        """The outing is called off."""
        return self._happen(Close(outing), Act.CANCEL)

    def _happen(self, event: Event, act: Act) -> tuple[Promotion, ...]:
        with self._desk.writing(Right.PARTICIPANTS) as tx:
            draw = need_draw(tx)
            before, log = standing_of(tx, draw)
            grown = log.append(event)
            files = tx.draws.files(draw)
            after = replay(
                Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT), grown.events
            )
            head = Head(draw, Site.CONTRACTOR, len(grown.events), grown.head)
            now = self._desk.now()
            key = Ed25519PrivateKey.from_private_bytes(site_keys(tx).signing.raw)
            tx.draws.put_file(draw, EVENTS, grown.to_bytes(), now)
            tx.draws.put_file(draw, head.file_name, head.to_bytes(), now)
            tx.draws.put_file(
                draw,
                signature_name(head.file_name, Site.CONTRACTOR),
                sign(key, head.file_name, head.to_bytes()),
                now,
            )
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
            rows = [
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
            self._take_events(tx, draw, bundle, name)
        standing, _ = standing_of(tx, draw)
        people = people_of(tx, draw)
        expected = {
            (m.record, p.id, p.state.value, p.course or "") for p in standing.places for m in people[p.id]
        }
        shown = {
            (str(r.get("record")), str(r.get("unit")), str(r.get("state")), str(r.get("outing")))
            for r in from_jsonl(bundle.entries.get(ROWS, b""), ROWS)
        }
        if expected != shown:
            raise IntegrityFailure(
                f"届いた参加者が、こちらで計算した結果と {len(expected ^ shown)}か所違います。取り込んでいません",
                where=name,
                next_step="委託先に連絡し、両者の記録を見比べてください",
            )

    def _take_events(self, tx: Tx, draw: str, bundle: Bundle, name: str) -> None:
        files = tx.draws.files(draw)
        result = Result.parse(files[RESULT], RESULT)
        log = EventLog.parse(bundle.entries[EVENTS], result.sha256)
        head_file = head_name(Site.CONTRACTOR)
        data = bundle.entries.get(head_file, b"")
        signature = bundle.entries.get(signature_name(head_file, Site.CONTRACTOR), b"")
        public = Ed25519PublicKey.from_public_bytes(need_partner(tx).signing.raw)
        head = Head.parse(data, head_file)
        if (head.seq, head.head) != (len(log.events), log.head) or not is_signed(
            public, head_file, data, signature
        ):
            raise IntegrityFailure("抽選後の変更の記録の署名が合いません", where=name)
        now = self._desk.now()
        tx.draws.put_file(draw, EVENTS, bundle.entries[EVENTS], now)
        tx.draws.put_file(draw, head_file, data, now)
        tx.draws.put_file(draw, signature_name(head_file, Site.CONTRACTOR), signature, now)
        own = Head(draw, Site.WARD, len(log.events), log.head)
        key = Ed25519PrivateKey.from_private_bytes(site_keys(tx).signing.raw)
        tx.draws.put_file(draw, own.file_name, own.to_bytes(), now)
        tx.draws.put_file(
            draw, signature_name(own.file_name, Site.WARD), sign(key, own.file_name, own.to_bytes()), now
        )

    def receipt_entries(self, tx: Tx) -> dict[str, bytes]:
        """At the ward: its countersigned head of the events, which travels with the receipts."""
        draw = current_draw(tx)
        head = head_name(self._desk.actor.site)
        names = (head, signature_name(head, self._desk.actor.site))
        if draw is None or self._desk.actor.site is not Site.WARD:
            return {}
        files = tx.draws.files(draw)
        return {name: files[name] for name in names if name in files}

    def take_receipt(self, tx: Tx, bundle: Bundle, name: str) -> None:
        """At the contractor: the ward's head must be one of this very chain of events."""
        head_file = head_name(Site.WARD)
        if self._desk.actor.site is not Site.CONTRACTOR or head_file not in bundle.entries:
            return
        draw = need_draw(tx)
        _, log = standing_of(tx, draw)
        data = bundle.entries[head_file]
        signature = bundle.entries.get(signature_name(head_file, Site.WARD), b"")
        public = Ed25519PublicKey.from_public_bytes(need_partner(tx).signing.raw)
        head = Head.parse(data, head_file)
        if not is_signed(public, head_file, data, signature):
            raise IntegrityFailure("抽選後の変更の記録への、区の署名が合いません", where=name)
        if head.seq > len(log.events) or log.hash_at(head.seq) != head.head:
            raise IntegrityFailure("区が見た抽選後の変更の記録が、こちらの記録と違います", where=name)
        tx.draws.put_file(draw, head_file, data, self._desk.now())
        tx.draws.put_file(draw, signature_name(head_file, Site.WARD), signature, self._desk.now())

    def approve(self) -> Sent:
        """⑩ at the ward: approve the participants as they stand. Waits for ⑨; a returned one must have left its seat."""
        with self._desk.writing(Right.APPROVE) as tx:
            draw = need_draw(tx)
            _, log = standing_of(tx, draw)
            words = tx.reviews.latest(PARTICIPANTS)
            seats = seated_people(tx)
            verdicts = [
                verdict_on(
                    words,
                    s.application.record,
                    participant_hash(
                        s.application.record, s.application.version_hash, s.draw, s.unit_id, s.outing
                    ),
                )[0]
                for s in seats
            ]
            if "participants" not in {row.kind for row in tx.bundles.list("in")}:
                raise Refused("参加者データ⑦がまだ届いていません", next_step="F6 送受信で受け取ってください")
            if verdicts.count("confirmed") != len(seats):
                raise Refused(
                    f"参加者の点検⑨が済んでいません（残り {verdicts.count('')}件、差戻し {verdicts.count('returned')}件）",
                    next_step="F7 点検で確認してください。差戻した人は委託先が取り消してから承認できます",
                )
            result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
            document = {
                "draw": draw, "result": result.sha256, "events": log.head, "participants": len(seats),
                "at": iso(self._desk.now()), "by": self._desk.actor.staff_id,
            }  # fmt: skip
            tx.settings.put(f"approval_{draw}", canonical_json(document).decode())
            write_line(
                self._desk, tx, Act.APPROVE, Content.PARTICIPANTS, len(seats), Unit.PEOPLE, ref=f"draw:{draw}"
            )
            sent = self._exchange.seal(
                tx, "approval", {APPROVAL: canonical_json(document) + b"\n"}, {"participants": len(seats)}
            )
        self._exchange.flush()
        return sent

    def take_approval(self, tx: Tx, bundle: Bundle, name: str) -> None:
        """⑩ at the contractor: the approval must be of this very result and these events."""
        draw = need_draw(tx)
        (document,) = from_jsonl(bundle.entries.get(APPROVAL, b""), APPROVAL) or [{}]
        _, log = standing_of(tx, draw)
        result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
        known = {log.result, *log.hashes}
        if (
            document.get("draw") != draw
            or document.get("result") != result.sha256
            or document.get("events") not in known
        ):
            raise IntegrityFailure("承認が、こちらの抽選結果のものではありません", where=name)
        tx.settings.put(f"approval_{draw}", canonical_json(document).decode())


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
