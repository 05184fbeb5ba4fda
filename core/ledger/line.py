"""One line of a ledger: closed codes and counts, signed by whoever did it (docs/exchange.md, "hkl1").

A line is `<sha256 of the whole previous line, LF included> <canonical JSON>\\n`; the first has 64 zeros. So
`sha256sum` of one line is the first word of the next, and coreutils are enough to check the chain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.signed import domain
from core.exchange.strict import HASH, ID10, MAX_INTEGER, STAFF_ID, ZEROS, Fields, bad, is_moment, object_of
from core.keys import SigningKey, VerifyKey, from_base64, to_base64
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.roles import Role, Site

LINE_LIMIT = 2048
"""Bytes of the longest line read."""
SITE_ACTOR = "site"
"""`actor` and `role` of the two acts the site key itself signs."""
SITE_ACTS = frozenset({Act.ROSTER, Act.EPOCH})
ROLES = frozenset({SITE_ACTOR, *(role.value for role in Role)})
_NUMBER = "(?:0|[1-9][0-9]{0,6})"
_REF = re.compile(
    "|".join(
        (
            "",
            "sha256:[0-9a-f]{64}",
            "bundle:[1-9][0-9]{0,6}-(?:cw|wc|wd)-[0-9]{8}",
            "aside:[1-9][0-9]{0,6}-(?:cw|wc|wd)-[0-9]{8}:[0-9a-f]{64}:(?:content|conflict|unreadable)",
            "draw:[0-9A-Za-z][0-9A-Za-z-]{0,79}",
            f"line:(?:contractor|ward):{_NUMBER}",
            "measure:[CS][0-9]{1,2}",
            "medium:[0-9A-HJKMNP-TV-Z]{10}",
            "batch:[0-9A-HJKMNP-TV-Z]{10}",
            "unit:[0-9A-HJKMNP-TV-Z]{10}",
            "erasure:[0-9A-HJKMNP-TV-Z]{10}",
            "second:(?:freeze|export|erase|rules):[0-9A-HJKMNP-TV-Z]{10}:[0-9a-f]{64}",
            "outing:[A-Z0-9]{1,4}",
            f"staff:{STAFF_ID.pattern}",
            f"undo:{_NUMBER}:(?:number|count|thing|never)",
            "declined:(?:not_asked|unproven|takes_part|must_keep|mistaken):[0-9a-f]{64}",
        )
    )
)
_KEYS = [
    "seq",
    "at",
    "org",
    "actor",
    "role",
    "act",
    "content",
    "qty",
    "unit",
    "medium",
    "from",
    "to",
    "handover",
    "ref",
    "seen",
    "sig",
]


@dataclass(frozen=True)
class Seen:
    """How much of the other site's ledger the signer's site held: makes each site the other's witness."""

    size: int = 0
    head: str = ZEROS


@dataclass(frozen=True)
class LedgerLine:
    """What a line says. Without `sig` it is a draft; `sign_line` completes it.

    `at` is RFC 3339 with offset; `qty` counts `unit`s, 0 to 9,999,999; `handover` is a ten-letter random id shared by
    the two sites' lines of one handover, or empty; `ref` is empty or a typed reference (`bundle:`, `draw:`, `line:`…).
    """

    seq: int
    at: str
    org: Site
    actor: str
    role: str
    act: Act
    content: Content
    qty: int
    unit: Unit
    medium: Medium = Medium.NONE
    from_: Place = Place.NONE
    to: Place = Place.NONE
    handover: str = ""
    ref: str = ""
    seen: Seen = Seen()
    sig: str = ""

    def unsigned(self) -> dict[str, Any]:
        """The JSON object without `sig`."""
        return {
            "seq": self.seq,
            "at": self.at,
            "org": self.org.value,
            "actor": self.actor,
            "role": self.role,
            "act": self.act.value,
            "content": self.content.value,
            "qty": self.qty,
            "unit": self.unit.value,
            "medium": self.medium.value,
            "from": self.from_.value,
            "to": self.to.value,
            "handover": self.handover,
            "ref": self.ref,
            "seen": {"size": self.seen.size, "head": self.seen.head},
        }

    def signed_bytes(self, previous: str) -> bytes:
        """What `sig` is over: `hk-ledger-v1`, the previous hash and the JSON without `sig`, no final LF."""
        return domain("ledger") + previous.encode("ascii") + b"\n" + canonical_json(self.unsigned())


