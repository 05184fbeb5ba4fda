"""The actions of 操作ログの点検: a part of the one table (`tui.actions`)."""

from __future__ import annotations

from core.roles import Right
from tui.action import Action

LOG: tuple[Action, ...] = (
    Action("ledger", "log_review", "ログの点検", "r", "操作ログを点検し、答えて、署名する", Right.ACCESS_LOG),
    # 操作ログの点検
    Action("log_review", "open", "行を見る", "enter", "その1件の、操作ログの行を見る"),
    Action("log_review", "answer", "答える", "a", "確かめたことを選び、書いて残す", Right.LEDGER_ADD),
    Action("log_review", "sign", "署名", "s", "すべてに答えたあとで、管理簿に署名する", Right.LEDGER_ADD),
    Action("log_review", "state", "範囲と期限", "", "どこからどこまでの点検か、いつまでか"),
    Action("log_review", "back", "戻る", "escape", "前の画面に戻る。答えたことは残る"),
    # その1件の行
    Action("evidence", "open", "くわしく", "enter", "1行の全部を見る"),
    Action("evidence", "answer", "答える", "a", "確かめたことを選び、書いて残す", Right.LEDGER_ADD),
    Action("evidence", "back", "戻る", "escape", "点検の一覧に戻る"),
)
