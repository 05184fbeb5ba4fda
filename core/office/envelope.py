"""What every bundle is, whatever it carries: its channel, its kind, its ledger words, and who makes and opens it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import IntegrityFailure
from core.exchange.card import PartnerCard
from core.exchange.handback import Returned
from core.exchange.strict import ID10, MAX_INTEGER
from core.keys import OpeningKey, SigningKey, SiteKeys
from core.ledger.codes import Content, Place
from core.roles import Site

CHANNEL_FROM = {Site.CONTRACTOR: "cw", Site.WARD: "wc"}
DESK_CHANNEL = "wd"
HANDOVER = "handover.txt"
"""The id that both sites' ledger lines of this handover share."""

CONTENT_OF: dict[str, Content] = {
    "programme": Content.PROGRAMME,
    "applicants": Content.APPLICATIONS,
    "desk": Content.APPLICATIONS,
    "review": Content.REVIEW,
    "draw": Content.DRAW_FILES,
    "participants": Content.PARTICIPANTS,
    "approval": Content.APPROVAL,
    "epoch": Content.KEYS,
    "void": Content.BUNDLE,
}
MOST_IN_A_BUNDLE = 100_000
"""Applications, or words of the review. A bundle has limits of bytes (docs/formats.md, hkb1), and who opens one holds all of it."""
UNTAKEN = "untaken"
"""Kind of what this site had sealed before it lost its vault and the other did not take in: nobody here knows what it was. No bundle
that comes says so of itself (`core.exchange.manifest.Kind`)."""
KIND_WORDS: dict[str, str] = {
    "programme": "事業の設定",
    "applicants": "応募者データ③",
    "desk": "窓口受付の応募※",
    "review": "点検結果⑤⑨",
    "draw": "抽選の記録⑥",
    "participants": "参加者データ⑦",
    "approval": "承認⑩",
    "receipt": "受領の記録",
    "epoch": "鍵の交換",
    "void": "欠番の知らせ",
    UNTAKEN: "復元の前に送り、取り込まれていない束",
}


@dataclass(frozen=True)
class Sent:
    """A bundle that now waits in the outbox."""

    name: str
    kind: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Opened:
    """A bundle whose signature, hashes and entries have been checked."""

    kind: str
    entries: Mapping[str, bytes]
    counts: Mapping[str, int]
    created: str
    checkpoint: bytes
    seq: int
    previous: str
    manifest_sha256: str


class Sealer(Protocol):
    """Makes and opens bundles (docs/formats.md, "Bundles"). Implemented by storage, which has the zip."""

    def seal(
        self,
        *,
        keys: SiteKeys,
        partner: PartnerCard,
        channel: str,
        epoch: int,
        seq: int,
        previous: str,
        kind: str,
        entries: Mapping[str, bytes],
        counts: Mapping[str, int],
        created: dt.datetime,
        checkpoint: bytes,
    ) -> tuple[bytes, bytes]:
        """(zip, manifest)."""
        ...  # fmt: skip

    def open(
        self,
        zip_bytes: bytes,
        manifest: bytes,
        *,
        name: str,
        opening: OpeningKey,
        partner: PartnerCard,
        channel: str,
    ) -> Opened:
        """Raises `IntegrityFailure` for anything not exactly as the partner sealed it."""
        ...

    def half(self, manifest: bytes, *, name: str, opening: OpeningKey, partner: PartnerCard) -> bytes:
        """What the partner sealed into this manifest: the zip's password among it. Raises `IntegrityFailure`."""
        ...

    def reopen(
        self, zip_bytes: bytes, manifest: bytes, half: bytes, *, name: str, own: PartnerCard
    ) -> Opened:
        """A bundle of this site's own, with the `half` its receiver opened. The entries are as this site sealed them; `kind`,
        `counts` and `created` are the receiver's word. Raises `IntegrityFailure`.
        """
        ...

    def hand_back(
        self, returned: Returned, entries: Mapping[str, bytes], *, signing: SigningKey, partner: PartnerCard
    ) -> bytes:
        """The file in which a restored partner gets back what it lost, sealed for it alone."""
        ...

    def take_back(
        self, data: bytes, *, opening: OpeningKey, partner: PartnerCard, name: str
    ) -> tuple[Returned, Mapping[str, bytes]]:
        """What is in such a file. Raises `IntegrityFailure` for anything not exactly as the partner sealed it."""
        ...


def envelope_of(opened: Opened, name: str) -> tuple[str, int]:
    """(handover id, how many in all). Raises `IntegrityFailure` for kinds and values this version never seals."""
    if opened.kind not in KIND_WORDS:
        raise IntegrityFailure(
            "この版では取り込めない種類の束です",
            where=name,
            next_step="両者のプログラムの版を確かめてください",
        )
    handover = opened.entries.get(HANDOVER, b"").decode("ascii", errors="replace")
    total = sum(opened.counts.values())
    if not ID10.fullmatch(handover) or total > MAX_INTEGER:
        raise IntegrityFailure("束の送り状の値が正しくありません", where=name)
    return handover, total


def place(site: Site) -> Place:
    return Place.CONTRACTOR if site is Site.CONTRACTOR else Place.WARD
