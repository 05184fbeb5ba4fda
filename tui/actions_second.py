"""The action of 二人目の確認: a part of the one table (`tui.actions`)."""

from __future__ import annotations

from core.roles import Right
from tui.action import Action

SECOND: tuple[Action, ...] = (
    Action(
        "ledger", "second", "二人目の確認", "", "ほかの人が発議した操作を、二人目として確かめる", Right.SECOND
    ),
)
