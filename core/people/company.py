"""With whom somebody writes that they come, where it is no group code: how many they are, or a companion's name.

Neither is kept with the person: a name only serves to look the companion's own application up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.people.kana import read_kana
from core.people.text import Value, as_text, cleaned, fold_width, is_nothing, one_line
from core.people.wishes import read_group

NAMED = "相手あり"
"""What stands in a draft where a companion was named: no code, so that whoever goes on asks again."""
_PEOPLE = re.compile(r"([0-9]{1,2}) ?(?:人|名|にん)(?:組|グループ|で)?")
_TITLE = re.compile(r" ?(?:さん|サン|様|殿)$")


@dataclass(frozen=True)
class Company:
    """What a group's cell says, besides a code."""

    people: int | None = None
    """How many they are in all, two and more."""
    kana: str = ""
    """A companion's name as it would be stored, "" where none can be read."""
    in_words: bool = False
    """Whether it is told in words, of which nothing is kept."""


def read_company(value: Value) -> Company:
    """`3人` or a name in kana (with さん or 様, or without); nothing where the cell is empty, a code or cannot be read."""
    try:
        if read_group(value) is not None:
            return Company()
    except ValueError:
        pass
    text = one_line(fold_width(cleaned(as_text(value))))
    if is_nothing(text):
        return Company()
    match = _PEOPLE.fullmatch(text)
    if match is not None:
        return Company(people=int(match[1])) if int(match[1]) > 1 else Company()
    return Company(kana=read_kana(_TITLE.sub("", text)) or "", in_words=True)
