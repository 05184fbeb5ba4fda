"""Whole flows share the small year and the demo."""

from tests.idle import install
from tests.journeys.staging import at, demo

install()

__all__ = ["at", "demo"]
