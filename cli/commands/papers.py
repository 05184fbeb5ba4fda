"""`ikiiki papers`: the notices ⑪."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import Json, opened, remember, say
from core.notices import NoticeKind

app = typer.Typer(no_args_is_help=True, help="通知などの紙")


@app.command()
def notices(
    file: Annotated[Path, typer.Argument(help="書き出すPDF")],
    everybody: Annotated[bool, typer.Option("--all", help="発送済みの人の分も")] = False,
    as_json: Json = False,
) -> None:
    """⑪ 参加証と落選通知のはがきをPDFにする（区の承認⑩のあと）。"""
    remember(as_json)
    with opened() as session:
        counts = session.write_notices(file, everybody=everybody)
    say(
        {"file": str(file), **{kind.value: count for kind, count in counts.items()}},
        f"書き出しました: {file}  参加証 {counts[NoticeKind.ADMISSION]}通・落選通知 {counts[NoticeKind.REJECTION]}通\n"
        "発送したら: ikiiki papers dispatch",
    )


@app.command()
def dispatch(as_json: Json = False) -> None:
    """まだ発送していない通知を、すべて発送したと記録する。"""
    remember(as_json)
    with opened() as session:
        items = session.office.notices.prepare(printing=False)
        batch = session.office.notices.dispatch(items) if items else None
    say(
        {"batch": batch, "notices": len(items)},
        f"{len(items)}通の発送を記録しました" if items else "発送するものはありません",
    )
