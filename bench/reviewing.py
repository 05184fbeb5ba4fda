"""⑤ by use: everybody in the review list answered by keys at 80×24, and how much of a person's nine seconds the program takes.

400 people an hour leave nine seconds for each; what the program needs of them is not there for reading. The floor is the time
itself. One in twenty is sent back with a reason, as on a real day; the rest are confirmed one by one, none by "all the rest".
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench.pty import Seat
from bench.screens import Budget, environment, p95
from cli.demo_staff import PASSWORDS, STAFF
from cli.session import Session, open_session
from core.office.review import APPLICANTS
from core.roles import Site
from tools.ceremony import stage_applications

NAME = "reviewing"
AN_HOUR = 400
"""People a practised pair of eyes is to get through in ⑤ and ⑨."""
SHARE = 0.01
"""Of a person's time that may be spent waiting."""
EVERY = 20
"""One in so many is sent back."""


def main(say: Callable[[str], None]) -> bool:
    """Measure and say; whether it is within its limit."""
    with tempfile.TemporaryDirectory(prefix="ikiiki-bench-") as name:
        folder = Path(name)
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        sessions = stage_applications(folder)
        people = open_in(sessions[1])
        for session in sessions:
            session.close()
        vault = folder / Site.WARD.value
        waits, size, keys = answer_all(vault, people, environment(folder))
        with closing(open_session(vault, STAFF[Site.WARD][0], PASSWORDS[Site.WARD])) as ward:
            assert not (left := open_in(ward)), f"{left} of {people} were not answered"
    each = 3600 / AN_HOUR
    share = Budget(
        f"waiting per person, p95, of {each:g} s", p95(waits) * 1000, each * SHARE * 1000, "ms", NAME
    )
    say(share.line())
    say(
        f"{NAME}: {people} people, {keys} keys, {size:,} bytes; {sum(waits):.1f} s of waiting in all,"
        f" median {statistics.median(waits) * 1000:.1f} ms; leaves {each - statistics.mean(waits):.2f} s to read each"
    )
    return share.within


def open_in(ward: Session) -> int:
    """How many the ward has yet to answer."""
    return ward.office.review.status(APPLICANTS).open


def answer_all(vault: Path, people: int, env: dict[str, str]) -> tuple[list[float], int, int]:
    """Seconds waited for each person, bytes sent in all, keys pressed."""
    words = [
        str(Path(sys.executable).with_name("ikiiki")),
        "--vault",
        str(vault),
        "--staff",
        STAFF[Site.WARD][0],
        "tui",
    ]
    waits: list[float] = []
    size = keys = 0
    with Seat(words, env, columns=80, rows=24) as seat:
        seat.until("パスワード")
        seat.settle()
        os.write(seat.end, PASSWORDS[Site.WARD].encode() + b"\r")
        seat.until("F8")
        seat.settle()
        seat.press(b"\x1b[18~")  # F7
        seat.settle()
        for number in range(1, people + 1):
            pressed = [b"r", b"\r"] if number % EVERY == 0 else [b"\r"]
            painted = [seat.press(key) for key in pressed]
            waits.append(sum(one.seconds for one in painted))
            size += sum(one.size for one in painted)
            keys += len(pressed)
        seat.settle()
    return waits, size, keys
