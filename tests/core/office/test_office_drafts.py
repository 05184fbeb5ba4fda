"""Unfinished work waits in the vault, each person's own, until it is taken up, finished or given up."""

from __future__ import annotations

from typing import Any

import pytest

from core.applicant import Route
from core.errors import Refused
from core.office.drafts import ENTRY, WRITING, edit_of, edited, line_of
from core.people.fields import Field
from core.roles import Role


def test_several_forms_wait_beside_each_other(bench: Any) -> None:
    drafts = bench.contractor.office.drafts
    drafts.keep(ENTRY, {"kana": "サトウ"})
    drafts.keep(edit_of(7), {"phone": "03"})
    drafts.keep(line_of("グループ"), {"text": "1 2"})
    drafts.keep(ENTRY, {"kana": "サトウ ハナコ"})
    assert drafts.kept() == [edit_of(7), line_of("グループ"), ENTRY], "the one left last comes last"
    assert drafts.take_up(ENTRY) == {"kana": "サトウ ハナコ"}
    assert drafts.take_up(ENTRY) is not None, "it waits until it is finished or given up"
    drafts.forget(ENTRY)
    drafts.forget(WRITING)
    assert drafts.kept() == [edit_of(7), line_of("グループ")]
    assert drafts.take_up(ENTRY) is None


def test_whose_correction_a_form_is_stands_in_its_name() -> None:
    assert edited(edit_of(12)) == 12
    assert edited(ENTRY) is None


def test_saving_forgets_what_is_saved_and_nothing_else(bench: Any) -> None:
    office = bench.contractor.office
    bench.contractor.key("サトウ ハナコ")
    for form in (ENTRY, edit_of(1), edit_of(2)):
        office.drafts.keep(form, {"phone": "03-5273-0001"})
    office.intake.edit(1, {Field.PHONE: "03-5273-0001"})
    assert office.drafts.kept() == [ENTRY, edit_of(2)]
    office.intake.add({Field.KANA: "ヤマダ タロウ"}, Route.POST)
    assert office.drafts.kept() == [edit_of(2)]


def test_taking_up_stands_in_the_access_log_without_what_was_in_it(bench: Any) -> None:
    office = bench.contractor.office
    office.drafts.keep(edit_of(3), {"kana": "サトウ"})
    before = office.ledger.access_count()
    office.drafts.kept()
    assert office.ledger.access_count() == before, "that something waits tells nothing of anybody"
    office.drafts.take_up(edit_of(3))
    (row,) = office.ledger.access_page(0, 1)
    assert (row.act, row.detail) == ("draft", "form=edit no=3")


def test_nobody_takes_up_what_is_anothers(bench: Any) -> None:
    bench.contractor.office.drafts.keep(ENTRY, {"kana": "サトウ"})
    assert bench.contractor.office_of(Role.HANDLER).drafts.kept() == []


def test_an_auditor_leaves_nothing(bench: Any) -> None:
    drafts = bench.contractor.office_of(Role.AUDITOR).drafts
    assert not drafts.may_keep and drafts.kept() == []
    with pytest.raises(Refused):
        drafts.keep(ENTRY, {"kana": "サトウ"})


def test_a_draft_of_before_there_were_several_is_the_entry_forms(bench: Any) -> None:
    with bench.contractor.store.write() as tx:
        tx.drafts.put(bench.contractor.office.actor.staff_id, {"kana": "サトウ", "route": "郵送"})
    drafts = bench.contractor.office.drafts
    drafts.keep(edit_of(1), {"phone": "03"})
    assert drafts.take_up(ENTRY) == {"kana": "サトウ", "route": "郵送"}
    assert drafts.kept() == [ENTRY, edit_of(1)]
