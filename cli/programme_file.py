"""A programme.toml that somebody names."""

from __future__ import annotations

from pathlib import Path

from core.errors import UsageError


def read_programme(file: Path) -> str:
    """Its text, and of a longer file than a programme may be only so much that `parse_programme` says so. Raises `UsageError`."""
    from core.programme import LARGEST

    try:
        with file.open("rb") as source:
            content = source.read(LARGEST + 1)
        # of what is too long the last character may be cut in two
        return content.decode("utf-8", "strict" if len(content) <= LARGEST else "replace")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("事業の設定のファイルを読めません", where=str(file)) from error
