"""The sealing and opening that the exchange use cases are handed (`core.office.exchange.Sealer`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.card import PartnerCard
from core.exchange.manifest import Kind
from core.exchange.names import BundleName, Channel, bundle_name
from core.keys import OpeningKey, SiteKeys
from core.ledger.checkpoint import read_checkpoint
from core.office.exchange import Opened
from core.office.ports import Entropy


class BundleSealer:
    """Binds `seal_bundle` and `open_bundle` to the keys a vault holds."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

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
        """(zip, manifest); see `core.office.exchange.Sealer`."""
        from storage.bundles.sealing import PASSWORD_BYTES, seal_bundle

        sealed = seal_bundle(
            BundleName(epoch, Channel(channel), seq),
            Kind(kind),
            entries,
            counts=counts,
            created=created,
            checkpoint=read_checkpoint(checkpoint, keys.signing.public),
            signer=keys.signing,
            recipient=partner.sealing,
            random_bytes=self._entropy(PASSWORD_BYTES),
            previous=previous,
        )
        return sealed.zip_bytes, sealed.manifest_bytes

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
        """Raises `IntegrityFailure`; see `core.office.exchange.Sealer`."""
        from storage.bundles.sealing import open_bundle

        parsed = bundle_name(name)
        if parsed is None or parsed.channel.value != channel:
            raise IntegrityFailure("この向きの束の名前ではありません", where=name)
        bundle = open_bundle(parsed, zip_bytes, manifest, signer=partner.signing, recipient=opening)
        return Opened(
            kind=bundle.kind.value,
            entries=bundle.entries,
            counts=bundle.counts,
            created=bundle.created,
            checkpoint=bundle.checkpoint.data,
            seq=bundle.name.seq,
            previous=bundle.manifest.previous,
            manifest_sha256=sha256_hex(manifest),
        )
