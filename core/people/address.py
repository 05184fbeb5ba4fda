"""Addresses: one line from the prefecture to the room, and whether it lies in the ward.

The ward is read from the text; a postal code alone never decides. Where text and postal table disagree, or a
town is spelled otherwise than in the table (霞ヶ丘町, 市ヶ谷), it is a warning and a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core.applicant import Warning_
from core.people.postal import split_postal_code
from core.people.text import cleaned, fold_width, is_nothing, join_dashes, one_line
from core.people.towns import Town, town_at_start, towns_of, towns_with

_ROOM = re.compile(
    r"(?:[0-9]{1,2}(?:階|F) ?)?(?:[A-Z]{0,2}-?[0-9]{1,5}[A-Z]?(?:号室|号|室|階|F)?|[0-9]{1,2}(?:階|F))"
)


@dataclass(frozen=True)
class Address:
    """An address as stored; `inside` says whether its text names the ward."""

    postal_code: str
    text: str
    inside: bool
    warnings: tuple[Warning_, ...] = ()


def read_address(text: str, building: str, postal_code: str, *, prefecture: str, ward: str) -> Address:
    """One address from its cells (`postal_code` as read, or "").

    The ward's addresses always begin with prefecture and ward, so that the same place is the same text
    whether or not 東京都 was written. A line end in the address joins its parts.
    """
    line = _line(text)
    within, line = split_postal_code("" if is_nothing(line) else line)
    if not line:
        return Address(postal_code or within, "", inside=False)
    code = postal_code or within
    rest = _after_ward(line, code, prefecture, ward)
    stored = line if rest is None else f"{prefecture}{ward}{rest}"
    house = read_building(building)
    if house and not stored.endswith(house):
        stored = _line(f"{stored} {house}")
    warnings = () if rest is None else _warnings(rest, code, prefecture, ward)
    if within and within != code and Warning_.POSTAL_CODE_MISMATCH not in warnings:
        warnings = (*warnings, Warning_.POSTAL_CODE_MISMATCH)
    return Address(code, stored, rest is not None, warnings)


def read_building(text: str) -> str:
    """The building's name and room. People add remarks on a second line (ご連絡は午後に); nothing but the five
    items may be kept of a person, so of further lines only a room number stays."""
    if not text:
        return ""
    lines = [_line(line) for line in cleaned(text).split("\n") if line.strip()]
    kept = [line for number, line in enumerate(lines) if number == 0 or _ROOM.fullmatch(line)]
    house = " ".join(kept)
    return "" if is_nothing(house) else house


def _line(text: str) -> str:
    return one_line(join_dashes(one_line(fold_width(cleaned(text)))))


def _after_ward(line: str, code: str, prefecture: str, ward: str) -> str | None:
    """What follows prefecture and ward, or None when the address lies elsewhere."""
    named = _ward_named(prefecture, ward).match(line)
    if named:
        return _once(line[named.end() :], prefecture, ward)
    bare = line.removeprefix(prefecture).strip()
    town = town_at_start(prefecture, ward, bare)
    inside = town and any(_in(found, prefecture, ward) for found in towns_with(code))
    return _once(bare, prefecture, ward) if inside else None


@cache
def _ward_named(prefecture: str, ward: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{re.escape(prefecture)}|{re.escape(prefecture[:-1])})? ?{re.escape(ward)} ?")


def _once(rest: str, prefecture: str, ward: str) -> str:
    """`rest` with its town written once: who types the town behind the one the postal code gave writes it twice."""
    town = town_at_start(prefecture, ward, rest)
    return rest[len(town.name) :] if town and rest.startswith(town.name * 2) else rest


def _in(town: Town, prefecture: str, ward: str) -> bool:
    return (town.prefecture, town.city) == (prefecture, ward)


def _warnings(rest: str, code: str, prefecture: str, ward: str) -> tuple[Warning_, ...]:
    if not towns_of(prefecture, ward):
        return ()
    town = town_at_start(prefecture, ward, rest)
    coded = [found for found in towns_with(code) if _in(found, prefecture, ward)]
    warnings: list[Warning_] = []
    if town is None:
        warnings.append(Warning_.UNKNOWN_TOWN)
    if code and not any(_fits(found, town) for found in coded):
        warnings.append(Warning_.POSTAL_CODE_MISMATCH)
    return tuple(warnings)


def _fits(coded: Town, town: Town | None) -> bool:
    """Whether a code's town is the one written; a tower's own code fits the town it stands in."""
    if town is None or not coded.name:
        return True
    return coded.name.startswith(town.name) or town.name.startswith(coded.name)
