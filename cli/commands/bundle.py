"""`ikiiki bundle`: a bundle that is refused for good, from both ends (docs/exchange.md, "A bundle that is refused")."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.command_vault import opened
from cli.options import Json, remember
from cli.saying import say
from core.choosing import listed
from core.office.choices import ASIDE_WORDS, AsideReason

app = typer.Typer(no_args_is_help=True, help="取り込めない束を、受け取った側が外し、送った側が取り消す")
Name = Annotated[str, typer.Argument(help="束の番号。例 1-cw-00000003")]


@app.command()
def status(as_json: Json = False) -> None:
    """止まっている束と、だれが次に何をするか。"""
    remember(as_json)
    with opened() as session:
        found = session.office.refusals.standing()
    say(
        {
            "refused": list(found.refused),
            "aside": list(found.aside),
            "to_void": [str(one.bundle) for one in found.to_void],
            "steps": [
                {"bundle": one.bundle, "what": one.sentence, "next_step": one.next_step}
                for one in found.steps
            ],
        },
        lambda: (
            "\n".join(f"{one.sentence}\n次にすること: {one.next_step}" for one in found.steps)
            or "止まっている束はありません"
        ),
    )


@app.command()
def aside(
    name: Name,
    reason: Annotated[
        AsideReason,
        typer.Option(help=listed(ASIDE_WORDS)),
    ],
    as_json: Json = False,
) -> None:
    """受け取った側: 取り込めない束を外し、証拠として残す。取扱責任者が署名する。相手が取り消すまで、後の束は待つ。"""
    remember(as_json)
    with opened() as session:
        found = session.office.refusals.set_aside(name, reason)
    say(
        {"bundle": name, "manifest_sha256": found.manifest_sha256, "reason": reason.value},
        f"外しました: {name}（{ASIDE_WORDS[reason]}）\n"
        "次にすること: ikiiki sync で相手に知らせ、相手の取扱責任者に取消し（ikiiki bundle void）を頼む",
    )


@app.command()
def void(
    name: Name,
    by_phone: Annotated[
        bool,
        typer.Option("--by-phone", help="両方の向きが止まり、外した知らせが届かないとき。電話で確かめてから"),
    ] = False,
    as_json: Json = False,
) -> None:
    """送った側: 相手が外した束を、後の束ごと取り消す。中身は未送付に戻る。取扱責任者が署名する。"""
    remember(as_json)
    with opened() as session:
        sent = session.office.voiding.void(name, by_phone=by_phone)
    say(
        {"bundle": name, "void": sent.name, "bundles": sent.counts["bundles"]},
        f"取り消しました: {name} から {sent.counts['bundles']}束。中身は未送付に戻りました\n"
        "次にすること: ikiiki sync。そのあと、未送付に戻ったものを送る（ikiiki status）",
    )
