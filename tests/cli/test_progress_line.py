"""How far a sync is, is told to a person at a terminal and to nobody else."""

from __future__ import annotations

import io

import pytest

from cli.options import CHOICE
from cli.progress import progress_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CHOICE, "json", False)


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in place of the standard error, from now to the end of the test."""
    made = Terminal()
    monkeypatch.setattr("sys.stderr", made)
    return made


def test_one_line_is_painted_over_and_taken_away_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    with progress_line("送受信しています") as progress:
        assert progress is not None
        for done in (0, 1, 200):
            progress(done, 200)
    told = terminal.getvalue()
    assert "送受信しています 100%" in told and "\n" not in told
    assert told.endswith("\r\x1b[K")


def test_work_that_never_told_anything_paints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    with progress_line("送受信しています"):
        pass
    assert terminal.getvalue() == ""


def test_with_json_nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setattr(CHOICE, "json", True)
    with progress_line("送受信しています") as progress:
        assert progress is None
    assert terminal.getvalue() == ""


def test_without_a_terminal_nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    with progress_line("送受信しています") as progress:
        assert progress is None
    assert written.getvalue() == ""
