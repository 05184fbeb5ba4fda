"""The bytes of a source file: an ordinary file of a bearable size, read once, so that what is hashed is what is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from core.errors import UsageError

LARGEST_FILE = 50 * 1024 * 1024
"""Bytes. Ten thousand applications take about two million."""


def read_source(path: Path) -> bytes:
    """The file's bytes. Raises `UsageError` for what is no ordinary file (symbolic link, pipe, folder) or too large."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    if path.is_symlink():  # where the system has no O_NOFOLLOW
        raise _not_ordinary(path.name)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError as error:
        raise UsageError(
            "ファイルがありません", where=path.name, next_step="ファイルの名前と場所を確かめてください"
        ) from error
    except OSError as error:
        raise UsageError(
            "ファイルを開けません", where=path.name, next_step="ファイルを開く権限があるか確かめてください"
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_ordinary(path.name)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UsageError(
            f"ファイルが大きすぎます（上限 {LARGEST_FILE // 1024**2} MB）",
            where=path.name,
            next_step="申込データのファイルか確かめてください",
        )
    return data


def _not_ordinary(name: str) -> UsageError:
    return UsageError(
        "ふつうのファイルではありません（リンクやフォルダは読みません）",
        where=name,
        next_step="ファイルそのものを指定してください",
    )
