"""`ikiiki programme`: the rules of the year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import Json, opened, remember, say
from cli.programme_file import read_programme

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
    """事業の設定を入れ替える（抽選の手順が始まるまで）。区へは次の sync で送られる。"""
    remember(as_json)
    with opened() as session:
        session.office.rules.set(read_programme(file))
    say({"set": file.name}, "事業の設定を入れ替えました。次の sync で区へ送られます")
