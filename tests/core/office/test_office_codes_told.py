"""A code that is none is answered with every code there is and its words, narrow enough for any terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.errors import UsageError
from core.ledger.codes import ACT_WORDS, Act, Content, Unit
from core.ledger.handover import RETRACT_WORDS
from core.office.choices import DECLINE_REASONS, ERASE_REASONS, RETURN_CODES, STAGE_WORDS, UNPRINTED_REASONS
from core.office.keepsakes import need_printed
from core.office.ledger import BY_HAND
from core.office.reasons import REASONS
from core.office.review import APPLICANTS
from core.people.fields import Field
from core.register_kinds import REGISTERS, Form, Item, Kind, read_item

WRONG = "nosuch"
Asked = Callable[[Any], object]


def retract(bench: Any) -> None:
    bench.contractor.office.custody.take("K7Q29F3MXA", 12)
    bench.contractor.office.custody.retract("K7Q29F3MXA", WRONG)


def unprinted(bench: Any) -> None:
    with bench.contractor.store.read() as tx:
        need_printed(tx, bench.contractor.site, WRONG)


CALLS: list[tuple[Asked, Mapping[Any, str]]] = [
    (lambda bench: bench.contractor.office.intake.withdraw(1, WRONG), REASONS),
    (lambda bench: bench.contractor.office.intake.edit(1, {Field.KANA: "サトウ"}, WRONG), REASONS),
    (lambda bench: bench.contractor.office.person.erase(1, WRONG), ERASE_REASONS),
    (lambda bench: bench.ward.office.erase_requests.decline(1, WRONG), DECLINE_REASONS),
    (lambda bench: bench.ward.office.review.return_(APPLICANTS, [], WRONG), RETURN_CODES),
    (lambda bench: bench.ward.office.review.confirm(WRONG, []), STAGE_WORDS),
    (
        lambda bench: bench.ward.office.ledger.add(Act.DRAW, Content.ROLL, 1, Unit.FILES),
        {act: ACT_WORDS[act] for act in BY_HAND},
    ),
    (retract, RETRACT_WORDS),
    (unprinted, UNPRINTED_REASONS),
]


@pytest.mark.parametrize(("ask", "words"), CALLS)
def test_each_code_stands_with_its_words_on_a_line_of_its_own(
    bench: Any, ask: Asked, words: Mapping[Any, str]
) -> None:
    bench.received()
    with pytest.raises(UsageError) as raised:
        ask(bench)
    _, *lines = raised.value.next_step.split("\n")
    assert sorted(lines) == sorted(f"  {code}（{said}）" for code, said in words.items())
    assert max(map(len, lines)) < 40


CHOICES = [item for register in REGISTERS.values() for item in register.items if item.form is Form.CHOICE]


@pytest.mark.parametrize("item", CHOICES)
def test_so_is_an_item_of_a_register(item: Item) -> None:
    with pytest.raises(UsageError) as raised:
        read_item(item, WRONG, dt.date(2026, 4, 20))
    for code, said in item.choices.items():
        assert f"\n  {code}（{said}）" in raised.value.next_step


def test_an_item_that_a_register_does_not_have_is_answered_with_those_it_has(bench: Any) -> None:
    with pytest.raises(UsageError) as raised:
        bench.contractor.office.registers.add(Kind.DRILL, {WRONG: "1"})
    for item in REGISTERS[Kind.DRILL].items:
        assert f"\n  {item.name}（{item.words}）" in raised.value.next_step
