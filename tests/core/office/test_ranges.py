"""Answers to a printed list, as people write them."""

from __future__ import annotations

import pytest

from core.office.ranges import numbers_in


@pytest.mark.parametrize(
    ("text", "named", "left"),
    [
        ("1-3", {1, 2, 3}, set()),
        ("1-5 3を除く", {1, 2, 4, 5}, {3}),
        ("１〜３、５", {1, 2, 3, 5}, set()),
        ("1-25 7を除く 9-11除く", set(range(1, 26)) - {7, 9, 10, 11}, {7, 9, 10, 11}),
    ],
)
def test_answers_as_people_write_them(text: str, named: set[int], left: set[int]) -> None:
    assert numbers_in(text) == (named, left)


@pytest.mark.parametrize("text", ["", "3-1", "abc", "1-3 7を除く", "1-9999999"])
def test_an_answer_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"番号|読めません|範囲"):
        numbers_in(text)
