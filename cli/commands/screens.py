"""`ikiiki tui` and `ikiiki status`: the screens, and their flow line alone."""

from __future__ import annotations

import json

import typer

from cli.command_vault import opened, vault_folder
from cli.options import CHOICE, Json, remember
from cli.saying import say


def register(app: typer.Typer) -> None:
    app.command("tui")(tui)
    app.command("status")(status)


def tui() -> None:
    """画面を開く。

    端末は80×24以上、UTF-8。① などの幅が合わないときは、環境変数 IKIIKI_AMBIGUOUS を auto・narrow・wide・none のどれかにする。
    色を使わせないときは NO_COLOR=1。
    """
    from cli.opening import run_screens

    run_screens(vault_folder(), CHOICE.staff or "")


def status(as_json: Json = False) -> None:
    """事業がどこまで進み、次に何をするか、何が遅れているかを示す。"""
    remember(as_json)
    with opened() as session:
        flow = session.office.flow.status()
        exchange = session.office.exchange.overview().status
    say(
        {
            "title": flow.title,
            "steps": {step.mark: step.state.value for step in flow.steps},
            "next": flow.sentence,
            "received": flow.received,
            "held": flow.held,
            "late": [
                {"kind": one.kind.value, "what": one.sentence, "next_step": one.next_step}
                for one in flow.late
            ],
            "exchange": {
                "waiting": list(exchange.waiting),
                "bundles": {name: stage.value for name, stage in (exchange.stages or {}).items()},
                "late_bundles": sorted(exchange.late_bundles),
                "courier": json.loads(exchange.state.to_bytes()) if exchange.state else None,
            },
        },
        lambda: (
            f"{flow.title}  受付 {flow.received}  保留 {flow.held}\n"
            + " ".join(
                step.mark + {"done": "✓", "now": "…", "later": ""}[step.state.value] for step in flow.steps
            )
            + f"\nつぎ: {flow.sentence}"
            + "".join(f"\n{one.mark}: {one.sentence}。{one.next_step}" for one in flow.late)
        ),
    )
