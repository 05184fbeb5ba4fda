"""What both ledgers tell of things carried by hand, read from the lines each time; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterator

from core.ledger.handover import FIELD_WORDS, Handover, handovers
from core.ledger.line import LedgerLine, read_line
from core.office.ports import Tx
from core.roles import Site

_NO_HANDOVER = b'"handover":""'
_BUNDLE = b'"ref":"bundle:'


def carried_lines(tx: Tx) -> Iterator[LedgerLine]:
    """The lines of both sites that share a `handover` with others, those of sealed bundles left out."""
    for org in Site:
        for raw in tx.ledger.lines(org):
            if _NO_HANDOVER not in raw and _BUNDLE not in raw:
                yield read_line(raw, name=f"ledger-{org}")[1]


def carried(tx: Tx) -> list[Handover]:
    """Every handover by hand, by id."""
    return handovers(carried_lines(tx))


def lines_sharing(tx: Tx, handover: str) -> list[LedgerLine]:
    """The lines of both sites with this id; none for the empty one."""
    mark = f'"handover":"{handover}"'.encode("ascii", "replace")
    return [
        read_line(raw, name=f"ledger-{org}")[1]
        for org in Site
        for raw in (tx.ledger.lines(org) if handover else ())
        if mark in raw
    ]


def tell_soon(tx: Tx) -> None:
    """The other site is to see the line just written: the next `sync` sends one, if only with a receipt."""
    tx.settings.put("receipt_due", "yes")


def unlike(tx: Tx) -> list[tuple[Site, str]]:
    """(giver, sentence) of each handover that the two sites tell differently."""
    found = []
    for one in carried(tx):
        if one.differs and one.given is not None and one.taken is not None:
            found.append((one.given.org, _unlike(one, one.given, one.taken)))
    return found


def _unlike(one: Handover, given: LedgerLine, taken: LedgerLine) -> str:
    if one.differs == ("qty",):
        return f"受渡し {one.id}: 数が違います（渡した側 {given.qty}、受けた側 {taken.qty}）"
    words = "・".join(FIELD_WORDS[name] for name in one.differs)
    return f"受渡し {one.id}: 両側の記入が違います（{words}。渡した側 {given.qty}、受けた側 {taken.qty}）"
