"""What an action is, which keys work everywhere, and how a key is named to people."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from core.roles import Actor, Right, Site

Keymap = Mapping[str, str]
"""Keys by binding id, for those that were changed; several with commas between, the first is shown."""

NO_KEY = "none"
"""What an action without a key is bound to, so that the file of keys can give it one. No terminal sends it."""


@dataclass(frozen=True)
class Action:
    """One thing a person can do in one place."""

    place: str
    name: str
    words: str
    """What it is called on the screen."""
    keys: str
    """Textual's key names, the first is shown; "" for F8 alone."""
    help: str
    right: Right | None = None
    site: Site | None = None
    """The one site it exists at, None for both."""

    @property
    def id(self) -> str:
        """The binding's id, by which a key can be changed."""
        return f"{self.place}.{self.name}"

    @property
    def key(self) -> str:
        """The first key, as people read it."""
        return shown(self.keys.split(",")[0]) if self.keys else ""

    def keyed(self, keymap: Keymap) -> Action:
        """The same action with the keys it has now."""
        return dataclasses.replace(self, keys=keymap[self.id]) if self.id in keymap else self

    def open_to(self, actor: Actor) -> bool:
        return (self.site in (None, actor.site)) and (self.right is None or actor.may(self.right))


PANES: tuple[tuple[str, str, str], ...] = (
    ("f2", "intake", "受付"),
    ("f3", "lottery", "抽選"),
    ("f4", "participants", "参加者"),
    ("f5", "ledger", "管理簿"),
    ("f6", "exchange", "送受信"),
    ("f7", "review", "点検"),
)
"""Function key, place and name of each pane."""

EVERYWHERE: tuple[Action, ...] = (
    *(Action("app", place, name, key, f"{name}の画面へ移る") for key, place, name in PANES),
    Action("app", "menu", "操作", "f8", "できることの一覧を出す"),
    Action("app", "lock", "施錠", "f9", "施錠する（入力中の内容は下書きに残る）"),
    Action("app", "help", "ヘルプ", "f1", "この画面の説明を出す"),
    Action("app", "leave", "終了", "ctrl+q", "このプログラムを終わる"),
)
"""What works in every place. These keys stay whatever is changed: sentences on the screens name them."""

FORMS = {"entry", "edit", "password", "rehearsal"}
"""Places where a letter goes into a field."""

_SHOWN = {"enter": "Enter", "escape": "Esc", "space": "空白", "slash": "/"}


def shown(key: str) -> str:
    """A key as people read it: F2, Enter, Esc, Ctrl+S, n."""
    if key.startswith("ctrl+"):
        return f"Ctrl+{key[5:].upper()}"
    return _SHOWN.get(key) or (key.upper() if key[0] == "f" and key[1:].isdigit() else key)


def key_everywhere(name: str, keymap: Keymap) -> str:
    """The key of one of `EVERYWHERE` as it is now, as people read it."""
    return next(action for action in EVERYWHERE if action.name == name).keyed(keymap).key


def bindings_everywhere() -> list[BindingType]:
    """The bindings that come before any place's: to the panes, the menu, the lock, the help, the way out."""
    panes = {place for _, place, _ in PANES}
    return [
        Binding(
            action.keys,
            f"go('{action.name}')" if action.name in panes else action.name,
            action.words,
            show=False,
            priority=True,
            id=action.id,
        )
        for action in EVERYWHERE
    ]
