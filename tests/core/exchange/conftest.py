"""Two sites with fixed keys."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys


@dataclass(frozen=True)
class Two:
    contractor: SiteKeys
    ward: SiteKeys
    courier: SigningKey


@pytest.fixture(scope="session")
def two() -> Two:
    return Two(
        SiteKeys.from_random(bytes(range(SITE_KEY_BYTES))),
        SiteKeys.from_random(bytes(reversed(range(SITE_KEY_BYTES)))),
        SigningKey(b"\x05" * 32),
    )
