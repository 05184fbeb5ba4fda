"""What an arrow key costs in the review, where a row has two lines and more stands below the list: no more than in any list."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.pty import Seat
from bench.screens import ARROW_BYTES, DOWN, environment
from core.roles import Site
from tests.journeys.acting import MANAGER, PASSWORD, Sites
from tests.journeys.staging import at
from tests.terminals.conftest import IKIIKI
from tools.tmux import STRANGE

__all__ = ["at"]
UP = b"\x1b[A"


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_an_arrow_in_the_review_stays_within_the_budget(
    at: Callable[..., Sites], tmp_path: Path, columns: int, rows: int
) -> None:
    ward = at("send").ward
    command = [str(IKIIKI), "--vault", str(ward.folder), "--staff", MANAGER[Site.WARD], "tui"]
    env = environment(tmp_path) | {
        "XDG_STATE_HOME": str(tmp_path / "state")
    }  # that vault was never further than here
    with Seat(command, env, columns=columns, rows=rows) as seat:
        seat.until("パスワード")
        seat.settle()
        seat.press(PASSWORD.encode() + b"\r")
        seat.until(STRANGE)
        seat.press(b"\r")
        seat.until("⑤ 応募者の点検")
        seat.settle()
        sizes = [seat.press(key).size for key in [DOWN] * 5 + [UP] * 4]
    assert 0 < statistics.median(sizes) <= ARROW_BYTES, sizes
