"""The access log is reviewed by command: begun, looked into, answered in writing, signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.roles import Site
from tests.journeys.acting import MANAGER

At = Callable[..., Any]
REMARK = "上司の立会いで、本人に聞いた"


def test_a_review_from_its_beginning_to_its_line_in_the_ledger(at: At) -> None:
    contractor = at("send").contractor
    seen = contractor.run("log", "review")
    assert seen.code == 1 and seen.json["open"] == len(seen.json["items"]) > 0
    assert {one["staff"] for one in seen.json["accounts"]} >= {MANAGER[Site.CONTRACTOR]}
    assert "まだ答えていない" in contractor.refused("log", "sign", code=3)
    for item in seen.json["items"]:
        shown = contractor.do("log", "review", "--item", item["id"][:8])
        assert shown["evidence"]
        done = contractor.do("log", "reply", item["id"][:8], "--reason", "work", "--remark", REMARK)
        assert done["answer"]["remark"] == REMARK
    line = contractor.do("log", "sign")
    assert line["findings"] == seen.json["findings"]
    newest = contractor.do("ledger", "list")["lines"][0]
    assert (newest["act"], newest["content"], newest["ref"]) == ("inspect", "access_log", line["ref"])
    assert contractor.do("ledger", "verify")["ok"]
    assert any(one["what"] == "操作ログの点検" and one["last"] for one in contractor.run("due").json["due"])
    again = contractor.run("log", "review")
    assert again.json["first"] == seen.json["last"] + 1


def test_what_cannot_be_answered_is_refused_in_words(at: At) -> None:
    ward = at("send").ward
    assert "始まっていません" in ward.refused("log", "sign", code=3)
    assert "この点検にありません" in ward.refused("log", "review", "--item", "00000000", code=2)
    assert "日付として読めません" in ward.refused("log", "review", "--since", "gestern", code=2)
    assert "手では記入できません" in ward.refused("register", "add", "log_review", "until=2026-05-01", code=3)
