"""`ikiiki intake list`: the list of the 受付 pane, in its orders, a page at a time."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, note, say
from core.applicant import PROBLEM_WORDS, ROUTE_WORDS, STATE_WORDS, State
from core.office.listing import ListFilter, Order

LIMIT = 1000
"""Rows of one page, unless told otherwise."""


def register(app: typer.Typer) -> None:
    app.command("list")(list_)


def list_(
    held: Annotated[bool, typer.Option("--held", help="保留だけ")] = False,
    unconfirmed: Annotated[bool, typer.Option("--unconfirmed", help="区の確認がまだのものだけ")] = False,
    search: Annotated[
        str, typer.Option(help="カナ氏名・町名・受付番号・電話の下4桁（電話での検索は操作ログに残る）")
    ] = "",
    sort: Annotated[
        Order,
        typer.Option(help="並べ方: number 受付番号・kana カナ氏名・age 年齢の高い順・town 町名・state 状態"),
    ] = Order.NUMBER,
    reverse: Annotated[bool, typer.Option("--reverse", help="逆順")] = False,
    limit: Annotated[int, typer.Option(min=0, help="1度に示す件数。0 は全部")] = LIMIT,
    after: Annotated[
        int | None, typer.Option(help="この受付番号の次から（前の答えの next）", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """応募の一覧（住所・電話・生年月日は示さない）。"""
    remember(as_json)
    which = ListFilter(
        states=frozenset({State.HELD}) if held else frozenset(State), search=search,
        unconfirmed_only=unconfirmed, order=sort, backwards=reverse,
    )  # fmt: skip
    with opened() as session:
        intake = session.office.intake
        total = intake.count(which)
        rows = intake.following(which, after, limit or total)
        more = rows[-1].number if rows and intake.following(which, rows[-1].number, 1) else None
    say(
        {
            "total": total,
            "next": more,
            "applications": [
                {
                    "number": r.number, "kana": r.kana, "age": r.age, "town": r.town, "preferences": list(r.preferences),
                    "route": r.route.value, "state": r.state.value, "problems": [p.value for p in r.problems],
                    "confirmed": r.confirmed, "group": r.group,
                }
                for r in rows
            ],
        },
        lambda: columns(
            [
                (
                    f"{r.number:04}", r.kana, "" if r.age is None else str(r.age), r.town, "・".join(r.preferences),
                    ROUTE_WORDS[r.route], STATE_WORDS[r.state], r.group or "",
                    "、".join(PROBLEM_WORDS[p] for p in r.problems),
                )
                for r in rows
            ]
        ),
    )  # fmt: skip
    if more is not None:
        note(f"全{total}件のうち {len(rows)}件です。続きは --after {more} を付けて示します")
