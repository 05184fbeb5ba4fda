"""The 管理簿: writing a line, reading both sites' lines, checking them, and the 操作ログ beside it."""

from __future__ import annotations

from dataclasses import dataclass

from core.choosing import one_of
from core.errors import IntegrityFailure, Refused, UsageError
from core.keys import SigningKey
from core.ledger.chain import ChainState, verify_chain
from core.ledger.codes import ACT_WORDS, Act, Content, Medium, Place, Unit
from core.ledger.handover import require_handover
from core.ledger.line import LedgerLine, Seen, read_line, sign_line
from core.office.asides import groundless
from core.office.carried import lines_sharing, unlike
from core.office.codes_compared import compare
from core.office.custody_items import items_of
from core.office.desk import Desk, iso
from core.office.handed_back import never_given
from core.office.keyring import cards_of, rosters_of, successors_of
from core.office.log_span import broken_at
from core.office.ports import AccessRow, Tx
from core.office.unsettled import need_settled
from core.office.witness import belied
from core.roles import Right, Site

BY_HAND = frozenset(
    {
        Act.GIVE, Act.CARRY, Act.TAKE, Act.RETURN, Act.STORE, Act.TAKE_OUT, Act.COPY, Act.PRINT, Act.DESTROY, Act.INSPECT,
        Act.ACKNOWLEDGE, Act.REPORT, Act.INCIDENT, Act.DRILL, Act.UPDATE, Act.CORRECT, Act.SIGNED_FOR,
    }
)  # fmt: skip
"""Acts a person may enter; the others are written by the program as they happen."""
CUSTODY = frozenset(
    {Act.CARRY, Act.GIVE, Act.TAKE, Act.RETURN, Act.DESTROY, Act.SIGNED_FOR, Act.COPY, Act.PRINT}
)
"""Steps of a thing carried by hand. Of one that is known, `core.office.custody` writes them and does what follows (C7);
a copy of it is another thing, with a 控番号 of its own."""


@dataclass(frozen=True)
class LedgerFinding:
    """Something wrong in a ledger."""

    org: Site
    what: str
    chain: bool = True
    """False where every line is as it was signed, but the two sites tell a handover, what was set aside, what was handed back, or
    what they have seen of each other, differently."""


def write_line(
    desk: Desk,
    tx: Tx,
    act: Act,
    content: Content,
    qty: int,
    unit: Unit,
    *,
    medium: Medium = Medium.NONE,
    from_: Place = Place.NONE,
    to: Place = Place.NONE,
    handover: str = "",
    ref: str = "",
) -> None:
    """Sign the next line of this site's ledger with the person's key, in the caller's transaction.

    Raises `Refused` for a handover that must not be so (`require_handover`: C7, C8).
    """
    need_settled(tx)
    site, other = desk.actor.site, desk.actor.site.other
    line = LedgerLine(
        seq=tx.ledger.size(site) + 1,
        at=iso(desk.now()),
        org=site,
        actor=desk.actor.staff_id,
        role=desk.actor.role.value,
        act=act,
        content=content,
        qty=qty,
        unit=unit,
        medium=medium,
        from_=from_,
        to=to,
        handover=handover,
        ref=ref,
        seen=Seen(tx.ledger.size(other), tx.ledger.head(other)),
    )
    if handover or act in (Act.GIVE, Act.RETURN):
        require_handover(line, lines_sharing(tx, handover))
    tx.ledger.append(site, line.seq, sign_line(line, tx.ledger.head(site), SigningKey.of(desk.signer)))  # fmt: skip


