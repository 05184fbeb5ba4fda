"""Applications that came back after a restore: the rows of the files they were read from are lost with the vault.

So the next export of the form, which has them all, would bring them a second time. Here they are known again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from core.applicant import Applicant, Application, Route
from core.office.ports import Tx
from core.people.duplicates import folded_key

_RETURNED = "returned_applications"


def note_returned(tx: Tx, numbers: Iterable[int]) -> None:
    """These came back and were not in the backup."""
    tx.settings.put(_RETURNED, json.dumps(sorted({*_numbers(tx), *numbers})))


def returned(tx: Tx) -> dict[str, list[Application]]:
    """Those that a web form had brought, by `mark`."""
    found: dict[str, list[Application]] = {}
    for one in tx.applications.by_numbers(sorted(_numbers(tx))):
        if one.route is Route.WEB:
            found.setdefault(mark(one.receipt, one.applicant), []).append(one)
    return found


def mark(receipt: str | None, applicant: Applicant) -> str:
    """By what a row is looked for: its receipt, or else the person."""
    return folded_key(applicant) if receipt is None else f"receipt {receipt}"


def same_row(one: Application, receipt: str | None, read: Applicant) -> bool:
    """Whether a row of a form is the one this application was made from: of this receipt and person, or without a receipt of
    this very person."""
    mine, key = one.applicant, folded_key(one.applicant)
    if one.receipt != receipt:
        return False
    if key and key == folded_key(read):
        return True
    return receipt is not None and (mine.kana == read.kana or mine.birth_date == read.birth_date)


def _numbers(tx: Tx) -> set[int]:
    return set(json.loads(tx.settings.get(_RETURNED) or "[]"))
