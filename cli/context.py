"""What every command shares: which vault, who, how to ask for a password, and how results are said."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.erased import concerned, settle
from cli.terminal import terminal_name
from core.errors import LoginFailed, Refused, UsageError, harmless, steering

if TYPE_CHECKING:
    from cli.wiring import Session
    from core.office.logins import CameIn

Json = Annotated[bool, typer.Option("--json", help="結果をJSON文書ひとつで標準出力に書く")]


@dataclass
class Choice:
    """The global options of this run."""

    vault: Path | None = None
    staff: str | None = None
    json: bool = False


CHOICE = Choice()


def vault_folder() -> Path:
    """The vault folder chosen by `--vault` or `IKIIKI_VAULT`. Raises `UsageError` when none is.

    Where an erasure was cut short it is gone on with first; raises `VaultErased` where there is no vault any more.
    """
    folder = chosen_folder()
    if concerned(folder):
        settle(folder)
    return folder


def chosen_folder() -> Path:
    """The same without a look at it."""
    if CHOICE.vault is None:
        raise UsageError(
            "保管庫のフォルダが指定されていません",
            next_step="--vault フォルダ を付けるか、環境変数 IKIIKI_VAULT に設定してください",
        )
    return CHOICE.vault


def staff_id() -> str:
    if CHOICE.staff is None:
        raise LoginFailed(
            "職員IDが指定されていません",
            next_step="--staff 職員ID を付けるか、環境変数 IKIIKI_STAFF に設定してください",
        )
    return CHOICE.staff


def password(
    prompt: str = "パスワード", variable: str = "IKIIKI_PASSWORD_FILE", *, twice: bool = False
) -> str:
    """A password from the file named by `variable`, a systemd credential, or typed at the terminal (never shown)."""
    given = os.environ.get(variable)
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if not given and credentials and variable == "IKIIKI_PASSWORD_FILE":
        candidate = Path(credentials) / "ikiiki-password"
        given = str(candidate) if candidate.exists() else None
    if given:
        try:
            written = Path(given).read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise LoginFailed("パスワードのファイルを読めません", where=variable) from error
        if not written:  # no guess at a password: it is not asked of the vault, and counts as none
            raise LoginFailed(
                "パスワードのファイルが空です", where=variable, next_step="1行目にパスワードを書いてください"
            )
        return written
    if not sys.stdin.isatty():
        raise LoginFailed(
            "端末がないためパスワードを尋ねられません",
            next_step=f"環境変数 {variable} にパスワードのファイルを指定してください",
        )
    first = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
    if twice and getpass.getpass(f"{prompt}（もう一度）: ", stream=sys.stderr) != first:
        raise UsageError("2回の入力が違います", next_step="もう一度入力してください")
    return first


@contextmanager
def opened(*, choosing: bool = False) -> Iterator[Session]:
    """The vault, opened by the person named by `--staff`, who is told of their logins before.

    Raises `Refused` while they have to choose a password first, but where that is what they do (`choosing`).
    """
    from cli.wiring import open_session
    from core.office.logins import DUE_WORDS

    session = open_session(vault_folder(), staff_id(), password(), terminal=terminal_name())
    try:
        tell_logins(session.came)
        if session.came.due is not None and session.office.actor.must_change and not choosing:
            raise Refused(
                DUE_WORDS[session.came.due], where=staff_id(),
                next_step="ikiiki staff password で、新しいパスワードに変えてください",
            )  # fmt: skip
        yield session
    finally:
        session.close()


def tell_logins(came: CameIn) -> None:
    """To whoever sits at a terminal, and to anybody when somebody else has tried to get in."""
    if came.sentences and (came.failed or sys.stderr.isatty()):
        note("・".join(came.sentences))
    if came.strange and sys.stderr.isatty():
        note(f"この端末では初めて開く保管庫です（鍵の指紋 {came.fingerprint}）")


def say(document: Mapping[str, Any], text: str | Callable[[], str]) -> None:
    """The result: one JSON document with `--json`, otherwise text for people."""
    if CHOICE.json:
        written = json.dumps(document, ensure_ascii=False, indent=1)
        escaped = {ord(char): json.dumps(char)[1:-1] for char in steering(written)}  # the same document
        sys.stdout.write(written.translate(escaped) + "\n")
    else:
        print(harmless(text() if callable(text) else text))


def note(text: str) -> None:
    """Something for the person at the terminal, beside the result."""
    print(harmless(text), file=sys.stderr)


def remember(as_json: bool) -> None:
    """Note that this command was asked for JSON (before anything can fail)."""
    CHOICE.json = as_json


def columns(rows: list[tuple[str, ...]]) -> str:
    """Rows as columns, aligned by the cells Japanese text takes on a terminal. No cell reaches beyond its row."""
    if not rows:
        return "（なし）"
    rows = [tuple(harmless(cell, lines=False) for cell in row) for row in rows]
    widths = [max(_cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _cells(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
