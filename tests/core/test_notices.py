"""A notice says what its reader needs, and nothing that an open card must not show."""

import dataclasses
import datetime as dt

import pytest

from core.applicant import Applicant, Application, Route, State
from core.errors import UsageError
from core.notices import Notice, NoticeKind, Office, Outcome, address_lines, as_mail, notice, wareki_day

OFFICE = Office("いきいきハイキング事務局", "1600022", "東京都新宿区新宿3-1-1", "03-0000-0000")


@dataclasses.dataclass(frozen=True)
class Outing:
    code: str
    date: dt.date
    place: str


@dataclasses.dataclass(frozen=True)
class Programme:
    name: str = "いきいきハイキング"
    fiscal_year: int = 2026
    outings: tuple[Outing, ...] = (
        Outing("A", dt.date(2026, 6, 10), "高尾山"),
        Outing("B", dt.date(2026, 9, 16), "御岳渓谷"),
    )


def application(
    address: str = "東京都新宿区西新宿2-8-1 都営住宅3-502", kana: str = "サトウ ハナコ"
) -> Application:
    person = Applicant(
        kana=kana,
        birth_date=dt.date(1950, 3, 4),
        postal_code="1600023",
        address=address,
        phone="0398765432",
        email="user123@example.jp",
        preferences=("B", "A"),
        group="G07",
    )
    return Application(
        12, "AAAAABBBBB", person, State.ACCEPTED, Route.WEB, "web", "W00012", (), (), version=3
    )


def made(outcome: Outcome, **more: object) -> Notice:
    return notice(Programme(), application(), outcome, office=OFFICE, **more)  # type: ignore[arg-type]


def everything(item: Notice) -> str:
    return repr(dataclasses.asdict(item)) + as_mail(item).body


def test_a_seat_gives_an_admission_card_with_day_place_and_both_numbers() -> None:
    card = made(Outcome("K7Q29F3MXA", "A"))
    assert card.kind is NoticeKind.ADMISSION
    assert card.title == "令和8年度 いきいきハイキング 参加証"
    assert card.facts == (
        ("回", "A"),
        ("開催日", "令和8年6月10日（水）"),
        ("行き先", "高尾山"),
        ("受付番号", "0012"),
        ("抽選番号", "K7Q29F3MXA"),
    )
    assert (card.postal_code, card.addressee) == ("1600023", "サトウ ハナコ 様")


def test_no_seat_gives_a_rejection_with_the_place_on_the_waiting_list() -> None:
    card = made(Outcome("K7Q29F3MXA", None, 2, (("B", 3), ("A", 17))))
    assert card.kind is NoticeKind.REJECTION
    assert dict(card.facts)["補欠"] == "B 3番、A 17番"
    assert dict(card.facts)["人数"] == "2名"
    assert any("補欠の順" in line for line in card.closing)


def test_without_a_waiting_list_no_hope_is_raised() -> None:
    card = made(Outcome("K7Q29F3MXA", None))
    assert "補欠" not in everything(card)


@pytest.mark.parametrize("outing", ["A", None])
def test_nothing_travels_that_an_open_card_must_not_show(outing: str | None) -> None:
    text = everything(made(Outcome("K7Q29F3MXA", outing), published_at="https://example.jp/draw/"))
    for hidden in (
        "1950",
        "昭和",
        "0398765432",
        "5432",
        "example.jp/@",
        "user123",
        "AAAAABBBBB",
        "G07",
        "W00012",
    ):
        assert hidden not in text


def test_a_draw_shown_at_the_counter_only_names_no_web_address() -> None:
    card = made(Outcome("K7Q29F3MXA", "A"), published=False, published_at="https://example.jp/draw/")
    assert "窓口" in card.check
    assert card.check_at == ""


def test_mail_carries_no_postal_address() -> None:
    mail = as_mail(made(Outcome("K7Q29F3MXA", "A")))
    assert mail.subject == "令和8年度 いきいきハイキング 参加証"
    assert "西新宿" not in mail.body
    assert "K7Q29F3MXA" in mail.body
    assert "はがき" not in mail.body


@pytest.mark.parametrize(("kana", "address"), [("", "東京都新宿区西新宿2-8-1"), ("サトウ ハナコ", "")])
def test_a_notice_that_could_not_arrive_is_refused_by_its_number(kana: str, address: str) -> None:
    with pytest.raises(UsageError) as refusal:
        notice(Programme(), application(address, kana), Outcome("K7Q29F3MXA", "A"), office=OFFICE)
    assert "0012" in str(refusal.value)
    assert "サトウ" not in str(refusal.value)


def test_an_outing_the_programme_lacks_is_refused() -> None:
    with pytest.raises(UsageError, match="Z"):
        made(Outcome("K7Q29F3MXA", "Z"))


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("東京都新宿区西新宿2-8-1", ("東京都新宿区西新宿2-8-1",)),
        ("東京都新宿区戸山2-1 都営住宅 3号棟502", ("東京都新宿区戸山2-1", "都営住宅 3号棟502")),
        ("東京都新宿区戸山ハイツ", ("東京都新宿区戸山ハイツ",)),
    ],
)
def test_the_building_has_a_line_of_its_own(address: str, lines: tuple[str, ...]) -> None:
    assert address_lines(address) == lines


def test_the_first_year_of_an_era_is_gannen() -> None:
    assert wareki_day(dt.date(2019, 5, 1)) == "令和元年5月1日（水）"
