"""A notice says what its reader needs, and nothing that an open card must not show."""

import dataclasses
import datetime as dt

import pytest

from core.applicant import Applicant, Application, Route, State
from core.errors import UsageError
from core.notices import (
    Form,
    Notice,
    NoticeKind,
    Office,
    Outcome,
    Published,
    address_lines,
    as_mail,
    notice,
    wareki_day,
)
from core.wording import default_files, read_wording
from core.wording_texts import COMMON, GUIDE

PUBLISHED = Published("hiking-2026-1", "3f9a22bc77de0145" * 4)
SITE = "[確かめ方 公開]\n公開しています。\n[確かめ方 窓口]\n区の窓口でご覧になれます。\n[公開場所]\nhttps://example.jp/draw/\n"
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


def made(outcome: Outcome, files: dict[str, str] | None = None, *, at_counter: bool = False) -> Notice:
    wording = read_wording(default_files("AB") | (files or {}), "AB")
    return notice(
        Programme(), application(), outcome, wording=wording, office=OFFICE, published=PUBLISHED, at_counter=at_counter
    )  # fmt: skip


def everything(item: Notice) -> str:
    return repr(dataclasses.asdict(item)) + as_mail(item).body


def test_a_seat_gives_an_admission_card_with_day_place_and_both_numbers() -> None:
    card = made(Outcome("K7Q29F3MXA", "A"))
    assert card.kind is NoticeKind.ADMISSION
    assert (card.heading, card.title) == ("令和8年度 いきいきハイキング", "参加証")
    assert card.facts == (
        ("回", "A"),
        ("開催日", "令和8年6月10日（水）"),
        ("行き先", "高尾山"),
        ("受付番号", "0012"),
        ("抽選番号", "K7Q29F3MXA"),
    )
    assert (card.postal_code, card.addressee) == ("1600023", "サトウ ハナコ 様")


def test_no_seat_gives_a_notice_with_the_place_on_the_waiting_list() -> None:
    card = made(Outcome("K7Q29F3MXA", None, 2, (("B", 3), ("A", 17))))
    assert card.kind is NoticeKind.WAITING
    assert dict(card.facts)["補欠"] == "B 3番、A 17番"
    assert dict(card.facts)["人数"] == "2名"
    assert any("補欠の順" in line for line in card.closing)


def test_without_a_waiting_list_no_hope_is_raised() -> None:
    card = made(Outcome("K7Q29F3MXA", None))
    assert card.kind is NoticeKind.REJECTION
    assert "補欠" not in everything(card)


def test_a_card_says_where_and_when_to_meet_and_what_to_bring_where_that_is_written() -> None:
    guide = "[A]\n集合場所: 駅の改札\n集合時間: 午前8時\n持ち物: 弁当\n"
    facts = dict(made(Outcome("K7Q29F3MXA", "A"), {GUIDE: guide}).facts)
    assert (facts["集合"], facts["持ち物"]) == ("午前8時 駅の改札", "弁当")
    assert "集合" not in dict(made(Outcome("K7Q29F3MXA", "B"), {GUIDE: guide}).facts)


def test_who_moves_up_and_whose_outing_is_called_off_are_told_so() -> None:
    up = made(Outcome("K7Q29F3MXA", "A", promoted=True))
    off = made(Outcome("K7Q29F3MXA", None, 1, (("B", 2),), called_off="A"))
    assert (up.kind, up.title) == (NoticeKind.PROMOTION, "参加証")
    assert any("繰り上がり" in line for line in up.lead)
    assert off.kind is NoticeKind.CALLED_OFF
    assert dict(off.facts)["中止の回"] == "A" and dict(off.facts)["補欠"] == "B 2番"


def test_the_code_is_one_for_all_of_a_draw_and_names_hash_and_place() -> None:
    card = made(Outcome("K7Q29F3MXA", "A"), {COMMON: SITE})
    assert (
        card.published.code == f"https://example.jp/draw/#hiking-2026-1:result.txt:sha256:{PUBLISHED.sha256}"
    )
    assert "K7Q29F3MXA" not in card.published.code
    assert card.published.fingerprint == "3f9a 22bc 77de 0145"
    assert (
        made(Outcome("K7Q29F3MXA", "A")).published.code
        == f"hiking-2026-1:result.txt:sha256:{PUBLISHED.sha256}"
    )


@pytest.mark.parametrize(
    ("form", "word"), [(Form.POSTCARD, "このはがき"), (Form.LETTER, "この用紙"), (Form.MAIL, "このメール")]
)
def test_a_notice_calls_itself_what_it_is(form: Form, word: str) -> None:
    assert any(word in line for line in made(Outcome("K7Q29F3MXA", "A")).on(form).lead)


@pytest.mark.parametrize("outing", ["A", None])
def test_nothing_travels_that_an_open_card_must_not_show(outing: str | None) -> None:
    text = everything(made(Outcome("K7Q29F3MXA", outing), {COMMON: SITE}))
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
    card = made(Outcome("K7Q29F3MXA", "A"), {COMMON: SITE}, at_counter=True)
    assert "窓口" in card.check
    assert "example.jp" not in card.published.code


def test_mail_carries_no_postal_address() -> None:
    mail = as_mail(made(Outcome("K7Q29F3MXA", "A")))
    assert mail.subject == "令和8年度 いきいきハイキング 参加証"
    assert "西新宿" not in mail.body
    assert "K7Q29F3MXA" in mail.body
    assert "はがき" not in mail.body


@pytest.mark.parametrize(("kana", "address"), [("", "東京都新宿区西新宿2-8-1"), ("サトウ ハナコ", "")])
def test_a_notice_that_could_not_arrive_is_refused_by_its_number(kana: str, address: str) -> None:
    with pytest.raises(UsageError) as refusal:
        notice(
            Programme(), application(address, kana), Outcome("K7Q29F3MXA", "A"),
            wording=read_wording({}, "AB"), office=OFFICE, published=PUBLISHED,
        )  # fmt: skip
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
