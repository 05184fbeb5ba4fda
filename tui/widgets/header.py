"""The three lines above every pane: where we are, where the programme stands, where to go."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from core.applicant import STATE_WORDS, State
from core.office.flow import FlowStatus, Mark
from core.roles import ROLE_WORDS, SITE_WORDS, Actor
from tui.actions import PANES
from tui.safety import clean, fit


def title_words(status: FlowStatus, actor: Actor, width: int) -> Text:
    """Programme and fiscal year, site, person (role), how many applications there are and how many are held.

    What does not fit in `width` cells gives way from the person on: the counts are always there.
    """
    title = f" {clean(status.title)}   "
    counts = f"   {STATE_WORDS[State.ACCEPTED]} {status.received}  {STATE_WORDS[State.HELD]} {status.held}"
    site = SITE_WORDS[actor.site]
    room = width - cell_len(title) - cell_len(counts)
    whole = f"{site} {clean(actor.name)}({ROLE_WORDS[actor.role]})"
    short = f"{site} {clean(actor.name)}"
    person = whole if cell_len(whole) <= room else fit(short, max(0, min(room, cell_len(short))))
    return Text(title + person + counts, no_wrap=True, overflow="ellipsis", end="")


def flow_words(status: FlowStatus) -> Text:
    """①–⑪: ✓ closes a run of steps done, the one at hand stands in brackets; then what comes next."""
    text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
    steps = status.steps
    for index, step in enumerate(steps):
        if step.state is Mark.NOW:
            text.append(f"[{step.mark}]", style="bold")
        else:
            text.append(step.mark)
        following = steps[index + 1].state if index + 1 < len(steps) else None
        if step.state is Mark.DONE and following is not Mark.DONE:
            text.append("✓")
    key = f"{status.key} " if status.key else ""
    text.append(f"  つぎ: {key}{clean(status.sentence)}", style="bold")
    return text


def keys_words(active: str) -> Text:
    """The function keys; the pane one is in stands in brackets."""
    text = Text(" ", no_wrap=True, end="")
    for key, place, name in PANES:
        if place == active:
            text.append(f"{key.upper()}[{name}]", style="reverse")
        else:
            text.append(f"{key.upper()}{name}")
        text.append(" ")
    text.append("F8操作 F9施錠 F1ヘルプ")
    return text
