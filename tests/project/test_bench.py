"""The benchmarks measure what they say: ours and the floor work on the same input and come to the same result."""

import pytest

from bench.__main__ import BENCHES, line
from bench.measure import Bench, Outcome


@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.name)
def test_a_benchmark_and_its_floor_do_the_same_work(bench: Bench) -> None:
    ours, floor = bench.prepare()  # raises when they disagree
    assert ours()
    assert floor()


def test_a_ratio_beyond_its_limit_is_said_so() -> None:
    bench = Bench("x", "rows", 10, "nothing", 2.0, lambda: (int, int))
    assert "BEYOND" in line(Outcome(bench, ours=3.0, floor=1.0))
    assert "BEYOND" not in line(Outcome(bench, ours=2.0, floor=1.0))
