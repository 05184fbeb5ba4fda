"""⑤ on paper, by command: printed, ticked, keyed back; with a slip undone."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

At = Callable[..., Any]


def test_the_list_is_printed_and_its_answers_are_keyed_back(at: At, tmp_path: Path) -> None:
    ward = at("send").ward
    people = len(ward.do("review", "list")["rows"])
    file = tmp_path / "review.pdf"
    made = ward.do("review", "paper", str(file))
    assert (made["rows"], made["pages"]) == (people, 1)
    assert file.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = ward.tables()
    assert "の番号は1から" in ward.refused("review", "answer", made["list"], f"1-{people + 1}", code=3)
    assert "どの一覧" in ward.refused("review", "answer", "1-3", code=2)
    assert ward.tables() == before
    said = ward.do("review", "answer", made["list"], f"1-{people}", "2を除く")
    assert (said["confirmed"], said["left"], said["open"]) == (people - 1, [2], 1)
    assert len(ward.do("review", "undo")["undone"]) == 1
    assert ward.do("review", "list")["open"] == 2
    again = ward.do("review", "answer", made["list"], f"1-{people}")
    assert (again["confirmed"], len(again["answered"]), again["open"]) == (2, people - 2, 0)
    ward.do("review", "send")
    assert "取り消せる答えがありません" in ward.refused("review", "undo", code=3)


def test_a_file_is_not_written_over_and_nothing_is_noted_of_it(at: At, tmp_path: Path) -> None:
    ward = at("send").ward
    file = tmp_path / "review.pdf"
    file.write_bytes(b"somebody's")
    before = ward.tables()
    assert "上書き" in ward.refused("review", "paper", str(file), code=2)
    assert file.read_bytes() == b"somebody's"
    assert ward.tables() == before
