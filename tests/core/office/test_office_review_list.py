"""The list of ⑤ is kept and read a page at a time; it says what a check of everybody, made anew, would say."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.applicant import Application, Route, State
from core.canonical import crockford_id
from core.errors import Refused
from core.office import finished
from core.office.counter import note_back, note_keyed
from core.office.listing import Landmark, ListFilter, Order, ReviewOrder
from core.office.review import APPLICANTS, BY_EXCEPTIONS, PARTICIPANTS, ReviewItem, ReviewStatus
from core.office.review_items import Subject, items_of
from core.office.review_reading import check_all
from core.office.review_standing import under_review
from core.people.fields import Field
from core.people.reading import read_applicant
from core.programme import parse_programme
from core.roles import Site
from storage.store.listing import order_by, table_of, where
from tests.core.office.conftest import PROGRAMME, Bureau

RULES = parse_programme(PROGRAMME).reading_rules(keyed=True)


def arrives(ward: Bureau, kana: str, number: int, **changes: str) -> Application:
    """An application as it comes with ③."""
    fields = {
        Field.KANA: kana, Field.BIRTH_DATE: "1950-03-04", Field.POSTAL_CODE: "1600023",
        Field.ADDRESS: "東京都新宿区西新宿2-8-1", Field.PHONE: f"03-5273-{number:04}", Field.PREFERENCE: "A、B",
    } | {Field(name): value for name, value in changes.items()}  # fmt: skip
    reading = read_applicant(fields, RULES)
    made = Application(
        number,
        crockford_id(ward.entropy(10)),
        reading.applicant,
        State.ACCEPTED,
        Route.WEB,
        "x.csv",
        None,
        (),
        (),
        1,
    )
    with ward.store.write() as tx:
        tx.settings.put("programme", PROGRAMME)
        tx.applications.add(made, ward.now())
    return made


def changes(ward: Bureau, number: int, **items: Any) -> None:
    with ward.store.write() as tx:
        current = tx.applications.get(number)
        state = items.pop("state", current.state)
        applicant = dataclasses.replace(current.applicant, **items)
        changed = dataclasses.replace(current, applicant=applicant, state=state, version=current.version + 1)
        tx.applications.put(changed, ward.now(), "contractor")


def anew(ward: Bureau) -> list[ReviewItem]:
    """A check of everybody, made from nothing but the applications and the words."""
    with ward.store.read() as tx:
        items = items_of(tx, APPLICANTS, [Subject(a, a.version_hash) for a in under_review(tx)])
    return sorted(items, key=lambda item: item.order)


def by_pages(ward: Bureau, which: ListFilter = BY_EXCEPTIONS, size: int = 3) -> list[ReviewItem]:
    review = ward.office.review
    count = review.count(which)
    found: list[ReviewItem] = []
    for offset in range(0, count, size):
        near = Landmark(count, None) if offset > count // 2 else None
        found += review.page(APPLICANTS, offset, size, which, near)
    assert len(found) == count
    return found


def counted(items: list[ReviewItem]) -> tuple[int, int, int]:
    verdicts = [item.verdict for item in items]
    return len(items), verdicts.count("confirmed"), verdicts.count("returned")


def status(ward: Bureau) -> tuple[int, int, int]:
    said: ReviewStatus = ward.office.review.status(APPLICANTS)
    return said.total, said.confirmed, said.returned


@pytest.fixture
def ward(bench: Any) -> Bureau:
    made: Bureau = bench.ward
    arrives(made, "サトウ ハナコ", 1)
    return made


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", "phone", "group", "away", "back", "refuse", "confirm", "return", "undo", "read"]),
        st.integers(0, 5), st.sampled_from(["サトウ ハナコ", "スズキ イチロウ"]), st.sampled_from(["G1", "G2", None]),
    ),
    max_size=16,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=ACTS)
def test_after_any_history_the_kept_list_says_what_a_check_of_everybody_says(
    acts: list[tuple[str, int, str, str | None]],
    tmp_path_factory: pytest.TempPathFactory,
    site_at: Callable[..., Bureau],
) -> None:
    ward = site_at(tmp_path_factory.mktemp("list"), Site.WARD)
    people = [arrives(ward, "サトウ ハナコ", 1)]
    review = ward.office.review
    for act, index, kana, group in acts:
        one = people[index % len(people)]
        try:
            if act == "add":
                people.append(arrives(ward, kana, len(people) + 1, phone="03-5273-0001", group=group or ""))
            elif act == "rename":
                changes(ward, one.number, kana=kana)
            elif act == "phone":
                changes(ward, one.number, phone="0352730001" if group else "")
            elif act == "group":
                changes(ward, one.number, group=group)
            elif act == "refuse":
                changes(ward, one.number, state=State.REFUSED if group else State.ACCEPTED)
            elif act in ("away", "back"):
                with ward.store.write() as tx:
                    note_keyed(tx, one.record) if act == "away" else note_back(tx, [one.record])
            elif act == "confirm":
                review.confirm(APPLICANTS, list(review.records(APPLICANTS, [one.number]).values()))
            elif act == "return":
                records = list(review.records(APPLICANTS, [one.number]).values())
                review.return_(APPLICANTS, records, "unclear")
            elif act == "undo":
                review.undo(APPLICANTS)
            else:
                review.open_list(APPLICANTS)
        except Refused:
            continue
        live = anew(ward)
        assert status(ward) == counted(live), "the counts are right at every moment"
        shown = {item.record: item for item in by_pages(ward)}
        assert shown == {item.record: item for item in live}, "and so is every row, wherever it stands"
    review.open_list(APPLICANTS)
    assert by_pages(ward) == anew(ward), "read anew, the order is right too"
    with ward.store.write() as tx:
        plain = [record for record, _ in tx.review_list.plain()]
    assert plain == sorted(
        (i.record for i in anew(ward) if not (i.verdict or i.problems or i.changed)),
        key=[p.record for p in sorted(people, key=lambda p: p.number)].index,
    )


def test_no_answer_moves_a_row_until_the_list_is_read_again(ward: Bureau) -> None:
    for number in range(2, 8):
        arrives(ward, f"サトウ {'アイウエオカキク'[number]}", number)
    review = ward.office.review
    review.open_list(APPLICANTS)
    before = [item.number for item in by_pages(ward)]
    review.confirm(APPLICANTS, [item.record for item in by_pages(ward)[:3]])
    assert [item.number for item in by_pages(ward)] == before
    assert [item.verdict for item in by_pages(ward)][:4] == ["confirmed"] * 3 + [""]
    found = review.next_open(BY_EXCEPTIONS, before[0])
    assert found is not None and (found.offset, found.number) == (3, before[3])
    review.open_list(APPLICANTS)
    assert [item.number for item in by_pages(ward)] == before[3:] + before[:3]


def test_what_arrives_while_somebody_reviews_is_counted_at_once_and_shown_when_read_again(
    ward: Bureau,
) -> None:
    review = ward.office.review
    review.open_list(APPLICANTS)
    arrives(ward, "サトウ ハナコ", 2)
    assert status(ward) == (2, 0, 0)
    assert review.open_list(APPLICANTS) == 2
    first, second = by_pages(ward)
    assert first.exception and first.number == 2 and not second.exception


@pytest.mark.parametrize("order", [*Order, *ReviewOrder])
@pytest.mark.parametrize("backwards", [False, True])
def test_each_order_is_read_by_an_index(ward: Bureau, order: Order | ReviewOrder, backwards: bool) -> None:
    """Nothing is sorted, whatever is asked for: a page then costs the same wherever it is."""
    if order is Order.STATE:
        return  # of those under review there is only one
    which = ListFilter(under_review=True, order=order, backwards=backwards)
    clause, values = where(which, ward.vault.connection)
    plan = ward.vault.connection.execute(
        f"EXPLAIN QUERY PLAN SELECT application.* FROM {table_of(which)}{clause}{order_by(which)} LIMIT 64",
        values,
    ).fetchall()
    assert not [step for step in plan if "TEMP B-TREE" in step[3]], plan


def test_the_checks_are_made_again_when_the_programme_is_another(ward: Bureau) -> None:
    review = ward.office.review
    review.open_list(APPLICANTS)
    assert not by_pages(ward)[0].problems
    with ward.store.write() as tx:
        tx.settings.put(
            "programme", PROGRAMME.replace("fiscal_year = 2026", "fiscal_year = 2026\nminimum_age = 90")
        )
    review.open_list(APPLICANTS)
    assert [problem.value for problem in by_pages(ward)[0].problems] == ["underage"]


def test_what_has_been_checked_is_not_checked_again(ward: Bureau) -> None:
    with ward.store.write() as tx:
        check_all(tx)
        assert tx.review_list.unchecked(10) == []
    arrives(ward, "スズキ イチロウ", 2)
    with ward.store.read() as tx:
        assert [one.number for one in tx.review_list.unchecked(10)] == [2]
    arrives(ward, "スズキ イチロウ", 3)
    with ward.store.read() as tx:
        assert [one.number for one in tx.review_list.unchecked(10)] == [2, 3]


def test_nine_is_replayed_when_the_draw_has_moved_and_not_for_every_word(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.drawn()
    bench.contractor.office.participants.send()
    bench.sync()
    review = bench.ward.office.review
    replays: list[str] = []
    standing = finished.standing_of

    def counting(tx: Any, draw: str) -> Any:
        replays.append(draw)
        return standing(tx, draw)

    monkeypatch.setattr(finished, "standing_of", counting)
    items = review.rows(PARTICIPANTS)
    assert len(items) == 3
    for item in items:
        review.confirm(PARTICIPANTS, [item.record])
        review.status(PARTICIPANTS)
    once = len(replays)
    assert once <= 1 and review.status(PARTICIPANTS).confirmed == 3
    gone = bench.contractor.office.participants.list("A")[0]
    bench.contractor.office.participants.cancel(gone.unit_id)
    bench.contractor.office.participants.send()
    bench.sync()
    assert gone.record not in {item.record for item in review.rows(PARTICIPANTS)}
    assert len(replays) == once + 1
