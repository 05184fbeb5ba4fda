"""The other site's ledger, written by a changed program, against what is carried by hand: its word counts for its own steps alone.

Every 控番号 of ours stands in the ledger the other site holds. A line about it that is not that site's to write moves nothing,
stops nothing, and is told at both sites.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.keys import SigningKey
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.handover import Stage, handovers
from core.ledger.line import LedgerLine, Seen, sign_line
from core.office.choices import What
from core.office.custody_items import Step
from core.office.desk import iso
from core.roles import Role, Site
from tests.core.office.test_office_custody import findings, forms_given, lates

DAY = dt.timedelta(days=1)
HAND = "K7Q29F3MXA"


@pytest.fixture
def full(bench: Any) -> Any:
    bench.received()
    return bench


def writes(bureau: Any, act: Act, name: str, *, blind: bool = False, **told: Any) -> None:
    """A line that this site's changed program signs: no rule is asked. `blind`: as if the other's lines had not come."""
    desk, site = bureau.desk_of(Role.MANAGER), bureau.site
    with bureau.store.write() as tx:
        seen = Seen() if blind else Seen(tx.ledger.size(site.other), tx.ledger.head(site.other))
        line = LedgerLine(
            tx.ledger.size(site) + 1, told.pop("at", iso(desk.now())), site, desk.actor.staff_id, "manager", act,
            told.pop("content", Content.APPLICATIONS), told.pop("qty", 1), told.pop("unit", Unit.MEDIA),
            told.pop("medium", Medium.USB), handover=name, ref=f"medium:{name}", seen=seen, **told,
        )  # fmt: skip
        tx.ledger.append(site, line.seq, sign_line(line, tx.ledger.head(site), SigningKey.of(desk.signer)))
        tx.settings.put("receipt_due", "yes")


def exported(bureau: Any) -> str:
    exporting = bureau.office.exporting
    return exporting.exported(exporting.draft(What.APPLICATIONS, Place.WARD, Medium.USB), b"a zip").id


def handed(bureau: Any, name: str) -> None:
    bureau.office.custody.bag(name)
    bureau.office.custody.give(name)


def wait(bench: Any, days: int) -> None:
    for one in (bench.contractor, bench.ward):
        one.moment += days * DAY


def told_of(bench: Any, name: str, who: str, act: str) -> None:
    """Both sites' people are told of the one line, and of nothing else."""
    for one in (bench.contractor, bench.ward):
        (found,) = findings(one)
        assert name in found and found.count(who) == 1 and f"「{act}」" in found
        assert "受渡しの数えない記入1" in lates(one)


@pytest.mark.parametrize("blind", [False, True])
def test_a_medium_that_the_receiver_calls_given_lies_here_and_its_notice_is_not_printed(
    full: Any, leaves: Callable[..., Any], blind: bool
) -> None:
    contractor = full.contractor.office
    name = exported(full.contractor)
    full.contractor.key("ナカムラ キヨシ")
    full.contractor.office.records.send()  # our lines go along
    full.sync()
    places = {"from_": Place.CONTRACTOR, "to": Place.WARD}
    writes(full.ward, Act.GIVE, name, at="2026-01-01T00:00:00+09:00", blind=blind, **places)
    full.sync()
    with leaves(full.contractor, Refused) as raised:
        contractor.exporting.notice(name)
    assert "まだ渡していない" in raised.value.what
    (item,) = contractor.custody.list()
    assert (item.stage, item.giver, item.steps) == (Stage.PREPARED, Site.CONTRACTOR, (Step.BAG,))
    if not blind:  # its own program, with all that it has seen, says the same as ours
        told_of(full, name, "区の管理簿", "引渡し")
    contractor.custody.bag(name)
    assert contractor.custody.give(name).stage is Stage.GIVEN


def test_a_count_of_ours_that_the_receiver_writes_over_stays_ours(full: Any) -> None:
    c, w = full.contractor, full.ward
    told = {"medium": Medium.PAPER, "from_": Place.CONTRACTOR, "to": Place.WARD}
    c.office.ledger.add(Act.CARRY, Content.FORMS, 30, Unit.SHEETS, handover=HAND, **told)
    c.office.custody.give(HAND)
    full.sync()
    w.office.custody.take(HAND, 25)
    writes(w, Act.GIVE, HAND, content=Content.FORMS, qty=25, unit=Unit.SHEETS, **told)
    full.sync()
    for one in (c, w):
        differs, odd = findings(one)
        assert "渡した側 30、受けた側 25" in differs and "「引渡し」" in odd
        assert "受渡しの違い1" in lates(one)


