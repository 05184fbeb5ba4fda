"""Checking a ledger from its bytes: chain, numbering, signatures (docs/exchange.md, "Checking").

Works on a whole export or on the lines that follow a state already checked; the outcome is the next state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.exchange.strict import ZEROS, bad
from core.keys import VerifyKey
from core.ledger.codes import Act
from core.ledger.line import SITE_ACTOR, LedgerLine, line_hash, read_line, verify_line
from core.ledger.roster import Roster, RosterEntry, read_roster
from core.roles import Site


@dataclass(frozen=True)
class ChainState:
    """A ledger checked up to and including line `size`, whose hash is `head` (64 zeros when empty)."""

    org: Site
    size: int = 0
    head: str = ZEROS
    staff: Mapping[str, RosterEntry] = field(default_factory=dict)
    """By staff id, the roster in force after that line."""


@dataclass(frozen=True)
class Checked:
    """The lines read, all good, and where the ledger stands after them."""

    lines: tuple[LedgerLine, ...]
    state: ChainState


def split_lines(data: bytes, *, name: str) -> list[bytes]:
    """Whole lines with their LF, split at LF alone. Raises `IntegrityFailure` when the last is not ended."""
    if not data:
        return []
    if not data.endswith(b"\n"):
        raise bad("最後の行が改行で終わっていません", name)
    return [line + b"\n" for line in data[:-1].split(b"\n")]


def head_of(data: bytes, size: int, *, name: str) -> str:
    """The hash of line `size` in an export that begins at line 1; 64 zeros for size 0."""
    lines = split_lines(data, name=name)
    if size > len(lines):
        raise bad("管理簿の行数が足りません", name)
    return line_hash(lines[size - 1]) if size else ZEROS


def verify_chain(
    data: bytes,
    *,
    site_key: VerifyKey,
    rosters: Mapping[str, bytes],
    start: ChainState,
    name: str = "",
    successors: Mapping[str, VerifyKey] | None = None,
) -> Checked:
    """Check `data`, the lines after `start` (`ChainState(org)` for a whole export).

    `rosters` holds the roster documents by SHA-256. The site key signs `roster` and `epoch` lines; every other line is
    signed by the person it names, in the role the roster in force gives them. `site_key` is the one in force after
    `start`; an `epoch` line with `ref=sha256:<card>` hands over to the key of that card, which must be among
    `successors` (by the SHA-256 of the card): a card that people here never trusted takes nothing over.
    Raises `IntegrityFailure` naming the line.
    """
    name = name or f"ledger-{start.org.value}"
    state = start
    staff = dict(start.staff)
    read: list[LedgerLine] = []
    for raw in split_lines(data, name=name):
        place = f"{name} {state.size + 1}行目"
        previous, line = read_line(raw, name=place)
        if previous != state.head:
            raise bad("前の行とのつながりが切れています", place)
        if line.seq != state.size + 1 or line.org is not start.org:
            raise bad("行の番号または拠点が正しくありません", place)
        if line.role == SITE_ACTOR:
            key = site_key
        else:
            person = staff.get(line.actor)
            if person is None or person.role.value != line.role:
                raise bad("その時点の取扱者名簿にない人、または異なる役割の行です", place)
            key = person.key
        verify_line(line, previous, key, name=place)
        if line.act is Act.ROSTER:
            staff = dict(_roster_of(line, rosters, place).staff)
        if (card := succeeded_by(line)) is not None:
            if card not in (successors or {}):
                raise bad("信頼していない鍵への引継ぎが書かれています", place)
            site_key = (successors or {})[card]
        read.append(line)
        state = ChainState(start.org, state.size + 1, line_hash(raw), staff)
    return Checked(tuple(read), state)


def succeeded_by(line: LedgerLine) -> str | None:
    """The SHA-256 of the card whose key signs for the site after `line`; None when the key stays."""
    if line.act is not Act.EPOCH or not line.ref.startswith("sha256:"):
        return None
    return line.ref.removeprefix("sha256:")


def _roster_of(line: LedgerLine, rosters: Mapping[str, bytes], place: str) -> Roster:
    digest = line.ref.removeprefix("sha256:")
    data = rosters.get(digest)
    if data is None:
        raise bad("取扱者名簿の書類が添えられていません", place)
    roster = read_roster(data, name=place)
    if roster.ref != line.ref or roster.org is not line.org or len(roster.staff) != line.qty:
        raise bad("取扱者名簿が管理簿の行と合いません", place)
    return roster
