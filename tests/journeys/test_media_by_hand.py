"""C7–C10 and ※ on paper, over both faces: a medium 7-Zip opens, its notice a day later, and forms counted at both ends."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from cli.clock import now
from core.canonical import CROCKFORD
from tests.journeys.acting import Machine, Sites
from tests.journeys.desks import YES, Desk, sit
from tests.journeys.staging import at

__all__ = ["at"]
At = Callable[..., Sites]
SHARED = "送受信"


@contextmanager
def days_later(days: int) -> Iterator[None]:
    """Both faces' clock, so much further on."""
    with (
        mock.patch("cli.entering.now", lambda: now() + dt.timedelta(days=days)),
        mock.patch("cli.carrying.now", lambda: now() + dt.timedelta(days=days)),
    ):
        yield


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"


def given(machine: Machine, name: str) -> Any:
    machine.do("handover", "bag", name)
    return machine.do("handover", "give", name)


def printed_password(pdf: Path) -> str:
    """The large letters of a password notice, read off the page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    page = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    found = []
    for x, top, bottom, word in re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">(.)</word>', page
    ):
        if word in CROCKFORD and float(bottom) - float(top) > 18:
            found.append((round(float(top)), float(x), word))
    return "".join(letter for _, _, letter in sorted(found))


def seven_zip(file: Path, password: str, folder: Path) -> int:
    program = shutil.which("7z") or shutil.which("7zz")
    if program is None:
        pytest.skip("needs 7-Zip")
    return subprocess.run(
        [program, "x", "-y", f"-p{password}", f"-o{folder}", str(file)], capture_output=True, check=False
    ).returncode


def test_a_medium_and_its_notice_by_command(at: At, medium: Path, tmp_path: Path) -> None:
    c = at("review").contractor
    made = c.do("export", medium, "--what", "applications", "--to", "ward")
    name = made["id"]
    (file,) = medium.iterdir()
    assert file.name == f"media-{name}.zip" and made["records"] > 5
    notice = tmp_path / "notice.pdf"
    assert "渡していない" in c.refused("handover", "notice", name, notice, code=3)
    c.do("handover", "label", name, tmp_path / "label.pdf")
    c.do("handover", "slip", name, tmp_path / "slip.pdf")
    assert "鞄" in c.run("handover", "give", name).err
    given(c, name)
    assert "24時間" in c.refused("handover", "notice", name, notice, code=3)
    with days_later(2):
        before = c.tables()
        for place in (c.base / "remote", c.folder / "outbox"):
            assert SHARED in c.refused("handover", "notice", name, place / "n.pdf", code=3)
            assert SHARED in c.refused("export", place, "--what", "ledger", "--to", "ward", code=3)
        (medium / "papers").mkdir()
        assert "その媒体" in c.refused("handover", "notice", name, medium / "papers" / "n.pdf", code=3)
        assert c.tables() == before
        paper = c.do("handover", "notice", name[:4], notice)
        assert paper["id"] != name and paper["opens"] == name
        assert "管理簿に直接は書けません" in c.refused(  # the hand-over's own steps know what was given with what
            "ledger", "add", "--act", "give", "--content", "password_notice", "--qty", 1, "--unit", "sheets",
            "--medium", "paper", "--handover", name, code=3,
        )  # fmt: skip
        given(c, paper["id"])
        assert "もう保管庫にありません" in c.refused(
            "handover", "notice", name, tmp_path / "again.pdf", code=3
        )
    password = printed_password(notice)
    assert len(password) == 26
    assert seven_zip(file, password[::-1], tmp_path / "wrong") != 0
    assert seven_zip(file, password, tmp_path / "right") == 0
    assert (tmp_path / "right" / "data.csv").read_bytes().startswith("\ufeff受付番号".encode())
    if unzip := shutil.which("unzip"):
        done = subprocess.run(
            [unzip, "-o", "-P", password, str(file), "-d", str(tmp_path / "un")],
            capture_output=True,
            check=False,
        )
        assert done.returncode != 0 and not (tmp_path / "un" / "data.csv").exists()
    for folder in (c.folder, c.base / "remote"):
        for one in folder.rglob("*"):
            assert not (one.is_file() and password.encode() in one.read_bytes()), one
    assert password not in repr(c.tables())


def test_an_edited_medium_does_not_open(at: At, medium: Path, tmp_path: Path) -> None:
    c = at("review").contractor
    name = c.do("export", medium, "--what", "applications", "--to", "ward")["id"]
    given(c, name)
    with days_later(2):
        c.do("handover", "notice", name, tmp_path / "n.pdf")
    file = medium / f"media-{name}.zip"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    assert seven_zip(file, printed_password(tmp_path / "n.pdf"), tmp_path / "x") != 0


@pytest.mark.parametrize("counted", [3, 2])
def test_the_counters_paper_by_command(at: At, tmp_path: Path, counted: int) -> None:
    sites = at("review")
    c, w = sites.both
    name = w.do("handover", "forms", 3)["id"]
    w.do("handover", "slip", name, tmp_path / "slip.pdf")
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF")
    assert "上書き" in w.refused("handover", "slip", name, tmp_path / "slip.pdf", code=2)
    given(w, name)
    c.do("handover", "take", name, counted)
    sites.sync()
    for machine in sites.both:
        (item,) = machine.do("handover", "list")["items"]
        assert (item["qty"], item["taken"], item["stage"]) == (3, counted, "taken")
        verified = machine.run("ledger", "verify")
        assert verified.code == (0 if counted == 3 else 1)
        assert len(verified.json["findings"]) == (counted != 3)
        late = [one["what"] for one in machine.do("status")["late"]]
        assert ("受渡しの記入が両側で違います（1件）" in late) == (counted != 3)
    if counted == 3:
        assert c.do("handover", "retract", name, "--reason", "number")["item"]["next"] == ["take"]
        assert c.run("handover", "retract", name, "--reason", "number").code == 3
        assert "手では書けません" in c.refused("ledger", "add", "--act", "retract", "--content", "forms", "--qty", 1, "--unit", "sheets", code=2)  # fmt: skip
        c.do("handover", "take", name, 3)
        return
    w.do("handover", "recount", name, 2)
    sites.sync()
    for machine in sites.both:
        machine.sound()


async def test_the_same_by_keys(at: At, medium: Path, tmp_path: Path) -> None:
    sites = at("review")
    seen: dict[str, str] = {}

    async def counter(desk: Desk) -> None:
        await desk.press("f5", "m", "n")
        await desk.type_into("3")
        await desk.press("enter")
        await desk.type_into(str(tmp_path / "slip.pdf"))
        await desk.press("enter", "enter", "enter", *YES, "enter", "enter", *YES)
        seen["name"] = next(line for line in desk.text().splitlines() if "応募用紙" in line)[1:11]
        assert "受領待ち" in desk.text(), desk.text()

    await sit(sites.ward, counter, Desk)
    assert (tmp_path / "slip.pdf").exists()

    async def office(desk: Desk) -> None:
        await desk.press("f5", "f8", *_menu(desk, "媒体と紙"), "enter", "r")
        await desk.type_into("ABC")
        await desk.press("enter")
        assert "控番号が読めません" in desk.text() and "受け取る — 何を" not in desk.text(), desk.text()
        await desk.press("backspace", "backspace", "backspace")
        await desk.type_into(seen["name"].lower())
        await desk.press("enter", "enter")  # forms of the counter
        await desk.type_into("3")
        await desk.press("enter")
        assert "受領ずみ" in desk.text() and "受け取った 3枚、入力した 0件" in desk.text(), desk.text()
        await desk.press("u", "enter")
        assert "ほかにありません" in desk.text() and "手で運ぶ媒体や紙は、まだありません" in desk.text(), (
            desk.text()
        )
        await desk.press("r")
        await desk.type_into(seen["name"])
        await desk.press("enter", "enter")
        await desk.type_into("3")
        await desk.press("enter")
        await desk.press("x", "enter", "enter", "enter", "enter")  # applications, to the ward, USB, usual day
        await desk.type_into(str(medium))
        await desk.press("enter")
        assert "書き出しました" in desk.text(), desk.text()
        await desk.press("enter", "enter", *YES, "enter", "enter", *YES)
        assert "受領待ち" in desk.text(), desk.text()

    await sit(sites.contractor, office, Desk)
    (file,) = medium.iterdir()

    async def next_day(desk: Desk) -> None:
        await desk.press("f5", "m", "enter", "down", "down", "down", "enter")
        await desk.type_into(str(tmp_path / "notice.pdf"))
        await desk.press("enter")
        assert "パスワード通知書" in desk.text() and "次: 鞄に入れる" in desk.text(), desk.text()

    with days_later(2):
        await sit(sites.contractor, next_day, Desk)
    assert seven_zip(file, printed_password(tmp_path / "notice.pdf"), tmp_path / "out") == 0
    sites.sync()
    for machine in sites.both:
        machine.sound()


def _menu(desk: Desk, words: str) -> list[str]:
    """The arrows that lead to a line of the F8 menu."""
    from tui.actions import ACTIONS

    mine = [one.words for one in ACTIONS if one.place == "ledger"]
    return ["down"] * mine.index(words)
