"""`ikiiki ledger`: the 管理簿."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.private_file import need_outside
from cli.saying import columns, say
from core.errors import IntegrityFailure, UsageError
from core.ledger.codes import (
    ACT_WORDS,
    CONTENT_WORDS,
    MEDIUM_WORDS,
    PLACE_WORDS,
    UNIT_WORDS,
    Act,
    Content,
    Medium,
    Place,
    Unit,
)
from core.roles import SITE_WORDS, Site

app = typer.Typer(no_args_is_help=True, help="管理簿")
UNANSWERED = 1
"""As where `ikiiki doctor` fails a line: somebody has to do something."""
Org = Annotated[Site | None, typer.Option(help="contractor か ward。なければ自分の側")]


@app.command("list")
def list_(org: Org = None, as_json: Json = False) -> None:
    """管理簿の行（新しい順）。"""
    remember(as_json)
    with opened() as session:
        desk, site = session.office.ledger, org or session.office.actor.site
        lines = desk.page(site, 0, desk.count(site))
    say(
        {
            "org": site.value,
            "lines": [
                {
                    "seq": x.seq, "at": x.at, "actor": x.actor, "act": x.act.value, "content": x.content.value, "qty": x.qty,
                    "unit": x.unit.value, "medium": x.medium.value, "from": x.from_.value, "to": x.to.value,
                    "handover": x.handover, "ref": x.ref,
                }
                for x in lines
            ],
        },
        lambda: columns(
            [
                (
                    str(x.seq), x.at[:16].replace("T", " "), x.actor, ACT_WORDS[x.act], CONTENT_WORDS[x.content],
                    f"{x.qty}{UNIT_WORDS[x.unit]}", MEDIUM_WORDS[x.medium], f"{PLACE_WORDS[x.from_]}→{PLACE_WORDS[x.to]}",
                )
                for x in lines
            ]
        ),
    )  # fmt: skip


@app.command()
def add(
    act: Annotated[Act, typer.Option(help="行為")],
    content: Annotated[Content, typer.Option(help="内容")],
    qty: Annotated[int, typer.Option(help="数量")],
    unit: Annotated[Unit, typer.Option(help="単位")],
    medium: Annotated[Medium, typer.Option(help="媒体")] = Medium.NONE,
    from_: Annotated[Place, typer.Option("--from", help="どこから")] = Place.NONE,
    to: Annotated[Place, typer.Option(help="どこへ")] = Place.NONE,
    handover: Annotated[str, typer.Option(help="手で運ぶものの控番号（10文字）")] = "",
    as_json: Json = False,
) -> None:
    """道具の外で起きたこと（書類の受渡しなど）を書く。"""
    remember(as_json)
    with opened() as session:
        line = session.office.ledger.add(
            act, content, qty, unit, medium=medium, from_=from_, to=to, handover=handover
        )
    say({"seq": line.seq}, f"管理簿 {line.seq}行目に書きました: {ACT_WORDS[act]} {CONTENT_WORDS[content]}")


@app.command()
def verify(as_json: Json = False) -> None:
    """両方の管理簿のつながりと署名を、最初の行から確かめる。"""
    remember(as_json)
    with opened() as session:
        found = session.office.ledger.verify()
        sizes = {org: session.office.ledger.count(org) for org in Site}
    say(
        {
            "ok": not found,
            "lines": {org.value: size for org, size in sizes.items()},
            "findings": [f.what for f in found],
        },
        lambda: (
            "\n".join(f.what for f in found)
            or f"管理簿は正しくつながっています（委託先 {sizes[Site.CONTRACTOR]}行、区 {sizes[Site.WARD]}行）"
        ),
    )
    if any(one.chain for one in found):
        raise IntegrityFailure(f"管理簿に合わないところが {len(found)}か所あります")
    if found:  # every line is as it was signed: people have to count again
        raise typer.Exit(UNANSWERED)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="書き出すファイル")], org: Org = None, as_json: Json = False
) -> None:
    """管理簿を1ファイルに書き出す（個人情報は含まない）。"""
    remember(as_json)
    need_outside(file)
    with opened() as session:
        data = session.office.ledger.export(org or session.office.actor.site)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise UsageError("ファイルに書けません", where=str(file)) from error
    say(
        {"file": str(file), "lines": data.count(b"\n")},
        f"書き出しました: {file}（{data.count(bytes([10]))}行）",
    )


@app.command()
def told(as_json: Json = False) -> None:
    """相手が復元したとき: 手もとにある相手の管理簿の行数と、末尾の符号を出す。電話で読み上げる。"""
    remember(as_json)
    from core.office.unsettled import SHORTEST_HEAD

    with opened() as session:
        size, head = session.office.handing_back.told()
        other = session.office.actor.site.other
    say(
        {"org": other.value, "lines": size, "head": head},
        f"手もとにある{SITE_WORDS[other]}の管理簿: {size}行、末尾の符号 {head[:SHORTEST_HEAD]}",
    )


@app.command()
def settle(
    lines: Annotated[int, typer.Argument(help="相手が持つ、こちらの管理簿の行数")],
    head: Annotated[str, typer.Argument(help="相手が読み上げた、末尾の符号（先頭8文字以上）")],
    as_json: Json = False,
) -> None:
    """復元のあと: 相手の手もとと照らし、合えば、また仕事ができるようにする。

    相手のほうが多く持っていれば断る。そのまま送ると、2つの違う履歴になるため。次は hand-back と take-back。
    """
    remember(as_json)
    with opened() as session:
        session.office.backups.settle(lines, head)
    say({"settled": True, "lines": lines}, "相手の手もとと合いました。これまでどおりお使いください")


@app.command("hand-back")
def hand_back(
    lines: Annotated[int, typer.Argument(help="相手の控えにある、相手の管理簿の行数")],
    head: Annotated[str, typer.Argument(help="相手が読み上げた、末尾の符号（先頭8文字以上）")],
    to: Annotated[Path, typer.Option(help="書き出すファイル（まだないもの）")],
    as_json: Json = False,
) -> None:
    """相手が復元したとき: 相手が失い、こちらが持つものを、相手だけが開けるファイルに書き出す。

    相手の管理簿の行と、相手が送った束、こちらが送った束が入る。どの方法で渡してもよい。
    """
    remember(as_json)
    from cli import backing
    from core.office.unsettled import SHORTEST_HEAD

    with opened() as session:
        back = backing.hand_back(session, to, lines, head)
        other = session.office.actor.site.other
    say(
        {"file": str(to), "lines": back.lines, "bundles": back.bundles, "told": back.size, "head": back.head},
        f"書き出しました: {to}（{SITE_WORDS[other]}の管理簿 {back.lines}行、束 {back.bundles}）\n"
        f"ファイルを相手に渡し、電話で {back.size}行、符号 {back.head[:SHORTEST_HEAD]} と伝えてください。"
        "相手は ikiiki ledger take-back で取り戻します。済んだらファイルは消してください",
    )


@app.command("take-back")
def take_back(
    file: Annotated[Path, typer.Argument(help="相手が hand-back で書き出したファイル")],
    lines: Annotated[int, typer.Argument(help="相手が持つ、こちらの管理簿の行数")],
    head: Annotated[str, typer.Argument(help="相手が読み上げた、末尾の符号（先頭8文字以上）")],
    as_json: Json = False,
) -> None:
    """復元のあと: 控えになく、相手が持っていたものを取り戻す。済めば、これまでどおり仕事ができる。

    すべてがこちらの署名と合うかを確かめ、合わなければ何も変えない。途中で止まったら、もう一度行う。
    """
    remember(as_json)
    from cli import backing

    with opened() as session:
        done = backing.take_back(session, file, lines, head)
    words = [f"取り戻しました: 管理簿 {done.lines}行、こちらの束 {done.bundles}、相手の束 {done.again}"]
    if done.lost:
        words.append(
            f"届いていなかった媒体の束 {'、'.join(done.lost)} の中身は失われました。紙を見て入れ直してください"
        )
    if done.left:
        words.append(
            f"控えのあとで外した人がいます: {'、'.join(done.left)}。ikiiki staff revoke で、いま外してください"
        )
    if done.joined:
        words.append(f"控えのあとで登録した人がいます: {'、'.join(done.joined)}。もう一度、登録してください")
    if done.stopped:
        words.append(f"相手の束の残りは、送受信で取り込んでください（{done.stopped}）")
    words.append("次にすること: 送っていなかったものだけを入れ直し、控えを取る")
    say(
        {
            "lines": done.lines, "bundles": done.bundles, "again": done.again, "lost": list(done.lost),
            "left": list(done.left), "joined": list(done.joined), "stopped": done.stopped,
        },
        "\n".join(words),
    )  # fmt: skip
