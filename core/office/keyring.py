"""The keys and cards a vault holds, epoch by epoch, and the rosters of staff keys by which lines are judged.

`site_keys`, `own_card` and `partner_card` are those this site seals with now. Epochs gone by are kept behind them, with
their private halves until nothing is left that needs those; the next one is made before it is begun (`Next`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.canonical import sha256_hex
from core.errors import Refused
from core.exchange.card import PartnerCard, read_card
from core.keys import OpeningKey, SigningKey, SiteKeys, VerifyKey
from core.ledger.codes import Act, Content, Unit
from core.ledger.line import SITE_ACTOR, LedgerLine, Seen, sign_line
from core.ledger.roster import RosterEntry, make_roster
from core.office.courier_papers import CourierPair
from core.office.ports import Tx
from core.office.unsettled import need_settled
from core.roles import Site

FIRST_EPOCH = 1
"""What a new vault begins with."""


@dataclass(frozen=True)
class Ring:
    """An epoch in which both sites have cards."""

    own: PartnerCard
    partner: PartnerCard
    signing: SigningKey | None = field(default=None, repr=False)
    """None once destroyed."""
    opening: OpeningKey | None = field(default=None, repr=False)
    """None once destroyed: what was sealed to it can never be opened again."""
    courier: bytes = field(default=b"", repr=False)
    """The courier's private key, when the vault made it; that of the first epoch lies with the courier alone."""
    by_hand: bool = False
    """The epoch after it was agreed on by people: this one's signatures alone are no longer believed."""
    carried: bool = True
    """The courier still has to do with it."""

    @property
    def epoch(self) -> int:
        return self.own.epoch


@dataclass(frozen=True)
class Next:
    """The epoch being prepared: our half of it, and the partner's once it is known."""

    own: PartnerCard
    keys: SiteKeys = field(repr=False)
    courier: bytes = field(repr=False)
    partner: PartnerCard | None = None
    by_hand: bool = False
    """People read fingerprints to each other; a card that comes in a bundle is not enough."""
    handed: bool = True
    """The card may have left this site: whoever has it may seal to these keys, so they are given up no more."""


def site_keys(tx: Tx) -> SiteKeys:
    """The private keys this site seals with now."""
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


def epoch_of(tx: Tx) -> int:
    """The epoch this site seals in."""
    return read_card(own_card(tx)).epoch


def need_partner(tx: Tx) -> PartnerCard:
    """The card of the other site to which this one seals now. Raises `Refused` before the sites are paired."""
    text = tx.settings.get("partner_card")
    if text is None:
        raise Refused(
            "相手の鍵がまだ登録されていません",
            next_step="ikiiki partner export で渡し合い、partner trust で登録してください",
        )
    return read_card(text.encode())


# -- epochs gone by, and the one to come ----------------------------------------------------------------------


def earlier_rings(tx: Tx) -> list[Ring]:
    """The epochs gone by, oldest first. Their cards are kept for ever: ledgers and draws are checked by them."""
    return [_ring(one) for one in json.loads(tx.settings.get("earlier_rings") or "[]")]


def put_earlier_rings(tx: Tx, rings: Sequence[Ring]) -> None:
    tx.settings.put(
        "earlier_rings",
        json.dumps(
            [
                {
                    "own": ring.own.data.decode(),
                    "partner": ring.partner.data.decode(),
                    "signing": _text(ring.signing.raw if ring.signing else b""),
                    "opening": _text(ring.opening.raw if ring.opening else b""),
                    "courier": _text(ring.courier),
                    "by_hand": ring.by_hand,
                    "carried": ring.carried,
                }
                for ring in rings
            ]
        ),
    )


def present_ring(tx: Tx) -> Ring | None:
    """What this site seals with now; None before it is paired."""
    partner = tx.settings.get("partner_card")
    if partner is None:
        return None
    keys, courier = site_keys(tx), tx.settings.get("courier_key") or ""
    return Ring(
        read_card(own_card(tx)), read_card(partner.encode()), keys.signing, keys.opening, base64.b64decode(courier)
    )  # fmt: skip


def next_of(tx: Tx) -> Next | None:
    """The epoch being prepared here, if any."""
    kept = json.loads(tx.settings.get("next_ring") or "null")
    if kept is None:
        return None
    return Next(
        read_card(kept["own"].encode()),
        SiteKeys.from_random(base64.b64decode(kept["keys"])),
        base64.b64decode(kept["courier"]),
        read_card(kept["partner"].encode()) if kept["partner"] else None,
        kept["by_hand"],
        kept.get("handed", True),
    )


