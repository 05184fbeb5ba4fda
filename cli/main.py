"""The command `ikiiki`: the same use cases as the screens, for scripts, timers and people who prefer words."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands import (
    courier,
    demo,
    doctor,
    init,
    intake,
    ledger,
    lottery,
    papers,
    participants,
    partner,
    phone,
    programme,
    review,
    screens,
    staff,
    sync,
)  # fmt: skip
from cli.context import CHOICE
from core.errors import IkiikiError, UsageError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="抽選で参加者を決める区の事業を、応募から通知まで運ぶ。委託先と区が同じ道具を使う。",
)
for module in (init, screens, sync, doctor, demo):
    module.register(app)
app.add_typer(programme.app, name="programme")
app.add_typer(staff.app, name="staff")
app.add_typer(partner.app, name="partner")
app.add_typer(phone.app, name="phone")
app.add_typer(courier.app, name="courier")
app.add_typer(intake.app, name="intake")
app.add_typer(review.app, name="review")
app.add_typer(lottery.app, name="lottery")
app.add_typer(participants.app, name="participants")
app.add_typer(papers.app, name="papers")
app.add_typer(ledger.app, name="ledger")
app.add_typer(ledger.log_app, name="log")


@app.callback()
def main(
    vault: Annotated[
        Path | None, typer.Option("--vault", envvar="IKIIKI_VAULT", help="保管庫のフォルダ")
    ] = None,
    staff_id: Annotated[str | None, typer.Option("--staff", envvar="IKIIKI_STAFF", help="職員ID")] = None,
) -> None:
    """抽選で参加者を決める区の事業を、応募から通知まで運ぶ。委託先と区が同じ道具を使う。"""
    CHOICE.vault = vault
    CHOICE.staff = staff_id


def run() -> None:
    """Entry point of the `ikiiki` script: errors become a few Japanese lines and an exit code, never a traceback."""
    os.umask(0o077)
    CHOICE.json = "--json" in sys.argv or ("sync" in sys.argv and not sys.stdout.isatty())
    try:
        app()
    except SystemExit as leaving:
        if CHOICE.json and leaving.code == UsageError.exit_code:  # typer has told people why, on stderr
            _document(
                "コマンドの書き方が正しくありません", "", "--help で使い方を確かめてください", leaving.code
            )
        raise
    except IkiikiError as error:
        _tell(error.what, error.where, error.next_step, error.exit_code, error.done)
    except KeyboardInterrupt:
        _tell("中断しました。途中のものは記録されていません", "", "もう一度実行してください", 1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - the last resort: what it says may hold personal data, so it is not shown
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
        _tell(
            f"予期しない誤りが起きました（{type(error).__name__}）。途中のものは記録されていません",
            where,
            "同じことが続くときは、この表示を保守担当に知らせてください",
            1,
        )


def _tell(what: str, where: str, next_step: str, code: int, done: Mapping[str, Any] | None = None) -> None:
    if CHOICE.json:
        _document(what, where, next_step, code, done)
    place = f"（{where}）" if where else ""
    print(f"誤り: {what}{place}", file=sys.stderr)
    if next_step:
        print(f"次にすること: {next_step}", file=sys.stderr)
    sys.exit(code)


def _document(
    what: str, where: str, next_step: str, code: int, done: Mapping[str, Any] | None = None
) -> None:
    """The one JSON document of a command that failed; `report` has what was done all the same."""
    error = {"what": what, "where": where, "next_step": next_step, "exit_code": code}
    document = {"error": error} if done is None else {"error": error, "report": done}
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
