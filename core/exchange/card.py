"""The card a site hands the other: its public keys, signed by itself, compared aloud by people (docs/exchange.md).

The self-signature only shows that the holder of the signing key made the card. That it is the *right* site's is shown
by two people who read the fingerprint to each other; nothing else may make a card trusted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from core.errors import Refused
from core.exchange.letters import heard, letters_of, spoken
from core.exchange.signed import canonical_bytes, domain, split_signed, write_signed
from core.exchange.strict import Fields, bad, moment
from core.keys import SealKey, SiteKeys, VerifyKey
from core.roles import Site

PROTOCOL = "hkc1"
CARD_LIMIT = 4096
"""Bytes of the largest card read."""
_KEYS = ("protocol", "site", "vault_id", "epoch", "signing", "sealing", "courier", "created")
_LETTERS = 31
"""Of a fingerprint, without its check letter."""
_VAULT_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True)
class PartnerCard:
    """A site's public keys of one epoch. `courier` is the key the site lets its courier sign receipts with."""

    site: Site
    vault_id: str
    epoch: int
    signing: VerifyKey
    sealing: SealKey
    courier: VerifyKey
    created: str
    data: bytes
    """The two lines it was read from: keep and hand on these."""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.data)


def make_card(
    keys: SiteKeys, *, site: Site, vault_id: str, epoch: int, courier: VerifyKey, created: dt.datetime
) -> PartnerCard:
    """This site's own card. `vault_id` is the vault's, `[0-9A-Za-z-]{1,64}`; epochs count from 1."""
    document = {
        "protocol": PROTOCOL,
        "site": site.value,
        "vault_id": vault_id,
        "epoch": epoch,
        "signing": keys.signing.public.base64,
        "sealing": keys.opening.public.base64,
        "courier": courier.base64,
        "created": moment(created),
    }
    return read_card(write_signed("card", document, keys.signing))


def read_card(data: bytes, *, name: str = "partner card") -> PartnerCard:
    """The card in `data`, its self-signature checked. Raises `IntegrityFailure`. Trusting it is the people's part."""
    return _read_once(data, name)


@lru_cache(maxsize=32)
def _read_once(data: bytes, name: str) -> PartnerCard:
    """The same bytes are the same card, and a vault asks for its few at every step. What is refused is not kept."""
    document, line, signature = split_signed(data, limit=CARD_LIMIT, name=name)
    fields = Fields(document, name).exactly(_KEYS)
    fields.literal("protocol", PROTOCOL)
    site = fields.text("site")
    if site not in set(Site):
        raise bad("知らない拠点です", name)
    card = PartnerCard(
        site=Site(site),
        vault_id=fields.text("vault_id", _VAULT_ID),
        epoch=fields.integer("epoch", 1),
        signing=VerifyKey.from_base64(fields.text("signing"), name=f"{name} signing"),
        sealing=SealKey.from_base64(fields.text("sealing", longest=2000), name=f"{name} sealing"),
        courier=VerifyKey.from_base64(fields.text("courier"), name=f"{name} courier"),
        created=fields.moment("created"),
        data=data,
    )
    card.signing.verify(signature, domain("card") + line, name=name)
    if card.courier == card.signing:
        raise bad("通信係の鍵が拠点の署名鍵と同じです", name)
    return card


def fingerprint(card: bytes) -> str:
    """Eight groups of four Crockford letters: 155 bits of SHA-256 over the signed bytes, and a check letter.

    So a slip while typing is told from a wrong card.
    """
    return spoken(_fingerprint_letters(card))


def same_fingerprint(card: bytes, typed: str) -> bool:
    """Whether `typed` (any case, spaces or hyphens; O for 0, I and L for 1) is the card's fingerprint.

    Raises `Refused` when `typed` cannot be a fingerprint at all: a slip, not a wrong card.
    """
    letters = heard(typed, _LETTERS)
    if letters is None:
        raise Refused(
            "指紋の打ち間違いがあります", next_step="8組32文字を、もう一度聞きながら入力してください"
        )
    return letters == _fingerprint_letters(card)


def _fingerprint_letters(card: bytes) -> str:
    document, _, _ = split_signed(card, limit=CARD_LIMIT, name="partner card")
    return letters_of(hashlib.sha256(domain("card") + canonical_bytes(document)).digest(), _LETTERS)
