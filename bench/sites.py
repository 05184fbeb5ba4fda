"""Two paired sites with sealed bundles between them, as the exchange is measured with them: real seals, real signatures."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from core.exchange.card import make_card
from core.exchange.manifest import Kind
from core.exchange.names import BundleName, Channel
from core.exchange.strict import ZEROS
from core.keys import SITE_KEY_BYTES, SiteKeys
from core.ledger.checkpoint import make_checkpoint
from core.office.courier_papers import CourierPair
from core.roles import Site
from storage.boxes import FolderBoxes
from storage.bundles.sealing import seal_bundle
from storage.courier import install_key

NOW = dt.datetime(2026, 5, 11, 9, 41, 7, tzinfo=dt.timezone(dt.timedelta(hours=9)))


@dataclass(frozen=True)
class Sites:
    """The vault folders of both: in the contractor's outbox lies what is to pass, the ward has nothing yet."""

    contractor: Path
    ward: Path

    @classmethod
    def made(cls, base: Path, count: int, size: int) -> Sites:
        """`count` bundles whose zips are a little larger than `size` bytes: their content cannot be compressed."""
        sites = cls(base / "contractor", base / "ward")
        keys, cards = {}, {}
        for number, (site, folder) in enumerate(
            ((Site.CONTRACTOR, sites.contractor), (Site.WARD, sites.ward))
        ):
            (folder / "courier").mkdir(parents=True, mode=0o700)
            keys[site] = SiteKeys.from_random(bytes([number + 1]) * SITE_KEY_BYTES)
            courier = install_key(folder, bytes([number + 11]) * 32).public
            cards[site] = make_card(
                keys[site], site=site, vault_id=site.value, epoch=1, courier=courier, created=NOW
            )
        for site, folder in ((Site.CONTRACTOR, sites.contractor), (Site.WARD, sites.ward)):
            FolderBoxes(folder).put_partner([CourierPair(cards[site].data, cards[site.other].data)])
        own, previous = keys[Site.CONTRACTOR], ZEROS
        checkpoint = make_checkpoint(
            own.signing, org=Site.CONTRACTOR, epoch=1, size=0, head=ZEROS, access_log_head=ZEROS
        )
        for seq in range(1, count + 1):
            sealed = seal_bundle(
                BundleName(1, Channel.TO_WARD, seq), Kind.APPLICANTS, {"content": random.Random(seq).randbytes(size)},
                counts={}, created=NOW, checkpoint=checkpoint, signer=own.signing,
                recipient=keys[Site.WARD].opening.public, random_bytes=os.urandom(26), previous=previous,
            )  # fmt: skip
            FolderBoxes(sites.contractor).put_out(str(sealed.name), sealed.zip_bytes, sealed.manifest_bytes)
            previous = sealed.manifest.hash
        return sites

    def again(self, base: Path) -> Sites:
        """Both as they were made, in another place; the bundles themselves are not copied but named twice."""
        shutil.copytree(self.contractor / "courier", base / "contractor" / "courier")
        shutil.copytree(self.ward / "courier", base / "ward" / "courier")
        shutil.copytree(self.outbox, base / "contractor" / "outbox", copy_function=os.link)
        return Sites(base / "contractor", base / "ward")

    @property
    def outbox(self) -> Path:
        return self.contractor / "outbox"

    @property
    def inbox(self) -> Path:
        return self.ward / "inbox"
