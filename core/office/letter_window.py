"""Where the window of this site's envelopes is: envelopes of one size are sold with windows in several places."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.errors import UsageError
from core.office.desk import Desk
from core.office.ports import Tx
from core.roles import Right

_KEY = "letter_window"
LEFT, TOP = range(12, 31), range(8, 18)
"""Millimetres for which the rest of the letter stays out of the window (`storage/papers/letter.typ`)."""


@dataclass(frozen=True)
class Window:
    """Of an envelope 長形3号 that lies across: millimetres from its left and upper edge to the window, 45 × 90 mm."""

    left: int = 20
    top: int = 12

    @property
    def words(self) -> str:
        return f"封筒の窓: 左から{self.left}mm、上から{self.top}mm（長形3号を横にして、窓 45×90mm）"


def window_of(tx: Tx) -> Window:
    return Window(*json.loads(tx.settings.get(_KEY) or "[]"))


class LetterWindow:
    """The use case of `ikiiki papers window`, and of the window of ⑪通知."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self) -> Window:
        with self._desk.reading(Right.PAPERS) as tx:
            return window_of(tx)

    def set(self, left: int, top: int) -> Window:
        """From now on letters are laid out for this window. Raises `UsageError` for one that would show more than the address."""
        if left not in LEFT or top not in TOP:
            raise UsageError(
                "この位置の窓に合わせると、宛名のほかも見えてしまいます", where=f"左から{left}mm、上から{top}mm",
                next_step=f"左から {LEFT.start}〜{LEFT.stop - 1}mm、上から {TOP.start}〜{TOP.stop - 1}mm の封筒を使ってください",
            )  # fmt: skip
        with self._desk.writing(Right.PAPERS) as tx:
            tx.settings.put(_KEY, json.dumps([left, top]))
            self._desk.log(tx, "letter_window", f"left={left} top={top}")
        return Window(left, top)
