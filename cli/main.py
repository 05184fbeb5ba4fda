"""The command `ikiiki`: the same use cases as the screens, for scripts, timers and people who prefer words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import hide_arguments
from cli.options import CHOICE
from cli.telling import telling
from cli.usage import called

HELP = "抽選で参加者を決める区の事業を、応募から通知まで運ぶ。委託先と区が同じ道具を使う。"
GROUPS = {
    "programme": "programme", "staff": "staff", "partner": "partner", "phone": "phone", "bundle": "bundle",
    "courier": "courier", "intake": "intake", "review": "review", "lottery": "lottery", "participants": "participants",
    "papers": "papers", "register": "register", "ledger": "ledger", "log": "log", "backup": "backup",
    "person": "person", "erase": "erase", "second": "second",
    "handover": "handover", "inventory": "inventory",
}  # fmt: skip
"""The module of each command that has others below it, in the order of the list."""
ALONE = {
    "init": "init",
    "tui": "screens",
    "status": "screens",
    "due": "due",
    "keys": "keys",
    "sync": "sync",
    "doctor": "doctor",
    "restore": "restore",
    "demo": "demo",
    "export": "export",
}

PERSONAL = {"intake", "review", "person", "participants"}
"""Groups whose options may hold a name, an address, a number."""


def main(
    vault: Annotated[
        Path | None, typer.Option("--vault", envvar="IKIIKI_VAULT", help="保管庫のフォルダ")
    ] = None,
    staff_id: Annotated[str | None, typer.Option("--staff", envvar="IKIIKI_STAFF", help="職員ID")] = None,
) -> None:
    CHOICE.vault = vault
    CHOICE.staff = staff_id


def program(named: str = "") -> typer.Typer:
    """All commands; or the one `named` alone, where there is such a one: what belongs to the others is then not loaded, which
    halves the start."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=HELP, callback=main
    )
    every = named not in GROUPS | ALONE
    for module in dict.fromkeys(ALONE.values() if every else filter(None, [ALONE.get(named)])):
        import_module(f"cli.commands.{module}").register(app)
    for name in GROUPS if every else [name for name in GROUPS if name == named]:
        app.add_typer(import_module(f"cli.commands.{GROUPS[name]}").app, name=name)
    return app


def command_of(words: Sequence[str]) -> str:
    """The first word that is neither an option nor an option's value; "" when there is none."""
    rest = iter(words)
    for word in rest:
        if word in {"--vault", "--staff"}:
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""


def run() -> None:
    """All commands but the screens' short way (`cli.start`)."""
    if command_of(sys.argv[1:]) in PERSONAL:
        hide_arguments(GROUPS, ALONE)
    CHOICE.json = "--json" in sys.argv or ("sync" in sys.argv and not sys.stdout.isatty())
    with telling(as_json=CHOICE.json):
        called(program(command_of(sys.argv[1:])), sys.argv[1:])
