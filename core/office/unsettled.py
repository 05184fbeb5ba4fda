"""A vault that goes on from a backup waits: what it has told since, its partner knows and it does not.

Until both have compared what the partner holds (`core.office.backups`, `core.office.take_back`), nothing is written that
belongs to the programme: whatever was entered now would stand where something else stood already.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Protocol

from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.strict import HASH, ZEROS
from core.ledger.line import line_hash
from core.roles import Right, Site

RESTORED = "restored"
"""Setting: this vault was restored, and what the partner holds of its ledger has not been compared yet."""
MEANWHILE = frozenset({Right.READ, Right.OPEN_RECORD, Right.LEDGER_READ, Right.RESTORE})
"""Whoever only looks, and whoever settles it, may go on: their entries in the access log concern no other site."""
SHORTEST_HEAD = 8
"""Letters of a line's hash that people read to each other: 32 bits, against a slip of the ear, not against a forger."""


class _Settings(Protocol):
    def get(self, key: str) -> str | None: ...


class _Lines(Protocol):
    def size(self, org: Site) -> int: ...
    def lines(self, org: Site, start: int = 0, limit: int | None = None) -> list[bytes]: ...


class _Tx(Protocol):
    @property
    def settings(self) -> _Settings: ...


@dataclass(frozen=True)
class Restored:
    """How this site's ledger stood in the backup: what the partner may hold at most."""

    size: int
    backup: str
    """The backup's id in the inventory."""


@dataclass(frozen=True)
class Spoken:
    """How a ledger stands, as people read it to each other: so many lines, and the beginning of the last one's hash."""

    size: int
    head: str

    def fits(self, head: str) -> bool:
        """Whether the last line hashes so."""
        return head.startswith(self.head)


def restored_of(tx: _Tx) -> Restored | None:
    """What is still to be settled after a restore; None when there is nothing."""
    kept = json.loads(tx.settings.get(RESTORED) or "null")
    return Restored(kept["size"], kept["backup"]) if kept else None


def need_settled(tx: _Tx) -> None:
    """Raises `Refused` while a restored vault does not know whether its partner has seen more than it remembers.

    What it wrote or sealed anew under a number it has used before would be a second history, which the partner must refuse.
    """
    restored = restored_of(tx)
    if restored is not None:
        raise Refused(
            "控えから復元した保管庫です。相手の手もとと照らすまで、記録も取込みも送付もできません（見ることはできます）",
            where=f"管理簿 {restored.size}行目",
            next_step="相手に電話で「相手の管理簿」の行数と末尾の符号を聞き、ikiiki ledger settle で照らしてください",
        )


def spoken(size: int, head: str) -> Spoken:
    """What somebody typed of what was read out. Raises `UsageError` for what is no count or no hash."""
    head = head.strip().lower()
    readable = SHORTEST_HEAD <= len(head) <= 64 and HASH.fullmatch(head.ljust(64, "0"))
    if size < 0 or not readable:
        raise UsageError(
            "行数か符号が読めません", where=f"{size} {head[:64]}",
            next_step=f"電話で聞いた行数と、符号の先頭{SHORTEST_HEAD}文字以上を、そのまま入力してください",
        )  # fmt: skip
    return Spoken(size, head)


def head_at(lines: _Lines, org: Site, size: int) -> str:
    """The hash of that line of a ledger that has it; 64 zeros for 0."""
    return line_hash(*lines.lines(org, size - 1, 1)) if size else ZEROS


def other_history(size: int) -> IntegrityFailure:
    """The error for two sites that hold different lines under one number."""
    return IntegrityFailure(
        "相手の持つ管理簿の行が、この保管庫のものと違います", where=f"管理簿 {size}行目",
        next_step="聞き間違いでないかを確かめ、同じなら作業を止めて、両拠点の取扱責任者で確認してください",
    )  # fmt: skip
