"""The notices of step ⑪: what a 参加証 or a 落選通知 says, before anything is printed or mailed.

A postcard travels open and many hands read it. So a notice holds the address, the name in kana and the
programme's own facts, and has no field for a birth date, a telephone number of the applicant, a mail
address, or the salt that opens a commitment (with it a reader could test guesses; docs/formats.md, "hkr1").
The ten-letter draw number is public already: it is how a resident finds the line in the published draw.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.applicant import Application
from core.errors import UsageError
from core.people.eras import wareki


class NoticeKind(StrEnum):
    """Which notice it is."""

    ADMISSION = "admission"
    REJECTION = "rejection"


NOTICE_WORDS = {NoticeKind.ADMISSION: "参加証", NoticeKind.REJECTION: "落選通知"}

ADMISSION_LEAD = (
    "抽選の結果、当選されました。",
    "当日はこのはがきをお持ちください。",
)
REJECTION_LEAD = ("お申し込みが定員を超えたため抽選を行い、残念ながら落選となりました。",)
WAITING_CLOSING = "空きが出たときは、補欠の順にお電話します。"
DECLINE_CLOSING = "参加できなくなったときは、お早めにご連絡ください。"
CHECK_PUBLIC = "抽選の資料は公開しています。抽選番号で結果を確かめられます。"
CHECK_INSPECTION = "抽選の資料は区の窓口でご覧になれます。抽選番号をお知らせください。"


class OutingFacts(Protocol):
    """What a notice needs to know of an outing (回)."""

    @property
    def code(self) -> str: ...
    @property
    def date(self) -> dt.date: ...
    @property
    def place(self) -> str: ...


class ProgrammeFacts(Protocol):
    """What a notice needs to know of the programme (事業)."""

    @property
    def name(self) -> str: ...
    @property
    def fiscal_year(self) -> int: ...
    @property
    def outings(self) -> Sequence[OutingFacts]: ...


@dataclass(frozen=True)
class Office:
    """Who sends the notice and answers the telephone: the return address, an organisation's, not a person's."""

    name: str
    postal_code: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the draw, and the events after it, gave one person's unit."""

    unit: str
    """The unit's id in the draw: ten Crockford letters, printed as 抽選番号."""
    outing: str | None
    """Code of the outing they take part in, or None."""
    size: int = 1
    """People in the unit."""
    waiting: tuple[tuple[str, int], ...] = ()
    """(outing code, place from 1) for each waiting list (補欠) the unit stands on."""


@dataclass(frozen=True)
class Notice:
    """One notice, ready to be laid out. Everything in it may be read by anybody who carries it."""

    kind: NoticeKind
    number: str
    """受付番号 as printed: four digits or more. It names the notice in errors."""
    postal_code: str
    """Seven digits, or "" (then the boxes stay empty)."""
    address: tuple[str, ...]
    """The address as written, a line for the street and one for the building."""
    addressee: str
    """Kana name and 様."""
    title: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """(label, value), top to bottom."""
    closing: tuple[str, ...]
    check: str
    """How to check the draw."""
    check_at: str
    """Where the published draw lies (an address on the web), or ""."""
    office: Office


def wareki_day(day: dt.date) -> str:
    """`day` with its weekday: 令和8年6月10日（水）."""
    return f"{wareki(day)}（{'月火水木金土日'[day.weekday()]}）"


def notice(
    programme: ProgrammeFacts,
    application: Application,
    outcome: Outcome,
    *,
    office: Office,
    published: bool = True,
    published_at: str = "",
) -> Notice:
    """The notice for one application: 参加証 when `outcome.outing` is set, otherwise 落選通知.

    `published`: the draw's files are public (`publish=public`); otherwise they are shown at the counter.
    `published_at`: where they lie. Raises `UsageError` naming the 受付番号 when name or address is missing,
    or when the outcome names an outing the programme does not have.
    """
    number = f"{application.number:04d}"
    where = f"受付番号 {number}"
    person = application.applicant
    if not person.kana or not person.address:
        raise UsageError(
            "氏名または住所がないため、通知を作れません",
            where=where,
            next_step="受付画面で応募を開き、氏名と住所を入力してください",
        )
    outings = {outing.code: outing for outing in programme.outings}
    named = [code for code, _ in outcome.waiting] + ([outcome.outing] if outcome.outing else [])
    if unknown := sorted(set(named) - set(outings)):
        raise UsageError(f"事業にない回です: {'、'.join(unknown)}", where=where)

    facts: list[tuple[str, str]] = []
    lead: tuple[str, ...]
    closing: tuple[str, ...]
    if outcome.outing:
        kind, lead, closing = NoticeKind.ADMISSION, ADMISSION_LEAD, (DECLINE_CLOSING,)
        outing = outings[outcome.outing]
        facts += [("回", outing.code), ("開催日", wareki_day(outing.date)), ("行き先", outing.place)]
    else:
        kind, lead = NoticeKind.REJECTION, REJECTION_LEAD
        closing = (WAITING_CLOSING,) if outcome.waiting else ()
        wished = [outings[code] for code in person.preferences if code in outings]
        facts.append(("希望の回", "・".join(outing.code for outing in wished)))
        facts += [("補欠", "、".join(f"{code} {place}番" for code, place in outcome.waiting))]
    if outcome.size > 1:
        facts.append(("人数", f"{outcome.size}名"))
    facts += [("受付番号", number), ("抽選番号", outcome.unit)]

    return Notice(
        kind=kind,
        number=number,
        postal_code=person.postal_code,
        address=address_lines(person.address),
        addressee=f"{person.kana} 様",
        title=f"{_fiscal_year(programme.fiscal_year)} {programme.name} {NOTICE_WORDS[kind]}",
        lead=lead,
        facts=tuple((label, value) for label, value in facts if value),
        closing=closing,
        check=CHECK_PUBLIC if published else CHECK_INSPECTION,
        check_at=published_at if published else "",
        office=office,
    )


def address_lines(address: str) -> tuple[str, ...]:
    """Street and building on lines of their own: parted at the first space that follows a digit."""
    match = re.search(r"(?<=\d)\s+(?=\S)", address)
    parts = (address[: match.start()], address[match.end() :]) if match else (address,)
    return tuple(part.strip() for part in parts)


@dataclass(frozen=True)
class Mail:
    """A notice as an e-mail: one subject line, and plain text."""

    subject: str
    body: str


def as_mail(notice: Notice) -> Mail:
    """The same notice as mail text, for those who gave a mail address. It carries no postal address."""
    facts = "\n".join(f"{label}: {value}" for label, value in notice.facts)
    office = "\n".join(part for part in (notice.office.name, notice.office.phone) if part)
    paragraphs = [
        notice.addressee,
        notice.title,
        "\n".join(notice.lead).replace("このはがき", "この画面または印刷したもの"),
        facts,
        "\n".join(notice.closing),
        "\n".join(part for part in (notice.check, notice.check_at) if part),
        office,
    ]
    return Mail(notice.title, "\n\n".join(part for part in paragraphs if part) + "\n")


def _fiscal_year(year: int) -> str:
    """The fiscal year that begins on 1 April of `year`: 令和8年度."""
    return wareki(dt.date(year, 4, 1)).partition("年")[0] + "年度"
