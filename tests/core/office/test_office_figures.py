"""The figures behind the charts: everybody counted, once, and nobody named."""

from __future__ import annotations

from typing import Any

from core.office.figures import OLDEST_CLASS, AgeClass, Figures, figures


def counted(bureau: Any) -> Figures:
    return figures(bureau.office.intake, bureau.office.participants, lambda done, total: None)


def test_applications_are_counted_by_outing_and_in_classes_of_five_years(bench: Any) -> None:
    contractor = bench.contractor
    contractor.key("サトウ ハナコ", "A、B", birth_date="1966-04-01")  # 60 on the reference date
    contractor.key("スズキ イチロウ", "A", birth_date="1961-04-02")  # 64
    contractor.key("タナカ ミツコ", "B", birth_date="1951-04-01")  # 75
    contractor.key("ヤマモト イワオ", "B、A", birth_date="1930-04-01")  # 96
    contractor.key("カトウ ヒデオ", "A", birth_date="1980-04-01")  # held
    found = counted(contractor)
    assert [(row.outing.code, row.first, row.every) for row in found.outings] == [("A", 2, 3), ("B", 2, 3)]
    assert found.ages == [
        AgeClass(60, 2), AgeClass(65, 0), AgeClass(70, 0), AgeClass(75, 1), AgeClass(80, 0), AgeClass(85, 0),
        AgeClass(OLDEST_CLASS, 1),
    ]  # fmt: skip
    assert not found.drawn


def test_nobody_yet_is_counted_as_nobody(bench: Any) -> None:
    found = counted(bench.contractor)
    assert (found.ages, found.won, found.waiting, found.drawn) == ([], [], 0, False)


def test_after_the_draw_each_person_is_seated_by_one_wish_or_waits(bench: Any) -> None:
    bench.drawn()  # four people wish for A, then B; two seats and one
    for bureau in (bench.contractor, bench.ward):
        found = counted(bureau)
        assert found.drawn
        assert (list(found.won), found.waiting) == ([2, 1], 1)
        assert [row.outing.seated for row in found.outings] == [2, 1]
