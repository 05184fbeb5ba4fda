"""What the programme asks two people for is done when two have said so, on just that, and once."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Medium, Place
from core.ledger.line import read_line
from core.office.choices import What
from core.office.office import Office
from core.office.second import Deed, NeedsSecond, Subject, erasing_one
from core.roles import Role, Site
from tests.core.office.conftest import PROGRAMME, Bureau

ASKED = PROGRAMME + '\n[accounts]\nsecond_person = ["export", "freeze", "erase"]\n'


@pytest.fixture
def bureau(tmp_path: Any) -> Bureau:
    one = Bureau(Site.CONTRACTOR, tmp_path / "contractor")
    one.key("サトウ ハナコ")
    return one


@pytest.fixture
def asked(bureau: Bureau) -> Bureau:
    with bureau.store.write() as tx:
        tx.settings.put("programme", ASKED)
    return bureau


def export(office: Office, what: What = What.APPLICATIONS, to: Place = Place.WARD) -> None:
    office.exporting.exported(office.exporting.draft(what, to, Medium.USB), b"zip")


def acts(bureau: Bureau) -> list[Act]:
    with bureau.store.read() as tx:
        return [read_line(raw, name="ledger")[1].act for raw in tx.ledger.lines(bureau.site)]


def need(office: Office, to: Place = Place.WARD) -> Subject:
    with pytest.raises(NeedsSecond, match="もう一人の確認") as needs:
        export(office, to=to)
    return needs.value.subject


def test_nobody_is_asked_where_the_programme_says_nothing(bureau: Bureau) -> None:
    export(bureau.office)
    assert bureau.office.second.asked() == []


def test_it_takes_another_persons_word_on_just_that_and_holds_once(asked: Bureau) -> None:
    manager, handler = asked.office, asked.office_of(Role.HANDLER)
    proposed = manager.second.propose(need(manager))
    assert Act.EXPORT not in acts(asked), "nothing was written out"
    assert manager.second.propose(need(manager)).id == proposed.id, "asked twice, proposed once"
    with pytest.raises(Refused, match="発議した本人"):
        manager.second.confirm(proposed.id)
    need(manager)
    handler.second.confirm(proposed.id[:4])
    with pytest.raises(Refused, match="すでに"):
        handler.second.confirm(proposed.id)
    need(manager, to=Place.SUBCONTRACTOR)
    export(manager)
    assert acts(asked)[-5:] == [Act.PROPOSE, Act.SECOND, Act.ENACT, Act.EXPORT, Act.COPY]
    need(manager)
    assert manager.second.list() == [] and manager.ledger.verify() == []


def test_an_audit_has_no_word_and_the_ledger_alone_needs_none(asked: Bureau) -> None:
    proposed = asked.office.second.propose(need(asked.office))
    with pytest.raises(Refused, match="権限"):
        asked.office_of(Role.AUDITOR).second.confirm(proposed.id)
    export(asked.office, What.LEDGER)


def test_a_proposal_is_dropped_or_grows_too_old(asked: Bureau) -> None:
    manager, handler = asked.office, asked.office_of(Role.HANDLER)
    handler.second.drop(manager.second.propose(need(manager)).id)
    with pytest.raises(UsageError, match="ありません"):
        handler.second.confirm("ABCD")
    proposed = manager.second.propose(need(manager))
    handler.second.confirm(proposed.id)
    asked.moment = asked.moment.replace(month=asked.moment.month + 1)
    need(manager)
    assert manager.second.list()[0].over
    again = manager.second.propose(need(manager))
    assert again.id != proposed.id
    asked.moment = asked.moment.replace(month=asked.moment.month + 1)
    with pytest.raises(Refused, match="7日を過ぎ"):
        handler.second.confirm(again.id)


def test_the_flow_line_says_who_is_to_confirm_and_that_it_may_be_done(asked: Bureau) -> None:
    manager, handler = asked.office, asked.office_of(Role.HANDLER)
    proposed = manager.second.propose(need(manager))
    told = handler.flow.status()
    assert told.key == "F5" and "二人目として確かめる: 媒体への書出し（c-manager の発議）" in told.sentence
    assert "二人目" not in manager.flow.status().sentence
    handler.second.confirm(proposed.id)
    assert "c-handler が確かめた。実行する: 媒体への書出し" in manager.flow.status().sentence
    export(manager)
    assert "実行する" not in manager.flow.status().sentence


def test_one_persons_erasure_takes_two(asked: Bureau) -> None:
    manager, handler = asked.office, asked.office_of(Role.HANDLER)
    keyed = asked.key("タカハシ キヨシ")
    manager.intake.withdraw(keyed.number)
    with pytest.raises(NeedsSecond):
        manager.person.erase(keyed.number, "request")
    subject = erasing_one(keyed.number, "request")
    assert subject.deed is Deed.ERASE
    handler.second.confirm(manager.second.propose(subject).id)
    with pytest.raises(AssertionError):  # no vault here that could get a new key: it got past the rule
        manager.person.erase(keyed.number, "request")
