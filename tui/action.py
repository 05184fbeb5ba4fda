"""One action of one screen, as keys, hint lines, the F8 menu and the F1 help know it."""

from __future__ import annotations

from dataclasses import dataclass

from core.roles import Actor, Right, Site


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

    def open_to(self, actor: Actor) -> bool:
        return (self.site in (None, actor.site)) and (self.right is None or actor.may(self.right))


_SHOWN = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "空白",
    "slash": "/",
    "ctrl+s": "Ctrl+S",
    "ctrl+q": "Ctrl+Q",
}


def shown(key: str) -> str:
    """A key as people read it: F2, Enter, Esc, n."""
    return _SHOWN.get(key) or (key.upper() if key[0] == "f" and key[1:].isdigit() else key)
