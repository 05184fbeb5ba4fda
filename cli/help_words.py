"""Typer's own words in `--help`, said in Japanese: its headings, and what it adds to each argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PANELS = {
    "ARGUMENTS_PANEL_TITLE": "引数",
    "OPTIONS_PANEL_TITLE": "オプション",
    "COMMANDS_PANEL_TITLE": "命令",
    "REQUIRED_LONG_STRING": "[必須]",
    "DEFAULT_STRING": "[省略すると: {}]",
    "ENVVAR_STRING": "[環境変数: {}]",
    "DEPRECATED_STRING": "（廃止予定）",
}
"""By its name in `typer.rich_utils`, which has no setting for them."""
_USAGE = "使い方: "
_HELP = "この説明を示す"


def in_japanese(command: Any) -> None:
    """Let this command, and all below it, explain themselves so. Costs nothing until one is asked to."""
    command.options_metavar = "[オプション]"
    command.context_class.formatter_class = _formatter(command.context_class.formatter_class)
    command.format_help = _panels(command.format_help)
    command.get_help_option = _help_option(command.get_help_option)
    below = getattr(command, "commands", None)
    if below is not None:
        command.subcommand_metavar = "命令 [引数]..."
        for child in below.values():
            in_japanese(child)


def _formatter(base: Any) -> Any:
    if getattr(base, "japanese", False):
        return base

    class Formatter(base):  # type: ignore[misc]  # Typer's, which it does not export
        japanese = True

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or _USAGE)

    return Formatter


def _panels(format_help: Callable[..., None]) -> Callable[..., None]:
    def told(*words: Any) -> None:
        from typer import rich_utils  # slow to load, and help alone needs it

        for name, said in _PANELS.items():
            setattr(rich_utils, name, said)
        rich_utils._make_rich_text = _whole(rich_utils._make_rich_text)
        format_help(*words)

    return told


def _whole(make: Callable[..., Any]) -> Callable[..., Any]:
    """What is too long for its column goes on below: Japanese has no spaces, at which Rich would break it, and it would be cut."""
    if hasattr(make, "whole"):
        return make

    def made(**given: Any) -> Any:
        text = make(**given)
        text.overflow = "fold"
        return text

    made.whole = True  # type: ignore[attr-defined]
    return made


def _help_option(get: Callable[..., Any]) -> Callable[..., Any]:
    def told(*words: Any) -> Any:
        option = get(*words)
        if option is not None:
            option.help = _HELP
        return option

    return told
