"""Seeing people's data without leaving word of it, and choosing what a review asks about (docs/attacks.md)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.applicant import Problem, Route
from core.errors import UsageError
from core.ledger.anomalies import Code
from core.ledger.codes import Medium, Place
from core.office.choices import What
from core.office.corrections import NothingToCorrect
from core.office.drafts import edit_of
from core.office.forms import as_fields
from core.office.intake import Intake
from core.office.listing import ListFilter, ReviewOrder
from core.office.log_review import Part, Seen
from core.office.office import Office
from core.office.review import APPLICANTS
from core.office.second import NeedsSecond
from core.people.fields import Field
from core.roles import Role, Site
from tests.core.office.conftest import PROGRAMME, Bureau

PEOPLE = [f"{'アカサタナハマヤラワ'[n // 6]}{'イキシチニヒ'[n % 6]} タロウ" for n in range(30)]


@pytest.fixture
def bureau(tmp_path: Any) -> Bureau:
    """A contractor with thirty people, who have nothing in common but where they live."""
    one = Bureau(Site.CONTRACTOR, tmp_path / "contractor")
    for place, kana in enumerate(PEOPLE, start=1):
        one.key(kana, address=f"東京都新宿区西新宿2-8-{place}", phone=f"03-5273-4{place:03}")
    return one


def reviewed(bureau: Bureau) -> Seen:
    """What a review begun now finds, with another manager to sign what came before."""
    return bureau.office.log_reviews.begin()


def sample(seen: Seen) -> list[tuple[int, ...]]:
    return [one.rows for one in seen.items if one.part is Part.SAMPLE]


# -- the reviewer ------------------------------------------------------------------------------------------------


def test_no_sample_is_shown_before_the_review_is_begun_and_none_can_be_looked_for(bureau: Bureau) -> None:
    """A row more in the log, and another look: whoever is to review would try until his neighbour is not in the sample."""
    for number in range(1, 21):
        bureau.office.intake.open(number)
    desk = bureau.office.log_reviews
    assert sample(desk.look()) == []
    bureau.office.ledger.export(Site.CONTRACTOR)
    assert sample(desk.look()) == [] and sample(desk.since(bureau.moment.date())) == []
    drawn = sample(desk.begin())
    assert len(drawn) == 5
    bureau.office.ledger.export(Site.CONTRACTOR)
    assert drawn == sample(desk.begin()) == sample(desk.look()), "and begun, it stays"


def test_the_lot_of_a_sample_is_fresh_and_not_the_logs_own_head(tmp_path: Any) -> None:
    """The same log to the letter: what is asked about is known to nobody before the review has begun."""
    drawn = []
    for place, skipped in enumerate((0, 1000)):
        one = Bureau(Site.CONTRACTOR, tmp_path / str(place))
        for kana in PEOPLE:
            one.key(kana)
        for number in range(1, 31):
            one.office.intake.open(number)
        one.entropy.count += skipped
        seen = one.office.log_reviews.begin()
        drawn.append((seen.span.head, sample(seen)))
    assert drawn[0][0] == drawn[1][0] and drawn[0][1] != drawn[1][1]


# -- a second person's word --------------------------------------------------------------------------------------


def _draft(office: Office) -> None:
    office.exporting.exported(
        office.exporting.draft(What.APPLICATIONS, Place.SUBCONTRACTOR, Medium.USB), b"zip"
    )


def test_what_grew_after_the_second_persons_word_does_not_go_along(bureau: Bureau) -> None:
    """Agreed on for thirty people, and by the time it is written there are thirty-one, or another address."""
    with bureau.store.write() as tx:
        tx.settings.put("programme", PROGRAMME + '\n[accounts]\nsecond_person = ["export"]\n')
    manager, handler = bureau.office, bureau.office_of(Role.HANDLER)

    def agreed() -> None:
        with pytest.raises(NeedsSecond, match="もう一人") as needs:
            _draft(manager)
        assert "31人" in str(needs.value) or "30人" in str(needs.value)
        handler.second.confirm(manager.second.propose(needs.value.subject).id)

    agreed()
    bureau.key("ワタナベ ミツ")
    with pytest.raises(NeedsSecond):
        _draft(manager)
    agreed()
    handler.intake.edit(3, {Field.ADDRESS: "東京都新宿区西新宿9-9-9"})
    with pytest.raises(NeedsSecond):
        _draft(manager)
    agreed()
    _draft(manager)
    with pytest.raises(NeedsSecond):
        _draft(manager)


# -- questions that open nobody ----------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Rows:
    """A file of one form, as a reader gives it."""

    rows: Sequence[Sequence[str]]
    header: tuple[str, ...] = ("カナ氏名", "生年月日", "住所", "電話番号", "希望")
    name: str = "guess.csv"
    encoding: str = "utf-8"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(repr((self.header, self.rows)).encode()).hexdigest()

    @property
    def numbers(self) -> Sequence[int]:
        return range(1, len(self.rows) + 1)


def guess(kana: str, born: str, phone: str = "03-0000-0000") -> tuple[str, ...]:
    return (kana, born, "東京都新宿区榎町6-6", phone, "A")


def logged(bureau: Bureau, act: str) -> list[str]:
    with bureau.store.read() as tx:
        return [row.detail for row in reversed(tx.access.page(0, 1000)) if row.act == act]


def days(first: int, last: int) -> list[str]:
    return [f"1950-{day // 28 + 1:02}-{day % 28 + 1:02}" for day in range(first, last)]


def test_birth_dates_looked_for_by_looking_at_files_are_rows_of_the_log_and_a_finding(bureau: Bureau) -> None:
    """The list has names; a file has each with every day of a year, and the row that is a duplicate is the answer."""
    importing = bureau.office_of(Role.HANDLER).importing
    report = importing.import_table(
        Rows([guess(kana, born) for kana in PEOPLE for born in days(50, 70)]), dry_run=True
    )
    assert sum(Problem.DUPLICATE in row.problems for row in report.rows) >= 30
    (row,) = logged(bureau, "preview")
    assert row.startswith("rows=600 n=30 same=20 file=") and "1950" not in row
    assert findings(bureau) == [Code.LOOKUPS]


def test_nor_one_persons_nor_file_by_file(bureau: Bureau) -> None:
    importing = bureau.office_of(Role.HANDLER).importing
    importing.import_table(Rows([guess(PEOPLE[0], born) for born in days(0, 40)]), dry_run=True)
    assert findings(bureau) == [Code.LOOKUPS]
    before = len(logged(bureau, "preview"))
    for born in days(0, 40):
        importing.import_table(Rows([guess(PEOPLE[1], born)]), dry_run=True)
    assert len(logged(bureau, "preview")) == before + 40
    (found,) = [one for one in bureau.office.log_reviews.look().items if one.code is Code.LOOKUPS]
    assert len(found.rows) == 41 and found.count >= 80


def test_telephones_looked_for_by_looking_at_files(bureau: Bureau) -> None:
    importing = bureau.office_of(Role.HANDLER).importing
    kana = [f"{a}ン {b}ン" for a in "アイウエオカキクケコ" for b in "サシスセ"]
    rows = [guess(name, "1940-01-01", f"03-5273-4{place:03}") for place, name in enumerate(kana, start=1)]
    importing.import_table(Rows(rows), dry_run=True)
    assert logged(bureau, "preview")[0].startswith("rows=40 n=30 same=1 ")
    importing.import_table(Rows([*rows, guess(PEOPLE[3], "1940-01-01", "03-5273-4001")]), dry_run=True)
    assert findings(bureau) == [Code.LOOKUPS]


def test_a_file_that_is_refused_for_what_the_vault_holds_leaves_its_row_too(bureau: Bureau) -> None:
    """A known receipt under another name is taken for somebody else's, unless the birth date is the same."""
    importing = bureau.office_of(Role.HANDLER).importing
    header = ("受付番号", "カナ氏名", "生年月日", "住所", "電話番号", "希望")
    importing.import_table(
        Rows([("R1", "ヤマダ ハナ", "1950-03-04", "東京都新宿区榎町6-6", "03-1", "A")], header)
    )
    for place, born in enumerate(days(0, 40)):
        other = Rows([("R1", "ベツ ジン", born, "東京都新宿区榎町6-6", "03-1", "A")], header)
        if born == "1950-03-04":
            continue
        with pytest.raises(UsageError, match="別の人"):
            importing.import_table(other, dry_run=bool(place % 2))
    assert len(logged(bureau, "preview")) >= 39 and logged(bureau, "preview")[0].endswith(" stopped")
    assert findings(bureau) == [Code.LOOKUPS]


