"""What each site's lines say to have seen of the other's ledger, held against that ledger: each is the other's witness.

A site that shows two histories, or that says after a restore to hold less than it did, is found by its own signed lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.ledger.line import line_hash
from core.office.ports import Tx
from core.office.unsettled import restored_of
from core.roles import SITE_WORDS, Site

_SEEN = re.compile(rb'"seen":\{"head":"([0-9a-f]{64})","size":([0-9]{1,7})\}')
"""As a line's canonical JSON has it: parsing every line whole takes far longer."""


@dataclass(frozen=True)
class _Seen:
    line: int
    size: int
    head: str


def belied(tx: Tx, site: Site) -> list[tuple[Site, str]]:
    """(whose lines, sentence) where one site tells to have seen lines of the other's that read otherwise here, or that are not here.

    Of its own lines `site` may hold fewer than they tell, after a restore and until the partner's bundles have come once more; and
    the partner's may tell more than there is while a restore waits to be settled.
    """
    found = []
    for org in Site:
        heads = [line_hash(raw) for raw in tx.ledger.lines(org.other)]
        other = [one for one in _seen(tx, org) if one.size <= len(heads) and one.head != heads[one.size - 1]]
        more = [one for one in _seen(tx, org) if one.size > len(heads)]
        whose = SITE_WORDS[org.other]
        if other:
            found.append(
                (
                    org,
                    f"管理簿 {other[0].line}行目{_rest(other)}: {whose}の管理簿{other[0].size}行目を、ここにあるものと違う行として見たと記しています",
                )
            )
        if more and org is not site and restored_of(tx) is None:
            found.append(
                (
                    org,
                    f"管理簿 {more[0].line}行目{_rest(more)}: {whose}の管理簿にない{more[0].size}行目まで見たと記しています",
                )
            )
    return found


def _seen(tx: Tx, org: Site) -> list[_Seen]:
    """What that site's lines tell to have seen; a line of no good form is for the check of the chain to name."""
    found = ((number, _SEEN.search(raw)) for number, raw in enumerate(tx.ledger.lines(org), start=1))
    return [
        _Seen(number, size, match[1].decode("ascii"))
        for number, match in found
        if match is not None and (size := int(match[2]))
    ]


def _rest(found: list[_Seen]) -> str:
    return f" ほか{len(found) - 1}行" if len(found) > 1 else ""
