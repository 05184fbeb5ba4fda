"""Passphrases made by the program: syllables as one types them with the input method off."""

from __future__ import annotations

from collections.abc import Callable

SYLLABLES = (
    *(first + vowel for first in "kstnhmrgzdbp" for vowel in "aiueo"),
    "wa", "ya", "yu", "yo",
)  # fmt: skip
"""64 of two letters each, so that six random bits choose one: nothing to spell, no capitals, no digits."""
GROUPS, IN_A_GROUP = 4, 3
BITS = 6 * GROUPS * IN_A_GROUP
"""72."""


def make_phrase(entropy: Callable[[int], bytes]) -> str:
    """Twelve syllables in four groups, like `kasemo-tirugo-yapeni-danozu`, of `BITS` random bits."""
    chosen = [SYLLABLES[byte % len(SYLLABLES)] for byte in entropy(GROUPS * IN_A_GROUP)]
    return "-".join(
        "".join(chosen[start : start + IN_A_GROUP]) for start in range(0, len(chosen), IN_A_GROUP)
    )