def test_a_file_that_is_taken_in_after_it_was_looked_at_is_no_question(bureau: Bureau) -> None:
    """Whoever takes it in, and with duplicates in it; but not where it was read by another table of columns."""
    handler, manager = bureau.office_of(Role.HANDLER), bureau.office
    rows = Rows([guess(kana, "1950-03-04") for kana in PEOPLE] + [guess("ヤマダ ハナ", "1950-03-05")] * 40)
    handler.importing.import_table(rows, dry_run=True)
    handler.importing.import_table(rows, dry_run=True)
    assert findings(bureau) == [Code.LOOKUPS], "so far"
    manager.importing.import_table(rows, source="another")
    assert findings(bureau) == [Code.LOOKUPS]
    manager.importing.import_table(rows)
    assert findings(bureau) == []


def telephone(bureau: Bureau, intake: Intake, target: int) -> tuple[str, int]:
    """A telephone number out of searches, last digits first; (the number, how many searches it took)."""
    asked, known = 0, f"4{target:03}"
    while len(known) < 10:
        for digit in "0123456789":
            asked += 1
            if any(row.number == target for row in intake.page(ListFilter(search=digit + known), 0, 50)):
                known = digit + known
                break
    return known, asked


def test_a_telephone_number_looked_for_digit_by_digit_is_rows_of_the_log_and_a_finding(
    bureau: Bureau,
) -> None:
    intake = bureau.office_of(Role.HANDLER).intake
    found, asked = telephone(bureau, intake, 7)
    assert found == "0352734007"
    rows = logged(bureau, "search")
    assert len(rows) == asked > 20, "those that find nobody as well: each of them tells a digit"
    assert "digits=10 n=1 no=7" in rows and "digits=5 n=0" in rows
    assert not any("5273" in row for row in rows)
    assert findings(bureau) == [Code.LOOKUPS]


