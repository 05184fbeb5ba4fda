"""Pages and searches of the list of applicants, by the use case the screens call, at places drawn by lot.

Who searches for digits may be after a telephone: that is written to the access log before anything is shown, and waits for the
disk. What the disk takes for a small file, written, synced and renamed, is measured beside it.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from bench.crowd import PASSWORD, STAFF_ID
from cli.session import open_session
from core.office.listing import Landmark, ListFilter, Order

ROUNDS = 60
"""Of each kind."""
ROWS = 40
"""A screenful."""


DISK = "a small file synced and renamed by the disk"


def synced(folder: Path) -> float:
    """Seconds."""
    begun = time.perf_counter()
    file = folder / "bench-synced"
    with file.open("wb") as stream:
        stream.write(b"x" * 200)
        stream.flush()
        os.fsync(stream.fileno())
    file.replace(folder / "bench-renamed")
    return time.perf_counter() - begun


def lists_of(vault: Path) -> dict[str, list[float]]:
    """Seconds of each look, by what was looked for; `DISK` beside them."""
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
            found.setdefault(DISK, []).append(synced(vault))
    finally:
        session.close()
    return found
