"""Two vault folders, paired, as the courier finds them; no database, no people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from core.exchange.card import PartnerCard, make_card
from core.exchange.manifest import Kind
from core.exchange.names import BundleName, Channel
from core.exchange.remote import Remote
from core.exchange.strict import ZEROS
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.ledger.checkpoint import make_checkpoint
from core.office.courier_papers import CourierPair
from core.roles import Site
from storage.boxes import FolderBoxes
from storage.bundles.sealing import Bundle, SealedBundle, open_bundle, seal_bundle
from storage.courier import CourierReport, install_key, run
from storage.remotes.folder import FolderRemote

NOW = dt.datetime(2026, 5, 11, 9, 41, 7, tzinfo=dt.timezone(dt.timedelta(hours=9)))


@dataclass
class Post:
    """One site's vault folder, and what its vault would do with it."""

    folder: Path
    site: Site
    keys: SiteKeys
    courier: SigningKey
    card: PartnerCard
    remote: Remote
    sent: list[SealedBundle] = field(default_factory=list)

    def run(self, remote: Remote | None = None, *, medium: bool = False, hours: int = 0) -> CourierReport:
        return run(self.folder, remote or self.remote, NOW + dt.timedelta(hours=hours), medium=medium)

    def seal(
        self, channel: Channel, other: Post, *, seq: int | None = None, previous: str | None = None,
        kind: Kind = Kind.REVIEW, epoch: int = 1, content: bytes = b"content",
    ) -> SealedBundle:  # fmt: skip
        before = [one for one in self.sent if one.name.channel is channel]
        checkpoint = make_checkpoint(
            self.keys.signing, org=self.site, epoch=epoch, size=0, head=ZEROS, access_log_head=ZEROS
        )
        return seal_bundle(
            BundleName(epoch, channel, seq or len(before) + 1), kind, {"a.json": content}, counts={}, created=NOW,
            checkpoint=checkpoint, signer=self.keys.signing, recipient=other.keys.opening.public,
            random_bytes=bytes(26), previous=previous or (before[-1].manifest.hash if before else ZEROS),
        )  # fmt: skip

    def post(self, channel: Channel, other: Post, kind: Kind = Kind.REVIEW) -> SealedBundle:
        """Seal the next bundle and lay it into the outbox."""
        sealed = self.seal(channel, other, kind=kind)
        FolderBoxes(self.folder).put_out(str(sealed.name), sealed.zip_bytes, sealed.manifest_bytes)
        self.sent.append(sealed)
        return sealed

    def inbox(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.folder / "inbox").iterdir())}

    def opened(self, other: Post) -> list[Bundle]:
        """What a person would import now."""
        boxes = FolderBoxes(self.folder)
        names = [sealed.name for sealed in other.sent if str(sealed.name) in boxes.waiting_in()]
        return [
            open_bundle(
                name, *boxes.read_in(str(name)), signer=other.card.signing, recipient=self.keys.opening
            )
            for name in names
        ]

    def evidence(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "courier" / "evidence").iterdir())]


def _post(folder: Path, site: Site, seed: int, remote: Remote) -> Post:
    (folder / "courier").mkdir(parents=True, mode=0o700)
    keys = SiteKeys.from_random(bytes([seed]) * SITE_KEY_BYTES)
    courier = install_key(folder, bytes([seed + 1]) * 32)
    card = make_card(keys, site=site, vault_id=site.value, epoch=1, courier=courier.public, created=NOW)
    return Post(folder, site, keys, courier, card, remote)


def pair(one: Post, two: Post) -> None:
    FolderBoxes(one.folder).put_partner([CourierPair(one.card.data, two.card.data)])
    FolderBoxes(two.folder).put_partner([CourierPair(two.card.data, one.card.data)])


def post_pair(folder: Path, between: Path) -> tuple[Post, Post]:
    """Contractor and ward below `folder`, with the folder `between` as their remote."""
    remote = FolderRemote(between)
    made = (
        _post(folder / "contractor", Site.CONTRACTOR, 1, remote),
        _post(folder / "ward", Site.WARD, 11, remote),
    )
    pair(*made)
    return made
