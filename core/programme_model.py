"""What a programme is, once read: frozen, complete, every default filled in. `core.programme` reads and writes it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.office_days import office_day_after, office_time
from core.people.reading import ReadingRules


@dataclass(frozen=True)
class Outing:
    """One day out (回)."""

    code: str
    """One to four of A–Z and 0–9."""
    date: dt.date
    place: str
    capacity: int
    """Seats in all (定員), the reserved ones among them."""
    reserved: int = 0
    """Seats the ward keeps, not drawn (区優先枠)."""
    round: int = 1
    """Which round of applications it belongs to."""
    release_on: dt.date | None = None
    """From this day on the reserved seats may be given to those who wait, never before; None: no day is set."""

    @property
    def drawn(self) -> int:
        """Seats that are drawn for."""
        return self.capacity - self.reserved


@dataclass(frozen=True)
class Round:
    """A closing date with its own ⑥–⑪, and the days by which each part is due."""

    number: int
    applications_close: dt.date
    """The last day on which one can apply."""
    review_by: dt.date
    """⑤ the ward has checked the applicants."""
    participants_by: dt.date
    """⑨ the ward has checked the participants."""
    notices_by: dt.date
    """⑪ admission cards and rejection notices have been sent."""


@dataclass(frozen=True)
class DrawPolicy:
    """How lots are drawn."""

    largest_group: int = 1
    """1: nobody is tied to anybody."""
    max_tickets: int = 1
    """1: everybody has the same chance."""
    publish: str = "public"
    """public, or inspection (at the counter)."""


@dataclass(frozen=True)
class Deadlines:
    """Days after the closing date by which each part is due, where a round does not name the day; and how long what
    passes between the sites may take before somebody should look."""

    review_days: int = 10
    participants_days: int = 20
    notices_days: int = 25
    log_review_days: int = 30
    """The access log is reviewed at least this often."""
    send_hours: int = 24
    """From sealing until a bundle is put where the partner can fetch it."""
    receipt_hours: int = 48
    """From sealing until the partner's courier has signed for it."""
    take_in_hours: int = 24
    """From a bundle's arrival until a person has taken it in; and how long one may wait for those before it."""
    partner_hours: int = 24
    """Without a sign of the partner's courier."""
    courier_hours: int = 2
    """Without a round of our own unattended courier, once it has begun to run by itself."""
    failures: int = 3
    """Rounds in a row that may fail."""
    erase_days: int = 14
    """From the contractor's request to erase a person until the ward has answered. Plain days: it is that person's right."""
    count: str = "days"
    """`office_days`: the days above, and the hours in which people are waited for (`send_hours`, `receipt_hours`,
    `take_in_hours`), are those on which offices are open (`core.office_days`); `days`: all of them, weekends too. What
    machines owe each other (`partner_hours`, `courier_hours`) is counted plainly either way."""

    @property
    def in_office_days(self) -> bool:
        return self.count == "office_days"

    def after(self, day: dt.date, days: int) -> dt.date:
        """So many days after `day`, as this programme counts them."""
        return office_day_after(day, days) if self.in_office_days else day + dt.timedelta(days=days)

    def waited(self, since: dt.datetime, now: dt.datetime) -> dt.timedelta:
        """How long people have been waited for, as this programme counts it."""
        return office_time(since, now) if self.in_office_days else now - since

    def hours(self, hours: int) -> str:
        """A limit as people read it: 24時間, 開庁日の24時間."""
        return f"開庁日の{hours}時間" if self.in_office_days else f"{hours}時間"


@dataclass(frozen=True)
class HandingOver:
    """What is carried by hand: how far apart data and its password travel, and when somebody should ask after it."""

    notice_hours: int = 24
    """From giving a medium until its パスワード通知書 may be printed (C7)."""
    acknowledge_days: int = 3
    """From giving until the receiver has signed."""
    return_days: int = 30
    """From an export until it is to come back, where no day is named; never later than `retention_end`."""


