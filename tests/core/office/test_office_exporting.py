"""Files for people without a vault leave under a password nobody has seen; its notice follows on another occasion (C7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import CROCKFORD, sha256_hex
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place
from core.ledger.handover import Stage
from core.office.choices import What
from core.office.exporting import TABLE
from core.office.kept import kept_of

DAY = dt.timedelta(days=1)


@pytest.fixture
def full(bench: Any) -> Any:
    bench.received()
    return bench


def written(bureau: Any, **changes: Any) -> str:
    exporting = bureau.office.exporting
    draft = exporting.draft(What.APPLICATIONS, Place.WARD, Medium.USB, **changes)
    return exporting.exported(draft, b"a zip").id


def handed(bureau: Any, name: str) -> None:
    bureau.office.custody.bag(name)
    bureau.office.custody.give(name)


def test_an_export_is_two_lines_one_for_what_is_in_it_and_one_for_the_medium(full: Any) -> None:
    name = written(full.contractor)
    copy, export = full.contractor.office.ledger.page(full.contractor.site, 0, 2)
    assert (export.act, export.content, export.qty) == (Act.EXPORT, Content.APPLICATIONS, 4)
    assert export.ref == f"sha256:{sha256_hex(b'a zip')}"
    assert (copy.act, copy.qty, copy.ref, copy.handover) == (Act.COPY, 1, f"medium:{name}", name)
    (item,) = full.contractor.office.custody.list()
    assert (item.stage, item.to, item.records) == (Stage.PREPARED, Place.WARD, 4)
    assert item.return_by == dt.date(2026, 5, 20)


def test_the_password_has_130_bits_and_stands_in_no_log_nor_text(full: Any) -> None:
    draft = full.contractor.office.exporting.draft(What.APPLICATIONS, Place.WARD, Medium.DISC)
    assert len(draft.password) == 26 and set(draft.password) <= set(CROCKFORD)
    assert draft.password not in repr(draft)
    assert b"\xe3\x82\xb5\xe3\x83\x88\xe3\x82\xa6" in draft.entries[TABLE]  # サトウ
    full.contractor.office.exporting.exported(draft, b"zip")
    with full.contractor.store.read() as tx:
        lines = b"".join(tx.ledger.lines(full.contractor.site))
    assert draft.password.encode() not in lines and draft.password not in full.contractor.details()


def test_no_notice_is_printed_before_the_medium_was_given_nor_on_the_same_day(
    full: Any, leaves: Callable[..., Any]
) -> None:
    exporting = full.contractor.office.exporting
    name = written(full.contractor)
    with leaves(full.contractor, Refused) as raised:
        exporting.notice(name)
    assert "渡していない" in raised.value.what
    handed(full.contractor, name)
    for wait in (dt.timedelta(), dt.timedelta(hours=23)):
        full.contractor.moment += wait
        with leaves(full.contractor, Refused) as raised:
            exporting.notice(name)
        assert "24時間" in raised.value.what
    full.contractor.moment += dt.timedelta(hours=1)
    paper = exporting.notice(name)
    assert (paper.opens, len(paper.password)) == (name, 26) and paper.password not in repr(paper)


@pytest.mark.parametrize("bagged", [False, True])
def test_a_notice_goes_nowhere_while_its_medium_was_not_given_after_all(
    full: Any, leaves: Callable[..., Any], bagged: bool
) -> None:
    """Given by mistake, or so it was said; the next day the notice is on paper, and that word is taken back: both are here."""
    office = full.contractor.office
    name = written(full.contractor)
    handed(full.contractor, name)
    full.contractor.moment += DAY
    notice = office.exporting.printed(office.exporting.notice(name)).id
    if bagged:
        office.custody.bag(notice)
    office.custody.retract(name, "never")
    go = office.custody.give if bagged else office.custody.bag
    with leaves(full.contractor, Refused) as raised:
        go(notice)
    assert "媒体をまだ渡していない" in raised.value.what
    if bagged:
        return
    office.custody.give(name)
    for wait in (dt.timedelta(), dt.timedelta(hours=23)):
        full.contractor.moment += wait
        with leaves(full.contractor, Refused) as raised:
            go(notice)
        assert "24時間" in raised.value.what
    full.contractor.moment += dt.timedelta(hours=1)
    handed(full.contractor, notice)


def test_the_notice_is_a_handover_of_its_own_and_the_password_is_gone_with_it(
    full: Any, leaves: Callable[..., Any]
) -> None:
    office = full.contractor.office
    name = written(full.contractor)
    handed(full.contractor, name)
    full.contractor.moment += DAY
    paper = office.exporting.notice(name)
    notice = office.exporting.printed(paper)
    assert notice.id not in (name, "") and notice.content is Content.PASSWORD_NOTICE and notice.opens == name
    with leaves(full.contractor, Refused) as raised:
        office.exporting.printed(office.exporting.notice(name))
    assert "もう印刷" in raised.value.what
    handed(full.contractor, notice.id)
    with full.contractor.store.read() as tx:
        assert kept_of(tx, name).password == ""
    with leaves(full.contractor, Refused):
        office.exporting.notice(name)
    with leaves(full.contractor, Refused):
        office.ledger.add(
            Act.CARRY, Content.PASSWORD_NOTICE, 1, notice.unit, medium=Medium.PAPER, handover=name
        )


def test_a_notice_that_was_spoilt_is_destroyed_and_printed_anew(full: Any) -> None:
    office = full.contractor.office
    name = written(full.contractor)
    handed(full.contractor, name)
    full.contractor.moment += DAY
    first = office.exporting.printed(office.exporting.notice(name))
    office.inventory.destroyed(first.id)
    again = office.exporting.notice(name)
    assert again.id != first.id and len(again.password) == 26


def test_a_medium_and_a_notice_never_lie_in_one_bag(full: Any, leaves: Callable[..., Any]) -> None:
    office = full.contractor.office
    name = written(full.contractor)
    handed(full.contractor, name)
    full.contractor.moment += DAY
    notice = office.exporting.printed(office.exporting.notice(name))
    other = written(full.contractor)
    office.custody.bag(other)
    with leaves(full.contractor, Refused) as raised:
        office.custody.bag(notice.id)
    assert "同じ鞄" in raised.value.what
    office.custody.give(other)
    office.custody.bag(notice.id)
    third = written(full.contractor)
    with leaves(full.contractor, Refused):
        office.custody.bag(third)


def test_an_export_destroyed_before_it_left_takes_its_password_along(full: Any) -> None:
    office = full.contractor.office
    name = written(full.contractor)
    office.inventory.destroyed(name)
    with full.contractor.store.read() as tx:
        assert kept_of(tx, name).password == ""
    assert office.custody.list() == []


def test_the_day_of_return_is_within_the_programme_and_asked_after(
    full: Any, leaves: Callable[..., Any]
) -> None:
    for day in (dt.date(2026, 4, 19), dt.date(2027, 1, 1)):
        with leaves(full.contractor, UsageError):
            written(full.contractor, return_by=day)
    name = written(full.contractor, return_by=dt.date(2026, 4, 22))
    handed(full.contractor, name)
    full.contractor.moment += 3 * DAY
    late = full.contractor.office.flow.status().late
    assert "返却期限切れ1" in [one.short for one in late]
    assert full.contractor.office.inventory.list()[0].overdue


def test_the_interval_is_the_programmes(full: Any) -> None:
    with full.contractor.store.write() as tx:
        text = tx.settings.get("programme")
        tx.settings.put("programme", text + "\n[handover]\nnotice_hours = 2\n")
    name = written(full.contractor)
    handed(full.contractor, name)
    full.contractor.moment += dt.timedelta(hours=2)
    assert full.contractor.office.exporting.notice(name).opens == name


def test_a_roster_of_one_outing_holds_those_who_go_and_nobody_else(bench: Any) -> None:
    bench.drawn()
    exporting = bench.contractor.office.exporting
    everybody = exporting.draft(What.PARTICIPANTS, Place.WARD, Medium.USB)
    one = exporting.draft(What.OUTING, Place.WARD, Medium.USB, outing="A")
    assert one.records == 2 < everybody.records
    rows = one.entries[TABLE].decode("utf-8-sig").splitlines()[1:]
    assert [row[:2] for row in rows] == ["A,", "A,"]
    with pytest.raises(UsageError, match="その回"):
        exporting.draft(What.OUTING, Place.WARD, Medium.USB, outing="Z")


def test_nothing_is_exported_of_nobody_nor_on_paper(bench: Any) -> None:
    bench.pair()
    bench.sync()
    exporting = bench.contractor.office.exporting
    with pytest.raises(Refused, match="書き出すもの"):
        exporting.draft(What.APPLICATIONS, Place.WARD, Medium.USB)
    with pytest.raises(UsageError):
        exporting.draft(What.LEDGER, Place.WARD, Medium.PAPER)
    assert exporting.draft(What.LEDGER, Place.WARD, Medium.DISC).content is Content.LEDGER
