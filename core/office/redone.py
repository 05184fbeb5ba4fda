"""What sealing each kind of bundle had done to this vault, done once more: for bundles handed back after a restore.

The entries are this site's own, signed by it when they were sealed; each function gets one whose ledger line is there again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from core.applicant import Application
from core.canonical import sha256_hex
from core.draw.events import EVENTS, head_name
from core.draw.signing import signature_name
from core.draw.steps import FREEZE, reveal_name
from core.errors import IntegrityFailure
from core.exchange.listing import VOID, read_void
from core.exchange.names import bundle_name
from core.office.approving import APPROVAL
from core.office.blanking import is_blanked
from core.office.counter import note_handed, note_keyed
from core.office.desk import Desk, iso
from core.office.drawing import OPENINGS
from core.office.drawn import COVER
from core.office.envelope import Opened
from core.office.fates import Fate
from core.office.lines import from_jsonl
from core.office.openings import read_openings
from core.office.ports import ReviewRow, Tx
from core.office.records import read_applications
from core.office.returned import note_returned
from core.office.review_lines import ENTRY as WORDS
from core.office.review_lines import from_lines
from core.office.rules import ENTRY as PROGRAMME
from core.office.rules import programme_ref
from core.office.seating import standing_of
from core.office.voiding import take_back
from core.roles import Site

_DRAW = "draw.txt"
_RETURNED = "returned"
"""Reason of an erasure that was carried out before the restore; the person's own reason is in the lost vault."""


def redo(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    """As if `name` had just been sealed here. Raises `IntegrityFailure` for contents that this vault cannot follow."""
    _REDO[opened.kind](desk, tx, opened, name)


def _programme(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    text = opened.entries[PROGRAMME].decode("utf-8")
    tx.settings.put("programme", text)
    tx.settings.put("programme_sent", programme_ref(text))


def _applicants(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    sent = read_applications(opened)
    fresh = [one.number for one in sent if _keep(desk, tx, one)]
    tx.applications.mark_sent([one.number for one in sent], name)
    note_returned(tx, fresh)


def _keep(desk: Desk, tx: Tx, sent: Application) -> bool:
    """Bring an application to where it stood when it was sent; whether it is new here."""
    known = tx.applications.by_record(sent.record)
    if known is None:
        tx.applications.add(sent, desk.now())
    elif known.number != sent.number:
        raise IntegrityFailure(
            "返された応募の受付番号が、この保管庫のものと違います", where=f"受付番号 {known.number:04}"
        )
    elif dataclasses.replace(sent, version=known.version) != known:
        # The versions between were never sent, and are lost: the count goes on from what the backup has.
        tx.applications.put(
            dataclasses.replace(sent, version=known.version + 1), desk.now(), desk.actor.staff_id
        )
    if is_blanked(sent) and (known is None or not is_blanked(known)):
        tx.blanks.erase(sent, desk.now(), desk.actor.staff_id, _RETURNED)
    return known is None


def _desk(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    handed = read_applications(opened)
    for one in handed:
        if tx.applications.by_record(one.record) is None:
            tx.applications.add(one, desk.now())
            note_keyed(tx, one.record)
    note_handed(tx, [one.record for one in handed], name)


def _review(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    waiting = {_word(row) for row in tx.reviews.unsent()}
    for row in from_lines(opened.entries.get(WORDS, b"")):
        if _word(row) in waiting:
            tx.reviews.mark_sent([row], name)
        else:
            tx.reviews.add(dataclasses.replace(row, sent_in=name))


def _word(row: ReviewRow) -> tuple[str, ...]:
    return (row.stage, row.record, row.version_hash, row.verdict, row.code, row.actor, iso(row.at))


def _draw(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    draw = _draw_of(opened)
    for entry, data in opened.entries.items():
        if entry not in COVER and entry != OPENINGS:
            tx.draws.put_file(draw, entry, data, desk.now())
    if OPENINGS in opened.entries:
        tx.draws.put_units(read_openings(draw, opened.entries[OPENINGS]))
    ward = desk.actor.site is Site.WARD
    if (
        ward
        and signature_name(FREEZE, Site.WARD) in opened.entries
        and reveal_name(Site.WARD) not in opened.entries
    ):
        tx.settings.put(f"withheld_{draw}", "yes")


def _participants(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    draw, head = _draw_of(opened), head_name(Site.CONTRACTOR)
    if OPENINGS in opened.entries:
        tx.draws.put_units(read_openings(draw, opened.entries[OPENINGS]))
    for entry in (EVENTS, head, signature_name(head, Site.CONTRACTOR)):
        if entry in opened.entries:
            tx.draws.put_file(draw, entry, opened.entries[entry], desk.now())
    tx.settings.put(f"participants_sent_{draw}", standing_of(tx, draw)[1].head)


def _approval(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    data = opened.entries.get(APPROVAL, b"")
    (document,) = from_jsonl(data, APPROVAL)
    tx.settings.put(f"approval_{document['draw']}", data.decode().removesuffix("\n"))
    tx.settings.put(f"approval_in_{document['draw']}", name)


def _receipt(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    head = head_name(Site.WARD)
    if desk.actor.site is not Site.WARD or head not in opened.entries:
        return
    data = opened.entries[head]
    for draw in tx.draws.names():
        if tx.draws.files(draw).get(head) == data:
            tx.settings.put(f"head_told_{draw}", sha256_hex(data))


def _void(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    bundle = bundle_name(name)
    assert bundle is not None, "opened under it"
    listed = read_void(opened.entries.get(VOID, b""), bundle)
    for one, digest in listed.items():
        if tx.fates.get(str(one)) is None:
            tx.fates.add(Fate(str(one), "out", True, digest, desk.now()))
    known = [row for one in listed if (row := tx.bundles.get(str(one))) is not None]
    if known:
        take_back(tx, known)


def _draw_of(opened: Opened) -> str:
    return opened.entries.get(_DRAW, b"").decode("ascii", "replace").removesuffix("\n")


_REDO: dict[str, Callable[[Desk, Tx, Opened, str], None]] = {
    "programme": _programme,
    "applicants": _applicants,
    "desk": _desk,
    "review": _review,
    "draw": _draw,
    "participants": _participants,
    "approval": _approval,
    "receipt": _receipt,
    "void": _void,
}
