"""A call that cannot be read, of every command there is: Japanese, with what, where and what next, and no value repeated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer

from cli.main import program
from cli.usage import name_of
from tests.journeys.acting import Result, in_process
from tools.commands import commands

ROOT = typer.main.get_command(program())
EVERY = {" ".join(path[1:]): command for path, command in commands(ROOT, ("ikiiki",))}
LEAVES = {name: command for name, command in EVERY.items() if not hasattr(command, "commands")}
GROUPS = sorted(set(EVERY) - set(LEAVES))
PERSON = "サトウハナコ"
TYPERS = re.compile(
    r"Usage|Error|Try |Invalid|Missing|No such|not one of|requires|does not|unexpected|should be"
)


def is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")


def is_flag(parameter: Any) -> bool:
    return is_option(parameter) and bool(parameter.is_flag)


def given(parameter: Any, value: str) -> list[str]:
    if is_flag(parameter):
        return [parameter.opts[0]]
    return [parameter.opts[0], value] if is_option(parameter) else [value]


def sound_value(parameter: Any) -> str:
    """Something that this parameter takes."""
    choices = [str(getattr(one, "value", one)) for one in parameter.type_descriptor.choices or ()]
    return choices[0] if choices else "1"


def call(command: Any, about: Any = None, value: str | None = None) -> list[str]:
    """Whatever the command cannot do without, in order; `about` with `value`, or without it left out.

    An argument cannot be left out without those behind it.
    """
    words, left_out = [], False
    for one in command.params:
        if one is about:
            left_out = value is None and not is_option(one)
            words += given(one, value) if value is not None else []
        elif one.required and (is_option(one) or not left_out):
            words += given(one, sound_value(one))
    return words


def is_picky(parameter: Any) -> bool:
    """Whether it does not take just any text."""
    descriptor = parameter.type_descriptor
    numbers = int in (descriptor.annotation, *get_args(descriptor.annotation))
    return bool(descriptor.choices) or numbers


def mistakes(command: Any) -> Iterator[tuple[list[str], str, str]]:
    """Calls that cannot be read, what each is said to be, and the parameter that is named."""
    yield ["--nosuch"], "そのような引数はありません", "--nosuch"
    for one in command.params:
        if one.name == "help":
            continue
        name = name_of(one)
        if one.required:
            yield call(command, one), "要る引数がありません", name
        if is_flag(one):
            yield [f"{name}=1"], "この引数に値は付けません", name
        elif is_option(one):
            yield [*call(command, one), name], "この引数に値がありません", name
        if not is_flag(one) and is_picky(one):
            yield call(command, one, PERSON), "この引数に書けない値です", name
    if all(is_option(one) for one in command.params):
        yield [*call(command), PERSON], "引数が多すぎます", ""


def said(words: list[str]) -> Result:
    return in_process(words, {})


def holds(result: Result, what: str, where: str, *, as_json: bool = False) -> None:
    """`as_json`: without a terminal, `sync` answers so unasked."""
    assert result.code == 2 and bool(result.out) is as_json, result
    assert not as_json or {"what": what, "where": where}.items() <= result.json["error"].items()
    first, second, *choices = result.err.splitlines()
    assert first == f"誤り: {what}（{where}）" and second.startswith("次にすること: "), result.err
    assert all(re.fullmatch("  [a-z_-]+（.+）", line) and len(line) < 40 for line in choices), result.err
    assert PERSON not in result.err
    assert not TYPERS.search(result.err), result.err


@pytest.mark.parametrize("name", LEAVES)
def test_each_mistake_in_each_command_is_told_in_japanese(name: str) -> None:
    for words, what, parameter in mistakes(LEAVES[name]):
        holds(
            said([*name.split(), *words]), what, f"ikiiki {name} {parameter}".rstrip(), as_json=name == "sync"
        )


@pytest.mark.parametrize("name", GROUPS)
def test_a_command_that_there_is_not_is_answered_with_those_there_are(name: str) -> None:
    result = said([*name.split(), PERSON])
    holds(result, "そのような命令はありません", f"ikiiki {name}".rstrip())
    for child in EVERY[name].commands:
        assert child in result.err


def test_an_option_without_a_command_is_answered_so() -> None:
    holds(said(["--staff", "x"]), "どの命令かが書かれていません", "ikiiki")


@pytest.mark.parametrize("name", [name for name in GROUPS if not EVERY[name].invoke_without_command])
def test_nothing_asked_for_is_answered_with_the_help(name: str) -> None:
    result = said(name.split())
    assert result.code == 2 and "誤り" not in result.err and "使い方: ikiiki" in result.out


def test_what_may_be_written_is_told() -> None:
    err = said(["log", "answer", "x", "--reason", PERSON]).err
    assert "次のどれかを書いてください:\n  ours（当方の担当者が行ったと確かめた）\n  partner（" in err
    err = said(["ledger", "add", "--act", PERSON]).err
    assert "  give（引渡し）\n" in err and "freeze" not in err  # which nobody writes by hand
    assert "NUMBER（受付番号）は、数字で" in said(["intake", "show", PERSON]).err
    assert "--help か --held ではありませんか" in said(["intake", "list", "--hel"]).err
    assert "ではありませんか" not in said(["participants", "cancel", "1", "--reason", "illness"]).err
    assert "NUMBER（受付番号）を書いてください" in said(["intake", "show"]).err


@pytest.mark.parametrize("word", [f"--{PERSON}", f"-{PERSON}", f"--kana-{PERSON}=x"])
def test_a_value_written_as_an_option_is_not_repeated(word: str) -> None:
    holds(said(["status", word]), "そのような引数はありません", "ikiiki status")


@pytest.mark.parametrize("words", [["sync", "--nosuch"], ["intake", "show", PERSON, "--json"]])
def test_as_json_it_is_the_same_in_one_document(words: list[str]) -> None:
    result = said(words)
    error = json.loads(result.out)["error"]
    assert result.code == error["exit_code"] == 2
    assert error["what"] in result.err and error["next_step"] in result.err and error["where"] in result.err
    assert PERSON not in result.out


def test_ctrl_c_in_a_command_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.commands.doctor.vault_folder", interrupted)
    result = said(["doctor"])
    assert result.code == 1 and "中断しました" in result.err


@pytest.mark.parametrize("name", ["", "intake", "intake add", "doctor"])
def test_help_says_everything_in_japanese(name: str) -> None:
    help_text = in_process([*name.split(), "--help"], {}).out
    assert "使い方: ikiiki" in help_text.replace("\n", "") and "この説明を示す" in help_text
    english = re.findall(
        r"Usage|Options?|OPTIONS|Commands?|COMMAND|Arguments?|ARGS|Show|default|required|env var", help_text
    )
    assert not english


@pytest.mark.parametrize("name", LEAVES)
def test_help_cuts_nothing_off_on_a_narrow_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = in_process([*name.split(), "--help"], {}).out
    assert "…" not in shown or "…" in "".join(one.help or "" for one in LEAVES[name].params)