@dataclass(frozen=True)
class Duties:
    """How often what people must do is due, in days (`core.office.duties`); 0: when it is needed, no day is set.

    The access log's review has its days in `Deadlines`.
    """

    clauses_days: int = 366
    """C1: the clauses are acknowledged before the work begins, when one has changed, and again after so long."""
    contacts_days: int = 366
    """C12: contacts and runbook stand before the work begins, and are looked through again after so long."""
    drill_days: int = 366
    antivirus_days: int = 7
    """S5: pattern files."""
    backup_days: int = 7
    """S9: from then on a backup is asked for; 0: by the inspection of the site alone."""
    patch_days: int = 31
    handling_days: int = 31
    """C6."""
    stocktake_days: int = 92
    """C10: media and paper are counted."""
    subcontractor_days: int = 184
    """C3, while there is a subcontractor."""
    visit_days: int = 0
    """C2: the ward's visits, which its paper asks for when needed."""
    entry_days: int = 0
    """S10."""


@dataclass(frozen=True)
class Accounts:
    """What the ward asks of logins, at both sites."""

    password_days: int = 0
    """Days after which a password has to be changed; 0: never, as NIST SP 800-63B (5.1.1.2) has it."""
    second_person: tuple[str, ...] = ()
    """What takes a second person's word (`core.office.second.Deed`): of freeze, export, erase, in this order.
    With any of them, a change of the safeguards takes one too (`core.programme_safeguards`)."""


@dataclass(frozen=True)
class LogReview:
    """From when on the review of the 操作ログ asks (docs/log-review.md has the reason of each)."""

    opens: str = "07:00"
    """Work before, or from `closes` on, is outside hours; Japan's time."""
    closes: str = "21:00"
    count: str = "office_days"
    """`office_days`: work on other days is asked about, but for the day of an outing; `days`: every day is worked on."""
    failures: int = 5
    """Failed logins of one id within a day: as many as shut somebody out."""
    failures_before: int = 3
    """Failed logins of one id in the half hour before it succeeds."""
    openings_hour: int = 40
    """Records one person opens within an hour."""
    openings_day: int = 150
    in_sequence: int = 15
    """Records opened one number after the other, without doing anything to them."""
    again: int = 6
    """Times one person opens one record in thirty days, without doing anything to it."""
    lookups: int = 20
    """Times in a day that one person asks by telephone, birth date or address, and nothing is opened or done after it."""
    dormant_days: int = 180
    """Without a login."""
    clock_seconds: int = 120
    """By which the clock may step back."""
    samples: int = 5
    """Openings that are drawn to be asked about."""


@dataclass(frozen=True)
class Contact:
    """Where participants ask, printed on notices: an organisation, not a person. Empty items are not printed."""

    name: str = ""
    postal_code: str = ""
    """Seven digits, or ""."""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Programme:
    """The rules of one year. Made by `parse_programme` or `from_canonical`, which check it."""

    name: str
    code: str
    """In draw ids: a small letter, then small letters and digits."""
    fiscal_year: int
    prefecture: str
    ward: str
    reference_date: dt.date
    """Ages are counted on this day."""
    minimum_age: int
    applications_close: dt.date
    """The last day of round 1."""
    outings: tuple[Outing, ...]
    rounds: tuple[Round, ...]
    """In the order of their numbers, at least number 1."""
    draw: DrawPolicy
    deadlines: Deadlines
    contract_start: dt.date
    retention_end: dt.date
    """By this day every copy is erased and the erasure reported."""
    contact: Contact
    handover: HandingOver = HandingOver()
    duties: Duties = Duties()
    accounts: Accounts = Accounts()
    log_review: LogReview = LogReview()

    def outing(self, code: str) -> Outing:
        """Raises KeyError."""
        return {outing.code: outing for outing in self.outings}[code]

    @property
    def codes(self) -> tuple[str, ...]:
        """The outings' codes, as the file has them."""
        return tuple(outing.code for outing in self.outings)

    def round(self, number: int) -> Round:
        """Raises KeyError."""
        return {item.number: item for item in self.rounds}[number]

    def reading_rules(self, *, keyed: bool = False) -> ReadingRules:
        """How an application is read; `keyed` where the typist sees the result (short date forms)."""
        places = [outing.place for outing in self.outings]
        return ReadingRules(
            reference_date=self.reference_date,
            minimum_age=self.minimum_age,
            prefecture=self.prefecture,
            ward=self.ward,
            outings=frozenset(self.codes),
            applications_close=self.applications_close,
            closes={outing.code: self.round(outing.round).applications_close for outing in self.outings},
            places={outing.place: outing.code for outing in self.outings if places.count(outing.place) == 1},
            keyed=keyed,
        )
