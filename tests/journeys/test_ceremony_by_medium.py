"""A ward that may only download holds its part of the draw with a medium carried by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.exchange.remote import RemoteReadOnly
from storage.remotes.folder import FolderRemote
from tests.journeys.acting import DICE, Machine, Sites


def test_the_whole_ceremony_with_everything_carried_by_hand(at: Callable[..., Sites], tmp_path: Path) -> None:
    sites, medium = at("review"), tmp_path / "medium"
    medium.mkdir()
    c, w = sites.contractor, sites.ward
    for machine, *words in (
        (c, "freeze"), (w, "freeze"), (c, "open"), (w, "open"),
        (c, "dice", DICE, "--again", DICE), (w, "dice", DICE, "--again", DICE), (c, "draw"),
    ):  # fmt: skip
        machine.do("lottery", *words)
        machine.do("sync", "--medium", medium)
        sites.other(machine).do("sync", "--medium", medium)
    assert [machine.do("lottery", "status")["step"] for machine in sites.both] == ["done", "done"]
    for machine in sites.both:
        told = machine.do("lottery", "report")["report"]
        for word in ("名簿の確定", "開封", "result.txt"):
            assert word in told
        assert re.search(r"^[0-9a-f]{64}  result\.txt$", told, re.MULTILINE)


def test_what_a_medium_carried_stands_in_the_ledger(at: Callable[..., Sites], tmp_path: Path) -> None:
    sites, medium = at("review"), tmp_path / "medium"
    medium.mkdir()
    sites.contractor.do("lottery", "freeze")
    sites.contractor.do("sync", "--medium", medium)
    lines = str(sites.contractor.do("ledger", "list"))
    assert "usb" in lines


def test_a_medium_that_is_not_there_changes_nothing(at: Callable[..., Sites], tmp_path: Path) -> None:
    contractor = at("review").contractor
    before = contractor.tables()
    contractor.refused("sync", "--medium", tmp_path / "away", code=5)
    after = contractor.tables()
    assert {name for name in after if after[name] != before[name]} <= {"access_log"}


def test_a_ward_whose_line_only_reads_takes_what_comes_by_it_and_answers_by_medium(
    at: Callable[..., Sites], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites, medium = at("review"), tmp_path / "medium"
    medium.mkdir()
    c, w = sites.contractor, sites.ward
    laid, working = FolderRemote.put_from, [c]

    def put_from(self: FolderRemote, name: str, source: Any) -> Any:
        if working[0] is w and self._folder == sites.remote:
            raise RemoteReadOnly("共有先のフォルダに書き込めません", next_step="受け取りは続けられます")
        return laid(self, name, source)

    monkeypatch.setattr(FolderRemote, "put_from", put_from)

    def do(machine: Machine, *words: object) -> Any:
        working[0] = machine
        return machine.do(*words)

    def tell_the_ward() -> None:
        do(c, "sync")
        assert do(w, "sync")["read_only"]

    def answer() -> None:
        before = {path.name for path in sites.remote.iterdir()}
        do(w, "sync", "--medium", medium)
        do(c, "sync", "--medium", medium)
        assert {path.name for path in sites.remote.iterdir()} == before, (
            "nothing of the ward's lies on the line"
        )

    for turn in ("freeze", "open"):
        do(c, "lottery", turn)
        tell_the_ward()
        do(w, "lottery", turn)
        answer()
    do(c, "lottery", "dice", DICE, "--again", DICE)
    tell_the_ward()
    do(w, "lottery", "dice", DICE, "--again", DICE)
    answer()
    do(c, "lottery", "draw")
    tell_the_ward()
    assert [do(machine, "lottery", "status")["step"] for machine in sites.both] == ["done", "done"]
    for machine in sites.both:
        machine.sound()
