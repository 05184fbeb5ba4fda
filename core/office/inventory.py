"""The inventory of what leaves the vault: each print, export and medium under an id that stands on it (measures C10, C11).

It has no table of its own. A copy comes into being with a ledger line whose `ref` is `medium:<id>` (or `batch:<id>`, of papers); every
later line with that id tells what became of it, so the inventory is as hard to rewrite as the ledger and a correction is one more line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from core.canonical import crockford_id
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.handover import standing
from core.ledger.line import LedgerLine, read_line
from core.office.carried import lines_sharing, tell_soon
from core.office.desk import Desk
from core.office.kept import forget_password, is_overdue, kept_of
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.seating import today
from core.roles import Right, Site

REF, BATCH = "medium:", "batch:"
SHORTEST = 4
"""Characters of an id that a person must type, as long as they name one copy alone."""
MAKING = frozenset({Act.PRINT, Act.EXPORT, Act.COPY, Act.BACKUP, Act.TAKE, Act.INTAKE})
"""Acts by which there is a copy that was not here before."""
LEAVING = frozenset({Act.DISPATCH, Act.GIVE, Act.RETURN})
"""Acts by which somebody else has it from now on."""
ENDING = frozenset({Act.DESTROY, Act.ERASE})
"""Acts after which nobody has it."""


@dataclass(frozen=True)
class Copy:
    """One thing made outside the vault, as far as the ledger tells: `qty` made, of which `here` are still in our hands."""

    id: str
    content: Content
    medium: Medium
    unit: Unit
    qty: int
    here: int
    given: int
    """In the hands of others, from where it is to come back or to be reported destroyed."""
    place: Place
    """Where what is here lies."""
    made_at: str
    made_by: str
    last_at: str
    """RFC 3339, of the last line about it."""
    received: bool = False
    """It came from the other site: not made here."""
    return_by: dt.date | None = None
    """The day by which it is to come back, or to go back."""
    overdue: bool = False
    """That day is past, and some of it is not where it belongs."""

    @property
    def gone(self) -> bool:
        """Nothing of it is here any more."""
        return self.here == 0


def copies(lines: Iterable[LedgerLine], others: Iterable[LedgerLine] = ()) -> list[Copy]:
    """All copies of one site's ledger, in the order they were made, those that are gone among them.

    A line about an id nobody made is passed over: what it tells is in the ledger, but it is no copy of ours. Of the other
    site's lines (`others`) those count that say it destroyed what it has signed for.
    """
    found: dict[str, Copy] = {}
    signed: set[str] = set()
    for line in standing(lines):
        if line.act is Act.SIGNED_FOR:
            signed.add(line.handover)
        if not line.ref.startswith((REF, BATCH)):
            continue
        name = line.ref.partition(":")[2]
        known = found.get(name)
        if known is None:
            if line.act in MAKING:
                place = line.to if line.to is not Place.NONE else Place(line.org.value)
                found[name] = Copy(
                    name, line.content, line.medium, line.unit, line.qty, line.qty, 0, place,
                    line.at, line.actor, line.at, line.act is Act.TAKE and line.from_ is not line.to,
                )  # fmt: skip
            elif line.act is Act.DISPATCH:
                _posted(found, line)
            continue
        found[name] = _told(known, line)
    for line in standing(others):
        known = found.get(line.ref.partition(":")[2]) if line.ref.startswith(REF) else None
        if known is not None and line.act is Act.TAKE:
            signed.add(known.id)
        if known is not None and line.act in ENDING and known.id in signed:
            found[known.id] = replace(
                known, given=known.given - min(line.qty, known.given), last_at=max(known.last_at, line.at)
            )
    return list(found.values())


def _posted(found: dict[str, Copy], line: LedgerLine) -> None:
    """A batch of notices was posted: out of what was printed of that kind on that medium, the oldest first."""
    left = line.qty
    for copy in list(found.values()):
        if (copy.content, copy.medium, copy.unit) == (line.content, line.medium, line.unit):
            some = min(left, copy.here)
            left -= some
            found[copy.id] = replace(copy, here=copy.here - some, last_at=line.at if some else copy.last_at)


def _told(copy: Copy, line: LedgerLine) -> Copy:
    some = min(line.qty, copy.here)
    copy = replace(copy, last_at=line.at)
    if line.act in ENDING and line.from_ is Place(line.org.other.value):  # reported by who had it
        return replace(copy, given=copy.given - min(line.qty, copy.given))
    if line.act in ENDING:
        return replace(copy, here=copy.here - some)
    if line.act is Act.GIVE and line.handover and not copy.here and copy.given:  # counted again
        return replace(copy, qty=line.qty, given=line.qty)
    if line.act in LEAVING:
        # A posted notice is its reader's own; what goes back is its owner's.
        outside = 0 if line.act in (Act.DISPATCH, Act.RETURN) else some
        return replace(copy, here=copy.here - some, given=copy.given + outside)
    if line.act is Act.TAKE and copy.received and not copy.given:  # counted again
        return replace(copy, qty=line.qty, here=max(0, line.qty - (copy.qty - copy.here)))
    if line.act is Act.TAKE:  # it came back
        back = min(line.qty, copy.given)
        return replace(copy, here=copy.here + back, given=copy.given - back)
    if line.act in (Act.STORE, Act.TAKE_OUT):
        return replace(copy, place=line.to if line.to is not Place.NONE else copy.place)
    return copy


def copies_of(tx: Tx, desk: Desk) -> list[Copy]:
    """This site's copies, with the days by which they are to come or go back."""
    found = copies(copy_lines(tx, desk.actor.site), copy_lines(tx, desk.actor.site.other))
    day = today(desk)
    return [replace(one, return_by=by, overdue=is_overdue(by, one, day)) for one, by in _dated(tx, found)]