def test_in_the_list_under_review_a_telephone_is_shown_and_its_row_says_so(bench: Any) -> None:
    """⑤ is read with all five items, which is a row; to search in it tells nothing more, however long the review."""
    bench.received()
    review = bench.ward.office_of(Role.HANDLER).review
    which = ListFilter(search="5273", under_review=True, order=ReviewOrder.EXCEPTIONS)
    shown = review.rows(APPLICANTS)[0]
    assert shown.applicant.phone and logged(bench.ward, "review") == ["stage=applicants rows=4"]
    for digits in range(60000, 60040):
        review.page(APPLICANTS, 0, 50, dataclasses.replace(which, search=str(digits)))
    assert logged(bench.ward, "search") == [] and findings(bench.ward, "w-handler") == []


def test_a_search_that_people_rest_on_is_one_row_and_one_by_number_none(bureau: Bureau) -> None:
    """It is counted, read page by page and come back to; a 受付番号 is in every list."""
    office = bureau.office_of(Role.HANDLER)
    which = ListFilter(search="4003")
    for _ in range(3):
        office.intake.count(which), office.intake.page(which, 0, 50), office.intake.place(which, 3)  # type: ignore[func-returns-value]
        office.intake.following(which, None, 5)
    office.intake.page(ListFilter(search="03-5273-4004"), 0, 5)
    assert logged(bureau, "search") == ["digits=4 n=1 no=3", "digits=10 n=1 no=4"]
    for search in ("7", "030", "0031", "0003", "ア", "西新宿", "999999999999999999999999"):
        office.intake.page(ListFilter(search=search), 0, 50)
    assert len(logged(bureau, "search")) == 3, "0031 is nobody's, and no telephone has so many digits"
    bureau.key("ワタナベ ミツ", phone="03-5273-0003")
    bureau.office_of(Role.HANDLER).intake.count(ListFilter(search="0003"))
    assert logged(bureau, "search")[3:] == ["digits=4 n=1 no=31 number"]
    bureau.office_of(Role.AUDITOR).intake.page(ListFilter(search="5273-4005"), 0, 50)
    assert len(logged(bureau, "search")) == 4, "an audit does not search telephones"


def test_a_day_on_the_telephone_is_no_finding(bureau: Bureau) -> None:
    """A hundred people call, are found by their telephone, and opened; some are not found."""
    for call in range(100):
        office = bureau.office_of(Role.HANDLER)
        number = call % 30 + 1
        bureau.moment += dt.timedelta(minutes=3)
        office.intake.page(ListFilter(search=f"52734{number:03}"), 0, 50)
        office.intake.open(number)
        office.intake.edit(number, {Field.EMAIL: f"a{call}@example.jp"})
        if call % 5 == 0:
            office.intake.page(ListFilter(search=f"{call}4321"), 0, 50)
    assert findings(bureau) == []


