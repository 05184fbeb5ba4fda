"""`ikiiki lottery chances`: before the draw, what its rules mean, and what others would mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.errors import UsageError

if TYPE_CHECKING:
    from core.draw.chances import Change, Odds, Rate
    from core.office.chances import ChanceReport, View

RUNS = 2000  # as in core.office.chances, which `--help` need not import


def chances(
    tickets: Annotated[int | None, typer.Option("--tickets", help="もし、この口数の人がいたら")] = None,
    group: Annotated[
        int | None, typer.Option("--group", help="もし、グループがこの人数までなら（1 はグループなし）")
    ] = None,
    reserve: Annotated[
        list[str] | None,
        typer.Option("--reserve", metavar="回=席", help="もし、区優先枠がこの席数なら。くり返せる"),
    ] = None,
    runs: Annotated[int, typer.Option("--runs", help="計算をくり返す回数")] = RUNS,
    as_json: Json = False,
) -> None:
    """いまの応募が当たる見込み。もし決まりを変えたらどうなるか（何も記録しない）。"""
    remember(as_json)
    from core.office.chances import WhatIf

    asked = WhatIf(tickets, group, kept_seats(reserve or []))
    with opened() as session:
        report = session.office.chances.report(asked, runs=runs)
    say(document(report), lambda: told(report))


def kept_seats(words: list[str]) -> dict[str, int]:
    """`["A=4"]` as seats by outing. Raises `UsageError` for anything else, or an outing named twice."""
    kept: dict[str, int] = {}
    for word in words:
        code, _, seats = word.partition("=")
        if not (seats.isascii() and seats.isdigit()) or code in kept:
            raise UsageError(
                "区優先枠は 回=席数 と書き、1つの回に1つだけ付けます",
                where=f"--reserve {word}",
                next_step="たとえば --reserve A=4 --reserve B=0",
            )
        kept[code] = int(seats)
    return kept


def told(report: ChanceReport) -> str:
    """The report as text."""
    from core.office.chance_words import opening, sections

    parts = [opening(report)]
    for section in sections(report):
        lines = [section.title] if section.title else []
        if section.rows:
            lines.append(columns([("  " + row.label, row.words) for row in section.rows]))
        if section.note:
            lines.append(section.note)
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def document(report: ChanceReport) -> dict[str, Any]:
    """The report as one JSON document; shares from 0 to 1, `error` the half-width of the 95% interval."""
    gain, asked = report.gain, report.what_if
    return {
        "round": report.round, "drawn": report.drawn, "people": report.people,
        "unconfirmed": report.unconfirmed, "runs": report.runs, "now": _view(report.now),
        "what_if": {"tickets": asked.tickets, "group": asked.group, "reserve": dict(asked.reserve)},
        "then": _view(report.then) if report.then else None, "freed": report.freed,
        "tickets": {
            "tickets": gain.tickets, "before": _rate(gain.before),
            "one": _change(gain.one), "one_others": _change(gain.one_others),
            "half": _change(gain.half), "half_others": _change(gain.half_others),
        } if gain else None,
    }  # fmt: skip


def _view(view: View) -> dict[str, Any]:
    outlook = view.outlook
    return {
        "units": outlook.units,
        "left_out": {problem.value: people for problem, people in view.left_out.items()},
        "overall": _odds(outlook.overall),
        "outings": {
            item.course.code: {
                "capacity": item.course.capacity, "reserve": item.course.reserve, "wished": item.wished,
                "first_wish": _odds(item.odds) if item.odds else None,
            }
            for item in outlook.courses
        },
        "sizes": {str(size): _odds(odds) for size, odds in outlook.sizes.items()},
        "tickets": {str(held): _odds(odds) for held, odds in outlook.tickets.items()},
    }  # fmt: skip


def _odds(odds: Odds) -> dict[str, Any]:
    return {"people": odds.people, "anywhere": _rate(odds.anywhere), "first": _rate(odds.first)}


def _rate(rate: Rate) -> dict[str, Any]:
    return {"share": round(rate.share, 6), "error": round(rate.error, 6), "exact": rate.exact}


def _change(change: Change) -> dict[str, Any]:
    return {
        "after": _rate(change.after), "gain": round(change.gain, 6), "gain_error": round(change.error, 6),
    }  # fmt: skip
