"""A year at one size and at ten times that: what each step costs a person may not grow with how many there are.

Both sites play in one process over a folder: a file is taken in, sealed, carried and taken in by the ward; the review is opened, answered
and sent; the list is frozen and matched, the draw held and countersigned, the notices prepared. Seconds of a processor, each
step by itself. The floor of a step is itself at a tenth of the size, before and after.
"""

from __future__ import annotations

import gc
import os
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.crowd_files import exports
from bench.screens import Budget
from cli.demo_staff import PASSWORDS, STAFF
from cli.session import Session, open_session
from core.office.review import APPLICANTS, PARTICIPANTS
from core.roles import Site
from tools.ceremony import DICE, paired

NAME = "vault, growing"
SIZES: tuple[int, int] = (2_000, 20_000)
LIMIT = 1.3
"""What a person may cost more among ten times as many."""
SHORT = 0.2
"""Seconds. What a step takes less than at the larger size is not held to the limit: it is mostly the same for any number."""
OUTINGS = "ABCD"
FIRST = "the flow line, the first look of a login at both sites"
LATER = "the flow line, a look after it at both sites"
LOOKS, LOOK_MS = 5, 40.0
"""The best of so many logins at each site, and what a later look at both may cost: every deed on a screen has one."""


def _seconds(act: Callable[[], object]) -> float:
    """Of a processor. What both sites' steps before it have left in this one process is not searched for garbage meanwhile: whoever
    does this step has none of it."""
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    try:
        act()
        return time.process_time() - begun
    finally:
        gc.unfreeze()


def answer(ward: Session) -> None:
    """⑨: everybody with a place is confirmed."""
    review = ward.office.review
    review.confirm_rest(PARTICIPANTS)
    review.confirm(PARTICIPANTS, [item.record for item in review.rows(PARTICIPANTS) if not item.verdict])


def year(folder: Path, count: int) -> dict[str, float]:
    """Seconds of a processor by step, in the order of the year. Everybody wishes to go; most lose."""
    spent: dict[str, float] = {}

    def step(what: str, *acts: Callable[[], object]) -> None:
        spent[what] = spent.get(what, 0.0) + sum(map(_seconds, acts))

    contractor, ward = paired(folder)
    with closing(contractor), closing(ward):
        mine, theirs = contractor.office, ward.office
        for path in exports(folder, count, OUTINGS):
            step("② import", lambda path=path: mine.importing.import_table(contractor.read_table(path)))  # type: ignore[misc]
        step("③ seal the applications", mine.lottery.seal, mine.records.send, contractor.sync)
        step("④ take them in at the ward", ward.sync)
        step("⑤ open the list", lambda: theirs.review.open_list(APPLICANTS))
        step("⑤ answer", lambda: theirs.review.confirm_rest(APPLICANTS))
        rest = [item.record for item in theirs.review.rows(APPLICANTS) if not item.verdict]
        step("⑤ answer", lambda: theirs.review.confirm(APPLICANTS, rest))
        step("⑤ send the answers", theirs.review.send, ward.sync)
        step("⑤ take them in at the contractor", contractor.sync)
        for words, act in (
            ("⑥ seal, dice and signatures", theirs.lottery.seal),
            ("⑥ freeze", mine.lottery.freeze),
            ("⑥ match at the ward", theirs.lottery.freeze),
            ("⑥ seal, dice and signatures", mine.lottery.open_seals),
            ("⑥ seal, dice and signatures", theirs.lottery.open_seals),
            ("⑥ seal, dice and signatures", lambda: mine.lottery.dice(DICE)),
            ("⑥ draw at the ward", lambda: theirs.lottery.dice(DICE)),
            ("⑥ draw at the contractor", mine.lottery.draw),
        ):
            step("⑥ carry", contractor.sync, ward.sync, contractor.sync)
            step(words, act)
        step("⑥ carry", contractor.sync, ward.sync)
        step("⑦ send the participants", mine.participants.send, contractor.sync, ward.sync)
        step("⑨ replay the draw and list", lambda: theirs.review.open_list(PARTICIPANTS))
        step("⑨⑩ answer and approve", lambda: answer(ward), theirs.review.send, theirs.participants.approve)
        step("⑨⑩ answer and approve", ward.sync, contractor.sync)
        step("⑪ prepare the notices", mine.notices.prepare)
        assert sum(mine.intake.counts().values()) == count
        assert theirs.lottery.status().units, "nobody was drawn"
    spent[FIRST], spent[LATER] = map(sum, zip(*(looks_at(folder, site) for site in Site), strict=True))
    return spent


def looks_at(folder: Path, site: Site) -> tuple[float, float]:
    """Seconds of a processor for the flow line of somebody who has just logged in, and for their next look: the best of `LOOKS`
    logins."""

    def both() -> tuple[float, float]:
        with closing(open_session(folder / site.value, STAFF[site][0], PASSWORDS[site])) as session:
            return _seconds(session.office.flow.status), _seconds(session.office.flow.status)

    first, later = zip(*(both() for _ in range(LOOKS)), strict=True)
    return min(first), min(later)


def budgets_of(few: int, many: int, spent: dict[int, dict[str, float]]) -> list[tuple[str, Budget | None]]:
    """What each step is said to cost, and what it is held to: nothing where it is short."""
    found: list[tuple[str, Budget | None]] = []
    for what, seconds in spent[many].items():
        each, before = seconds / many * 1e6, spent[few][what] / few * 1e6
        budget = Budget(f"{what}, one of {many:,} against one of {few:,}", each / before, LIMIT, "x", NAME)
        if what == LATER:
            budget = Budget(f"{what}, {many:,} people", seconds * 1e3, LOOK_MS, "ms", NAME)
            found.append((f"{NAME}: {what}: {spent[few][what] * 1e3:.1f} ms at {few:,}", budget))
            continue
        words = f"{NAME}: {what}: {each:.0f} µs each at {many:,}, {seconds:.1f} s"
        found.append((words, budget if seconds >= SHORT else None))
    return found


def _year_apart(count: int) -> dict[str, float]:
    """In a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="ikiiki-bench-") as name:
        os.environ["XDG_STATE_HOME"] = str(Path(name) / "state")
        return year(Path(name), count)


def _middle(runs: list[dict[str, float]]) -> dict[str, float]:
    """A machine is faster in one minute than in the next: the smaller year is played before the larger and after it."""
    return {step: sum(run[step] for run in runs) / len(runs) for step in runs[0]}


def main(say: Callable[[str], None], sizes: tuple[int, int] | None = None) -> bool:
    """Measure and say; whether no step grows beyond the limit."""
    few, many = sizes or SIZES
    runs = [(count, _year_apart(count)) for count in (few, many, few)]
    spent = {count: _middle([run for size, run in runs if size == count]) for count in (few, many)}
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    say(f"{NAME}: both sites in one process held at most {megabytes} MB at {many:,}")
    within = True
    for words, budget in budgets_of(few, many, spent):
        say(words if budget is None else budget.line())
        within = within and (budget is None or budget.within)
        if budget is not None:
            say(words)
    return within
