"""What comes up once somebody has logged in: the panes, what they are to be told, or the password they have to choose first."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen

from core.office.logins import DUE_WORDS, CameIn
from tui.opener import Session
from tui.password import PasswordSheet
from tui.widgets.dialogs import Message
from tui.workspace import Workspace

TRIED = (
    "前回のログインのあと、あなたの職員IDで {count}回、ログインに失敗した記録があります。\n\n"
    "自分で打ち間違えたのなら、何もしなくてかまいません。心当たりがなければ、F8 →「パスワード」で変え、"
    "取扱責任者に知らせてください。いつ、は F5 管理簿の「操作ログ」にあります。"
)

STRANGE = (
    "この端末では、初めて開く保管庫です。\n\n    鍵の指紋  {fingerprint}\n\n"
    "別の端末の `ikiiki staff list` に出る鍵の指紋か、書き留めてあるものと照らしてください。"
    "違うときは何も入力せずに終わり（F8 →「終了」）、取扱責任者に知らせてください。"
)


def workspace_of(session: Session, place: str) -> Workspace | None:
    """The panes, None while a password has to be chosen first."""
    return None if session.office.actor.must_change else Workspace(place)


def over_it(came: CameIn, workspace: Workspace | None, afterwards: str) -> list[Screen[Any]]:
    """The windows that stand before the panes, the one read last first."""
    windows: list[Screen[Any]] = []
    if workspace is None:
        windows.append(PasswordSheet(DUE_WORDS[came.due] if came.due else ""))
    elif afterwards:
        windows.append(Message("施錠中に終わった作業", afterwards))
    if came.failed and workspace is not None:
        windows.append(Message("ログインの失敗", TRIED.format(count=came.failed)))
    if came.strange:  # before a password is typed into it too
        windows.append(Message("初めて開く保管庫", STRANGE.format(fingerprint=came.fingerprint)))
    return windows
