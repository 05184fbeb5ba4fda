"""What lists must not show of the people in the pictures, in every way the screens write it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from core.applicant import Applicant, town_of
from tests.snapshots.world import World
from tui.words import era, era_short


def written(applicant: Applicant) -> Iterator[str]:
    """Birth date, address below the town, telephone and mail address, without blanks."""
    if applicant.birth_date:
        yield from (
            applicant.birth_date.isoformat(),
            era(applicant.birth_date),
            era_short(applicant.birth_date),
        )
        yield f"{applicant.birth_date:%Y%m%d}"
    if applicant.phone:
        digits = "".join(letter for letter in applicant.phone if letter.isdecimal())
        yield from (applicant.phone, digits, f"{digits[:-4]}-{digits[-4:]}", f"-{digits[-4:]}")
    if applicant.email:
        yield applicant.email
    if applicant.postal_code:
        yield from (applicant.postal_code, f"{applicant.postal_code[:3]}-{applicant.postal_code[3:]}")
    beyond = applicant.address.removeprefix(town_of(applicant.address)).split()
    yield from beyond


def secrets_of(world: World) -> set[str]:
    """All of that, of everybody either site has ever known."""
    found: set[str] = set()
    for place in (world.contractor, world.ward):
        with place.store.read() as tx:
            for application in tx.applications.all():
                for version, _, _ in [
                    (application, None, None),
                    *tx.applications.history(application.number),
                ]:
                    found.update(map(squeezed, written(version.applicant)))
    return {secret for secret in found if len(secret) > 4}


def squeezed(text: str) -> str:
    """Without blanks, and every letter in its plain width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def told(world: World, words: str) -> list[str]:
    """The private things of the world that stand in these words."""
    plain = squeezed(words)
    return sorted(secret for secret in secrets_of(world) if secret in plain)
