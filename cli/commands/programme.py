"""`ikiiki programme`: the rules of the year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.programme_file import read_programme
from cli.saying import say
from cli.seconding import seconding

Name = Annotated[str, typer.Argument(help="待っている決まりの番号（はじめの4文字でよい）")]
app = typer.Typer(no_args_is_help=True, help="事業の設定（programme.toml）")


@app.command()
def template(as_json: Json = False) -> None:
    """注釈付きのひな形を書き出す。"""
    remember(as_json)
    from core.programme_template import programme_template

    say({"programme": programme_template()}, programme_template)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="programme.toml")], as_json: Json = False) -> None:
    """設定のファイルを確かめる（保管庫は要らない）。"""
    remember(as_json)
    from core.programme import parse_programme

    made = parse_programme(read_programme(file), file.name)
    say(
        {"name": made.name, "outings": list(made.codes)},
        f"正しい設定です: {made.name}（{'・'.join(made.codes)}）",
    )


@app.command("set")
def set_(file: Annotated[Path, typer.Argument(help="programme.toml")], as_json: Json = False) -> None:
    """事業の設定を入れ替える（抽選の手順が始まるまで）。区へは次の sync で送られる。

    二人目の確認を決めてあるときは、安全の決まり（[accounts]、[handover]、[log_review]）を変えるのにも二人目が要る。
    """
    remember(as_json)
    with opened() as session, seconding(session):
        session.office.rules.set(read_programme(file))
    say({"set": file.name}, "事業の設定を入れ替えました。次の sync で区へ送られます")


@app.command()
def waiting(as_json: Json = False) -> None:
    """委託先が変えた安全の決まりのうち、区の確かめを待つもの。それまでは、いまの決まりのまま。"""
    remember(as_json)
    with opened() as session:
        found = session.office.rules.waiting()
    document = {"id": found.id, "changes": list(found.changes), "declined": found.declined} if found else None
    say(
        {"waiting": document},
        lambda: (
            "\n".join(
                [
                    f"番号 {found.id}" + ("（同意していない）" if found.declined else ""),
                    *(f"  {change}" for change in found.changes),
                    f"次にすること: 委託先に理由を聞き、ikiiki programme agree {found.id} か decline {found.id}",
                ]
            )
            if found
            else "確かめを待つ決まりはありません"
        ),
    )


@app.command()
def agree(name: Name, as_json: Json = False) -> None:
    """委託先が変えた安全の決まりに、区として同意する。いまから効く。"""
    remember(as_json)
    with opened() as session, seconding(session):
        session.office.rules.agree(name)
    say({"agreed": name}, "同意しました。新しい決まりが効いています")


@app.command()
def decline(name: Name, as_json: Json = False) -> None:
    """委託先が変えた安全の決まりに同意しない。いまの決まりのままで、もう尋ねられない。"""
    remember(as_json)
    with opened() as session:
        session.office.rules.decline(name)
    say({"declined": name}, "いまの決まりのままです。委託先に電話で伝えてください")
