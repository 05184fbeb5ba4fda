"""The actions of 控え: a part of the one table (`tui.actions`)."""

from __future__ import annotations

from core.roles import Right
from tui.action import Action

BACKUP: tuple[Action, ...] = (
    Action("ledger", "backup", "控えを取る", "k", "暗号化した控え（バックアップ）を取る", Right.BACKUP),
    Action("ledger", "rehearse", "控えを試す", "", "控えから復元できることを確かめる", Right.BACKUP),
    # 控えを試す
    Action("rehearsal", "save", "試す", "f10,ctrl+s", "いちばん新しい控えから復元し、比べて、消す"),
    Action("rehearsal", "back", "やめる", "escape", "試さずに戻る"),
)
