"""Charts read without colour and without line drawing: a figure beside each bar, a word for each kind of cell."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from core.office.figures import AgeClass, Figures, OutingFigures
from core.office.participants import OutingStatus
from tui.charts import of_applications, of_participants
from tui.widgets.chart import Bar, chart


def outing(code: str, place: str, came: int = 0, absent: int = 0) -> OutingStatus:
    return OutingStatus(
        code, "2026-06-10", place, 80, 0, 70, 10, 25, came, absent, 70 - came - absent, "", False
    )


FIGURES = Figures(
    [
        OutingFigures(outing("A", "高尾山", 60, 4), 120, 200),
        OutingFigures(outing("B", "とても長い名前の山と湖をめぐる道"), 20, 90),
    ],
    [AgeClass(60, 12), AgeClass(65, 0), AgeClass(90, 1)],
    2,
    [100, 40],
    31,
)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_bar_of_a_chart_is_as_wide_as_the_others(ascii_only: bool) -> None:
    bars = [Bar("A 高尾山", 120, 80, "120人"), Bar("奥多摩湖", 0, 40, "0人", 7), Bar("a", 3, None, "3人")]
    lines = chart(bars, 60, ascii_only=ascii_only).plain.split("\n")
    assert {cell_len(line) for line in lines} == {60}


def test_the_smallest_number_is_seen_beside_the_largest() -> None:
    _, small = chart([Bar("A", 100_000), Bar("B", 1)], 60).plain.split("\n")
    assert small.count("█") == 1


def test_what_comes_after_is_drawn_otherwise_and_the_room_is_marked() -> None:
    (line,) = chart([Bar("A", 40, 80, more=40)], 60, ascii_only=True).plain.split("\n")
    bar = line[17:]
    assert bar.index("#") < bar.index("+") < bar.index("|")
    assert abs(bar.count("#") - bar.count("+")) <= 1


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_chart_of_the_applications_says_what_its_cells_are(ascii_only: bool) -> None:
    words = of_applications(FIGURES, 68, ascii_only=ascii_only).plain
    for part in (
        "120（200）／80人",
        "60-64歳",
        "65-69歳",
        "90歳以上",
        "年齢不明",
        "当選70 補欠25",
        "第2希望で当選",
        "40人",
        "31人",
    ):
        assert part in words
    for sign, word in zip("#+|" if ascii_only else "█▒│", ("当選", "補欠", "定員"), strict=True):
        assert f"{sign} {word}" in words
    assert all(
        cell_len(line) <= 68
        for line in words.split("\n")
        if any(sign in line for sign in "█#") and "人" in line[-3:]
    )


def test_ascii_charts_draw_with_ascii_alone() -> None:
    words = (
        of_applications(FIGURES, 68, ascii_only=True).plain
        + of_participants(FIGURES, 68, ascii_only=True).plain
    )
    assert not set(words) & set("█▒│")


def test_attendance_is_drawn_of_outings_that_have_begun() -> None:
    words = of_participants(FIGURES, 68, ascii_only=False).plain
    assert "出席60 欠席4 未6" in words
    assert words.count("とても長い名") == 1  # among the seats, not among those who came
    assert (
        "抽選が終わると"
        in of_participants(Figures(FIGURES.outings, [], 0, [], 0), 68, ascii_only=False).plain
    )
