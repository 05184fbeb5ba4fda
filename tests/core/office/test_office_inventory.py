"""The inventory says what was made outside the vault and what became of it, by the ledger alone."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.inventory import copies, write_copy
from core.office.ledger import write_line
from core.office.review import APPLICANTS
from core.roles import Right


def printed(bureau: Any, qty: int = 3) -> str:
    desk = bureau.office._desk
    with desk.writing(Right.LEDGER_ADD) as tx:
        return write_copy(desk, tx, Act.PRINT, Content.PARTICIPANTS, qty, Unit.SHEETS, Medium.PAPER)


def tell(bureau: Any, act: Act, name: str, qty: int, to: Place) -> None:
    desk = bureau.office._desk
    with desk.writing(Right.LEDGER_ADD) as tx:
        for one in (Act.CARRY, act) if act is Act.GIVE else (act,):
            write_line(
                desk, tx, one, Content.PARTICIPANTS, qty, Unit.SHEETS, medium=Medium.PAPER, to=to,
                handover=name if act is Act.GIVE else "", ref=f"medium:{name}",
            )  # fmt: skip


def test_a_print_is_here_until_it_is_destroyed(bench: Any) -> None:
    inventory = bench.contractor.office.inventory
    name = printed(bench.contractor)
    (copy,) = inventory.list()
    assert (copy.id, copy.qty, copy.here, copy.place) == (name, 3, 3, Place.CONTRACTOR)
    assert inventory.destroyed(name, 1).here == 2
    assert inventory.destroyed(name).gone
    assert inventory.list() == []
    assert [one.id for one in inventory.list(everything=True)] == [name]


def test_the_locker_is_where_it_was_put_and_taken_from(bench: Any) -> None:
    inventory = bench.contractor.office.inventory
    name = printed(bench.contractor)
    assert inventory.stored(name).place is Place.LOCKER
    assert inventory.taken_out(name).place is Place.CONTRACTOR


def test_what_was_given_stays_in_the_list_until_it_comes_back(bench: Any) -> None:
    name = printed(bench.contractor)
    tell(bench.contractor, Act.GIVE, name, 2, Place.WARD)
    (copy,) = bench.contractor.office.inventory.list()
    assert (copy.here, copy.given) == (1, 2)
    tell(bench.contractor, Act.TAKE, name, 2, Place.CONTRACTOR)
    (copy,) = bench.contractor.office.inventory.list()
    assert (copy.here, copy.given) == (3, 0)


def test_what_was_posted_is_nobodys_to_bring_back(bench: Any) -> None:
    name = printed(bench.contractor)
    tell(bench.contractor, Act.DISPATCH, name, 3, Place.APPLICANTS)
    assert bench.contractor.office.inventory.list() == []


def test_four_letters_name_a_copy_as_long_as_they_name_one_alone(bench: Any) -> None:
    inventory = bench.contractor.office.inventory
    name = printed(bench.contractor)
    assert inventory.stored(name[:4].lower()).id == name
    with pytest.raises(UsageError, match="台帳にありません"):
        inventory.stored("ZZZZ" if not name.startswith("ZZZZ") else "YYYY")
    with pytest.raises(UsageError):
        inventory.stored(name[:3])


def test_more_than_there_is_cannot_be_destroyed(bench: Any) -> None:
    name = printed(bench.contractor)
    with pytest.raises(Refused, match="手もとにありません"):
        bench.contractor.office.inventory.destroyed(name, 4)
    with pytest.raises(Refused):
        bench.contractor.office.inventory.destroyed(name, 0)
    assert bench.contractor.office.inventory.list()[0].here == 3


def test_the_printed_review_list_is_in_the_wards_inventory(bench: Any) -> None:
    bench.received()
    papers = bench.ward.office.review_paper
    papers.printed(papers.draft(APPLICANTS))
    (copy,) = bench.ward.office.inventory.list()
    assert (copy.content, copy.medium) == (Content.APPLICATIONS, Medium.PAPER)


def test_a_line_about_what_nobody_made_is_no_copy(bench: Any) -> None:
    tell(bench.contractor, Act.DESTROY, "ABCDEFGHJK", 1, Place.DISPOSAL)
    assert copies([]) == [] and bench.contractor.office.inventory.list(everything=True) == []


def test_a_batch_that_was_posted_is_taken_from_what_was_printed_of_it(bench: Any) -> None:
    desk = bench.contractor.office._desk
    with desk.writing(Right.LEDGER_ADD) as tx:
        for content, qty in (
            (Content.ADMISSION_CARDS, 2),
            (Content.REJECTION_NOTICES, 3),
            (Content.ADMISSION_CARDS, 4),
        ):
            write_copy(desk, tx, Act.PRINT, content, qty, Unit.POSTCARDS, Medium.POSTCARD)
        write_line(
            desk,
            tx,
            Act.DISPATCH,
            Content.ADMISSION_CARDS,
            5,
            Unit.POSTCARDS,
            medium=Medium.POSTCARD,
            ref="batch:ABCDEFGHJK",
        )
    left = [(copy.content, copy.here, copy.given) for copy in bench.contractor.office.inventory.list()]
    assert left == [(Content.REJECTION_NOTICES, 3, 0), (Content.ADMISSION_CARDS, 1, 0)]
