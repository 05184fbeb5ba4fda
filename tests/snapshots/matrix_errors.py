"""What goes wrong, as the screens say it: each scene at the sites and for the roles that can meet it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from sqlcipher3 import dbapi2

from cli.keys_file import keys_at_start
from core.errors import IkiikiError, RemoteUnreachable
from core.roles import Role, Site
from storage.remotes.box.patience import AGAIN
from storage.remotes.folder import FolderRemote
from storage.vault.header import parse_header
from storage.vault.knocks import login_failed, shut_out
from storage.vault.sqlcipher import translated
from tests.snapshots.pictures import Doing, going_to, press, settle, then
from tui.opener import Config

C, W = Site.CONTRACTOR, Site.WARD
M, H, A = Role.MANAGER, Role.HANDLER, Role.AUDITOR
NOWHERE = "/srv/ikiiki/nai"
CONNECT = "媒体や共有フォルダの接続を確認し、もう一度実行してください"


@dataclass(frozen=True)
class Scene:
    """What is done until it is said; by whom; what lies in the folder, and what befalls the machine."""

    stage: str
    doing: Doing
    says: str
    sites: tuple[Site, ...] = (C, W)
    roles: tuple[Role, ...] = (M, H)
    hides: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    opening: Callable[[], Any] | None = None
    """In place of opening the vault."""
    config: Callable[[Config], Config] = lambda config: config


def sqlite_error(code: int) -> IkiikiError:
    """What the vault makes of SQLite's own error."""
    try:
        with translated("vault.db"):
            error = dbapi2.DatabaseError()  # type: ignore[attr-defined]
            error.sqlite_errorcode = code
            raise error
    except IkiikiError as readable:
        return readable


def raising(error: IkiikiError) -> Callable[[], Any]:
    def call(*_: Any, **__: Any) -> Any:
        raise error

    return call


async def at_the_door(pilot: Any) -> None:
    """Type a password, and wait for what is said of it."""
    app = pilot.app
    await settle(pilot, lambda: type(app.screen).__name__ == "Login" and app.screen.is_mounted)
    app.screen.query_one("#field-password").value = "nani-ka"
    await press(pilot, "enter")
    login = app.screen_stack[1]
    await settle(pilot, lambda: not login._opening)


async def just_started(pilot: Any) -> None:
    await settle(pilot)


def trying_to_import(pilot: Any) -> Any:
    return then(going_to("intake"), "i", "end", "enter", until="Message")(pilot)


def elsewhere(place: str, key: str) -> Doing:
    """A folder that is not there, where a medium is asked for."""

    async def go(pilot: Any) -> None:
        await then(going_to(place), key, until="Prompt")(pilot)
        pilot.app.screen.query_one("#answer").value = NOWHERE
        await press(pilot, "enter", until="Message")

    return go


def syncing(pilot: Any) -> Any:
    return then(going_to("exchange"), "enter", until="Message")(pilot)


def nowhere(*_: Any, **__: Any) -> None:
    """What a round of the courier comes to first: it looks what lies there."""
    FolderRemote(Path(NOWHERE)).list()


async def over_a_folder(pilot: Any) -> None:
    with mock.patch("cli.carrying.Trip.round", nowhere):
        await syncing(pilot)


async def carrying_to_nowhere(pilot: Any) -> None:
    with mock.patch("cli.carrying.Trip.round", nowhere):
        await elsewhere("exchange", "b")(pilot)


async def over_box(pilot: Any) -> None:
    error = RemoteUnreachable("Boxとの通信が続きません", where="GET /2.0/folders/77/items", next_step=AGAIN)
    with mock.patch("cli.carrying.destination", raising(error)):
        await syncing(pilot)


async def on_a_full_disk(pilot: Any) -> None:
    """A line of the ledger is signed, and cannot be written."""
    await then(going_to("ledger"), "n", until="Writing")(pilot)
    with mock.patch("storage.store.tx.VaultStore.write", raising(sqlite_error(dbapi2.SQLITE_FULL))):  # type: ignore[attr-defined]
        await press(pilot, "f10", until="Message")


async def on_a_damaged_page(pilot: Any) -> None:
    """The vault was open when a page of it turned out to be damaged."""
    await going_to("ledger")(pilot)
    with mock.patch("storage.store.tx.VaultStore.read", raising(sqlite_error(dbapi2.SQLITE_CORRUPT))):  # type: ignore[attr-defined]
        await press(pilot, "v", until="Message")


async def over_a_full_share(pilot: Any) -> None:
    error = RemoteUnreachable("共有先の空きがありません", where="/mnt/share", next_step=CONNECT)
    with mock.patch("cli.carrying.destination", raising(error)):
        await syncing(pilot)


def own_keys(config: Config) -> Config:
    """The file of keys gives one key to two actions."""
    folder = config.folder / "ikiiki"
    folder.mkdir(exist_ok=True)
    (folder / "keys.toml").write_text('"intake.new" = "z"\n"intake.search" = "z"\n', encoding="utf-8")
    with mock.patch.dict(os.environ, {"XDG_CONFIG_HOME": str(config.folder)}):
        keymap, notice = keys_at_start()
    return dataclasses.replace(config, keymap=keymap, notice=notice)


