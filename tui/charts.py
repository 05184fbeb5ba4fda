"""The charts of 抽選 and 参加者: every bar with its figure beside it, every kind of cell with its word above."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from core.office.figures import CLASS_YEARS, OLDEST_CLASS, AgeClass, Figures, OutingFigures
from tui.widgets.chart import Bar, chart, signs


def of_applications(figures: Figures, width: int, *, ascii_only: bool) -> Text:
    """Applications against capacity, ages, and once drawn the seats: for 抽選."""
    inside, beyond, room = signs(ascii_only)
    parts = [
        _titled(
            "応募と定員",
            f"応募は第1希望の人数（かっこは第2希望から下も入れた人数）。\n{inside} 定員まで {beyond} 定員を超えた分 {room} 定員",
            [_wished(row) for row in figures.outings],
            width,
            ascii_only,
        )
    ]
    ages = [Bar(_class_words(row), row.people, note=f"{row.people}人") for row in figures.ages]
    if figures.unknown_age:
        ages.append(Bar("年齢不明", figures.unknown_age, note=f"{figures.unknown_age}人"))
    if ages:
        parts.append(
            _titled("年齢（五歳階級）", "受け付けた応募者の、基準日の満年齢", ages, width, ascii_only)
        )
    if figures.drawn:
        parts += _seats(figures, width, ascii_only)
    return _joined(parts)


def of_participants(figures: Figures, width: int, *, ascii_only: bool) -> Text:
    """The seats, and once an outing has begun who came: for 参加者."""
    if not figures.drawn:
        return Text("抽選が終わると、当選・補欠と出欠の図が出ます", end="")
    parts = _seats(figures, width, ascii_only)
    begun = [row.outing for row in figures.outings if row.outing.came + row.outing.absent]
    if begun:
        inside, beyond, room = signs(ascii_only)
        bars = [
            Bar(
                f"{o.code} {o.place}",
                o.came,
                o.seated,
                f"出席{o.came} 欠席{o.absent} 未{o.pending}",
                o.absent,
            )
            for o in begun
        ]
        parts.append(
            _titled("出欠", f"{inside} 出席 {beyond} 欠席 {room} 参加する人数", bars, width, ascii_only)
        )
    return _joined(parts)


def _seats(figures: Figures, width: int, ascii_only: bool) -> list[Text]:
    inside, beyond, room = signs(ascii_only)
    by_outing = [
        Bar(f"{o.code} {o.place}", o.seated, o.capacity, f"当選{o.seated} 補欠{o.waiting}", o.waiting)
        for o in (row.outing for row in figures.outings)
    ]
    by_wish = [
        Bar(f"第{rank}希望で当選", people, note=f"{people}人")
        for rank, people in enumerate(figures.won, start=1)
    ]
    by_wish.append(Bar("補欠のみ", 0, note=f"{figures.waiting}人", more=figures.waiting))
    return [
        _titled("当選と補欠（回ごと）", f"{inside} 当選 {beyond} 補欠 {room} 定員", by_outing, width, ascii_only),
        _titled(
            "当選と補欠（希望の順ごと）", f"1人を1回だけ数えます。\n{inside} 当選 {beyond} どの回も補欠", by_wish, width, ascii_only
        ),
    ]  # fmt: skip


def _wished(row: OutingFigures) -> Bar:
    outing = row.outing
    note = f"{row.first}（{row.every}）／{outing.capacity}人"
    return Bar(f"{outing.code} {outing.place}", row.first, outing.capacity, note)


def _class_words(row: AgeClass) -> str:
    if row.youngest == OLDEST_CLASS:
        return f"{OLDEST_CLASS}歳以上"
    return f"{row.youngest}-{row.youngest + CLASS_YEARS - 1}歳"


def _titled(title: str, words: str, bars: Sequence[Bar], width: int, ascii_only: bool) -> Text:
    text = Text(end="")
    text.append(f"{title}\n", style="bold")
    text.append(f"{words}\n\n")
    text.append(chart(bars, width, ascii_only=ascii_only))
    return text


def _joined(parts: Sequence[Text]) -> Text:
    return Text("\n\n", end="").join(parts)
