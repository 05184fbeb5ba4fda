"""Whose keys count in a ledger: the roster, named by a line that the site key signs (docs/exchange.md, "Roster").

The document itself is not signed: the `roster` line carries its SHA-256 as `ref`, and from that line on the people in
it, and nobody else, may sign lines. A person who leaves is simply absent from the next roster; their earlier lines stay
valid because each line is judged by the roster in force where it stands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.canonical import canonical_json, sha256_hex
from core.errors import Refused
from core.exchange.strict import STAFF_ID, Fields, bad, object_of
from core.keys import VerifyKey
from core.ledger.line import SITE_ACTOR
from core.roles import Role, Site

PROTOCOL = "hks1"
ROSTER_LIMIT = 256 * 1024
"""Bytes of the largest roster read."""
MOST_STAFF = 500
LONGEST_NAME = 60


@dataclass(frozen=True)
class RosterEntry:
    """A 取扱者 as reported to the ward: who, in which role, signing with which key."""

    staff_id: str
    name: str
    role: Role
    key: VerifyKey


@dataclass(frozen=True)
class Roster:
    org: Site
    staff: Mapping[str, RosterEntry]
    data: bytes
    """One canonical JSON line with its LF."""

    @property
    def ref(self) -> str:
        """What the ledger line that brings it in force carries."""
        return f"sha256:{sha256_hex(self.data)}"


def make_roster(org: Site, staff: Iterable[RosterEntry]) -> Roster:
    """The roster of the people in force. Raises `Refused` for an id, name or key that cannot stand in one."""
    entries = sorted(staff, key=lambda entry: entry.staff_id)
    for entry in entries:
        if not STAFF_ID.fullmatch(entry.staff_id) or entry.staff_id == SITE_ACTOR:
            raise Refused("取扱者IDは半角英数字と . _ - の32文字までです（site は使えません）")
        if not _is_name(entry.name):
            raise Refused("取扱者の氏名に使えない文字があるか、長すぎます", where=entry.staff_id)
    document = {
        "protocol": PROTOCOL,
        "org": org.value,
        "staff": [
            {"id": entry.staff_id, "name": entry.name, "role": entry.role.value, "key": entry.key.base64}
            for entry in entries
        ],
    }
    return read_roster(canonical_json(document) + b"\n")


def read_roster(data: bytes, *, name: str = "roster") -> Roster:
    """Raises `IntegrityFailure` for anything but a roster whose ids and keys are each used once, in order of id."""
    if len(data) > ROSTER_LIMIT or not data.endswith(b"\n"):
        raise bad("取扱者名簿の形式が正しくありません", name)
    fields = Fields(object_of(data[:-1], name=name), name).exactly(("protocol", "org", "staff"))
    fields.literal("protocol", PROTOCOL)
    org = fields.text("org")
    if org not in set(Site):
        raise bad("知らない拠点です", name)
    staff: dict[str, RosterEntry] = {}
    keys: set[bytes] = set()
    for one in fields.objects("staff", MOST_STAFF):
        one.exactly(("id", "name", "role", "key"))
        staff_id, person, role = one.text("id", STAFF_ID), one.text("name"), one.text("role")
        key = VerifyKey.from_base64(one.text("key"), name=one.name)
        in_order = not staff or staff_id > max(staff)
        if (
            staff_id == SITE_ACTOR
            or not in_order
            or not _is_name(person)
            or role not in set(Role)
            or key.raw in keys
        ):
            raise bad("取扱者名簿の項目が正しくありません", one.name)
        staff[staff_id] = RosterEntry(staff_id, person, Role(role), key)
        keys.add(key.raw)
    return Roster(Site(org), staff, data)


def _is_name(text: str) -> bool:
    return (
        0 < len(text) <= LONGEST_NAME
        and unicodedata.is_normalized("NFC", text)
        and not any(
            unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for letter in text
        )
    )
