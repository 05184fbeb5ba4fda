"""The erasure by keys alone: one proposes, another confirms and carries it out; what survives is ticked and reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.acting import Sites
from tests.journeys.desks import YES, Desk, sit
from tests.journeys.erasing import NAME, handler, kept, prepared, second

At = Callable[..., Sites]


class Eraser(Desk):
    """At the ledger's window 消去."""

    async def window(self) -> None:
        """F5, F8, 消去, and past what it would do."""
        await self.press("f5")
        await self.choose("消去  …")
        assert (
            "消えるもの" in self.text() and "残るもの" in self.text()
        ) or "保管庫のデータベース" in self.text()
        await self.press("enter")


@pytest.fixture
def sites(at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    return prepared(at, tmp_path_factory, tmp_path / "sites")


async def test_two_people_at_the_keys_erase_and_a_third_look_finds_only_what_survives(sites: Sites) -> None:
    contractor = sites.contractor

    async def propose(desk: Eraser) -> None:
        await desk.window()
        assert "まだ発議されていません" in desk.text()
        await desk.press("down", "enter", *YES)
        assert "発議しました" in desk.text()
        await desk.window()
        assert "決裁する" not in desk.text(), "it is another's to confirm"
        await desk.press("escape")

    async def confirm_and_run(desk: Eraser) -> None:
        await desk.window()
        await desk.press("down", "enter")
        await desk.type_into("別の事業")
        await desk.press("enter")
        assert "名前が違います" in desk.text()
        await desk.press("escape")
        await desk.window()
        await desk.press("down", "enter")
        await desk.type_into(NAME)
        await desk.press("enter")
        assert "決裁しました" in desk.text()
        await desk.window()
        await desk.press("down", "enter")
        assert "元に戻せません" in desk.text()
        await desk.type_into(NAME)
        await desk.press("enter")
        for _ in range(200):
            if "消去が終わりました" in desk.text():
                break
            await desk._pilot.pause(0.05)
        assert "消去された保管庫" in desk.text() and "消去が終わりました" in desk.text()

    async def tick_and_report(desk: Desk) -> None:
        for key in ("f2", "f4", "f6", "f7"):
            await desk.press(key)
            assert "応募者・参加者の記録はありません" in desk.text()
        assert "応募用紙" in desk.text()
        await desk.press("enter", *YES)
        assert "管理簿に残しました" in desk.text()
        await desk.press("f3")
        assert "抽選は終わりました" in desk.text() or "抽選" in desk.text()
        await desk.press("f7", "p")
        await desk.type_into(str(sites.base / "report.pdf"))
        await desk.press("enter")
        assert "控番号" in desk.text()
        await desk.press("enter", "f5")
        assert "廃棄" in desk.text() and "消去" in desk.text()

    await sit(contractor, propose, Eraser)
    await sit(second(contractor), confirm_and_run, Eraser)
    assert [path.name for path in contractor.folder.iterdir()] == ["erased.json"]
    await sit(kept(contractor), tick_and_report, Desk)
    assert (sites.base / "report.pdf").exists() and (sites.base / "report.evidence").exists()


async def test_a_handler_has_no_such_window(sites: Sites) -> None:
    async def look(desk: Desk) -> None:
        await desk.press("f5", "f8")
        assert "契約の終わりに" not in desk.text()

    await sit(handler(sites.contractor), look, Desk)
