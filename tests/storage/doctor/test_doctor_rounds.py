"""The doctor tells how the courier's last round ended, and never takes silence for success."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.checks import Verdict
from core.exchange.state import Outcome, Round, after
from storage.doctor.rounds import last_round

NOW = dt.datetime(2026, 6, 10, 14, 5, tzinfo=dt.timezone(dt.timedelta(hours=9)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "courier").mkdir()
    return tmp_path


def keep(folder: Path, *outcomes: Outcome) -> None:
    """One round after the other ended so."""
    state = None
    for outcome in outcomes:
        state = after(state, Round(NOW, NOW, outcome, unattended=True))
    assert state is not None
    (folder / "courier" / "state.json").write_bytes(state.to_bytes())


def test_before_the_first_round_it_cannot_be_said(folder: Path) -> None:
    assert last_round(folder, NOW).verdict is Verdict.UNKNOWN


def test_what_cannot_be_read_is_no_pass(folder: Path) -> None:
    (folder / "courier" / "state.json").write_bytes(b"{}\n")
    assert last_round(folder, NOW).verdict is Verdict.UNKNOWN


def test_a_round_that_ended_well_passes_with_its_hour(folder: Path) -> None:
    keep(folder, Outcome.UNREACHABLE, Outcome.DONE)
    found = last_round(folder, NOW)
    assert (found.verdict, found.said) == (Verdict.PASSED, "6月10日 14:05 できた")


def test_rounds_that_fail_one_after_the_other_are_counted(folder: Path) -> None:
    keep(folder, Outcome.DONE, Outcome.UNREACHABLE, Outcome.UNREACHABLE)
    found = last_round(folder, NOW)
    assert found.verdict is Verdict.FAILED and "2回" in found.said and not found.integrity


def test_what_was_altered_is_integrity(folder: Path) -> None:
    keep(folder, Outcome.INTEGRITY)
    found = last_round(folder, NOW)
    assert found.verdict is Verdict.FAILED and found.integrity


def test_a_round_stopped_by_hand_is_no_failure(folder: Path) -> None:
    keep(folder, Outcome.DONE, Outcome.STOPPED)
    assert last_round(folder, NOW).verdict is Verdict.PASSED
