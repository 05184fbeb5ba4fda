"""What a person is here: five items, the programme's own facts, and what is doubtful about them.

The ward's paper allows 住所, カナ氏名, 生年月日, 電話番号, メールアドレス（任意） and nothing else about a person.
Receipt, wished outings, group code and the outcome are the programme's own facts.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from core.canonical import canonical_json, sha256_hex


class Problem(StrEnum):
    """Why an application is held. The values are the command's and the samples' words."""

    MISSING_NAME = "missing_name"
    NAME_NOT_KANA = "name_not_kana"
    MISSING_BIRTH_DATE = "missing_birth_date"
    UNREADABLE_BIRTH_DATE = "unreadable_birth_date"
    UNDERAGE = "underage"
    MISSING_ADDRESS = "missing_address"
    OUTSIDE_WARD = "outside_ward"
    MISSING_PHONE = "missing_phone"
    UNREADABLE_PHONE = "unreadable_phone"
    UNREADABLE_EMAIL = "unreadable_email"
    DUPLICATE = "duplicate"
    UNKNOWN_OUTING = "unknown_outing"
    GROUP_INCOMPLETE = "group_incomplete"
    GROUP_TOO_LARGE = "group_too_large"
    GROUP_NO_COMMON = "group_no_common_outing"
    LATE = "late"
    CONTROL_CHARACTERS = "control_characters"


PROBLEM_WORDS: dict[Problem, str] = {
    Problem.MISSING_NAME: "氏名がありません",
    Problem.NAME_NOT_KANA: "氏名がカナではありません",
    Problem.MISSING_BIRTH_DATE: "生年月日がありません",
    Problem.UNREADABLE_BIRTH_DATE: "生年月日が読めません",
    Problem.UNDERAGE: "対象年齢に達していません",
    Problem.MISSING_ADDRESS: "住所がありません",
    Problem.OUTSIDE_WARD: "区外の住所です",
    Problem.MISSING_PHONE: "電話番号がありません",
    Problem.UNREADABLE_PHONE: "電話番号が読めません",
    Problem.UNREADABLE_EMAIL: "メールアドレスが読めません",
    Problem.DUPLICATE: "すでに応募があります（重複）",
    Problem.UNKNOWN_OUTING: "希望の回が読めません",
    Problem.GROUP_INCOMPLETE: "グループの相手の応募を待っています",
    Problem.GROUP_TOO_LARGE: "グループの人数が上限を超えています",
    Problem.GROUP_NO_COMMON: "グループ全員に共通する希望の回がありません",
    Problem.LATE: "締切後の応募です",
    Problem.CONTROL_CHARACTERS: "使えない文字が入っていました",
}

OF_A_GROUP = frozenset({Problem.GROUP_INCOMPLETE, Problem.GROUP_TOO_LARGE, Problem.GROUP_NO_COMMON})
"""Problems of those who go together."""
RELATIONAL = OF_A_GROUP | {Problem.DUPLICATE}
"""Problems that depend on the other applications; the others can be seen in the row alone."""


class Warning_(StrEnum):
    """Worth a look, never a reason to hold."""

    SHARED_PHONE = "shared_phone"
    UNUSUAL_EMAIL = "unusual_email"
    UNKNOWN_TOWN = "unknown_town"
    POSTAL_CODE_MISMATCH = "postal_code_mismatch"


class State(StrEnum):
    """Where an application stands."""

    ACCEPTED = "accepted"
    HELD = "held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_WORDS = {State.ACCEPTED: "受付", State.HELD: "保留", State.REFUSED: "不受理", State.WITHDRAWN: "取下げ"}


class Route(StrEnum):
    """How it came in."""

    WEB = "web"
    POST = "post"
    FAX = "fax"
    DESK = "desk"


ROUTE_WORDS = {Route.WEB: "WEB", Route.POST: "郵送", Route.FAX: "FAX", Route.DESK: "窓口"}


@dataclass(frozen=True)
class Applicant:
    """One person's items as they are stored: normalised, NFC, without control characters.

    An item that was missing or unreadable is "" (or None for `birth_date` and `email`); what was written
    stays with the source row.
    """

    kana: str
    """Full-width katakana, family and given name parted by one space."""
    birth_date: dt.date | None
    postal_code: str
    """Seven digits, or ""."""
    address: str
    phone: str
    """Digits only, with the leading zero, or ""."""
    email: str | None
    preferences: tuple[str, ...]
    """Outing codes, first wish first."""
    group: str | None
    """The code that people who go together share, as the source gave it, or None."""


@dataclass(frozen=True)
class Reading:
    """What reading one row, or one keyed form, gave."""

    applicant: Applicant
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Warning_, ...] = ()


@dataclass(frozen=True)
class Application:
    """An applicant in the vault, with the vault's own facts."""

    number: int
    """受付番号 of this vault, from 1, printed on everything (four digits and more)."""
    record: str
    """Ten Crockford letters, random, the same at both sites for ever."""
    applicant: Applicant
    state: State
    route: Route
    source: str
    """Name of the file or "keyed"; never a path."""
    receipt: str | None
    """The source's own number."""
    problems: tuple[Problem, ...]
    warnings: tuple[Warning_, ...]
    version: int
    """1, growing with each change."""
    reason: str | None = None
    """Closed code why a held one was accepted, refused or withdrawn."""

    @property
    def version_hash(self) -> str:
        """See `version_hash`."""
        return version_hash(self.record, self.applicant)


_DIGIT = re.compile(r"\d")


def town_of(address: str) -> str:
    """The address up to its first digit: what a change of reopens the ward's review (a building does not)."""
    return _DIGIT.split(address, maxsplit=1)[0].strip()


def version_hash(record: str, applicant: Applicant) -> str:
    """SHA-256 over what the ward confirms in ⑤: a later change of these reopens its review.

    Kana, birth date, town, wished outings and group; not phone, mail or building
    (docs/formats.md, "What a confirmation binds").
    """
    body = {
        "record": record,
        "kana": applicant.kana,
        "birth_date": applicant.birth_date.isoformat() if applicant.birth_date else None,
        "town": town_of(applicant.address),
        "preferences": list(applicant.preferences),
        "group": applicant.group,
    }
    return sha256_hex(b"hk-version-v1\n" + canonical_json(body) + b"\n")


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """満年齢 on `day`, by the birthday: born 29 February turns a year older on 1 March in common years.

    年齢計算ニ関する法律 counts a year as complete at the end of the day before the birthday; the ward's
    offices ask for the age *on* the reference date, which this gives (see docs/formats.md, "Ages").
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
