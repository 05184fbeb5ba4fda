"""The programme and the invented applicants of the pictures: few, and each there to be seen for a reason."""

from __future__ import annotations

from collections.abc import Mapping

from core.applicant import Route
from core.people.fields import Field

PROGRAMME = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
prefecture = "東京都"
ward = "新宿区"
reference_date = 2026-04-01
minimum_age = 60
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 5
reserved = 1

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 4

[[outing]]
code = "C"
date = 2026-10-14
place = "鎌倉アルプス"
capacity = 3

[deadlines]
log_review_days = 366

[duties]
clauses_days = 0
contacts_days = 0
drill_days = 0
antivirus_days = 0
backup_days = 0
patch_days = 0
handling_days = 0
stocktake_days = 0
subcontractor_days = 0

[draw]
largest_group = 2

[contact]
name = "いきいきハイキング事務局"
postal_code = "160-0022"
address = "東京都新宿区新宿1-1-1"
phone = "0120-000-000"
"""

WEB_NAME = "web-applications.csv"
WEB = """\
申込番号,申込日時,カナ氏名,性別,生年月日,郵便番号,住所,建物名,電話番号,メールアドレス,第1希望,第2希望,グループ番号,備考
HK0001,2026/04/03 09:12,サトウ ハナコ,女,1954-07-21,169-0074,東京都新宿区北新宿2-14-7,グリーンパレス 1203,03-5321-7701,hanako.sato@example.jp,A,C,G01,膝に不安があります
HK0002,2026/04/03 09:20,サトウ マサル,男,1951-11-02,169-0074,東京都新宿区北新宿2-14-7,グリーンパレス 1203,03-5321-7701,,A,C,G01,
HK0003,2026/04/05 18:44,ﾀｶﾊｼ ｷﾖｼ,男,昭和32年1月15日,162-0042,東京都新宿区早稲田町71-3,,0903718,,B,,,
HK0004,2026/04/08 11:05,やまざき ちよこ,女,S22.5.30,162-0063,東京都新宿区市谷薬王寺町58-16,メゾン薬王寺 802,080-5144-2230,chiyo..y@example.jp,A,B,,よろしくお願いします
HK0005,2026/04/11 21:37,コバヤシ ススム,,1971-09-14,169-0073,東京都新宿区百人町3-9-21,,03-3362-9186,,C,A,,
HK0006,2026/04/15 07:58,オオクボヤマ チヨノスケ,男,1938-02-28,161-0034,東京都新宿区上落合1-23-19,ハイツ上落合 405,03-3950-6612,,A,B,,
"""
"""WEB applications: a pair going together, half-width kana and a broken telephone number, hiragana and an unusual
mail address, somebody too young, and a name as long as they come."""

LATER_NAME = "web-applications-0428.csv"
LATER = (
    WEB
    + """\
HK0007,2026/04/24 10:31,モリ フミコ,女,1949-06-08,162-0825,東京都新宿区神楽坂4-2-11,,03-3260-4487,,B,C,,
HK0008,2026/04/26 16:02,イケダ アキラ,男,1955-12-19,164-0001,東京都中野区中野4-8-1,,090-3466-1902,,A,,,
"""
)
"""The same form a week later: what is known already, and two more, one of them from another ward."""


def _form(
    kana: str,
    birth: str,
    code: str,
    address: str,
    phone: str,
    wishes: str,
    building: str = "",
    mail: str = "",
) -> Mapping[Field, str]:
    return {
        Field.KANA: kana,
        Field.BIRTH_DATE: birth,
        Field.POSTAL_CODE: code,
        Field.ADDRESS: address,
        Field.BUILDING: building,
        Field.PHONE: phone,
        Field.EMAIL: mail,
        Field.PREFERENCE: wishes,
    }


PAPERS: tuple[tuple[Route, Mapping[Field, str]], ...] = (
    (Route.POST, _form("スズキ イチロウ", "S25.3.4", "1600004", "四谷3-17-8", "03-3359-5540", "A、B、C")),
    (Route.POST, _form("タナカ ミツコ", "S28.10.11", "1620052", "戸山1-31-26", "03-3203-8874", "B、A", "コーポ戸山 107")),
    (Route.FAX, _form("ワタナベ ショウゾウ", "S15.8.19", "1690072", "大久保2-25-13", "090-3802-4415", "A")),
    (Route.POST, _form("イトウ セツコ", "S33.4.6", "1610033", "下落合3-12-29", "03-3951-2068", "C、B")),
    (Route.POST, _form("サトウ ハナコ", "S29.7.21", "1690074", "北新宿2-14-7", "03-5321-7701", "B")),
    (Route.POST, _form("ナカムラ ノボル", "S20.12.1", "1640001", "東京都中野区中野5-52-15", "03-3389-6607", "A")),
    (Route.FAX, _form("ヨシダ キミコ", "S27.9.9", "1620851", "弁天町112-4", "", "C")),
    (Route.POST, _form("ハヤシ ツトム", "S30.1.27", "1620061", "市谷柳町23-18", "03-3268-9935", "A、C", "", "t.hayashi@example.jp")),
    (Route.POST, _form("シミズ トミコ", "S24.11.16", "1620805", "矢来町77-20", "070-4392-5871", "A、B")),
    (Route.POST, _form("マツモト オサム", "S36.2.3", "1690074", "北新宿4-6-14", "03-3371-1153", "B、C")),
)  # fmt: skip
"""Postcards and faxes: most plain; a duplicate of a WEB application, one from another ward, one without telephone."""

COUNTER: tuple[Mapping[Field, str], ...] = (
    _form("カトウ ヒデオ", "S26.6.14", "1600022", "新宿6-24-16", "03-3354-7729", "A、B"),
    _form("オガワ シズエ", "S31.8.22", "1600015", "大京町29-31", "03-3357-4406", "C"),
)
"""Handed in at the ward's counter."""
