"""`ikiiki handover`: what is carried by hand, from the bag to the signature at the other end and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.command_vault import opened
from cli.commands.export import day_of
from cli.options import Json, remember
from cli.saying import columns, say
from core.choosing import listed
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS, Content, Medium
from core.ledger.handover import RETRACT_WORDS, STAGE_WORDS

if TYPE_CHECKING:
    from core.office.custody_items import Item

app = typer.Typer(no_args_is_help=True, help="媒体と紙の受渡し（施錠した鞄、受渡票、受領、返却）")
Name = Annotated[str, typer.Argument(help="控番号（はじめの4文字以上）")]
Count = Annotated[int, typer.Argument(help="数えた数")]
File = Annotated[Path, typer.Argument(help="書き出すPDF。まだないファイル")]


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="終わったものも")] = False, as_json: Json = False
) -> None:
    """いま受け渡しているものと、次にすること。"""
    remember(as_json)
    from core.office.custody_items import STEP_WORDS

    with opened() as session:
        items, keyed = session.office.custody.list(everything=everything), session.office.custody.keyed()
    say(
        {"items": [document(one) for one in items], "remarks": list(keyed)},
        lambda: "\n".join(
            [
                columns(
                    [
                        (
                            one.id, CONTENT_WORDS[one.content], f"{one.qty}{UNIT_WORDS[one.unit]}", MEDIUM_WORDS[one.medium],
                            f"{PLACE_WORDS[one.from_]}→{PLACE_WORDS[one.to]}",
                            "両側で違う" if one.differs else STAGE_WORDS[one.stage],
                            f"次: {STEP_WORDS[one.due]}" if one.due else "",
                        )
                        for one in items
                    ]
                ),
                *keyed,
            ]
        ),
    )  # fmt: skip


@app.command()
def forms(count: Annotated[int, typer.Argument(help="応募用紙の枚数")], as_json: Json = False) -> None:
    """※ 区の窓口で受けた応募用紙を、入力せずに紙のまま渡す用意をする（区）。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.prepare_forms(count)
    _told(item, f"控番号 {item.id}: 応募用紙 {count}枚。次に ikiiki handover slip {item.id[:4]} 受渡票.pdf")


@app.command()
def slip(name: Name, file: File, as_json: Json = False) -> None:
    """受渡票（2枚分、署名欄つき）をPDFにする。"""
    remember(as_json)
    with opened() as session:
        session.write_slip(file, name)
    say({"file": str(file)}, f"書き出しました: {file}。2枚に切り、両方に署名をもらってください")


@app.command()
def label(name: Name, file: File, as_json: Json = False) -> None:
    """媒体に貼るラベルをPDFにする。"""
    remember(as_json)
    with opened() as session:
        session.write_label(file, name)
    say({"file": str(file)}, f"書き出しました: {file}")


@app.command()
def notice(name: Name, file: File, as_json: Json = False) -> None:
    """媒体のパスワード通知書をPDFにする。媒体を渡し、決められた時間がたってから。"""
    remember(as_json)
    with opened() as session:
        item = session.write_password_notice(file, name)
    _told(
        item,
        f"書き出しました: {file}。印刷したらファイルを消してください。通知書の控番号は {item.id} です。"
        f"媒体とは別の機会に渡します",
    )


@app.command()
def bag(name: Name, as_json: Json = False) -> None:
    """鞄に入れ、施錠したことを記入する。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.bag(name)
    _told(item)


@app.command()
def give(name: Name, as_json: Json = False) -> None:
    """渡したことを記入する。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.give(name)
    _told(item)


@app.command()
def take(
    name: Annotated[str, typer.Argument(help="受渡票の控番号。相手の記入がまだ届いていなければ10文字すべて")],
    count: Count,
    content: Annotated[
        Content | None, typer.Option(help="内容（渡した側の記入がまだ届いていないとき）")
    ] = None,
    medium: Annotated[Medium | None, typer.Option(help="paper、usb、disc（同じく）")] = None,
    as_json: Json = False,
) -> None:
    """受け取り、鞄の施錠と数を確かめたことを記入する。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.take(name, count, content=content, medium=medium)
    _told(item)


@app.command()
def signed(name: Name, count: Count, as_json: Json = False) -> None:
    """保管庫のない相手が受渡票に署名した数を、紙から記入する。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.signed(name, count)
    _told(item)


@app.command()
def recount(name: Name, count: Count, as_json: Json = False) -> None:
    """数え直した数を記入する（こちらの数が違っていたとき）。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.recount(name, count)
    _told(item)


@app.command("send-back")
def send_back(name: Name, as_json: Json = False) -> None:
    """受け取ったものを返したことを記入する。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.send_back(name)
    _told(item)


@app.command()
def back(name: Name, count: Count, as_json: Json = False) -> None:
    """渡したものが返ってきたことを記入する。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.back(name, count)
    _told(item)


@app.command()
def retract(
    name: Name,
    reason: Annotated[str, typer.Option(help=listed(RETRACT_WORDS))],
    as_json: Json = False,
) -> None:
    """まちがえた記入を取り消す。この側のいちばん新しい1つ（受取り、引渡しなど）。前の行は消えずに残る。"""
    remember(as_json)
    from core.office.custody_items import retracted_words, what_stands

    with opened() as session:
        before = session.office.custody.find(name)
        item = session.office.custody.retract(name, reason)
    assert before.mistake is not None, "it was taken back"
    words = retracted_words(before.mistake)
    say(
        {"id": before.id, "retracted": before.mistake.seq, "item": document(item) if item else None},
        f"控番号 {before.id}: {words}。{what_stands(item)}",
    )


@app.command("return-by")
def return_by(
    name: Name, day: Annotated[str, typer.Argument(help="返却期限。例 2026-05-31")], as_json: Json = False
) -> None:
    """返却期限を決める、直す。"""
    remember(as_json)
    with opened() as session:
        item = session.office.custody.return_by(name, day_of(day))
    _told(item, f"控番号 {item.id}: 返却期限 {item.return_by}")


def document(item: Item) -> dict[str, Any]:
    """As JSON."""
    return {
        "id": item.id, "number": item.number, "content": item.content.value, "medium": item.medium.value,
        "qty": item.qty, "unit": item.unit.value, "taken": item.taken, "from": item.from_.value, "to": item.to.value,
        "stage": item.stage.value, "differs": list(item.differs), "next": [step.value for step in item.steps],
        "since": item.since, "return_by": item.return_by.isoformat() if item.return_by else None,
        "records": item.records, "opens": item.opens,
    }  # fmt: skip


def _told(item: Item, words: str = "") -> None:
    from core.office.custody_items import STEP_WORDS

    steps = "、".join(STEP_WORDS[step] for step in item.steps)
    usual = f"控番号 {item.id}: {CONTENT_WORDS[item.content]} {item.qty}{UNIT_WORDS[item.unit]} {STAGE_WORDS[item.stage]}"
    if item.differs:
        usual += f"。数が違います（渡した側 {item.qty}、受けた側 {item.taken}）。相手に電話してください"
    elif item.due:
        usual += f"。次に記録できること: {steps}"
    say(document(item), words or usual)
