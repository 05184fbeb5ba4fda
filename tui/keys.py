"""The file of keys: which action is on which key, for hands and terminals that need others.

Enter, Esc and the keys that work everywhere go on working whatever it says: nobody is shut in by a file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from core.errors import UsageError
from core.roles import Actor, Role, Site
from core.toml_lines import LineIndex
from core.toml_text import NotToml, read_toml
from tui.action import EVERYWHERE, FORMS, PANES, Action, Keymap
from tui.actions import ACTIONS

EVERY: tuple[Action, ...] = (*EVERYWHERE, *ACTIONS)
PLACE_WORDS = {
    "app": "どこでも",
    **{place: name for _, place, name in PANES},
    "record": "受付 1件",
    "entry": "受付 入力",
    "edit": "受付 訂正",
    "preview": "受付 取込の下見",
    "password": "パスワード",
    "rehearsal": "控えを試す",
    "outing": "参加者 1回",
    "writing": "管理簿 記入",
    "box_log": "管理簿 Boxの記録",
    "log_review": "管理簿 操作ログの点検",
    "evidence": "管理簿 操作ログの行",
    "inventory": "管理簿 媒体と紙",
    "checkup": "送受信 拠点の点検",
    "erased": "消去のあと",
    "duties": "点検 すること",
    "register": "点検 台帳",
    "entering": "点検 台帳の記入",
}

_KEY = re.compile(r"[a-z]|f([1-9]|1[0-2])|space|slash|ctrl\+[a-z]")
_LIKE_OTHERS = {"i": "Tab", "m": "Enter", "h": "BackSpace", "j": "Enter"}
_OF_FIELDS = set("acdekuvwx")
"""With Ctrl these move and cut within a field (`textual.widgets.Input`)."""
_KEPT = {"enter", "escape"}
_LIST = "ikiiki keys で、使える名前といまのキーを確かめてください"
_GOOD = "使えるのは a〜z、f1〜f12、space、/、ctrl+英字（一部を除く）です"


def read_keys(text: str, file: str) -> Keymap:
    """The keys a file asks for: whole lists of keys by binding id, for those that it changes.

    Raises `UsageError` for what is no TOML, for an id or key that there is not, for a key that cannot be had, and for
    two actions that one person would have on one key in one place.
    """
    try:
        document = read_toml(text)
    except NotToml as error:
        found = re.search(r"line (\d+)", str(error))
        where = f"{file} {found[1]}行目" if found else file
        raise UsageError(
            "キーのファイルの書き方が正しくありません",
            where=where,
            next_step='"intake.new" = "f11" のように、1行に1つずつ書いてください',
        ) from error
    lines = LineIndex(text)
    keymap: dict[str, str] = {}
    places: dict[str, str] = {}
    for id, value in _flat(document):
        line = lines.line_of(tuple(id.split(".")))
        where = places[id] = f"{file} {line}行目" if line else file
        keymap[id] = _keys_of(id, value, where)
    _no_two_on_one(keymap, places)
    return keymap


def whole_keymap(keymap: Keymap) -> dict[str, str]:
    """Every binding with its keys: Textual drops an action that shared its key with one that was moved (by site, say),
    unless it is told of both."""
    return {action.id: keys for action in EVERY if (keys := action.keyed(keymap).keys)}


def _flat(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Ids with their values; `[intake]` with `new = …` below it is as good as `"intake.new" = …`."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", one) for inner, one in value.items())
        else:
            yield name, value


def _keys_of(id: str, value: Any, where: str) -> str:
    action = next((action for action in EVERY if action.id == id), None)
    if action is None:
        near = difflib.get_close_matches(id, [one.id for one in EVERY], n=1)
        raise UsageError(
            "その名前の操作はありません",
            where=f"{where} {id[:40]}",
            next_step=(f"{near[0]} ではありませんか。" if near else "") + _LIST,
        )
    if not isinstance(value, str) or not value.strip():
        raise UsageError(
            "キーは1つ以上の文字で書きます",
            where=f"{where} {id}",
            next_step=f'"{id}" = "f11" のように書いてください',
        )
    asked = [_key(part, action, f"{where} {id}") for part in value.split(",")]
    default = action.keys.split(",")
    kept = [key for key in default if action.place == "app" or key in _KEPT]
    return ",".join(dict.fromkeys([*asked, *kept]))


def _key(word: str, action: Action, where: str) -> str:
    """One key as Textual names it. Raises `UsageError` when it cannot be had for this action."""
    key = word.strip().lower()
    key = {"/": "slash", "esc": "escape"}.get(key, key)
    if key and key in action.keys.split(","):
        return key
    why = _why_not(key, action)
    if why:
        raise UsageError(
            f"このキーは使えません: {word.strip()[:20]}", where=where, next_step=f"{why}。{_GOOD}"
        )
    return key


def _why_not(key: str, action: Action) -> str:
    if key in _KEPT:
        return "Enter と Esc の働きは変えられません"
    if not _KEY.fullmatch(key):
        return "そのようなキーはないか、送れない端末があります"
    letter = key[5:] if key.startswith("ctrl+") else ""
    if letter in _LIKE_OTHERS:
        return f"端末には {_LIKE_OTHERS[letter]} と同じに見えます"
    if letter == "z":
        return "プログラムを止めるキーです"
    if letter and letter in _OF_FIELDS:
        return "入力欄の中で使うキーです"
    if any(key in other.keys.split(",") for other in EVERYWHERE):
        return "どの画面でも決まった働きのあるキーです"
    if (action.place in FORMS or action.place == "app") and not (letter or key[1:].isdigit()):
        return "入力欄では文字として入ります。f10〜f12 か ctrl+英字にしてください"
    return ""


def _no_two_on_one(keymap: Keymap, places: Mapping[str, str]) -> None:
    everywhere = [action.keyed(keymap) for action in EVERYWHERE]
    actors = [Actor("", "", role, site) for role, site in product(Role, Site)]
    for actor, place in product(actors, dict.fromkeys(action.place for action in ACTIONS)):
        there = [one.keyed(keymap) for one in ACTIONS if one.place == place and one.open_to(actor)]
        taken: dict[str, Action] = {}
        for action in [*everywhere, *there]:
            for key in filter(None, action.keys.split(",")):
                other = taken.setdefault(key, action)
                if other.id == action.id:
                    continue
                moved, stays = (action, other) if action.id in keymap else (other, action)
                raise UsageError(
                    f"「{PLACE_WORDS[place]}」で、2つの操作が同じキーになります: {key}",
                    where=f"{places.get(moved.id, '')}（{moved.id} と {stays.id}）",
                    next_step="どちらかを別のキーにしてください",
                )


__all__ = ["EVERY", "PLACE_WORDS", "read_keys", "whole_keymap"]
