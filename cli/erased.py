"""Was a vault erased, or is it being? Seen from the names in its folder, before anything is loaded."""

from __future__ import annotations

from pathlib import Path

ERASED = ("erased.json", "erasure.jsonl")
"""What lies in a folder that was a vault, and in one that survived: looked for before anything is loaded."""


def concerned(folder: Path) -> bool:
    """Whether an erasure has anything to do with this folder. As cheap as two looks."""
    return any((folder / name).exists() for name in ERASED)


def refuse_survivor(folder: Path) -> None:
    """Raises `Refused` in what survived an erasure: for what needs people, or the other site."""
    from core.errors import Refused

    if (folder / ERASED[1]).exists():
        raise Refused(
            "この保管庫は消去されています。送るものも受け取るものもありません",
            where=str(folder),
            next_step="定時の送受信を止めてください",
        )
