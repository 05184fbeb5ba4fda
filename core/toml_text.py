"""TOML that others wrote: `tomllib` lets two things through that are no errors of its own."""

from __future__ import annotations

import tomllib
from typing import Any

NotToml = tomllib.TOMLDecodeError
"""Its message names line and column, and may quote what stands there."""


def read_toml(text: str) -> dict[str, Any]:
    """The document in `text`. Raises `NotToml`, also for a number of thousands of digits and for lists nested as deep."""
    try:
        return tomllib.loads(text)
    except NotToml:
        raise
    except (ValueError, RecursionError) as error:
        raise NotToml("beyond what can be read") from error
