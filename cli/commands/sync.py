"""`ikiiki sync`: whatever is due, any number of times."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import CHOICE, Json, opened, remember, say, vault_folder


def register(app: typer.Typer) -> None:
    app.command("sync")(sync)


def sync(
    remote: Annotated[
        str, typer.Option(help="受渡しの場所を替える。例 folder:/mnt/box（以後も使われる）")
    ] = "",
    as_json: Json = False,
) -> None:
    """届いた束を受け取り、送る束を送る。--staff があれば取り込みもする。何度行ってもよい。"""
    remember(as_json)
    from cli.wiring import courier_run, set_remote

    if remote:
        set_remote(vault_folder(), remote)
    if CHOICE.staff is None:
        report = courier_run(vault_folder())
    else:
        with opened() as session:
            report = session.sync()
    say(report.document(), lambda: "\n".join(report.sentences))
