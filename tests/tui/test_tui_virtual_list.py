"""The list: any number of rows, a page or two in memory, as few lines repainted as can be."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.app import App, ComposeResult

from core.errors import Refused
from tui.widgets.virtual_list import PAGE, Column, Held, VirtualList


class Million:
    """A million rows, none of which exists before it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def count(self) -> int:
        return 1_000_000

    def page(self, offset: int, limit: int) -> Sequence[str]:
        self.asked.append((offset, limit))
        return [f"サトウ{number}" for number in range(offset, min(offset + limit, self.count()))]


class ListApp(App[None]):
    def __init__(self, source: object) -> None:
        super().__init__()
        self.source = source
        self.chosen: list[object] = []

    def compose(self) -> ComposeResult:
        columns = (
            Column[str]("番号", 8, lambda row: row[3:], right=True),
            Column[str]("名前", 0, lambda row: row),
        )
        yield VirtualList([columns], self.source)  # type: ignore[arg-type]

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        self.chosen.append(event.list.current)

    @property
    def list(self) -> VirtualList[str]:
        return self.query_one(VirtualList)

    def line(self, y: int) -> str:
        return self.list.render_line(y).text


async def test_a_million_rows_mount_without_a_widget_or_a_read_per_row() -> None:
    source = Million()
    app = ListApp(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert len(app.list.children) == 0
        assert source.asked == [(0, PAGE)]
        await pilot.press("end")
        await pilot.pause()
        assert app.list.current == "サトウ999999"
        assert "999999" in app.line(23)
        assert sum(limit for _, limit in source.asked) <= 4 * PAGE


async def test_arrows_pages_home_and_end_move_the_cursor_and_keep_it_in_sight() -> None:
    app = ListApp(Held([f"サトウ{number}" for number in range(100)]))
    async with app.run_test(size=(80, 11)) as pilot:
        await pilot.press("down", "down", "up")
        assert app.list.cursor == 1
        await pilot.press("pagedown")
        assert app.list.cursor == 11
        await pilot.pause()
        assert any(app.line(y).startswith(">") for y in range(1, 11))
        await pilot.press("end", "down")
        assert app.list.cursor == 99
        await pilot.press("home", "up")
        assert app.list.cursor == 0
        await pilot.press("enter")
        assert app.chosen == ["サトウ0"]


async def test_a_cursor_step_repaints_two_rows() -> None:
    app = ListApp(Held([f"サトウ{number}" for number in range(100)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        drawn: list[int] = []
        whole = app.list.render_line
        app.list.render_line = lambda y: (drawn.append(y), whole(y))[1]  # type: ignore[method-assign]
        await pilot.press("down")
        await pilot.pause()
        assert sorted(set(drawn)) == [1, 2]


async def test_every_line_is_as_wide_as_the_list_whatever_the_letters() -> None:
    rows = ["サトウ" * 30, "a\u0301か\u3099", "👩\u200d🦰葛\U000e0100", "\x1b[31m赤", ""]
    app = ListApp(Held(rows))
    async with app.run_test(size=(61, 12)) as pilot:
        await pilot.pause()
        for y in range(12):
            assert app.list.render_line(y).cell_length == 61
            assert "\x1b" not in app.line(y)
            assert cell_len(app.line(y)) == 61


async def test_a_source_that_refuses_says_why_in_the_lists_place() -> None:
    class Refusing:
        def count(self) -> int:
            raise Refused("事業の設定がまだありません", next_step="送受信で取り込んでください")

        def page(self, offset: int, limit: int) -> Sequence[str]:
            return []

    app = ListApp(Refusing())
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.pause()
        assert "事業の設定がまだありません。送受信で取り込んでください" in app.line(1)


async def test_fewer_rows_after_a_reload_leave_the_cursor_on_a_row() -> None:
    app = ListApp(Held(["サトウ1", "サトウ2", "サトウ3"]))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press("end")
        app.list.reload(Held(["サトウ1"]))
        assert app.list.current == "サトウ1"
        app.list.reload(Held([]))
        assert app.list.current is None
        await pilot.press("enter", "down", "end")
        assert app.chosen == []
