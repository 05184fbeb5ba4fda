"""What a list of applications says of each: 受付 and 審査 show the same."""

from __future__ import annotations

from collections.abc import Container

from core.applicant import ROUTE_WORDS, STATE_WORDS, State
from core.office.list_row import ListRow
from tui.widgets.virtual_list import Column
from tui.words import SHORT_PROBLEMS, no, town_words

_CONFIRMED = {"confirmed": "区確認済", "returned": "区差戻し", "changed": "確認後に変更"}


def state_words(row: ListRow) -> str:
    """State in words, with the reason for holding, or what the ward has said."""
    words = STATE_WORDS[row.state]
    if row.state is State.HELD:
        return f"{words} {'・'.join(SHORT_PROBLEMS[problem] for problem in row.problems)}"
    if row.state is State.ACCEPTED:
        said = _CONFIRMED.get(row.confirmed, "")
        doubt = " 注意" if row.warnings else ""
        return (said or words) + doubt
    return words


def columns(home: str, marked: Container[int] = ()) -> tuple[Column[ListRow], ...]:
    """The list's columns. `home` is the prefecture and ward, left out of towns; `marked` have a star."""
    return (
        Column("番号", 7, lambda row: ("*" if row.number in marked else "") + no(row.number), right=True),
        Column("カナ氏名", 18, lambda row: row.kana or "（なし）"),
        Column("年齢", 4, lambda row: "" if row.age is None else str(row.age), right=True),
        Column("町名", 12, lambda row: town_words(row.town, home)),
        Column("希望", 8, lambda row: "・".join(row.preferences)),
        Column("経路", 4, lambda row: ROUTE_WORDS[row.route]),
        Column("状態", 0, state_words, strong=lambda row: row.state is State.HELD),
    )
