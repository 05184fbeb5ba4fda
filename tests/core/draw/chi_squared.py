"""How surprising counts are when the probabilities are known: Pearson's chi-squared, with its tail computed."""

import math
from collections.abc import Hashable, Mapping
from fractions import Fraction


def tail(x: float, freedom: int) -> float:
    """P(chi-squared with `freedom` degrees > x), by the recursion that adds two degrees at a time."""
    if freedom % 2:
        total, term, k = (
            math.erfc(math.sqrt(x / 2)),
            math.sqrt(x / 2) * math.exp(-x / 2) / math.gamma(1.5),
            3.0,
        )
    else:
        total, term, k = math.exp(-x / 2), x / 2 * math.exp(-x / 2), 4.0
    while k <= freedom:
        total += term
        term *= x / k
        k += 2
    return total


def surprise(counted: Mapping[Hashable, int], probabilities: Mapping[Hashable, Fraction]) -> float:
    """The probability of counts at least as far off as these. Rare outcomes (expected under 5) count as one.

    An outcome that cannot happen, but did, is an assertion, not a number.
    """
    impossible = [outcome for outcome in counted if not probabilities.get(outcome)]
    assert not impossible, impossible
    total = sum(counted.values())
    cells: list[tuple[float, int]] = []
    rare_expected, rare_counted = 0.0, 0
    for outcome, chance in probabilities.items():
        if total * chance < 5:
            rare_expected += float(total * chance)
            rare_counted += counted.get(outcome, 0)
        else:
            cells.append((float(total * chance), counted.get(outcome, 0)))
    if rare_expected >= 5:
        cells.append((rare_expected, rare_counted))
    assert len(cells) > 1, "nothing to compare"
    return tail(sum((seen - expected) ** 2 / expected for expected, seen in cells), len(cells) - 1)
