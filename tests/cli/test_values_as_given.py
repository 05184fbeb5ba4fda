"""What was typed reaches a command as Typer itself would hand it on, converted only where it must be."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from cli.usage import called
from core.errors import UsageError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def run(*words: str) -> dict[str, Any]:
    """What the command was called with."""
    seen: dict[str, Any] = {}
    app = typer.Typer()

    @app.callback()
    def top(folder: Annotated[Path | None, typer.Option("--folder")] = None) -> None:
        seen["folder"] = folder

    @app.command()
    def one(
        name: Annotated[str, typer.Argument()],
        text: str = "usual",
        number: Annotated[int | None, typer.Option(min=2)] = None,
        many: Annotated[list[int] | None, typer.Option("--many")] = None,
        colour: Colour = Colour.RED,
        yes: bool = False,
    ) -> None:
        seen.update(name=name, text=text, number=number, many=many, colour=colour, yes=yes)

    with pytest.raises(SystemExit) as left:
        called(app, list(words))
    assert left.value.code == 0
    return seen


def test_what_was_left_out_is_what_the_command_says() -> None:
    assert run("one", "A") == {
        "folder": None, "name": "A", "text": "usual", "number": None, "many": None, "colour": Colour.RED, "yes": False,
    }  # fmt: skip


def test_what_was_typed_is_converted() -> None:
    seen = run(
        "--folder", "/tmp", "one", "7", "--text", "5", "--number", "3", "--many", "1", "--many", "2",
        "--colour", "blue", "--yes",
    )  # fmt: skip
    assert seen == {
        "folder": Path("/tmp"), "name": "7", "text": "5", "number": 3, "many": [1, 2], "colour": Colour.BLUE, "yes": True,
    }  # fmt: skip
    assert seen["colour"] is Colour.BLUE


@pytest.mark.parametrize(
    "words",
    [("one",), ("one", "A", "--number", "x"), ("one", "A", "--number", "1"), ("one", "A", "--colour", "x")],
)
def test_what_does_not_fit_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(*words)
