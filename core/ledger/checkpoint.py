"""Checkpoints: a site's signed word on how its ledger stands, and the comparison that keeps it to that word.

Every bundle carries the sender's new lines and a checkpoint. The receiver keeps both and refuses a history that says
something else about what was already told: rewritten, rolled back or forked (docs/exchange.md, "Checkpoints").
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from core.errors import IntegrityFailure
from core.exchange.signed import read_signed, split_signed, write_signed
from core.exchange.strict import HASH, ZEROS, Fields, bad
from core.keys import SigningKey, VerifyKey
from core.ledger.chain import head_of, split_lines
from core.ledger.line import line_hash, read_line
from core.roles import Site

PROTOCOL = "hkp1"
CHECKPOINT_LIMIT = 1024
_KEYS = ("protocol", "org", "epoch", "size", "head", "access_log_head")
_NEXT = "取り込まずに証拠を保管し、両拠点の取扱責任者で確認してください"


@dataclass(frozen=True)
class Checkpoint:
    """The ledger of `org` had `size` lines, the last hashing to `head`; its 操作ログ stood at `access_log_head`."""

    org: Site
    epoch: int
    size: int
    head: str
    access_log_head: str
    data: bytes
    """The two signed lines: keep and hand on these."""


@dataclass(frozen=True)
class Evidence:
    """What was known and what was shown, byte for byte, to be kept."""

    known_checkpoint: bytes
    shown_checkpoint: bytes
    known_lines: bytes = b""
    shown_lines: bytes = b""


class LedgerMismatch(IntegrityFailure):
    """A ledger says something else than it did. `evidence` is to be kept."""

    def __init__(self, what: str, *, where: str, evidence: Evidence) -> None:
        super().__init__(what, where=where, next_step=_NEXT)
        self.evidence = evidence


class Rewritten(LedgerMismatch):
    """Lines already told read otherwise now."""


class RolledBack(LedgerMismatch):
    """The ledger is shorter than it already was."""


class Forked(LedgerMismatch):
    """Two signed checkpoints of one size with different heads."""


def make_checkpoint(
    key: SigningKey, *, org: Site, epoch: int, size: int, head: str, access_log_head: str
) -> Checkpoint:
    """Signed by the site key of `epoch`. `head` and `access_log_head` are 64 zeros when nothing is there yet."""
    document = {
        "protocol": PROTOCOL,
        "org": org.value,
        "epoch": epoch,
        "size": size,
        "head": head,
        "access_log_head": access_log_head,
    }
    return read_checkpoint(write_signed("checkpoint", document, key), key.public)


def read_checkpoint(data: bytes, key: VerifyKey, *, name: str = "checkpoint") -> Checkpoint:
    """Raises `IntegrityFailure` when the form or the signature is wrong."""
    document = read_signed("checkpoint", data, key, limit=CHECKPOINT_LIMIT, name=name)
    fields = Fields(document, name).exactly(_KEYS)
    fields.literal("protocol", PROTOCOL)
    org = fields.text("org")
    if org not in set(Site):
        raise bad("知らない拠点です", name)
    size, head = fields.integer("size"), fields.text("head", HASH)
    if (size == 0) != (head == ZEROS):
        raise bad("行数と末尾のハッシュが合いません", name)
    return Checkpoint(
        Site(org), fields.integer("epoch", 1), size, head, fields.text("access_log_head", HASH), data
    )


def epoch_named(data: bytes, *, name: str = "checkpoint") -> int:
    """The epoch a checkpoint says it is of, its signature not checked: to know by which key to check it."""
    document, _, _ = split_signed(data, limit=CHECKPOINT_LIMIT, name=name)
    return Fields(document, name).integer("epoch", 1)


def compare(
    known: Checkpoint | None,
    known_lines: bytes,
    lines: bytes,
    checkpoint: Checkpoint,
) -> bytes:
    """What is new in a partner's ledger: the lines after those known, to be checked by `verify_chain` and stored.

    `known` and `known_lines` (from line 1 on, as far as `known` or further) are what this site holds; `lines` is what
    is shown now, a whole export or any stretch that begins no later than the first unknown line; `checkpoint` is the
    signed one that came with it. Nothing makes a ledger shorter: a site that was restored from a backup takes back what it
    lacks before it goes on (docs/exchange.md, "After a restore").

    Raises `Rewritten`, `RolledBack` or `Forked` with evidence; plain `IntegrityFailure` when the shown lines do not
    chain, leave a hole, or do not end where the checkpoint says.
    """
    name = f"ledger-{checkpoint.org.value}"
    held = split_lines(known_lines, name=name)
    shown = split_lines(lines, name=name)
    evidence = Evidence(known.data if known else b"", checkpoint.data, known_lines, lines)
    if known is not None and known.org is not checkpoint.org:
        raise bad("別の拠点の管理簿です", name)
    chained = all(after.startswith(line_hash(before).encode()) for before, after in pairwise(held))
    if not chained or (known is not None and head_of(known_lines, known.size, name=name) != known.head):
        raise bad("手元に保管した管理簿が、手元の検査点と合いません", name)
    if known is not None and checkpoint.epoch < known.epoch:
        raise RolledBack("相手の検査点が前の世代に戻っています", where=name, evidence=evidence)
    if known is not None and checkpoint.size < known.size:
        raise RolledBack("相手の管理簿が前より短くなっています", where=name, evidence=evidence)
    elif known is not None and checkpoint.size == known.size and checkpoint.head != known.head:
        raise Forked("同じ行数で末尾の異なる検査点が2つあります（分岐）", where=name, evidence=evidence)

    first = _first_seq(shown, name) if shown else len(held) + 1
    if first > len(held) + 1:
        raise bad(f"間の行が足りません（{len(held) + 1}行目から必要です）", name)
    for offset, line in enumerate(shown[: len(held) - first + 1]):
        if line != held[first - 1 + offset]:
            raise Rewritten(
                "相手の管理簿の過去の行が書き換えられています",
                where=f"{name} {first + offset}行目",
                evidence=evidence,
            )
    news = shown[max(0, len(held) - first + 1) :]
    whole = held + news
    if checkpoint.size > len(whole):
        raise bad("検査点の行数より管理簿が短くなっています", name)
    if checkpoint.size != len(whole) and news:
        raise bad("検査点より後の行が添えられています", name)
    if (line_hash(whole[checkpoint.size - 1]) if checkpoint.size else ZEROS) != checkpoint.head:
        raise Rewritten("相手の管理簿が検査点と合いません", where=name, evidence=evidence)
    if news and read_line(news[0], name=name)[0] != (line_hash(held[-1]) if held else ZEROS):
        raise Rewritten("相手の新しい行が、前に受け取った行につながりません", where=name, evidence=evidence)
    return b"".join(news)


def _first_seq(shown: list[bytes], name: str) -> int:
    return read_line(shown[0], name=name)[1].seq
