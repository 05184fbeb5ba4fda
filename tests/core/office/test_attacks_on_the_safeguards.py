"""The programme's own safeguards: one person does not take the second away, and the contractor does not loosen the ward's in silence."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import sha256_hex
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place
from core.ledger.deeds import DEEDS, Kind
from core.office.choices import What
from core.office.desk import programme_of
from core.office.log_span import limits_of
from core.office.second import Deed, NeedsSecond
from core.programme import parse_programme
from core.programme_safeguards import changes, held
from core.roles import Role, Site
from tests.core.office.conftest import PROGRAMME

ASKED = PROGRAMME + '\n[accounts]\nsecond_person = ["freeze", "export", "erase"]\n'
LAX = PROGRAMME + "\n[log_review]\nsamples = 1\nopenings_day = 100000\n"


@pytest.fixture
def strict(bench: Any) -> Any:
    """Both sites under two people's word, with somebody to export."""
    bench.pair()
    bench.contractor.office.rules.set(ASKED)
    bench.contractor.key("サトウ ハナコ")
    bench.contractor.office.rules.send_if_due()
    bench.contractor.office.records.send()
    bench.sync()
    return bench


def export(bureau: Any) -> None:
    exporting = bureau.office.exporting
    exporting.exported(exporting.draft(What.APPLICATIONS, Place(bureau.site.other.value), Medium.USB), b"zip")


def programme_at(bureau: Any) -> Any:
    with bureau.store.read() as tx:
        return programme_of(tx)


def logged(bureau: Any) -> list[tuple[str, str]]:
    with bureau.store.read() as tx:
        return [(row.act, row.detail) for row in tx.access.page(0, 10_000)]


def seconded(bureau: Any, act: Callable[[], object]) -> str:
    """One asks, another confirms, the first does it; what the second was told."""
    with pytest.raises(NeedsSecond) as needs:
        act()
    assert needs.value.subject.deed is Deed.RULES
    one = bureau.office.second.propose(needs.value.subject)
    with pytest.raises(Refused, match="発議した本人"):
        bureau.office.second.confirm(one.id)
    bureau.office_of(Role.HANDLER).second.confirm(one.id)
    act()
    return str(one.told)


def loosened(bench: Any, text: str) -> None:
    """The contractor's two people agree on it, or its program asks nobody; it reaches the ward."""
    with bench.contractor.store.write() as tx:
        tx.settings.put("programme", text)
    bench.contractor.office.rules.send_if_due()
    assert "programme" in bench.sync()


def test_one_person_alone_does_not_take_the_second_away_to_export(
    strict: Any, leaves: Callable[..., Any]
) -> None:
    c = strict.contractor
    for text in (PROGRAMME, ASKED.replace('"freeze", "export", "erase"', '"freeze"')):
        with leaves(c, NeedsSecond) as needs:
            c.office.rules.set(text)
        assert "[accounts] second_person: freeze・export・erase → " in needs.value.subject.told
        with pytest.raises(NeedsSecond):
            export(c)
    told = seconded(c, lambda: c.office.rules.set(PROGRAMME))
    assert told == "[accounts] second_person: freeze・export・erase → なし"
    export(c)


@pytest.mark.parametrize(
    "more",
    [
        "\n[handover]\nnotice_hours = 1\n", "\n[log_review]\nsamples = 1\n", "\n[deadlines]\nlog_review_days = 300\n",
        'password_days = 400\n', "\n[handover]\nreturn_days = 300\n",
    ],
)  # fmt: skip
def test_the_other_safeguards_are_changed_by_two_as_well(
    strict: Any, leaves: Callable[..., Any], more: str
) -> None:
    with leaves(strict.contractor, NeedsSecond):
        strict.contractor.office.rules.set(ASKED + more)


