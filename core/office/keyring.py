"""The keys and cards a vault holds: its own, the partner's, and the rosters of staff keys by which lines are judged."""

from __future__ import annotations

import base64
import json

from core.canonical import sha256_hex
from core.errors import Refused
from core.exchange.card import PartnerCard, read_card
from core.keys import SiteKeys, VerifyKey
from core.ledger.codes import Act, Content, Unit
from core.ledger.line import SITE_ACTOR, LedgerLine, Seen, sign_line
from core.ledger.roster import RosterEntry, make_roster
from core.office.ports import Tx
from core.roles import Site

EPOCH = 1


def site_keys(tx: Tx) -> SiteKeys:
    """This site's own private keys of the epoch."""
    text = tx.settings.get("site_keys")
    assert text is not None, "written when the vault was made"
    return SiteKeys.from_random(base64.b64decode(text))


def put_site_keys(tx: Tx, keys: SiteKeys, card: bytes) -> None:
    tx.settings.put("site_keys", base64.b64encode(keys.raw).decode())
    tx.settings.put("own_card", card.decode())


def own_card(tx: Tx) -> bytes:
    """This site's public card."""
    text = tx.settings.get("own_card")
    assert text is not None, "written when the vault was made"
    return text.encode()


def need_partner(tx: Tx) -> PartnerCard:
    """The other site's card. Raises `Refused` before the sites are paired."""
    text = tx.settings.get("partner_card")
    if text is None:
        raise Refused(
            "相手の鍵がまだ登録されていません",
            next_step="ikiiki partner export で渡し合い、partner trust で登録してください",
        )
    return read_card(text.encode())


def rosters_of(tx: Tx, org: Site) -> dict[str, bytes]:
    """All roster documents of a site, by SHA-256."""
    stored = json.loads(tx.settings.get(f"rosters_{org}") or "[]")
    return {sha256_hex(document.encode()): document.encode() for document in stored}


def put_roster(tx: Tx, org: Site, document: bytes) -> None:
    stored = json.loads(tx.settings.get(f"rosters_{org}") or "[]")
    if document.decode() not in stored:
        tx.settings.put(f"rosters_{org}", json.dumps([*stored, document.decode()], ensure_ascii=False))


def enrol(tx: Tx, site: Site, at: str) -> None:
    """Bring the present staff in force: a new roster, named by a line the site key signs."""
    people = [row for row in tx.staff.list() if row.until is None]
    roster = make_roster(
        site, [RosterEntry(row.staff_id, row.name, row.role, VerifyKey(row.signing_public)) for row in people]
    )
    put_roster(tx, site, roster.data)
    line = LedgerLine(
        seq=tx.ledger.size(site) + 1, at=at, org=site, actor=SITE_ACTOR, role=SITE_ACTOR, act=Act.ROSTER,
        content=Content.STAFF, qty=len(people), unit=Unit.PEOPLE, ref=roster.ref,
        seen=Seen(tx.ledger.size(site.other), tx.ledger.head(site.other)),
    )  # fmt: skip
    tx.ledger.append(site, line.seq, sign_line(line, tx.ledger.head(site), site_keys(tx).signing))
