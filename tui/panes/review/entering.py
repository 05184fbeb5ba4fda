"""台帳の記入: one line for each item, chosen or typed; F10 signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from core.errors import UsageError
from core.office.drafts import register_of
from core.register_kinds import REGISTERS, Form, Item, Kind, read_item
from tui.actions import bindings_of
from tui.place import Sheet, flow
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice
from tui.widgets.virtual_list import Column, Held, VirtualList


class Entering(Sheet):
    """An entry of one register. Gives the entry, or None. `key`: the incident that is entered anew."""

    PLACE = "entering"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("entering")

    def __init__(self, kind: Kind, begun: Mapping[str, str], *, key: str = "") -> None:
        super().__init__()
        self._kind, self._key = kind, key
        self._register = REGISTERS[kind]
        self._begun = dict(begun)
        self._values = dict(begun)

    def body(self) -> ComposeResult:
        self._draft = None if self._key else self.office.drafts.take_up(register_of(self._kind.value))
        self._values = {"on": self.office.duties.today.isoformat(), **self._values, **(self._draft or {})}
        columns: tuple[Column[Item], ...] = (
            Column("項目", 26, lambda item: item.words + ("" if item.needed else "（任意）")),
            Column("値（Enter で入力・選択）", 0, self._shown),
        )
        yield VirtualList([columns], Held(self._register.items))

    def _shown(self, item: Item) -> str:
        value = self._values.get(item.name, "")
        return item.choices.get(value, value)

    def on_mount(self) -> None:
        self.head(f"台帳に記入する {self._register.words} — 応募者のことは書きません。あとから消せません")
        self.query_one(VirtualList).focus()
        self.say("" if self._draft is None else "下書きの続きです")

    @on(VirtualList.Chosen)
    def _chosen(self, event: VirtualList.Chosen) -> None:
        event.stop()
        self.action_change()

    @flow
    async def action_change(self) -> None:
        rows = self.query_one(VirtualList)
        item = rows.current
        assert isinstance(item, Item)
        now = self._values.get(item.name, "")
        if item.form is Form.CHOICE:
            answer = await self.ikiiki.ask(Choice(item.words, "", item.choices, start=now))
        else:
            example = f"例 {item.example}" if item.example else ""
            answer = await self.ikiiki.ask(
                Prompt(
                    item.words,
                    example or "入力してください。",
                    value=now,
                    check=lambda text: self._complaint(item, text),
                )
            )
        if answer is not None:
            if item.form is Form.DATE and answer.strip():  # shown as it was read
                answer = read_item(item, answer, self.office.duties.today)
            self._values[item.name] = answer
            rows.reload(Held(self._register.items))
            rows.move_to(rows.cursor + 1)

    def _complaint(self, item: Item, text: str) -> str:
        if not text.strip():
            return "" if not item.needed or item.name == "on" else "入力してください"
        try:
            read_item(item, text, self.office.duties.today)
        except UsageError as error:
            return f"{error.what}。{error.next_step}"
        return ""

    @flow
    async def action_save(self) -> None:
        given = {name: value for name, value in self._values.items() if value}
        if self._key:
            self.dismiss(self.office.incidents.correct(self._key, given).entry)
            return
        entry = self.office.registers.add(self._kind, given)
        self.office.drafts.forget(register_of(self._kind.value))
        self.dismiss(entry)

    def keep_draft(self) -> None:
        typed = {name: value for name, value in self._values.items() if value and name != "on"}
        if typed != self._begun and not self._key:
            self.office.drafts.keep(register_of(self._kind.value), {**self._values})

    def action_back(self) -> None:
        if not self._key:
            self.office.drafts.forget(register_of(self._kind.value))
        self.dismiss(None)