HEADINGS = "受付,氏名のかな,お届け先\n1,さとう,新宿\n".encode()
IMPORTS = {
    "encoding": ("applications.csv", b"\x80\x81\xff\xa0\xfd\n" * 9, "文字コード"),
    "no_column": ("applications.csv", HEADINGS, "列"),
    "empty": ("applications.csv", b"", "空"),
    "cut": ("applications.csv", "カナ氏名,生年月日,住所,電話番号,第1希望\nサトウ,1950-01-01,新宿,03-1,A\nスズ,19".encode(), "途中"),
    "quotes": ("applications.csv", 'カナ氏名,生年月日\n"サトウ,1950-01-01\n'.encode(), "引用符"),
    "no_workbook": ("applications.xlsx", b"PK\x03\x04 not a workbook", "Excel"),
    "text_as_workbook": ("applications.xlsx", "カナ氏名,生年月日\n".encode(), "必要な列"),
    "old_workbook": ("applications.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "古い形式"),
}  # fmt: skip
"""Files that are refused: name, content, and a word of why."""

NO_MATCH = then(then(going_to("intake"), "h"), "slash", writing="ソンザイ")

SCENES: dict[str, Scene] = {
    "wrong_password": Scene("review", at_the_door, "違います", roles=(M,), opening=raising(login_failed())),
    "locked_out": Scene("review", at_the_door, "30秒後", roles=(M,), opening=raising(shut_out(30))),
    "vault_altered": Scene(
        "review", at_the_door, "ヘッダー", roles=(M,), opening=lambda: parse_header(b'{"format": 1}')
    ),
    "vault_damaged": Scene(
        "review", at_the_door, "控えから復元", roles=(M,), opening=raising(sqlite_error(dbapi2.SQLITE_NOTADB))  # type: ignore[attr-defined]
    ),
    "vault_damaged_later": Scene("review", on_a_damaged_page, "控えから復元", roles=(M, H, A)),
    "disk_full": Scene("review", on_a_full_disk, "ディスクがいっぱい"),
    **{
        f"import_{name}": Scene("intake", trying_to_import, says, (C,), files={file: content})
        for name, (file, content, says) in IMPORTS.items()
    },
    "bundle_refused": Scene("refused", then(going_to("exchange"), "i", until="Message"), "次にすること"),
    "bundle_refused_list": Scene("refused", going_to("exchange"), "取り込めない", roles=(M, H, A)),
    "nowhere_set": Scene("review", syncing, "受渡しの場所", roles=(M, H, A)),
    "folder_out_of_reach": Scene("review", over_a_folder, "共有先", roles=(M, H, A)),
    "box_out_of_reach": Scene("review", over_box, "Box", roles=(M, H, A)),
    "share_full": Scene("review", over_a_full_share, "空きが"),
    "programme_missing_draw": Scene("founded", going_to("lottery"), "事業", (W,), (M, H, A)),
    "programme_missing_participants": Scene("founded", going_to("participants"), "事業", (W,), (M, H, A)),
    "programme_missing_review": Scene("founded", going_to("review"), "つぎ: F6", (W,), (M, H, A)),
    "programme_missing_intake": Scene("founded", going_to("intake"), "つぎ: F6", (W,), (M, H, A)),
    "held_without_match": Scene("intake", then(NO_MATCH, "enter"), "合うものはありません", roles=(M, H, A)),
    "dice_differ": Scene("differ", going_to("lottery"), "目", roles=(M, H, A)),
    "dice_too_few": Scene(
        "dice", then(then(going_to("lottery"), "d", until="DiceSheet", writing="123"), "enter"), "いま 3個", roles=(M,)
    ),
    "medium_to_read": Scene("review", elsewhere("exchange", "m"), "媒体", (C,)),
    "medium_to_carry": Scene("review", carrying_to_nowhere, "共有先"),
    "medium_to_write": Scene("intake", elsewhere("intake", "s"), "媒体", (W,)),
    "not_approved": Scene("drawn", then(going_to("participants"), "t", until="Message"), "承認", (C,)),
    "not_drawn": Scene("review", then(going_to("participants"), "enter", until="Message"), "抽選", roles=(M, H, A)),
    "not_the_turn": Scene("review", then(going_to("lottery"), "enter"), "点検", (C,), (M,)),
    "fingerprint_wrong": Scene(
        "founded",
        then(then(then(going_to("exchange"), "t", "end", "enter", until="Prompt"), writing="0000"), "enter", until="Message"),
        "指紋",
        roles=(M,),
    ),
    "keys_refused": Scene("review", just_started, "いまは元のキー", roles=(M,), config=own_keys),
}  # fmt: skip

TOO_SMALL = {"60x20": (60, 20), "40x12": (40, 12)}
PLACES = ("intake", "lottery", "exchange", "review")
