"""媒体と紙: what was printed, exported or brought by hand, where it is, until when, and what is to be done with it next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS
from core.ledger.handover import STAGE_WORDS
from core.office.custody_items import STEP_WORDS, Item, Step
from core.office.due import LateKind
from core.office.inventory import Copy
from tui.actions import Action, bindings_of
from tui.list_sheet import ListSheet
from tui.panes.ledger.handing import Hands
from tui.place import flow
from tui.widgets.virtual_list import Column, Held, VirtualList
from tui.words import quantity


@dataclass(frozen=True)
class Row:
    """A thing: what the ledgers tell of its way (`item`), and what is here of it (`copy`); at least one of them."""

    id: str
    item: Item | None
    copy: Copy | None

    @property
    def what(self) -> str:
        return CONTENT_WORDS[(self.item or self._copy).content]

    @property
    def count(self) -> str:
        about = self.item or self._copy
        return quantity(about.qty, about.unit)

    @property
    def medium(self) -> str:
        return MEDIUM_WORDS[(self.item or self._copy).medium]

    @property
    def where(self) -> str:
        if self.copy is not None and self.copy.here:
            return PLACE_WORDS[self.copy.place]
        if self.item is not None:
            return f"{PLACE_WORDS[self.item.from_]}→{PLACE_WORDS[self.item.to]}"
        return "なし"

    @property
    def state(self) -> str:
        """How far it is, and what is due; what is wrong comes first."""
        words = []
        if self.item is not None and self.item.differs:
            words.append(f"違い 渡{self.item.qty}・受{self.item.taken}")
        if self.copy is not None and self.copy.overdue:
            words.append("期限切れ")
        if self.item is not None and not self.item.differs:
            due = self.item.due
            words.append(f"次: {SHORT_STEPS[due]}" if due else STAGE_WORDS[self.item.stage])
        elif self.item is None and self._copy.gone:
            words.append("手もとになし")
        return " ".join(words)

    @property
    def strong(self) -> bool:
        return bool(self.item and self.item.differs) or bool(self.copy and self.copy.overdue)

    @property
    def _copy(self) -> Copy:
        assert self.copy is not None, "a row without an item is a copy"
        return self.copy


SHORT_STEPS = STEP_WORDS | {
    Step.BAG: "鞄に入れる",
    Step.GIVE: "渡す",
    Step.TAKE: "受け取る",
    Step.BACK: "返りを待つ",
}
"""What is to be done, where `STEP_WORDS` says what was done."""

COLUMNS: tuple[Column[Row], ...] = (
    Column("控番号", 10, lambda row: row.id),
    Column("内容", 16, lambda row: row.what, strong=lambda row: row.strong),
    Column("数", 5, lambda row: row.count, right=True),
    Column("媒体", 10, lambda row: row.medium),
    Column("場所", 16, lambda row: row.where),
    Column("状態", 0, lambda row: row.state),
)


class InventorySheet(Hands, ListSheet):
    """The list; Enter tells all of a line, and takes the next step."""

    PLACE = "inventory"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("inventory")

    def __init__(self) -> None:
        super().__init__()
        self._everything = False

    def body(self) -> ComposeResult:
        yield VirtualList([COLUMNS], Held(self._rows()), empty="手で運ぶ媒体や紙は、まだありません")

    def _rows(self) -> list[Row]:
        """Newest first; what is wrong before all."""
        copies = {one.id: one for one in self.office.inventory.list(everything=True)}
        items = {one.id: one for one in self.office.custody.list(everything=True)}
        shown = {one.id for one in self.office.inventory.list()} | {
            one.id for one in self.office.custody.list()
        }
        names = dict.fromkeys([*reversed(items), *reversed(copies)])
        rows = [Row(name, items.get(name), copies.get(name)) for name in names]
        return sorted(
            (row for row in rows if self._everything or row.id in shown), key=lambda row: not row.strong
        )

    def on_mount(self) -> None:
        self._title()
        self.query_one(VirtualList).focus()
        late = [one.sentence for one in self.office.flow.status().late if one.kind is LateKind.HANDOVER]
        self.say(late[0] if late else "")

    def _title(self) -> None:
        words = "終わったものも" if self._everything else "いまあるもの"
        self.head("　".join([f"媒体と紙 — {words}", *self.office.custody.keyed()]))

    def open_actions(self) -> list[Action]:
        row = self.query_one(VirtualList).current if self.is_mounted else None
        mistaken = isinstance(row, Row) and row.item is not None and row.item.mistake is not None
        return [one for one in super().open_actions() if mistaken or one.name != "retract"]

    def refresh_rows(self) -> None:
        self.query_one(VirtualList).reload(Held(self._rows()))
        self._title()

    @flow
    async def action_open(self) -> None:
        row = self.query_one(VirtualList).current
        if isinstance(row, Row):
            await self.handle(row.id, told(row), row.item, row.copy)

    @flow
    async def action_forms(self) -> None:
        await self.hand_forms()

    @flow
    async def action_export(self) -> None:
        await self.export_medium()

    @flow
    async def action_take(self) -> None:
        await self.take_by_number()

    @flow
    async def action_retract(self) -> None:
        row = self.query_one(VirtualList).current
        if isinstance(row, Row) and row.item is not None:
            await self.take_back(row.item)
            self.refresh_rows()

    async def action_ended(self) -> None:
        self._everything = not self._everything
        self.refresh_rows()


def told(row: Row) -> str:
    """All there is to say of one line."""
    words = [f"控番号  {row.id}", f"内容    {row.what} {row.count}（{row.medium}）"]
    item, copy = row.item, row.copy
    if item is not None:
        if item.records:
            words.append(f"中身    {item.records}件")
        if item.opens:
            words.append(f"開く媒体  {item.opens}")
        words.append(f"受渡し  {PLACE_WORDS[item.from_]}→{PLACE_WORDS[item.to]}  {STAGE_WORDS[item.stage]}")
        if item.taken is not None:
            words.append(f"受領    {item.taken}{UNIT_WORDS[item.unit]}")
        if item.differs:
            words.append("両側の数か内容が違います。相手に電話し、違っていた側が数え直してください")
    if copy is not None:
        unit = UNIT_WORDS[copy.unit]
        place = f"（{PLACE_WORDS[copy.place]}）" if copy.here else ""
        words.append(f"手もと  {copy.here}{unit}{place}、渡してある {copy.given}{unit}")
        if copy.return_by:
            words.append(f"期限    {copy.return_by}{' 過ぎています' if copy.overdue else ''}")
    return "\n".join(words)
