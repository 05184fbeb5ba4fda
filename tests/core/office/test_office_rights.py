"""Who may do what: every use case asks, before it looks at anything else; an audit leaves no trace but its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import Route
from core.errors import Refused
from core.ledger.codes import Act, Content, Unit
from core.office.listing import ListFilter
from core.office.office import Office
from core.office.review import APPLICANTS
from core.office.staff import NewPerson
from core.people.fields import Field
from core.roles import Role, Site

DICE = "08365512907744019283"
LOOKING: dict[str, Callable[[Office], object]] = {
    "count": lambda o: o.intake.count(ListFilter()), "page": lambda o: o.intake.page(ListFilter(), 0, 9),
    "place": lambda o: o.intake.place(ListFilter(), 1),
    "counts": lambda o: o.intake.counts(), "status": lambda o: o.review.status(APPLICANTS),
    "ceremony": lambda o: o.lottery.status(), "publication": lambda o: o.publication.files(),
    "outings": lambda o: o.participants.outings(), "overview": lambda o: o.exchange.overview(),
    "ledger": lambda o: o.ledger.page(Site.WARD, 0, 9), "verify": lambda o: o.ledger.verify(),
    "access": lambda o: o.ledger.access_page(0, 9), "staff": lambda o: o.staff.list(), "flow": lambda o: o.flow.status(),
    "flush": lambda o: o.exchange.flush(), "due": lambda o: o.send_due(), "unsent": lambda o: o.records.unsent(),
}  # fmt: skip
DOING: dict[str, Callable[[Office], object]] = {
    "open": lambda o: o.intake.open(1), "sources": lambda o: o.intake.sources(1),
    "add": lambda o: o.intake.add({Field.KANA: "サトウ ハナコ"}, Route.DESK),
    "edit": lambda o: o.intake.edit(1, {Field.PHONE: "03-5273-0001"}), "draft": lambda o: o.drafts.keep("entry", {"kana": "ア"}),
    "resolve": lambda o: o.intake.resolve(1, False, "cannot_reach"), "withdraw": lambda o: o.intake.withdraw(1),
    "link": lambda o: o.intake.link([1], "G1"), "send": lambda o: o.records.send(), "desk": lambda o: o.records.seal_desk(),
    "on the way": lambda o: o.records.desk_on_the_way(), "take": lambda o: o.exchange.take_in("1-cw-00000009", b"", b""),
    "take desk": lambda o: o.records.take_in_desk("1-wd-00000009", b"", b""), "rows": lambda o: o.review.rows(APPLICANTS),
    "confirm": lambda o: o.review.confirm(APPLICANTS, ["X"]), "rest": lambda o: o.review.confirm_rest(APPLICANTS),
    "return": lambda o: o.review.return_(APPLICANTS, ["X"], "unclear"), "words": lambda o: o.review.send(),
    "paper": lambda o: o.review_paper.draft(APPLICANTS), "answer": lambda o: o.review_paper.read("KTQM 1"),
    "undo": lambda o: o.review.undo(APPLICANTS),
    "approve": lambda o: o.participants.approve(), "seal": lambda o: o.lottery.seal(), "freeze": lambda o: o.lottery.freeze(),
    "opened": lambda o: o.lottery.open_seals(), "dice": lambda o: o.lottery.dice(DICE), "draw": lambda o: o.lottery.draw(),
    "cancel": lambda o: o.participants.cancel("X"), "attend": lambda o: o.participants.attend("A", "X", True),
    "participants": lambda o: o.participants.send(), "prepare": lambda o: o.notices.prepare(),
    "line": lambda o: o.ledger.add(Act.STORE, Content.FORMS, 1, Unit.SHEETS), "rules": lambda o: o.rules.set(""),
    "trust": lambda o: o.exchange.trust(b"", "x"), "card": lambda o: o.exchange.partner_card(),
    "check": lambda o: o.intake.check({Field.KANA: "サトウ ハナコ"}), "publish": lambda o: o.publication.published("x"),
    "hire": lambda o: o.staff.add(NewPerson("x", "見本", Role.HANDLER, "p")), "revoke": lambda o: o.staff.revoke("w-handler"),
}  # fmt: skip


@pytest.fixture
def ready(bench: Any) -> Any:
    """In the middle of the year, with something due in every direction."""
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    with bench.contractor.store.write() as tx:
        tx.settings.put("programme_sent", "another")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    return bench


@pytest.mark.parametrize("name", LOOKING)
def test_an_auditor_looks_and_changes_nothing(ready: Any, name: str) -> None:
    for bureau in (ready.contractor, ready.ward):
        before = bureau.image()
        LOOKING[name](bureau.office_of(Role.AUDITOR))
        assert bureau.image() == before


@pytest.mark.parametrize("name", DOING)
def test_an_auditor_does_nothing(ready: Any, leaves: Callable[..., Any], name: str) -> None:
    for bureau in (ready.contractor, ready.ward):
        with leaves(bureau, Refused):
            DOING[name](bureau.office_of(Role.AUDITOR))


@pytest.mark.parametrize(
    "name", ["seal", "freeze", "opened", "dice", "draw", "approve", "rules", "trust", "hire", "revoke"]
)
def test_a_handler_does_not_do_what_is_the_managers(
    ready: Any, leaves: Callable[..., Any], name: str
) -> None:
    for bureau in (ready.contractor, ready.ward):
        with leaves(bureau, Refused) as raised:
            DOING[name](bureau.office_of(Role.HANDLER))
        assert "権限" in raised.value.what


@pytest.mark.parametrize(
    ("site", "names"),
    [
        (Site.WARD, ["send", "cancel", "attend", "participants", "prepare", "rules", "take desk"]),
        (Site.CONTRACTOR, ["desk", "on the way", "rows", "confirm", "rest", "return", "words", "approve"]),
    ],
)
def test_a_site_does_not_do_what_is_the_others(
    ready: Any, leaves: Callable[..., Any], site: Site, names: list[str]
) -> None:
    bureau = ready.ward if site is Site.WARD else ready.contractor
    for name in names:
        with leaves(bureau, Refused):
            DOING[name](bureau.office)


def test_a_handler_takes_in_and_answers(ready: Any) -> None:
    handler = ready.ward.office_of(Role.HANDLER)
    assert [one.kind for one in handler.exchange.import_waiting()] == ["programme", "applicants"]
    assert [sent.kind for sent in handler.send_due()] == ["receipt"]
    assert handler.send_due() == []


def test_digits_find_a_telephone_number_only_for_who_may_open_a_record(ready: Any) -> None:
    """A masked list that answers "does it end so?" tells a number digit by digit, and leaves no trace in the log."""
    for bureau in (ready.contractor, ready.ward):
        phone = bureau.office_of(Role.MANAGER).intake.open(1).applicant.phone
        assert phone is not None
        ending = ListFilter(search=phone[-6:])
        for role, found in ((Role.MANAGER, True), (Role.HANDLER, True), (Role.AUDITOR, False)):
            intake = bureau.office_of(role).intake
            assert bool(intake.count(ending)) is found
            assert bool(intake.page(ending, 0, 9)) is found
            assert (intake.place(ending, 1) is not None) is found
            assert intake.count(ListFilter(search="サトウ")) == 1
