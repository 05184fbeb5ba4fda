"""`ikiiki review`: the ward's ⑤ and ⑨, and its approval ⑩."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, note, say
from core.applicant import PROBLEM_WORDS
from core.choosing import listed
from core.errors import UsageError
from core.office.choices import APPLICANTS, RETURN_CODES
from core.office.listing import ListFilter, Order, ReviewOrder

if TYPE_CHECKING:
    from core.office.office import Office

LIMIT = 1000
"""Rows of one page, unless told otherwise."""


class ReviewSort(StrEnum):
    """What the list of ⑤ can be sorted by."""

    EXCEPTIONS = "exceptions"
    NUMBER = "number"
    KANA = "kana"
    AGE = "age"
    TOWN = "town"


app = typer.Typer(no_args_is_help=True, help="区の点検⑤⑨と承認⑩")
Stage = Annotated[str, typer.Option(help="applicants（⑤ 応募者）か participants（⑨ 参加者）")]
Numbers = Annotated[list[int] | None, typer.Argument(help="受付番号")]


@app.command("list")
def list_(
    stage: Stage = APPLICANTS,
    search: Annotated[str, typer.Option(help="カナ氏名・町名・受付番号・電話の下4桁（⑤だけ）")] = "",
    sort: Annotated[
        ReviewSort, typer.Option(help="並べ方（⑤だけ）: exceptions 気になるものが先・number・kana・age・town")
    ] = ReviewSort.EXCEPTIONS,
    reverse: Annotated[bool, typer.Option("--reverse", help="逆順（⑤だけ）")] = False,
    limit: Annotated[int, typer.Option(min=0, help="1度に示す件数。0 は全部（⑤だけ）")] = LIMIT,
    after: Annotated[
        int | None, typer.Option(help="この受付番号の次から（⑤だけ。前の答えの next）", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """点検するもの。気になるものが先。"""
    remember(as_json)
    order = ReviewOrder.EXCEPTIONS if sort is ReviewSort.EXCEPTIONS else Order(sort.value)
    which = ListFilter(search=search, under_review=True, order=order, backwards=reverse)
    more: int | None = None
    with opened() as session:
        review = session.office.review
        if stage == APPLICANTS:
            items, more = review.following(which, after, limit or review.open_list(stage))
        else:
            items = review.rows(stage)
        status = review.status(stage)
    say(
        {
            "stage": stage, "next": more, "total": status.total, "confirmed": status.confirmed, "returned": status.returned, "open": status.open,
            "rows": [
                {
                    "number": i.number, "record": i.record, "problems": [p.value for p in i.problems], "verdict": i.verdict,
                    "changed": i.changed, "exception": i.exception, "outing": i.outing,
                    "group": i.applicant.group, "together": list(i.together),
                    "changed_items": [c.item for c in i.changes],
                }
                for i in items
            ],
        },
        lambda: f"全{status.total}件 確認{status.confirmed} 差戻し{status.returned} 残り{status.open}\n"
        + columns(
            [
                (
                    f"{i.number:04}", i.applicant.kana, i.applicant.birth_date.isoformat() if i.applicant.birth_date else "",
                    i.applicant.address, i.applicant.phone, i.outing,
                    {"": "未点検", "confirmed": "確認済", "returned": "差戻し"}[i.verdict],
                    "、".join([*(PROBLEM_WORDS[p] for p in i.problems), *(["変更あり"] if i.changed else [])]),
                )
                for i in items
            ]
        ),
    )  # fmt: skip
    if more is not None:
        note(f"全{status.total}件のうち {len(items)}件です。続きは --after {more} を付けて示します")


@app.command()
def confirm(
    numbers: Numbers = None,
    everything: Annotated[bool, typer.Option("--rest", help="気になるもののない残り全部")] = False,
    stage: Stage = APPLICANTS,
    as_json: Json = False,
) -> None:
    """確認する。"""
    remember(as_json)
    with opened() as session:
        review = session.office.review
        said = review.confirm(stage, _records(session.office, stage, numbers)) if numbers else 0
        said += review.confirm_rest(stage) if everything else 0
        status = review.status(stage)
    if not numbers and not everything:
        raise UsageError("受付番号か --rest が要ります")
    say({"confirmed": said, "open": status.open}, f"{said}件を確認しました（残り {status.open}件）")


@app.command("return")
def return_(
    numbers: Annotated[list[int], typer.Argument(help="受付番号")],
    code: Annotated[str, typer.Option(help=listed(RETURN_CODES))],
    stage: Stage = APPLICANTS,
    as_json: Json = False,
) -> None:
    """理由を付けて委託先へ差し戻す。"""
    remember(as_json)
    with opened() as session:
        said = session.office.review.return_(stage, _records(session.office, stage, numbers), code)
    say({"returned": said}, f"{said}件を差し戻しました（{RETURN_CODES[code]}）")


@app.command()
def paper(
    file: Annotated[Path, typer.Argument(help="書き出すPDF（新しいファイル）")],
    stage: Stage = APPLICANTS,
    as_json: Json = False,
) -> None:
    """まだ答えていない人の点検一覧を、25人ずつのPDFにする（全項目が入る）。"""
    remember(as_json)
    with opened() as session:
        made = session.write_review_list(file, stage)
    say(
        {"file": str(file), "list": made.short, "rows": len(made.rows), "pages": made.pages},
        f"書き出しました: {file}  一覧 {made.short}  {len(made.rows)}人 {made.pages}枚\n"
        f"答えの入力: ikiiki review answer {made.short} 1-25 7を除く",
    )


@app.command()
def answer(
    words: Annotated[list[str], typer.Argument(help="一覧の4文字と番号。例: KTQM 1-25 7を除く")],
    as_json: Json = False,
) -> None:
    """印刷した点検一覧の番号で確認する。"""
    remember(as_json)
    with opened() as session:
        meant = session.office.review_paper.read(" ".join(words))
        said = session.office.review_paper.confirm(meant)
        status = session.office.review.status(meant.stage)
    say(
        {
            "list": meant.short, "stage": meant.stage, "confirmed": said, "left": list(meant.left),
            "answered": list(meant.answered), "open": status.open,
        },
        f"一覧 {meant.short} の {said}人を確認しました（除いた {len(meant.left)}人、もう答えのある {len(meant.answered)}人、"
        f"残り {status.open}件）",
    )  # fmt: skip


@app.command()
def undo(stage: Stage = APPLICANTS, as_json: Json = False) -> None:
    """自分が最後に答えた1人の答えを取り消す（送る用意をする前だけ）。"""
    remember(as_json)
    with opened() as session:
        undone = session.office.review.undo(stage)
        status = session.office.review.status(stage)
    numbers = [one.number for one in undone]
    say(
        {"undone": numbers, "open": status.open},
        f"受付番号 {'、'.join(f'{n:04}' for n in numbers)} の答えを取り消しました（残り {status.open}件）",
    )


@app.command()
def send(as_json: Json = False) -> None:
    """点検の結果を委託先へ送る束にする（運ぶのは sync）。"""
    remember(as_json)
    with opened() as session:
        sent = session.office.review.send()
    say(
        {"bundle": sent.name if sent else None},
        f"束 {sent.name}。次にすること: ikiiki sync" if sent else "送るものはありません",
    )


@app.command()
def approve(as_json: Json = False) -> None:
    """⑩ 参加者を承認する。"""
    remember(as_json)
    with opened() as session:
        sent = session.office.participants.approve()
    say({"bundle": sent.name}, f"承認しました。束 {sent.name}。次にすること: ikiiki sync")


def _records(office: Office, stage: str, numbers: list[int]) -> list[str]:
    known = office.review.records(stage, numbers)
    missing = [number for number in numbers if number not in known]
    if missing:
        raise UsageError("点検の対象にない受付番号です", where="、".join(f"{n:04}" for n in missing))
    return [known[number] for number in numbers]
