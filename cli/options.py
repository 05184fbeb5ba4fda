"""What was asked for beside a command's own arguments: which vault, who, and whether the answer is one JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from core.errors import LoginFailed, UsageError

Json = Annotated[bool, typer.Option("--json", help="結果をJSON文書ひとつで標準出力に書く")]


@dataclass
class Choice:
    """The global options of this run."""

    vault: Path | None = None
    staff: str | None = None
    json: bool = False


CHOICE = Choice()


def chosen_folder() -> Path:
    """The vault folder chosen by `--vault` or `IKIIKI_VAULT`, without a look at it. Raises `UsageError` when none is."""
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


def remember(as_json: bool) -> None:
    """Note that this command was asked for JSON (before anything can fail)."""
    CHOICE.json = as_json
