"""Before any command on a vault: was it erased, or is it being? Then that comes first, and nothing else is done with it."""

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


def settle(folder: Path) -> None:
    """Go on with an erasure that was cut short. Raises `VaultErased`, saying where the rest is, for the erased vault itself.

    Raises what stops it again; then it is gone on with the next time.
    """
    from cli.context import note, password, staff_id
    from cli.erasing import go_on, refuse_erased, under_way
    from cli.progress import progress_line

    one = under_way(folder)
    if one is None:
        return
    if not one.over:
        with progress_line("消去しています") as progress:
            go_on(one, lambda: (staff_id(), password()), progress)
        note("消去が終わりました")
    refuse_erased(folder.absolute())
