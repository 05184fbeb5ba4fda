"""`ikiiki keys`, and what the screens make of the file at their start."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main, opening
from cli.keys_file import LIMIT, keys_at_start, keys_file
from core.errors import UsageError
from tui.action import PANES
from tui.actions import ACTIONS
from tui.keys import PLACE_WORDS, read_keys
from tui.opener import Config

Told = Callable[..., str]


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of keys of somebody whose settings lie in a folder of the test's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "ikiiki").mkdir()
    return tmp_path / "ikiiki" / "keys.toml"


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    def call(*words: str) -> str:
        main.program("keys")(["keys", *words], standalone_mode=False)
        return capsys.readouterr().out

    return call


def test_the_file_lies_where_settings_of_a_person_lie(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys_file() == file
    for unset in ("", "relative/path"):
        monkeypatch.setenv("XDG_CONFIG_HOME", unset)
        assert keys_file() == Path.home() / ".config" / "ikiiki" / "keys.toml"


def test_each_action_is_listed_with_its_key_its_place_and_its_words(told: Told, file: Path) -> None:
    file.write_text('"intake.new" = "f11"')
    out = told()
    for action in ACTIONS:
        assert f"{action.id} " in out and action.words in out
    assert "新規（変更）" in out and str(file) in out
    document = json.loads(told("--json"))
    assert document["exists"] and document["file"] == str(file)
    (new,) = [one for one in document["keys"] if one["id"] == "intake.new"]
    assert (new["keys"], new["default"], new["words"]) == (["f11"], ["n"], "新規")


def test_the_file_to_begin_from_changes_nothing_and_keeps_what_was_changed(told: Told, file: Path) -> None:
    assert tomllib.loads(told("--toml")) == {}
    file.write_text('"intake.new" = "f11"\n"intake.open" = "z"')
    again = told("--toml")
    assert read_keys(again, "again") == read_keys(file.read_text(), "before")


def test_each_line_of_it_can_be_had_by_taking_its_mark_away(told: Told) -> None:
    lines = [line[2:] for line in told("--toml").splitlines() if line.startswith('# "')]
    assert len(lines) == len(ACTIONS) + len(PANES) + 4
    for line in lines:
        if '= ""' not in line:
            read_keys(line, "keys.toml")


def test_every_place_has_a_name() -> None:
    assert {action.place for action in ACTIONS} <= set(PLACE_WORDS)


def test_no_file_is_no_word_and_no_change() -> None:
    assert keys_at_start() == ({}, "")


@pytest.mark.parametrize(
    "content",
    [b'"intake.nosuch" = "f11"', b"\xff\xfe", b"#" * (LIMIT + 1), b"intake"],
    ids=["unknown", "no text", "too long", "no TOML"],
)
def test_a_file_that_cannot_be_used_keeps_nobody_from_starting(
    told: Told, file: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(content)
    keymap, notice = keys_at_start()
    assert keymap == {}
    assert "keys.toml" in notice and "いまは元のキーで始めます" in notice
    with pytest.raises(UsageError) as caught:
        told()
    assert caught.value.what in notice and caught.value.next_step
    assert "intake.new " in capsys.readouterr().out, "the names are needed to mend it"
    with pytest.raises(UsageError):
        told("--json")
    assert capsys.readouterr().out == ""


def test_a_folder_in_its_place_is_said_too(file: Path) -> None:
    file.mkdir()
    assert "キーのファイルを読めません" in keys_at_start()[1]


def test_the_screens_start_with_the_keys_of_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[Config] = []

    class Screens:
        def __init__(self, opener: object, now: object, config: Config) -> None:
            handed.append(config)

        def run(self) -> int:
            return 0

    monkeypatch.setattr("tui.app.IkiikiApp", Screens)
    monkeypatch.setattr("cli.opening.os.isatty", lambda _: True)
    for step in ("site_of", "harden_process"):
        monkeypatch.setattr(opening, step, lambda *_: None)
    for content in ('"intake.new" = "f11"', '"intake.nosuch" = "f11"'):
        file.write_text(content)
        with pytest.raises(SystemExit) as left:
            opening.run_screens(tmp_path, "yamada")
        assert left.value.code == 0
    good, bad = handed
    assert (good.keymap, good.notice) == ({"intake.new": "f11"}, "")
    assert bad.keymap == {} and "intake.nosuch" in bad.notice
