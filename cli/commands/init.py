"""`ikiiki init`: a new vault."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.asking import password
from cli.options import Json, remember
from cli.saying import say
from core.errors import UsageError
from core.roles import SITE_WORDS, Site


def register(app: typer.Typer) -> None:
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="新しい保管庫のフォルダ（まだないもの）")],
    site: Annotated[Site, typer.Option(help="contractor（委託先）か ward（区）")],
    staff: Annotated[str, typer.Option("--staff", help="最初の取扱責任者の職員ID")],
    name: Annotated[str, typer.Option(help="その氏名")],
    programme: Annotated[
        Path | None, typer.Option(help="事業の設定。なければ委託先では注釈付きのひな形を書く")
    ] = None,
    remote: Annotated[str, typer.Option(help="受渡しの場所。例 folder:/mnt/box")] = "",
    kdf_mib: Annotated[int, typer.Option(help="パスワードを確かめるのに使うメモリ（MiB、64以上）")] = 256,
    as_json: Json = False,
) -> None:
    """保管庫をつくり、最初の取扱責任者を登録する。"""
    remember(as_json)
    from cli.founding import create_vault_folder
    from cli.programme_file import read_programme
    from core.office.staff import known_of
    from core.passwords.judging import require_good
    from core.programme import parse_programme
    from core.programme_template import programme_template

    text, chosen = None, None
    if programme is not None:
        text = read_programme(programme)
        chosen = parse_programme(text, programme.name)
    elif site is Site.CONTRACTOR:
        template = Path("programme.toml")
        if template.exists():
            raise UsageError(
                "--programme がありません",
                where=str(template),
                next_step="--programme programme.toml を付けてください",
            )
        template.write_text(programme_template(), encoding="utf-8")
        raise UsageError(
            "事業の設定がないため、ひな形を書きました。保管庫はまだつくっていません",
            where=str(template),
            next_step="ひな形を直し、--programme programme.toml を付けてもう一度実行してください",
        )
    secret = password("新しいパスワード", twice=True)
    require_good(secret, known_of(staff, name, site, chosen))
    create_vault_folder(
        folder,
        site,
        staff,
        name,
        secret,
        programme=text,
        remote=remote,
        kdf_mib=kdf_mib,
    )
    say(
        {"vault": str(folder), "site": site.value, "staff": staff},
        f"{SITE_WORDS[site]}の保管庫をつくりました: {folder}\n次にすること: ikiiki --vault {folder} --staff {staff} partner export で、相手に渡すカードを書き出す",
    )
