"""`ikiiki keys`: which action of the screens is on which key, and a file to change that from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Json, remember
from cli.saying import columns, say
from core.errors import UsageError

if TYPE_CHECKING:
    from tui.action import Keymap


def register(app: typer.Typer) -> None:
    app.command("keys")(keys)


def keys(
    as_toml: Annotated[
        bool, typer.Option("--toml", help="書き換えて使えるファイルの形で書き出す（keys.toml）")
    ] = False,
    as_json: Json = False,
) -> None:
    """画面の操作の名前と、いまのキーを示す（保管庫は要らない）。"""
    remember(as_json)
    from cli.keys_file import own_keys

    try:
        keymap = own_keys()
    except UsageError:
        if not as_json:
            print(_list({}) + "\n")  # whoever has to mend the file needs the names
        raise
    if as_toml and not as_json:
        print(_toml(keymap))
    else:
        say(_document(keymap), lambda: _list(keymap))


def _document(keymap: Keymap) -> dict[str, Any]:
    from cli.keys_file import keys_file
    from tui.keys import EVERY, PLACE_WORDS

    return {
        "file": str(keys_file()),
        "exists": keys_file().exists(),
        "keys": [
            {
                "id": action.id,
                "keys": _split(action.keyed(keymap).keys),
                "default": _split(action.keys),
                "place": PLACE_WORDS[action.place],
                "words": action.words,
                "help": action.help,
            }
            for action in EVERY
        ],
    }


def _split(keys: str) -> list[str]:
    return keys.split(",") if keys else []


def _list(keymap: Keymap) -> str:
    from cli.keys_file import keys_file
    from tui.keys import EVERY, PLACE_WORDS

    rows: list[tuple[str, ...]] = [
        (
            action.id,
            action.keyed(keymap).key or "F8から",
            PLACE_WORDS[action.place],
            action.words + ("（変更）" if action.id in keymap else ""),
        )
        for action in EVERY
    ]
    return f"{columns(rows)}\n\n変えるときのファイル: {keys_file()}（書きはじめは ikiiki keys --toml）"


def _toml(keymap: Keymap) -> str:
    """All actions as a file of keys: what is changed as it is, all else as a comment to begin from."""
    from cli.keys_file import keys_file
    from tui.keys import EVERY, PLACE_WORDS

    lines = [
        "# 画面のキー。変える行の # を消し、右のキーを書き換えてください。",
        f"# 置く場所: {keys_file()}",
        "# 使えるキー: a〜z、f1〜f12、space、/、ctrl+英字（i m h j z と、入力欄が使うものを除く）。いくつか書くときは , で区切ります。",
        "# Enter と Esc、どの画面でも使うキー（app.…）は、書き加えても元のキーがそのまま残ります。",
    ]
    place = ""
    for action in EVERY:
        if action.place != place:
            place = action.place
            lines += ["", f"# {PLACE_WORDS[place]}"]
        mark = "" if action.id in keymap else "# "
        lines.append(f'{mark}"{action.id}" = "{action.keyed(keymap).keys}"  # {action.words}')
    return "\n".join(lines)
