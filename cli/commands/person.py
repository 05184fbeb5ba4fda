"""`ikiiki person`: one person's rights: 開示, 利用停止・消去."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import say
from cli.seconding import seconding
from core.choosing import listed
from core.office.choices import DECLINE_REASONS, ERASE_REASONS
from core.roles import Site

if TYPE_CHECKING:
    from core.office.erase_answers import Asked
    from core.office.remains import Remains

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
    from core.office.person_words import disclosed_words

    with opened() as session:
        copy = session.write_disclosure(file, number)
    say(
        {"file": str(file), "copy": copy},
        disclosed_words(copy, str(file)),
    )


@app.command()
def erase(
    number: Number,
    reason: Annotated[str, typer.Option(help=listed(ERASE_REASONS))],
    as_json: Json = False,
) -> None:
    """利用停止・消去: 取下げ・不受理・辞退の人の5項目を、過去の版と元の記載からも消す。元に戻せない。"""
    remember(as_json)
    from core.office.person_words import erased_words
    from core.office.remains import remains_words

    with opened() as session, seconding(session):
        gone = session.office.person.erase(number, reason)
        site = session.office.actor.site
    say(_document(gone), "\n".join([*erased_words(number, gone.asking), "", *remains_words(gone, site)]))


@app.command()
def remains(number: Number, as_json: Json = False) -> None:
    """その人が載っているかもしれない写し（控え・書出し・印刷物・ファイル）と、それぞれがどうなるか。消去の前にも後にも。"""
    remember(as_json)
    from core.office.remains import remains_words

    with opened() as session:
        found = session.office.person.remains(number)
        site = session.office.actor.site
    say(_document(found), "\n".join(remains_words(found, site)))


@app.command()
def requests(as_json: Json = False) -> None:
    """区: 委託先から届いた消去の依頼。同意するまで、区の保管庫の記録は消えない。委託先: 区に依頼した分と、その答え。"""
    remember(as_json)
    from core.office.blanking import ERASED_REASON
    from core.office.erase_requests import request_lines
    from core.office.person_words import NO_REQUESTS

    with opened() as session:
        if session.office.actor.site is Site.CONTRACTOR:
            _say_asked(session.office.erase_answers.list())
            return
        found = session.office.erase_requests.list()
    say(
        {
            "requests": [
                {
                    "number": one.number, "kana": one.kana, "state": one.state.value, "reason": ERASED_REASON,
                    "seen": one.seen, "asked": one.asked.isoformat(), "due": one.due.isoformat(), "hindrance": one.hindrance,
                }
                for one in found
            ]
        },
        lambda: "\n\n".join("\n".join(request_lines(one)) for one in found) or NO_REQUESTS,
    )  # fmt: skip


@app.command()
def agree(number: Number, as_json: Json = False) -> None:
    """区: 消去の依頼に同意し、その人の5項目を区の保管庫のすべての版から消す。元に戻せない。"""
    remember(as_json)
    from core.office.person_words import agreed_words
    from core.office.remains import remains_words

    with opened() as session, seconding(session):
        session.office.erase_requests.agree(number)
        gone = session.office.person.remains(number)
        site = session.office.actor.site
    say(_document(gone), "\n".join([agreed_words(number), "", *remains_words(gone, site)]))


@app.command()
def decline(
    number: Number,
    reason: Annotated[str, typer.Option(help=listed(DECLINE_REASONS))],
    as_json: Json = False,
) -> None:
    """区: 消去の依頼を、理由を付けて断る。区の記録はそのまま残り、次の束で委託先に伝わる。"""
    remember(as_json)
    from core.office.person_words import declined_words

    with opened() as session:
        session.office.erase_requests.decline(number, reason)
    say({"number": number, "reason": reason}, lambda: declined_words(number, reason))


@app.command()
def ask(number: Number, as_json: Json = False) -> None:
    """委託先: 区が断った消去を、もう一度依頼する。次の③で区に届く。"""
    remember(as_json)
    from core.office.person_words import asking_words

    with opened() as session:
        session.office.erase_answers.ask(number)
    say({"number": number}, asking_words(number))


def _say_asked(found: list[Asked]) -> None:
    from core.office.person_words import NOTHING_ASKED, asked_words

    say(
        {
            "requests": [
                {
                    "number": one.number, "answer": one.answer.value, "reason": one.reason,
                    "on": one.on.isoformat() if one.on else None,
                }
                for one in found
            ]
        },
        lambda: "\n".join(map(asked_words, found)) or NOTHING_ASKED,
    )  # fmt: skip


def _document(found: Remains) -> dict[str, Any]:
    return {
        "number": found.number, "erased": found.erased, "sent": found.sent, "received": found.received, "end": found.end.isoformat(), "ward_asked": found.asking,
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