def test_forms_that_the_receiver_says_it_destroyed_are_waited_for_until_it_signs_how_many(full: Any) -> None:
    name = forms_given(full, 12)
    full.sync()
    places = {"from_": Place.CONTRACTOR, "to": Place.DISPOSAL}
    writes(
        full.contractor, Act.DESTROY, name, content=Content.FORMS, qty=12, unit=Unit.SHEETS, medium=Medium.PAPER, **places
    )  # fmt: skip
    full.sync()
    wait(full, 8)
    (item,) = full.ward.office.custody.list()
    assert item.stage is Stage.GIVEN and "受渡し受領待ち1" in lates(full.ward)
    assert full.ward.office.inventory.list()[0].given == 12
    told_of(full, name, "委託先の管理簿", "廃棄")


def test_a_thing_that_the_receiver_says_it_made_is_the_givers_still(full: Any) -> None:
    name = exported(full.contractor)
    handed(full.contractor, name)
    full.sync()
    writes(full.ward, Act.COPY, name, from_=Place.WARD, to=Place.WARD)
    full.sync()
    wait(full, 8)
    (item,) = full.contractor.office.custody.list()
    assert item.mine and item.stage is Stage.GIVEN and "受渡し受領待ち1" in lates(full.contractor)
    assert full.contractor.office.exporting.notice(name).opens == name
    told_of(full, name, "区の管理簿", "複製")


@pytest.mark.parametrize("act", [Act.STORE, Act.TAKE])
def test_a_medium_that_the_receiver_calls_a_notice_is_told_of_by_its_giver_as_before(
    full: Any, act: Act
) -> None:
    c = full.contractor.office
    name = exported(full.contractor)
    handed(full.contractor, name)
    full.sync()
    places = {"from_": Place.CONTRACTOR, "to": Place.WARD}
    writes(
        full.ward, act, name, content=Content.PASSWORD_NOTICE, unit=Unit.SHEETS, medium=Medium.PAPER, **places
    )
    full.sync()
    assert findings(full.contractor) and findings(full.ward)
    if act is Act.STORE:
        assert c.custody.signed(name, 1).taken == 1
    assert c.custody.back(name, 1).stage is Stage.BACK
    assert c.inventory.stored(name).place is Place.LOCKER
    assert c.inventory.destroyed(name).gone


def test_what_the_receiver_says_takes_nothing_out_of_our_bag_and_prints_no_second_notice(
    full: Any, leaves: Callable[..., Any]
) -> None:
    c = full.contractor.office
    first, second = exported(full.contractor), exported(full.contractor)
    handed(full.contractor, first)
    wait(full, 2)
    notice = c.exporting.printed(c.exporting.notice(first)).id
    c.custody.bag(second)
    full.sync()
    paper = {"content": Content.PASSWORD_NOTICE, "unit": Unit.SHEETS, "medium": Medium.PAPER}
    for act in (Act.DESTROY, Act.TAKE, Act.DESTROY):
        writes(full.ward, act, second)
        writes(full.ward, act, notice, **paper)
    full.sync()
    with leaves(full.contractor, Refused) as raised:
        c.custody.bag(notice)
    assert "同じ鞄" in raised.value.what
    with leaves(full.contractor, Refused) as raised:
        c.exporting.notice(first)
    assert "もう印刷" in raised.value.what
    c.custody.give(second)
    assert c.custody.bag(notice).in_bag


def test_a_copy_is_another_thing_and_is_not_entered_under_the_number_of_the_first(
    full: Any, leaves: Callable[..., Any]
) -> None:
    """So that what is told of as nobody's to write was written by no honest program."""
    name = exported(full.contractor)
    handed(full.contractor, name)
    full.sync()
    with leaves(full.ward, Refused) as raised:
        full.ward.office.ledger.add(
            Act.COPY, Content.APPLICATIONS, 1, Unit.MEDIA, medium=Medium.USB, handover=name
        )
    assert "この控番号を付けずに" in raised.value.next_step


