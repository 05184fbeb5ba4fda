"""Questions and looks that somebody would pass off as work, so that the review of the log does not ask, and reviews bent while under way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import Route
from core.errors import Refused
from core.ledger.anomalies import Code
from core.office.drafts import edit_of
from core.office.listing import ListFilter
from core.office.log_review import Part, Seen
from core.office.office import Office
from core.office.unsettled import RESTORED
from core.people.fields import Field
from core.roles import Role, Site
from tests.core.office.conftest import PROGRAMME, Bureau
from tests.core.office.test_attacks_on_sight import PEOPLE, Rows, findings, guess, logged

FORM = {
    Field.KANA: "ニセ モノ", Field.BIRTH_DATE: "1941-01-01", Field.POSTAL_CODE: "1600023",
    Field.ADDRESS: "東京都新宿区榎町6-6", Field.PHONE: "03-0000-0000", Field.PREFERENCE: "A",
}  # fmt: skip
WISHES = ["A", "B", "A、B", "B、A"]


@pytest.fixture
def office_of_thirty(tmp_path: Any) -> Bureau:
    """A contractor with thirty people, who have nothing in common."""
    one = Bureau(Site.CONTRACTOR, tmp_path / "contractor")
    for place, kana in enumerate(PEOPLE, start=1):
        one.key(kana, address=f"東京都新宿区西新宿2-8-{place}", phone=f"03-5273-4{place:03}")
    return one


# -- questions -----------------------------------------------------------------------------------------------------


def telephone(office: Office, target: int, meanwhile: Callable[[int], object]) -> str:
    """A telephone number out of searches, last digits first, with something done after every second one."""
    asked, known = 0, f"4{target:03}"
    while len(known) < 10:
        for digit in "0123456789":
            asked += 1
            if asked % 2 == 0:
                meanwhile(asked)
            if any(
                one.number == target for one in office.intake.page(ListFilter(search=digit + known), 0, 9)
            ):
                known = digit + known
                break
    return known


def alibi(office: Office, kind: str) -> Callable[[int], object]:
    """What is done between the questions, all of it true work of the log's words."""
    file = Rows([guess("ヤマダ ハナ", "1950-03-05")])
    if kind == "the same file again":
        return lambda _: office.importing.import_table(file)
    if kind == "a file each time":
        return lambda count: office.importing.import_table(
            Rows([guess("ヤマダ ハナ", f"1950-01-{count:02}")])
        )
    own = office.intake.add(FORM, Route.POST).number
    if kind == "an opening":
        office.intake.edit(own, {Field.EMAIL: "a@example.jp"})
        return lambda _: (office.intake.open(own), office.intake.open(own))
    return lambda count: office.intake.edit(own, {Field.PREFERENCE: WISHES[count // 2 % 4]})


@pytest.mark.parametrize("kind", ["the same file again", "a file each time", "an opening", "a correction"])
def test_a_telephone_asked_for_digit_by_digit_is_found_whatever_is_done_in_between(
    office_of_thirty: Bureau, kind: str
) -> None:
    """Files that are known, one's own false application opened or corrected: nothing of it is about whom the questions found."""
    office = office_of_thirty.office_of(Role.HANDLER)
    assert telephone(office, 7, alibi(office, kind)) == "0352734007"
    assert Code.LOOKUPS in findings(office_of_thirty)


def test_an_opening_or_a_change_of_whom_a_question_found_is_what_it_was_for(office_of_thirty: Bureau) -> None:
    for place in range(1, 31):
        office = office_of_thirty.office_of(Role.HANDLER)
        office.intake.page(ListFilter(search=f"52734{place:03}"), 0, 9)
        if place % 2:
            office.intake.open(place)
        else:
            office.intake.withdraw(place)
    assert findings(office_of_thirty) == []


def test_a_correction_that_says_nothing_is_to_be_corrected_has_answered_a_question(
    office_of_thirty: Bureau,
) -> None:
    """Whether a telephone is somebody's: typed as a correction, it is refused where it is so. That is a row, and many are a finding."""
    office = office_of_thirty.office_of(Role.HANDLER)
    for place in range(1, 22):
        with pytest.raises(Refused, match="いまの内容と同じ"):
            office.intake.edit(place, {Field.PHONE: f"03-5273-4{place:03}"})
    assert logged(office_of_thirty, "check") == [f"no={place}" for place in range(1, 22)]
    assert findings(office_of_thirty) == [Code.LOOKUPS]


def test_a_restored_vault_that_waits_notes_questions_as_it_notes_openings(office_of_thirty: Bureau) -> None:
    """Else a form that finds somebody would be refused, one that finds nobody answered, and neither leave a row."""
    with office_of_thirty.store.write() as tx:
        tx.settings.put(RESTORED, '{"size": 1, "backup": "K7Q29F3MXA"}')
    office = office_of_thirty.office_of(Role.HANDLER)
    found = office.intake.check({Field.KANA: PEOPLE[4], Field.BIRTH_DATE: "1950-03-04"})
    assert found.duplicates == (5,) and logged(office_of_thirty, "check") == ["no=5"]
    office_of_thirty.office_of(Role.HANDLER).groups.companions(5)


# -- looks ---------------------------------------------------------------------------------------------------------


def test_a_draft_of_somebodys_correction_taken_up_again_and_again_is_looking_again_and_again(
    office_of_thirty: Bureau,
) -> None:
    office = office_of_thirty.office_of(Role.HANDLER)
    one = office.intake.open(3)
    office.drafts.keep(edit_of(3), {"address": one.applicant.address})
    for _ in range(5):
        assert office.drafts.take_up(edit_of(3))
    assert findings(office_of_thirty) == [Code.AGAIN]


# -- a review under way --------------------------------------------------------------------------------------------


def items(seen: Seen) -> list[tuple[Part, Code | None, tuple[int, ...]]]:
    return [(one.part, one.code, one.rows) for one in seen.items]


def test_thresholds_changed_while_a_review_is_under_way_are_for_the_next(office_of_thirty: Bureau) -> None:
    """Whoever has seen the sample and the findings would loosen the rules, sign, and put them back."""
    for number in range(1, 21):
        office_of_thirty.office.intake.open(number)
    begun = items(office_of_thirty.office.log_reviews.begin())
    assert [part for part, _, _ in begun].count(Part.SAMPLE) == 5
    assert Code.SEQUENCE in [code for _, code, _ in begun]
    office_of_thirty.office.rules.set(PROGRAMME + "\n[log_review]\nsamples = 1\nin_sequence = 1000\n")
    for desk in (office_of_thirty.office, office_of_thirty.office_of(Role.MANAGER)):
        assert items(desk.log_reviews.begin()) == items(desk.log_reviews.look()) == begun


def test_a_review_begun_by_a_program_of_before_goes_on_by_the_programmes_thresholds(
    office_of_thirty: Bureau,
) -> None:
    for number in range(1, 21):
        office_of_thirty.office.intake.open(number)
    desk = office_of_thirty.office.log_reviews
    body = dataclasses.replace(desk.look().span, lot="ab" * 32).body
    assert "limits" not in body
    with office_of_thirty.store.write() as tx:
        desk._add(tx, 1, "begun", body)
    assert len([part for part, _, _ in items(desk.begin()) if part is Part.SAMPLE]) == 5
