"""操作ログの点検: planted anomalies are found, ordinary work is not, people answer for each other, and what is signed stays so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.anomalies import Code
from core.ledger.codes import Act, Content, Unit
from core.ledger.line import LedgerLine
from core.office.choices import LogReason
from core.office.desk import Desk
from core.office.keyring import enrol
from core.office.log_review import Item, LogReviews, Part
from core.office.log_span import broken_at
from core.office.ports import StaffRow
from core.office.review import APPLICANTS
from core.people.fields import Field
from core.register_kinds import Kind
from core.roles import Actor, Role

REMARK = "本人に聞き、電話の控えと合うことを見た"
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BETWEEN = dt.datetime(2026, 5, 13, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
"""A Wednesday morning."""


def deputy(bureau: Any) -> LogReviews:
    """A second manager of that site."""
    key, who = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), f"{bureau.site[0]}-deputy"
    with bureau.store.write() as tx:
        if all(row.staff_id != who for row in tx.staff.list()):
            tx.staff.add(
                StaffRow(who, "見本", Role.MANAGER, key.public_key().public_bytes_raw(), bureau.moment)
            )
            enrol(tx, bureau.site, bureau.moment.isoformat())
    actor = Actor(who, "見本", Role.MANAGER, bureau.site)
    return LogReviews(Desk(bureau.store, actor, key, bureau.now, bureau.entropy, "test"))


def answer_all(mine: LogReviews, other: LogReviews, seen: Any = None) -> None:
    for item in (seen or mine.begin()).items:
        by = other if item.who == mine._desk.actor.staff_id else mine
        if item.part is not Part.OWN or by is other:
            by.answer(item.id, LogReason.WORK, REMARK)


def signed(bureau: Any) -> LedgerLine:
    mine, other = bureau.office.log_reviews, deputy(bureau)
    answer_all(mine, other)
    return mine.sign()


def note(
    bureau: Any,
    act: str,
    detail: str = "",
    *,
    by: str = "",
    at: dt.datetime | None = None,
    terminal: str = "test",
) -> None:
    """A row as the program would write it."""
    with bureau.store.write() as tx:
        tx.access.append(at or bureau.now(), by or f"{bureau.site[0]}-handler", act, detail, terminal)


@pytest.fixture
def ready(bench: Any) -> Any:
    """Applications are at the ward, and the first review is signed: what comes now is looked at next."""
    bench.received()
    for site in (bench.contractor, bench.ward):
        deputy(site)
        signed(site)
        site.moment = BETWEEN
    return bench


def findings(bureau: Any) -> list[Item]:
    bureau.moment = max(bureau.moment, BETWEEN + 2 * HOUR)
    deputy(bureau)
    return [one for one in bureau.office.log_reviews.look().items if one.part is Part.FINDING]


def codes(bureau: Any) -> list[Code]:
    return [one.code for one in findings(bureau)]


def hire(bench: Any) -> None:
    with bench.contractor.store.write() as tx:
        bench.contractor.desk_of(Role.MANAGER).log(tx, "staff_add", "c-new manager")


def leave(bench: Any) -> None:
    with bench.contractor.store.write() as tx:
        tx.staff.end("c-handler", BETWEEN)
    note(bench.contractor, "login", at=BETWEEN + HOUR)


def leaf(bench: Any) -> None:
    for number in range(1, 17):
        note(bench.contractor, "open", f"no={number}")


def collect(bench: Any) -> None:
    for number in range(1, 100, 2):
        note(bench.contractor, "open", f"no={number}")


def stare(bench: Any) -> None:
    for _ in range(6):
        bench.contractor.moment += HOUR / 4
        bench.contractor.office_of(Role.HANDLER).intake.open(1)


def pry(bench: Any) -> None:
    for number in range(21):
        note(bench.contractor, "search", f"digits=5 n={number % 2}")


def guess(bench: Any, count: int, *, then: bool = False) -> None:
    for index in range(count):
        note(bench.contractor, "login_failed", f"failed {index:016x}")
    if then:
        note(bench.contractor, "login")


def lend(bench: Any) -> None:
    for place in ("/dev/pts/1 192.0.2.7", "/dev/pts/2 198.51.100.9", "/dev/pts/1 192.0.2.7"):
        note(bench.contractor, "login", terminal=place)


def smuggle(bench: Any) -> None:
    note(bench.contractor, "export", "ABCDEFGHJK applications n=4")


def hush(bench: Any) -> None:
    """Printed, and the row of the log kept back."""
    from core.ledger.codes import Medium
    from core.office.inventory import write_copy

    desk = bench.contractor.desk_of(Role.HANDLER)
    with bench.contractor.store.write() as tx:
        write_copy(desk, tx, Act.PRINT, Content.APPLICATIONS, 4, Unit.SHEETS, Medium.PAPER)


def meddle(bench: Any) -> None:
    note(bench.contractor, "draw_freeze", "hiking-2026-1")
    bench.contractor.office_of(Role.HANDLER).intake.edit(1, {Field.PHONE: "03-5273-0001"})


def sleep_long(bench: Any) -> None:
    for bureau in (bench.contractor, bench.ward):
        bureau.moment = BETWEEN + 200 * DAY
    for who in ("c-manager", "c-deputy", "c-auditor"):
        note(bench.contractor, "login", by=who, at=BETWEEN + 100 * DAY)


def altered(sql: str) -> Callable[[Any], None]:
    """What somebody does who holds the data key: the triggers that forbid it are dropped first."""

    def alter(bench: Any) -> None:
        leaf(bench)
        run = bench.contractor.vault.connection.execute
        run("DROP TRIGGER access_log_no_update")
        run("DROP TRIGGER access_log_no_delete")
        run(sql)

    return alter


LAST = "(SELECT max(seq) FROM access_log)"
PLANTED: dict[str, tuple[Callable[[Any], object], set[Code]]] = {
    "work late in the evening": (lambda b: note(b.contractor, "open", "no=1", at=BETWEEN.replace(hour=22)), {Code.HOURS, Code.CLOCK_AHEAD}),
    "work on a Sunday": (lambda b: note(b.contractor, "open", "no=1", at=BETWEEN - 3 * DAY), {Code.HOLIDAY}),
    "five failed logins": (lambda b: guess(b, 5), {Code.FAILURES}),
    "one row for very many": (lambda b: note(b.contractor, "login_failed", "more 00 count=6800", by="unknown"), {Code.FAILURES}),
    "a success after three": (lambda b: guess(b, 3, then=True), {Code.FORCED}),
    "a damaged file of failures": (lambda b: note(b.contractor, "login_failed", "unreadable 00", by="unknown"), {Code.KNOCKS}),
    "fifty records in a minute": (collect, {Code.MANY}),
    "sixteen records in their order": (leaf, {Code.SEQUENCE}),
    "one person looked at six times": (stare, {Code.AGAIN}),
    "questions by telephone and nothing done after": (pry, {Code.LOOKUPS}),
    "an export that the ledger does not know": (smuggle, {Code.NO_LINE}),
    "a print that the log does not know": (hush, {Code.NO_ROW}),
    "an account nobody used for half a year": (sleep_long, {Code.DORMANT}),
    "an account that has been revoked": (leave, {Code.DEPARTED}),
    "an account that never was": (lambda b: note(b.contractor, "login", by="c-ghost"), {Code.NOBODY}),
    "one id in two places": (lend, {Code.TWO_PLACES}),
    "a new manager": (hire, {Code.ROLES}),
    "a new rule": (lambda b: note(b.contractor, "programme", by="c-manager"), {Code.RULES}),
    "an edit after the freeze": (meddle, {Code.FROZEN}),
    "a clock set back": (lambda b: [note(b.contractor, "key", "no=1"), note(b.contractor, "key", "no=2", at=BETWEEN - HOUR)], {Code.CLOCK_BACK}),
    "a clock that runs ahead": (lambda b: note(b.contractor, "key", "no=1", at=BETWEEN + DAY), {Code.CLOCK_AHEAD}),
    "a word of another program": (lambda b: note(b.contractor, "exfiltrate"), {Code.UNKNOWN_WORD}),
    "a row rewritten": (altered(f"UPDATE access_log SET detail = 'no=99' WHERE seq = {LAST} - 8"), {Code.CHAIN}),
    "the person of a row changed": (altered(f"UPDATE access_log SET staff_id = 'c-auditor' WHERE seq = {LAST} - 8"), {Code.CHAIN}),
    "a row taken out": (altered(f"DELETE FROM access_log WHERE seq = {LAST} - 8"), {Code.GAP}),
    "a row put in": (
        altered(f"INSERT INTO access_log SELECT seq + 1, at, staff_id, act, detail, terminal, chain FROM access_log WHERE seq = {LAST}"),
        {Code.CHAIN},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_and_nothing_else(ready: Any, name: str) -> None:
    plant, expected = PLANTED[name]
    assert codes(ready.contractor) == []
    plant(ready)
    found = set(codes(ready.contractor))
    assert found - {Code.SEQUENCE} == expected - {Code.SEQUENCE} and expected <= found


@pytest.mark.parametrize("name", [one for one in PLANTED if one.startswith(("a row", "the person"))])
def test_a_log_that_was_altered_is_named_by_verify_too(ready: Any, name: str) -> None:
    assert ready.contractor.office.ledger.verify() == []
    PLANTED[name][0](ready)
    (found,) = ready.contractor.office.ledger.verify()
    assert found.chain and "操作ログの" in found.what and "行目" in found.what


def test_rows_a_review_was_signed_over_are_held_against_its_head(ready: Any) -> None:
    """Whoever computes every chain anew still meets the head that stands in the signed review."""
    from core.ledger.access import access_hash

    run = ready.contractor.vault.connection.execute
    for trigger in ("access_log_no_update", "access_log_no_delete"):
        run(f"DROP TRIGGER {trigger}")
    before = "0" * 64
    for seq, at, staff, act, detail, terminal in run(
        "SELECT seq, at, staff_id, act, detail, terminal FROM access_log ORDER BY seq"
    ).fetchall():
        detail = "no=9" if seq == 3 else detail
        body = {"seq": seq, "at": at, "staff_id": staff, "act": act, "detail": detail, "terminal": terminal}
        before = access_hash(before, body)
        run("UPDATE access_log SET detail = ?, chain = ? WHERE seq = ?", (detail, before, seq))
    assert Code.REWRITTEN in codes(ready.contractor)
    with ready.contractor.store.read() as tx:
        assert broken_at(tx)


def test_the_end_of_the_log_cannot_be_cut_off_below_what_was_signed(ready: Any) -> None:
    run = ready.contractor.vault.connection.execute
    for trigger in ("access_log_no_update", "access_log_no_delete"):
        run(f"DROP TRIGGER {trigger}")
    ready.contractor.office.log_reviews.begin()
    run(f"DELETE FROM access_log WHERE seq > {LAST} - 5")
    assert Code.GAP in codes(ready.contractor)
    assert ready.contractor.office.ledger.verify()


def test_a_moment_that_cannot_be_read_is_said_and_no_fault_of_the_program(ready: Any) -> None:
    altered(f"UPDATE access_log SET at = 'gestern' WHERE seq = {LAST} - 2")(ready)
    with pytest.raises(IntegrityFailure, match="操作ログの日時"):
        ready.contractor.office.log_reviews.look()


# -- ordinary work ----------------------------------------------------------------------------------------------


def test_a_year_of_ordinary_work_with_a_review_each_month_finds_nothing(bench: Any) -> None:
    """⑤ with every record confirmed on its own, corrections, the draw, notices, registers: at both sites, month by month."""
    sites = (bench.contractor, bench.ward)

    def month(day: dt.datetime) -> None:
        for site in sites:
            site.moment = day
            note(site, "login"), note(site, "login", by=f"{site.site[0]}-auditor")  # type: ignore[func-returns-value]
            assert codes_now(site) == [], (site.site, day)
            assert signed(site).qty == 0

    def codes_now(site: Any) -> list[tuple[Code, str]]:
        deputy(site)
        return [
            (one.code, one.subject)
            for one in site.office.log_reviews.begin().items
            if one.part is Part.FINDING
        ]

    people = [f"{'アカサタナハマヤラワ'[n // 6]}{'イキシチニヒ'[n % 6]} タロウ" for n in range(60)]
    bench.received(*people)
    month(BETWEEN - 13 * DAY)
    review = bench.ward.office_of(Role.HANDLER).review
    for item in review.rows(APPLICANTS):
        review.confirm(APPLICANTS, [item.record])
    review.send()
    bench.ward.office.lottery.seal()
    bench.sync()
    for number in (3, 9, 17):
        bench.contractor.office_of(Role.HANDLER).intake.open(number)
        bench.contractor.office_of(Role.HANDLER).intake.edit(number, {Field.PHONE: f"03-5273-{number:04}"})
    bench.contractor.office.records.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync()
    month(BETWEEN)
    for _, act in bench.ceremony():
        act()
        bench.sync()
    bench.contractor.office.participants.send()
    bench.sync()
    bench.ward.office.review.confirm_rest("participants")
    bench.ward.office.participants.approve()
    bench.sync()
    notices = bench.contractor.office.notices
    from core.notice_kinds import Form

    items = notices.prepare()
    notices.printed(items, Form.POSTCARD)
    notices.posted()
    month(BETWEEN + 30 * DAY)
    bench.contractor.office.participants.attend(
        "A", bench.contractor.office.participants.list("A")[0].record, True
    )
    month(BETWEEN + 61 * DAY)


# -- answering and signing ------------------------------------------------------------------------------------------------


def test_a_review_cannot_be_signed_before_everything_is_answered(ready: Any) -> None:
    leaf(ready)
    desk = ready.contractor.office.log_reviews
    with pytest.raises(Refused, match="始まっていません"):
        desk.sign()
    seen = desk.begin()
    assert [one.part for one in seen.items][:1] == [Part.FINDING] and seen.findings == 1
    for _ in range(len(seen.items)):
        with pytest.raises(Refused, match="まだ答えていない"):
            desk.sign()
        item = next(one for one in desk.look().items if one.answer is None)
        by = deputy(ready.contractor) if item.who == "c-manager" else desk
        by.answer(item.id, LogReason.INSTRUCTED, REMARK)
        if not desk.look().open_for("c-manager"):
            break
    line = desk.sign()
    assert (line.act, line.content, line.qty) == (Act.INSPECT, Content.ACCESS_LOG, 1)
    with ready.contractor.store.read() as tx:
        assert line.ref == f"sha256:{tx.access.head()}"
    assert ready.contractor.office.ledger.verify() == []


def test_what_was_reviewed_is_not_looked_at_again_and_nothing_between_is_left_out(ready: Any) -> None:
    leaf(ready)
    desk = ready.contractor.office.log_reviews
    first = desk.begin().span
    smuggle(ready)  # while the review is under way
    assert desk.look().span == first and desk.begin().span == first
    signed(ready.contractor)
    after = desk.look().span
    assert after.first == first.last + 1
    assert codes(ready.contractor) == [Code.NO_LINE]


def test_nobody_answers_for_himself_while_there_is_another(ready: Any) -> None:
    for number in range(1, 17):
        note(ready.contractor, "open", f"no={number}", by="c-manager")
    desk, other = ready.contractor.office.log_reviews, deputy(ready.contractor)
    item = desk.begin().items[0]
    assert item.who == "c-manager"
    with pytest.raises(Refused, match="自分の操作") as refused:
        desk.answer(item.id, LogReason.WORK, REMARK)
    assert "c-deputy" in refused.value.next_step
    assert other.answer(item.id, LogReason.WORK, REMARK).answer is not None


def test_the_only_manager_reviews_himself_and_that_is_a_finding(bench: Any) -> None:
    bench.received()
    desk = bench.contractor.office.log_reviews
    (own,) = [one for one in desk.begin().items if one.part is Part.FINDING]
    assert (own.code, own.who) == (Code.ONESELF, "c-manager")
    for item in desk.look().items:
        desk.answer(item.id, LogReason.ORDERED, "課長の立会いで行った")
    assert desk.sign().qty == 1


def test_a_handler_sees_no_log_and_an_auditor_looks_without_beginning_anything(ready: Any) -> None:
    leaf(ready)
    handler = ready.contractor.office_of(Role.HANDLER).log_reviews
    auditor = ready.contractor.office_of(Role.AUDITOR).log_reviews
    before = ready.contractor.image()
    for act in (handler.look, handler.begin, auditor.begin, auditor.sign):
        with pytest.raises(Refused):
            act()
    seen = auditor.look()
    assert seen.findings == 1 and not seen.span.by and not auditor.may_sign
    with pytest.raises(Refused):
        auditor.answer(seen.items[0].id, LogReason.WORK, REMARK)
    assert ready.contractor.image() == before


@pytest.mark.parametrize(
    ("remark", "words"),
    [("", "がありません"), ("  ", "がありません"), ("サトウハナコさんに聞いた", "応募者の氏名"), ("03-5273-0001に電話", "電話番号")],
)  # fmt: skip
def test_an_answer_is_in_writing_and_names_no_applicant(ready: Any, remark: str, words: str) -> None:
    leaf(ready)
    desk = ready.contractor.office.log_reviews
    item = desk.begin().items[0]
    with pytest.raises(UsageError, match=words):
        desk.answer(item.id, LogReason.WORK, remark)
    with pytest.raises(UsageError, match="この点検にありません"):
        desk.answer(item.id[:7], LogReason.WORK, REMARK)


def test_an_answer_may_be_given_anew_until_it_is_signed(ready: Any) -> None:
    leaf(ready)
    desk = ready.contractor.office.log_reviews
    item = desk.begin().items[0]
    desk.answer(item.id[:8], LogReason.WORK, REMARK)
    again = desk.answer(item.id, LogReason.INCIDENT, "業務ではなかった")
    assert again.answer is not None and again.answer.reason is LogReason.INCIDENT
    assert "業務ではなかった" not in ready.contractor.details()


def test_the_sample_is_drawn_by_the_head_of_the_log(ready: Any) -> None:
    for number in range(1, 40, 2):
        note(ready.contractor, "open", f"no={number}")
    desk = ready.contractor.office.log_reviews
    drawn = [one.rows for one in desk.begin().items if one.part is Part.SAMPLE]
    assert len(drawn) == 5 and len(set(drawn)) == 5
    assert drawn == [one.rows for one in deputy(ready.contractor).begin().items if one.part is Part.SAMPLE]


def test_every_account_is_listed_whatever_it_did(ready: Any) -> None:
    note(ready.contractor, "login", by="c-ghost")
    guess(ready, 2)
    listed = {one.staff_id: one for one in ready.contractor.office.log_reviews.look().accounts}
    assert {"c-manager", "c-handler", "c-auditor", "c-deputy", "c-ghost"} <= set(listed)
    assert listed["c-handler"].failed == 2 and listed["c-auditor"].rows == 0 and listed["c-ghost"].role == ""


def test_the_review_is_the_only_way_to_the_line_that_does_the_duty(ready: Any) -> None:
    office = ready.contractor.office
    with pytest.raises(UsageError, match="手では書けません"):
        office.ledger.add(Act.INSPECT, Content.ACCESS_LOG, 1, Unit.TIMES)
    with pytest.raises(Refused, match="手では記入できません"):
        office.registers.add(Kind.LOG_REVIEW, {"until": "2026-05-01", "result": "good"})
    (duty,) = [one for one in office.duties.due() if one.kind is Kind.LOG_REVIEW]

    def overdue() -> list[str]:
        duties = office.duties
        return [
            one.what for one in duties.due() if one.kind is Kind.LOG_REVIEW and one.over(duties.today) > 0
        ]

    assert duty.due == dt.date(2026, 4, 20) + 30 * DAY == office.log_reviews.look().due
    ready.contractor.moment = BETWEEN + 10 * DAY
    assert overdue() == [duty.what]
    signed(ready.contractor)
    assert overdue() == []


def test_an_answer_altered_after_the_signature_is_found(ready: Any) -> None:
    from core.office.log_review import unproven_reviews

    leaf(ready)
    signed(ready.contractor)
    run = ready.contractor.vault.connection.execute
    with ready.contractor.store.read() as tx:
        assert unproven_reviews(tx) == []
    run("DROP TRIGGER log_review_step_no_update")
    run(
        "UPDATE log_review_step SET body = replace(body, '電話', '手紙') WHERE step = 'answered' AND review = 2"
    )
    with ready.contractor.store.read() as tx:
        assert unproven_reviews(tx) == [2]


def test_a_look_back_over_days_already_reviewed_begins_nothing(ready: Any) -> None:
    leaf(ready)
    signed(ready.contractor)
    before = ready.contractor.image()
    seen = ready.contractor.office.log_reviews.since(BETWEEN.date())
    assert [one.code for one in seen.items if one.part is Part.FINDING] == [Code.SEQUENCE]
    assert ready.contractor.image() == before
