"""`ikiiki backup`: an encrypted backup, and the rehearsal of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.asking import password
from cli.command_vault import opened, vault_folder
from cli.options import Json, remember, staff_id
from cli.saying import columns, say
from core.errors import IntegrityFailure

app = typer.Typer(
    no_args_is_help=False,
    help="控え（バックアップ）を取る・試す。ログインした人が実行する（鍵が要るため、無人では取れない）",
)


@app.callback(invoke_without_command=True)
def make(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="別の場所（USBメモリなど）のフォルダ。なければ保管庫の backups/"),
    ] = None,
    keep: Annotated[
        str, typer.Option(help="その場所に残す控え。7d4w12m は、7日・4週・12か月のそれぞれ最新")
    ] = "7d4w12m",
    medium: Annotated[
        str,
        typer.Option(
            help="--to の媒体: usb、disc（光ディスク）、disk（この機械の別のディスク）。なければ usb"
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """保管庫の控えを取る。暗号化し、開いて確かめてから名前を付ける。ほかの人が使っていてもよい。

    控えは、取ったときに使えた職員の、そのときのパスワードで開く。管理簿に、控番号とともに残る。
    """
    if context.invoked_subcommand is not None:
        return
    remember(as_json)
    from cli.backing import document_of

    with opened() as session:
        made = session.back_up(to, keep=keep, medium=medium)
    removed = f"\n古い控え {len(made.removed)}個を消しました" if made.removed else ""
    say(
        document_of(made),
        f"控えを取り、開いて確かめました: {made.path}（{_size(made.size)}、控番号 {made.id}）{removed}",
    )


@app.command("list")
def list_(
    folder: Annotated[Path | None, typer.Argument(help="フォルダ。なければ保管庫の backups/")] = None,
    as_json: Json = False,
) -> None:
    """控えの一覧（古い順）。"""
    remember(as_json)
    from cli.backing import list_backups

    with opened() as session:
        found = list_backups(session, folder)
    say(
        {
            "backups": [
                {"file": str(path), "id": name.id, "made": name.made.isoformat(), "size": path.stat().st_size}
                for name, path in found
            ]
        },
        lambda: columns(
            [(f"{name.made.astimezone():%Y-%m-%d %H:%M}", name.id, _size(path.stat().st_size), path.name) for name, path in found]
        ),
    )  # fmt: skip


@app.command("rehearse")
def rehearse(
    backup: Annotated[Path | None, typer.Argument(help="控えのファイル。なければいちばん新しいもの")] = None,
    as_json: Json = False,
) -> None:
    """控えから復元できることを試す。人目に触れない場所に復元し、表を1つずつ比べ、消す。保管庫は変えない。

    違いがあれば6で終わる。結果は管理簿に残る（合えば訓練、違えば事故）。
    """
    remember(as_json)
    from cli.session import open_session

    secret = password()
    session = open_session(vault_folder(), staff_id(), secret, terminal="rehearsal")
    try:
        seen = session.rehearse(secret, backup)
    finally:
        session.close()
    say(
        {
            "file": str(seen.path), "equal": seen.equal, "tables": seen.tables, "rows": seen.rows,
            "differences": list(seen.differences), "changed_since": seen.changed,
        },
        lambda: (
            f"控えから復元し、{seen.tables}の表（{seen.rows}行）がすべて一致しました: {seen.path.name}\n"
            f"控えのあとに変わった表: {seen.changed}"
            if seen.equal
            else "\n".join(seen.differences)
        ),
    )  # fmt: skip
    if not seen.equal:
        raise IntegrityFailure(
            f"控えに、合わないところが{len(seen.differences)}か所あります", where=seen.path.name,
            next_step="この控えは使わず、新しい控えを取り直して、もう一度試してください",
        )  # fmt: skip


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB"
