"""What the two ledgers say of the same code: a code read aloud binds nothing by itself, so both sites write down what for.

The ward's line says what a code was given for, the contractor's what it was accepted for. Each ledger reaches the
other site with its bundles; what does not agree is kept, shown, and no further code is given or taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.ledger.codes import CONTENT_WORDS, Act
from core.ledger.line import LedgerLine, read_line
from core.office.keyring import FIRST_EPOCH
from core.office.ports import Tx
from core.roles import Site

_DIFFER = "codes_differ"
ACTS = frozenset({Act.TELL, Act.HEAR})


@dataclass(frozen=True)
class Word:
    """A line about a code, and where in its ledger it stands."""

    epoch: int
    """Whose chain of codes it is of: each epoch has its own, which begins at 1 again."""
    life: int
    """How often the site had been restored by then: what it had taken before, it may not know any more."""
    line: LedgerLine

    @property
    def code(self) -> tuple[int, str, int]:
        return self.epoch, self.line.content, self.line.qty


def differences(told: Iterable[Word], heard: Iterable[Word], *, all_told: bool) -> list[str]:
    """The contractor's `heard` words that no word of the ward bears out, and codes used twice, a Japanese sentence each.

    `all_told`: these are all of the ward's (it is the ward that asks). The contractor may hold the ward's ledger
    only up to some day: there a line is missing without anybody's fault, but never another in its place.
    """
    given: dict[tuple[int, str, int], str] = {}
    for word in told:
        given.setdefault(word.code, word.line.ref)
    found, used = [], set()
    for word in heard:
        ref, again, line = given.get(word.code), (word.code, word.life) in used, word.line
        used.add((word.code, word.life))
        if again or (line.ref != ref and (ref is not None or all_told)):
            why = (
                "二度使われています" if again
                else "区は伝えていない番号です" if ref is None
                else "別のものについて伝えた番号です"
            )  # fmt: skip
            found.append(
                f"電話の番号 {CONTENT_WORDS[line.content]} 第{line.qty}番: {why}（委託先の管理簿 {line.seq}行目）"
            )
    return found


def compare(tx: Tx, site: Site) -> list[str]:
    """`differences` between the two ledgers as this site holds them."""
    told, heard = _words(tx, Site.WARD, Act.TELL), _words(tx, Site.CONTRACTOR, Act.HEAR)
    return differences(told, heard, all_told=site is Site.WARD)


def note(tx: Tx, site: Site) -> None:
    """Compare and keep the outcome, after lines about codes have come or been written."""
    tx.settings.put(_DIFFER, json.dumps(compare(tx, site), ensure_ascii=False))


def noted(tx: Tx) -> Sequence[str]:
    """What `note` found last."""
    return tuple(json.loads(tx.settings.get(_DIFFER) or "[]"))


def _words(tx: Tx, org: Site, act: Act) -> list[Word]:
    """All of that site's lines of one act, each in the epoch its ledger had come to."""
    epoch, life, found = FIRST_EPOCH, 0, []
    for raw in tx.ledger.lines(org):
        if _mark(Act.EPOCH) in raw:
            epoch += 1
        elif _mark(Act.RESTORE) in raw:
            life += 1
        elif _mark(act) in raw:
            found.append(Word(epoch, life, read_line(raw, name=f"ledger-{org}")[1]))
    return found


def _mark(act: Act) -> bytes:
    return f'"act":"{act}"'.encode("ascii")
