"""`ikiiki erase`: the end of the contract, C11. Two people, every copy, a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.asking import password
from cli.command_vault import opened
from cli.options import CHOICE, Json, chosen_folder, remember, staff_id
from cli.saying import columns, note, say
from core.choosing import listed
from core.errors import UsageError
from core.office.choices import UNPRINTED_REASONS

if TYPE_CHECKING:
    from cli.erasing import Erased
    from core.office.erasing import Plan

app = typer.Typer(no_args_is_help=True, help="消去と報告（契約の終わり）")
Name = Annotated[str, typer.Option("--name", help="事業の名前をそのまま（消してよいことの確かめ）")]


@app.command()
def plan(as_json: Json = False) -> None:
    """消去すると何が消え、何が残り、何を人が確かめるかの一覧。何も変えない。"""
    remember(as_json)
    with opened() as session:
        seen = session.erasure_plan()
        erased = session.office.actor.erased
    say(_plan(seen, erased), lambda: _words(seen, erased))


@app.command()
def propose(
    anyway: Annotated[
        bool, typer.Option("--anyway", help="相手がもう答えられないとき。済んでいないことが報告書に残る")
    ] = False,
    as_json: Json = False,
) -> None:
    """消去を発議する。1人目の取扱責任者が行い、管理簿に署名が残る。"""
    remember(as_json)
    with opened() as session:
        made = session.propose_erasure(anyway=anyway)
    say(
        {"id": made.id, "by": made.proposed_by, "until": made.until.isoformat()},
        f"消去を発議しました（番号 {made.id}）\n"
        f"次にすること: ほかの取扱責任者が {made.until:%Y-%m-%d %H:%M} までに ikiiki erase confirm で決裁する",
    )


@app.command()
def confirm(name: Name = "", as_json: Json = False) -> None:
    """消去を決裁する。発議した人とは別の取扱責任者が、自分のパスワードで行う。"""
    remember(as_json)
    with opened() as session:
        made = session.office.erasing.confirm(_named(name))
    say(
        {"id": made.id, "by": made.confirmed_by, "until": made.until.isoformat()},
        f"消去を決裁しました（番号 {made.id}）\n"
        f"次にすること: {made.until:%Y-%m-%d %H:%M} までに ikiiki erase run で消去する",
    )


@app.command()
def drop(as_json: Json = False) -> None:
    """消去の発議を取りやめる（始める前だけ）。"""
    remember(as_json)
    with opened() as session:
        session.office.erasing.drop()
    say({"dropped": True}, "消去の発議を取りやめました")


@app.command()
def run(
    name: Name = "",
    unprinted: Annotated[
        str,
        typer.Option(help="台帳を印刷せずに消す理由（報告書に載る）。 " + listed(UNPRINTED_REASONS)),
    ] = "",
    as_json: Json = False,
) -> None:
    """消去する。鍵、ファイル、受渡しの場所の順に消し、1つずつもう一度見て確かめる。途中で止まっても、次に続きから進む。"""
    remember(as_json)
    from cli.erasing import erase, go_on, under_way
    from cli.progress import progress_line
    from cli.session import open_session

    folder = chosen_folder()
    one = under_way(folder)
    secret: list[str] = []

    def login() -> tuple[str, str]:
        if not secret:
            secret.append(password())
        return staff_id(), secret[0]

    if one is not None:
        with progress_line("消去しています") as progress:
            done = go_on(one, login, progress, named=lambda: _named(name))
    else:
        who, word = login()
        session = open_session(folder, who, word, terminal="")
        try:
            typed = _named(name)
            with progress_line("消去しています") as progress:
                done = erase(session, typed, progress, unprinted)
        finally:
            session.close()
    if CHOICE.staff is not None:  # so that it is signed at once, where this person may
        open_session(done.kept, *login()).close()
    _tell(done)


def _tell(done: Erased) -> None:
    from core.erasure.copies import OUTCOME_WORDS, Outcome

    counts = {outcome: sum(one.outcome is outcome for one in done.ended) for outcome in Outcome}
    say(
        {"kept": str(done.kept), **{outcome.value: count for outcome, count in counts.items()}},
        "消去が終わりました。"
        + "、".join(f"{OUTCOME_WORDS[outcome]} {count}件" for outcome, count in counts.items() if count)
        + f"\n残したもの: {done.kept}\n"
        f"次にすること: ikiiki --vault {done.kept} erase tick で印刷物や媒体の廃棄を確かめ、erase report で報告書をつくる",
    )


@app.command()
def tick(
    copy: Annotated[str, typer.Argument(help="控番号（はじめの4文字以上）")],
    qty: Annotated[int | None, typer.Option(help="そのうちの数。なければ全部")] = None,
    as_json: Json = False,
) -> None:
    """印刷物・媒体・元のファイルを、自分の目で見て廃棄したことを記録する。"""
    remember(as_json)
    with opened() as session:
        left = session.office.inventory.destroyed(copy, qty)
    say({"copy": left.id, "here": left.here}, f"記録しました: {left.id}（手もとに残り {left.here}）")


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="書き出すPDF。同じ名前の .evidence に署名つきの記録も書く")],
    as_json: Json = False,
) -> None:
    """消去報告書をPDFにする。署名つきの記録も並べて書く。"""
    remember(as_json)
    with opened() as session:
        made = session.write_erasure_report(file)
    say(
        {"file": str(file), "evidence": str(file.with_suffix(".evidence")), "paper": made},
        f"書き出しました: {file} と {file.with_suffix('.evidence').name}（控番号 {made}）",
    )


def _named(name: str) -> str:
    """What was typed as the programme's name, by option or at the terminal."""
    import sys

    if name:
        return name
    if not sys.stdin.isatty():
        raise UsageError("事業の名前が要ります", next_step="--name に事業の名前をそのまま書いてください")
    note("消去すると元に戻せません。消してよければ、事業の名前をそのまま入力してください。")
    return input("事業の名前: ")


def _plan(seen: Plan, erased: bool) -> dict[str, Any]:
    agreement = seen.agreement
    return {
        "programme": seen.programme,
        "erased": erased,
        "files": [{"kind": g.kind.value, "count": g.count, "bytes": g.size} for g in seen.groups],
        "by_hand": [
            {"copy": c.id, "content": c.content.value, "medium": c.medium.value, "unit": c.unit.value, "qty": c.qty, "here": c.here, "given": c.given}
            for c in seen.copies
        ],
        "former_places": [{"id": one.id, "since": one.since, "until": one.until} for one in seen.former],
        "registers": seen.registers,
        "registers_unprinted": seen.unprinted,
        "obstacles": list(seen.obstacles),
        "before_retention_end": seen.early or None,
        "agreement": None
        if agreement is None
        else {"id": agreement.id, "proposed_by": agreement.proposed_by, "confirmed_by": agreement.confirmed_by or None, "over": seen.over},
    }  # fmt: skip


def _words(seen: Plan, erased: bool) -> str:
    from core.office.erasing_words import plan_words

    return "\n".join(plan_words(seen, erased, columns))
