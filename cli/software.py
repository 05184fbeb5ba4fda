"""Which program this is: its version, and the pins it was built with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from core.canonical import sha256_hex


def software(pins: str | None) -> list[tuple[str, str]]:
    """As the audit report has it. `pins`: the text of the lock, None where it is not shipped."""
    try:
        ours = version("ikiiki")
    except PackageNotFoundError:  # run from a tree that was never installed
        ours = "不明"
    return [
        ("ソフトウェア", f"ikiiki {ours}"),
        (
            "部品の一覧の SHA-256",
            sha256_hex(pins.encode()) if pins is not None else "この環境には一覧がありません",
        ),
    ]
