"""The matrix, second half: the draw, the ledger, the exchange, the review, and one's password."""

from __future__ import annotations

from typing import Any

from core.roles import Right, Site
from tests.snapshots.matrix_rows import APPLICATIONS, LIST, PARTICIPANTS, keys
from tests.snapshots.matrix_rows_papers import PAPERS, PRINTED
from tests.snapshots.matrix_walk import Row, Then, Walk
from tests.snapshots.pictures import press

C, W = Site.CONTRACTOR, Site.WARD


async def to_the_returned(pilot: Any) -> None:
    """Down to the one that has been returned."""
    while pilot.app.place._list.current.verdict != "returned":
        await press(pilot, "down")


LOTTERY: tuple[Walk, ...] = (
    Walk(
        "lottery",
        "drawn",
        (
            Row("chances", "ChancesSheet", then=(Then("asked", ("enter",), "Choice"),)),
            Row("report", "Message"),
            Row("print", "Choice", then=PRINTED),
            Row("verify", "Message"),
            Row("publish", "Prompt"),
            Row("notice_hashes", "Message"),
            Row("chart", "Message"),
        ),
    ),
    Walk(
        "lottery",
        "founded",
        (Row("next", "Choice"), Row("seal_beacon", "Prompt")),
        site=C,
        name="lottery-founded",
    ),
    Walk(
        "lottery",
        "frozen",
        (
            Row("next", "Choice", site=W),
            Row("keep_sealed", "Choice"),
            Row("abandon", "Choice", then=(Then("asked", ("enter",), "Choice"),)),
        ),
        name="lottery-frozen",
    ),
    Walk("lottery", "absent", (Row("open_absent", "Choice"),), site=C, name="lottery-absent"),
    Walk("lottery", "dice", (Row("dice", "DiceSheet"),), name="lottery-dice"),
    Walk(
        "lottery",
        "beacon",
        (Row("dice", "Prompt"),),
        name="lottery-beacon",
    ),
    Walk(
        "lottery",
        "second_asked",
        (Row("next", "Choice", then=(Then("second", ("up", "enter"), "Choice"),)),),
        site=W,
        name="lottery-second",
    ),
    Walk("lottery", "round_two", (Row("next_round", "Choice"),), site=C, name="lottery-round_two"),
)

LEDGER: tuple[Walk, ...] = (
    Walk(
        "ledger",
        "box",
        (
            Row("_line", "Message", keys=("enter",)),
            Row("verify", "Message"),
            Row("box", "BoxLogSheet"),
            Row("export", "Prompt"),
            Row("inventory", "InventorySheet"),
            Row("backup", "Prompt", then=(Then("made", ("enter",), "Message"),)),
            Row("rehearse", "RehearsalSheet"),
            Row("print", "Choice", then=(Then("as", ("enter",), "Choice"), *PRINTED)),
            Row(
                "erase",
                "Message",
                then=(Then("step", ("enter",), "Choice"), Then("asked", ("down", "enter"), "Choice")),
            ),
            Row("second", "Message"),
            Row("safeguards", "Message"),
            Row("add", "Writing"),
            Row("search"),
            Row("sort", "Choice"),
            Row("site", after=("o",)),
            Row("access", after=("l",)),
            Row("log_review", "LogReviewSheet"),
        ),
    ),
    *(
        Walk(
            "ledger",
            moment,
            (
                Row(
                    "erase",
                    "Message",
                    then=(Then("step", ("enter",), "Choice"), Then("asked", ("down", "enter"), "Prompt")),
                ),
            ),
            name=f"ledger-{moment}",
        )
        for moment in ("erasure_proposed", "erasure_agreed")
    ),
    Walk(
        "ledger",
        "erasure_unprinted",
        (
            Row(
                "erase",
                "Message",
                then=(
                    Then("step", ("enter",), "Choice"),
                    Then("unprinted", ("down", "enter"), "Choice"),
                    Then("asked", ("down", "enter"), "Prompt"),
                ),
            ),
        ),
        name="ledger-erasure_unprinted",
    ),
    Walk(
        "ledger",
        "second_proposed",
        (
            Row(
                "second",
                "Choice",
                then=(Then("one", ("enter",), "Choice"), Then("drop", ("end", "enter"), "Choice")),
            ),
        ),
        name="ledger-second",
    ),
    Walk("ledger", "loosened", (Row("safeguards", "Choice"),), site=W, name="ledger-safeguards"),
    Walk(
        "erased",
        "printed",
        (Row("tick", "Choice"), Row("report", "Prompt")),
        "ledger",
        ("f7",),
        erased=True,
    ),
    Walk(
        "writing",
        "review",
        (
            Row("change", "Choice"),
            Row("_count", "Prompt", keys=("down", "down", "enter")),
            Row("save", "Workspace", ends=True),
        ),
        "ledger",
        ("n",),
        "Writing",
        needs=Right.LEDGER_ADD,
    ),
    Walk(
        "box_log",
        "box",
        (Row("open", "Choice|Message"), Row("state", "Message"), Row("search")),
        "ledger",
        ("b",),
        "BoxLogSheet",
        needs=Right.ACCESS_LOG,
    ),
)

