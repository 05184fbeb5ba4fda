"""The notices of step ⑪: what a 参加証 or a 落選通知 says, before anything is printed or mailed.

A postcard travels open and many hands read it. So a notice holds the address, the name in kana and the
programme's own facts, and has no field for a birth date, a telephone number of the applicant, a mail
address, or the salt that opens a commitment (with it a reader could test guesses; docs/formats.md, "hkr1").
The ten-letter draw number is public already: it is how a resident finds the line in the published draw.
The words themselves come from the contractor's files (`core.wording`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from core.applicant import Application
from core.errors import UsageError
from core.notice_kinds import NOTICE_WORDS, PAPER_WORDS, Form, NoticeKind
from core.people.eras import wareki
from core.wording import Wording, fill

__all__ = ["NOTICE_WORDS", "Form", "Notice", "NoticeKind", "Office", "Outcome", "as_mail", "notice"]


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
    promoted: bool = False
    """The seat came from the waiting list."""
    called_off: str = ""
    """Code of the outing that was called off and has left the unit without a seat, or ""."""

    @property
    def kind(self) -> NoticeKind:
        """Which notice tells of it."""
        if self.outing:
            return NoticeKind.PROMOTION if self.promoted else NoticeKind.ADMISSION
        if self.called_off:
            return NoticeKind.CALLED_OFF
        return NoticeKind.WAITING if self.waiting else NoticeKind.REJECTION


@dataclass(frozen=True)
class Published:
    """What a resident compares: the draw, and what its files are known by."""

    draw: str = ""
    sha256: str = ""
    """Of the published result.txt, 64 hex digits; "" leaves the 2-D code out."""
    at: str = ""
    """The address on the web where the files lie, or ""."""

    @property
    def code(self) -> str:
        """What the 2-D code says, the same for everybody in the draw; "" for none.

        Where the files lie on the web, that address: a telephone opens it. The part after # tells draw and hash, and is never
        sent to the server.
        """
        if not self.sha256:
            return ""
        mark = f"{self.draw}:result.txt:sha256:{self.sha256}"
        return f"{self.at}#{mark}" if self.at else mark

    @property
    def fingerprint(self) -> str:
        """The first 16 digits in fours, to be compared by eye."""
        return " ".join(re.findall("....", self.sha256[:16]))


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
    heading: str
    """Year and programme: 令和8年度 いきいきハイキング."""
    title: str
    """What it is: 参加証."""
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """(label, value), top to bottom."""
    closing: tuple[str, ...]
    check: str
    """How to check the draw."""
    published: Published
    office: Office

    def on(self, form: Form) -> Notice:
        """The same, with what it is on in its sentences: このはがき, この用紙, このメール."""

        def worded(line: str) -> str:
            return line.replace(_PAPER, PAPER_WORDS[form])

        return replace(
            self,
            title=worded(self.title),
            lead=tuple(map(worded, self.lead)),
            facts=tuple((worded(label), worded(value)) for label, value in self.facts),
            closing=tuple(map(worded, self.closing)),
        )


_PAPER = "\ufdd0"
"""Stands for {紙} until the form is known: a noncharacter, so it is in nobody's data (`core.people.text.clean`)."""


def wareki_day(day: dt.date) -> str:
    """`day` with its weekday: 令和8年6月10日（水）."""
    return f"{wareki(day)}（{'月火水木金土日'[day.weekday()]}）"


def notice(
    programme: ProgrammeFacts,
    application: Application,
    outcome: Outcome,
    *,
    wording: Wording,
    office: Office,
    published: Published,
    at_counter: bool = False,
) -> Notice:
    """The notice for one application; `outcome.kind` says which.

    `at_counter`: the draw's files are shown at the counter alone (`publish=inspection`). Raises `UsageError` naming the
    受付番号 when name or address is missing, or when the outcome names an outing the programme does not have.
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
    about = outcome.outing or outcome.called_off
    named = [code for code, _ in outcome.waiting] + ([about] if about else [])
    if unknown := sorted(set(named) - set(outings)):
        raise UsageError(f"事業にない回です: {'、'.join(unknown)}", where=where)

    outing = outings.get(about)
    guide = wording.guide(about)
    values = {
        "氏名": person.kana,
        "事業": programme.name,
        "年度": _fiscal_year(programme.fiscal_year),
        "回": about,
        "開催日": wareki_day(outing.date) if outing else "",
        "行き先": outing.place if outing else "",
        "集合場所": guide.meeting_place,
        "集合時間": guide.meeting_time,
        "持ち物": guide.bring,
        "人数": f"{outcome.size}名" if outcome.size > 1 else "",
        "受付番号": number,
        "抽選番号": outcome.unit,
        "補欠": "、".join(f"{code} {place}番" for code, place in outcome.waiting),
        "希望の回": "・".join(code for code in person.preferences if code in outings),
        "問合せ先": office.name,
        "電話": office.phone,
        "紙": _PAPER,
    }

    def filled(lines: Sequence[str]) -> tuple[str, ...]:
        return tuple(line for raw in lines if (line := fill(raw, values)) is not None)

    words = wording.kinds[outcome.kind]
    return Notice(
        kind=outcome.kind,
        number=number,
        postal_code=person.postal_code,
        address=address_lines(person.address),
        addressee=f"{person.kana} 様",
        heading=f"{values['年度']} {programme.name}",
        title=fill(words.title, values) or NOTICE_WORDS[outcome.kind],
        lead=filled(words.lead),
        facts=tuple((label, value) for label, raw in words.facts if (value := fill(raw, values)) is not None),
        closing=filled(words.closing),
        check=wording.check_inspection if at_counter else wording.check_public,
        published=replace(published, at="" if at_counter else wording.published_at),
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
    said = notice.on(Form.MAIL)
    facts = "\n".join(f"{label}: {value}" for label, value in said.facts)
    office = "\n".join(part for part in (said.office.name, said.office.phone) if part)
    published = said.published
    mark = f"抽選 {published.draw}\nresult.txt の SHA-256: {published.sha256}" if published.sha256 else ""
    subject = f"{said.heading} {said.title}"
    paragraphs = [
        said.addressee,
        subject,
        "\n".join(said.lead),
        facts,
        "\n".join(said.closing),
        "\n".join(part for part in (said.check, published.at, mark) if part),
        office,
    ]
    return Mail(subject, "\n\n".join(part for part in paragraphs if part) + "\n")


def _fiscal_year(year: int) -> str:
    """The fiscal year that begins on 1 April of `year`: 令和8年度."""
    return wareki(dt.date(year, 4, 1)).partition("年")[0] + "年度"
