"""The demo's invented people: about 380 applications as they arrive, in exports of four shapes and on paper.

Nobody here exists. Names are drawn from common family and given names, house numbers and telephone numbers by
a generator with a fixed seed, so that every demo is the same; mail addresses lie in example.jp, which is
nobody's (RFC 2606). Towns and postal codes are Shinjuku's own. What real exports suffer from is in them:
half-width kana, era dates, lost zeros, and some who are too young, live elsewhere, or applied twice.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import jaconv

from core.applicant import Route
from core.people.eras import wareki, wareki_short
from core.people.fields import Field

SEED = 2026
FILES = ("web-applications.csv", "survey.csv", "forms.xlsx", "counter-export.csv")
"""The exports, in the order in which the demo imports them."""

_FAMILY = (
    "サトウ スズキ タカハシ タナカ イトウ ワタナベ ヤマモト ナカムラ コバヤシ カトウ ヨシダ ヤマダ ササキ ヤマグチ "
    "マツモト イノウエ キムラ ハヤシ シミズ サイトウ ヤマザキ モリ アベ イケダ ハシモト イシカワ ヤマシタ オガワ "
    "イシイ ハセガワ ゴトウ オカダ コンドウ マエダ フジタ エンドウ アオキ サカモト ムラカミ オオタ カネコ フジイ "
    "フクダ ニシムラ ミウラ タケウチ ナカガワ オカモト マツダ ハラダ ナカノ オノ タムラ フジワラ"
)
_GIVEN = (
    "カズコ ヨウコ サチコ セツコ キヨシ ヒロシ イサム マサル ミノル シゲル ススム ノボル フミコ ヒサコ トシコ ケイコ "
    "ヨシコ ミツコ ハルエ スミエ ヤスコ タカシ アキラ ツトム オサム トオル イチロウ ジロウ サブロウ マサオ ヒデオ "
    "ヨシオ カズオ テルオ ユキオ タツオ トミコ チヨコ キミコ シズエ マサコ レイコ クニコ エイコ サダオ モトコ"
)
_TOWNS = (
    ("西新宿", "1600023"), ("新宿", "1600022"), ("四谷", "1600004"), ("若葉", "1600011"), ("大京町", "1600015"),
    ("信濃町", "1600016"), ("北新宿", "1690074"), ("百人町", "1690073"), ("大久保", "1690072"),
    ("上落合", "1610034"), ("中落合", "1610032"), ("下落合", "1610033"), ("中井", "1610035"), ("戸山", "1620052"),
    ("喜久井町", "1620044"), ("早稲田町", "1620042"), ("早稲田鶴巻町", "1620041"), ("若松町", "1620056"),
    ("余丁町", "1620055"), ("住吉町", "1620065"), ("市谷柳町", "1620061"), ("市谷薬王寺町", "1620063"),
    ("弁天町", "1620851"), ("榎町", "1620806"), ("矢来町", "1620805"), ("神楽坂", "1620825"), ("原町", "1620053"),
    ("山吹町", "1620801"), ("赤城下町", "1620803"), ("富久町", "1620067"),
)  # fmt: skip
_HOUSES = ("コーポ", "メゾン", "ハイツ", "グリーンパレス", "第二")
_OUTINGS = {"A": "高尾山", "B": "御岳山", "C": "鎌倉アルプス", "D": "日和田山"}
OUTING_DAYS = {
    "A": dt.date(2026, 6, 10),
    "B": dt.date(2026, 6, 17),
    "C": dt.date(2026, 10, 14),
    "D": dt.date(2026, 10, 21),
}
_LAST = dt.date(2026, 12, 31)
_SEATS = {"A": 80, "B": 80, "C": 60, "D": 60}


@dataclass(frozen=True)
class _Person:
    """Someone invented, as they would write themselves if they wrote carefully."""

    family: str
    given: str
    birth: dt.date | None
    postal_code: str
    address: str
    building: str
    phone: str
    mail: str
    wishes: tuple[str, ...]
    group: str = ""

    @property
    def kana(self) -> str:
        return f"{self.family} {self.given}".strip()


@dataclass(frozen=True)
class PaperApplication:
    """A postcard, a fax or a form from the ward's counter, as the person at the keys reads it."""

    route: Route
    fields: Mapping[Field, str]
    """For `Intake.add`; short date forms are used, as a typist would."""


