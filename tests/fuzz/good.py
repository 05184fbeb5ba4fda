"""What each reader would find on a good day: small, whole, made by the product itself."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.canonical import sha256_hex
from core.draw.events import Cancel
from core.exchange.card import make_card
from core.exchange.handback import Returned, Stand
from core.exchange.happenings import (
    Account,
    Reach,
    Span,
    Stream,
    Watch,
)
from core.exchange.manifest import EntryFact, Kind, Sealed, sealed_bytes
from core.exchange.names import BundleName, Channel
from core.exchange.strict import ZEROS
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.ledger.checkpoint import make_checkpoint, read_checkpoint
from core.ledger.codes import Act, Content, Place, Unit
from core.ledger.line import LedgerLine, sign_line
from core.ledger.roster import RosterEntry, make_roster
from core.register_kinds import REGISTERS, Form
from core.roles import Role, Site
from core.wording import default_files
from storage.backup.container import DATABASE, HEADER, STATE, Writer
from storage.vault.header import parse_header
from storage.vault.introduction import introduced

NOW = dt.datetime(2026, 5, 11, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=9)))


SENDER = SiteKeys.from_random(bytes(range(SITE_KEY_BYTES)))


RECEIVER = SiteKeys.from_random(bytes(reversed(range(SITE_KEY_BYTES))))


COURIER = SigningKey(b"\x05" * 32)


BUNDLE = BundleName(1, Channel.TO_WARD, 1)


PASSWORD = "0123456789ABCDEFGHJKMNPQRS"


DATA = Path(__file__).parents[1]
_UNSIGNED = (DATA / "storage" / "vault" / "data" / "vector.vault.json").read_bytes()


def headers() -> list[bytes]:
    """Of every version: nobody's, signed, and with somebody who was let in."""
    old = parse_header(_UNSIGNED)
    (slot,) = old.slots
    by = Ed25519PrivateKey.from_private_bytes(COURIER.raw)
    new = replace(slot, introduced=introduced((), old.vault_id, 1, slot.sign_public, by))
    signed = [one.signed(slot.staff_id, by) for one in (old, old.with_slot(new))]
    return [_UNSIGNED, *(one.serialise(bytes(32)) for one in signed)]


def samples(ending: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((DATA / "data" / "samples").glob(f"*{ending}"))]


PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "[Content_Types].xml",
)


@cache
def book() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(samples(".xlsx")[0])) as package:
        return {name: package.read(name) for name in package.namelist()}


def parts() -> list[bytes]:
    return [bytes([index]) + book()[name] for index, name in enumerate(PARTS) if name in book()]


ROW = "サトウ ハナコ|サトウ|ハナコ|S25.3.4|160-0022|新宿区新宿1-2-3|ハイツ1|03-5273-1001|a@example.jp|A、B|G1|7|2026/04/02 10:00"


def wordings() -> list[bytes]:
    files = default_files("AB")
    return [bytes([index]) + files[name].encode() for index, name in enumerate(sorted(files))]


def checkpoint() -> bytes:
    return make_checkpoint(
        SENDER.signing, org=Site.CONTRACTOR, epoch=1, size=0, head=ZEROS, access_log_head=ZEROS
    ).data


def sealed() -> bytes:
    facts = (EntryFact("a.csv", 1, sha256_hex(b"x")),)
    return sealed_bytes(
        Sealed(Kind.APPLICANTS, {"n": 1}, facts, NOW.isoformat(), checkpoint(), PASSWORD), BUNDLE
    )


def manifest() -> bytes:
    from storage.bundles.sealing import seal_bundle

    return seal_bundle(
        BUNDLE, Kind.APPLICANTS, {"a.csv": b"x"}, counts={"n": 1}, created=NOW,
        checkpoint=read_checkpoint(checkpoint(), SENDER.signing.public), signer=SENDER.signing,
        recipient=RECEIVER.opening.public, random_bytes=bytes(26),
    ).manifest_bytes  # fmt: skip


def handback() -> bytes:
    from storage.bundles.handback import make_handback

    returned = Returned(Site.WARD, MARKED, 1, Stand(0, ZEROS), Stand(1, "a" * 64))
    return make_handback(
        returned,
        {"ledger.hkl": b"x"},
        signer=SENDER.signing,
        recipient=RECEIVER.opening.public,
        random_bytes=bytes(26),
    )


def card() -> bytes:
    return make_card(
        SENDER, site=Site.CONTRACTOR, vault_id=MARKED, epoch=1, courier=COURIER.public, created=NOW
    ).data


def ledger_line() -> bytes:
    line = LedgerLine(
        1, NOW.isoformat(), Site.CONTRACTOR, "h1", "handler", Act.RECEIVE, Content.APPLICATIONS, 380, Unit.RECORDS,
        from_=Place.CONTRACTOR, to=Place.WARD,
    )  # fmt: skip
    return sign_line(line, ZEROS, COURIER)


def roster() -> bytes:
    return make_roster(Site.WARD, [RosterEntry("h1", "区 職員", Role.HANDLER, COURIER.public)]).data


def watch() -> bytes:
    account = Account("1", "a@example.jp", Reach.OWNER, "2")
    span = Span(Reach.OWNER, NOW.isoformat(), NOW.isoformat())
    return Watch(account, Stream.USER, "0", "", NOW.isoformat(), "", (span,)).data()


def backups() -> list[bytes]:
    buffer = io.BytesIO()
    writer = Writer(buffer, bytes(32), bytes, lambda: None)
    for name in (HEADER, DATABASE, STATE, "files/courier/key"):
        writer.put(name, _UNSIGNED if name == HEADER else b"sealed")
    writer.finish()
    return [buffer.getvalue()]


@cache
def drawn() -> dict[str, bytes]:
    """The public files of a whole small draw, with what happened after it."""
    from tests.core.draw.played import play, rules

    played = play(rules(max_size=2), count=9)
    first = played.roll.lines[0].id
    return play(rules(max_size=2), count=9, events=[Cancel(first)], ward_saw=1).files


MARKED = "a" * 32


OPENING = b'{"id":"0000000001","members":[{"record":"0000000001","salt":"' + b"0" * 64 + b'"}]}\n'


SMALL = """\
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 80
"""


def entries() -> list[bytes]:
    """An entry of each register, its items a line each behind the number of the register."""
    return [
        "\n".join(
            [
                chr(ord("A") + index),
                *(
                    "2026-04-01"
                    if item.name == "on"
                    else ("1" if item.form is Form.COUNT else item.example or next(iter(item.choices), "1"))
                    for item in register.items
                ),
            ]
        ).encode()
        for index, register in enumerate(REGISTERS.values())
    ]
