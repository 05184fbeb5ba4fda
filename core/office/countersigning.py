"""The events after the draw on their way: the contractor signs their head, the ward countersigns what it has replayed."""

from __future__ import annotations

from core.canonical import sha256_hex
from core.draw.events import EVENTS, EventLog, Head, head_name
from core.draw.result import RESULT, Result
from core.draw.signing import is_signed, sign, signature_name
from core.errors import IntegrityFailure
from core.office.desk import Desk
from core.office.draw_keys import draw_public, own_draw_key
from core.office.envelope import Opened as Bundle
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.seating import need_done, standing_of
from core.roles import Site


def put_head(desk: Desk, tx: Tx, draw: str, log: EventLog) -> None:
    """Sign, as this site, how far it has seen the events, and store both."""
    site = desk.actor.site
    head = Head(draw, site, len(log.events), log.head)
    key = own_draw_key(tx, site, draw)
    tx.draws.put_file(draw, head.file_name, head.to_bytes(), desk.now())
    signature = sign(key, head.file_name, head.to_bytes())
    tx.draws.put_file(draw, signature_name(head.file_name, site), signature, desk.now())


def read_head(tx: Tx, draw: str | None, party: Site, bundle: Bundle, name: str) -> Head:
    """The other site's head in `bundle`, its signature checked; of `draw`, or (None) of whichever it names.

    Raises `IntegrityFailure`.
    """
    head_file = head_name(party)
    data = bundle.entries.get(head_file, b"")
    signature = bundle.entries.get(signature_name(head_file, party), b"")
    head = Head.parse(data, head_file)
    if not is_signed(draw_public(tx, party, head.draw), head_file, data, signature):
        raise IntegrityFailure("抽選後の変更の記録の署名が合いません", where=name)
    if draw is not None and head.draw != draw:
        raise IntegrityFailure("別の抽選についての署名です", where=f"{name} {head_file}")
    return head


def take_events(desk: Desk, tx: Tx, draw: str, bundle: Bundle, name: str) -> None:
    """At the ward: the contractor's events, which may only grow; what is taken is countersigned.

    The caller replays them in the same transaction: events that make no sense leave nothing behind.
    """
    result = Result.parse(tx.draws.files(draw)[RESULT], RESULT)
    log = EventLog.parse(bundle.entries[EVENTS], result.sha256)
    head = read_head(tx, draw, Site.CONTRACTOR, bundle, name)
    if (head.seq, head.head) != (len(log.events), log.head):
        raise IntegrityFailure("抽選後の変更の記録が、署名されたものと合いません", where=name)
    head_file = head_name(Site.CONTRACTOR)
    signature = signature_name(head_file, Site.CONTRACTOR)
    for file in (EVENTS, head_file, signature):
        tx.draws.put_file(draw, file, bundle.entries[file], desk.now())
    put_head(desk, tx, draw, log)


def receipt_entries(desk: Desk, tx: Tx) -> dict[str, bytes]:
    """At the ward: its countersigned head of the events of a draw, which travels with the receipts.

    A receipt carries one: of the oldest draw whose head the contractor has not been told, or of the newest that has
    one. What is left over goes with the next.
    """
    if desk.actor.site is not Site.WARD:
        return {}
    head = head_name(Site.WARD)
    signed = {name: files for name in done_draws(tx) if head in (files := tx.draws.files(name))}
    if not signed:
        return {}
    untold = [
        name
        for name, files in signed.items()
        if tx.settings.get(f"head_told_{name}") != sha256_hex(files[head])
    ]
    draw = (untold + list(signed)[-1:])[0]
    files = signed[draw]
    tx.settings.put(f"head_told_{draw}", sha256_hex(files[head]))
    return {name: files[name] for name in (head, signature_name(head, Site.WARD))}


def take_receipt(desk: Desk, tx: Tx, bundle: Bundle, name: str) -> None:
    """At the contractor: the ward's head must be one of this very chain of events, and never go back."""
    head_file = head_name(Site.WARD)
    if desk.actor.site is not Site.CONTRACTOR or head_file not in bundle.entries:
        return
    head = read_head(tx, None, Site.WARD, bundle, name)
    draw = head.draw
    if draw not in need_done(tx):
        raise IntegrityFailure("別の抽選についての署名です", where=f"{name} {head_file}")
    _, log = standing_of(tx, draw)
    if head.seq > len(log.events) or log.hash_at(head.seq) != head.head:
        raise IntegrityFailure("区が見た抽選後の変更の記録が、こちらの記録と違います", where=name)
    files = tx.draws.files(draw)
    if head_file in files and Head.parse(files[head_file], head_file).seq > head.seq:
        raise IntegrityFailure("区が見た抽選後の変更の記録が、前より短くなっています", where=name)
    for file in (head_file, signature_name(head_file, Site.WARD)):
        tx.draws.put_file(draw, file, bundle.entries[file], desk.now())
