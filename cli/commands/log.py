"""`ikiiki log`: the 操作ログ and its review, and Box's own log."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.choosing import listed
from core.errors import UsageError, harmless
from core.ledger.deeds import KIND_WORDS, deed_words
from core.office.choices import BOX_WORDS, LOG_WORDS, BoxReason, LogReason

if TYPE_CHECKING:
    from core.office.log_ports import AccessRow
    from core.office.log_review import Item, Seen

app = typer.Typer(no_args_is_help=True, help="操作ログとその点検、Boxの記録")
UNANSWERED = 1
"""As where `ikiiki doctor` fails a line: somebody has to do something."""


def row_document(row: AccessRow) -> dict[str, Any]:
    return {
        "seq": row.seq, "at": row.at.isoformat(), "staff": row.staff_id, "act": row.act, "detail": row.detail,
        "terminal": row.terminal,
    }  # fmt: skip


def row_columns(rows: list[AccessRow]) -> str:
    from core.office_days import in_japan

    return columns(
        [
            (str(r.seq), f"{in_japan(r.at):%Y-%m-%d %H:%M:%S}", r.staff_id, deed_words(r.act), r.detail, r.terminal)
            for r in rows
        ]
    )  # fmt: skip


@app.command("list")
def log_list(limit: Annotated[int, typer.Option(help="行数")] = 100, as_json: Json = False) -> None:
    """操作ログ（新しい順）。"""
    remember(as_json)
    with opened() as session:
        rows = session.office.ledger.access_page(0, limit)
    say(
        {"rows": [row_document(row) for row in rows]},
        lambda: row_columns(rows),
    )  # fmt: skip


@app.command("box")
def log_box(as_json: Json = False) -> None:
    """Boxの記録を管理簿と突き合わせる。説明のつかないものを先に、新しい順に出す。

    説明のつかないものが残っていれば1、なければ0で終わる（確かめられないものだけなら0）。
    """
    remember(as_json)
    with opened() as session:
        seen = session.office.box_log.look()
    found, watch = seen.judged.findings, seen.watch
    say(
        {
            "findings": [
                {
                    "id": one.id, "code": one.code.value, "what": one.sentence, "next": one.next_step, "subject": one.subject,
                    "who": one.who, "ips": list(one.ips), "first": one.first, "last": one.last, "count": len(one.events),
                }
                for one in found
            ],
            "reach": watch.account.reach.value if watch else None,
            "polled": watch.polled if watch else None,
            "waiting": seen.judged.waiting,
            "unchecked": seen.judged.unchecked,
            "counts": dict(sorted(seen.judged.counts.items())),
            "answered": seen.answered,
        },
        lambda: "\n".join(
            [
                *(
                    f"{one.id[:8]}  {one.last[:16].replace('T', ' ')}  {one.subject}  {one.who}{'、'.join(('', *one.ips))}  {len(one.events)}回\n"
                    f"          {one.sentence}\n          次にすること: {one.next_step}"
                    for one in found
                ),
                *seen.sentences,
            ]
        ),
    )  # fmt: skip
    if found:
        raise typer.Exit(UNANSWERED)


@app.command("answer")
def log_answer(
    finding: Annotated[str, typer.Argument(help="ikiiki log box が出す番号（8文字以上）")],
    reason: Annotated[
        BoxReason,
        typer.Option(help=listed(BOX_WORDS)),
    ],
    as_json: Json = False,
) -> None:
    """説明のつかない記録を確かめたことを、管理簿に署名して残す。同じ記録は、もう出ない。"""
    remember(as_json)
    with opened() as session:
        line = session.office.box_log.answer(finding, reason)
    say({"seq": line.seq}, f"管理簿 {line.seq}行目に書きました: {BOX_WORDS[reason]}")


@app.command("review")
def review(
    since: Annotated[
        str, typer.Option(help="この日からを見るだけにする（例 2026-05-01）。点検は始めない")
    ] = "",
    item: Annotated[str, typer.Option(help="1件の番号（8文字以上）。その操作の行を出す")] = "",
    as_json: Json = False,
) -> None:
    """操作ログの点検: 前の点検からあとの、要確認の操作、抜き取った操作、利用者ごとの件数を出す。

    取扱責任者が行うと点検が始まり、範囲が決まる。監査は見るだけ。答えていないものが残っていれば1、なければ0で終わる。
    """
    remember(as_json)
    with opened() as session:
        desk = session.office.log_reviews
        begins = desk.begin if desk.may_sign else desk.look
        seen = desk.since(_day(since)) if since else begins()
        me = session.office.actor.staff_id
        if item:
            one = _one(seen, item)
            rows = desk.rows(one)
            from core.office.log_review import told

            say(
                {**_document(one), "evidence": [row_document(row) for row in rows]},
                lambda: f"{told(one)}\n\n{row_columns(rows)}",
            )
            return
    open_ = seen.open_for(me)
    say(
        {
            "review": seen.span.review or None, "first": seen.span.first, "last": seen.span.last, "head": seen.span.head,
            "begun": bool(seen.span.by), "findings": seen.findings, "open": len(open_),
            "due": seen.due.isoformat() if seen.due else None,
            "items": [_document(one) for one in seen.items],
            "accounts": [
                {
                    "staff": one.staff_id, "role": one.role, "rows": one.rows, "failed": one.failed,
                    "kinds": {kind.value: count for kind, count in one.kinds.items()},
                    "until": one.until.isoformat() if one.until else None,
                }
                for one in seen.accounts
            ],
        },
        lambda: "\n".join(_lines(seen, len(open_))),
    )  # fmt: skip
    if open_:
        raise typer.Exit(UNANSWERED)


@app.command("reply")
def reply(
    item: Annotated[str, typer.Argument(help="ikiiki log review が出す番号（8文字以上）")],
    reason: Annotated[LogReason, typer.Option(help=listed(LOG_WORDS))],
    remark: Annotated[
        str, typer.Option(help="確かめたこと（だれに聞き、何と答えたか。応募者の氏名は書かない）")
    ],
    as_json: Json = False,
) -> None:
    """点検の1件に、確かめたことを書いて答える。書いたことは保管庫にだけ残る。署名までは、答え直せる。"""
    remember(as_json)
    with opened() as session:
        one = session.office.log_reviews.answer(item, reason, remark)
    say(_document(one), f"答えました: {one.sentence} {one.subject}（{LOG_WORDS[reason]}）")


@app.command("sign")
def sign(as_json: Json = False) -> None:
    """点検を終える: すべてに答えたあとで、管理簿に署名する。"""
    remember(as_json)
    with opened() as session:
        line = session.office.log_reviews.sign()
    say(
        {"seq": line.seq, "findings": line.qty, "ref": line.ref},
        f"管理簿 {line.seq}行目に署名しました: 操作ログの点検、要確認 {line.qty}件",
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            "日付として読めません", where=text[:20], next_step="2026-05-01 のように書いてください"
        ) from error


def _one(seen: Seen, name: str) -> Item:
    found = [one for one in seen.items if one.id.startswith(name)]
    if len(name) < 8 or len(found) != 1:
        raise UsageError(
            "その番号のものは、この点検にありません", where=name[:64], next_step="ikiiki log review で番号を確かめてください（8文字以上）"
        )  # fmt: skip
    return found[0]


def _document(one: Item) -> dict[str, Any]:
    return {
        "id": one.id, "part": one.part.value, "code": one.code.value if one.code else None, "what": one.sentence,
        "subject": one.subject, "who": one.who, "first": one.first.isoformat() if one.first else None,
        "last": one.last.isoformat() if one.last else None, "count": one.count, "rows": list(one.rows), "next": one.next_step,
        "answer": {"reason": one.answer.reason.value, "remark": one.answer.remark, "by": one.answer.by, "at": one.answer.at}
        if one.answer else None,
    }  # fmt: skip


def _lines(seen: Seen, left: int) -> list[str]:
    from core.office.log_review import PART_WORDS, Part, account_words

    span = seen.span
    lines = [f"操作ログ {span.first}行目から{span.last}行目まで（{max(0, span.last - span.first + 1)}行）"]
    for one in seen.items:
        mark = "回答済" if one.answer else PART_WORDS[one.part]
        who, subject = harmless(one.who, lines=False), harmless(one.subject, lines=False)
        lines.append(f"{one.id[:8]}  {mark}  {who}  {one.when}  {one.count}行")
        lines.append(f"          {one.sentence}（{subject}）")
        if one.answer:
            lines.append(f"          {LOG_WORDS[one.answer.reason]}: {one.answer.remark}（{one.answer.by}）")
        else:
            lines.append(f"          次にすること: {one.next_step}")
    counts = [
        (
            one.staff_id, account_words(one), str(one.rows), str(one.failed),
            "、".join(f"{KIND_WORDS[kind]} {count}" for kind, count in sorted(one.kinds.items())),
        )
        for one in seen.accounts
    ]  # fmt: skip
    lines += ["", columns([("利用者", "状態", "操作", "失敗", "うちわけ"), *counts])]
    samples = sum(one.part is Part.SAMPLE for one in seen.items)
    due = f"、期限 {seen.due}" if seen.due else ""
    drawn = f"抜取り {samples}件" if span.by else "抜取りは点検を始めるときに引く"
    lines.append(f"要確認 {seen.findings}件、{drawn}、まだ答えていないもの {left}件{due}")
    return lines
