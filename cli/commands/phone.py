"""`ikiiki phone`: what a ward that may only download tells by telephone, with one-time codes."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import say
from core.exchange.code_kinds import CodeKind

app = typer.Typer(
    no_args_is_help=True, help="受け取りだけの回線の区が、電話で伝える（受領・⑤・⑩、一度きりの番号）"
)
Kind = Annotated[CodeKind, typer.Argument(help="receipt 受領 / review ⑤ / approval ⑨⑩")]


@app.command()
def value(kind: Kind, as_json: Json = False) -> None:
    """照合の値。番号を伝える前に、両方で出して読み合わせる。"""
    remember(as_json)
    with opened() as session:
        found = session.office.by_phone.sayable(kind)
    say(
        {
            "kind": kind.value,
            "values": [
                {"value": one.value, "subject": one.subject, "count": one.count, "sha256": one.hash}
                for one in found
            ],
        },
        lambda: "\n".join(f"照合の値 {one.value}  {one.sentence}" for one in found),
    )


@app.command()
def tell(
    kind: Kind,
    another: Annotated[
        bool, typer.Option("--another", help="「使われた番号」と言われたとき、次の番号を出す")
    ] = False,
    as_json: Json = False,
) -> None:
    """区: 電話で読み上げる一度きりの番号を出す。照合の値が合ってから読み上げる。"""
    remember(as_json)
    with opened() as session:
        told = session.office.by_phone.tell(kind, another=another)
    say(
        {
            "kind": kind.value, "index": told.index, "code": told.code, "value": told.said.value,
            "subject": told.said.subject, "count": told.said.count,
        },
        f"{told.said.sentence}\n照合の値 {told.said.value}\n第{told.index}番   {told.code}",
    )  # fmt: skip


@app.command()
def hear(
    kind: Kind, code: Annotated[str, typer.Argument(help="読み上げられた26文字")], as_json: Json = False
) -> None:
    """委託先: 読み上げられた番号を受け、届いた束と同じに扱う。"""
    remember(as_json)
    with opened() as session:
        heard = session.office.by_phone.hear(kind, code)
    say(
        {
            "kind": kind.value,
            "index": heard.index,
            "value": heard.said.value,
            "subject": heard.said.subject,
            "count": heard.said.count,
        },
        f"第{heard.index}番を受けました: {heard.said.sentence}",
    )
