"""Unfinished forms in which an erased person stands, found however they were typed.

Of a form half typed nobody can say whose it will be: the entry forms all go, there is one a login at most and the paper
lies at hand. The person's own correction goes by its name, since it may hold nothing but a new telephone number. In
what is left (a line typed into a window, another's correction) the person is looked for folded on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.applicant import Applicant
from core.office.drafts import ENTRY, edit_of, edited
from core.people.dates import read_date
from core.people.kana import fold_kana
from storage.store.rows import Connection, json_of, json_text

_SHORTEST = 3
"""Letters or digits below which a word is in too many others to tell of anybody."""


def drop_drafts(connection: Connection, number: int, versions: Iterable[Applicant]) -> None:
    """Everybody's unfinished forms about this person, who is the one of `versions`; other forms stay."""
    known = list(versions)
    for staff_id, text in connection.execute("SELECT staff_id, body FROM draft").fetchall():
        forms = json_of(text).get("forms")  # one alone, in a vault of before there were several: an entry
        rest = [one for one in forms or () if not _about(one[0], one[1], number, known)]
        if forms is not None and len(rest) == len(forms):
            continue
        connection.execute("DELETE FROM draft WHERE staff_id = ?", (staff_id,))
        if rest:
            connection.execute(
                "INSERT INTO draft (staff_id, body) VALUES (?, ?)", (staff_id, json_text({"forms": rest}))
            )


def _about(form: str, fields: Mapping[str, Any], number: int, known: Iterable[Applicant]) -> bool:
    if form in (ENTRY, edit_of(number)):
        return True
    # Another's correction: a couple shares the house, and many share a birthday.
    other = edited(form) is not None
    return any(_stands_in(str(value), who, other=other) for value in fields.values() for who in known)


def _stands_in(text: str, who: Applicant, *, other: bool) -> bool:
    words = [who.kana, who.phone, who.email or ""] + ([] if other else [who.address])
    folded = _fold(text)
    if any(len(word) >= _SHORTEST and word in folded for word in map(_fold, words)):
        return True
    return not other and who.birth_date is not None and read_date(text, keyed=True) == who.birth_date


def _fold(text: str) -> str:
    """Of one width, katakana, small letters, and without what people put between: 03-5273-1001, 03 5273 1001."""
    return re.sub(r"[\W_]", "", fold_kana(text)).casefold()
