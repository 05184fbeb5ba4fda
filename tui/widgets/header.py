"""The three lines above every pane: where we are, where the programme stands, where to go."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from core.applicant import STATE_WORDS, State
from core.office.due import Late, LateKind
from core.office.flow_line import FlowStatus, Mark
from core.roles import ROLE_WORDS, SITE_WORDS, Actor
from tui.action import PANES, Keymap, key_everywhere
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


def flow_words(status: FlowStatus, width: int, *, apart: bool = False) -> Text:
    """①–⑪: ✓ closes a run of steps done, the one at hand stands in brackets; what is late; then what comes next.

    `apart`: with blanks between, where they are drawn as plain numbers. In `width` cells what comes next goes before the words for what is late: those give way, but never whole.
    """
    text = Text(" ", no_wrap=True, overflow="ellipsis", end="")
    steps = status.steps
    for index, step in enumerate(steps):
        if index and apart:
            text.append(" ")
        if step.state is Mark.NOW:
            text.append(f"[{step.mark}]", style="bold")
        else:
            text.append(step.mark)
        following = steps[index + 1].state if index + 1 < len(steps) else None
        if step.state is Mark.DONE and following is not Mark.DONE:
            text.append("✓")
    key = f"{status.key} " if status.key else ""
    coming = f"  つぎ: {key}{clean(status.sentence)}"
    if status.late:
        room = width - text.cell_len - cell_len(coming) - 2
        forms = late_forms(status.late)
        text.append("  ")
        text.append(next((form for form in forms if cell_len(form) <= room), forms[-1]), style="reverse")
    text.append(coming, style="bold")
    return text


def late_forms(late: Sequence[Late]) -> list[str]:
    """What is late in one short phrase with the key of the pane that tells more, from the longest form to the shortest."""
    first, more = late[0].short, len(late) - 1
    others = f" ほか{more}" if more else ""
    key = late[0].key
    mark = "事故" if late[0].kind is LateKind.INCIDENT else "遅れ"
    return [f"{mark}: {first}{others} {key}", f"{mark}: {first} {key}", f"{mark}{len(late)} {key}"]


def keys_words(active: str, keymap: Keymap) -> Text:
    """The keys that work everywhere; the pane one is in stands in brackets."""
    text = Text(" ", no_wrap=True, end="")
    for _, place, name in PANES:
        key = key_everywhere(place, keymap)
        if place == active:
            text.append(f"{key}[{name}]", style="reverse")
        else:
            text.append(f"{key}{name}")
        text.append(" ")
    for place, name in (("menu", "操作"), ("lock", "施錠"), ("help", "ヘルプ")):
        text.append(f"{key_everywhere(place, keymap)}{name}{' ' if place != 'help' else ''}")
    return text
