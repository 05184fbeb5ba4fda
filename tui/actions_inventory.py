"""The actions of 媒体と紙: a part of the one table (`tui.actions`)."""

from __future__ import annotations

from core.roles import Right, Site
from tui.action import Action

INVENTORY: tuple[Action, ...] = (
    Action(
        "ledger",
        "inventory",
        "媒体と紙",
        "m",
        "手で運ぶ媒体と紙: どこに何があり、次に何をするか",
        Right.LEDGER_READ,
    ),
    # 媒体と紙
    Action("inventory", "open", "開く", "enter", "1つを見て、次にすることを選ぶ"),
    Action(
        "inventory",
        "forms",
        "窓口の紙",
        "n",
        "窓口の応募用紙を、入力せずに紙のまま渡す用意をする",
        Right.DESK,
        Site.WARD,
    ),
    Action(
        "inventory",
        "export",
        "書き出す",
        "x",
        "媒体に、パスワード付きの1つのファイルを書き出す",
        Right.EXPORT,
    ),
    Action("inventory", "take", "受け取る", "r", "手渡されたものを、控番号と数で受け取る", Right.LEDGER_ADD),
    Action(
        "inventory",
        "ended",
        "終わったものも",
        "a",
        "返したもの、廃棄したものも見る。もう一度で、いまあるものだけ",
    ),
    Action("inventory", "back", "戻る", "escape", "管理簿に戻る"),
    Action(
        "inventory",
        "retract",
        "記入の取消し",
        "u",
        "まちがえた記入（受取り、引渡しなど）を、理由を選んで取り消す",
        Right.LEDGER_ADD,
    ),
)
