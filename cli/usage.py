"""What Typer says of a call it cannot read, said in Japanese as every other error: what, where, what next.

Nothing that was typed as a value is repeated: it may be about a person.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, get_args

import typer

from cli.as_given import as_given
from cli.help_words import in_japanese as explained
from core.choosing import one_of
from core.errors import UsageError

NOT_READ: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's own base of these errors, which it does not export by name."""
_OPTION = re.compile(r"--?[A-Za-z0-9][A-Za-z0-9-]{0,38}")


_INTERRUPTED = 130
"""What Typer makes of Ctrl+C."""
_ALIKE = 0.75
"""How alike a misspelt argument and what was meant are (1: the same); less, and it is no misspelling."""


def ready(app: typer.Typer) -> Any:
    """All of `app` as Typer's own commands, which explain themselves in Japanese and convert only what needs it."""
    command = typer.main.get_command(app)
    explained(command)
    as_given(command)
    return command


def called(app: typer.Typer, words: Sequence[str]) -> NoReturn:
    """Do what `words` ask for, and end the process with its exit code.

    Raises `UsageError` where they cannot be read, and `KeyboardInterrupt` where somebody stopped it.
    """
    command = ready(app)
    try:
        code = command(list(words), standalone_mode=False)  # or Typer would tell errors itself
    except NOT_READ as error:
        if (
            type(error).__name__ == "NoArgsIsHelpError"
        ):  # nothing was asked for: the help text has been written
            sys.exit(UsageError.exit_code)
        raise in_japanese(error, command, words) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    sys.exit(code if isinstance(code, int) else 0)


def in_japanese(error: Any, root: Any, words: Sequence[str]) -> UsageError:
    """The same error in our words. `error` is a `NOT_READ`, met when `words` were read for the command `root`."""
    command, called = _called(root, words)
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    if kind == "NoSuchOption":
        return _no_such_option(error, command)
    if kind == "BadOptionUsage":
        return _badly_used(str(error.option_name), command, called)
    if parameter is not None:
        name = name_of(parameter)
        where = f"{command} {name}"
        if kind == "MissingParameter":
            return UsageError(
                "要る引数がありません", where=where, next_step=f"{_told(parameter)}を書いてください"
            )
        return UsageError("この引数に書けない値です", where=where, next_step=_what_to_write(parameter))
    commands = getattr(called, "commands", None)
    if commands:
        missing = str(error.message).startswith("Missing")
        what = "どの命令かが書かれていません" if missing else "そのような命令はありません"
        known = "、".join(name for name, one in commands.items() if not one.hidden)
        return UsageError(what, where=command, next_step=f"次のどれかを書いてください: {known}")
    return UsageError(
        "引数が多すぎます", where=command, next_step=f"{command} --help で使い方を確かめてください"
    )


def name_of(parameter: Any) -> str:
    """A parameter as it is typed: `--site`, `FILE`."""
    option = parameter.param_type_name == "option"
    return str(parameter.opts[0] if option else parameter.metavar or (parameter.name or "").upper())


def _told(parameter: Any) -> str:
    """With what it is for."""
    help_text = " ".join((getattr(parameter, "help", None) or "").split()).rstrip("。")
    return f"{name_of(parameter)}（{help_text}）" if help_text else name_of(parameter)


def _no_such_option(error: Any, command: str) -> UsageError:
    from difflib import get_close_matches

    given = str(error.option_name)
    shown = f" {given}" if _OPTION.fullmatch(given) else ""
    near = " か ".join(get_close_matches(given, error.possibilities or (), cutoff=_ALIKE))
    return UsageError(
        "そのような引数はありません",
        where=f"{command}{shown}",
        next_step=(f"{near} ではありませんか。" if near else "")
        + f"{command} --help で使える引数を確かめてください",
    )


def _badly_used(given: str, command: str, called: Any) -> UsageError:
    """An option without its value, or a switch with one."""
    parameter = _option(called, given)
    where = f"{command} {given}"
    if parameter is not None and parameter.is_flag:
        return UsageError("この引数に値は付けません", where=where, next_step=f"{given} とだけ書いてください")
    told = _told(parameter) if parameter is not None else given
    return UsageError("この引数に値がありません", where=where, next_step=f"{told}のあとに値を書いてください")


def _called(root: Any, words: Sequence[str]) -> tuple[str, Any]:
    """The command these words call, as far as they can be read: its path, and itself. (Not every error of Typer's tells.)"""
    path, command = ["ikiiki"], root
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            option = _option(command, word)
            if option is not None and not option.is_flag:
                next(rest, None)
            continue
        child = getattr(command, "commands", {}).get(word)
        if child is None:
            break
        path.append(word)
        command = child
    return " ".join(path), command


def _option(command: Any, word: str) -> Any:
    """The option of `command` that is spelled so, or None."""
    return next(
        (
            one
            for one in command.params
            if one.param_type_name == "option" and word in (*one.opts, *one.secondary_opts)
        ),
        None,
    )


def _what_to_write(parameter: Any) -> str:
    descriptor = parameter.type_descriptor
    if descriptor.choices:
        from cli.choice_words import words_of  # most calls can be read

        return one_of(words_of(list(descriptor.choices)), lead="次のどれかを書いてください")
    annotation = descriptor.annotation
    if int in (annotation, *get_args(annotation)):
        return f"{_told(parameter)}は、数字で書いてください"
    return f"{_told(parameter)}を確かめてください"
