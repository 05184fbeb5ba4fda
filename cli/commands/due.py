"""`ikiiki due`: what people must do, and by when."""

from __future__ import annotations

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.people.eras import wareki
from core.roles import SITE_WORDS

OVER = 1
"""As where `ikiiki doctor` fails a line: somebody has to do something."""


def due(as_json: Json = False) -> None:
    """することと期限の一覧（条項の確認、点検、訓練、パターン、更新、事故の報告など。両方の側）。自分の側で過ぎたものがあれば終了コード1。"""
    remember(as_json)
    from core.office.duties import over_words

    with opened() as session:
        site, day = session.office.actor.site, session.office.duties.today
        found = session.office.duties.due()
    say(
        {
            "day": day.isoformat(),
            "due": [
                {
                    "site": one.site.value, "what": one.what, "measure": one.measure,
                    "due": one.due.isoformat() if one.due else None, "last": one.last.isoformat() if one.last else None,
                    "over_days": one.over(day) if one.due else None, "note": one.note,
                    "register": one.kind.value if one.kind else None,
                }
                for one in found
            ],
        },
        lambda: columns(
            [
                (
                    SITE_WORDS[one.site], one.measure, one.what, wareki(one.due) if one.due else "", over_words(one, day),
                    f"前回 {wareki(one.last)}" if one.last else "", one.note,
                )
                for one in found
            ]
        )
        + "\n記入: ikiiki register add 台帳 項目=値…（ikiiki register kinds で一覧）",
    )  # fmt: skip
    if any(one.site is site and one.over(day) > 0 for one in found):
        raise typer.Exit(OVER)


def register(app: typer.Typer) -> None:
    app.command()(due)