def test_what_is_agreed_on_is_this_very_programme_in_place_of_this_very_one(strict: Any) -> None:
    rules, second = strict.contractor.office.rules, strict.contractor.office.second
    with pytest.raises(NeedsSecond) as needs:
        rules.set(PROGRAMME)
    second.propose(needs.value.subject)
    strict.contractor.office_of(Role.HANDLER).second.confirm(second.list()[0].id)
    with pytest.raises(NeedsSecond):
        rules.set(PROGRAMME.replace("capacity = 2", "capacity = 3"))
    rules.set(
        ASKED.replace("capacity = 2", "capacity = 4")
    )  # the safeguards as they are: one person is enough
    with pytest.raises(NeedsSecond):
        rules.set(PROGRAMME)


def test_where_nobody_asks_for_two_people_one_changes_them(bench: Any) -> None:
    bench.contractor.office.rules.set(LAX)
    bench.contractor.office.rules.set(ASKED)
    assert bench.contractor.office.second.asked() == [Deed.FREEZE, Deed.EXPORT, Deed.ERASE, Deed.RULES]


def test_the_contractor_does_not_take_the_wards_second_person_and_its_review_away(strict: Any) -> None:
    ward = strict.ward
    loosened(strict, LAX.replace("capacity = 2", "capacity = 5"))
    with pytest.raises(NeedsSecond):
        export(ward)
    there = programme_at(ward)
    assert there.accounts.second_person == ("freeze", "export", "erase")
    with ward.store.read() as tx:
        assert limits_of(tx).samples == 5
    assert there.outing("A").capacity == 5, "all the rest holds at once: what follows is judged by it"
    (row,) = [row for row in logged(ward) if row[0] == "programme"]
    assert DEEDS[row[0]].kind is Kind.RULES and row[1].startswith("1-cw-"), (
        "the review of the log asks about it"
    )
    assert ward.office.flow.status().sentence == "委託先が変えた安全の決まりを確かめる"
    assert ward.office.rules.waiting().changes == (
        "[accounts] second_person: freeze・export・erase → なし", "[log_review] openings_day: 150 → 100000", "[log_review] samples: 5 → 1",
    )  # fmt: skip


def test_the_ward_agrees_by_two_people_where_its_own_rule_asks_for_two(
    strict: Any, leaves: Callable[..., Any]
) -> None:
    ward = strict.ward
    loosened(strict, LAX)
    name = ward.office.rules.waiting().id
    with pytest.raises(Refused, match="権限"):
        ward.office_of(Role.HANDLER).rules.agree(name)
    with leaves(ward, NeedsSecond):
        ward.office.rules.agree(name)
    told = seconded(ward, lambda: ward.office.rules.agree(name))
    assert "second_person" in told and "samples: 5 → 1" in told
    assert ward.office.rules.waiting() is None and programme_at(ward).log_review.samples == 1
    export(ward)
    lines = ward.office.ledger.page(Site.WARD, 0, 10)
    assert (Act.UPDATE, Content.PROGRAMME) in [(line.act, line.content) for line in lines]
    assert ("programme", f"agreed {name}") in logged(ward) and ward.office.ledger.verify() == []


def test_while_a_second_person_is_waited_for_the_flow_line_asks_nobody_to_begin_anew(strict: Any) -> None:
    ward = strict.ward
    loosened(strict, LAX)
    with pytest.raises(NeedsSecond) as needs:
        ward.office.rules.agree(ward.office.rules.waiting().id)
    ward.office.second.propose(needs.value.subject)
    assert "安全の決まり" not in ward.office.flow.status().sentence
    handler = ward.office_of(Role.HANDLER)
    assert handler.flow.status().sentence == "二人目として確かめる: 安全の決まりの変更（w-manager の発議）"


