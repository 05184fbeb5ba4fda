"""`ikiiki ledger` and `ikiiki log`: the 管理簿 and the 操作ログ."""

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
from core.roles import Site

app = typer.Typer(no_args_is_help=True, help="管理簿")
log_app = typer.Typer(no_args_is_help=True, help="操作ログ")
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
    as_json: Json = False,
) -> None:
    """道具の外で起きたこと（書類の受渡しなど）を書く。"""
    remember(as_json)
    with opened() as session:
        line = session.office.ledger.add(act, content, qty, unit, medium=medium, from_=from_, to=to)
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
    if found:
        raise IntegrityFailure(f"管理簿に合わないところが {len(found)}か所あります")


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
