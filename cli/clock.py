"""The one clock of the product."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """The present moment with this machine's offset."""
    return dt.datetime.now().astimezone()
