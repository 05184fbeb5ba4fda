"""`ikiiki second`: the second person's word, where the programme asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say

if TYPE_CHECKING:
    from core.office.second import Pending

app = typer.Typer(no_args_is_help=True, help="二人目の確認（事業の設定で決めた操作）")
Name = Annotated[str, typer.Argument(help="発議の番号（はじめの4文字でよい）")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """二人目の確認が要る操作と、いまある発議。"""
    remember(as_json)
    from core.office.second import DEED_WORDS

    with opened() as session:
        asked, rows = session.office.second.asked(), session.office.second.list()
    say(
        {"asked": [deed.value for deed in asked], "pending": [_document(one) for one in rows]},
        lambda: (
            f"二人目の確認が要る操作: {'、'.join(DEED_WORDS[deed] for deed in asked) or '（決められていません）'}\n"
            + columns([(one.id, one.sentence, one.agreement.proposed_by, _state(one)) for one in rows])
        ),
    )


@app.command()
def confirm(name: Name, as_json: Json = False) -> None:
    """ほかの人の発議を、二人目として確かめる。管理簿に署名が残る。"""
    remember(as_json)
    with opened() as session:
        one = session.office.second.confirm(name)
    say(
        _document(one),
        f"確かめました: {one.sentence}\n次にすること: {one.agreement.proposed_by} が、もう一度実行する",
    )


@app.command()
def drop(name: Name, as_json: Json = False) -> None:
    """発議を取りやめる（行う前だけ）。"""
    remember(as_json)
    with opened() as session:
        one = session.office.second.drop(name)
    say({"dropped": one.id}, f"取りやめました: {one.sentence}")


def _document(one: Pending) -> dict[str, Any]:
    return {
        "id": one.id, "deed": one.deed.value, "about": one.told, "proposed_by": one.agreement.proposed_by,
        "confirmed_by": one.agreement.confirmed_by, "until": one.agreement.until.isoformat(), "over": one.over,
    }  # fmt: skip


def _state(one: Pending) -> str:
    if one.over:
        return "期限切れ"
    return f"{one.agreement.confirmed_by} が確かめた" if one.agreement.confirmed else "確認待ち"
