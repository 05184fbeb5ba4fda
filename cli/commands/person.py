"""`ikiiki person`: one person's rights: 開示, 利用停止・消去."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.context import Json, opened, remember, say
from cli.seconding import seconding
from core.office.person import REASONS
from core.office.person_words import disclosed_words, erased_words
from core.office.remains import Remains, remains_words

app = typer.Typer(no_args_is_help=True, help="本人からの求め（開示・利用停止・消去）")
Number = Annotated[int, typer.Argument(help="受付番号")]


@app.command()
def disclose(
    number: Number,
    file: Annotated[Path, typer.Argument(help="書き出すPDF。本人に渡す")],
    as_json: Json = False,
) -> None:
    """開示: その人について保有しているすべてをPDFにする。管理簿と操作ログに残る。"""
    remember(as_json)
    with opened() as session:
        copy = session.write_disclosure(file, number)
    say(
        {"file": str(file), "copy": copy},
        disclosed_words(copy, str(file)),
    )


@app.command()
def erase(
    number: Number,
    reason: Annotated[
        str, typer.Option(help="、".join(f"{code}: {words}" for code, words in REASONS.items()))
    ],
    as_json: Json = False,
) -> None:
    """利用停止・消去: 取下げ・不受理・辞退の人の5項目を、過去の版と元の記載からも消す。元に戻せない。"""
    remember(as_json)
    with opened() as session, seconding(session):
        gone = session.office.person.erase(number, reason)
        site = session.office.actor.site
    say(_document(gone), "\n".join([*erased_words(number), "", *remains_words(gone, site)]))


@app.command()
def remains(number: Number, as_json: Json = False) -> None:
    """その人が載っているかもしれない写し（控え・書出し・印刷物・ファイル）と、それぞれがどうなるか。消去の前にも後にも。"""
    remember(as_json)
    with opened() as session:
        found = session.office.person.remains(number)
        site = session.office.actor.site
    say(_document(found), "\n".join(remains_words(found, site)))


def _document(found: Remains) -> dict[str, Any]:
    return {
        "number": found.number, "erased": found.erased, "sent": found.sent, "end": found.end.isoformat(),
        "files": list(found.files),
        "copies": [
            {
                "site": one.site.value, "copy": one.copy.id, "content": one.copy.content.value,
                "medium": one.copy.medium.value, "here": one.copy.here, "given": one.copy.given,
                "rotated": one.rotated.isoformat() if one.rotated else None,
            }
            for one in found.copies
        ],
    }  # fmt: skip
