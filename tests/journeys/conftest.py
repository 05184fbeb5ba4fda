"""Whole flows share the small year and the demo."""

from tests.journeys.staging import at, demo

__all__ = ["at", "demo"]
