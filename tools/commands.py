"""Writes docs/commands.md, the list of every command with its options, from the program itself (`make docs`)."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperGroup, TyperOption

from cli.main import program

TARGET = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
#: Options that Typer adds and no reader of this list looks for.
OF_EVERY_PROGRAM = {"help", "install_completion", "show_completion"}
HEAD = """# コマンド一覧

このファイルは `make docs` がプログラム自身から書き出したものです。手で直さず、コマンドの説明文を直してください。
"""


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The command and everything below it, depth first, in the order the program lists them; hidden ones left out."""
    yield path, command
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            if not child.hidden:
                yield from commands(child, (*path, name))


def usage(parameter: Any) -> str:
    """One parameter as it is typed: `--site SITE`, `[FILE]…`."""
    word = parameter.metavar or (parameter.name or "").upper()
    if isinstance(parameter, TyperOption):
        names = ", ".join([*parameter.opts, *parameter.secondary_opts])
        return names if parameter.is_flag else f"{names} {word}"
    return (word if parameter.required else f"[{word}]") + ("…" if parameter.nargs == -1 else "")


def section(path: tuple[str, ...], command: Any) -> str:
    """The Markdown of one command: its name, what it is for, its parameters."""
    lines = [f"## {' '.join(path)}", "", (command.help or "").strip()]
    shown = [
        one
        for one in command.params
        if not getattr(one, "hidden", False) and one.name not in OF_EVERY_PROGRAM
    ]
    if shown:
        lines += ["", "| 引数 | 意味 |", "|---|---|"]
    for one in shown:
        help_text = " ".join((getattr(one, "help", None) or "").split())
        lines.append(f"| `{usage(one)}` | {help_text} |".replace("|  |", "| |"))
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def text() -> str:
    """The whole of docs/commands.md."""
    root = typer.main.get_command(program())
    return HEAD + "".join("\n" + section(path, command) for path, command in commands(root, ("ikiiki",)))


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")
