"""Approval ⑩: the ward's word on the participants as they stand, and what the contractor takes it for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from core.canonical import canonical_json
from core.draw.result import RESULT, Result
from core.errors import IntegrityFailure, Refused
from core.exchange.strict import HASH, STAFF_ID, Fields
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk, iso
from core.office.envelope import Opened as Bundle
from core.office.envelope import Sent
from core.office.exchange import Exchange
from core.office.ledger import write_line
from core.office.lines import from_jsonl
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.review import PARTICIPANTS, participant_hash, seal_words, verdict_on
from core.office.seating import (
    Seat,
    approval_of,
    gone_missing,
    need_done,
    participants_came,
    people_of,
    seated_in,
    standing_of,
)
from core.roles import Site

APPROVAL = "approval.json"
_KEYS = ("draw", "result", "events", "participants", "at", "by")
_ANY = re.compile(".{1,200}")


def verdicts_on(tx: Tx, seats: list[Seat]) -> list[str]:
    """The ward's word in ⑨ on each of these, as they sit now: "" | confirmed | returned."""
    words = Words(tx)
    return [words.on(seat) for seat in seats]


class Words:
    """The ward's words in ⑨ (on these records alone), read once."""

    def __init__(self, tx: Tx, records: Sequence[str] | None = None) -> None:
        self._latest = tx.reviews.latest(PARTICIPANTS, records)
        # With seats of two rounds, the word on the one must not hide the word on the other.
        self._said = tx.reviews.said(PARTICIPANTS, records) if len(done_draws(tx)) > 1 else {}

    def on(self, seat: Seat) -> str:
        """ "" | confirmed | returned, of this person in this version on this seat."""
        record = seat.application.record
        version = participant_hash(
            record, seat.application.version_hash, seat.draw, seat.unit_id, seat.outing
        )
        verdict = verdict_on(self._latest, record, version)[0]
        said = self._said.get((record, version))
        return verdict or (said.verdict if said else "")


def approve(desk: Desk, tx: Tx, exchange: Exchange) -> Sent:
    """Seal the approval, in the caller's transaction. Raises `Refused` while anything is missing."""
    draw = _due(tx)
    standing, log = standing_of(tx, draw)
    if gone_missing(standing, people_of(tx, draw)):
        raise Refused(
            "組から抜けた人の記録が、まだそろっていません",
            next_step="F6 送受信で委託先の⑦を受け取ってください",
        )
    if not participants_came(tx, draw):
        raise Refused("参加者データ⑦がまだ届いていません", next_step="F6 送受信で受け取ってください")
    seats = seated_in(tx, draw)
    verdicts = verdicts_on(tx, seats)
    if verdicts.count("confirmed") != len(seats):
        raise Refused(
            f"参加者の点検⑨が済んでいません（残り {verdicts.count('')}件、差戻し {verdicts.count('returned')}件）",
            next_step="F7 点検で確認してください。差戻した人は委託先が取り消してから承認できます",
        )
    result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
    before = approval_of(tx, draw)
    if before is not None and before.get("events") == log.head:
        raise Refused("この参加者は、すでに承認しています", next_step="F6 送受信で委託先へ送ってください")
    seal_words(desk, tx, exchange)
    document = {
        "draw": draw, "result": result.sha256, "events": log.head, "participants": len(seats),
        "at": iso(desk.now()), "by": desk.actor.staff_id,
    }  # fmt: skip
    tx.settings.put(f"approval_{draw}", canonical_json(document).decode())
    write_line(desk, tx, Act.APPROVE, Content.PARTICIPANTS, len(seats), Unit.PEOPLE, ref=f"draw:{draw}")
    desk.log(tx, "approve", f"{draw} n={len(seats)}")
    sent = exchange.seal(
        tx, "approval", {APPROVAL: canonical_json(document) + b"\n"}, {"participants": len(seats)}
    )
    tx.settings.put(f"approval_in_{draw}", sent.name)
    return sent


def _due(tx: Tx) -> str:
    """The draw to approve: the oldest that is not yet; after that the one whose participants have changed since."""
    done = need_done(tx)
    waiting = [name for name in done if approval_of(tx, name) is None]
    changed = [
        name
        for name in done
        if (before := approval_of(tx, name)) and before["events"] != standing_of(tx, name)[1].head
    ]
    return (waiting + changed + done[-1:])[0]


def take_approval(desk: Desk, tx: Tx, bundle: Bundle, name: str) -> None:
    """⑩ at the contractor: the approval must be of this very result, and of these events up to some line."""
    if desk.actor.site is not Site.CONTRACTOR:
        raise IntegrityFailure("承認は区から委託先へ送るものです", where=name)
    done = need_done(tx)
    rows = from_jsonl(bundle.entries.get(APPROVAL, b""), APPROVAL)
    if len(rows) != 1:
        raise IntegrityFailure("承認の記録が読めません", where=f"{name} {APPROVAL}")
    fields = Fields(rows[0], f"{name} {APPROVAL}").exactly(_KEYS)
    fields.integer("participants")
    fields.moment("at")
    fields.text("by", STAFF_ID)
    draw = fields.text("draw", _ANY)
    if draw not in done:
        raise IntegrityFailure("承認が、こちらの抽選結果のものではありません", where=name)
    _, log = standing_of(tx, draw)
    result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
    if fields.text("result", HASH) != result.sha256 or fields.text("events", HASH) not in {
        log.result,
        *log.hashes,
    }:
        raise IntegrityFailure("承認が、こちらの抽選結果のものではありません", where=name)
    before = approval_of(tx, draw)
    order = [log.result, *log.hashes]
    if before and order.index(str(before["events"])) > order.index(fields.text("events")):
        return  # one told by telephone since was of more: it does not go back
    tx.settings.put(f"approval_{draw}", canonical_json(rows[0]).decode())


def newest_approved(tx: Tx) -> str | None:
    """The draw approved last whose participants are still those that were approved; None when there is none."""
    found = [
        (str(before["at"]), draw)
        for draw in done_draws(tx)
        if (before := approval_of(tx, draw)) and before["events"] == standing_of(tx, draw)[1].head
    ]
    return max(found)[1] if found else None


def approve_heard(tx: Tx, draw: str, participants: int, by: str, at: dt.datetime) -> None:
    """⑩ at the contractor, told by telephone: of this result and all events, heard by `by`. The bundle replaces it."""
    result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
    document = {
        "draw": draw, "result": result.sha256, "events": standing_of(tx, draw)[1].head, "participants": participants,
        "at": iso(at), "by": by,
    }  # fmt: skip
    tx.settings.put(f"approval_{draw}", canonical_json(document).decode())
