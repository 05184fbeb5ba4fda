"""`ikiiki lottery chances`, as far as it speaks: text for people, one JSON document for programs."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli.commands import chances as command
from cli.options import CHOICE
from core.draw.chances import outlook, ticket_gain
from core.draw.rules import Course, Params
from core.draw.units import Shape
from core.errors import UsageError
from core.office.chances import RUNS, ChanceReport, View, WhatIf

PARAMS = Params("hiking-2026-1", None, (Course("A", 5, 1), Course("B", 3)), 3)
SHAPES = [
    Shape(tuple(f"{n}-{m}" for m in range(1 + n % 3)), ("A", "B") if n % 2 else ("B",), 1) for n in range(8)
]


class Answering:
    """An office that answers any question about eight units, and keeps what it was asked."""

    asked: tuple[WhatIf, int]

    def report(self, what_if: WhatIf, *, runs: int) -> ChanceReport:
        self.asked = (what_if, runs)
        view = View(outlook(PARAMS, SHAPES, runs, random.Random(1)), {})
        gain = (
            ticket_gain(PARAMS, SHAPES, what_if.tickets, runs, random.Random(1)) if what_if.tickets else None
        )
        then = view if what_if.rules else None
        return ChanceReport(
            1, False, {"A": "高尾山", "B": "御岳山"}, 15, 4, runs, view, what_if, then, 0, gain
        )


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Answering:
    office = Answering()

    @contextmanager
    def opened() -> Iterator[Any]:
        yield SimpleNamespace(office=SimpleNamespace(chances=office))

    monkeypatch.setattr(command, "opened", opened)
    monkeypatch.setattr(CHOICE, "json", False)
    return office


def called(*words: str) -> Any:
    app = typer.Typer()
    app.command()(command.chances)
    return CliRunner().invoke(app, [*words], catch_exceptions=False)


def test_people_read_sentences_and_columns(office: Answering) -> None:
    out = called("--runs", "150").output
    assert office.asked == (WhatIf(), 150)
    assert "いまの応募 15件（うち区の点検⑤が済んでいないもの 4件）" in out and "150回ためしました" in out
    assert "A 定員5 優先枠1 応募8 高尾山" in out and "（±" in out and "もし" not in out


def test_programs_read_one_document_with_everything_in_it(office: Answering) -> None:
    out = called(
        "--tickets", "2", "--group", "3", "--reserve", "A=0", "--reserve", "B=2", "--runs", "150", "--json"
    ).output
    document = json.loads(out)
    assert office.asked == (WhatIf(2, 3, {"A": 0, "B": 2}), 150)
    assert document["what_if"] == {"tickets": 2, "group": 3, "reserve": {"A": 0, "B": 2}}
    assert document["now"]["outings"]["A"]["first_wish"]["first"].keys() == {"share", "error", "exact"}
    assert document["then"] == document["now"] and document["tickets"]["one"]["gain"] > 0
    assert document["now"]["sizes"].keys() == {"1", "2", "3"} and document["runs"] == 150


@pytest.mark.parametrize("words", ["A", "A=", "A=-1", "A=1.5", "=", "A=三", "A=２"])
def test_reserved_seats_are_written_one_way(words: str) -> None:
    with pytest.raises(UsageError) as refused:
        command.kept_seats([words])
    assert words in refused.value.where


def test_an_outings_reserved_seats_are_named_once() -> None:
    with pytest.raises(UsageError):
        command.kept_seats(["A=1", "A=2"])
    assert command.kept_seats(["A=1", "B=0"]) == {"A": 1, "B": 0}


def test_the_command_and_the_screen_draw_equally_often() -> None:
    assert command.RUNS == RUNS