def outing_days(today: dt.date) -> dict[str, dt.date]:
    """The days of the four outings. The last two lie ahead while the contract lasts, or nobody could move up any more."""
    if OUTING_DAYS["C"] > today:
        return OUTING_DAYS
    third = min(max(today, OUTING_DAYS["C"]) + dt.timedelta(days=21), _LAST - dt.timedelta(days=7))
    return OUTING_DAYS | {"C": third, "D": third + dt.timedelta(days=7)}


def demo_programme(days: Mapping[str, dt.date] = OUTING_DAYS) -> str:
    """The demo's programme.toml: four outings of 80, 80, 60 and 60 seats, two people may go together."""
    head = f"""\
# 見本の事業設定です。人物・団体はすべて架空のものです。
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
prefecture = "東京都"
ward = "新宿区"
reference_date = 2026-04-01
minimum_age = 60
applications_close = {_CLOSE.isoformat()}
"""
    outings = "".join(
        f'\n[[outing]]\ncode = "{code}"\ndate = {days[code].isoformat()}\nplace = "{place}"\n'
        f"capacity = {_SEATS[code]}\n"
        for code, place in _OUTINGS.items()
    )
    tail = """
[draw]
largest_group = 2

[contact]
name = "いきいきハイキング事務局（見本）"
postal_code = "160-0022"
address = "東京都新宿区新宿1-1-1 見本ビル3階"
phone = "0120-000-000"
"""
    return head + outings + tail


def write_exports(folder: Path, days: Mapping[str, dt.date] = OUTING_DAYS) -> list[Path]:
    """Write the four exports into `folder` (made if need be); their paths in the order to import them."""
    folder.mkdir(parents=True, exist_ok=True)
    everyone = _everyone()
    contents = (
        _web(everyone.web, random.Random(SEED + 1)),  # noqa: S311 - a repeatable demo, no secret
        _survey(everyone.survey, random.Random(SEED + 2), days),  # noqa: S311
        _forms(everyone.forms, random.Random(SEED + 3)),  # noqa: S311
        _counter(everyone.counter, random.Random(SEED + 4)),  # noqa: S311
    )
    paths = [folder / name for name in FILES]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    return paths


def paper_applications() -> list[PaperApplication]:
    """Twenty that came to the contractor by post and by fax."""
    return [
        _paper(person, Route.FAX if place % 4 == 3 else Route.POST)
        for place, person in enumerate(_everyone().paper)
    ]


def desk_applications() -> list[PaperApplication]:
    """Three that were handed in at the ward's counter (※)."""
    return [_paper(person, Route.DESK) for person in _everyone().desk]


@dataclass(frozen=True)
class _Everyone:
    web: Sequence[_Person]
    survey: Sequence[_Person]
    forms: Sequence[_Person]
    counter: Sequence[_Person]
    paper: Sequence[_Person]
    desk: Sequence[_Person]


_CLOSE = dt.date(2026, 5, 8)
_TOO_YOUNG = (dt.date(1966, 4, 2), dt.date(1971, 9, 30))  # the first misses the 60th birthday by a day


@cache
def _everyone() -> _Everyone:
    rng = random.Random(SEED)  # noqa: S311 - a repeatable demo, no secret
    people = _people(rng)
    web = [next(people) for _ in range(126)]
    for number in range(1, 22):
        one, two = next(people), next(people)
        together = replace(
            two, family=one.family, postal_code=one.postal_code, address=one.address, building=one.building,
            phone=one.phone, wishes=one.wishes, group=f"G{number:02d}",
        )  # fmt: skip
        place = rng.randrange(len(web))
        web[place:place] = [replace(one, group=f"G{number:02d}"), together]
    web.insert(70, replace(next(people), group="G22"))  # the other never applied
    web.append(next(people))
    survey = [next(people) for _ in range(87)]
    forms = [next(people) for _ in range(60)]
    counter = [next(people) for _ in range(37)]
    paper = [next(people) for _ in range(20)]
    desk = [next(people) for _ in range(3)]

    alone = [place for place, person in enumerate(web) if not person.group]
    for place, birth in zip(alone[5::40], _TOO_YOUNG, strict=False):
        web[place] = replace(web[place], birth=birth)
    web[alone[9]] = replace(
        web[alone[9]], postal_code="1640001", address="東京都中野区中野4-8-1", building=""
    )
    web[alone[90]] = replace(
        web[alone[90]], postal_code="1710022", address="東京都豊島区南池袋2-45-1", building=""
    )
    web[alone[30]] = replace(web[alone[30]], phone="")
    web[alone[61]] = replace(web[alone[61]], phone="03-1234")
    again = [web[alone[place]] for place in (3, 44, 100)]  # they had already applied on the web
    survey[20:20] = [replace(person, mail="", wishes=person.wishes[:1]) for person in again]
    forms[17] = replace(forms[17], family="山田", given="花子")
    forms[41] = replace(forms[41], birth=None)
    counter[8] = replace(counter[8], address="", postal_code="", building="")
    counter[29] = replace(counter[29], family="", given="")
    return _Everyone(web, survey, forms, counter, paper, desk)


