"""Values that are what their parameter asks for already, handed on without Typer's converter.

It loads pydantic for every one of them, even for an option nobody gave: more than all that a start loads of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any


def as_given(command: Any) -> None:
    """Let this command, and all below it, convert only what needs it: numbers, files, one of several words."""
    for parameter in command.params:
        parameter.process_value = _unless_given(parameter)
    command.get_help_option = _help_option(command.get_help_option)
    for child in getattr(command, "commands", {}).values():
        as_given(child)


def _help_option(get: Callable[..., Any]) -> Callable[..., Any]:
    def of(context: Any) -> Any:
        option = get(context)  # the same one each time
        if option is not None and "process_value" not in vars(option):
            option.process_value = _unless_given(option)
        return option

    return of


def _unless_given(parameter: Any) -> Callable[..., Any]:
    kind, convert = parameter.type_descriptor.annotation, parameter.process_value
    single = parameter.nargs == 1 and not parameter.multiple
    # Whether a file may be read, Typer looks itself.
    plain = isinstance(kind, type) and not issubclass(kind, PurePath)

    def processed(context: Any, value: Any) -> Any:
        left_out = value is None and not parameter.required
        if not single or not (left_out or (plain and isinstance(value, kind))):
            return convert(context, value)
        return parameter.callback(context, parameter, value) if parameter.callback else value

    return processed
