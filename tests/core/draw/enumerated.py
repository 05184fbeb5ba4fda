"""Every order of a few units with its probability, and who sits where in each: no randomness, no engine."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations

from core.draw.roll import ListLine
from core.draw.rules import Course

NOWHERE = "-"


def orders(lines: Sequence[ListLine]) -> Iterator[tuple[tuple[ListLine, ...], Fraction]]:
    """All orders. The smallest of t uniform numbers comes first with t / (sum of all t), then the rest likewise."""
    for order in permutations(lines):
        left, chance = sum(line.tickets for line in lines), Fraction(1)
        for line in order:
            chance *= Fraction(line.tickets, left)
            left -= line.tickets
        yield order, chance


def seated(order: Sequence[ListLine], courses: Sequence[Course]) -> dict[str, str]:
    """By unit the outing it gets, or `NOWHERE`: the rule as the format says it."""
    free = {course.code: course.capacity - course.reserve for course in courses}
    got = {}
    for line in order:
        fits = [code for code in line.courses if free[code] >= line.size]
        got[line.id] = fits[0] if fits else NOWHERE
        if fits:
            free[fits[0]] -= line.size
    return got


def chances(lines: Sequence[ListLine], courses: Sequence[Course]) -> dict[str, dict[str, Fraction]]:
    """By unit, the probability of each outing and of `NOWHERE`; those that cannot happen are not there."""
    found: dict[str, dict[str, Fraction]] = {line.id: {} for line in lines}
    for order, chance in orders(lines):
        for unit_id, code in seated(order, courses).items():
            found[unit_id][code] = found[unit_id].get(code, Fraction(0)) + chance
    return found


def anywhere(of: dict[str, Fraction]) -> Fraction:
    return 1 - of.get(NOWHERE, Fraction(0))