def sign_line(line: LedgerLine, previous: str, key: SigningKey) -> bytes:
    """The whole line with its LF, after the line that hashes to `previous` (64 zeros for the first).

    Raises `Refused` when a field is not one of the closed forms: nothing free is ever signed into a ledger.
    """
    wrong = _wrong(line)
    if wrong or not HASH.fullmatch(previous):
        raise Refused(
            "管理簿に書けない値です。管理簿には決められた符号と数だけを書きます", where=wrong or "previous"
        )
    document = line.unsigned() | {"sig": to_base64(key.sign(line.signed_bytes(previous)))}
    return previous.encode("ascii") + b" " + canonical_json(document) + b"\n"


@lru_cache(maxsize=4096)
def read_line(data: bytes, *, name: str) -> tuple[str, LedgerLine]:
    """(previous hash, line) from one whole line. Raises `IntegrityFailure`; the signature is checked by `verify_line`.

    What was read is kept: the flow line asks for the same lines after every deed, and of one line nothing else can come.
    """
    if len(data) > LINE_LIMIT or not data.endswith(b"\n") or data[64:65] != b" ":
        raise bad("管理簿の行の形式が正しくありません", name)
    previous = data[:64].decode("ascii", errors="replace")
    if not HASH.fullmatch(previous):
        raise bad("前の行のハッシュが読めません", name)
    fields = Fields(object_of(data[65:-1], name=name), name).exactly(tuple(_KEYS))
    seen = fields.object("seen").exactly(("size", "head"))
    try:
        line = LedgerLine(
            seq=fields.integer("seq", 1),
            at=fields.moment("at"),
            org=Site(fields.text("org")),
            actor=fields.text("actor"),
            role=fields.text("role"),
            act=Act(fields.text("act")),
            content=Content(fields.text("content")),
            qty=fields.integer("qty"),
            unit=Unit(fields.text("unit")),
            medium=Medium(fields.text("medium")),
            from_=Place(fields.text("from")),
            to=Place(fields.text("to")),
            handover=fields.text("handover"),
            ref=fields.text("ref"),
            seen=Seen(seen.integer("size"), seen.text("head", HASH)),
            sig=fields.text("sig"),
        )
    except ValueError as error:
        raise IntegrityFailure(
            "管理簿に知らない符号があります", where=name, next_step="プログラムの版を確認してください"
        ) from error
    wrong = _wrong(line)
    if wrong:
        raise bad("管理簿の値が正しくありません", f"{name} {wrong}")
    return previous, line


def verify_line(line: LedgerLine, previous: str, key: VerifyKey, *, name: str) -> None:
    """Raises `IntegrityFailure` when `line.sig` is not `key`'s over the line in this place."""
    key.verify(from_base64(line.sig, 64, name=name), line.signed_bytes(previous), name=name)


def line_hash(data: bytes) -> str:
    """SHA-256 of a whole line, LF included: what the next line begins with."""
    return sha256_hex(data)


def _wrong(line: LedgerLine) -> str:
    """The name of the first field that is not one of the closed forms, or ""."""
    by_site = line.role == SITE_ACTOR
    checks = {
        "seq": _counts(line.seq) and line.seq >= 1,
        "at": is_moment(line.at),
        "org": isinstance(line.org, Site),
        "actor": bool(STAFF_ID.fullmatch(line.actor)) and (line.actor == SITE_ACTOR) == by_site,
        "role": line.role in ROLES,
        "act": isinstance(line.act, Act) and (line.act in SITE_ACTS) == by_site,
        "content": isinstance(line.content, Content),
        "qty": _counts(line.qty),
        "unit": isinstance(line.unit, Unit),
        "medium": isinstance(line.medium, Medium),
        "from": isinstance(line.from_, Place),
        "to": isinstance(line.to, Place),
        "handover": not line.handover or bool(ID10.fullmatch(line.handover)),
        "ref": bool(_REF.fullmatch(line.ref)) and _ref_fits(line),
        "seen": _counts(line.seen.size)
        and bool(HASH.fullmatch(line.seen.head))
        and (line.seen.size == 0) == (line.seen.head == ZEROS),
    }
    return next((name for name, good in checks.items() if not good), "")


def _ref_fits(line: LedgerLine) -> bool:
    """`epoch` names the card of the next site key (`sha256:`), `set_aside` manifest and reason, `retract` an earlier line of its
    own ledger and the reason, `decline` the reason and whose erasure is declined.
    """
    if (line.act is Act.DECLINE) != line.ref.startswith("declined:"):
        return False
    if (line.act is Act.RETRACT) != line.ref.startswith("undo:"):
        return False
    if line.act is Act.RETRACT:
        return 0 < int(line.ref.split(":")[1]) < line.seq
    if line.act is Act.EPOCH:
        return line.ref.startswith("sha256:")
    return (line.act is Act.SET_ASIDE) == line.ref.startswith("aside:")


def _counts(value: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INTEGER
