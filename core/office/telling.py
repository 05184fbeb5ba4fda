"""Who was told what last: the dispatches ⑪ as they were noted, the returned ones taken out again."""

from __future__ import annotations

from dataclasses import dataclass

from core.notice_kinds import ADMITS, NOTICE_WORDS, NoticeKind
from core.office.plans import done_draws, draw_of
from core.office.ports import Tx

_RETURNED = "returned"


def told(kind: NoticeKind, outing: str, draw: str) -> str:
    """What a notice tells, as its dispatch is noted.

    `admission:A`: who moves to another outing gets another card; a seat from the waiting list is a card like any other.
    `called_off:A`. `rejection`, from the second draw on with its name (`draw` is "" for the first): who waits is told once, and
    not again when the waiting is over.
    """
    if kind in ADMITS:
        return f"{NoticeKind.ADMISSION}:{outing}"
    if kind is NoticeKind.CALLED_OFF:
        return f"{kind}:{outing}"
    return f"{NoticeKind.REJECTION}:{draw}" if draw else str(NoticeKind.REJECTION)


def returned(words: str) -> str:
    """How it is noted that a notice which told this has come back: it does not count as told."""
    return f"{_RETURNED}:{words}"


def told_words(words: str) -> str:
    """What `told` or `returned` noted, as people read it."""
    if words.startswith(f"{_RETURNED}:"):
        return f"戻ってきた（{told_words(words.partition(':')[2])}）"
    kind, _, about = words.partition(":")
    outing = f" 回 {about}" if about and kind != NoticeKind.REJECTION else ""
    return NOTICE_WORDS[NoticeKind(kind)] + outing


@dataclass(frozen=True)
class Told:
    """What went out to one person about one draw."""

    last: str = ""
    """What the notice that went out last, and did not come back, told; "" for none."""
    others: tuple[str, ...] = ()
    """What all of them told, oldest first, returned ones too."""

    def nth(self, words: str) -> int:
        """How many other notices went out since the first: a notice told again after them is another letter."""
        return sum(other != words for other in self.others)


def told_so_far(tx: Tx) -> dict[tuple[str, str], Told]:
    """By record and draw.

    A card names its outing, and so its draw; a rejection names its draw from the second draw on.
    """
    done = done_draws(tx)
    found: dict[tuple[str, str], Told] = {}
    draws: dict[str, str | None] = {}
    for record, noted in tx.notices.all():
        words = noted.removeprefix(f"{_RETURNED}:")
        word, _, rest = words.partition(":")
        if word == NoticeKind.REJECTION:
            draw = rest or next(iter(done), None)
        else:
            if rest not in draws:
                draws[rest] = draw_of(tx, rest)
            draw = draws[rest]
        if draw is None:
            continue
        before = found.get((record, draw), Told())
        if words != noted:
            found[record, draw] = Told("" if before.last == words else before.last, before.others)
        else:
            found[record, draw] = Told(words, (*before.others, words))
    return found
