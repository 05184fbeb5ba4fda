"""The actions of 二人目の確認 and 安全の決まり: a part of the one table (`tui.actions`)."""

from __future__ import annotations

from core.roles import Right, Site
from tui.action import Action

SECOND: tuple[Action, ...] = (
    Action(
        "ledger", "second", "二人目の確認", "", "ほかの人が発議した操作を、二人目として確かめる", Right.SECOND
    ),
    Action(
        "ledger",
        "safeguards",
        "安全の決まり",
        "",
        "委託先が変えた安全の決まりを確かめ、同意するかを決める",
        Right.DRAW,
        Site.WARD,
    ),
)
