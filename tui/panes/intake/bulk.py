"""Marked applications settled at once: one reason is asked for, and at the end it is said what could not be done, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.office.bulk import Bulk, resolve_each
from tui.panes.intake.record import ACCEPTING, REFUSING, reasons
from tui.widgets.dialogs import Choice
from tui.words import no

if TYPE_CHECKING:
    from tui.host import Host

NAMED = 30
"""So many numbers are named in a question; of more, how many they are."""


def numbers_words(numbers: Sequence[int]) -> str:
    """0003、0007 ほか 2件."""
    named = "、".join(no(number) for number in numbers[:NAMED])
    return named + (f" ほか {len(numbers) - NAMED}件" if len(numbers) > NAMED else "")


async def resolve_marked(app: Host, numbers: Sequence[int], accept: bool) -> Bulk | None:
    """Ask for the reason and settle them; None when nobody gave one. What is stopped halfway stays as far as it came."""
    title = "印を付けた保留を受け付ける理由" if accept else "印を付けた保留を不受理にする理由"
    question = f"{len(numbers)}件すべてに、同じ理由を残します: {numbers_words(numbers)}"
    reason = await app.ask(Choice(title, question, reasons(ACCEPTING if accept else REFUSING)))
    if reason is None:
        return None
    intake = app.session.office.intake
    title = "まとめて受け付ける" if accept else "まとめて不受理にする"
    return await app.run_job(
        title, lambda progress: resolve_each(intake, numbers, accept, reason, progress), resumes=True
    )


def told(bulk: Bulk, accept: bool) -> str:
    """What was done, and what was not."""
    parts = [f"{len(bulk.done)}件を{'受け付けました' if accept else '不受理にしました'}。"]
    if bulk.failed:
        parts.append(f"できなかったもの {len(bulk.failed)}件（そのままです。印を残してあります）:")
        for number, error in bulk.failed:
            parts.append(f"{no(number)} {error.what}")
            if error.next_step:
                parts.append(f"     次にすること: {error.next_step}")
    if bulk.left:
        parts.append(
            f"取りやめたため、まだのもの {len(bulk.left)}件（印を残してあります）: {numbers_words(bulk.left)}"
        )
    return "\n".join(parts)
