"""The screens' short way in reads the words of a call as the whole program does, or leaves them to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import main
from cli.options import CHOICE
from cli.start import screens_of

WORDS = [
    "--vault",
    "v",
    "--vault=w",
    "--staff",
    "s",
    "--staff=t",
    "--staff=",
    "tui",
    "status",
    "--help",
    "--json",
    "",
]


def as_the_program_reads(
    words: list[str], env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, str] | None:
    """What the screens would be opened with, None when they would not be."""
    opened: list[tuple[Path, str]] = []
    with monkeypatch.context() as patch:
        patch.setattr("cli.opening.run_screens", lambda *given: opened.append(given))
        for name in ("IKIIKI_VAULT", "IKIIKI_STAFF"):
            patch.delenv(name, raising=False)
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setattr(CHOICE, "vault", None)
        patch.setattr(CHOICE, "staff", None)
        try:
            main.program(main.command_of(words))(words, standalone_mode=False)
        except Exception:  # noqa: BLE001 - it was no call for the screens
            return None
    return opened[0] if opened else None


@given(
    words=st.lists(st.sampled_from(WORDS), max_size=6),
    env=st.fixed_dictionaries({}, optional={"IKIIKI_VAULT": st.just("e"), "IKIIKI_STAFF": st.just("f")}),
)
def test_whatever_the_short_way_takes_the_program_would_have_taken_alike(
    words: list[str], env: dict[str, str]
) -> None:
    short = screens_of(words, env)
    if short is not None:
        with pytest.MonkeyPatch.context() as patch:
            assert as_the_program_reads(words, env, patch) == short


@pytest.mark.parametrize(
    ("words", "env"),
    [
        (["--vault", "v", "--staff", "s", "tui"], {}),
        (["--vault=v", "tui"], {"IKIIKI_STAFF": "s"}),
        (["tui"], {"IKIIKI_VAULT": "v", "IKIIKI_STAFF": "s"}),
    ],
)
def test_the_usual_calls_take_it(words: list[str], env: dict[str, str]) -> None:
    assert screens_of(words, env) == (Path("v"), "s")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["tui"],
        ["--vault", "v", "status"],
        ["--vault", "v", "tui", "--help"],
        ["--other", "tui"],
        ["--vault", "v", "--staff", "tui"],
    ],
)
def test_other_calls_are_left_to_the_program(words: list[str]) -> None:
    assert screens_of(words, {}) is None