def test_the_ward_declines_and_goes_on_under_its_own(strict: Any) -> None:
    ward = strict.ward
    loosened(strict, LAX)
    name = ward.office.rules.waiting().id
    with pytest.raises(NeedsSecond) as needs:
        ward.office.rules.agree(name)
    proposed = ward.office.second.propose(needs.value.subject)
    ward.office_of(Role.HANDLER).second.confirm(proposed.id)
    ward.office.rules.decline(name)
    assert ward.office.rules.waiting().declined and ward.office.second.list() == []
    assert "安全の決まり" not in ward.office.flow.status().sentence
    with pytest.raises(NeedsSecond):
        export(ward)
    loosened(strict, LAX.replace("samples = 1", "samples = 2"))
    assert not ward.office.rules.waiting().declined, "another programme asks anew"
    assert "安全の決まり" in ward.office.flow.status().sentence


def test_a_word_is_about_what_was_seen_and_not_about_what_came_since(
    strict: Any, leaves: Callable[..., Any]
) -> None:
    loosened(strict, LAX)
    seen = strict.ward.office.rules.waiting().id
    loosened(strict, LAX.replace("samples = 1", "samples = 2"))
    for act in (strict.ward.office.rules.agree, strict.ward.office.rules.decline):
        for name in (seen, "", "0000"):
            with leaves(strict.ward, UsageError):
                act(name)


def test_another_programme_made_to_bear_the_number_of_the_one_that_was_seen(
    strict: Any, leaves: Callable[..., Any]
) -> None:
    """A number made of the text could be looked for: some ten thousand texts for the four letters that people type."""
    loosened(strict, LAX)
    seen, told = strict.ward.office.rules.waiting().id, sha256_hex(LAX.encode())[:4]
    texts = (LAX.replace("samples = 1", "samples = 2") + f"# {count}\n" for count in itertools.count())
    loosened(strict, next(text for text in texts if sha256_hex(text.encode()).startswith(told)))
    for name in (seen, seen[:4], told):
        with leaves(strict.ward, UsageError):
            strict.ward.office.rules.agree(name)


def test_what_was_declined_and_comes_again_is_asked_about_no_more(strict: Any) -> None:
    loosened(strict, LAX)
    strict.ward.office.rules.decline(strict.ward.office.rules.waiting().id)
    loosened(strict, ASKED + "# again\n")
    loosened(strict, LAX)
    assert strict.ward.office.rules.waiting().declined


def test_what_waits_in_a_vault_of_before_has_the_number_it_had(strict: Any) -> None:
    loosened(strict, LAX)
    with strict.ward.store.write() as tx:
        tx.settings.put("programme_waiting", "")
    name = sha256_hex(LAX.encode())[:8]
    assert strict.ward.office.rules.waiting().id == name
    strict.ward.office.rules.decline(name.upper())
    assert strict.ward.office.rules.waiting().declined


def test_what_the_contractor_takes_back_is_asked_about_no_more(strict: Any) -> None:
    loosened(strict, LAX)
    loosened(strict, ASKED + "# again\n")
    assert strict.ward.office.rules.waiting() is None
    assert programme_at(strict.ward) == parse_programme(ASKED)


def test_step_by_step_it_is_still_compared_with_what_the_ward_agreed_to(strict: Any) -> None:
    loosened(strict, ASKED.replace('"freeze", ', ""))
    loosened(strict, PROGRAMME)
    assert strict.ward.office.rules.waiting().changes == (
        "[accounts] second_person: freeze・export・erase → なし",
    )


# -- which rules they are -------------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        PROGRAMME, ASKED, LAX, PROGRAMME + "\n[handover]\nnotice_hours = 1\n", PROGRAMME.replace("capacity = 2", "capacity = 9"),
        PROGRAMME + "\n[deadlines]\nlog_review_days = 90\nreview_days = 5\n", PROGRAMME + "\n[duties]\ndrill_days = 9\n",
    ]
)  # fmt: skip


@given(TEXTS, TEXTS)
def test_what_is_held_differs_from_neither_in_its_own_part(text: str, kept: str) -> None:
    new, old = parse_programme(text), parse_programme(kept)
    there = held(new, old)
    assert changes(old, there) == () and held(there, new) == new
    assert (changes(old, new) == ()) == (there == new)
