"""The matrix, third part: media and papers, backups, and what has to be done and written down."""

from __future__ import annotations

from core.roles import Right
from tests.snapshots.matrix_rows import keys
from tests.snapshots.matrix_walk import Row, Then, Walk

PRINTED = (Then("where", ("enter",), "Prompt"),)
"""As what, and then where to."""

CARRIED = Walk(
    "inventory",
    "carried",
    (
        Row("open", "Choice|Message"),
        Row("forms", "Prompt"),
        Row(
            "export",
            "Choice",
            then=(
                Then("to", ("enter",), "Choice"),
                Then("on", ("enter",), "Choice"),
                Then("until", ("enter",), "Prompt"),
                Then("where", ("enter",), "Prompt"),
            ),
        ),
        Row("_outing", "Choice", keys=("x", "down", "down", "enter"), needs=Right.EXPORT),
        Row("take", "Prompt", then=(Then("what", ("enter",), "Choice", typed="2345ABCDEF"),)),
        Row("retract", "Choice"),
        Row("ended", after=("a",)),
    ),
    "ledger",
    ("m",),
    "InventorySheet",
)

REHEARSAL = Walk(
    "rehearsal",
    "review",
    (Row("save", "Message", first=keys("a", "b", "c"), ends=True),),
    "ledger",
    ("@ledger.rehearse",),
    "RehearsalSheet",
    needs=Right.BACKUP,
)

REGISTERS: tuple[Walk, ...] = (
    Walk(
        "duties",
        "incident",
        (
            Row("open", "Choice|Message"),
            Row("new", "Choice", then=(Then("which", ("enter",), "Entering"),)),
            Row("registers", "Choice", then=(Then("which", ("enter",), "RegisterSheet"),)),
            Row("audit", "Choice", then=PRINTED),
        ),
        "review",
        ("d",),
        "DutySheet",
    ),
    Walk(
        "register",
        "incident",
        (Row("open", "Choice|Message"), Row("new", "Entering"), Row("end", "Choice")),
        "review",
        ("d", "l", "down", "enter"),
        "RegisterSheet",
    ),
    Walk(
        "entering",
        "incident",
        (Row("change", "Choice|Prompt"), Row("save", "Message")),
        "review",
        ("d", "n", "enter"),
        "Entering",
        needs=Right.LEDGER_ADD,
    ),
)

_REVIEWED = ("ledger", ("@ledger.log_review",), "LogReviewSheet")
LOG: tuple[Walk, ...] = (
    Walk(
        "log_review",
        "leafed",
        (
            Row("open", "EvidenceSheet"),
            Row("answer", "Choice", then=(Then("how", ("down", "enter"), "Prompt"),)),
            Row("sign", "Message"),
            Row("state", "Message"),
            Row("_account", "Message", keys=("end", "enter")),
        ),
        *_REVIEWED,
        needs=Right.ACCESS_LOG,
    ),
    Walk(
        "log_review",
        "looked_at",
        (Row("open", "EvidenceSheet"), Row("sign", "Choice")),
        *_REVIEWED,
        needs=Right.STAFF,
        name="log_review-looked_at",
    ),
    Walk(
        "evidence",
        "leafed",
        (Row("open", "Message"), Row("answer", "Choice")),
        "ledger",
        ("@ledger.log_review", "enter"),
        "EvidenceSheet",
        needs=Right.ACCESS_LOG,
    ),
)

PAPERS: tuple[Walk, ...] = (*LOG, CARRIED, REHEARSAL, *REGISTERS)
