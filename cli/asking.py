"""How a command comes by a password: a file named for it, or the person at the terminal."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from core.errors import LoginFailed, UsageError


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