EXCHANGE: tuple[Walk, ...] = (
    Walk(
        "exchange",
        "review",
        (
            Row("take_in"),
            Row("medium", "Prompt"),
            Row("carry", "Prompt"),
            Row("card", "Prompt", then=(Then("written", ("enter",), "Message"),)),
            Row("trust", "FileChoice", then=(Then("read", ("end", "enter"), "Prompt"),)),
            Row("renew", "Choice"),
            Row("doctor", "CheckupSheet"),
            Row("aside", "Message"),
            Row("void", "Message"),
            Row("sync", "Message"),
        ),
    ),
    Walk(
        "exchange",
        "dice",
        (
            Row(
                "tell",
                "Choice",
                then=(Then("value", ("down", "enter"), "Choice"), Then("told", ("down", "enter"), "Message")),
            ),
            Row("hear", "Choice", then=(Then("value", ("down", "enter"), "Prompt"),)),
        ),
        name="exchange-dice",
    ),
    Walk("exchange", "refused", (Row("aside", "Choice"),), name="exchange-refused"),
    Walk("exchange", "aside_by_ward", (Row("void", "Choice"),), site=C, name="exchange-aside"),
    Walk("exchange", "aside_by_contractor", (Row("void", "Choice"),), site=W, name="exchange-aside"),
    Walk("exchange", "both_aside", (Row("void", "Prompt"),), name="exchange-both_aside"),
    Walk("checkup", "review", (Row("open", "Message"),), "exchange", ("d",), "CheckupSheet"),
)

REVIEW: tuple[Walk, ...] = (
    Walk(
        "review",
        "review",
        (
            Row("open", "RecordSheet"),
            Row("return_", "Choice"),
            Row("range", "Prompt"),
            Row("paper", "Prompt"),
            Row("rest", "Choice"),
            Row("send", "Choice"),
            Row("duties", "DutySheet"),
            Row("requests", "Message"),
            Row("report", "Choice", then=PRINTED),
            *LIST,
            Row("stage", needs=Right.REVIEW, after=("t",)),
            Row("_overrule", "Choice", first=to_the_returned, keys=("enter",), needs=Right.REVIEW),
            Row("confirm", first=keys("home")),
            Row("undo"),
        ),
    ),
    Walk(
        "review",
        "erase_asked",
        (
            Row(
                "requests",
                "Choice",
                then=(
                    Then("one", ("enter",), "Choice"),
                    Then("number", ("down", "enter"), "Prompt"),
                    Then("gone", ("enter",), "Message", typed="1"),
                ),
                ends=True,
            ),
        ),
        site=W,
        needs=Right.ERASE,
        name="review-asked",
    ),
    Walk(
        "review",
        "erase_asked",
        (
            Row(
                "requests",
                "Choice",
                then=(
                    Then("one", ("enter",), "Choice"),
                    Then("reason", ("end", "enter"), "Choice"),
                    Then("declined", ("enter",), "Message"),
                ),
            ),
        ),
        site=W,
        needs=Right.ERASE,
        name="review-declining",
    ),
    Walk(
        "review",
        "erase_declined",
        (
            Row(
                "requests",
                "Choice",
                then=(
                    Then("one", ("enter",), "Choice"),
                    Then("again", ("end", "enter"), "Message"),
                ),
            ),
        ),
        site=C,
        needs=Right.ERASE,
        name="review-declined",
    ),
    Walk("review", "drawn", (Row("approve", "Choice"),), site=W, name="review-drawn"),
)

PASSWORD = Walk(
    "password",
    "review",
    (Row("save", first=keys("down", "a", "b", "c")), Row("make", "Message")),
    "intake",
    ("f8", "end", "up", "enter"),
    "PasswordSheet",
)

WALKS: tuple[Walk, ...] = (
    *APPLICATIONS,
    *LOTTERY,
    *PARTICIPANTS,
    *LEDGER,
    *EXCHANGE,
    *REVIEW,
    *PAPERS,
    PASSWORD,
)
"""Every place, at both sites, for every role that comes there."""
