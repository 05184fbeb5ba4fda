"""A machine whose clock goes back between two commands: what was written stays in its order, and it is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from cli.clock import now
from tests.faults.struck import kept_of
from tests.journeys.acting import Machine, Sites

CLOCKS = {"by three hours": dt.timedelta(hours=3), "by two years": dt.timedelta(days=730)}


@contextmanager
def earlier(by: dt.timedelta) -> Iterator[None]:
    """The command's clock, so much behind."""
    with (
        mock.patch("cli.entering.now", lambda: now() - by),
        mock.patch("cli.carrying.now", lambda: now() - by),
        mock.patch("cli.doctoring.now", lambda: now() - by),
    ):
        yield


def clock_of(machine: Machine) -> tuple[str, str]:
    """What `ikiiki doctor` says of it: verdict and words."""
    (found,) = [one for one in machine.run("doctor").json["checks"] if one["name"] == "vault.clock"]
    return str(found["verdict"]), str(found["said"])


def set_back(sites: Sites, name: str) -> None:
    """Raises `AssertionError` where anything goes wrong, is lost, or nobody is told."""
    contractor = sites.contractor
    lines, people = kept_of(contractor)
    assert clock_of(contractor)[0] == "passed"
    with earlier(CLOCKS[name]):
        assert clock_of(contractor)[0] == "failed", "that the clock is behind is not said"
        contractor.do(
            "ledger",
            "add",
            "--act",
            "store",
            "--content",
            "forms",
            "--qty",
            "3",
            "--unit",
            "sheets",
            "--medium",
            "paper",
        )
        sites.sync(1)
        contractor.sound()
    after, still = kept_of(contractor)
    assert after[: len(lines)] == lines and len(after) > len(lines) and people <= still, (
        "what was acknowledged before is gone"
    )
    sites.sync(1)
    verdict, said = clock_of(contractor)
    assert verdict == "unknown" and f"{len(lines) + 1}行目" in said, (
        "the line where it went back is not named"
    )
    for machine in sites.both:
        machine.sound()