def _people(rng: random.Random) -> Iterator[_Person]:
    """People without end, no two of one name and birth date."""
    families, givens = _FAMILY.split(), _GIVEN.split()
    seen: set[tuple[str, str, dt.date]] = set()
    while True:
        family, given = rng.choice(families), rng.choice(givens)
        birth = dt.date(1966, 3, 31) - dt.timedelta(days=int(rng.triangular(0, 30 * 365, 11 * 365)))
        if (family, given, birth) in seen:
            continue
        seen.add((family, given, birth))
        town, code = rng.choice(_TOWNS)
        address = f"東京都新宿区{town}{rng.randint(1, 4)}-{rng.randint(1, 30)}-{rng.randint(1, 19)}"
        building = f"{rng.choice(_HOUSES)}{town} {rng.randint(1, 12)}{rng.randint(1, 12):02d}"
        wishes = rng.sample("ABCD", counts=(35, 25, 22, 18), k=rng.choice((1, 2, 2, 3, 3)) + 6)
        yield _Person(
            family, given, birth, code, address,
            building if rng.random() < 0.4 else "",
            _phone(rng),
            f"user{rng.randint(1, 999):03d}@example.jp" if rng.random() < 0.35 else "",
            tuple(dict.fromkeys(wishes))[: rng.choice((1, 2, 2, 3))],
        )  # fmt: skip


def _phone(rng: random.Random) -> str:
    start = rng.choice(("03-3", "03-5", "03-6", "090-3", "080-5", "070-4"))
    return f"{start}{rng.randint(0, 999):03d}-{rng.randint(0, 9999):04d}"


# -- how people and programs write --------------------------------------------------------------------------


def _birth(birth: dt.date | None, rng: random.Random) -> str:
    if birth is None:
        return ""
    ways: tuple[Callable[[dt.date], str], ...] = (
        dt.date.isoformat,
        lambda day: f"{day.year}/{day.month}/{day.day}",
        wareki,
        wareki_short,
        lambda day: jaconv.h2z(wareki(day), digit=True),
        lambda day: day.strftime("%Y%m%d"),
    )
    return rng.choice(ways)(birth)


