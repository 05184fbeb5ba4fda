"""Before any command on a vault that is being erased: that comes first, and nothing else is done with it."""

from __future__ import annotations

from pathlib import Path

from cli.asking import password
from cli.erasing import go_on, refuse_erased, under_way
from cli.options import staff_id
from cli.progress import progress_line
from cli.saying import note


def settle(folder: Path) -> None:
    """Go on with an erasure that was cut short. Raises `VaultErased`, saying where the rest is, for the erased vault itself.

    Raises what stops it again; then it is gone on with the next time.
    """
    one = under_way(folder)
    if one is None:
        return
    if not one.over:
        with progress_line("消去しています") as progress:
            go_on(one, lambda: (staff_id(), password()), progress)
        note("消去が終わりました")
    refuse_erased(folder.absolute())
