"""The benchmarks measure what they say: ours and the floor work on the same input and come to the same result."""

from pathlib import Path
from unittest import mock

import pytest

from bench import exchange, growing, papers, screens, starts, vault
from bench.__main__ import BENCHES, line
from bench.box import far_box
from bench.crowd import crowded_vault
from bench.listing import lists_of
from bench.measure import Bench, Outcome

EVERY_DAY = 100_000
"""Units. The same work on more of them shows nothing else, and takes minutes: under `make faults`."""


@pytest.mark.parametrize(
    "bench",
    [
        pytest.param(one, marks=[pytest.mark.faults] if one.count > EVERY_DAY else [], id=one.name)
        for one in BENCHES
    ],
)
def test_a_benchmark_and_its_floor_do_the_same_work(bench: Bench) -> None:
    ours, floor = bench.prepare()  # raises when they disagree
    assert ours()
    assert floor()


def test_a_ratio_beyond_its_limit_is_said_so() -> None:
    bench = Bench("x", "rows", 10, "nothing", 2.0, lambda: (int, int))
    assert "BEYOND" in line(Outcome(bench, ours=3.0, floor=1.0))
    assert "BEYOND" not in line(Outcome(bench, ours=2.0, floor=1.0))


@pytest.mark.parametrize("way", [exchange.UP, exchange.DOWN])
def test_all_who_carry_bundles_bring_every_file(tmp_path: Path, way: str) -> None:
    """Small and near; `Course.run` raises when a file is missing or cut short."""
    with far_box(tmp_path, delay=0.0) as box:
        course = exchange.Course(box, tmp_path)
        load = exchange.Load("few", 3, 2_000)
        for road in exchange.roads(box).values():
            for who in exchange.contestants(road):
                run = course.run(who, way, load, road)
                assert run.seconds > 0 and (who == "rclone" or run.kilobytes > 1000)


def test_a_line_of_the_exchange_says_what_is_beyond_its_limit() -> None:
    def line(**seconds: float) -> str:
        runs = {who: [exchange.Run(9.0), exchange.Run(took)] for who, took in seconds.items()}
        return exchange.Times(exchange.Load("x", 1, 1), exchange.UP, "plain", runs).line()

    assert "BEYOND" not in line(floor=1.0, ours=1.1, rclone=1.2)
    assert "BEYOND" in line(floor=1.0, ours=1.1, rclone=1.05)
    assert "BEYOND" in line(floor=1.0, ours=1.2)


def test_memory_that_grows_with_the_file_is_not_flat() -> None:
    assert exchange.is_flat([60_000, 110_000, 115_000])
    assert not exchange.is_flat([60_000, 110_000, 300_000])
    assert not exchange.is_flat([60_000, 130_000, 130_000])


def test_keys_cost_no_more_bytes_than_they_may_and_idling_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a terminal of its own. How long a key takes is the benchmark's business."""
    for name, few in (("ARROWS", 5), ("PAGES", 10), ("JUMPS", 4), ("IDLE", 0.5)):
        monkeypatch.setattr(screens, name, few)
    env = screens.environment(tmp_path)
    budgets = screens.at_work(crowded_vault(tmp_path, 380), env, bare_kilobytes=1)
    counted = {budget.what: budget for budget in budgets if budget.unit == "bytes"}
    assert len(counted) == 4 and all(budget.within for budget in counted.values()), counted
    assert counted["arrow key, median"].figure > 0 and counted["page key, median"].figure > 0


def test_both_who_set_postcards_set_the_same_pages() -> None:
    best = papers.measured(12, rounds=1)
    assert best["ours"].size == best["floor"].size > 10_000
    assert all(one.seconds > 0 and one.megabytes > 10 for one in best.values())


def test_slow_or_large_papers_are_beyond_their_limit() -> None:
    floor = papers.Run(1.0, 100, 1)
    said = {
        (seconds, megabytes): papers.report({"ours": papers.Run(seconds, megabytes, 1), "floor": floor}, 10)
        for seconds, megabytes in ((1.1, 700), (1.3, 700), (1.1, 900))
    }
    assert [within for _, within in said.values()] == [True, False, False]
    assert [("BEYOND" in words) for words, _ in said.values()] == [False, True, True]


def test_all_who_import_bring_in_every_row_and_the_lists_find_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few; `imported` raises when a row is missing."""
    monkeypatch.setattr("bench.listing.ROUNDS", 2)
    runs, made = vault.imported(tmp_path, 300)
    assert {run.count for run in runs.values()} == {300} and len(runs) == 5
    assert all(run.busy > 0 and run.kilobytes > 1_000 for run in runs.values())
    looks = lists_of(made)
    assert len(looks) == 9 and all(len(seconds) == 2 for seconds in looks.values())


def test_an_import_that_is_slow_grows_or_hoards_is_beyond_its_limit() -> None:
    runs = {
        who: vault.Run(100, 1.0, 1.0, 1_000) for who in (vault.KEPT, vault.SMALL, vault.PLAIN, vault.JUDGED)
    }

    def beyond(busy: float, kilobytes: int) -> list[bool]:
        mine = runs | {vault.OURS: vault.Run(100, busy, busy, kilobytes)}
        one_file = vault.Run(100, 1.0, 3.0, 1_000)
        before = runs | {vault.OURS: one_file}
        return [not budget.within for budget in vault.budgets_of(100, mine, before, one_file)]

    assert beyond(3.0, 1_000) == [False, False, False, False]
    assert beyond(4.5, 2_000) == [True, False, True, True]


def test_a_year_is_played_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    # Searching all that the tests have loaded for garbage before each step would take longer than the year.
    monkeypatch.setattr(growing, "gc", mock.Mock())
    spent = growing.year(tmp_path, 12)
    assert len(spent) > 12 and all(seconds > 0 for seconds in spent.values())


def test_a_step_that_grows_faster_than_its_work_is_beyond_its_limit_unless_it_is_short() -> None:
    spent = {10: {"fast": 1.0, "slow": 1.0, "short": 0.001}, 100: {"fast": 11.0, "slow": 14.0, "short": 0.1}}
    said = {words.split(": ")[1]: budget for words, budget in growing.budgets_of(10, 100, spent)}
    assert said["fast"] and said["fast"].within
    assert said["slow"] and not said["slow"].within
    assert said["short"] is None


def test_every_command_is_started() -> None:
    every = set(starts.commands())
    assert {("status",), ("intake", "import"), ("lottery", "draw"), ("ledger", "verify")} <= every
    assert len(every) > 60
