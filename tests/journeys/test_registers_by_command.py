"""What people must do, by command: entered, due, an incident reported; papers written once, private, and noted."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from cli.clock import now

At = Callable[..., Any]
CLAUSES = ("appi", "policy", "cloud", "special")


def test_what_is_due_is_entered_and_then_no_longer_due(at: At) -> None:
    contractor = at("send").contractor

    def due() -> dict[str, Any]:
        done = contractor.run("due")
        assert done.code in (0, 1)
        return {one["what"]: one for one in done.json["due"] if one["site"] == "contractor"}

    assert due()["条項の確認"]["last"] is None
    for clause in CLAUSES:
        contractor.do("register", "add", "clause", f"clause={clause}", "edition=令和8年版", "state=read")
    assert due()["条項の確認"]["due"] is None
    listed = contractor.do("register", "list", "clause")["entries"]
    assert {entry["key"] for entry in listed} == set(CLAUSES)
    assert "ない項目" in contractor.refused("register", "add", "drill", "weather=晴れ", code=2)
    assert contractor.do("ledger", "verify")["ok"]


def test_an_incident_is_reported_step_by_step(at: At) -> None:
    ward = at("send").ward
    answers = (
        "what=leak",
        "people=380",
        "special=no",
        "property=no",
        "malice=no",
        "story=写しが別の宛先に届いた",
    )
    ward.do("register", "add", "incident", *answers)
    (one,) = ward.do("register", "incidents")["incidents"]
    assert "第43条第4号" in one["reasons"][0] and len(one["clocks"]) == 4
    assert any(late["kind"] == "incident" for late in ward.do("status")["late"])
    assert "速報がまだ" in ward.refused("register", "report", "1", "final", code=3)
    for report in ("partner", "preliminary", "persons", "final"):
        ward.do("register", "report", "1", report, "--on", f"R{now().year - 2018}.{now():%m.%d}")
    (left,) = [one for one in ward.run("due").json["due"] if one["register"] == "incident"]
    assert left["what"] == "事故1 対応の終わり"
    (late,) = [one for one in ward.do("status")["late"] if one["kind"] == "incident"]
    assert "事故1 対応の終わりがまだです" in late["what"]
    assert ward.do("register", "report", "1", "close")["closed"]
    assert not any(one["register"] == "incident" for one in ward.run("due").json["due"])
    assert not any(late["kind"] == "incident" for late in ward.do("status")["late"])


def test_papers_are_new_private_and_in_ledger_and_inventory(at: At, tmp_path: Path) -> None:
    contractor = at("send").contractor
    before = contractor.do("ledger", "list")["lines"]
    made = {}
    for name, words in {"kanribo.pdf": ["ledger"], "staff.xlsx": ["staff"], "kansa.xlsx": ["audit"]}.items():
        file = tmp_path / name
        made[contractor.do("papers", *words, file)["copy"]] = file
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = contractor.do("ledger", "list")["lines"]
    assert [line["ref"] for line in lines[: len(lines) - len(before)]] == [
        f"medium:{c}" for c in reversed(made)
    ]
    book = load_workbook(tmp_path / "kansa.xlsx")
    assert book["表紙"]["A1"].value == "いきいきハイキング 監査の報告"
    assert {book["1 検証の結果"].cell(row, 2).value for row in range(2, 6)} == {"合格"}
    before_again = contractor.tables()
    assert "上書き" in contractor.refused("papers", "ledger", tmp_path / "kanribo.pdf", code=2)
    assert "pdf か .xlsx" in contractor.refused("papers", "ledger", tmp_path / "kanribo.doc", code=2)
    assert contractor.tables() == before_again
