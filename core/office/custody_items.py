"""A thing carried by hand as this site sees it: what both ledgers tell of it, and which step may follow here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.applicant import Route, State
from core.errors import Refused
from core.ledger.codes import ACT_WORDS, UNIT_WORDS, Act, Content, Medium, Place, Unit
from core.ledger.handover import HOME, STAGE_WORDS, Handover, Stage
from core.ledger.line import LedgerLine
from core.office.carried import carried
from core.office.desk import iso
from core.office.forms import OWN_NUMBERS
from core.office.kept import Kept, kept_of
from core.office.ports import Tx
from core.programme import Programme
from core.roles import Site

DATA = frozenset({Medium.USB, Medium.DISC})
"""Media that hold files under a password."""


class Step(StrEnum):
    """What can be done next with a thing, at this site."""

    BAG = "bag"
    GIVE = "give"
    TAKE = "take"
    SIGNED = "signed"
    SEND_BACK = "send_back"
    BACK = "back"
    RECOUNT = "recount"


STEP_WORDS = {
    Step.BAG: "鞄に入れて施錠した",
    Step.GIVE: "渡した",
    Step.TAKE: "受け取り、数えた",
    Step.SIGNED: "受渡票に受領印をもらった",
    Step.SEND_BACK: "返した",
    Step.BACK: "返ってきた",
    Step.RECOUNT: "数え直した",
}


@dataclass(frozen=True)
class Item:
    """One thing carried by hand, as both ledgers tell it."""

    id: str
    """控番号."""
    content: Content
    medium: Medium
    unit: Unit
    qty: int
    """By who gives it; by who took it where the other side's line has not come."""
    taken: int | None
    """How many the receiver counted; None until it signed."""
    from_: Place
    to: Place
    stage: Stage
    differs: tuple[str, ...]
    given: bool
    """Its giver's line is here."""
    giver: Site | None
    """None while only the receiver's line is here."""
    mine: bool
    """It is this site's to give."""
    steps: tuple[Step, ...]
    """What this site can do next."""
    number: int
    """Running number among what its giver prepared, from 1; 0 where that is not known."""
    since: str
    """RFC 3339, of the newest line that moved it on."""
    return_by: dt.date | None
    records: int
    """In a data medium made here: how many records it holds."""
    opens: str
    """Of a password notice made here: which export it opens."""
    mistake: LedgerLine | None = None
    """This site's newest line of it, which may be taken back."""
    taker: Site | None = None
    """Whose count `taken` is; None until there is one."""
    in_bag: bool = False
    """It lies in this site's bag, by its own lines."""
    odd: bool = False
    """A ledger tells of it what its site may not write."""

    @property
    def due(self) -> Step | None:
        """What this site should do next, where something is."""
        if self.differs:
            return Step.RECOUNT
        first = next(iter(self.steps), None)
        waited_for = (first is Step.TAKE and self.given) or (
            first is Step.BACK and self.stage is Stage.RETURNING
        )
        to_give = self.mine and not self.given and first in (Step.BAG, Step.GIVE)
        return first if waited_for or to_give else None

    def concerns(self, site: Site) -> bool:
        """Whether it is this site's, or is on its way to it."""
        return self.giver is site or self.to in HOME[site] or self.giver is None

    @property
    def is_notice(self) -> bool:
        return self.content is Content.PASSWORD_NOTICE


def items_of(tx: Tx, site: Site) -> list[Item]:
    """Everything carried by hand, oldest first, as `site` sees it."""
    found = sorted(carried(tx, site), key=lambda one: (_first(one).at, _first(one).org, _first(one).seq))
    numbers: dict[Site, int] = {}
    items = []
    for one in found:
        number = 0
        if one.giver is not None and one.prepared is not None:
            number = numbers[one.giver] = numbers.get(one.giver, 0) + 1
        items.append(_item(tx, one, site, number))
    return items


