"""`ikiiki inventory`: prints, exports and media: what there is, where it lies, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import columns, say
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS

if TYPE_CHECKING:
    from core.office.inventory import Copy

app = typer.Typer(no_args_is_help=True, help="媒体と紙の一覧（どこに何がいくつあるか）")
Name = Annotated[str, typer.Argument(help="控番号（はじめの4文字以上）")]


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="もう無いものも")] = False, as_json: Json = False
) -> None:
    """手もとにあるものと、渡してあるもの。返却期限を過ぎたものには印が付く。"""
    remember(as_json)
    with opened() as session:
        copies = session.office.inventory.list(everything=everything)
    say(
        {"copies": [_document(one) for one in copies]},
        lambda: columns(
            [
                (
                    one.id, CONTENT_WORDS[one.content], MEDIUM_WORDS[one.medium], f"手もと {one.here}{UNIT_WORDS[one.unit]}",
                    f"渡してある {one.given}{UNIT_WORDS[one.unit]}" if one.given else "",
                    PLACE_WORDS[one.place] if one.here else "",
                    f"期限 {one.return_by}{' 過ぎています' if one.overdue else ''}" if one.return_by else "",
                )
                for one in copies
            ]
        ),
    )  # fmt: skip


@app.command()
def stored(name: Name, as_json: Json = False) -> None:
    """鍵付き保管庫にしまったことを記入する。"""
    remember(as_json)
    with opened() as session:
        copy = session.office.inventory.stored(name)
    _told(copy)


@app.command("taken-out")
def taken_out(name: Name, as_json: Json = False) -> None:
    """鍵付き保管庫から出したことを記入する。"""
    remember(as_json)
    with opened() as session:
        copy = session.office.inventory.taken_out(name)
    _told(copy)


@app.command()
def destroyed(
    name: Name,
    qty: Annotated[int | None, typer.Option(help="数。なければ手もとの全部")] = None,
    as_json: Json = False,
) -> None:
    """細断・破壊・消去したこと（相手から廃棄の報告を受けたこと）を記入する。"""
    remember(as_json)
    with opened() as session:
        copy = session.office.inventory.destroyed(name, qty)
    _told(copy)


def _document(copy: Copy) -> dict[str, Any]:
    return {
        "id": copy.id, "content": copy.content.value, "medium": copy.medium.value, "unit": copy.unit.value,
        "qty": copy.qty, "here": copy.here, "given": copy.given, "place": copy.place.value, "made_at": copy.made_at,
        "made_by": copy.made_by, "last_at": copy.last_at, "received": copy.received,
        "return_by": copy.return_by.isoformat() if copy.return_by else None, "overdue": copy.overdue,
    }  # fmt: skip


def _told(copy: Copy) -> None:
    unit = UNIT_WORDS[copy.unit]
    say(
        _document(copy),
        f"控番号 {copy.id}: {CONTENT_WORDS[copy.content]} 手もと {copy.here}{unit}、渡してある {copy.given}{unit}"
        + (f"（{PLACE_WORDS[copy.place]}）" if copy.here else ""),
    )
