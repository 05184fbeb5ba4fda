"""`ikiiki export`: one file under a password on a medium carried by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import say
from cli.seconding import seconding
from core.choosing import listed
from core.errors import UsageError
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, Medium, Place
from core.office.choices import WHAT_WORDS, What


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("export")(export)


def export(
    folder: Annotated[Path, typer.Argument(help="媒体（USBメモリ、焼く前の光ディスク）のフォルダ")],
    what: Annotated[What, typer.Option(help=listed(WHAT_WORDS))],
    to: Annotated[Place, typer.Option(help="渡す先。ward 区、contractor 委託先、subcontractor 再委託先")],
    medium: Annotated[Medium, typer.Option(help="usb か disc")] = Medium.USB,
    outing: Annotated[str, typer.Option(help="--what outing のときの回")] = "",
    return_by: Annotated[str, typer.Option(help="返却期限。例 2026-05-31。なければ事業の設定のとおり")] = "",
    as_json: Json = False,
) -> None:
    """媒体に、パスワード付きの1つのファイル（AES-256、7-Zipで開く）を書き出す。

    パスワードは画面に出ない。媒体を渡したあと、別の日に ikiiki handover notice で通知書を印刷する。
    """  # fmt: skip
    remember(as_json)
    by = day_of(return_by) if return_by else None
    with opened() as session, seconding(session):
        draft = session.office.exporting.draft(what, to, medium, outing=outing, return_by=by)
        item = session.export_medium(folder, draft)
    say(
        {
            "id": item.id, "content": item.content.value, "records": item.records, "medium": item.medium.value,
            "to": item.to.value, "return_by": item.return_by.isoformat() if item.return_by else None,
        },
        f"書き出しました: {CONTENT_WORDS[item.content]} {item.records}件 → {MEDIUM_WORDS[item.medium]}、控番号 {item.id}、"
        f"渡す先 {PLACE_WORDS[item.to]}、返却期限 {item.return_by}\n"
        f"次にすること: ikiiki handover label {item.id[:4]} ラベル.pdf、ikiiki handover slip {item.id[:4]} 受渡票.pdf、"
        f"鞄に入れたら ikiiki handover bag {item.id[:4]}",
    )  # fmt: skip


def day_of(text: str) -> dt.date:
    """A day as typed. Raises `UsageError`."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("日付が読めません", where=text, next_step="例 2026-05-31") from error
