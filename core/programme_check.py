"""Checking a programme: from the tables of a TOML or JSON document to a `Programme`, or an error that names the line."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from core.canonical import nfc
from core.errors import UsageError
from core.people.phone import read_phone
from core.people.postal import read_postal_code
from core.people.text import clean
from core.programme_model import (
    Accounts,
    Contact,
    Deadlines,
    DrawPolicy,
    Duties,
    HandingOver,
    LogReview,
    Outing,
    Programme,
    Round,
)
from core.toml_lines import Path

MOST_OUTINGS = 100

_TOP = [item.name for item in fields(Programme) if item.name not in {"outings", "rounds"}] + [
    "outing",
    "round",
]
_ROUND = [item.name for item in fields(Round)]
_KEYS: dict[str, list[str]] = {
    "": _TOP,
    "outing": [item.name for item in fields(Outing)],
    "round": _ROUND,
    "draw": [item.name for item in fields(DrawPolicy)],
    "deadlines": [item.name for item in fields(Deadlines)],
    "contact": [item.name for item in fields(Contact)],
    "handover": [item.name for item in fields(HandingOver)],
    "duties": [item.name for item in fields(Duties)],
    "accounts": [item.name for item in fields(Accounts)],
    "log_review": [item.name for item in fields(LogReview)],
}
_MISSING = object()


@dataclass(frozen=True)
class Checker:
    """Reads values out of one table and refuses what does not fit.

    `where(path)` says where a key stands, for people.
    """

    table: Mapping[str, Any]
    path: Path
    where: Callable[[Path], str]

    def refuse(self, what: str, key: str = "", next_step: str = "") -> NoReturn:
        raise UsageError(what, where=self.where((*self.path, key) if key else self.path), next_step=next_step)

    def only_known(self, kind: str) -> None:
        """Every key is one of the table's; otherwise the nearest one is named."""
        for key in self.table:
            if key in _KEYS[kind]:
                continue
            home = next((name for name, keys in _KEYS.items() if key in keys), None)
            near = difflib.get_close_matches(key, _KEYS[kind], n=1, cutoff=0.6)
            if near:
                step = f"{near[0]} の書き間違いではありませんか"
            elif home == "":
                step = f"{key} はファイルの最初（どの [ ] よりも上）に書きます"
            elif home:
                step = f"{key} は [{home}] の下に書きます"
            else:
                step = "使える項目: " + "、".join(_KEYS[kind])
            self.refuse(f"知らない項目です: {key}", key, step)

    def integer(self, key: str, low: int, high: int, default: Any = _MISSING) -> int:
        value = self._given(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.refuse(f"{key} は {low} から {high} までの整数です", key)
        return value

    def date(self, key: str, default: Any = _MISSING) -> dt.date:
        value = self._given(key, default)
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            self.refuse(
                f"{key} は日付です", key, f"引用符を付けずに {key} = 2026-04-01 のように書いてください"
            )
        return value

    def maybe_date(self, key: str) -> dt.date | None:
        """A date, or None where there is none (JSON writes that as null)."""
        return None if self.table.get(key) is None else self.date(key)

    def text(self, key: str, longest: int, default: Any = _MISSING, *, empty: bool = False) -> str:
        value = self._given(key, default)
        if not isinstance(value, str):
            self.refuse(f"{key} は文字です", key, f'引用符を付けて {key} = "…" のように書いてください')
        cleaned = clean(value)
        if cleaned.stripped or "\n" in cleaned.text:
            self.refuse(f"{key} に改行や制御文字は使えません", key)
        result = nfc(cleaned.text.strip())
        if not (empty or result) or len(result) > longest:
            self.refuse(f"{key} は {0 if empty else 1} から {longest} 文字です", key)
        return result

    def pattern(self, key: str, pattern: str, words: str, default: Any = _MISSING) -> str:
        value = self._given(key, default)
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            self.refuse(f"{key} は{words}です", key)
        return value

    def words(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """A list of closed words, none when there is none; in the order of `known`, each once."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not set(map(str, value)) <= set(known):
            self.refuse(
                f"{key} は {'、'.join(known)} を並べたものです",
                key,
                f'{key} = ["{known[0]}"] のように書いてください',
            )
        return tuple(word for word in known if word in value)

    def tables(self, key: str) -> list[Checker]:
        """The tables [[key]], none when there is none."""
        value = self.table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.refuse(f"{key} は [[{key}]] と書く表です", key)
        found = [Checker(item, (*self.path, key, place), self.where) for place, item in enumerate(value)]
        for checker in found:
            checker.only_known(key)
        return found

    def one_table(self, key: str) -> Checker:
        """The table [key], an empty one when there is none."""
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            self.refuse(f"{key} は [{key}] と書く表です", key)
        found = Checker(value, (*self.path, key), self.where)
        found.only_known(key)
        return found

    def _given(self, key: str, default: Any) -> Any:
        value = self.table.get(key, default)
        if value is _MISSING:
            self.refuse(f"{key} がありません", next_step=f"{key} = … の行を書き足してください")
        return value


def build(document: Mapping[str, Any], where: Callable[[Path], str], *, checked: bool = False) -> Programme:
    """The programme in `document` (dates as dates). Raises `UsageError` for the first thing that does not fit.

    `checked`: as `core.programme.parse_programme` has it.
    """
    top = Checker(document, (), where)
    top.only_known("")
    year = top.integer("fiscal_year", 2019, 2200)
    first, last = dt.date(year, 4, 1), dt.date(year + 1, 3, 31)
    draw = top.one_table("draw")
    contact = top.one_table("contact")
    deadlines = _deadlines(top.one_table("deadlines"))
    outings = _outings(top, first, last)
    programme = Programme(
        name=top.text("name", 60, "いきいきハイキング"),
        code=top.pattern(
            "code", "[a-z][a-z0-9]{0,15}", "半角小文字で始まる小文字と数字（16文字まで）", "hiking"
        ),
        fiscal_year=year,
        prefecture=top.text("prefecture", 10, "東京都"),
        ward=top.text("ward", 20, "新宿区"),
        reference_date=top.date("reference_date", first),
        minimum_age=top.integer("minimum_age", 0, 120, 60),
        applications_close=top.date("applications_close"),
        outings=outings,
        rounds=_rounds(top, outings, deadlines),
        draw=DrawPolicy(
            largest_group=draw.integer("largest_group", 1, 20, DrawPolicy.largest_group),
            max_tickets=draw.integer("max_tickets", 1, 100, DrawPolicy.max_tickets),
            publish=draw.pattern(
                "publish", "public|inspection", " public か inspection ", DrawPolicy.publish
            ),
        ),
        deadlines=deadlines,
        contract_start=top.date("contract_start", first),
        retention_end=top.date("retention_end", dt.date(year, 12, 31)),
        contact=_contact(contact, checked),
        handover=_handover(top.one_table("handover")),
        duties=_duties(top.one_table("duties")),
        accounts=_accounts(top.one_table("accounts")),
        log_review=_log_review(top.one_table("log_review")),
    )
    _check_days(top, programme)
    return programme


def _deadlines(table: Checker) -> Deadlines:
    numbers = [item for item in fields(Deadlines) if item.name != "count"]
    return Deadlines(
        **{item.name: table.integer(item.name, 1, 366, item.default) for item in numbers},
        count=table.pattern("count", "days|office_days", " days か office_days ", Deadlines.count),
    )


def _handover(table: Checker) -> HandingOver:
    return HandingOver(
        **{item.name: table.integer(item.name, 1, 366, item.default) for item in fields(HandingOver)}
    )


def _duties(table: Checker) -> Duties:
    return Duties(**{item.name: table.integer(item.name, 0, 732, item.default) for item in fields(Duties)})


def _accounts(table: Checker) -> Accounts:
    return Accounts(
        password_days=table.integer("password_days", 0, 732, Accounts.password_days),
        second_person=table.words("second_person", ("freeze", "export", "erase")),
    )


def _log_review(table: Checker) -> LogReview:
    numbers = [item for item in fields(LogReview) if isinstance(item.default, int)]
    hours = "([01][0-9]|2[0-3]):[0-5][0-9]"
    rules = LogReview(
        **{item.name: table.integer(item.name, 1, 100_000, item.default) for item in numbers},
        opens=table.pattern("opens", hours, " 07:00 のような時刻", LogReview.opens),
        closes=table.pattern(
            "closes", f"{hours}|24:00", " 21:00 のような時刻（24:00 まで）", LogReview.closes
        ),
        count=table.pattern("count", "days|office_days", " days か office_days ", LogReview.count),
    )
    if rules.opens >= rules.closes:
        table.refuse("closes が opens より前になっています", "closes")
    return rules


def _contact(table: Checker, checked: bool) -> Contact:
    postal_code = table.text("postal_code", 10, "", empty=True)
    phone = table.text("phone", 20, "", empty=True)
    if postal_code and not read_postal_code(postal_code):
        table.refuse("postal_code は7けたの郵便番号です", "postal_code")
    if phone and not checked and read_phone(phone) is None:
        table.refuse("phone は日本の電話番号です", "phone")
    return Contact(
        name=table.text("name", 60, "", empty=True),
        postal_code=read_postal_code(postal_code),
        address=table.text("address", 100, "", empty=True),
        phone=phone,
    )


def _outings(top: Checker, first: dt.date, last: dt.date) -> tuple[Outing, ...]:
    tables = top.tables("outing")
    if not 0 < len(tables) <= MOST_OUTINGS:
        top.refuse(f"[[outing]]（回）は 1 から {MOST_OUTINGS} までです", "outing" if tables else "")
    outings: list[Outing] = []
    for table in tables:
        outing = Outing(
            code=table.pattern("code", "[A-Z0-9]{1,4}", "半角の大文字と数字1〜4文字"),
            date=table.date("date"),
            place=table.text("place", 40),
            capacity=table.integer("capacity", 1, 9_999),
            reserved=table.integer("reserved", 0, 9_999, 0),
            round=table.integer("round", 1, 99, 1),
            release_on=table.maybe_date("release_on"),
        )
        if outing.code in {other.code for other in outings}:
            table.refuse(f"回 {outing.code} が二つあります", "code")
        if not first <= outing.date <= last:
            table.refuse(f"回 {outing.code} の日付が {first} から {last} までの年度の外です", "date")
        if outing.reserved > outing.capacity:
            table.refuse(
                f"回 {outing.code} の区優先枠（reserved）が定員（capacity）より多くなっています", "reserved"
            )
        outings.append(outing)
    return tuple(outings)


def _rounds(top: Checker, outings: tuple[Outing, ...], deadlines: Deadlines) -> tuple[Round, ...]:
    close = top.date("applications_close")
    tables: dict[int, Checker] = {}
    for table in top.tables("round"):
        number = table.integer("number", 1, 99)
        if number in tables:
            table.refuse(f"募集回 {number} が二つあります", "number")
        tables[number] = table
    if 1 in tables and tables[1].date("applications_close", close) != close:
        tables[1].refuse("募集回 1 の締切が最初の applications_close と違います", "applications_close")
    rounds: list[Round] = []
    for number in sorted(tables.keys() | {1}):
        table = tables.get(number) or Checker({}, (), top.where)
        days = [outing.date for outing in outings if outing.round == number]
        ends = close if number == 1 else table.date("applications_close")
        rounds.append(_round(number, table, ends, deadlines, min(days, default=dt.date.max)))
    for place, outing in enumerate(outings):
        found = next((item for item in rounds if item.number == outing.round), None)
        table = top.tables("outing")[place]
        if found is None:
            table.refuse(
                f"募集回 {outing.round} がありません",
                "round",
                f"[[round]] に number = {outing.round} と applications_close を書き足してください",
            )
        if outing.date <= found.applications_close:
            table.refuse(
                f"回 {outing.code} の日付が締切（{found.applications_close}）より後ではありません", "date"
            )
        if outing.release_on and not found.applications_close < outing.release_on < outing.date:
            table.refuse(
                f"回 {outing.code} の release_on は、締切（{found.applications_close}）より後、開催日（{outing.date}）より前の日です",
                "release_on",
            )
    return tuple(rounds)


def _round(number: int, table: Checker, close: dt.date, deadlines: Deadlines, first_outing: dt.date) -> Round:
    eve = max(close, first_outing - dt.timedelta(days=1))

    def day(key: str, days: int) -> dt.date:
        """The day named; else so many days after the close, but never later than the eve of the first outing."""
        return table.date(key, min(eve, deadlines.after(close, days)))

    result = Round(
        number=number,
        applications_close=close,
        review_by=day("review_by", deadlines.review_days),
        participants_by=day("participants_by", deadlines.participants_days),
        notices_by=day("notices_by", deadlines.notices_days),
    )
    before = close
    for key in ("review_by", "participants_by", "notices_by"):
        after = getattr(result, key)
        if after < before:
            table.refuse(f"{key} が、その前の期限（{before}）より早くなっています", key)
        before = after
    if result.notices_by > eve:
        table.refuse(
            f"参加証を送る期限が、募集回 {number} の最初の回（{first_outing}）より前ではありません",
            "notices_by",
        )
    return result


def _check_days(top: Checker, programme: Programme) -> None:
    last = max(outing.date for outing in programme.outings)
    if programme.retention_end < last:
        top.refuse(f"retention_end（消去の期限）が最後の回（{last}）より前です", "retention_end")
    if programme.contract_start > min(item.applications_close for item in programme.rounds):
        top.refuse("contract_start（契約の始まり）が締切より後です", "contract_start")
