"""Writes docs/box-faults.md: every request of a sync over Box, failed in every way, and what came of it (minutes)."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.storage.courier.striking import (
    DISTURBED,
    WAYS,
    Sites,
    Tally,
    kind_of,
    requests_of_a_sync,
    strikable,
    strike,
)

TARGET = Path(__file__).resolve().parent.parent / "docs" / "box-faults.md"
COMMAND = "python -m tools.box_faults"
HEAD = f"""# When Box fails: every request, every way

Written by `{COMMAND}`; not to be mended by hand. `make faults` plays it again, all of it.

Two bundles wait at the contractor, one at the ward, and each site syncs {DISTURBED} times by turns (a *round*: each once), one request
at a time, over a stand-in for Box on the same machine. Then all of it anew for every request and every way, with that one
request failed in that way (a way that lasts fails all that follow too); after {DISTURBED} rounds the line is good again, and {DISTURBED} more
follow. Each time every bundle must lie in the other site's inbox whole, and be received in its journal exactly once. Undisturbed, all is
there after round {DISTURBED}. In every way but one ("409 with other bytes": somebody else's file bears the bundle's name, and people
must look) all must be there at the end, and nothing refused any more once the line is good.
"""
COLUMNS = "| way | requests struck | delivered after round | not delivered | refusals, in words (how often) |"
RULE = "|---|---|---|---|---|"
VERDICT = "every bundle delivered exactly once or a clear refusal"


def line(tally: Tally) -> str:
    """One way."""
    rounds = ", ".join(f"{number}: {count}" for number, count in sorted(tally.rounds.items()))
    words = " · ".join(f"{what} ({count})" for what, count in sorted(tally.words.items()))
    return f"| {tally.way} | {tally.struck} | {rounds or '—'} | {tally.undelivered or '—'} | {words or '—'} |"


def asked(requests: Sequence[str]) -> str:
    """What the requests are, in the order in which they first come."""
    counts = Counter(map(kind_of, requests))
    return "\n".join(
        ["| request | times |", "|---|---|", *(f"| `{kind}` | {n} |" for kind, n in counts.items())]
    )


def played(way: str, requests: Sequence[str], folder: Path) -> Tally:
    """Every request that can go wrong so, one after the other."""
    tally = Tally(way)
    sites = Sites(folder / str(list(WAYS).index(way)))
    for nth in strikable(way, requests):
        tally.add(strike(sites, way, nth, checked=False))
    return tally


def text(folder: Path, say: Callable[[str], object] = lambda _: None) -> str:
    """The whole page; `say` is told every line as soon as it is known.

    Raises `AssertionError` where a bundle is lost, doubled or altered, or a refusal says nothing.
    """
    requests = requests_of_a_sync(Sites(folder / "undisturbed"))
    lines = [HEAD, f"The {len(requests)} requests:", "", asked(requests), "", COLUMNS, RULE]
    say("\n".join(lines))
    total = 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for tally in pool.map(partial(played, requests=requests, folder=folder), WAYS):
            total += tally.struck
            lines.append(line(tally))
            say(lines[-1])
    lines += ["", f"{len(WAYS)} ways, {total} requests struck: {VERDICT}."]
    say("\n".join(lines[-2:]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ikiiki-box-") as made:
        page = text(Path(made), lambda line: print(line, flush=True))
    TARGET.write_text(page, encoding="utf-8")
    print(f"{TARGET.name} written", file=sys.stderr)
