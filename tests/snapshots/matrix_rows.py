"""The matrix, first half: applications and participants. A new action or sheet gets its row here or in `matrix_rows_more`."""

from __future__ import annotations

from typing import Any

from core.roles import Right, Site
from tests.snapshots.matrix_walk import Row, Then, Walk
from tests.snapshots.pictures import Doing, press, write

C, W = Site.CONTRACTOR, Site.WARD


def keys(*pressed: str) -> Doing:
    """Press these first."""

    async def go(pilot: Any) -> None:
        await press(pilot, *pressed)

    return go


LIST = (Row("search"), Row("sort", "Choice"), Row("jump"))
"""What most lists of people offer."""

INTAKE = (
    Row("open", "RecordSheet"),
    Row("new", "EntrySheet", site=C),
    Row("new_desk", "EntrySheet", site=W),
    Row("take_in", "FileChoice", then=(Then("file", ("end", "enter"), "PreviewSheet"),)),
    Row("unconfirmed", after=("u",)),
    Row(
        "link",
        "Choice",
        then=(
            Then("number", ("end", "up", "enter"), "Prompt"),
            Then("asked", ("enter",), "Choice", typed="2"),
        ),
    ),
    Row("send", "Choice"),
    Row("carry", "Prompt"),
    *LIST,
    Row("held"),
    Row("mark"),
    Row("unmark"),
    *(
        Row(name, "Choice", first=keys("home", "space"), then=(Then("done", ("enter",), "Message"),))
        for name in ("accept_marked", "refuse_marked")
    ),
)
RECORD = (
    Row("edit", "EditSheet"),
    Row("accept", "Choice"),
    Row("refuse", "Choice"),
    Row("withdraw", "Choice"),
    Row("sources", "Message"),
    Row("rights", "Choice", then=(Then("disclose", ("enter",), "Prompt"),)),
)
LEFT = (Row("rights", "Choice", then=(Then("left", ("end", "enter"), "Message"),)),)
"""Where somebody may still stand."""
ERASED = (
    Row(
        "rights",
        "Choice",
        then=(
            Then("reason", ("down", "down", "enter"), "Choice"),
            Then("left", ("enter",), "Message"),
            Then("number", ("enter",), "Prompt"),
            Then("gone", ("enter",), "Message", typed="5"),
        ),
        ends=True,
    ),
)
"""One person who takes no part is erased."""
FIFTH = ("down", "down", "down", "down", "enter")
"""Somebody who was refused."""


def filled(*fields: str) -> Doing:
    """Typed into the form, field after field."""

    async def go(pilot: Any) -> None:
        for text in fields:
            await write(pilot, text)
            await press(pilot, "enter")

    return go


COMPANION = {
    C: filled("1690074", "2-14-7", "サトウ ジロウ", "S30.2.3", "03-5321-7701", "", "A", "スズキ イチロウ"),
    W: filled("1600022", "6-24-16", "カトウ ハルコ", "S30.2.3", "03-3354-7729", "", "A", "カトウ ヒデオ"),
}
"""Somebody who writes with whom they go."""

ENTRY = (
    Row("save"),
    Row("discard", "Choice"),
    *(Row("_together", "Choice", first=form, keys=("f10",), site=site) for site, form in COMPANION.items()),
)
EDIT = (
    Row("discard", "Choice"),
    Row("save", "Choice", first=keys("end", "backspace", "9"), ends=True),
)
HELD = ("h", "enter")

APPLICATIONS: tuple[Walk, ...] = (
    *(Walk("intake", stage, INTAKE, site=site) for site, stage in ((C, "intake"), (W, "counter"))),
    *(
        Walk(
            "record", stage, RECORD, "intake", HELD, "RecordSheet",
            site=site, needs=Right.OPEN_RECORD, told=True,
        )
        for site, stage in ((C, "intake"), (W, "counter"))
    ),
    *(
        Walk(
            "record", stage, (Row("link", "Choice|Prompt"),), "intake", way, "RecordSheet",
            site=site, needs=right, told=True, name="record-group",
        )
        for site, stage, right, way in (
            (C, "intake", Right.INTAKE, ("enter",)),
            (W, "counter", Right.DESK, HELD),
        )
    ),
    Walk(
        "record", "printed", LEFT, "intake", FIFTH, "RecordSheet",
        needs=Right.ERASE, told=True, name="record-left",
    ),
    Walk(
        "record", "printed", ERASED, "intake", FIFTH, "RecordSheet",
        site=C, needs=Right.ERASE, told=True, name="record-erased",
    ),
    *(
        Walk("entry", "intake", ENTRY, "intake", ("n",), "EntrySheet", site=site, needs=right)
        for site, right in ((C, Right.INTAKE), (W, Right.DESK))
    ),
    *(
        Walk(
            "edit", stage, EDIT, "intake", (*HELD, "e"), "EditSheet", site=site, needs=right, told=True
        )
        for site, stage, right in ((C, "intake", Right.INTAKE), (W, "counter", Right.DESK))
    ),
    Walk(
        "preview", "intake", (Row("commit", "PreviewSheet", ends=True),),
        "intake", ("i", "end", "enter"), "PreviewSheet", site=C, needs=Right.INTAKE,
    ),
)  # fmt: skip

OUTING = (
    *LIST,
    Row("phones", "Choice", then=(Then("opened", ("enter",), "Message"),)),
    Row("no_shows", "Choice"),
    Row("cancel", "Choice"),
    Row("decline", "Choice"),
    Row("close", "Choice"),
    Row("reprint", "Choice", then=(Then("paper", ("enter",), "Prompt"),)),
    Row("bounced", "Choice"),
    Row("rights", "Choice"),
    Row("roster", "Choice", then=(Then("where", ("enter",), "Prompt"),)),
    Row("attend"),
    Row("absent"),
)
INTO_A = ("enter",)

PARTICIPANTS: tuple[Walk, ...] = (
    Walk(
        "participants",
        "dispatched",
        (Row("outing", "OutingSheet"), Row("chart", "Message"), Row("send"), Row("late")),
    ),
    Walk("participants", "cancelled", (Row("send", "Choice"),), site=C, name="participants-cancelled"),
    Walk("participants", "late", (Row("late", "Choice"),), site=C, name="participants-late"),
    Walk(
        "participants",
        "approved",
        (
            Row(
                "notices",
                "Choice",
                then=(Then("paper", ("enter",), "Prompt"), Then("made", ("enter",), "Choice")),
            ),
            Row(
                "_words",
                "Prompt",
                needs=Right.PAPERS,
                keys=("t", "end", "up", "up", "enter"),
                then=(Then("written", ("enter",), "Message"),),
            ),
            Row("_words_back", "Prompt", needs=Right.PAPERS, keys=("t", "end", "up", "enter")),
            Row("_window", "Prompt", needs=Right.PAPERS, keys=("t", "end", "enter")),
        ),
        site=C,
        name="participants-approved",
    ),
    Walk("participants", "review", (Row("outing", "Message"),), name="participants-before"),
    Walk("outing", "dispatched", OUTING, "participants", INTO_A, "OutingSheet"),
    Walk(
        "outing",
        "drawn",
        (Row("release", "Prompt"), Row("shrink", "Choice"), Row("reserve", "Choice", first=keys("end"))),
        "participants",
        INTO_A,
        "OutingSheet",
        site=C,
        name="outing-drawn",
    ),
    Walk(
        "outing",
        "sent_back",
        (Row("disqualify", "Choice", first=keys("down", "down")),),
        "participants",
        INTO_A,
        "OutingSheet",
        site=C,
        name="outing-sent_back",
    ),
)
