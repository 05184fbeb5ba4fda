"""The key that comes of a password takes a third of a second of a processor, and thousands of tests log in with a few passwords
to copies of a few vaults: in a test process each is derived once."""

from __future__ import annotations

import sys
from functools import lru_cache

from storage.vault import kdf


def install() -> None:
    """From now on, also where it was imported by name."""
    derive = kdf.derive
    once = lru_cache(maxsize=1024)(derive)
    for module in list(sys.modules.values()):
        if vars(module).get("derive") is derive:
            module.derive = once  # type: ignore[attr-defined]
