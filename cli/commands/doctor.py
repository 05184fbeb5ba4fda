"""`ikiiki doctor`: is this site fit to exchange, line by line, and what to do where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.command_vault import opened, vault_folder
from cli.options import CHOICE, Json, remember
from cli.saying import say
from core.errors import IntegrityFailure

if TYPE_CHECKING:
    from core.checks import Check


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    hosts: Annotated[
        bool,
        typer.Option("--hosts", help="点検せず、通信の許可を申請する行き先だけを書く（保管庫は要らない）"),
    ] = False,
    as_json: Json = False,
) -> None:
    """この拠点の点検。行ごとに、合格・不合格・確認できない、と次にすること。--staff があれば保管庫の中も見る。

    Boxの中身も設定も変えない。不合格があれば1、改ざんの疑いがあれば6で終わる。確認できないものだけなら0。
    """
    remember(as_json)
    from cli import doctoring

    if hosts:
        names = doctoring.hosts()
        say(
            {"hosts": [{"host": name, "port": 443} for name in names]},
            "\n".join(f"{name}:443" for name in names),
        )
        return
    folder = vault_folder().absolute()
    if CHOICE.staff is None:
        checks = doctoring.examine(folder, None)
    else:
        damage: IntegrityFailure | None = None
        try:
            with opened() as session:
                checks = doctoring.examine(folder, session)
        except IntegrityFailure as error:
            damage = error
        if damage is not None:  # what else there is to see, beside what kept it shut
            checks = doctoring.unopened(folder, damage)
    from core.checks import document, exit_code

    say(document(checks), lambda: _lines(checks))
    raise typer.Exit(exit_code(checks))


def _lines(checks: list[Check]) -> str:
    from core.checks import VERDICT_WORDS, Verdict

    lines = []
    for check in checks:
        lines.append(f"{VERDICT_WORDS[check.verdict]}  {check.title}: {check.said}")
        if check.next_step and check.verdict is not Verdict.PASSED:
            lines.append(f"    次にすること: {check.next_step}")
    counts = (f"{VERDICT_WORDS[one]} {sum(check.verdict is one for check in checks)}" for one in Verdict)
    return "\n".join([*lines, "、".join(counts)])