def test_a_number_of_a_thing_that_stayed_here_is_not_made_a_handover_by_the_other_site(full: Any) -> None:
    """A print or a backup has a number and is given to nobody; to write it off is no step of anything carried."""
    c = full.contractor
    from core.office.inventory import write_copy

    with c.store.write() as tx:
        kept = write_copy(c.desk_of(Role.MANAGER), tx, Act.PRINT, Content.REPORT, 1, Unit.FILES, Medium.PAPER)
    full.sync()
    writes(full.ward, Act.GIVE, kept, content=Content.REPORT, unit=Unit.FILES, medium=Medium.PAPER)
    full.sync()
    c.office.inventory.destroyed(kept)
    assert c.office.ledger.page(Site.CONTRACTOR, 0, 1)[0].handover == ""
    assert findings(c) == []


# -- whatever the other site writes ---------------------------------------------------------------------------

HONEST = (Act.INTAKE, Act.CARRY, Act.GIVE)
ACTS = (
    Act.INTAKE, Act.EXPORT, Act.COPY, Act.PRINT, Act.CARRY, Act.GIVE, Act.SEND, Act.TAKE, Act.RECEIVE, Act.RETURN, Act.SIGNED_FOR,
    Act.STORE, Act.TAKE_OUT, Act.DESTROY, Act.ERASE, Act.RETRACT,
)  # fmt: skip
LIES = st.lists(
    st.tuples(
        st.sampled_from(ACTS), st.sampled_from([Content.FORMS, Content.PASSWORD_NOTICE]), st.integers(0, 20), st.integers(0, 3),
    ),
    max_size=8,
)  # fmt: skip


def a_line(site: Site, seq: int, act: Act, content: Content, qty: int, seen: int) -> LedgerLine:
    ref = f"undo:{max(1, seq - 1)}:never" if act is Act.RETRACT else f"medium:{HAND}"
    return LedgerLine(
        seq, "2026-05-11T09:30:00+09:00", site, "a", "manager", act, content, qty, Unit.SHEETS, Medium.PAPER,
        Place.WARD_DESK, Place.CONTRACTOR, HAND, ref, Seen(seen, "0" * 64),
    )  # fmt: skip


@given(st.integers(1, 3), LIES)
@settings(max_examples=200, deadline=None)
def test_whatever_the_receiver_writes_what_the_giver_told_stands(far: int, lies: list[Any]) -> None:
    """`far`: how far the honest giver has come, at 12 sheets."""
    own = [a_line(Site.WARD, seq, act, Content.FORMS, 12, 0) for seq, act in enumerate(HONEST[:far], start=1)]
    theirs = [a_line(Site.CONTRACTOR, seq, *lie) for seq, lie in enumerate(lies, start=1)]
    (alone,) = handovers(own, Site.WARD)
    (one,) = handovers([*theirs, *own], Site.WARD)
    assert (one.giver, one.given, one.prepared) == (Site.WARD, alone.given, alone.prepared)
    assert one.in_bag(Site.WARD) == alone.in_bag(Site.WARD) == (far == 2)
    assert one.back is None and one.about == alone.about
    signed = one.taken is not None
    assert one.taken is None or one.taken.act in (Act.TAKE, Act.RECEIVE)
    if one.stage is Stage.ENDED:
        assert signed and one.given is not None, "nothing ends that was not given and signed for"
    if not signed and one.stage is not Stage.RETURNING:
        assert one.stage is alone.stage
    told = {line.seq for line in one.odd}
    assert {
        line.seq
        for line in theirs
        if line in one.lines and line.act in (*HONEST[::2], Act.COPY, Act.SIGNED_FOR)
    } <= told
    assert not any(line.org is Site.WARD for line in one.odd)


def test_two_honest_ledgers_have_nothing_odd_whoever_fetched_it_and_wrote_first() -> None:
    """The receiver entered its bag before the giver's lines came: it says that it came from the giver."""
    bag = a_line(Site.CONTRACTOR, 1, Act.CARRY, Content.FORMS, 12, 0)
    taken = replace(bag, seq=2, act=Act.TAKE)
    gone = [a_line(Site.WARD, seq, act, Content.FORMS, 12, 0) for seq, act in enumerate(HONEST, start=1)]
    for here in Site:
        (one,) = handovers([bag, taken, *gone], here)
        assert (one.giver, one.odd, one.stage, one.differs) == (Site.WARD, (), Stage.TAKEN, ())
