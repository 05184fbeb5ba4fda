"""`ikiiki partner`: pairing with the other site, and changing the keys."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.private_file import need_outside
from cli.saying import note, say
from core.errors import UsageError
from core.roles import SITE_WORDS

if TYPE_CHECKING:
    from core.office.pairing import Standing

app = typer.Typer(no_args_is_help=True, help="相手側（委託先・区）の登録")


@app.command()
def export(file: Annotated[Path, typer.Argument(help="書き出すファイル")], as_json: Json = False) -> None:
    """自分の側の公開カードを書き出す。相手に渡し、確認番号を電話で読み上げる。"""
    remember(as_json)
    need_outside(file)
    with opened() as session:
        card, fingerprint = session.office.exchange.partner_card(), session.office.exchange.fingerprint()
    try:
        file.write_bytes(card)
    except OSError as error:
        raise UsageError("ファイルに書けません", where=str(file)) from error
    say(
        {"file": str(file), "fingerprint": fingerprint},
        f"書き出しました: {file}\n確認番号: {fingerprint}\n次にすること: ファイルを相手に渡し、確認番号を電話で読み上げる",
    )


@app.command()
def trust(
    file: Annotated[Path, typer.Argument(help="相手から受け取ったファイル")],
    fingerprint: Annotated[str, typer.Option(help="相手が電話で読み上げた確認番号")],
    as_json: Json = False,
) -> None:
    """相手のカードを、読み上げられた確認番号と合えば登録する。"""
    remember(as_json)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError("ファイルを読めません", where=str(file)) from error
    with opened() as session:
        card = session.office.exchange.trust(data, fingerprint)
    note(f"{SITE_WORDS[card.site]}のカードを登録しました")
    say({"site": card.site.value, "fingerprint": card.fingerprint}, "次にすること: ikiiki sync")


@app.command()
def renew(
    by_hand: Annotated[
        bool,
        typer.Option(
            "--by-hand", help="古い鍵が漏れたおそれのあるとき。新しいカードを持ち運び、確認番号を読み上げ直す"
        ),
    ] = False,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="--by-hand を取りやめる。新しいカードを書き出すまでなら")
    ] = False,
    as_json: Json = False,
) -> None:
    """鍵を替える。相手に求める、または相手の求めに答える。その間も送受信は止まらない。"""
    remember(as_json)
    if cancel and by_hand:
        raise UsageError("--by-hand と --cancel は、いっしょに書けません", next_step="どちらかにしてください")
    with opened() as session:
        exchange = session.office.exchange
        _say(exchange.cancel_renew() if cancel else exchange.renew(by_hand=by_hand))


@app.command()
def status(as_json: Json = False) -> None:
    """鍵の世代と確認番号、鍵の交換がどこまで進んだか。"""
    remember(as_json)
    with opened() as session:
        _say(session.office.exchange.standing())


def _say(standing: Standing) -> None:
    lines = [
        f"世代 {standing.epoch}: {standing.sentence}",
        f"自分の確認番号: {standing.fingerprint}",
        f"相手の確認番号: {standing.partner_fingerprint}",
    ]
    if standing.next_fingerprint:
        lines.append(f"自分の新しい確認番号: {standing.next_fingerprint}")
    if standing.partner_next_fingerprint:
        lines.append(f"相手の新しい確認番号: {standing.partner_next_fingerprint}（電話で確かめる）")
    lines += [f"まだ届いていない前の世代の束: {name}" for name in standing.due]
    say(asdict(standing), "\n".join(lines))
