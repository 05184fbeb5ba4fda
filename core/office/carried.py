"""What both ledgers tell of things carried by hand, read from the lines each time; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import IntegrityFailure
from core.ledger.codes import ACT_WORDS
from core.ledger.handover import FIELD_WORDS, Handover, handovers
from core.ledger.line import LedgerLine, read_line
from core.office.envelope import CONTENT_OF
from core.office.ports import Tx
from core.roles import SITE_WORDS, Site


def carried_lines(tx: Tx) -> Iterator[LedgerLine]:
    """The lines of both sites that share a `handover` with others, those of sealed bundles left out."""
    for org in Site:
        for raw in tx.ledger.by_hand(org):
            yield read_line(raw, name=f"ledger-{org}")[1]


def carried(tx: Tx, site: Site) -> list[Handover]:
    """Every handover by hand, by id, as `site` reads the two ledgers."""
    return handovers(carried_lines(tx), site)


def lines_sharing(tx: Tx, handover: str) -> list[LedgerLine]:
    """The lines of both sites with this id; none for the empty one."""
    mark = f'"handover":"{handover}"'.encode("ascii", "replace")
    return [
        read_line(raw, name=f"ledger-{org}")[1]
        for org in Site
        for raw in (tx.ledger.lines(org) if handover else ())
        if mark in raw
    ]


def need_fresh_handover(tx: Tx, handover: str, name: str, kind: str) -> None:
    """That the id which came with the partner's bundle `name` stands in no line but those of this very bundle.

    Under the id of something carried by hand our own line of it could not be written (C7), or would be one of that thing's.
    Raises `IntegrityFailure`.
    """
    ours = [
        line for line in lines_sharing(tx, handover) if kind != "receipt"
    ]  # of a receipt no line is written
    if any((line.ref, line.content) != (f"bundle:{name}", CONTENT_OF[kind]) for line in ours):
        raise IntegrityFailure(
            "束の受渡しの番号が、すでに別の記録で使われています",
            where=f"{name} 控番号 {handover}",
            next_step="取り込んでいません。相手に連絡し、取扱責任者どうしで束を外し、送り直してもらってください",
        )


def tell_soon(tx: Tx) -> None:
    """The other site is to see the line just written: the next `sync` sends one, if only with a receipt."""
    tx.settings.put("receipt_due", "yes")


def unlike(tx: Tx, site: Site) -> list[tuple[Site, str]]:
    """(site, sentence): the giver's for each handover that the two tell differently, then whose line is none it may write."""
    found = []
    for one in carried(tx, site):
        if one.differs and one.given is not None and one.taken is not None:
            found.append((one.given.org, _unlike(one, one.given, one.taken)))
        found += [(line.org, _odd(one, line)) for line in one.odd]
    return found


def _odd(one: Handover, line: LedgerLine) -> str:
    return (
        f"受渡し {one.id}: {SITE_WORDS[line.org]}の管理簿{line.seq}行目の「{ACT_WORDS[line.act]}」は、"
        "その側が記入できることではありません（受渡しには数えていません）"
    )


def _unlike(one: Handover, given: LedgerLine, taken: LedgerLine) -> str:
    if one.differs == ("qty",):
        return f"受渡し {one.id}: 数が違います（渡した側 {given.qty}、受けた側 {taken.qty}）"
    words = "・".join(FIELD_WORDS[name] for name in one.differs)
    return f"受渡し {one.id}: 両側の記入が違います（{words}。渡した側 {given.qty}、受けた側 {taken.qty}）"
