"""The flow line as data: the steps ①–⑪, how far each is, and what is due next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.office.desk import programme_of
from core.office.due import Late
from core.office.ports import Tx
from core.programme import Programme

WORDS = {
    "①": "応募", "②": "応募の確認", "③": "区へ送信", "④": "区が受領", "⑤": "区の点検", "⑥": "抽選",
    "⑦": "参加者を送信", "⑧": "区が受領", "⑨": "区の点検", "⑩": "区の承認", "⑪": "通知",
}  # fmt: skip


class Mark(StrEnum):
    """How far one step is."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True)
class FlowStep:
    mark: str
    words: str
    state: Mark


@dataclass(frozen=True)
class FlowStatus:
    """The flow line."""

    title: str
    steps: tuple[FlowStep, ...]
    sentence: str
    """What is due next at this site."""
    key: str
    """The key of the pane where it is done, as "F6"; "" when the other site is to act."""
    received: int
    held: int
    late: tuple[Late, ...] = ()
    """What is late, worst first."""


def title_of(programme: Programme) -> str:
    return f"{programme.name} 令和{programme.fiscal_year - 2018}年度"


def after_erasure(tx: Tx) -> FlowStatus:
    """Everything is over: there is nobody here any more."""
    return FlowStatus(
        title_of(programme_of(tx)),
        tuple(FlowStep(mark, words, Mark.DONE) for mark, words in WORDS.items()),
        "消去済み。廃棄を確かめて報告する",
        "F7",
        0,
        0,
    )