def test_a_form_that_finds_somebody_and_is_not_saved_leaves_a_row_and_many_are_a_finding(
    bureau: Bureau,
) -> None:
    """A name of the list and a birth date, or a telephone or an address of anybody: what is found beside the form is an answer."""
    intake = bureau.office_of(Role.HANDLER).intake

    def form(**fields: str) -> Mapping[Field, str]:
        return {Field(name): value for name, value in fields.items()}

    for born in ("1950-03-03", "1950-03-04"):
        found = intake.check(form(kana=PEOPLE[4], birth_date=born)).duplicates
        assert found == ((5,) if born == "1950-03-04" else ())
    assert logged(bureau, "check") == ["no=5"]
    intake.check(form(kana=PEOPLE[4], birth_date="1950-03-04", email="hanako@example.jp"))
    assert logged(bureau, "check") == ["no=5"], "the same question, on the way to the next field"
    intake.check(form(kana="ヤマダ ハナ", birth_date="1941-01-01", phone="03-5273-4009", group="2人"))
    intake.check(form(kana="ヤマダ ハナ", address="東京都新宿区西新宿2-8-8", group="2人"))
    assert logged(bureau, "check")[1:] == ["no=9", "no=8"]
    for kana in PEOPLE:
        intake.check(form(kana=kana, birth_date="1950-03-04"))
    assert findings(bureau) == [Code.LOOKUPS]


def test_an_afternoon_of_cards_is_no_finding(bureau: Bureau) -> None:
    """Couples: the second card finds the first by address and by telephone, field by field, and is saved."""
    intake = bureau.office_of(Role.HANDLER).intake
    for place in range(1, 31):
        fields = {
            Field.ADDRESS: f"東京都新宿区西新宿2-8-{place}", Field.KANA: f"{PEOPLE[place - 1].split()[0]} ハナコ",
            Field.BIRTH_DATE: "1951-03-04", Field.PHONE: f"03-5273-4{place:03}", Field.PREFERENCE: "A", Field.GROUP: "2人",
        }  # fmt: skip
        for last in range(1, len(fields) + 1):
            intake.check(dict([*list(fields.items())[:last], (Field.GROUP, "2人")]))
        intake.add(fields, Route.POST, [place])
    assert len(logged(bureau, "check")) == 60 and findings(bureau) == []


def test_who_shares_a_telephone_or_a_home_is_asked_about_in_the_log(bureau: Bureau) -> None:
    """Of somebody who was opened it is part of what was seen; record after record without opening it is a finding."""
    for place in range(1, 31):
        bureau.key(f"{PEOPLE[place - 1].split()[0]} ハナコ", phone=f"03-5273-4{place:03}", group="2人")
    office = bureau.office_of(Role.HANDLER)
    for number in range(1, 31):
        office.intake.open(number)
        assert office.groups.companions(number)
        office.groups.companions(number)
    assert len(logged(bureau, "companions")) == 30 and logged(bureau, "companions")[6] == "no=7,37"
    assert findings(bureau) == [Code.SEQUENCE]
    again = bureau.office_of(Role.HANDLER)
    for number in range(31, 51):
        again.groups.companions(number)
    assert Code.LOOKUPS not in findings(bureau), "twenty are not more than twenty"
    bureau.office_of(Role.HANDLER).groups.companions(1)
    assert Code.LOOKUPS in findings(bureau)


def test_what_is_read_of_a_correction_being_typed_finds_nobody(bureau: Bureau) -> None:
    handler = bureau.office_of(Role.HANDLER).intake
    read = handler.read({Field.KANA: PEOPLE[4], Field.BIRTH_DATE: "1950-03-04", Field.PHONE: "03-5273-4009"})
    assert read.duplicates == () and read.companions == () and read.reading.applicant.phone == "0352734009"
    assert logged(bureau, "check") == []


# -- corrections that correct nothing ----------------------------------------------------------------------------


def findings(bureau: Bureau, who: str = "c-handler") -> list[Code]:
    seen = bureau.office.log_reviews.look()
    return [one.code for one in seen.items if one.part is Part.FINDING and one.code and one.who == who]


def _as_it_stands(bureau: Bureau, number: int) -> list[dict[Field, str]]:
    with bureau.store.read() as tx:
        stands = tx.applications.get(number)
    assert stands is not None
    fields = as_fields(stands.applicant)
    return [{Field.GROUP: ""}, {Field.PHONE: fields[Field.PHONE]}, dict(fields)]


