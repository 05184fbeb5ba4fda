"""`ikiiki intake resolve`, `group` and `companions`: doubts settled, one by one or many with one reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.applications import companion_document, companion_words, tell_changed
from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.applicant import STATE_WORDS
from core.errors import Refused, UsageError

if TYPE_CHECKING:
    from core.office.bulk import Bulk

NAMED = 30
"""So many numbers are named under one cause."""


def register(app: typer.Typer) -> None:
    for command in (resolve, reasons, group, companions):
        app.command()(command)


def resolve(
    numbers: Annotated[list[str], typer.Argument(help="受付番号。いくつでも、範囲でも（12 15 18-25）")],
    accept: Annotated[bool, typer.Option("--accept/--refuse", help="受け付けるか、不受理にするか")],
    reason: Annotated[str, typer.Option(help="理由の符号（ikiiki intake reasons で一覧）")],
    as_json: Json = False,
) -> None:
    """保留の応募を、理由を付けて受け付けるか不受理にする。範囲の中の、保留でない応募はそのまま。"""
    remember(as_json)
    from core.office.bulk import chosen, resolve_each
    from core.office.reasons import REASONS

    with opened() as session:
        intake = session.office.intake
        if len(numbers) == 1 and numbers[0].isascii() and numbers[0].isdecimal():
            tell_changed(intake.resolve(int(numbers[0]), accept, reason))
            return
        picked, skipped = chosen(intake, numbers)
        bulk = resolve_each(intake, picked, accept, reason)
    document = _bulk_document(bulk, accept, reason, skipped)
    if bulk.failed:
        error = Refused(
            f"{len(bulk.done)}件は{_did(accept)}が、できなかったものが {len(bulk.failed)}件あります",
            where=_failed_words(bulk),
            next_step="できなかったものは、そのままです。1件ずつ ikiiki intake show で確かめてください",
        )
        error.done = document
        raise error
    say(
        document,
        f"{len(bulk.done)}件を{_did(accept)}（{REASONS[reason]}）"
        + (f"\n保留ではないため、そのままのもの {len(skipped)}件" if skipped else ""),
    )


def _did(accept: bool) -> str:
    return "受け付けました" if accept else "不受理にしました"


def _bulk_document(bulk: Bulk, accept: bool, reason: str, skipped: Sequence[int]) -> Mapping[str, Any]:
    return {
        "accepted": accept,
        "reason": reason,
        "done": list(bulk.done),
        "failed": [
            {"number": number, "what": error.what, "next_step": error.next_step}
            for number, error in bulk.failed
        ],
        "not_held": list(skipped),
    }


def _failed_words(bulk: Bulk) -> str:
    """The numbers that could not be settled, under what stood against them."""
    by_reason: dict[str, list[str]] = {}
    for number, error in bulk.failed:
        by_reason.setdefault(error.what, []).append(f"{number:04}")
    return "　".join(
        f"{what}: {'、'.join(numbers[:NAMED])}"
        + (f" ほか{len(numbers) - NAMED}件" if len(numbers) > NAMED else "")
        for what, numbers in by_reason.items()
    )


def reasons(as_json: Json = False) -> None:
    """理由の符号の一覧。"""
    remember(as_json)
    from core.office.reasons import REASONS

    say({"reasons": REASONS}, lambda: columns(list(REASONS.items())))


def group(
    numbers: Annotated[list[int], typer.Argument(help="一緒に行く人の受付番号。1つだけなら組から外す")],
    code: Annotated[
        str | None,
        typer.Option(help="グループの符号。書かなければ自動。空なら組から外す", show_default=False),
    ] = None,
    people: Annotated[
        int | None, typer.Option(min=2, help="全部で何人か。まだ来ていない人を待つとき", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """別々に届いた応募を、ひとつのグループに結ぶ（または解く）。"""
    remember(as_json)
    if people is not None and code is not None:
        raise UsageError("--people と --code は一緒に使えません", next_step="どちらか一方を書いてください")
    with opened() as session:
        if code == "" or (code is None and people is None and len(numbers) == 1):
            made = session.office.groups.part(numbers)
        elif code is None:
            made = session.office.groups.tie(numbers, people)
        else:
            made = session.office.intake.link(numbers, code)
    codes = {a.number: a.applicant.group for a in made}
    say(
        {"numbers": numbers, "group": next(iter(codes.values()))},
        "、".join(f"{a.number:04} {STATE_WORDS[a.state]} {a.applicant.group or '組なし'}" for a in made),
    )


def companions(number: Annotated[int, typer.Argument(help="受付番号")], as_json: Json = False) -> None:
    """同じ組かもしれない応募（同じ符号・電話番号・住所。操作ログに残る）。結ぶのは group。"""
    remember(as_json)
    with opened() as session:
        found = session.office.groups.companions(number)
    say(
        {"number": number, "companions": [companion_document(one) for one in found]},
        lambda: "\n".join(companion_words(one) for one in found) or "同じ組と思われる応募はありません",
    )
