"""The couriers' own word: that a bundle arrived whole, and that the other end is alive (docs/exchange.md, "Receipts").

They are files of their own beside the bundles, not bundles: the vault numbers the channels, and were the courier to
number them too, each would have to wait for the other, and a crash between the two would leave one number used twice.
They are signed with the courier's key, which the site's card names, because the courier holds no other.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from core.exchange.names import BundleName, bundle_name
from core.exchange.signed import read_signed, write_signed
from core.exchange.strict import HASH, Fields, bad, moment
from core.keys import SigningKey, VerifyKey
from core.roles import SITE_WORDS, Site

PROTOCOL = "hkt1"
RECEIPT_LIMIT = 1024
_HEARTBEAT = re.compile(r"heartbeat-(contractor|ward)-([1-9][0-9]{0,6})-([0-9]{8}t[0-9]{2})\.json")


@dataclass(frozen=True)
class Receipt:
    """The courier of `site` holds the bundle whose manifest file hashes to `manifest_sha256`, checked, since `at`."""

    site: Site
    bundle: BundleName
    manifest_sha256: str
    at: str


@dataclass(frozen=True)
class Heartbeat:
    """The courier of `site` ran in the hour that began at `at`. One file an hour: its bytes depend on nothing else,
    so that writing it again is writing the same."""

    site: Site
    epoch: int
    at: str


def write_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """The signed file `<bundle>.receipt`."""
    document = {
        "protocol": PROTOCOL,
        "site": receipt.site.value,
        "bundle": str(receipt.bundle),
        "manifest_sha256": receipt.manifest_sha256,
        "at": receipt.at,
    }
    return write_signed("receipt", document, key)


def read_receipt(data: bytes, key: VerifyKey, *, bundle: BundleName) -> Receipt:
    """The receipt lying beside `bundle`. Raises `IntegrityFailure` when it is not the receiving courier's for it."""
    name = bundle.receipt
    fields = Fields(read_signed("receipt", data, key, limit=RECEIPT_LIMIT, name=name), name)
    fields.exactly(("protocol", "site", "bundle", "manifest_sha256", "at")).literal("protocol", PROTOCOL)
    if fields.text("site") != bundle.channel.sender.other or bundle_name(fields.text("bundle")) != bundle:
        raise bad("別の束または別の拠点の受領書です", name)
    return Receipt(
        bundle.channel.sender.other, bundle, fields.text("manifest_sha256", HASH), fields.moment("at")
    )


def heartbeat_name(site: Site, epoch: int, now: dt.datetime) -> str:
    """`heartbeat-<site>-<epoch>-<yyyymmdd>t<hh>.json`, in UTC."""
    return f"heartbeat-{site.value}-{epoch}-{now.astimezone(dt.UTC):%Y%m%dt%H}.json"


def heartbeat_place(name: str) -> tuple[Site, int, str] | None:
    """(site, epoch, hour) a file name claims, hours in an order that sorts; None when it is no heartbeat's name."""
    found = _HEARTBEAT.fullmatch(name)
    return (Site(found[1]), int(found[2]), found[3]) if found else None


def write_heartbeat(site: Site, epoch: int, now: dt.datetime, key: SigningKey) -> bytes:
    hour = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    document = {"protocol": PROTOCOL, "site": site.value, "epoch": epoch, "at": moment(hour)}
    return write_signed("heartbeat", document, key)


def read_heartbeat(data: bytes, key: VerifyKey, *, site: Site, name: str) -> Heartbeat:
    """Raises `IntegrityFailure` when it is not signed by the courier of `site`, or is kept under another hour."""
    fields = Fields(read_signed("heartbeat", data, key, limit=RECEIPT_LIMIT, name=name), name)
    fields.exactly(("protocol", "site", "epoch", "at")).literal("protocol", PROTOCOL)
    beat = Heartbeat(site, fields.integer("epoch", 1), fields.moment("at"))
    if (
        fields.text("site") != site
        or heartbeat_name(site, beat.epoch, dt.datetime.fromisoformat(beat.at)) != name
    ):
        raise bad(f"{SITE_WORDS[site]}の通信の記録ではありません", name)
    return beat
