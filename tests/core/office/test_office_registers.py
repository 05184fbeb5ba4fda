"""What people must do: entered once, signed, due again; an incident with the days the law gives, at either site."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.choices import Report
from core.office.due import LateKind
from core.office.duties import Due
from core.register_kinds import CLAUSES, Entry, Kind
from core.roles import Role, Site

LOSS = {
    "what": "loss",
    "people": "1",
    "special": "no",
    "property": "no",
    "malice": "no",
    "story": "はがきが1通、濡れて読めない",
}
DONE = {"result": "good"}
ENTRIES: dict[Kind, dict[str, str]] = {
    Kind.CONTACT: {"role": "head", "office": "事務局", "phone": "03-5273-4001"},
    Kind.RUNBOOK: {"title": "事故のときの手順", "edition": "第1版", "place": "赤い棚", "agreed": "yes"},
    Kind.PATCH: {"machine": "端末", "what": "月例更新"},
    Kind.HANDLING: {"what": "施錠"} | DONE,
    Kind.STOCKTAKE: {"count": "3"} | DONE,
    Kind.DRILL: {"what": "連絡の訓練"} | DONE,
    Kind.SUBCONTRACTOR: {"name": "見本印刷", "work": "印刷", "approved": "yes", "terms": "yes"},
}  # fmt: skip


@pytest.fixture
def paired(bench: Any) -> Any:
    """Both sites trust each other and have heard of each other."""
    bench.pair()
    bench.sync()
    return bench


def on(bench: Any, day: str) -> None:
    for bureau in (bench.contractor, bench.ward):
        bureau.moment = dt.datetime.fromisoformat(f"{day}T10:00:00+09:00")


def pattern(bureau: Any, day: str) -> Entry:
    return bureau.office.registers.add(Kind.ANTIVIRUS, {"machine": "端末", "product": "見本", "pattern": day})


def read_clauses(bureau: Any) -> None:
    for clause in CLAUSES:
        bureau.office.registers.add(Kind.CLAUSE, {"clause": clause, "edition": "令和8年版", "state": "read"})


def everything(bureau: Any) -> None:
    """All that is to be done at the start, and all that comes again."""
    read_clauses(bureau)
    for kind in (Kind.CONTACT, Kind.RUNBOOK, Kind.PATCH, Kind.HANDLING, Kind.STOCKTAKE, Kind.DRILL):
        bureau.office.registers.add(kind, ENTRIES[kind])
    pattern(bureau, str(bureau.office.duties.today))


def due(bureau: Any, words: str, site: Site | None = None) -> Due:
    (one,) = [
        one for one in bureau.office.duties.due() if one.what == words and one.site is (site or bureau.site)
    ]
    return one


def last_line(bureau: Any, site: Site | None = None) -> Any:
    return bureau.office.ledger.page(site or bureau.site, 0, 1)[0]


# -- entries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_is_a_signed_line_that_carries_its_hash(bench: Any, kind: Kind) -> None:
    contractor = bench.contractor
    entry = contractor.office.registers.add(kind, ENTRIES[kind])
    assert last_line(contractor).ref == f"sha256:{entry.sha256}"
    assert contractor.office.registers.entries(kind) == [entry]
    assert contractor.office.registers.unproven() == []
    assert contractor.office.ledger.verify() == []


def test_the_same_again_is_a_new_version_and_the_old_one_stays(bench: Any) -> None:
    registers = bench.contractor.office.registers
    first = registers.add(Kind.CONTACT, ENTRIES[Kind.CONTACT])
    second = registers.add(Kind.CONTACT, {**ENTRIES[Kind.CONTACT], "phone": "03-5273-4002"})
    assert registers.entries(Kind.CONTACT) == [second]
    assert registers.history(Kind.CONTACT, "head") == [first, second]


def test_what_is_over_ends_and_is_kept(bench: Any) -> None:
    registers = bench.contractor.office.registers
    registers.add(Kind.SUBCONTRACTOR, ENTRIES[Kind.SUBCONTRACTOR])
    registers.end(Kind.SUBCONTRACTOR, "見本印刷")
    assert registers.entries(Kind.SUBCONTRACTOR) == []
    assert [one.ended for one in registers.entries(everything=True)] == [True]
    assert last_line(bench.contractor).act is Act.END
    with pytest.raises(UsageError, match="台帳にありません"):
        registers.end(Kind.SUBCONTRACTOR, "見本印刷")
    with pytest.raises(Refused, match="終わらせられません"):
        registers.end(Kind.DRILL, "1")


def test_an_applicants_name_is_refused_however_it_is_written(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.contractor.key("サトウ ハナコ")
    for name in ("サトウ ハナコ", "さとうはなこ", "ｻﾄｳ ﾊﾅｺ"):
        with leaves(bench.contractor, UsageError):
            bench.contractor.office.registers.add(
                Kind.INCIDENT, {**LOSS, "story": f"{name}様の参加証を落とした"}
            )


def test_an_entry_changed_in_the_table_is_found(bench: Any) -> None:
    contractor = bench.contractor
    pattern(contractor, "2026-04-19")
    contractor.vault.connection.execute("DROP TRIGGER register_entry_no_update")
    contractor.vault.connection.execute("UPDATE register_entry SET body = replace(body, '04-19', '04-20')")
    assert len(contractor.office.registers.unproven()) == 1


@pytest.mark.parametrize("site", Site)
def test_an_audit_reads_the_registers_and_enters_nothing(
    bench: Any, leaves: Callable[..., Any], site: Site
) -> None:
    bureau = bench.contractor if site is Site.CONTRACTOR else bench.ward
    auditor = bureau.office_of(Role.AUDITOR)
    assert auditor.registers.entries() == [] and auditor.incidents.all() == []
    with leaves(bureau, Refused):
        auditor.registers.add(Kind.DRILL, ENTRIES[Kind.DRILL])
    with leaves(bureau, Refused):
        auditor.incidents.report("1", Report.PARTNER)


# -- what is due ------------------------------------------------------------------------------------------------


def test_clauses_and_contacts_are_due_before_the_work_begins(paired: Any) -> None:
    contractor = paired.contractor
    for words in ("条項の確認", "緊急連絡先", "緊急時の手順"):
        assert due(contractor, words).due == contractor.office.duties.today
    everything(contractor)
    for words in ("条項の確認", "緊急連絡先", "緊急時の手順"):
        assert due(contractor, words).due is None  # not again before the contract's end


def test_a_clause_that_changed_is_due_at_once_and_until_it_is_read(paired: Any) -> None:
    contractor = paired.contractor
    read_clauses(contractor)
    on(paired, "2026-06-01")
    changed = {"clause": "policy", "edition": "令和8年6月改正", "state": "changed"}
    contractor.office.registers.add(Kind.CLAUSE, changed)
    one = due(contractor, "条項の確認")
    assert (str(one.due), one.note) == ("2026-06-01", "確認した条項 3／4")
    contractor.office.registers.add(Kind.CLAUSE, {**changed, "state": "read"})
    assert due(contractor, "条項の確認").due is None


def test_a_pattern_is_as_old_as_its_own_date(paired: Any) -> None:
    contractor = paired.contractor
    on(paired, "2026-05-20")
    pattern(contractor, "2026-05-10")  # looked at today, but ten days old
    one = due(contractor, "ウイルス対策")
    assert (str(one.last), str(one.due), one.over(contractor.office.duties.today)) == (
        "2026-05-10",
        "2026-05-17",
        3,
    )


def test_what_was_never_done_is_due_once_before_the_contracts_end(paired: Any) -> None:
    assert str(due(paired.contractor, "訓練").due) == "2026-12-31"


def test_a_line_entered_by_hand_counts_too(paired: Any) -> None:
    contractor = paired.contractor
    contractor.office.ledger.add(Act.INSPECT, Content.HANDLING, 1, Unit.TIMES)
    assert due(contractor, "取扱いの点検").last == contractor.office.duties.today


def test_subcontractors_are_looked_at_while_there_are_any(paired: Any) -> None:
    contractor = paired.contractor
    words = "再委託先の点検"
    assert words not in [one.what for one in contractor.office.duties.due()]
    contractor.office.registers.add(Kind.SUBCONTRACTOR, ENTRIES[Kind.SUBCONTRACTOR])
    assert due(contractor, words).due is not None
    contractor.office.registers.end(Kind.SUBCONTRACTOR, "見本印刷")
    assert words not in [one.what for one in contractor.office.duties.due()]


def test_the_other_site_sees_what_the_ledger_tells_and_nothing_of_the_entry(paired: Any) -> None:
    everything(paired.contractor)
    paired.contractor.key("サトウ ハナコ")
    paired.contractor.office.records.send()
    paired.sync()
    one = due(paired.ward, "ウイルス対策", Site.CONTRACTOR)
    assert one.last == paired.ward.office.duties.today and one.kind is None
    assert due(paired.ward, "条項の確認", Site.CONTRACTOR).due is None
    assert paired.ward.office.registers.entries() == []


def test_the_flow_line_tells_what_is_over_and_no_longer_once_it_is_done(paired: Any) -> None:
    contractor = paired.contractor
    on(paired, "2026-04-22")
    late = [one for one in contractor.office.flow.status().late if one.kind is LateKind.DUTY]
    assert [one.key for one in late] == ["F7"] and "ほか" in late[0].sentence
    everything(contractor)
    contractor.office.backups.made(contractor.office.backups.new_id(), Medium.VAULT)
    assert [one for one in contractor.office.flow.status().late if one.kind is LateKind.DUTY] == []


@pytest.mark.parametrize("role", Role)
def test_everybody_is_told_what_is_due(paired: Any, role: Role) -> None:
    for bureau in (paired.contractor, paired.ward):
        assert bureau.office_of(role).duties.due() == bureau.office.duties.due() != []


# -- incidents --------------------------------------------------------------------------------------------------


def incident(bureau: Any, **changes: str) -> Any:
    bureau.office.registers.add(Kind.INCIDENT, {**LOSS, **changes})
    return bureau.office.incidents.all()[-1]


@pytest.mark.parametrize(
    ("changes", "at_contractor", "at_ward"),
    [
        ({"people": "100"}, [], []),
        ({"people": "101"}, [], ["第43条第4号"]),
        ({"people": "1000"}, [], ["第43条第4号"]),
        ({"people": "1001"}, ["第7条第4号"], ["第43条第4号"]),
        ({"special": "yes"}, ["第7条第1号"], ["第43条第1号"]),
        ({"property": "yes"}, ["第7条第2号"], ["第43条第2号"]),
        ({"malice": "yes"}, ["第7条第3号"], ["第43条第3号"]),
        ({"what": "other", "people": "5000"}, [], []),
    ],
)
def test_the_threshold_is_the_one_of_the_site_and_is_named(
    paired: Any, changes: dict[str, str], at_contractor: list[str], at_ward: list[str]
) -> None:
    for bureau, expected in ((paired.contractor, at_contractor), (paired.ward, at_ward)):
        found = incident(bureau, **changes)
        assert len(found.reasons) == len(expected)
        assert all(number in words for number, words in zip(expected, found.reasons, strict=True))
        assert len(found.clocks) == (4 if expected else 1)


@pytest.mark.parametrize(("malice", "final"), [("no", "2026-05-19"), ("yes", "2026-06-18")])
def test_the_day_it_was_known_is_the_first_day(paired: Any, malice: str, final: str) -> None:
    found = incident(paired.ward, people="380", malice=malice, on="2026-04-20")
    days = {clock.report: clock.due for clock in found.clocks}
    assert str(days[Report.PARTNER]) == "2026-04-20"
    assert str(days[Report.PRELIMINARY]) == "2026-04-24"
    assert str(days[Report.FINAL]) == final
    assert all(clock.source for clock in found.clocks)


def test_the_clock_stands_in_the_flow_line_until_it_is_reported(paired: Any) -> None:
    ward = paired.ward
    incident(ward, people="380")
    key = ward.office.incidents.all()[0].key

    def clocks() -> list[str]:
        return [one.sentence for one in ward.office.flow.status().late if one.kind is LateKind.INCIDENT]

    assert len(clocks()) == 3 and "今日まで" in clocks()[0]
    ward.office.incidents.report(key, Report.PARTNER)
    assert "あと4日" in clocks()[0]
    on(paired, "2026-04-26")
    assert "2日超過" in clocks()[0]
    with pytest.raises(Refused, match="速報がまだ"):
        ward.office.incidents.report(key, Report.FINAL)
    with pytest.raises(Refused, match="まだ済んでいない"):
        ward.office.incidents.report(key, Report.CLOSE)
    for report in (Report.PRELIMINARY, Report.PERSONS, Report.FINAL, Report.CLOSE):
        ward.office.incidents.report(key, report)
        assert last_line(ward).act is Act.REPORT and last_line(ward).content is Content.INCIDENT
    assert clocks() == [] and ward.office.incidents.all()[0].closed
    with pytest.raises(Refused, match="もう記録してあります"):
        ward.office.incidents.report(key, Report.CLOSE)


def test_a_report_is_of_a_day_between_the_incident_and_today(paired: Any) -> None:
    incident(paired.ward, people="380")
    for day in (dt.date(2026, 4, 19), dt.date(2026, 4, 21)):
        with pytest.raises(UsageError, match="知った日から今日まで"):
            paired.ward.office.incidents.report("1", Report.PARTNER, day)


def test_where_no_threshold_is_reached_there_is_nothing_to_report(paired: Any) -> None:
    incident(paired.contractor)
    with pytest.raises(Refused, match="対象になっていません"):
        paired.contractor.office.incidents.report("1", Report.PRELIMINARY)


def test_more_people_than_thought_bring_the_deadlines_and_keep_what_was_done(paired: Any) -> None:
    ward = paired.ward
    incident(ward)
    ward.office.incidents.report("1", Report.PARTNER)
    found = ward.office.incidents.correct("1", {**LOSS, "people": "200"})
    assert found.reasons and [clock.report for clock in found.clocks if clock.done] == [Report.PARTNER]
    assert last_line(ward).act is Act.CORRECT
    assert len(ward.office.incidents.all()) == 1


def says_something(bureau: Any) -> None:
    """The ledger goes with any bundle."""
    with bureau.store.write() as tx:
        tx.settings.put("receipt_due", "yes")


def test_an_incident_at_the_contractor_reaches_the_ward_with_the_next_bundle(paired: Any) -> None:
    contractor, ward = paired.contractor, paired.ward
    incident(contractor, people="42")
    contractor.key("サトウ ハナコ")
    contractor.office.records.send()
    paired.sync()
    (line,) = ward.office.incidents.untold()
    assert line.qty == 42
    late = [one for one in ward.office.flow.status().late if one.kind is LateKind.INCIDENT]
    assert len(late) == 1 and "42人" in late[0].sentence
    ward.office.registers.add(Kind.INCIDENT, {**LOSS, "people": "42", "line": str(line.seq)})
    assert ward.office.incidents.untold() == []
    assert last_line(ward).act is Act.INCIDENT
    says_something(ward)
    paired.sync()
    assert contractor.office.incidents.untold() == [], "what it told itself is not told back"
    incident(ward)
    says_something(ward)
    paired.sync()
    assert len(contractor.office.incidents.untold()) == 1, "the ward's own is"
