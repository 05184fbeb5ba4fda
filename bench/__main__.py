"""`python -m bench [NAME…] [--rows N] [--people N]`: every benchmark, or those whose name holds one of the words. Exits 1 beyond a
limit.

`--rows`: import into the vault no more than so many; a million take a quarter of an hour. `--people`: the year of `growing` for so
many, against a tenth of them; a million take an hour.
"""

from __future__ import annotations

import argparse
import sys

from bench import draw, exchange, growing, papers, reading, reviewing, screens, starts, vault
from bench.measure import Outcome, measure

BENCHES = (*draw.BENCHES, reading.BENCH)
LARGER = (exchange, screens, reviewing, papers, starts, growing, vault)


def line(outcome: Outcome) -> str:
    """One line of the report."""
    bench = outcome.bench
    rate = f"{bench.count / outcome.ours:,.0f} {bench.unit}/s"
    verdict = "" if outcome.within else "  BEYOND ITS LIMIT"
    ratio = f"{outcome.ratio:.2f}x (limit {bench.limit:.2f}x)"
    return f"{bench.name:<19}{outcome.ours:8.3f} s{rate:>22}{ratio:>22}  floor: {bench.floor}{verdict}"


def main(arguments: list[str]) -> int:
    """Measure and print; 0 when everything is within its limit, 2 when no benchmark is called so."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--rows", type=int, default=max(vault.SIZES))
    parser.add_argument("--people", type=int, default=max(growing.SIZES))
    asked = parser.parse_args(arguments)
    words: list[str] = asked.words
    vault.SIZES = tuple(size for size in vault.SIZES if size <= asked.rows) or (asked.rows,)
    growing.SIZES = (asked.people // 10, asked.people)
    chosen = [bench for bench in BENCHES if not words or any(word in bench.name for word in words)]
    larger = [one for one in LARGER if not words or any(word in one.NAME for word in words)]
    if not chosen and not larger:
        names = [*(bench.name for bench in BENCHES), *(one.NAME for one in LARGER)]
        print("no such benchmark; there are:", ", ".join(names), file=sys.stderr)
        return 2
    within = True
    for bench in chosen:
        outcome = measure(bench)
        print(line(outcome), flush=True)
        within = within and outcome.within
    if any(bench in draw.BENCHES for bench in chosen):
        print(*draw.growth(), sep="\n")
    for one in larger:
        within = one.main(lambda line: print(line, flush=True)) and within
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
