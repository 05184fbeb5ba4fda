"""The vault's folder, files with secrets, and the disk."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from core.checks import Check, failed, passed, unknown

SECRETS = ("IKIIKI_PASSWORD_FILE", "IKIIKI_NEW_PASSWORD_FILE", "IKIIKI_COURIER_CREDENTIAL_FILE")
"""Variables that name a file with a secret."""
LEAST_FREE = 2 * 1024**3
"""Bytes: the largest bundle once in each box, once while it is sealed and once in the vault, and as much again."""
_READABLE = {".csv", ".tsv", ".txt", ".xls", ".xlsx", ".pdf", ".eml", ".doc", ".docx"}
"""Kinds of files in clear that have no business in a vault's folder."""
_SMALL = 64 * 1024


def vault_files(folder: Path) -> list[Check]:
    """Modes and owners of all that lies in the vault's folder, and what lies there in clear."""
    name, title = "files.modes", "保管庫のファイルの権限"
    if not folder.is_dir():
        return [failed(name, title, "保管庫のフォルダがありません", "--vault の場所を確かめてください")]
    open_to_others: list[str] = []
    foreign: list[str] = []
    odd: list[str] = []
    clear: list[str] = []
    unread: list[str] = []
    for path in (folder, *_below(folder, unread)):
        shown = str(path.relative_to(folder.parent))
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue  # taken away since it was listed
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            odd.append(shown)
            continue
        if found.st_uid != os.geteuid():
            foreign.append(shown)
        if stat.S_IMODE(found.st_mode) & 0o077:
            open_to_others.append(shown)
        if stat.S_ISREG(found.st_mode) and _is_clear(path):
            clear.append(shown)
    return [
        _modes(name, title, folder, open_to_others, unread),
        failed(
            "files.owner",
            "保管庫のファイルの所有者",
            _few(foreign + odd),
            "だれが置いたものかを確かめてください",
        )
        if foreign or odd
        else passed("files.owner", "保管庫のファイルの所有者", "すべて、いまの利用者のものです"),
        failed("files.leftovers", "読める形の残り", _few(clear), "中を確かめ、要らなければ消してください")
        if clear
        else passed("files.leftovers", "読める形の残り", "読める形の名簿や資格情報はありません"),
    ]


def _modes(name: str, title: str, folder: Path, open_to_others: list[str], unread: list[str]) -> Check:
    if open_to_others:
        return failed(
            name,
            title,
            f"ほかの利用者に開かれています: {_few(open_to_others)}",
            f"chmod -R go-rwx '{folder}'",
        )
    if unread:
        return unknown(
            name, title, f"中を見られません: {_few(unread)}", "保管庫を作った利用者で実行してください"
        )
    return passed(name, title, "フォルダ 0700、ファイル 0600")


def _below(folder: Path, unread: list[str]) -> Iterator[Path]:
    def cannot(error: OSError) -> None:
        unread.append(Path(error.filename).name)

    for place, folders, files in os.walk(folder, onerror=cannot):
        yield from (Path(place) / one for one in sorted([*folders, *files]))


def _is_clear(path: Path) -> bool:
    if path.suffix.lower() in _READABLE:
        return True
    if path.suffix.lower() not in {".toml", ".json"} or path.stat().st_size > _SMALL:
        return False
    try:
        data = path.read_bytes()
    except OSError:
        return False
    return any(word in data for word in (b"client_secret", b"clientSecret", b"PRIVATE KEY"))


def secret_files(environment: Mapping[str, str]) -> list[Check]:
    """The files that the environment names: only ours to read? Nothing is said where none is named."""
    found = []
    for variable in SECRETS:
        if variable not in environment:
            continue
        path = Path(environment[variable])
        name, title = f"files.secret.{variable.lower()}", "秘密のファイルの権限"
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            found.append(
                failed(name, title, f"{variable} のファイルを読めません", "置き場所を確かめてください")
            )
            continue
        if mode & 0o077:
            said = f"{path} をほかの利用者が読めます（{mode:04o}）"
            found.append(failed(name, title, said, "chmod 600 をし、秘密を作り直してください"))
        else:
            found.append(passed(name, title, f"{path}（{mode:04o}）"))
    return found


def free_disk(folder: Path, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Check:
    """`free` tells the bytes left where a folder lies."""
    name, title = "files.disk", "ディスクの空き"
    try:
        left = free(folder)
    except OSError:
        return unknown(name, title, "空きを調べられません", "df で確かめてください")
    said = f"{left / 1024**3:.1f} GiB"
    if left < LEAST_FREE:
        return failed(name, title, said, f"{LEAST_FREE // 1024**3} GiB 以上を空けてください")
    return passed(name, title, said)


def _few(names: list[str]) -> str:
    rest = f" ほか{len(names) - 3}件" if len(names) > 3 else ""
    return "、".join("".join(c if c.isprintable() else "?" for c in one)[-60:] for one in names[:3]) + rest
