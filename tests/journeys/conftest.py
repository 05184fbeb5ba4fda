"""Whole flows share the small year and the demo. What is on their screens is asked of the widgets: nothing is painted."""

import pytest

from tests.idle import install, paint_nothing
from tests.journeys.staging import at, demo

install()


@pytest.fixture(autouse=True)
def nothing_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    paint_nothing(monkeypatch)


__all__ = ["at", "demo"]
