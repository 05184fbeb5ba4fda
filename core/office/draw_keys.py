"""The keys of a draw: each site signs all files of one with the key it began it with, whatever epoch has come since.

Whoever checks a published draw holds one key for each site, and the ward's notice gives the hash of both.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.draw.rules import PARAMS
from core.draw.signing import is_signed, signature_name
from core.exchange.card import PartnerCard
from core.office.keyring import cards_of, earlier_rings, epoch_of, site_keys
from core.office.ports import Tx
from core.roles import Site


def own_draw_key(tx: Tx, site: Site, draw: str) -> Ed25519PrivateKey:
    """What this site signs that draw's files with."""
    began = _began_with(tx, draw, site, [ring.own for ring in earlier_rings(tx)])
    key = site_keys(tx).signing
    if began is not None:
        (old,) = [ring.signing for ring in earlier_rings(tx) if ring.own == began]
        assert old is not None, "kept for as long as a draw was signed with it"
        key = old
    return Ed25519PrivateKey.from_private_bytes(key.raw)


def draw_card(tx: Tx, site: Site, draw: str | None = None, *, epoch: int = 0) -> PartnerCard:
    """The card whose key signs that draw for `site`; before its first signature that of `epoch` (0: the present one)."""
    cards = cards_of(tx, site)
    began = _began_with(tx, draw, site, cards) if draw else None
    wanted = epoch or epoch_of(tx)
    return began or next((card for card in reversed(cards) if card.epoch <= wanted), cards[0])


def draw_public(tx: Tx, site: Site, draw: str, *, epoch: int = 0) -> Ed25519PublicKey:
    """The key of `draw_card`, to check signatures with."""
    return Ed25519PublicKey.from_public_bytes(draw_card(tx, site, draw, epoch=epoch).signing.raw)


def signed_a_draw(tx: Tx, card: PartnerCard) -> bool:
    """Whether any draw was begun under that card of this site's."""
    return any(_began_with(tx, draw, card.site, [card]) for draw in tx.draws.names())


def _began_with(tx: Tx, draw: str, site: Site, cards: Iterable[PartnerCard]) -> PartnerCard | None:
    files, name = tx.draws.files(draw), signature_name(PARAMS, site)
    if name not in files:
        return None
    keys = {card: Ed25519PublicKey.from_public_bytes(card.signing.raw) for card in cards}
    return next(
        (card for card, key in keys.items() if is_signed(key, PARAMS, files[PARAMS], files[name])), None
    )
