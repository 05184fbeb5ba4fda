"""記入: an entry by hand, from closed words and a number alone. There is no field for free text, on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from core.ledger.codes import (
    ACT_WORDS,
    CONTENT_WORDS,
    MEDIUM_WORDS,
    PLACE_WORDS,
    UNIT_WORDS,
    Act,
    Content,
    Medium,
    Place,
    Unit,
)
from core.office.drafts import WRITING
from core.office.ledger import BY_HAND
from tui.actions import bindings_of
from tui.place import Sheet, flow
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice
from tui.widgets.virtual_list import Column, Held, VirtualList

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class LedgerEntry:
    """What a person is about to enter."""

    act: Act = Act.STORE
    content: Content = Content.FORMS
    qty: int = 1
    unit: Unit = Unit.SHEETS
    medium: Medium = Medium.PAPER
    from_: Place = Place.NONE
    to: Place = Place.NONE


class Writing(Sheet):
    """Seven lines, each chosen from a list; F10 signs. Gives the line of the ledger, or None."""

    PLACE = "writing"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("writing")

    def __init__(self) -> None:
        super().__init__()
        self._entry = LedgerEntry()

    def _lines(self) -> list[tuple[str, str, str]]:
        entry = self._entry
        return [
            ("act", "行為", ACT_WORDS[entry.act]),
            ("content", "内容", CONTENT_WORDS[entry.content]),
            ("qty", "数", str(entry.qty)),
            ("unit", "単位", UNIT_WORDS[entry.unit]),
            ("medium", "媒体", MEDIUM_WORDS[entry.medium]),
            ("from_", "どこから", PLACE_WORDS[entry.from_]),
            ("to", "どこへ", PLACE_WORDS[entry.to]),
        ]

    def body(self) -> ComposeResult:
        self._draft = self.office.drafts.take_up(WRITING)
        if self._draft is not None:
            self._entry = entry_of(self._draft)
        columns: tuple[Column[tuple[str, str, str]], ...] = (
            Column("項目", 12, lambda row: row[1]),
            Column("値（Enter で選び直す）", 0, lambda row: row[2]),
        )
        yield VirtualList([columns], Held(self._lines()))

    def on_mount(self) -> None:
        self.head("管理簿に記入する — あとから消せません。誤りは「前の行の訂正」で直します")
        self.query_one(VirtualList).focus()
        self.say("" if self._draft is None else "下書きの続きです")

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.action_change()

    @flow
    async def action_change(self) -> None:
        row = self.query_one(VirtualList).current
        assert row is not None
        entry = self._entry
        name = row[0]
        if name == "act":
            acts = {act: words for act, words in ACT_WORDS.items() if act in BY_HAND}
            self._entry = replace(entry, act=await self._choose(row[1], acts, entry.act))
        elif name == "content":
            self._entry = replace(entry, content=await self._choose(row[1], CONTENT_WORDS, entry.content))
        elif name == "unit":
            self._entry = replace(entry, unit=await self._choose(row[1], UNIT_WORDS, entry.unit))
        elif name == "medium":
            self._entry = replace(entry, medium=await self._choose(row[1], MEDIUM_WORDS, entry.medium))
        elif name == "from_":
            self._entry = replace(entry, from_=await self._choose(row[1], PLACE_WORDS, entry.from_))
        elif name == "to":
            self._entry = replace(entry, to=await self._choose(row[1], PLACE_WORDS, entry.to))
        else:
            await self._count()
        self.query_one(VirtualList).reload(Held(self._lines()))

    async def _choose(self, title: str, words: Mapping[E, str], now: E) -> E:
        by_value = {code.value: code for code in words}
        answer = await self.ikiiki.ask(
            Choice(title, "", {code.value: word for code, word in words.items()}, start=now.value)
        )
        return by_value[answer] if answer is not None else now

    async def _count(self) -> None:
        answer = await self.ikiiki.ask(
            Prompt(
                "数",
                "数を入力してください。",
                value=str(self._entry.qty),
                check=lambda text: (
                    "" if text.isdecimal() and int(text) <= 999_999 else "0から999999までの数字で"
                ),
            )
        )
        if answer is not None:
            self._entry = replace(self._entry, qty=int(answer))

    @flow
    async def action_save(self) -> None:
        entry = self._entry
        line = self.office.ledger.add(
            entry.act,
            entry.content,
            entry.qty,
            entry.unit,
            medium=entry.medium,
            from_=entry.from_,
            to=entry.to,
        )
        self.office.drafts.forget(WRITING)
        self.dismiss(line)

    def keep_draft(self) -> None:
        if self._entry != LedgerEntry():
            self.office.drafts.keep(
                WRITING, {name: str(value) for name, value in asdict(self._entry).items()}
            )

    def action_back(self) -> None:
        self.office.drafts.forget(WRITING)
        self.dismiss(None)


def entry_of(draft: Mapping[str, str]) -> LedgerEntry:
    """What was chosen so far."""
    return LedgerEntry(
        Act(draft["act"]), Content(draft["content"]), int(draft["qty"]), Unit(draft["unit"]),
        Medium(draft["medium"]), Place(draft["from_"]), Place(draft["to"]),
    )  # fmt: skip