def _name(kana: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.05:
        return str(jaconv.kata2hira(kana))
    return str(jaconv.z2h(kana)) if chance < 0.12 else kana


def _written_phone(phone: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.3:
        return phone.replace("-", "")
    return str(jaconv.h2z(phone, ascii=True, digit=True)) if chance < 0.38 else phone


def _sent(place: int, of: int) -> dt.datetime:
    """When the `place`th of `of` was sent: spread evenly from 2 April to the day before the closing date."""
    start = dt.datetime(2026, 4, 2, 8, 30)  # noqa: DTZ001 - exports write local time without an offset
    return start + (dt.datetime(2026, 5, 7, 20, 0) - start) * place / of  # noqa: DTZ001


def _code(postal_code: str) -> str:
    return f"{postal_code[:3]}-{postal_code[3:]}" if postal_code else ""


def _csv(rows: Sequence[Sequence[str]], encoding: str, *, quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue().encode(encoding)


def _web(people: Sequence[_Person], rng: random.Random) -> bytes:
    """A ward-style web form: CP932, family and given name apart; 性別 and 備考 have no business here."""
    rows = [
        ["申込番号", "申込日時", "セイ", "メイ", "性別", "生年月日", "郵便番号", "ご住所", "建物名・部屋番号",
         "電話番号", "メールアドレス（任意）", "第1希望", "第2希望", "第3希望", "グループ番号", "備考"],
    ]  # fmt: skip
    for place, person in enumerate(people):
        wishes = [*person.wishes, "", "", ""][:3]
        rows.append(
            [f"HK{place + 1:04d}", f"{_sent(place, len(people)):%Y/%m/%d %H:%M}", _name(person.family, rng),
             _name(person.given, rng), rng.choice(("男", "女", "")), _birth(person.birth, rng),
             _code(person.postal_code), person.address, person.building, _written_phone(person.phone, rng),
             person.mail, *wishes, person.group, rng.choice(("", "", "", "膝に不安があります", "よろしくお願いします"))]
        )  # fmt: skip
    return _csv(rows, "cp932")


def _survey(people: Sequence[_Person], rng: random.Random, days: Mapping[str, dt.date]) -> bytes:
    """A survey service's answers: UTF-8 with BOM, one address line, the outing with its description."""
    rows = [
        ["タイムスタンプ", "メールアドレス", "お名前（カナ）", "生年月日", "ご住所", "お電話番号",
         "参加希望の回（第1希望）", "参加希望の回（第2希望）"],
    ]  # fmt: skip
    for place, person in enumerate(people):
        wishes = [
            f"{code} {_OUTINGS[code]}（{days[code].month}月{days[code].day}日）" for code in person.wishes
        ]
        birth = "昭和99年1月1日" if place == 60 else _birth(person.birth, rng)
        rows.append(
            [f"{_sent(place, len(people)):%Y/%m/%d %H:%M:%S}", person.mail, _name(person.kana, rng), birth,
             f"〒{_code(person.postal_code)} {person.address} {person.building}".strip(),
             _written_phone(person.phone, rng), *[*wishes, ""][:2]]
        )  # fmt: skip
    return _csv(rows, "utf-8-sig")


def _forms(people: Sequence[_Person], rng: random.Random) -> bytes:
    """An office suite's form: XLSX, real dates, telephone numbers that became numbers and lost their zero."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    sheet.append(
        ["ID", "開始時刻", "完了時刻", "メール", "名前", "カナ氏名", "生年月日", "郵便番号", "住所", "電話番号",
         "メールアドレス（任意）", "希望コース1", "希望コース2"]
    )  # fmt: skip
    for place, person in enumerate(people):
        sent = _sent(place, len(people))
        digits = person.phone.replace("-", "")
        sheet.append(
            [place + 1, sent - dt.timedelta(minutes=6), sent, "anonymous", None,
             person.kana if rng.random() < 0.8 else person.kana.replace(" ", "\u3000"),
             _birth(person.birth, rng) if rng.random() < 0.3 else person.birth, person.postal_code,
             f"{person.address} {person.building}".strip(), int(digits) if rng.random() < 0.4 else digits,
             person.mail or None, *[*person.wishes, None][:2]]
        )  # fmt: skip
    raw = io.BytesIO()
    book.save(raw)
    return _without_clock(raw.getvalue())


def _without_clock(workbook: bytes) -> bytes:
    """The workbook without the moment it was written at, so that every demo writes the same bytes."""
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-05-08T09:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, (2026, 5, 8, 9, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _counter(people: Sequence[_Person], rng: random.Random) -> bytes:
    """A telephone desk's plain export: UTF-8 without BOM, every cell quoted, the wishes in one cell."""
    rows = [
        ["レコード番号", "作成日時", "カナ氏名", "生年月日", "住所", "電話番号", "メールアドレス", "希望"]
    ]
    for place, person in enumerate(people):
        rows.append(
            [str(1001 + place), f"{_sent(place, len(people)):%Y-%m-%d %H:%M}", _name(person.kana, rng),
             _birth(person.birth, rng), f"{_code(person.postal_code)} {person.address} {person.building}".strip(),
             person.phone, person.mail, "、".join(person.wishes)]
        )  # fmt: skip
    return _csv(rows, "utf-8", quoting=csv.QUOTE_ALL)


def _paper(person: _Person, route: Route) -> PaperApplication:
    assert person.birth is not None, "nobody on paper is without a birth date"
    return PaperApplication(
        route,
        {
            Field.KANA: str(jaconv.kata2hira(person.kana)),
            Field.BIRTH_DATE: wareki_short(person.birth),
            Field.POSTAL_CODE: person.postal_code,
            Field.ADDRESS: person.address,
            Field.BUILDING: person.building,
            Field.PHONE: person.phone,
            Field.EMAIL: person.mail,
            Field.PREFERENCE: "、".join(person.wishes),
        },
    )
