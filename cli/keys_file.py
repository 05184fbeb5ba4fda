"""Where a person's own keys are written down, and how they are read at the start of the screens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UsageError

if TYPE_CHECKING:
    from tui.action import Keymap

LIMIT = 64 * 1024
"""More than this is no file of keys."""


def keys_file() -> Path:
    """`$XDG_CONFIG_HOME/ikiiki/keys.toml`, or `~/.config/ikiiki/keys.toml` (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".config") / "ikiiki" / "keys.toml"


def own_keys() -> Keymap:
    """The keys the file changes; none where there is no file. Raises `UsageError` when it cannot be used."""
    file = keys_file()
    try:
        with file.open("rb") as stream:
            data = stream.read(LIMIT + 1)
        text = data.decode("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "キーのファイルを読めません",
            where=str(file),
            next_step="UTF-8 の文字で書かれたファイルか、読む権限があるかを確かめてください",
        ) from error
    if len(data) > LIMIT:
        raise UsageError(
            "キーのファイルが大きすぎます",
            where=str(file),
            next_step="ikiiki keys --toml から作り直してください",
        )
    from tui.keys import read_keys

    return read_keys(text, file.name)


def keys_at_start() -> tuple[Keymap, str]:
    """The keys to start with, and what is to be said about them: a file that cannot be used keeps nobody from working."""
    try:
        return own_keys(), ""
    except UsageError as error:
        where = f"（{error.where}）" if error.where else ""
        return {}, f"{error.what}{where}。{error.next_step}。いまは元のキーで始めます。"
