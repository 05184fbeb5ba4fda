"""What stops a channel and waits for people: a bundle refused here, one set aside, one of ours that the partner set aside.

Who has to do what follows from the two ledgers and the vault alone; only that a bundle was refused is noted, to be told
until it is taken in or set aside.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.ledger.checkpoint import LedgerMismatch
from core.office.asides import Aside, asked_to_void, waiting_for_void
from core.office.choices import ASIDE_WORDS
from core.office.envelope import KIND_WORDS
from core.office.ports import Tx
from core.roles import SITE_WORDS, Site

_REFUSED = "bundles_refused"


@dataclass(frozen=True)
class Step:
    """One thing that stops a channel, in Japanese: what is so, who does what next."""

    bundle: str
    short: str
    """A word or two, for the flow line."""
    sentence: str
    next_step: str
    todo: str
    """What this site does, as the flow line says it; "" when it is the other site's turn."""


@dataclass(frozen=True)
class Blocked:
    """All of it, what this site has to do first."""

    steps: tuple[Step, ...] = ()
    refused: tuple[str, ...] = ()
    """Bundles in the inbox that this vault refused, and that can be set aside."""
    aside: tuple[str, ...] = ()
    """Set aside here and not voided by the sender yet."""
    to_void: tuple[Aside, ...] = ()
    """Ours that the partner set aside."""

    @property
    def todo(self) -> str:
        return next((step.todo for step in self.steps if step.todo), "")


def note_refused(tx: Tx, name: str, manifest: bytes, error: IntegrityFailure) -> None:
    """Remember that this bundle was refused. What of it was wrong stays with the error: it may name an application."""
    noted = _noted(tx)
    # A ledger that reads otherwise is no matter of one bundle: all after it would be refused as well.
    noted[name] = [sha256_hex(manifest), "ledger" if isinstance(error, LedgerMismatch) else "bundle"]
    tx.settings.put(_REFUSED, json.dumps(noted, sort_keys=True))


def blocked(tx: Tx, site: Site, waiting: Collection[str]) -> Blocked:
    """As things stand. `waiting`: the bundles in the inbox."""
    refused = tuple(
        name
        for name, (_, sort) in sorted(_noted(tx).items())
        if sort == "bundle"
        and name in waiting
        and tx.bundles.get(name) is None
        and tx.fates.get(name) is None
    )
    aside = tuple(str(one) for one in waiting_for_void(tx))
    to_void = tuple(asked_to_void(tx, site))
    here, there = SITE_WORDS[site], SITE_WORDS[site.other]
    steps = [_to_void(tx, one, here, there) for one in to_void]
    steps += [
        Step(
            name, "取り込めない束", f"届いた束 {name} を取り込めません。後の束も待っています",
            f"{here}の取扱責任者が{there}の取扱責任者へ電話し、直らなければ F6 の「束を外す」（ikiiki bundle aside）",
            "取り込めない束を確かめて外す（取扱責任者）",
        )
        for name in refused
    ]  # fmt: skip
    steps += [
        Step(
            name, "取消し待ち", f"束 {name} を外しました。{there}が取り消すまで、後の束は待ちます",
            f"送受信をし、{there}の取扱責任者に「束を取り消す」を頼む", "",
        )
        for name in aside
    ]  # fmt: skip
    return Blocked(tuple(steps), refused, aside, to_void)


def in_hand(waiting: Collection[str], stopped: Blocked) -> list[str]:
    """Of what waits in the inbox, what does not stand behind a bundle that was set aside."""
    held = [name.rsplit("-", 1) for name in stopped.aside]
    return [
        name
        for name in waiting
        if not any(name.rsplit("-", 1)[0] == series and name.rsplit("-", 1)[1] > seq for series, seq in held)
    ]


def _to_void(tx: Tx, one: Aside, here: str, there: str) -> Step:
    row = tx.bundles.get(str(one.bundle))
    kind = KIND_WORDS.get(row.kind, row.kind) if row else "不明"
    return Step(
        str(one.bundle), "外された束",
        f"{there}が束 {one.bundle}（{kind}）を取り込めず外しました: {ASIDE_WORDS[one.reason]}",
        f"{here}の取扱責任者が{there}へ電話し、F6 の「束を取り消す」（ikiiki bundle void）。中身は送り直せます",
        f"{there}が外した束を取り消す（取扱責任者）",
    )  # fmt: skip


def _noted(tx: Tx) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(tx.settings.get(_REFUSED) or "{}")
    return found
