"""`ikiiki person`: one person's rights: 開示, 利用停止・消去."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import Json, opened, remember, say
from core.office.person import REASONS

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
        f"書き出しました: {file}（控番号 {copy}）。本人だけに渡してください",
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
    with opened() as session:
        gone = session.office.person.erase(number, reason)
    say(
        {"number": gone.number, "sent": gone.sent},
        f"消去しました: 受付番号 {number:04}（番号と状態だけが残ります）\n"
        "次にすること: ikiiki intake send と sync で、区の保管庫からも消す\n"
        f"すでに送った束 {gone.sent}件の中身は変えられません。ikiiki partner renew で鍵を替えると、だれにも開けなくなります\n"
        "印刷した通知や一覧に、この人が載っていないか確かめてください",
    )
