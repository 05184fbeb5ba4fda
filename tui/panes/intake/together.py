"""Groups on the screens: who may belong together is shown, a person decides with one key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.applicant import STATE_WORDS, State
from core.office.grouping import HINT_WORDS, Companion, GroupView
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, confirm
from tui.words import no, town_words

if TYPE_CHECKING:
    from tui.host import Host

_BY_NUMBER, _PART = "by_number", "part"
TIED = "1つの組にしました"


def companion_words(one: Companion, home: str) -> str:
    """Who, and why they may be meant."""
    hints = "・".join(HINT_WORDS[hint] for hint in one.hints)
    return f"{no(one.number)} {one.kana} {town_words(one.town, home)} {hints}"


def choices_of(companions: Sequence[Companion], home: str) -> dict[str, str]:
    """Companions to choose from, by 受付番号."""
    return {str(one.number): companion_words(one, home) for one in companions}


def view_words(view: GroupView | None) -> str:
    """A group in one line: its code, how many are here, and who they are."""
    if view is None:
        return "なし"
    people = f"（{view.people}人のうち{view.here}人）" if view.people > view.here else f"（{view.here}人）"
    return view.code + people


def member_words(view: GroupView, own: int) -> list[str]:
    """The others of a group, a line each, with what became of them where they are no longer in it."""
    return [
        f"{no(one.number)} {one.kana}"
        + (f"（{STATE_WORDS[one.state]}）" if one.state in (State.WITHDRAWN, State.REFUSED) else "")
        for one in view.members
        if one.number != own
    ]


async def tie_by_key(app: Host, number: int | None, home: str) -> str:
    """Ask with whom this application goes, or whom else to tie; what was done, "" for nothing."""
    groups = app.session.office.groups
    if number is not None:
        proposed = groups.companions(number)
        view = groups.of(number)
        if proposed or view is not None:
            choices = choices_of(proposed, home) | {_BY_NUMBER: "受付番号で相手を指定する"}
            if view is not None:
                choices[_PART] = f"{no(number)} を組から外す"
            told = [f"いまの組: {view_words(view)}", *member_words(view, number)] if view is not None else []
            words = "\n".join(
                [*told, "同じ組と思われる応募です。選ぶと1つの組にします。"] if proposed else told
            )
            answer = await app.ask(Choice(f"グループ 受付番号 {no(number)}", words, choices))
            if answer is None:
                return ""
            if answer == _PART:
                groups.part([number])
                return "組から外しました"
            if answer != _BY_NUMBER:
                groups.tie([number, int(answer)])
                return TIED
    return await _by_number(app, number)


async def _by_number(app: Host, number: int | None) -> str:
    answer = await app.ask(
        Prompt(
            "グループ",
            "いっしょに行く人の受付番号を、空白で区切って入力してください。\n番号が1つだけのときは、その人を組から外します。",
            value=f"{no(number)} " if number is not None else "",
            check=lambda text: "" if numbers_typed(text) else "受付番号を数字で入力してください",
        )
    )
    if answer is None:
        return ""
    numbers = numbers_typed(answer)
    single = len(numbers) == 1
    words = "、".join(no(one) for one in numbers)
    question = f"受付番号 {words} を" + ("組から外します。" if single else "1つの組にします。")
    if await app.ask(confirm("グループ", question)) != "yes":
        return ""
    groups = app.session.office.groups
    if single:
        groups.part(numbers)
        return "組から外しました"
    groups.tie(numbers)
    return TIED


def numbers_typed(text: str) -> list[int]:
    """受付番号 in a line of text, each once, in order of appearance; empty when there is anything else."""
    words = [word for word in re.split(r"[\s、,，・]+", text.strip()) if word]
    if not words or not all(word.isdecimal() for word in words):
        return []
    return list(dict.fromkeys(int(word) for word in words))
