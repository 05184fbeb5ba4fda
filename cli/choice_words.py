"""The words of what an option or argument can be, for whoever wrote something else. Loaded only then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from cli.commands.review import ReviewSort
from core.applicant import ROUTE_WORDS
from core.draw.abandoned import REASON_WORDS
from core.exchange.code_kinds import CODE_WORDS
from core.ledger.codes import (
    ACT_WORDS,
    CONTENT_WORDS,
    MEDIUM_WORDS,
    PLACE_WORDS,
    UNIT_WORDS,
)
from core.notice_kinds import FORM_WORDS
from core.office.choices import (
    ASIDE_WORDS,
    BOX_WORDS,
    CALLEE_WORDS,
    LOG_WORDS,
    REPORT_WORDS,
    WHAT_WORDS,
)
from core.office.ledger import BY_HAND
from core.office.listing import ORDER_WORDS, Order
from core.register_kinds import REGISTERS
from core.roles import ROLE_WORDS, SITE_WORDS

_BY_HAND_WORDS = {act: words for act, words in ACT_WORDS.items() if act in BY_HAND}
"""The ledger's other acts nobody may write."""
_SORT_WORDS = {ReviewSort.EXCEPTIONS: "気になるものが先"} | {
    sort: ORDER_WORDS[Order(sort.value)] for sort in ReviewSort if sort is not ReviewSort.EXCEPTIONS
}
_ALL: tuple[Mapping[Any, str], ...] = (
    ASIDE_WORDS, BOX_WORDS, CALLEE_WORDS, CODE_WORDS, CONTENT_WORDS, FORM_WORDS, LOG_WORDS, MEDIUM_WORDS, ORDER_WORDS,
    PLACE_WORDS, REASON_WORDS, REPORT_WORDS, ROLE_WORDS, ROUTE_WORDS, SITE_WORDS, UNIT_WORDS, WHAT_WORDS, _BY_HAND_WORDS,
    _SORT_WORDS, {kind: register.words for kind, register in REGISTERS.items()},
)  # fmt: skip
_BY_TYPE: dict[type[Enum], Mapping[Any, str]] = {type(next(iter(words))): words for words in _ALL}


def words_of(choices: Sequence[Enum]) -> dict[str, str]:
    """What may be written, with its words: "" for choices that have none."""
    words = _BY_TYPE.get(type(choices[0]), dict.fromkeys(choices, ""))
    return {one.value: words[one] for one in choices if one in words}
