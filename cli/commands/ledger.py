"""`ikiiki ledger` and `ikiiki log`: the 管理簿, the 操作ログ, and Box's own log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import Json, columns, opened, remember, say
from core.errors import IntegrityFailure, UsageError
from core.ledger.codes import (
    ACT_WORDS,
    CONTENT_WORDS,
    MEDIUM_WORDS,
    PLACE_WORDS,
    UNIT_WORDS,
    Act,
    Content,
    Medium,
    Place,
    Unit,
)
from core.office.box_log import REASON_WORDS, Reason
from core.roles import SITE_WORDS, Site

app = typer.Typer(no_args_is_help=True, help="管理簿")
log_app = typer.Typer(no_args_is_help=True, help="操作ログと、Boxの記録")
UNANSWERED = 1
"""As where `ikiiki doctor` fails a line: somebody has to do something."""
Org = Annotated[Site | None, typer.Option(help="contractor か ward。なければ自分の側")]


@app.command("list")
def list_(org: Org = None, as_json: Json = False) -> None:
    """管理簿の行（新しい順）。"""
    remember(as_json)
    with opened() as session:
        desk, site = session.office.ledger, org or session.office.actor.site
        lines = desk.page(site, 0, desk.count(site))
    say(
        {
            "org": site.value,
            "lines": [
                {
                    "seq": x.seq, "at": x.at, "actor": x.actor, "act": x.act.value, "content": x.content.value, "qty": x.qty,
                    "unit": x.unit.value, "medium": x.medium.value, "from": x.from_.value, "to": x.to.value,
                    "handover": x.handover, "ref": x.ref,
                }
                for x in lines
            ],
        },
        lambda: columns(
            [
                (
                    str(x.seq), x.at[:16].replace("T", " "), x.actor, ACT_WORDS[x.act], CONTENT_WORDS[x.content],
                    f"{x.qty}{UNIT_WORDS[x.unit]}", MEDIUM_WORDS[x.medium], f"{PLACE_WORDS[x.from_]}→{PLACE_WORDS[x.to]}",
                )
                for x in lines
            ]
        ),
    )  # fmt: skip


@app.command()
def add(
    act: Annotated[Act, typer.Option(help="行為")],
    content: Annotated[Content, typer.Option(help="内容")],
    qty: Annotated[int, typer.Option(help="数量")],
    unit: Annotated[Unit, typer.Option(help="単位")],
    medium: Annotated[Medium, typer.Option(help="媒体")] = Medium.NONE,
    from_: Annotated[Place, typer.Option("--from", help="どこから")] = Place.NONE,
    to: Annotated[Place, typer.Option(help="どこへ")] = Place.NONE,
    handover: Annotated[str, typer.Option(help="手で運ぶものの控番号（10文字）")] = "",
    as_json: Json = False,
) -> None:
    """道具の外で起きたこと（書類の受渡しなど）を書く。"""
    remember(as_json)
    with opened() as session:
        line = session.office.ledger.add(
            act, content, qty, unit, medium=medium, from_=from_, to=to, handover=handover
        )
    say({"seq": line.seq}, f"管理簿 {line.seq}行目に書きました: {ACT_WORDS[act]} {CONTENT_WORDS[content]}")


@app.command()
def verify(as_json: Json = False) -> None:
    """両方の管理簿のつながりと署名を、最初の行から確かめる。"""
    remember(as_json)
    with opened() as session:
        found = session.office.ledger.verify()
        sizes = {org: session.office.ledger.count(org) for org in Site}
    say(
        {
            "ok": not found,
            "lines": {org.value: size for org, size in sizes.items()},
            "findings": [f.what for f in found],
        },
        lambda: (
            "\n".join(f.what for f in found)
            or f"管理簿は正しくつながっています（委託先 {sizes[Site.CONTRACTOR]}行、区 {sizes[Site.WARD]}行）"
        ),
    )
    if any(one.chain for one in found):
        raise IntegrityFailure(f"管理簿に合わないところが {len(found)}か所あります")
    if found:  # every line is as it was signed: people have to count again
        raise typer.Exit(UNANSWERED)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="書き出すファイル")], org: Org = None, as_json: Json = False
) -> None:
    """管理簿を1ファイルに書き出す（個人情報は含まない）。"""
    remember(as_json)
    with opened() as session:
        data = session.office.ledger.export(org or session.office.actor.site)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError("ファイルに書けません", where=str(file)) from error
    say(
        {"file": str(file), "lines": data.count(b"\n")},
        f"書き出しました: {file}（{data.count(bytes([10]))}行）",
    )


@app.command()
def told(as_json: Json = False) -> None:
    """相手が復元したとき: 手もとにある相手の管理簿の行数と、末尾の符号を出す。電話で読み上げる。"""
    remember(as_json)
    with opened() as session:
        size, head = session.office.backups.told()
        other = session.office.actor.site.other
    say(
        {"org": other.value, "lines": size, "head": head},
        f"手もとにある{SITE_WORDS[other]}の管理簿: {size}行、末尾の符号 {head[:8]}",
    )


@app.command()
def settle(
    lines: Annotated[int, typer.Argument(help="相手が持つ、こちらの管理簿の行数")],
    head: Annotated[str, typer.Argument(help="相手が読み上げた、末尾の符号（先頭8文字以上）")],
    as_json: Json = False,
) -> None:
    """復元のあと: 相手の手もとと照らし、合えば、また送れるようにする。

    相手のほうが多く持っていれば断る。そのまま送ると、2つの違う履歴になるため。
    """
    remember(as_json)
    with opened() as session:
        session.office.backups.settle(lines, head)
    say({"settled": True, "lines": lines}, "相手の手もとと合いました。これまでどおり送受信できます")


@log_app.command("list")
def log_list(limit: Annotated[int, typer.Option(help="行数")] = 100, as_json: Json = False) -> None:
    """操作ログ（新しい順）。"""
    remember(as_json)
    with opened() as session:
        rows = session.office.ledger.access_page(0, limit)
    say(
        {"rows": [{"seq": r.seq, "at": r.at.isoformat(), "staff": r.staff_id, "act": r.act, "detail": r.detail, "terminal": r.terminal} for r in rows]},
        lambda: columns([(str(r.seq), r.at.isoformat(timespec="seconds"), r.staff_id, r.act, r.detail, r.terminal) for r in rows]),
    )  # fmt: skip


@log_app.command("box")
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


@log_app.command("answer")
def log_answer(
    finding: Annotated[str, typer.Argument(help="ikiiki log box が出す番号（8文字以上）")],
    reason: Annotated[
        Reason, typer.Option(help="、".join(f"{code.value}: {words}" for code, words in REASON_WORDS.items()))
    ],
    as_json: Json = False,
) -> None:
    """説明のつかない記録を確かめたことを、管理簿に署名して残す。同じ記録は、もう出ない。"""
    remember(as_json)
    with opened() as session:
        line = session.office.box_log.answer(finding, reason)
    say({"seq": line.seq}, f"管理簿 {line.seq}行目に書きました: {REASON_WORDS[reason]}")
