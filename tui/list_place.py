"""What every list of people or lines offers: a search, an order, and a 受付番号 that is gone to by typing it."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from textual import events, on

from tui.place import Place, flow
from tui.view import View
from tui.widgets.dialogs import Choice
from tui.widgets.search import Jump, Search
from tui.widgets.virtual_list import VirtualList
from tui.words import no

NOTHING_FITS = "いまの絞り込みに合うものはありません"
BACK_FROM_SEARCH = "Esc で検索をやめると全部に戻ります"
BACK_FROM_ONLY = "同じ操作をもう一度選ぶと全部に戻ります"


class ListPlace(Place):
    """A place with one list, and a `Search` below it."""

    ORDERS: ClassVar[Mapping[str, str]] = {}
    """The orders by name, with their words; "" is the order in which the list comes, and stands first."""
    view = View()

    @abstractmethod  # mypy alone looks: Textual's widgets have a metaclass of their own
    def look(self, view: View) -> None:
        """Show the list so, from its top. `view` is kept."""

    def recall(self) -> None:
        """At the beginning of `compose`: look as before, until the screen is locked."""
        self.view = self.ikiiki.views.get(self.PLACE, self.view)

    def recall_search(self) -> None:
        """When mounted: what is searched for stands in its line again."""
        self._narrow()
        if self.view.words:
            self.query_one(Search).put(self.view.words)

    def change_view(self, **changes: Any) -> None:
        """Look at the list otherwise."""
        self.view = dataclasses.replace(self.view, **changes)
        self.ikiiki.views[self.PLACE] = self.view
        self._narrow()
        self.look(self.view)

    @property
    def _narrowed(self) -> bool:
        return bool(self.view.words or self.view.only)

    def _narrow(self) -> None:
        back = (BACK_FROM_SEARCH if self.view.words else BACK_FROM_ONLY) if self._narrowed else ""
        self.query_one(VirtualList).narrowed = back and f"{NOTHING_FITS}。{back}"

    def order_words(self) -> str:
        """How the list is sorted, for its heading; "" while it is as it comes."""
        if not (self.view.by or self.view.backwards):
            return ""
        return self.ORDERS[self.view.by] + ("の逆" if self.view.backwards else "")

    @property
    def opening_keys(self) -> set[str]:
        """Keys that open a line to type into."""
        lines = [action for action in self.open_actions() if action.name in ("search", "jump")]
        return {key for action in lines for key in action.keys.split(",")}

    # -- the actions ------------------------------------------------------------------------------------

    def action_search(self) -> None:
        self.ikiiki.keep_keys()  # what is typed behind it is for the line, not for the list
        self.query_one(Search).open()
        self.call_after_refresh(self.ikiiki.give_keys)

    @on(Search.Asked)
    def _asked(self, event: Search.Asked) -> None:
        event.stop()
        self.change_view(words=event.words)
        self.query_one(VirtualList).focus()

    def on_key(self, event: events.Key) -> None:
        """Esc on the list itself: the search is over, before anything else is left."""
        if event.key == "escape" and self.view.words and self.query_one(VirtualList).has_focus:
            event.stop()
            event.prevent_default()
            self.query_one(Search).action_close()

    @flow
    async def action_sort(self) -> None:
        now = self.view.by
        choices = {
            name: words + ("（いまの並び）" if name == now else "") for name, words in self.ORDERS.items()
        }
        words = "いまの並びをもう一度選ぶと、逆順になります。"
        by = await self.ikiiki.ask(Choice("並べ替え", words, choices, start=now))
        if by is not None:
            self.change_view(by=by, backwards=by == now and not self.view.backwards)


class NumberedPlace(ListPlace):
    """One whose rows have a 受付番号, and which has a `Jump` too: a number is gone to by typing it."""

    @abstractmethod
    def find(self, number: int) -> int | None:
        """The line of a 受付番号 in the list as it is now; None when it is not in it."""

    def action_jump(self, begun: str = "") -> None:
        self.ikiiki.keep_keys()
        self.query_one(Jump).open(begun)
        self.call_after_refresh(self.ikiiki.give_keys)
        self.say("受付番号: Enter その行へ  Esc やめる")

    @on(VirtualList.Digit)
    def _digit(self, event: VirtualList.Digit) -> None:
        event.stop()
        self.action_jump(event.digit)

    @on(Jump.Asked)
    def _jump(self, event: Jump.Asked) -> None:
        event.stop()
        rows = self.query_one(VirtualList)
        rows.focus()
        self.say("")
        if event.number is None:
            return
        line = self.find(event.number)
        if line is not None:
            rows.move_to(line)
        elif self._narrowed:
            self.say(f"{no(event.number)} は、いま絞り込んだ中にはありません")
        else:
            self.say(f"{no(event.number)} はありません")
