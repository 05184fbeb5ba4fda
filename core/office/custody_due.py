"""What is late of things carried by hand: not signed for, told differently, not brought back. Derived anew each time."""

from __future__ import annotations

import datetime as dt

from core.ledger.handover import Stage
from core.office.custody_items import Item, Step, items_of
from core.office.desk import Desk, programme_of
from core.office.due import Late, LateKind
from core.office.inventory import copies_of
from core.office.ports import Tx
from core.programme import Programme

_WHERE = "F5 の m（媒体と紙）"


def of_custody(tx: Tx, desk: Desk) -> list[Late]:
    """Worst first: a difference, what a side may not write, then what nobody has signed for, then what has not come back."""
    site, programme = desk.actor.site, programme_of(tx)
    days = programme.handover.acknowledge_days
    items = items_of(tx, site)
    now = desk.now()
    old = [one for one in items if _waited(programme, one.since, now) > dt.timedelta(days=days)]
    differ = sum(bool(one.differs) for one in items)
    unsigned = sum(one.stage is Stage.GIVEN and one.giver is site for one in old)
    untaken = sum(one.stage is Stage.GIVEN and Step.TAKE in one.steps for one in old)
    ungiven = sum(_only_taken(one) for one in old)
    odd = sum(one.odd and one.stage not in (Stage.ENDED, Stage.BACK) for one in items)
    back = sum(copy.overdue for copy in copies_of(tx, desk))
    found = (
        (
            differ, "受渡しの違い", "受渡しの記入が両側で違います（{}件）",
            f"相手に電話して数え直し、違っていた側が {_WHERE} で直す",
        ),
        (
            odd, "受渡しの数えない記入", "その側が記入できない受渡しの記入（{}件）。数えていません",
            "F5 の v（検証）でどの行かを見て、記入した側に電話する",
        ),
        (
            unsigned, "受渡し受領待ち", f"渡してから{days}日、受領の記入がないもの {{}}件",
            f"相手に電話する。受渡票に受領印があれば、{_WHERE} で記入する",
        ),
        (
            untaken + ungiven, "受渡し未記入", f"{days}日たっても、渡した側と受けた側の記入がそろわないもの {{}}件",
            f"受け取っていれば {_WHERE} で記入し、そうでなければ相手に電話する",
        ),
        (
            back, "返却期限切れ", "返却期限を過ぎた媒体と紙 {}件",
            f"返してもらうか廃棄を確かめ、{_WHERE} で記入する",
        ),
    )  # fmt: skip
    return [
        Late(LateKind.HANDOVER, f"{short}{count}", sentence.format(count), step, "F5")
        for count, short, sentence, step in found
        if count
    ]


def _only_taken(one: Item) -> bool:
    """Taken, and no line of who gave it: a 控番号 mistyped, or a ledger that does not come."""
    return one.stage is Stage.TAKEN and not one.given


def _waited(programme: Programme, since: str, now: dt.datetime) -> dt.timedelta:
    """As the programme counts the time in which people are waited for."""
    return programme.deadlines.waited(dt.datetime.fromisoformat(since), now)
