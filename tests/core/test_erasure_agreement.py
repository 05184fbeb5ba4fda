"""Who has agreed to an erasure, told by the ledger: two people, in this order, within the days there are."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from core.erasure.agreement import DAYS, REF, agreement_of
from core.ledger.codes import Act, Content, Unit
from core.ledger.line import LedgerLine
from core.roles import Role, Site

A, B = "0123456789", "ABCDEFGHJK"
AT = "2026-12-01T09:00:00+09:00"


def line(act: Act, actor: str, name: str = A) -> LedgerLine:
    return LedgerLine(
        1,
        AT,
        Site.CONTRACTOR,
        actor,
        Role.MANAGER.value,
        act,
        Content.APPLICATIONS,
        1,
        Unit.FILES,
        ref=REF + name,
    )


PROPOSE, CONFIRM, DROP = Act.PROPOSE_ERASURE, Act.CONFIRM_ERASURE, Act.DROP_ERASURE


def test_it_takes_a_second_person() -> None:
    assert agreement_of([]) is None
    one = agreement_of([line(PROPOSE, "a")])
    assert one is not None and not one.confirmed
    same = agreement_of([line(PROPOSE, "a"), line(CONFIRM, "a")])
    assert same is not None and not same.confirmed
    both = agreement_of([line(PROPOSE, "a"), line(CONFIRM, "a"), line(CONFIRM, "b")])
    assert both is not None and (both.proposed_by, both.confirmed_by) == ("a", "b")


def test_a_word_on_another_proposal_counts_for_nothing() -> None:
    found = agreement_of([line(PROPOSE, "a"), line(CONFIRM, "b", B)])
    assert found is not None and not found.confirmed
    newer = agreement_of([line(PROPOSE, "a"), line(CONFIRM, "b"), line(PROPOSE, "a", B)])
    assert newer is not None and newer.id == B and not newer.confirmed
    assert agreement_of([line(PROPOSE, "a"), line(CONFIRM, "b"), line(DROP, "a")]) is None
    assert agreement_of([line(PROPOSE, "a"), line(CONFIRM, "b"), line(Act.ERASE, "a")]) is None


def test_it_is_over_after_its_days() -> None:
    found = agreement_of([line(PROPOSE, "a"), line(CONFIRM, "b")])
    assert found is not None
    begun = dt.datetime.fromisoformat(AT)
    assert not found.over(begun + dt.timedelta(days=DAYS))
    assert found.over(begun + dt.timedelta(days=DAYS, seconds=1))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([PROPOSE, CONFIRM, DROP, Act.ERASE]),
            st.sampled_from("ab"),
            st.sampled_from([A, B]),
        )
    )
)
def test_whatever_is_written_nobody_confirms_their_own(words: list[tuple[Act, str, str]]) -> None:
    found = agreement_of(line(act, actor, name) for act, actor, name in words)
    if found is not None and found.confirmed:
        assert found.confirmed_by != found.proposed_by
        assert (PROPOSE, found.proposed_by, found.id) in words and (
            CONFIRM,
            found.confirmed_by,
            found.id,
        ) in words
