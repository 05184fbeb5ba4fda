"""Seeing people's data without leaving word of it, and choosing what a review asks about (docs/attacks.md)."""

from __future__ import annotations

from typing import Any

import pytest

from core.ledger.codes import Medium, Place
from core.office.choices import What
from core.office.log_review import Part, Seen
from core.office.office import Office
from core.office.second import NeedsSecond
from core.people.fields import Field
from core.roles import Role, Site
from tests.core.office.conftest import PROGRAMME, Bureau

PEOPLE = [f"{'アカサタナハマヤラワ'[n // 6]}{'イキシチニヒ'[n % 6]} タロウ" for n in range(30)]


@pytest.fixture
def bureau(tmp_path: Any) -> Bureau:
    """A contractor with thirty people, who have nothing in common but where they live."""
    one = Bureau(Site.CONTRACTOR, tmp_path / "contractor")
    for place, kana in enumerate(PEOPLE, start=1):
        one.key(kana, address=f"東京都新宿区西新宿2-8-{place}", phone=f"03-5273-{place:04}")
    return one


def reviewed(bureau: Bureau) -> Seen:
    """What a review begun now finds, with another manager to sign what came before."""
    return bureau.office.log_reviews.begin()


def sample(seen: Seen) -> list[tuple[int, ...]]:
    return [one.rows for one in seen.items if one.part is Part.SAMPLE]


# -- the reviewer ------------------------------------------------------------------------------------------------


def test_no_sample_is_shown_before_the_review_is_begun_and_none_can_be_looked_for(bureau: Bureau) -> None:
    """A row more in the log, and another look: whoever is to review would try until his neighbour is not in the sample."""
    for number in range(1, 21):
        bureau.office.intake.open(number)
    desk = bureau.office.log_reviews
    assert sample(desk.look()) == []
    bureau.office.ledger.export(Site.CONTRACTOR)
    assert sample(desk.look()) == [] and sample(desk.since(bureau.moment.date())) == []
    drawn = sample(desk.begin())
    assert len(drawn) == 5
    bureau.office.ledger.export(Site.CONTRACTOR)
    assert drawn == sample(desk.begin()) == sample(desk.look()), "and begun, it stays"


def test_the_lot_of_a_sample_is_fresh_and_not_the_logs_own_head(tmp_path: Any) -> None:
    """The same log to the letter: what is asked about is known to nobody before the review has begun."""
    drawn = []
    for place, skipped in enumerate((0, 1000)):
        one = Bureau(Site.CONTRACTOR, tmp_path / str(place))
        for kana in PEOPLE:
            one.key(kana)
        for number in range(1, 31):
            one.office.intake.open(number)
        one.entropy.count += skipped
        seen = one.office.log_reviews.begin()
        drawn.append((seen.span.head, sample(seen)))
    assert drawn[0][0] == drawn[1][0] and drawn[0][1] != drawn[1][1]


# -- a second person's word --------------------------------------------------------------------------------------


def _draft(office: Office) -> None:
    office.exporting.exported(
        office.exporting.draft(What.APPLICATIONS, Place.SUBCONTRACTOR, Medium.USB), b"zip"
    )


def test_what_grew_after_the_second_persons_word_does_not_go_along(bureau: Bureau) -> None:
    """Agreed on for thirty people, and by the time it is written there are thirty-one, or another address."""
    with bureau.store.write() as tx:
        tx.settings.put("programme", PROGRAMME + '\n[accounts]\nsecond_person = ["export"]\n')
    manager, handler = bureau.office, bureau.office_of(Role.HANDLER)

    def agreed() -> None:
        with pytest.raises(NeedsSecond, match="もう一人") as needs:
            _draft(manager)
        assert "31人" in str(needs.value) or "30人" in str(needs.value)
        handler.second.confirm(manager.second.propose(needs.value.subject).id)

    agreed()
    bureau.key("ワタナベ ミツ")
    with pytest.raises(NeedsSecond):
        _draft(manager)
    agreed()
    handler.intake.edit(3, {Field.ADDRESS: "東京都新宿区西新宿9-9-9"})
    with pytest.raises(NeedsSecond):
        _draft(manager)
    agreed()
    _draft(manager)
    with pytest.raises(NeedsSecond):
        _draft(manager)
