"""Wished outings, and the code of those who go together."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.people.text import Value, as_text, cleaned, fold_width, is_nothing, join_dashes, one_line

_LIST = re.compile(r"[、,，・/;；|>→\n]+")
_BRACKETS = re.compile(r"\([^()]*\)|「[^「」]*」|\[[^\[\]]*\]")
_LABELLED = re.compile(r"([0-9A-Z]{1,4})(?:コース|こーす|班|回|日程|[:：.・ _-].*|[^0-9A-Z].*)?")
_PARTS = re.compile(r"[:：.・ _-]+")
"""What parts a code from its description."""
LONGEST_CODE = 4
"""Letters and digits of an outing's code."""
LONGEST_RUN = 40
"""Letters and digits of a run of codes; what is longer is something else."""
_RANK = re.compile(r"第?(?<![0-9一二三四五六七八九十])[0-9一二三四五六七八九十]+希望[:： ]*")
"""A number is tried from its beginning alone: a cell of nothing but digits would be gone over from each of them."""
_GROUP = re.compile(r"[0-9A-Z](?:[0-9A-Z_-]{0,18}[0-9A-Z])?")


@dataclass(frozen=True)
class Wishes:
    """Outing codes, first wish first, each once; `unread` when something written is no outing."""

    codes: tuple[str, ...]
    unread: bool


def read_wishes(cells: Sequence[Value], codes: Collection[str], places: Mapping[str, str]) -> Wishes:
    """The outings named in `cells`, first wish first.

    A cell holds a code, a code with its description (A 高尾山（6月10日）, Aコース), a place (`places`: its name
    → code), or a list of them parted by 、・,/; or white space, or by nothing where that can be read in one way only (`_run`).
    """
    found: list[str] = []
    unread = False
    for cell in cells:
        if (
            isinstance(cell, str) and cell in codes and cell not in places and not is_nothing(cell)
        ):  # a code and nothing else
            found.append(cell)
            continue
        text = _BRACKETS.sub("", fold_width(cleaned(as_text(cell))))
        for item in _LIST.split(text):
            named = _item(_RANK.sub("", one_line(item)), codes, places)
            unread = unread or named is None
            found += named or []
    return Wishes(tuple(dict.fromkeys(found)), unread)


def _item(item: str, codes: Collection[str], places: Mapping[str, str]) -> list[str] | None:
    if is_nothing(item):
        return []
    if item in places:
        return [places[item]]
    words = item.upper().split()
    runs = [_run(word, codes) for word in words]
    if all(runs):
        return [code for run in runs for code in run]
    match = _LABELLED.fullmatch(item.upper())
    if (
        match
        and match[1] in codes
        and not any(_looks_like_code(word) for word in _PARTS.split(item.upper())[1:])
    ):
        return [match[1]]
    return None


def _run(word: str, codes: Collection[str]) -> list[str]:
    """The codes written one after another in `word` (BA: B, then A), or the one that it is; [] where it cannot be cut
    into codes, or in more ways than one: which was meant is for a person to find out."""
    if word in codes:
        return [word]
    if len(word) > LONGEST_RUN:
        return []
    ways: list[list[list[str]]] = [[[]]]
    """Up to each place of the word: at most two ways to cut what is before it."""
    for end in range(1, len(word) + 1):
        before = [
            [*way, word[start:end]]
            for start in range(max(0, end - LONGEST_CODE), end)
            if word[start:end] in codes
            for way in ways[start]
        ]
        ways.append(before[:2])
    return ways[-1][0] if len(ways[-1]) == 1 else []


def _looks_like_code(word: str) -> bool:
    return re.fullmatch("[0-9A-Z]{1,4}", word) is not None


def read_group(value: Value) -> str | None:
    """The group's code in capitals, None when there is none. Raises ValueError when it is not a code:
    a free text (妻と一緒) says something about a person and may not be kept."""
    if value is None:
        return None
    text = join_dashes(one_line(fold_width(cleaned(as_text(value))))).replace(" ", "")
    if is_nothing(text):
        return None
    if not _GROUP.fullmatch(text.upper()):
        raise ValueError("not a group code")
    return text.upper()
