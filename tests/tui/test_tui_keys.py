"""Keys as a person wants them: what a file may ask for, and that every screen then shows and takes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.roles import Site
from tui.action import EVERYWHERE
from tui.keys import EVERY, read_keys, whole_keymap
from tui.panes.intake.entry import EntrySheet
from tui.panes.intake.record import RecordSheet
from tui.widgets.dialogs import Choice, Message


def test_a_file_names_actions_flat_or_by_place_in_any_case() -> None:
    flat = read_keys('"intake.new" = "F11"\n"intake.search" = "/, f12"', "keys.toml")
    assert flat == {"intake.new": "f11", "intake.search": "slash,f12"}
    assert read_keys('[intake]\nnew = "f11"', "keys.toml") == {"intake.new": "f11"}
    assert read_keys("# nothing", "keys.toml") == {}


def test_enter_esc_and_the_keys_that_work_everywhere_stay_beside_new_ones() -> None:
    keymap = read_keys('"intake.open" = "z"\n"record.back" = "q"\n"app.help" = "f12"', "keys.toml")
    assert keymap == {"intake.open": "z,enter", "record.back": "q,escape", "app.help": "f12,f1"}


def test_two_actions_may_change_places() -> None:
    assert read_keys('"intake.held" = "u"\n"intake.unconfirmed" = "h"', "k") == {
        "intake.held": "u",
        "intake.unconfirmed": "h",
    }


@pytest.mark.parametrize(
    ("text", "what", "line", "next_step"),
    [
        ('"intake.new" = \n', "書き方", "1行目", "1行に1つ"),
        ('\n"intake.nwe" = "f11"', "その名前の操作", "2行目", "intake.new ではありませんか"),
        ('[intake]\n"a.b" = 3', "その名前の操作", "", "ikiiki keys"),
        ('new = "f11"', "その名前の操作", "1行目", "ikiiki keys"),
        ('"intake.new" = 11', "文字で書きます", "1行目", "f11"),
        ('"intake.new" = ""', "文字で書きます", "1行目", "f11"),
        ('"intake.new" = "f11,"', "使えません", "1行目", "そのようなキー"),
        ('"intake.new" = "ctrl+i"', "使えません: ctrl+i", "1行目", "Tab と同じ"),
        ('"intake.new" = "ctrl+m"', "使えません", "1行目", "Enter と同じ"),
        ('"intake.new" = "ctrl+h"', "使えません", "1行目", "BackSpace と同じ"),
        ('"intake.new" = "ctrl+["', "使えません", "1行目", "送れない"),
        ('"intake.new" = "ctrl+z"', "使えません", "1行目", "止める"),
        ('"intake.new" = "ctrl+c"', "使えません", "1行目", "入力欄"),
        ('"intake.new" = "shift+enter"', "使えません", "1行目", "送れない"),
        ('"intake.new" = "f13"', "使えません", "1行目", "送れない"),
        ('"intake.new" = "enter"', "使えません", "1行目", "Enter と Esc"),
        ('"intake.new" = "f9"', "使えません", "1行目", "どの画面でも"),
        ('"entry.save" = "s"', "使えません", "1行目", "f10〜f12"),
        ('"app.help" = "h"', "使えません", "1行目", "f10〜f12"),
        ('"intake.new" = "h"', "「受付」で、2つの操作が同じキー", "1行目", "別のキー"),
        ('"record.edit" = "f11"\n"record.accept" = "f11"', "「受付 1件」で、2つの", "行目", "別のキー"),
        ('"app.help" = "f10"', "2つの操作が同じキー", "1行目", "別のキー"),
    ],
)
def test_what_cannot_be_had_is_said_with_its_line_and_what_to_do(
    text: str, what: str, line: str, next_step: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read_keys(text, "keys.toml")
    error = caught.value
    assert what in error.what and error.where.startswith("keys.toml") and line in error.where
    assert next_step in error.next_step


def test_what_never_meets_in_one_persons_place_may_share_a_key() -> None:
    """`send` is the contractor's, `carry` the ward's."""
    assert read_keys('"intake.send" = "f11"\n"intake.carry" = "f11"', "keys.toml")


@given(st.dictionaries(st.sampled_from([one.id for one in EVERY]), st.text(max_size=8), max_size=3))
def test_any_file_gives_keys_or_a_plain_refusal(wanted: dict[str, str]) -> None:
    text = "\n".join(f'"{id}" = {_quoted(value)}' for id, value in wanted.items())
    try:
        keymap = read_keys(text, "keys.toml")
    except UsageError as error:
        assert error.what and error.where and error.next_step
        return
    assert set(keymap) == set(wanted)
    assert all(action.keys in whole_keymap(keymap)[action.id].split(",") for action in EVERYWHERE)


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08X}" if not 0xD800 <= ord(c) < 0xE000 else "?" for c in text) + '"'


@pytest.mark.parametrize("site", Site)
async def test_a_changed_key_works_and_is_shown_in_footer_menu_and_help(
    site: Site, open_at: Any, app_on: Any, shown: Any, log_in: Any
) -> None:
    name = "new" if site is Site.CONTRACTOR else "new_desk"
    keymap = read_keys(f'"intake.{name}" = "f11"\n"app.help" = "f12"', "keys.toml")
    app = app_on(open_at(site), keymap=keymap)
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f2")
        await pilot.pause()
        lines = shown(app).split("\n")
        assert "F12ヘルプ" in lines[2]
        assert "F11 " in lines[23] and "n " not in lines[23]
        await pilot.press("n")
        await pilot.pause()
        assert not isinstance(app.screen, EntrySheet), "the old key is free"
        await pilot.press("f8")
        await pilot.pause()
        assert isinstance(app.screen, Choice) and "F11 " in shown(app)
        await pilot.press("escape", "f12")
        await pilot.pause()
        assert isinstance(app.screen, Message) and "F11 " in shown(app)
        await pilot.press("escape", "f1")
        await pilot.pause()
        assert isinstance(app.screen, Message), "F1 helps as ever"
        await pilot.press("escape", "f11")
        await pilot.pause()
        assert isinstance(app.screen, EntrySheet)


async def test_the_other_sites_action_keeps_the_key_they_shared(
    open_at: Any, app_on: Any, log_in: Any
) -> None:
    app = app_on(open_at(Site.WARD), keymap=read_keys('"intake.new" = "f11"', "keys.toml"))
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f2")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, EntrySheet)


async def test_an_action_of_the_menu_alone_can_be_given_a_key(open_at: Any, app_on: Any, log_in: Any) -> None:
    app = app_on(open_at(), keymap=read_keys('"lottery.notice_hashes" = "h"', "keys.toml"))
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("h")
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, Message)


async def test_enter_opens_whatever_key_opening_was_given(open_at: Any, app_on: Any, log_in: Any) -> None:
    opener = open_at()
    opener.key(1)
    app = app_on(opener, keymap=read_keys('"intake.open" = "z"', "keys.toml"))
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        for key in ("z", "enter"):
            await pilot.press(key)
            await pilot.pause()
            await pilot.pause()
            assert isinstance(app.screen, RecordSheet)
            await pilot.press("escape")
            await pilot.pause()


async def test_a_letter_given_to_an_action_can_still_be_typed(open_at: Any, app_on: Any, log_in: Any) -> None:
    app = app_on(open_at(), keymap=read_keys('"intake.held" = "z"', "keys.toml"))
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("slash", "z", "h")
        await pilot.pause()
        assert app.screen.query_one("#search").value == "zh"


async def test_what_is_wrong_with_the_file_is_said_at_the_login(
    open_at: Any, app_on: Any, shown: Any
) -> None:
    app = app_on(
        open_at(), notice="その名前の操作はありません（keys.toml 2行目）。いまは元のキーで始めます。"
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert "2行目）。いまは元のキーで始めます。" in shown(app)
