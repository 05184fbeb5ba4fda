"""A clock set back by hours or years loses nothing, stops nothing, and is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.faults.clocks import CLOCKS, clock_of, set_back
from tests.journeys.acting import Sites


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_that_went_back_is_said_and_changes_no_order(at: Callable[..., Sites], name: str) -> None:
    set_back(at("apply"), name)


def test_a_clock_that_runs_on_is_nothing_to_speak_of(at: Callable[..., Sites]) -> None:
    assert clock_of(at("apply").ward) == ("passed", "管理簿の行の日時は、順に進んでいます")
