"""`ikiiki demo`: a whole year played in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json, remember
from cli.saying import note, say


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="見本をつくるフォルダ（見本のフォルダだけを作り直す）")],
    as_json: Json = False,
) -> None:
    """1年分（①〜⑪）を、架空の応募者380人で通して見せる。保管庫2つ、受渡しフォルダ1つ。"""
    remember(as_json)
    from cli.demo import play

    year = play(folder.absolute(), tell=note if as_json else print)
    say(year.document(), year.closing)
