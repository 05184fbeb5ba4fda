"""Postal codes and towns, from Japan Post's list (towns.tsv beside this file; tools/make_towns.py writes it).

The table covers Tokyo's special wards. For a ward it does not cover nothing is known, and nothing is warned of.
It is the program's own text, read once when first asked for; no personal data passes here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, order=True)
class Town:
    """A town (町名), or "" for what the list calls 以下に掲載がない場合, with its postal codes."""

    prefecture: str
    city: str
    name: str
    codes: frozenset[str]


@cache
def _towns() -> tuple[Town, ...]:
    lines = files("core.people").joinpath("towns.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple(
        Town(prefecture, city, name, frozenset(codes.split())) for prefecture, city, name, codes in rows
    )


@cache
def _by_code() -> dict[str, tuple[Town, ...]]:
    found: defaultdict[str, list[Town]] = defaultdict(list)
    for town in _towns():
        for code in town.codes:
            found[code].append(town)
    return {code: tuple(towns) for code, towns in found.items()}


@cache
def towns_of(prefecture: str, ward: str) -> tuple[Town, ...]:
    """The ward's towns, longest name first; empty for a ward the table does not cover."""
    inside = [town for town in _towns() if (town.prefecture, town.city) == (prefecture, ward)]
    return tuple(sorted(inside, key=lambda town: (-len(town.name), town.name)))


@cache
def _by_name(prefecture: str, ward: str) -> tuple[tuple[int, ...], dict[str, Town]]:
    """The lengths a town's name has here, longest first, and the towns by name."""
    named = {town.name: town for town in reversed(towns_of(prefecture, ward)) if town.name}
    return tuple(sorted({len(name) for name in named}, reverse=True)), named


def towns_with(postal_code: str) -> tuple[Town, ...]:
    """The towns of a seven-digit code (keyed entry: code → town); empty when the table has none."""
    return _by_code().get(postal_code, ())


def town_at_start(prefecture: str, ward: str, rest: str) -> Town | None:
    """The town with the longest name that `rest`, an address without prefecture and ward, begins with."""
    lengths, named = _by_name(prefecture, ward)
    for length in lengths:
        if town := named.get(rest[:length]):
            return town
    return None
