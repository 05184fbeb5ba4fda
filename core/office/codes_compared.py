"""What the two ledgers say of the same code: a code read aloud binds nothing by itself, so both sites write down what for.

The ward's line says what a code was given for, the contractor's what it was accepted for. Each ledger reaches the
other site with its bundles; what does not agree is kept, shown, and no further code is given or taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from core.ledger.codes import CONTENT_WORDS, Act
from core.ledger.line import LedgerLine, read_line
from core.office.ports import Tx
from core.roles import Site

_DIFFER = "codes_differ"
ACTS = frozenset({Act.TELL, Act.HEAR})


def differences(told: Iterable[LedgerLine], heard: Iterable[LedgerLine], *, all_told: bool) -> list[str]:
    """The contractor's `heard` lines that no line of the ward bears out, a Japanese sentence each.

    `all_told`: these are all of the ward's lines (it is the ward that asks). The contractor may hold the ward's ledger
    only up to some day: there a line is missing without anybody's fault, but never another in its place.
    """
    given: dict[tuple[str, int], set[str]] = {}
    for line in told:
        given.setdefault((line.content, line.qty), set()).add(line.ref)
    found = []
    for line in heard:
        refs = given.get((line.content, line.qty), set())
        if line.ref not in refs and (refs or all_told):
            why = "別のものについて伝えた番号です" if refs else "区は伝えていない番号です"
            found.append(
                f"電話の番号 {CONTENT_WORDS[line.content]} 第{line.qty}番: {why}（委託先の管理簿 {line.seq}行目）"
            )
    return found


def compare(tx: Tx, site: Site) -> list[str]:
    """`differences` between the two ledgers as this site holds them."""
    told, heard = _lines(tx, Site.WARD, Act.TELL), _lines(tx, Site.CONTRACTOR, Act.HEAR)
    return differences(told, heard, all_told=site is Site.WARD)


def note(tx: Tx, site: Site) -> None:
    """Compare and keep the outcome, after lines about codes have come or been written."""
    tx.settings.put(_DIFFER, json.dumps(compare(tx, site), ensure_ascii=False))


def noted(tx: Tx) -> Sequence[str]:
    """What `note` found last."""
    return tuple(json.loads(tx.settings.get(_DIFFER) or "[]"))


def _lines(tx: Tx, org: Site, act: Act) -> list[LedgerLine]:
    mark = f'"act":"{act}"'.encode("ascii")
    return [read_line(raw, name=f"ledger-{org}")[1] for raw in tx.ledger.lines(org) if mark in raw]