def test_a_correction_of_nothing_is_refused_and_shows_nothing(bureau: Bureau) -> None:
    """One that leaves a group as the list shows it would be a way to all five items that is no opening."""
    intake = bureau.office_of(Role.HANDLER).intake
    for number in range(1, 31):
        for fields in _as_it_stands(bureau, number):
            before = bureau.image()
            with pytest.raises(NothingToCorrect, match="いまの内容と同じ") as refused:
                intake.edit(number, fields)
            assert {**bureau.image(), "access_log": before["access_log"]} == before
            assert "2-8-" not in str(refused.value) and "5273" not in str(refused.value)


def test_a_correction_of_nothing_that_the_list_does_not_show_is_no_question(bureau: Bureau) -> None:
    intake = bureau.office_of(Role.HANDLER).intake
    for fields in ({Field.GROUP: ""}, {Field.KANA: PEOPLE[0]}, {Field.PREFERENCE: "A、B"}):
        before = bureau.image()
        with pytest.raises(NothingToCorrect):
            intake.edit(1, fields)
        assert bureau.image() == before


def test_nor_once_the_draw_has_been(bench: Any) -> None:
    made = bench.drawn()
    intake = bench.contractor.office_of(Role.HANDLER).intake
    with pytest.raises(NothingToCorrect):
        intake.edit(made[0].number, {Field.GROUP: ""})


def test_what_a_change_answers_is_what_the_list_shows(bureau: Bureau) -> None:
    """Corrected, accepted, refused, withdrawn: the rest of it is opened, which leaves its row."""
    intake = bureau.office_of(Role.HANDLER).intake
    bureau.key("マツモト キヨシ", phone="")
    answers = [
        intake.edit(1, {Field.EMAIL: "hanako@example.jp"}), intake.resolve(31, True, "confirmed_by_phone"),
        intake.resolve(2, False, "cannot_reach"), intake.withdraw(3),
    ]  # fmt: skip
    assert [(one.state, one.version) for one in answers] == [
        ("accepted", 2), ("accepted", 2), ("refused", 2), ("withdrawn", 2),
    ]  # fmt: skip
    for one in answers:
        told = repr(dataclasses.astuple(one))
        assert not any(part in told for part in ("5273", "2-8-1", "1950", "example"))
        assert one.town == "東京都新宿区西新宿2丁目" or one.town in "東京都新宿区西新宿2-8-1"


@pytest.mark.parametrize("whitewash", ["edit", "draft", "part", "link", "tie"])
def test_leafing_is_found_whatever_is_done_that_changes_nothing(bureau: Bureau, whitewash: str) -> None:
    office = bureau.office_of(Role.HANDLER)

    def nothing(number: int) -> None:
        if whitewash == "edit":
            with pytest.raises(NothingToCorrect):
                office.intake.edit(number, {Field.GROUP: ""})
        elif whitewash == "draft":
            office.drafts.keep(edit_of(number), {"phone": "1"})
            assert office.drafts.take_up(edit_of(number))
        elif whitewash == "part":
            office.groups.part([number])
        elif whitewash == "link":
            office.intake.link([number], None)
        elif number % 2 == 0:
            office.groups.tie([number - 1, number])

    if whitewash == "tie":
        for number in range(2, 31, 2):
            office.groups.tie([number - 1, number])
    for number in range(1, 31):
        office.intake.open(number)
        nothing(number)
        office.intake.open(number)
    assert findings(bureau) == [Code.SEQUENCE]
    for _ in range(6):
        office.intake.open(2)
        nothing(2)
    assert (Code.AGAIN in findings(bureau)) is (whitewash != "tie"), (
        "who was tied to another was worked on once"
    )


def test_leafing_in_which_each_is_corrected_is_work(bureau: Bureau) -> None:
    office = bureau.office_of(Role.HANDLER)
    for number in range(1, 31):
        office.intake.open(number)
        office.intake.edit(number, {Field.PHONE: f"03-5273-9{number:03}"})
        office.intake.open(number)
    assert findings(bureau) == []


def test_noting_again_who_came_is_no_work_on_a_record(bench: Any) -> None:
    bench.approved()
    contractor = bench.contractor
    contractor.moment = contractor.moment.replace(month=6, day=10)
    participants = contractor.office_of(Role.HANDLER).participants
    record = participants.list("A")[0].record
    participants.attend("A", record, True)
    rows = contractor.details().count("attend")
    participants.attend("A", record, True)
    assert contractor.details().count("attend") == rows == 1
    participants.attend("A", record, False)
    assert contractor.details().count("attend") == 2
