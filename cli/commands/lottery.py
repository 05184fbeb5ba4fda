"""`ikiiki lottery`: the draw ⑥ as a ceremony between the two sites."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.command_vault import opened
from cli.commands.chances import chances
from cli.options import Json, remember
from cli.saying import columns, say
from cli.seconding import seconding
from core.choosing import listed
from core.draw.abandoned import REASON_WORDS, Reason
from core.errors import IntegrityFailure, UsageError
from core.roles import SITE_WORDS, Site

if TYPE_CHECKING:
    from core.office.ceremony_status import Ceremony

app = typer.Typer(no_args_is_help=True, help="抽選")


@app.command()
def status(as_json: Json = False) -> None:
    """抽選がどこまで進み、次にだれが何をするか。"""
    remember(as_json)
    with opened() as session:
        _tell(session.office.lottery.status())


@app.command()
def seal(
    beacon_at: Annotated[
        str,
        typer.Option(
            "--beacon-at",
            help="両者の立会人がそろわないとき: この日時に公表される公開乱数（drand）を、さいころの代わりに使う",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """封印をつくる（手順1）。取りやめのあと、または次の募集回では、次の抽選をはじめる。"""
    remember(as_json)
    from cli.clock import now
    from core.office.beacon import beacon_on

    with opened() as session:
        _tell(session.office.lottery.seal(beacon_on(beacon_at, now()) if beacon_at else None))


@app.command()
def freeze(
    absent: Annotated[
        bool,
        typer.Option(
            "--absent", help="区だけ: 署名はするが、封印を開けない（秘密が見られたおそれがあるとき）"
        ),
    ] = False,
    without: Annotated[
        str,
        typer.Option(
            "--without",
            help="区だけ: 確認・窓口受付のあとで委託先が不受理にした応募（受付番号すべて）を認めて署名する",
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """抽選名簿を確定する（手順2）。区は一対一に確かめて署名し、封印の中身を送る。"""
    remember(as_json)
    numbers = _numbers(without)
    with opened() as session:
        with seconding(session):
            done = session.office.lottery.freeze(absent, numbers)
        _tell(done)


@app.command("open")
def open_(
    absent: Annotated[bool, typer.Option("--absent", help="区の封印の中身が届かないまま進める")] = False,
    as_json: Json = False,
) -> None:
    """封印を開ける（手順3）。"""
    remember(as_json)
    with opened() as session:
        _tell(session.office.lottery.open_seals(absent))


@app.command()
def dice(
    digits: Annotated[
        str | None, typer.Argument(help="20個の数字。端末では尋ねる。公開乱数を使う抽選では要らない")
    ] = None,
    again: Annotated[str | None, typer.Option("--again", help="確かめのため、もう一度同じ数字")] = None,
    beacon: Annotated[
        str,
        typer.Option("--beacon", help="公開乱数の値（規則にあるときだけ、数字の代わり）。この拠点で調べる"),
    ] = "",
    as_json: Json = False,
) -> None:
    """さいころの数字を、紙の記録から入力する（手順4）。記録したあとは直せないので2回入力する。"""
    remember(as_json)
    if digits is None and beacon:
        digits = again = ""
    if digits is None and sys.stdin.isatty():
        digits = input("さいころの数字（20個）: ")
        again = input("もう一度: ")
    if digits is None or again is None:
        raise UsageError("さいころの数字が要ります", next_step="ikiiki lottery dice 数字 --again 数字")
    if "".join(digits.split()) != "".join(again.split()):
        raise UsageError(
            "2回の入力が違います。まだ何も記録していません", next_step="紙の記録を読み直してください"
        )
    with opened() as session:
        _tell(session.office.lottery.dice(digits, beacon))


@app.command()
def draw(as_json: Json = False) -> None:
    """抽選を計算し、結果に署名する（手順5）。"""
    remember(as_json)
    with opened() as session:
        _tell(session.office.lottery.draw())


@app.command()
def abandon(
    reason: Annotated[Reason, typer.Option("--reason", help="理由。公表される。 " + listed(REASON_WORDS))],
    as_json: Json = False,
) -> None:
    """この抽選を取りやめる。両者が署名してはじめて成り立ち、次の抽選がそれを名指しする。"""
    remember(as_json)
    with opened() as session:
        _tell(session.office.lottery.abandon(reason))


@app.command()
def report(
    draw: Annotated[str | None, typer.Option("--draw", help="どの抽選か（省けば最新）")] = None,
    as_json: Json = False,
) -> None:
    """いつ、だれが、何をしたかを、両者の管理簿からまとめる。"""
    remember(as_json)
    with opened() as session:
        text = session.office.publication.report(draw)
    say({"report": text}, text.rstrip("\n"))


app.command()(chances)


@app.command()
def publish(
    folder: Annotated[Path, typer.Argument(help="公開フォルダ")],
    draw: Annotated[
        str | None, typer.Option("--draw", help="どの抽選か（省けば最新）。取りやめた抽選も")
    ] = None,
    as_json: Json = False,
) -> None:
    """だれでも確かめられる公開フォルダを書き出す（個人情報は含まない）。"""
    remember(as_json)
    with opened() as session:
        name = session.publish(folder, draw)
    say(
        {"draw": name, "folder": str(folder)},
        f"書き出しました: {folder}\n確かめ方: cd {folder} && sh verify.sh",
    )


@app.command()
def hashes(as_json: Json = False) -> None:
    """区のお知らせに載せる値: 検算の道具と、両者の公開鍵の SHA-256。"""
    remember(as_json)
    with opened() as session:
        found = session.notice_hashes()
    say({"sha256": found}, "\n".join(f"{digest}  {name}" for name, digest in found.items()))


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="公開フォルダ")],
    contractor_key: Annotated[
        str, typer.Option("--contractor-key", help="お知らせにある contractor.pem の SHA-256")
    ] = "",
    ward_key: Annotated[str, typer.Option("--ward-key", help="お知らせにある ward.pem の SHA-256")] = "",
    as_json: Json = False,
) -> None:
    """公開フォルダを計算し直し、署名も確かめる（保管庫は要らない）。"""
    remember(as_json)
    from cli.public_folder import check_folder, key_hash

    given = {Site.CONTRACTOR: contractor_key, Site.WARD: ward_key}
    expected = {site: key_hash(value, f"--{site}-key") for site, value in given.items() if value}
    checked = check_folder(folder, expected)
    compare = [f"{digest}  {name}" for name, digest in checked.hashes.items()]
    told = [
        "この抽選は、取りやめか、その申し出で止まっています。そこまでの記録に誤りはありません。"
        if checked.abandoned
        else "抽選は公開ファイルのとおりに計算し直せました。",
        *([checked.seen_by_the_ward] if checked.seen_by_the_ward else []),
        *(
            [
                f"さいころの代わりは、公開乱数です。値が本物かを、発表元の記録と見比べてください: {checked.beacon}"
            ]
            if checked.beacon
            else []
        ),
        "署名は、フォルダにある2つの鍵と合います。",
        "鍵は2つとも、お知らせのものです。"
        if len(expected) == len(Site)
        else "つぎの値を、区のお知らせと見比べてください。",
        *compare,
    ]
    say(
        {
            "ok": not checked.findings,
            "abandoned": checked.abandoned,
            "findings": checked.findings,
            "sha256": checked.hashes,
            "events": checked.events,
            "ward_seq": checked.ward_seq,
            "beacon": checked.beacon,
        },
        "\n".join(checked.findings or told),
    )
    if checked.findings and as_json:
        raise typer.Exit(IntegrityFailure.exit_code)
    if checked.findings:
        raise IntegrityFailure(
            f"公開フォルダに合わないところが {len(checked.findings)}か所あります",
            where=str(folder),
            next_step="写し直してもう一度確かめ、それでも同じなら、この表示を区に知らせてください",
        )


def _numbers(text: str) -> frozenset[int]:
    from core.office.ranges import numbers_in

    try:
        return numbers_in(text)[0] if text else frozenset()
    except ValueError as error:
        raise UsageError("受付番号が読めません", where="--without", next_step=str(error)) from error


def _tell(state: Ceremony) -> None:
    say(
        {
            "draw": state.draw, "step": state.step.value, "mine": state.mine, "sentence": state.sentence, "units": state.units,
            "seed": state.seed, "hashes": dict(state.hashes), "seats": {k: list(v) for k, v in state.seats.items()},
            "digits": {site.value: digits for site, digits in state.digits.items()}, "small_classes": state.small_classes,
            "round": state.round, "beacon": list(state.beacon) if state.beacon else None, "left_out": list(state.left_out),
            "held": state.held, "dropped": dataclasses.asdict(state.dropped), "unopened": state.unopened,
            "against": {site.value: why for site, why in (state.against or {}).items()}, "abandoned": list(state.abandoned),
            "next_draw": state.next_draw,
        },
        lambda: f"抽選 {state.draw}\nつぎ: {state.sentence}\n"
        + "".join(f"{SITE_WORDS[site]}が取りやめを求めています: {why}\n" for site, why in (state.against or {}).items())
        + (f"公開乱数: {' '.join(state.beacon)}\n" if state.beacon else "")
        + (f"名簿に入らない応募（区が確認していない）: {'、'.join(f'{n:04}' for n in state.left_out)}\n" if state.left_out else "")
        + (f"名簿に入らない応募（保留のまま）: {state.held}件\n" if state.held else "")
        + "".join(f"{sentence}\n" for sentence in state.dropped.sentences)
        + (f"つぎの募集回の抽選 {state.next_draw} をはじめられます（ikiiki lottery seal）\n" if state.next_draw else "")
        + columns(
            [(name, digest, "・".join(SITE_WORDS[s] for s in state.signatures.get(name, ()))) for name, digest in state.hashes.items()]
            or [("まだ何も記録されていません",)]
        ),
    )  # fmt: skip


__all__ = ["Site", "app"]
