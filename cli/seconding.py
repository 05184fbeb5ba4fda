"""What a command does where the programme asks for a second person: it proposes, and says how it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import Refused

if TYPE_CHECKING:
    from cli.session import Session


@contextmanager
def seconding(session: Session) -> Iterator[None]:
    """Within it a deed that takes two people becomes a proposal, once. Raises `Refused` with its number."""
    try:
        yield
    except Refused as needs:
        from core.office.second import (
            DEED_WORDS,
            NeedsSecond,
        )  # with its use cases: most commands are not refused so

        if not isinstance(needs, NeedsSecond):
            raise
        one = session.office.second.propose(needs.subject)
        raise Refused(
            f"{DEED_WORDS[one.deed]}には、もう一人の確認が要ります。発議しました。まだ行っていません",
            where=f"番号 {one.id}、{one.told}",
            next_step=f"ほかの取扱責任者か取扱者が {one.agreement.until:%Y-%m-%d %H:%M} までに ikiiki second confirm {one.id[:4]} "
            "で確かめたあと、同じ命令をもう一度実行してください",
        ) from needs