def copy_lines(tx: Tx, org: Site) -> Iterator[LedgerLine]:
    """What a site's ledger tells of copies."""
    for raw in tx.ledger.of_copies(org):
        yield read_line(raw, name=f"ledger-{org}")[1]


def _dated(tx: Tx, found: Iterable[Copy]) -> Iterator[tuple[Copy, dt.date | None]]:
    for one in found:
        kept = kept_of(tx, one.id)
        yield one, kept.return_by if kept else None


def write_copy(
    desk: Desk,
    tx: Tx,
    act: Act,
    content: Content,
    qty: int,
    unit: Unit,
    medium: Medium,
    *,
    copy: str = "",
) -> str:
    """Note in the caller's transaction that a copy was made (`act` one of `MAKING`); its id, which is to stand on it.

    `copy`: an id the caller has put on it already, from `new_copy`.
    """
    copy = copy or new_copy(desk)
    place = Place(desk.actor.site.value)
    write_line(desk, tx, act, content, qty, unit, medium=medium, from_=place, to=place, ref=REF + copy)
    return copy


def new_copy(desk: Desk) -> str:
    """A fresh id for a copy: ten letters and digits."""
    return crockford_id(desk.entropy(10))


class Inventory:
    """The use cases of the list of media and papers: what there is, and what became of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, *, everything: bool = False) -> list[Copy]:
        """What is here or with others; `everything` also names what is gone."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            found = copies_of(tx, self._desk)
        return [copy for copy in found if everything or copy.here or copy.given]

    def destroyed(self, name: str, qty: int | None = None) -> Copy:
        """Shredded, wiped or broken, seen by whoever says so; all of it that is here, or `qty` of it.

        What is with others, none of it here, is meant as they reported it destroyed.
        """
        return self._tell(Act.DESTROY, name, qty, Place.DISPOSAL)

    def stored(self, name: str) -> Copy:
        """Locked away."""
        return self._tell(Act.STORE, name, None, Place.LOCKER)

    def taken_out(self, name: str) -> Copy:
        """Taken out of the locker, to be worked with here."""
        return self._tell(Act.TAKE_OUT, name, None, Place(self._desk.actor.site.value))

    def _tell(self, act: Act, name: str, qty: int | None, to: Place) -> Copy:
        """Raises `UsageError` for an id that is not here, `Refused` when there is not as much of it."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            copy = self._need(tx, name)
            name = copy.id
            reported = act is Act.DESTROY and copy.here == 0 and copy.given > 0
            most = copy.given if reported else copy.here
            some = most if qty is None else qty
            if not 0 < some <= most:
                raise Refused(
                    "その数は手もとにありません", where=f"控番号 {name}",
                    next_step=f"手もとにあるのは {copy.here} です。数を確かめてください",
                )  # fmt: skip
            site = self._desk.actor.site
            handover = name if any(line.org is site for line in lines_sharing(tx, name)) else ""
            if handover:
                tell_soon(tx)
            write_line(
                self._desk, tx, act, copy.content, some, copy.unit, medium=copy.medium,
                from_=Place(site.other.value) if reported else copy.place, to=to,
                handover=handover, ref=REF + name,
            )  # fmt: skip
            self._desk.log(tx, "inventory", f"{act.value} {name} n={some}")
            left = self._need(tx, name)
            if act is Act.DESTROY and not left.here and not left.given:
                forget_password(tx, name)
            return left

    def _need(self, tx: Tx, name: str) -> Copy:
        """The copy of that id, or the only one whose id begins so."""
        wanted = name.strip().upper()
        meant = [copy for copy in copies_of(tx, self._desk) if copy.id.startswith(wanted)]
        if len(meant) == 1 and len(wanted) >= SHORTEST:
            return meant[0]
        raise UsageError(
            "その控番号のものは、台帳に1つに決まりません" if meant else "その控番号のものは、台帳にありません",
            where=name, next_step="紙や媒体にある控番号を、そのまま入力してください",
        )  # fmt: skip
