"""Pages and searches of the list of applicants, by the use case the screens call, at places drawn by lot."""

from __future__ import annotations

import random
import time
from pathlib import Path

from bench.crowd import PASSWORD, STAFF_ID
from cli.wiring import open_session
from core.office.listing import Landmark, ListFilter, Order

ROUNDS = 60
"""Of each kind."""
ROWS = 40
"""A screenful."""


def lists_of(vault: Path) -> dict[str, list[float]]:
    """Seconds of each look, by what was looked for."""
    session = open_session(vault, STAFF_ID, PASSWORD)
    intake, chance = session.office.intake, random.Random(1)
    everybody = ListFilter()
    size = intake.count(everybody)
    found: dict[str, list[float]] = {}

    def look(what: str, which: ListFilter, near: Landmark | None = None) -> None:
        begun = time.perf_counter()
        intake.page(which, near.offset if near else 0, ROWS, near)
        seen = time.perf_counter()
        found.setdefault(what, []).append(seen - begun)
        if which.search:
            intake.count(which)
            found.setdefault(f"{what}, counted", []).append(time.perf_counter() - seen)

    try:
        for _ in range(ROUNDS):
            number = chance.randrange(1, size)
            (someone,) = intake.page(everybody, number - 1, 1, Landmark(number - 1, number))
            for order in (Order.NUMBER, Order.KANA):
                look(f"a page by {order.value}", ListFilter(order=order), Landmark(1_000, number))
            for what, words in (
                ("name", someone.kana),
                ("number", str(number)),
                ("family name", someone.kana.split()[0]),
            ):
                look(f"search by {what}", ListFilter(search=words))
    finally:
        session.close()
    return found
