"""A check and its verdict: what `ikiiki doctor` says, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """`UNKNOWN`: could not be found out. It never stands for a pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


VERDICT_WORDS = {Verdict.PASSED: "合格", Verdict.FAILED: "不合格", Verdict.UNKNOWN: "確認できない"}
INTEGRITY = 6


@dataclass(frozen=True)
class Check:
    """One thing looked at. Texts are Japanese and hold no personal data of applicants, and no secret."""

    name: str
    """For machines: `family.thing`, and for hosts `host.<thing>.<host>`."""
    title: str
    verdict: Verdict
    said: str
    """What was found."""
    next_step: str = ""
    integrity: bool = False
    """A failure of this kind means that something was altered."""


def passed(name: str, title: str, said: str) -> Check:
    return Check(name, title, Verdict.PASSED, said)


def failed(name: str, title: str, said: str, next_step: str, *, integrity: bool = False) -> Check:
    return Check(name, title, Verdict.FAILED, said, next_step, integrity)


def unknown(name: str, title: str, said: str, next_step: str) -> Check:
    return Check(name, title, Verdict.UNKNOWN, said, next_step)


def exit_code(checks: Sequence[Check]) -> int:
    """0 when nothing failed, 6 when something was altered, 1 for any other failure."""
    wrong = [check for check in checks if check.verdict is Verdict.FAILED]
    if any(check.integrity for check in wrong):
        return INTEGRITY
    return 1 if wrong else 0


def document(checks: Sequence[Check]) -> dict[str, Any]:
    """As JSON: `checks` in order, how many of each verdict, and the exit code."""
    return {
        "checks": [asdict(check) | {"verdict": check.verdict.value} for check in checks],
        **{verdict.value: sum(check.verdict is verdict for check in checks) for verdict in Verdict},
        "exit_code": exit_code(checks),
    }