def _item(tx: Tx, one: Handover, site: Site, number: int) -> Item:
    about, kept = one.about, kept_of(tx, one.id) or Kept()
    from_, to = about.from_, about.to
    if one.given is None and one.bagged:
        from_, to = one.bagged[0].from_, one.bagged[0].to
    elif one.given is None and one.prepared is not None:
        from_, to = one.prepared.to, kept.to
    newest = one.back or one.returned or one.taken or one.given or next(reversed(one.bagged), None) or about
    return Item(
        one.id, about.content, about.medium, about.unit, about.qty, one.taken.qty if one.taken else None,
        from_, to, one.stage, one.differs, one.given is not None, one.giver, one.giver is site, _steps(one, site), number, newest.at,
        kept.return_by, kept.records, kept.opens, one.retractable(site), _taker(one), one.in_bag(site), bool(one.odd),
    )  # fmt: skip


def _taker(one: Handover) -> Site | None:
    if one.taken is None:
        return None
    return one.taken.org.other if one.taken.act is Act.SIGNED_FOR else one.taken.org


def _first(one: Handover) -> LedgerLine:
    return one.prepared or next(iter(one.bagged), None) or one.given or one.about


def _steps(one: Handover, site: Site) -> tuple[Step, ...]:
    """The chain: what may follow, at this site."""
    mine = one.giver is site or (one.giver is None and one.taken is not None and one.taken.org is not site)
    stage = one.stage
    again = (Step.RECOUNT,) if one.differs else ()
    loose = (Step.RECOUNT,) if one.about.content is Content.FORMS else ()
    """Sheets can be counted wrongly; a medium is one."""
    if mine and one.given is None:  # also where the receiver was quicker in writing it down
        return (Step.GIVE,) if any(line.org is site for line in one.bagged) else (Step.BAG,)
    if mine:
        return {
            Stage.GIVEN: (Step.SIGNED, *loose),
            Stage.TAKEN: (*again, Step.BACK),
            Stage.RETURNING: (Step.BACK, *again),
        }.get(stage, again)
    if one.given is not None and one.given.to not in (*HOME[site], Place.NONE):
        return again  # between the other site and somebody else
    locked = any(line.org is site for line in one.bagged)
    return {
        Stage.PREPARED: (Step.TAKE,),
        Stage.LOCKED: (Step.TAKE,),
        Stage.GIVEN: (Step.TAKE,),
        Stage.TAKEN: (*again, Step.SEND_BACK if locked else Step.BAG, *(() if again else loose)),
    }.get(stage, again)


def need_given_before(
    item_id: str, given: LedgerLine | None, programme: Programme, now: dt.datetime, verb: str
) -> LedgerLine:
    """C7: a notice is printed, bagged and given (`verb`) when its medium was given, and the programme's hours have passed.

    The line that gave the medium; raises `Refused` before.
    """
    if given is None:
        raise Refused(
            f"媒体をまだ渡していないので、パスワード通知書は{verb}", where=f"控番号 {item_id}",
            next_step="先に媒体だけを渡し、引渡しを記録してください",
        )  # fmt: skip
    hours = programme.handover.notice_hours
    free = dt.datetime.fromisoformat(given.at) + dt.timedelta(hours=hours)
    if now < free:
        raise Refused(
            f"媒体を渡してから{hours}時間は、パスワード通知書は{verb}",
            where=f"控番号 {item_id}", next_step=f"{iso(free)[:16].replace('T', ' ')} からできます",
        )  # fmt: skip
    return given


def keyed_of(tx: Tx, items: Iterable[Item]) -> Sequence[str]:
    """How many forms of the counter were received and keyed: nothing is matched to a person, only counted."""
    sheets = sum(
        one.taken or 0 for one in items if one.content is Content.FORMS and one.taker is Site.CONTRACTOR
    )
    if not sheets:
        return ()
    keyed = sum(
        one.route is Route.DESK and one.number in OWN_NUMBERS for one in tx.applications.all(tuple(State))
    )
    return (f"窓口の応募用紙: 受け取った {sheets}枚、入力した {keyed}件",)


def entry_words(line: LedgerLine) -> str:
    """One step as it was entered: what may be taken back."""
    return f"「{ACT_WORDS[line.act]}{line.qty}{UNIT_WORDS[line.unit]}」（管理簿{line.seq}行目）"


def retracted_words(line: LedgerLine) -> str:
    return f"{entry_words(line)}の記入を取り消しました"


def what_stands(item: Item | None) -> str:
    """What is left after a step was taken back."""
    if item is None:
        return "この控番号の記入は、ほかにありません"
    return f"いまは「{'両側で違う' if item.differs else STAGE_WORDS[item.stage]}」です"
