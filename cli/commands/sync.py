"""`ikiiki sync`: whatever is due, any number of times."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import CHOICE, Json, opened, remember, say, vault_folder
from core.errors import UsageError


def register(app: typer.Typer) -> None:
    app.command("sync")(sync)


def sync(
    remote: Annotated[
        str, typer.Option(help="受渡しの場所を替える。例 folder:/mnt/box（以後も使われる）")
    ] = "",
    medium: Annotated[
        Path | None,
        typer.Option("--medium", help="この回だけ、運んできた媒体（フォルダ）と受け渡す。--staff が要る"),
    ] = None,
    as_json: Json = False,
) -> None:
    """届いた束を受け取り、送る束を送る。--staff があれば取り込みもする。何度行ってもよい。"""
    remember(as_json)
    from cli.wiring import courier_run, set_remote

    if remote:
        set_remote(vault_folder(), remote)
    if medium is not None and CHOICE.staff is None:
        raise UsageError("媒体での受渡しは、人が行って管理簿に残します", next_step="--staff を付けてください")
    if CHOICE.staff is None:
        report = courier_run(vault_folder())
    else:
        with opened() as session:
            report = session.sync(medium=medium)
    say(report.document(), lambda: "\n".join(report.sentences))
