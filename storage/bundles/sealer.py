"""The sealing and opening that the exchange use cases are handed (`core.office.envelope.Sealer`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.errors import IntegrityFailure
from core.exchange.card import PartnerCard
from core.exchange.handback import Returned
from core.exchange.manifest import Kind
from core.exchange.names import BundleName, Channel, bundle_name
from core.keys import OpeningKey, SigningKey, SiteKeys
from core.ledger.checkpoint import read_checkpoint
from core.office.envelope import Opened
from core.office.ports import Entropy

if TYPE_CHECKING:
    from storage.bundles.sealing import Bundle


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
        """(zip, manifest); see `core.office.envelope.Sealer`."""
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
        """Raises `IntegrityFailure`; see `core.office.envelope.Sealer`."""
        from storage.bundles.sealing import open_bundle

        parsed = bundle_name(name)
        if parsed is None or parsed.channel.value != channel:
            raise IntegrityFailure("この向きの束の名前ではありません", where=name)
        return _opened(open_bundle(parsed, zip_bytes, manifest, signer=partner.signing, recipient=opening))

    def half(self, manifest: bytes, *, name: str, opening: OpeningKey, partner: PartnerCard) -> bytes:
        """See `core.office.envelope.Sealer`. Raises `IntegrityFailure`."""
        from storage.bundles.sealing import inner_half

        return inner_half(_named(name), manifest, signer=partner.signing, recipient=opening)

    def reopen(
        self, zip_bytes: bytes, manifest: bytes, half: bytes, *, name: str, own: PartnerCard
    ) -> Opened:
        """See `core.office.envelope.Sealer`. Raises `IntegrityFailure`."""
        from storage.bundles.sealing import reopen_bundle

        return _opened(reopen_bundle(_named(name), zip_bytes, manifest, half, signer=own.signing))

    def hand_back(
        self, returned: Returned, entries: Mapping[str, bytes], *, signing: SigningKey, partner: PartnerCard
    ) -> bytes:
        """The file of `core.exchange.handback`."""
        from storage.bundles.handback import make_handback
        from storage.bundles.sealing import PASSWORD_BYTES

        return make_handback(
            returned, entries, signer=signing, recipient=partner.sealing,
            random_bytes=self._entropy(PASSWORD_BYTES),
        )  # fmt: skip

    def take_back(
        self, data: bytes, *, opening: OpeningKey, partner: PartnerCard, name: str
    ) -> tuple[Returned, Mapping[str, bytes]]:
        """What the partner handed back. Raises `IntegrityFailure` for anything not exactly as it was sealed."""
        from storage.bundles.handback import open_handback

        head, entries = open_handback(data, signer=partner.signing, recipient=opening, name=name)
        return head.returned, entries


def _named(name: str) -> BundleName:
    parsed = bundle_name(name)
    if parsed is None:
        raise IntegrityFailure("束の名前ではありません", where=name[:40])
    return parsed


def _opened(bundle: Bundle) -> Opened:
    return Opened(
        kind=bundle.kind.value,
        entries=bundle.entries,
        counts=bundle.counts,
        created=bundle.created,
        checkpoint=bundle.checkpoint.data,
        seq=bundle.name.seq,
        previous=bundle.manifest.previous,
        manifest_sha256=bundle.manifest.hash,
    )
