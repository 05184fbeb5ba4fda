"""The actions of the erasure: in 管理簿 while there is somebody to erase, and in what survives it."""

from __future__ import annotations

from core.roles import Right
from tui.action import Action

ERASURE: tuple[Action, ...] = (
    Action(
        "ledger",
        "erase",
        "消去",
        "",
        "契約の終わりに、すべての写しを消去する。2人の取扱責任者が決める",
        Right.ERASE,
    ),
    Action(
        "erased",
        "tick",
        "廃棄を確かめた",
        "enter",
        "印刷物や媒体を自分の目で見て廃棄したことを、管理簿に残す",
        Right.LEDGER_ADD,
    ),
    Action("erased", "report", "消去報告書", "p", "消去報告書をPDFにする。署名つきの記録も書く", Right.ERASE),
)
