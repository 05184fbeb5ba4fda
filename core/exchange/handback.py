"""hkg1: what a site hands back to a partner that was restored from a backup (docs/exchange.md, "After a restore").

One file: two signed lines, then a zip under a password that is sealed to the restored site. Outside stand whose ledger it is,
from which line on, and up to which; inside, lines and bundles.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.canonical import sha256_hex
from core.exchange.manifest import PASSWORD_LETTERS
from core.exchange.signed import read_signed, write_signed
from core.exchange.strict import HASH, ZEROS, Fields, bad
from core.keys import SigningKey, VerifyKey, from_base64, to_base64
from core.roles import Site

PROTOCOL = "hkg1"
HEAD_LIMIT = 8 * 1024
"""Bytes of the two lines."""
ZIP_LIMIT = 512 * 1024 * 1024
"""Bytes of the zip, and of all that is in it."""
MOST_ENTRIES = 30_000
LINES = "ledger.hkl"
ROSTERS = "rosters.jsonl"
CHECKPOINT = "checkpoint"
HALF = ".half"
"""Ending of what the receiver's own manifest had sealed inside, as the partner opened it."""
_KEYS = ("protocol", "to", "vault_id", "epoch", "since", "told", "size", "sha256", "sealed")


@dataclass(frozen=True)
class Stand:
    """How a ledger stands after a line: how many, and its hash (64 zeros for none)."""

    size: int
    head: str


@dataclass(frozen=True)
class Returned:
    """What is said outside: the ledger of `to`, whose vault this is, from behind `since` up to `told`."""

    to: Site
    vault_id: str
    epoch: int
    """Of the keys it is signed with and sealed to."""
    since: Stand
    """The same as `told` where no line was lost: then it tells of numbers that are taken, and no more."""
    told: Stand


@dataclass(frozen=True)
class Head:
    """The two lines."""

    returned: Returned
    size: int
    sha256: str
    sealed: bytes
    """The zip's password, under HPKE for the restored site."""
    data: bytes


def info(returned: Returned, zip_sha256: str) -> bytes:
    """HPKE's `info`: the password opens nowhere else."""
    since, told = returned.since, returned.told
    words = (
        PROTOCOL, returned.to.value, returned.vault_id, str(returned.epoch), str(since.size), since.head,
        str(told.size), told.head, zip_sha256,
    )  # fmt: skip
    return (" ".join(words) + "\n").encode("ascii")


def write_head(returned: Returned, zip_bytes: bytes, sealed: bytes, key: SigningKey) -> Head:
    """Signed by the site that hands back."""
    document = {
        "protocol": PROTOCOL,
        "to": returned.to.value,
        "vault_id": returned.vault_id,
        "epoch": returned.epoch,
        "since": {"size": returned.since.size, "head": returned.since.head},
        "told": {"size": returned.told.size, "head": returned.told.head},
        "size": len(zip_bytes),
        "sha256": sha256_hex(zip_bytes),
        "sealed": to_base64(sealed),
    }
    return read_head(write_signed("handback", document, key), key.public)


def split_file(data: bytes, *, name: str) -> tuple[bytes, bytes]:
    """(the two lines, the zip). Raises `IntegrityFailure` for a file that does not begin with two lines."""
    first = data.find(b"\n", 0, HEAD_LIMIT)
    second = data.find(b"\n", first + 1, HEAD_LIMIT) if first >= 0 else -1
    if second < 0:
        raise bad("取り戻すためのファイルの形式が正しくありません", name)
    return data[: second + 1], data[second + 1 :]


def read_head(data: bytes, key: VerifyKey, *, name: str = "handback") -> Head:
    """The two lines, signed by `key`. Raises `IntegrityFailure`."""
    document = read_signed("handback", data, key, limit=HEAD_LIMIT, name=name)
    fields = Fields(document, name).exactly(_KEYS)
    fields.literal("protocol", PROTOCOL)
    to = fields.text("to")
    vault_id = fields.text("vault_id", longest=64)
    if to not in set(Site) or not vault_id.isascii() or not vault_id.replace("-", "").isalnum():
        raise bad("知らない拠点です", name)
    since, told = _stand(fields, "since"), _stand(fields, "told")
    if told.size < since.size or (told.size == since.size and told != since):
        raise bad("返す行がありません", name)
    return Head(
        Returned(Site(to), vault_id, fields.integer("epoch", 1), since, told),
        fields.integer("size", 1, ZIP_LIMIT),
        fields.text("sha256", HASH),
        from_base64(fields.text("sealed", longest=HEAD_LIMIT), name=f"{name} sealed"),
        data,
    )


def read_password(data: bytes, *, name: str) -> str:
    """What was sealed. Raises `IntegrityFailure` for anything but a password of a zip."""
    text = data.decode("ascii", errors="replace")
    if len(text) != PASSWORD_LETTERS or not text.isascii() or not text.isalnum():
        raise bad("封印の中身が正しくありません", name)
    return text


def _stand(fields: Fields, key: str) -> Stand:
    one = fields.object(key).exactly(("size", "head"))
    size, head = one.integer("size"), one.text("head", HASH)
    if (size == 0) != (head == ZEROS):
        raise bad("行数と末尾のハッシュが合いません", one.name)
    return Stand(size, head)
