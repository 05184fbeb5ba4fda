"""A site in order, so that each test can put one thing out of order: the folder as it should be, the ward's courier in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from core.checks import Check
from tests.box.pretend import PretendBox


@pytest.fixture
def box() -> Iterator[PretendBox]:
    """The ward's courier is an editor and may invite nobody."""
    with PretendBox() as made:
        made.folder.can_non_owners_invite = False
        made.folder.is_collaboration_restricted_to_enterprise = True
        yield made


@pytest.fixture
def verdicts() -> Callable[[Sequence[Check]], dict[str, str]]:
    """Names and verdicts; each check must say something, and what to do where it does not pass."""

    def of(checks: Sequence[Check]) -> dict[str, str]:
        for check in checks:
            assert check.title and check.said, check
            assert check.next_step or check.verdict.value == "passed", check
        assert len({check.name for check in checks}) == len(checks)
        return {check.name: check.verdict.value for check in checks}

    return of