def put_next(tx: Tx, following: Next | None) -> None:
    if following is None:
        tx.settings.put("next_ring", "null")
        return
    kept = {
        "own": following.own.data.decode(),
        "keys": _text(following.keys.raw),
        "courier": _text(following.courier),
        "partner": following.partner.data.decode() if following.partner else "",
        "by_hand": following.by_hand,
        "handed": following.handed,
    }
    tx.settings.put("next_ring", json.dumps(kept))


def offered_card(tx: Tx) -> PartnerCard | None:
    """The partner's card of the next epoch that came in a bundle, while this site has not begun that epoch."""
    text = tx.settings.get("offered_card")
    return read_card(text.encode()) if text else None


def put_offered_card(tx: Tx, card: PartnerCard | None) -> None:
    tx.settings.put("offered_card", card.data.decode() if card else "")


def rings_of(tx: Tx) -> dict[int, Ring]:
    """By epoch, every ring in which both cards are there: gone by, present, and the next as soon as it is complete.

    The partner may begin the next epoch before this site does.
    """
    rings = earlier_rings(tx)
    present = present_ring(tx)
    if present is not None:
        rings.append(present)
    following = next_of(tx)
    if following is not None and following.partner is not None:
        rings.append(
            Ring(following.own, following.partner, following.keys.signing, following.keys.opening, following.courier)
        )  # fmt: skip
    return {ring.epoch: ring for ring in rings}


def begin_next(tx: Tx) -> None:
    """The next ring becomes the present one, the present one the last of those gone by."""
    present, following = present_ring(tx), next_of(tx)
    assert present is not None and following is not None and following.partner is not None
    put_earlier_rings(tx, [*earlier_rings(tx), replace(present, by_hand=following.by_hand)])
    put_site_keys(tx, following.keys, following.own.data)
    tx.settings.put("courier_key", _text(following.courier))
    tx.settings.put("partner_card", following.partner.data.decode())
    put_next(tx, None)
    put_offered_card(tx, None)


def courier_pairs(tx: Tx) -> list[CourierPair]:
    """What the courier has to know: of every epoch it still has to do with, both cards and its key."""
    return [
        CourierPair(ring.own.data, ring.partner.data, ring.courier)
        for ring in rings_of(tx).values()
        if ring.carried
    ]


def cards_of(tx: Tx, site: Site) -> list[PartnerCard]:
    """All cards known of a site of this vault's pair, oldest first."""
    present = read_card(own_card(tx))
    following = next_of(tx)
    if site is present.site:
        cards = [ring.own for ring in earlier_rings(tx)] + [present]
        return cards + ([following.own] if following else [])
    return [ring.partner for ring in rings_of(tx).values()]


def successors_of(tx: Tx, site: Site) -> dict[str, VerifyKey]:
    """By the SHA-256 of its card, the site key that an `epoch` line may hand over to (`core.ledger.chain`)."""
    return {sha256_hex(card.data): card.signing for card in cards_of(tx, site)}


def _ring(kept: dict[str, Any]) -> Ring:
    signing, opening = base64.b64decode(kept["signing"]), base64.b64decode(kept["opening"])
    return Ring(
        read_card(kept["own"].encode()),
        read_card(kept["partner"].encode()),
        SigningKey(signing) if signing else None,
        OpeningKey(opening) if opening else None,
        base64.b64decode(kept["courier"]),
        kept["by_hand"],
        kept["carried"],
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


# -- rosters --------------------------------------------------------------------------------------------------


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
    write_site_line(tx, site, at, Act.ROSTER, Content.STAFF, len(people), Unit.PEOPLE, roster.ref)


def write_site_line(
    tx: Tx, site: Site, at: str, act: Act, content: Content, qty: int, unit: Unit, ref: str
) -> None:
    """The next line of this site's ledger, signed by the site's present key: `roster` and `epoch` only."""
    need_settled(tx)
    line = LedgerLine(
        seq=tx.ledger.size(site) + 1, at=at, org=site, actor=SITE_ACTOR, role=SITE_ACTOR, act=act,
        content=content, qty=qty, unit=unit, ref=ref,
        seen=Seen(tx.ledger.size(site.other), tx.ledger.head(site.other)),
    )  # fmt: skip
    tx.ledger.append(site, line.seq, sign_line(line, tx.ledger.head(site), site_keys(tx).signing))
