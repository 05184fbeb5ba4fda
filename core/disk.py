"""What the system says when a file cannot be read or written, in words for people: what, where and what next.

Everything that must last is written as a whole or not at all, and the vault in transactions: what was acknowledged before
is still there. Whether the last step was can be seen in the lists, so that nobody does it twice.
"""

from __future__ import annotations

import errno
from pathlib import PurePath

from core.errors import IkiikiError, UsageError

_KEPT = "それまでに記録されたものは、そのまま残っています"
_LOOK = "どこまで記録されたかを一覧で確かめてから、もう一度実行してください"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EACCES, errno.EPERM}
_GONE = {errno.ENOENT, errno.ENOTDIR}
_FAILING = {errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.EUCLEAN}


def is_full(error: OSError) -> bool:
    """Whether there is no room left, on the disk or for this account."""
    return error.errno in _FULL


def of_disk(error: OSError) -> IkiikiError:
    """`error` as people are told it. `where` is the last part of the path alone: folders may be named after people."""
    where = PurePath(str(error.filename)).name if error.filename else "ディスク"
    code = error.errno
    if is_full(error):
        what, next_step = "ディスクがいっぱいで書けません", f"空きを作り、{_LOOK}"
    elif code == errno.EROFS:
        what, next_step = "ディスクが読み取り専用で書けません", f"書き込めるようにし、{_LOOK}"
    elif code in _CLOSED:
        what, next_step = "ファイルを読み書きする権限がありません", f"権限を確かめ（ikiiki doctor）、{_LOOK}"
    elif code in _GONE:
        what, next_step = (
            "あるはずのファイルかフォルダがありません",
            f"場所を確かめ（ikiiki doctor）、{_LOOK}",
        )
    elif code in _FAILING:
        what = "ディスクの読み書きに失敗しました"
        next_step = f"ディスクが壊れていないかを保守担当に確かめてもらい、{_LOOK}"
    else:
        name = errno.errorcode.get(code or 0, "?")
        what, next_step = (
            f"ファイルを読み書きできません（{name}）",
            f"ディスクを確かめ（ikiiki doctor）、{_LOOK}",
        )
    return IkiikiError(f"{what}。{_KEPT}", where=where, next_step=next_step)


def name_taken(
    where: str, next_step: str = "別の名前を付けるか、前のファイルを片付けてください"
) -> UsageError:
    """What is told of a new file whose name, `where`, another has already: nothing here is written over."""
    return UsageError(
        "同じ名前のファイルがすでにあります。上書きはしていません", where=where, next_step=next_step
    )


def in_words(error: IkiikiError | OSError) -> IkiikiError:
    """Whichever of the two it is, for whoever shows it."""
    return error if isinstance(error, IkiikiError) else of_disk(error)
