"""The F1 help and the F8 menu, drawn from the table of actions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import chop_cells
from rich.text import Text

from tui.action import FORMS, PANES, Action, Keymap, key_everywhere
from tui.safety import clean, fit

_WIDTH = 72
"""Cells within a dialog."""
_BESIDE = 29
"""Cells before what an action does; a line too long goes on below its beginning, not below the key."""

_FLOW = (
    ("①②", "受け付けて、点検する（委託先）"),
    ("③④", "応募者のデータを区へ送る・区が受け取る"),
    ("⑤", "応募者を確認する（区）"),
    ("⑥", "抽選する（両者の立会い）"),
    ("⑦⑧", "参加者のデータを区へ送る・区が受け取る"),
    ("⑨⑩", "参加者を確認し、承認する（区）"),
    ("⑪", "参加証と落選通知を送る（委託先）"),
)


def help_text(actions: Sequence[Action], keymap: Keymap) -> Text:
    """Keys of the place at hand, the keys that work everywhere, and the flow ①–⑪."""
    text = Text(end="")
    if actions:
        text.append("この画面の操作\n", style="bold")
        for action in actions:
            first, *more = chop_cells(action.help, _WIDTH - _BESIDE)
            text.append(f"  {fit(action.key or 'F8から', 8)}{fit(action.words, 18)} {first}\n")
            for line in more:
                text.append(" " * _BESIDE + line + "\n")
        if actions[0].place in FORMS:
            text.append(f"  {fit('Enter・↓', 8)} 次の欄へ    ↑ 前の欄へ\n")
        text.append("\n")
    text.append("どこでも使えるキー\n", style="bold")
    names = "  ".join(f"{key_everywhere(place, keymap)} {name}" for _, place, name in PANES)
    text.append(f"  {names}\n")
    for key, words in (
        (key_everywhere("menu", keymap), "操作の一覧（日本語入力のままでも、矢印とEnterで選べます）"),
        (key_everywhere("lock", keymap), "施錠（入力中の内容は下書きに残ります）"),
    ):
        text.append(f"  {fit(key, 8)}{words}\n")
    text.append("  ↑↓ PageUp PageDown Home End  一覧の中を動く    Tab 次の欄へ\n")
    text.append(f"  {fit(key_everywhere('leave', keymap), 8)}終了\n\n")
    text.append("事業の流れ\n", style="bold")
    for mark, words in _FLOW:
        text.append(f"  {fit(mark, 6)}{words}\n")
    return text


def window_help(title: str, hint: str, keymap: Keymap, *, unlocked: bool) -> Text:
    """Keys of a window that waits for an answer, drawn from the line at its foot: little else works meanwhile."""
    text = Text(end="")
    text.append(f"「{clean(title.strip())}」で使うキー\n", style="bold")
    for one in hint.split("   "):
        key, _, words = one.strip().partition(" ")
        text.append(f"  {fit(key, 12)}{words}\n" if words else f"  {key}\n")
    menu, lock, leave = (key_everywhere(name, keymap) for name in ("menu", "lock", "leave"))
    if unlocked:
        text.append(f"  {fit(lock, 12)}施錠（入力中の内容は下書きに残ります）\n\n")
        text.append(f"ほかの画面へのキー、{menu} の一覧、{leave} は、この窓を閉じてから使えます。\n")
    return text


def menu_words(actions: Sequence[Action], keymap: Keymap) -> dict[str, str]:
    """The lines of the F8 menu by action: those of the place at hand, then what can be done everywhere."""
    lines = {action.name: f"{action.key:>6}  {action.words}  … {action.help}" for action in actions}
    lines["app.password"] = "        パスワード  … 自分のパスワードを変える"
    lines["app.leave"] = f"{key_everywhere('leave', keymap)}  終了  … このプログラムを終わる"
    return lines
