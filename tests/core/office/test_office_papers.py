"""Registers and reports as papers: each says what the vault knows, is noted before it leaves, and shows no more than it must."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.checks import failed
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Medium, Unit
from core.office.paper_desk import Wanted
from core.office.paper_words import Period
from core.papers import CONTENTS, Paper, PaperKind
from core.register_kinds import Kind
from core.roles import Role, Site

PLAIN = [kind for kind in PaperKind if kind is not PaperKind.ROSTER]
PEOPLE = ("サトウ ハナコ", "タカハシ キヨシ", "コバヤシ チヨ", "ワタナベ ウメ")


def wanted(kind: PaperKind) -> Wanted:
    return Wanted(kind, outing="A" if kind is PaperKind.ROSTER else "")


def words_on(paper: Paper) -> str:
    cells = [cell for table in paper.tables for row in table.rows for cell in row]
    about = [word for pair in paper.about for word in pair]
    return "\n".join(
        [paper.title, paper.lead, *about, *(t.caption for t in paper.tables), *cells, *paper.notes]
    )


@pytest.fixture
def year(bench: Any) -> Any:
    """Everything up to the approval."""
    bench.approved(*PEOPLE)
    return bench


@pytest.mark.parametrize("kind", PaperKind)
@pytest.mark.parametrize("pages", [3, 0])
def test_every_paper_is_in_ledger_log_and_inventory(year: Any, kind: PaperKind, pages: int) -> None:
    contractor = year.contractor
    paper = contractor.office.papers.draft(wanted(kind))
    assert contractor.office.inventory.list() == []
    contractor.office.papers.made(paper, pages)
    line = contractor.office.ledger.page(Site.CONTRACTOR, 0, 1)[0]
    expected = (
        (Act.PRINT, pages, Unit.SHEETS, Medium.PAPER) if pages else (Act.EXPORT, 1, Unit.FILES, Medium.FILE)
    )
    assert (line.act, line.qty, line.unit, line.medium) == expected
    assert (line.content, line.ref) == (CONTENTS[kind], f"medium:{paper.copy}")
    assert [copy.id for copy in contractor.office.inventory.list()] == [paper.copy]
    assert f"paper={kind} copy={paper.copy}" in contractor.details()


@pytest.mark.parametrize("kind", PaperKind)
def test_every_row_has_a_cell_for_every_column(year: Any, kind: PaperKind) -> None:
    for table in year.contractor.office.papers.draft(wanted(kind)).tables:
        assert {len(row) for row in table.rows} <= {len(table.columns)}


@pytest.mark.parametrize("kind", PLAIN)
def test_nobody_of_the_applicants_is_on_a_paper_that_is_not_the_roster(year: Any, kind: PaperKind) -> None:
    for bureau in (year.contractor, year.ward):
        words = words_on(bureau.office.papers.draft(wanted(kind)))
        with year.contractor.store.read() as tx:
            people = [application.applicant for application in tx.applications.all()]
        assert people
        for person in people:
            assert person.address not in words and person.phone not in words
        for name in PEOPLE:
            assert name not in words and name.split()[0] not in words


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("site", Site)
def test_an_audit_may_print_what_holds_nobodys_data(year: Any, kind: PaperKind, site: Site) -> None:
    bureau = year.contractor if site is Site.CONTRACTOR else year.ward
    papers = bureau.office_of(Role.AUDITOR).papers
    papers.made(papers.draft(wanted(kind)), 1)
    assert bureau.office.ledger.verify() == []


def test_the_roster_is_the_contractors_own(year: Any, leaves: Callable[..., Any]) -> None:
    for bureau, role in ((year.contractor, Role.AUDITOR), *((year.ward, role) for role in Role)):
        with leaves(bureau, Refused):
            bureau.office_of(role).papers.draft(wanted(PaperKind.ROSTER))
    assert year.contractor.office_of(Role.HANDLER).papers.draft(wanted(PaperKind.ROSTER)).ticks


def test_a_handler_prints_no_audit(year: Any, leaves: Callable[..., Any]) -> None:
    with leaves(year.contractor, Refused):
        year.contractor.office_of(Role.HANDLER).papers.draft(wanted(PaperKind.AUDIT))


def test_the_roster_has_those_who_go_by_kana_and_who_waits_in_turn(year: Any) -> None:
    office = year.contractor.office
    year.contractor.moment = dt.datetime.fromisoformat("2026-06-10T08:00:00+09:00")
    people = office.participants.list("A")
    seated, waiting = [p for p in people if not p.place], [p for p in people if p.place]
    office.participants.attend("A", seated[0].record, True)
    office.registers.add(Kind.CONTACT, {"role": "night", "office": "当番", "phone": "090-1234-5678"})
    paper = office.papers.draft(wanted(PaperKind.ROSTER))
    going, queue = paper.tables
    assert [row[3] for row in going.rows] == sorted(p.kana for p in seated)
    assert [int(row[1]) for row in queue.rows] == [p.number for p in waiting]
    came = {int(row[2]): row[0] for row in going.rows}
    assert came[seated[0].number] == "☑" and list(came.values()).count("☑") == 1
    assert "090-1234-5678" in words_on(paper)
    assert "新宿区" not in words_on(paper)  # no address: it is not needed on the day


def test_the_roster_of_no_outing_and_before_the_draw(bench: Any) -> None:
    with pytest.raises(UsageError, match="その回はありません"):
        bench.contractor.office.papers.draft(Wanted(PaperKind.ROSTER, outing="Z"))
    with pytest.raises(Refused, match="抽選"):
        bench.contractor.office.papers.draft(wanted(PaperKind.ROSTER))


def test_the_ledger_is_whole_or_of_some_days(year: Any) -> None:
    office = year.contractor.office
    for org in Site:
        paper = office.papers.draft(Wanted(PaperKind.LEDGER, org=org))
        assert paper.rows == office.ledger.count(org)
        assert paper.wide
    day = office.duties.today
    assert office.papers.draft(Wanted(PaperKind.LEDGER, Period(day, day))).rows > 0
    assert office.papers.draft(Wanted(PaperKind.LEDGER, Period(None, day - dt.timedelta(days=400)))).rows == 0
    with pytest.raises(UsageError, match="終わりより後"):
        office.papers.draft(Wanted(PaperKind.LEDGER, Period(day, day - dt.timedelta(days=1))))


def test_the_notification_names_everybody_on_the_roster_to_the_ward(year: Any) -> None:
    paper = year.contractor.office.papers.draft(wanted(PaperKind.STAFF))
    assert (paper.to, paper.title) == ("新宿区長　様", "取扱責任者・取扱者届出書")
    assert {row[2] for row in paper.tables[0].rows} == {
        r.staff_id for r in year.contractor.office.staff.list()
    }
    assert year.ward.office.papers.draft(wanted(PaperKind.STAFF)).to == ""


def test_the_ceremony_has_both_sites_steps_seats_and_the_public_files(year: Any) -> None:
    office = year.contractor.office
    paper = office.papers.draft(wanted(PaperKind.CEREMONY))
    steps, seats, hashes, seals = paper.tables
    assert {row[1] for row in steps.rows} == {"委託先", "区"}
    assert [row[0] for row in seats.rows] == ["A", "B"]
    assert (
        dict((name, digest) for digest, name in hashes.rows)["result.txt"]
        == office.lottery.status().hashes["result.txt"]
    )
    assert seals.seals


def test_the_review_tells_what_was_returned_and_what_became_of_it(bench: Any) -> None:
    made = bench.received(*PEOPLE)
    review = bench.ward.office.review
    review.rows("applicants")
    review.return_("applicants", [made[0].record], "unclear")
    paper = bench.ward.office.papers.draft(wanted(PaperKind.REVIEW))
    (row,) = paper.tables[2].rows
    assert (row[0], row[4], row[5]) == (f"{made[0].number:04}", "内容に不明な点がある", "差戻し中")
    review.confirm("applicants", [made[0].record])
    paper = bench.ward.office.papers.draft(wanted(PaperKind.REVIEW))
    assert paper.tables[0].rows[0][2] == "1"


def test_the_audit_says_what_is_altered(year: Any) -> None:
    contractor = year.contractor
    good = contractor.office.papers.draft(wanted(PaperKind.AUDIT)).tables[0].rows
    assert [row[1] for row in good] == ["合格"] * 5
    contractor.vault.connection.execute("DROP TRIGGER access_log_no_update")
    contractor.vault.connection.execute("UPDATE access_log SET detail = detail || 'x' WHERE seq = 2")
    bad = contractor.office.papers.draft(wanted(PaperKind.AUDIT)).tables[0].rows
    assert [row[1] for row in bad] == ["合格", "合格", "不合格", "合格", "合格"]
    assert "2行目" in bad[2][2]


def test_the_audit_takes_up_the_machine_the_program_and_the_registers(year: Any) -> None:
    office = year.contractor.office
    office.registers.add(Kind.HANDLING, {"what": "施錠", "result": "open", "note": "鍵の置き場所"})
    paper = office.papers.draft(
        Wanted(
            PaperKind.AUDIT,
            software=[("ソフトウェア", "ikiiki 9.9")],
            checks=[failed("machine.swap", "スワップ", "暗号化されていません", "暗号化する")],
        )
    )
    words = words_on(paper)
    for part in (
        "ikiiki 9.9",
        "暗号化されていません",
        "鍵の置き場所",
        "指摘あり",
        "取扱いの点検",
        "⑩ 区の承認",
    ):
        assert part in words
