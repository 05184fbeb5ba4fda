"""`ikiiki courier`: how the unattended courier gets into Box."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import note, say

app = typer.Typer(no_args_is_help=True, help="通信係（定時の送受信）の設定")


@app.command()
def box(
    file: Annotated[Path, typer.Argument(help="Boxの設定を書いたファイル（TOML）")],
    credential: Annotated[
        Path, typer.Option(help="新しい資格情報を書き出すファイル。定時の送受信に渡す（LoadCredential）")
    ],
    jwt_config: Annotated[
        Path | None, typer.Option(help="JWTで入るとき、Boxの開発者コンソールが出したJSONファイル")
    ] = None,
    as_json: Json = False,
) -> None:
    """Boxのフォルダを受渡しの場所にする。秘密は、新しく作る資格情報で封をしてしまう。取扱責任者が行う。"""
    remember(as_json)
    with opened() as session:
        folder = session.use_box(file, credential, jwt_config)
    note(
        "次にすること: 設定のファイルと資格情報のファイルのうち、設定のファイルは消し、資格情報は定時の送受信だけが読めるようにする"
    )
    say({"folder": folder, "credential": str(credential)}, f"Boxのフォルダ {folder} で受け渡します")