def verify_ledgers(tx: Tx, site: Site) -> list[LedgerFinding]:
    """As `LedgerDesk.verify`, in the caller's transaction at `site`."""
    found = []
    for org in Site:
        cards = cards_of(tx, org)
        data = b"".join(tx.ledger.lines(org))
        if not cards:
            continue
        try:
            verify_chain(
                data,
                site_key=cards[0].signing,
                rosters=rosters_of(tx, org),
                start=ChainState(org),
                successors=successors_of(tx, org),
            )
        except IntegrityFailure as error:
            found.append(LedgerFinding(org, str(error)))
    found += [LedgerFinding(Site.CONTRACTOR, what) for what in compare(tx, site)]
    found += [LedgerFinding(site.other, what, chain=False) for what in groundless(tx, site)]
    return found + [
        LedgerFinding(org, what, chain=False)
        for org, what in [*unlike(tx, site), *never_given(tx), *belied(tx, site)]
    ]


class LedgerDesk:
    """The use cases of the 管理簿 pane and `ikiiki ledger`, `ikiiki log`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def count(self, org: Site) -> int:
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return tx.ledger.size(org)

    def page(self, org: Site, offset: int, limit: int) -> list[LedgerLine]:
        """Newest first."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            size = tx.ledger.size(org)
            end = max(0, size - offset)
            start = max(0, end - limit)
            lines = tx.ledger.lines(org, start, end - start)
        return [read_line(line, name=f"ledger-{org}")[1] for line in reversed(lines)]

    def add(
        self,
        act: Act,
        content: Content,
        qty: int,
        unit: Unit,
        *,
        medium: Medium = Medium.NONE,
        from_: Place = Place.NONE,
        to: Place = Place.NONE,
        handover: str = "",
        ref: str = "",
    ) -> LedgerLine:
        """Enter by hand what happened outside the program (a folder handed over, a disc locked away).

        `handover`: the 控番号 of what is carried. Raises `Refused` as `write_line` does, and for a step of a thing that is
        known already: entered past `ikiiki handover`, the password of a notice would stay in the vault.
        """
        if act not in BY_HAND:
            raise UsageError(
                "この行為は自動で記録されるため、手では書けません", where=act.value,
                next_step=one_of({one: ACT_WORDS[one] for one in Act if one in BY_HAND}),
            )  # fmt: skip
        if (act, content) == (Act.INSPECT, Content.ACCESS_LOG):
            raise UsageError(
                "操作ログの点検は、手では書けません", where=content.value,
                next_step="F5 の「ログの点検」（ikiiki log review）で点検し、署名してください",
            )  # fmt: skip
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            site = self._desk.actor.site
            if act in CUSTODY and handover and any(one.id == handover for one in items_of(tx, site)):
                raise Refused(
                    "控番号のあるものの受渡しは、管理簿に直接は書けません", where=f"控番号 {handover}",
                    next_step="F5 の m（媒体と紙）か ikiiki handover（廃棄は ikiiki inventory）で、そのものを選んで記入してください。"
                    "複製したものは別のものなので、この控番号を付けずに記入します",
                )  # fmt: skip
            write_line(
                self._desk, tx, act, content, qty, unit, medium=medium, from_=from_, to=to, handover=handover, ref=ref
            )  # fmt: skip
            self._desk.log(tx, "ledger_add", act.value)
        return self.page(self._desk.actor.site, 0, 1)[0]

    def export(self, org: Site) -> bytes:
        """The whole ledger of a site, one line a line: `sha256sum` of each is the first word of the next."""
        with self._desk.writing(Right.LEDGER_READ) as tx:
            self._desk.log(tx, "ledger_export", org.value)
            return b"".join(tx.ledger.lines(org))

    def verify(self) -> list[LedgerFinding]:
        """Check chain, numbering and signatures of both ledgers from the first line on, what both tell of codes and handovers,
        and the chain of this site's 操作ログ."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            site = self._desk.actor.site
            found = verify_ledgers(tx, site)
            if broken := broken_at(tx):
                found.append(LedgerFinding(site, f"操作ログの{broken}行目が、前の行とつながりません"))
            return found

    def access_count(self) -> int:
        with self._desk.reading(Right.ACCESS_LOG) as tx:
            return tx.access.count()

    def access_page(self, offset: int, limit: int) -> list[AccessRow]:
        """The 操作ログ, newest first."""
        with self._desk.reading(Right.ACCESS_LOG) as tx:
            return tx.access.page(offset, limit)
