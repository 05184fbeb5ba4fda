"""Where a bundle stands in its channel: next, already known, too early, or not what was promised (docs/exchange.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import IntegrityFailure
from core.exchange.manifest import Manifest
from core.exchange.names import Channel
from core.exchange.strict import ZEROS

_NEXT = "取り込まずに証拠を保管し、相手方の取扱責任者へ電話で確認してください"


class Verdict(StrEnum):
    """What to do with a manifest."""

    ACCEPT = "accept"
    ALREADY = "already"  # the same bytes once more: harmless
    GAP = "gap"  # wait for those before it
    OTHER_EPOCH = "other_epoch"  # of an older pairing, or of a newer one that has yet to be made here


class Conflict(IntegrityFailure):
    """A second manifest for a seq that already has one."""


class WrongPrevious(IntegrityFailure):
    """The next in number, but it does not follow the one we hold."""


@dataclass(frozen=True)
class ChannelState:
    """What is known of one channel in one epoch: the manifest hash of every seq accepted, 1 to `last`."""

    channel: Channel
    epoch: int
    hashes: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if set(self.hashes) != set(range(1, len(self.hashes) + 1)):
            raise ValueError("seqs are accepted in order")

    @property
    def last(self) -> int:
        """The last seq accepted, 0 at the start."""
        return len(self.hashes)

    @property
    def head(self) -> str:
        """What the next manifest must name as its previous."""
        return self.hashes.get(self.last, ZEROS)

    def with_manifest(self, manifest: Manifest) -> ChannelState:
        """The state after accepting `manifest`."""
        return ChannelState(self.channel, self.epoch, {**self.hashes, manifest.name.seq: manifest.hash})


def judge(state: ChannelState, manifest: Manifest) -> Verdict:
    """What `manifest`, its signature already checked, is in this channel.

    Raises `Conflict` for another manifest under a known seq, however old, and `WrongPrevious` when the next one does
    not chain. Raises `ValueError` when the channel is another one: a slip of the program.
    """
    name = manifest.name
    if name.channel is not state.channel:
        raise ValueError("another channel")
    if name.epoch != state.epoch:
        return Verdict.OTHER_EPOCH
    if name.seq <= state.last:
        if state.hashes[name.seq] == manifest.hash:
            return Verdict.ALREADY
        raise conflict(str(name))
    if name.seq > state.last + 1:
        return Verdict.GAP
    if manifest.previous != state.head:
        raise WrongPrevious("前に受け取った束とつながりません", where=str(name), next_step=_NEXT)
    return Verdict.ACCEPT


def conflict(name: str) -> Conflict:
    """The error for two different contents under one number."""
    return Conflict("同じ番号で内容の異なる束があります", where=name, next_step=_NEXT)
