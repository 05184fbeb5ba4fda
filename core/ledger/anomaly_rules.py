"""The rules of the review, one for each kind of finding. Pure: each sees every row once, in order, and keeps only what it must.

What a rule keeps does not grow with the log: days, people, and the records opened within thirty days.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.ledger.anomalies import EVIDENCE, Anomaly, Code, Facts, Row
from core.ledger.anomaly_rule import Rule, copies_in, day_of, kind_of, numbers_in, opened, place_of, worked_on
from core.ledger.deeds import DEEDS, Kind
from core.office_days import in_japan, is_office_day

DAY, HALF_HOUR, HOUR = dt.timedelta(days=1), dt.timedelta(minutes=30), dt.timedelta(hours=1)
MONTH = dt.timedelta(days=30)
MINUTE = dt.timedelta(minutes=1)
EDITS = frozenset({"edit", "accept", "refuse", "withdraw", "link", "unlink", "erase_person"})
"""Deeds that change an application the roll was made from."""


class Words(Rule):
    """A word that this program does not write."""

    def see(self, row: Row) -> None:
        if row.act not in DEEDS:
            self.add(Code.UNKNOWN_WORD, row, row.act[:20])


class Clock(Rule):
    """A clock that was set back, or runs ahead. Failed logins are entered later than they happened."""

    _before: dt.datetime | None = None

    def see(self, row: Row) -> None:
        slack = dt.timedelta(seconds=self.limits.clock_seconds)
        if row.act == "login_failed":
            return
        if self._before is not None and row.at < self._before - slack:
            seconds = round((self._before - row.at).total_seconds())
            self.add(Code.CLOCK_BACK, row, f"{row.seq}行目で{seconds // 60}分{seconds % 60}秒")
        if row.at > self.facts.now + slack:
            self.add(Code.CLOCK_AHEAD, row, str(day_of(row)))
        self._before = row.at


class Hours(Rule):
    """Outside hours, or on a day on which offices are closed. On the day of an outing people may work at any hour."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._opens, self._closes = self.limits.opens, self.limits.closes
        self._day: tuple[dt.date, bool] = (dt.date.min, True)

    def see(self, row: Row) -> None:
        if row.act == "login_failed":
            return
        at = in_japan(row.at)
        day = at.date()
        if day in self.facts.outings:
            return
        if self.limits.count == "office_days":
            if self._day[0] != day:
                self._day = day, is_office_day(day)
            if not self._day[1]:
                self.add(Code.HOLIDAY, row, str(day))
                return
        if not self._opens <= f"{at:%H:%M}" < self._closes:
            self.add(Code.HOURS, row, str(day))


class Logins(Rule):
    """Failed logins: many within a day, or some and then one that succeeds."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._failed: dict[str, deque[Row]] = {}

    def see(self, row: Row) -> None:
        if row.act == "login_failed":
            if row.detail.startswith("unreadable"):
                self.add(Code.KNOCKS, row, str(day_of(row)))
                return
            if row.detail.startswith("more "):  # one row for very many
                self.add(Code.FAILURES, row, str(day_of(row)))
                return
            recent = self._failed.setdefault(row.staff_id, deque(maxlen=max(self.limits.failures, 64)))
            while recent and recent[0].at < row.at - DAY:
                recent.popleft()
            recent.append(row)
            if len(recent) == self.limits.failures:
                for one in recent:
                    self.add(Code.FAILURES, one, str(day_of(row)))
            elif len(recent) > self.limits.failures:
                self.add(Code.FAILURES, row, str(day_of(row)))
        elif row.act == "login":
            recent = self._failed.pop(row.staff_id, deque())
            before = [one for one in recent if row.at - HALF_HOUR <= one.at <= row.at]
            if len(before) >= self.limits.failures_before:
                for one in (*before, row):
                    self.add(Code.FORCED, one, f"{row.seq}行目のログイン")


class Many(Rule):
    """More different records opened by one person, within an hour or a day, than work asks for."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._hour: dict[str, deque[tuple[Row, int]]] = {}
        self._day: dict[str, tuple[dt.date, set[int]]] = {}

    def see(self, row: Row) -> None:
        number = opened(row)
        if number is None:
            return
        recent = self._hour.setdefault(row.staff_id, deque(maxlen=self.limits.openings_hour + 1))
        while recent and recent[0][0].at < row.at - HOUR:
            recent.popleft()
        day, seen = self._day.get(row.staff_id, (dt.date.min, set[int]()))
        if day != day_of(row):
            day, seen = day_of(row), set()
        self._day[row.staff_id] = day, seen
        if len(seen) <= self.limits.openings_day:
            seen.add(number)
        if number not in (known for _, known in recent):
            recent.append((row, number))
            if len(recent) > self.limits.openings_hour:
                self._all(recent, day)
                return
        if len(seen) > self.limits.openings_day:
            self.add(Code.MANY, row, f"{day} 1日")

    def _all(self, recent: Iterable[tuple[Row, int]], day: dt.date) -> None:
        """Those of the hour; what is named already is not named twice."""
        bundle = self.found.get((Code.MANY, f"{day} 1時間", next(iter(recent))[0].staff_id))
        last = bundle.last if bundle else None
        for row, _ in recent:
            if last is None or row.at > last:
                self.add(Code.MANY, row, f"{day} 1時間")


@dataclass
class _Run:
    number: int
    step: int
    rows: list[Row]
    at: dt.datetime


class Sequence(Rule):
    """Records opened one number after the other, up or down, with nothing done to them: leafing through."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._runs: dict[str, _Run] = {}

    def see(self, row: Row) -> None:
        run, number = self._runs.get(row.staff_id), opened(row)
        if number is None:
            if run is not None and run.number in worked_on(row):
                run.rows = [one for one in run.rows if opened(one) != run.number]
            return
        if run is not None and number == run.number:
            run.at = row.at
            return
        step = number - run.number if run is not None else 0
        goes_on = (
            run is not None and abs(step) == 1 and run.step in (0, step) and row.at - run.at <= HALF_HOUR
        )
        if run is not None and goes_on:
            run.number, run.step, run.at = number, step, row.at
            if len(run.rows) < EVIDENCE:
                run.rows.append(row)
            return
        self._finish(row.staff_id)
        self._runs[row.staff_id] = _Run(number, 0, [row], row.at)

    def _finish(self, staff: str) -> None:
        run = self._runs.pop(staff, None)
        if run is not None and len(run.rows) >= self.limits.in_sequence:
            ends = sorted((opened(run.rows[0]) or 0, opened(run.rows[-1]) or 0))
            for row in run.rows:
                self.add(Code.SEQUENCE, row, f"{day_of(run.rows[0])} 受付番号 {ends[0]:04}から{ends[1]:04}")

    def end(self) -> Iterator[Anomaly]:
        for staff in list(self._runs):
            self._finish(staff)
        yield from super().end()


class Again(Rule):
    """One record opened again and again by one person who never does anything to it."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._seen: dict[tuple[str, int], list[Row]] = {}
        self._worked: set[tuple[str, int]] = set()
        self._since: dt.datetime | None = None

    def see(self, row: Row) -> None:
        if self._since is None or row.at - self._since > MONTH:
            self._settle()
            self._since = row.at
        number = opened(row)
        if number is not None:
            rows = self._seen.setdefault((row.staff_id, number), [])
            if len(rows) < EVIDENCE:
                rows.append(row)
        else:
            self._worked.update((row.staff_id, one) for one in worked_on(row))

    def _settle(self) -> None:
        for (staff, number), rows in self._seen.items():
            if len(rows) >= self.limits.again and (staff, number) not in self._worked:
                for row in rows:
                    self.add(Code.AGAIN, row, f"受付番号 {number:04}")
        self._seen.clear()
        self._worked.clear()

    def end(self) -> Iterator[Anomaly]:
        self._settle()
        yield from super().end()


@dataclass
class _Asked:
    """What one person asked on one day and did nothing after, the newest last."""

    rows: list[Row]
    """The first `EVIDENCE` of them."""
    count: int = 0

    def add(self, row: Row, weight: int = 1) -> None:
        if len(self.rows) < EVIDENCE:
            self.rows.append(row)
        self.count += weight

    def answer(self, count: int) -> None:
        """So many of the last had a reason."""
        self.count = max(0, self.count - count)
        del self.rows[self.count :]


class Lookups(Rule):
    """Questions that tell a birth date, a telephone or who shares one, of people who are not opened: searches by telephone, forms that
    are not saved, files that are looked at and not taken in. An opening after it is what a search was for; a form that is
    saved has asked by name, telephone and address on the way."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._asked: dict[tuple[str, dt.date], _Asked] = {}
        self._opened: dict[str, int] = {}
        self._files: dict[str, list[tuple[Row, int]]] = {}

    def see(self, row: Row) -> None:
        number, kind, words = opened(row), kind_of(row), row.detail.split()
        if number is not None:
            self._opened[row.staff_id] = number
            self._of(row).answer(1)
        elif row.act == "preview":
            self._files.setdefault(_file(words), []).append((row, max([1, *_answers(words)])))
        elif kind is Kind.CHANGING and row.act != "draft":
            self._files.pop(_file(words), None)
            self._of(row).answer(_ON_A_FORM)
        elif row.act in _ASKING and not (
            "number" in words
            or (row.act == "companions" and numbers_in(row)[:1] == [self._opened.get(row.staff_id)])
        ):
            self._of(row).add(row)

    def _of(self, row: Row) -> _Asked:
        return self._asked.setdefault((row.staff_id, day_of(row)), _Asked([]))

    def end(self) -> Iterator[Anomaly]:
        for row, weight in (one for file in self._files.values() for one in file):
            self._of(row).add(row, weight)
        for (staff, day), asked in self._asked.items():
            if asked.count > self.limits.lookups:
                rows = sorted(asked.rows, key=lambda one: one.seq)
                yield Anomaly(
                    Code.LOOKUPS, str(day), staff, rows[0].at, rows[-1].at, asked.count, tuple(one.seq for one in rows)
                )  # fmt: skip


_ASKING = frozenset({"search", "check", "companions"})
_ON_A_FORM = 4
"""Questions that one form asks before it is saved."""


def _answers(words: list[str]) -> Iterator[int]:
    for word in words:
        name, _, told = word.partition("=")
        if name in ("n", "same") and told.isascii() and told.isdigit():
            yield int(told)


def _file(words: list[str]) -> str:
    return next((word for word in words if word.startswith("file=")), "")


class Copies(Rule):
    """What was printed or written out stands in the ledger, and the other way round: each by its number."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._named: set[str] = set()

    def see(self, row: Row) -> None:
        named = copies_in(row)
        self._named.update(named)
        made = [copy for copy in named if f"opens={copy}" not in row.detail]
        if kind_of(row) is Kind.LEAVING and not (made and self.facts.made.issuperset(made)):
            self.add(Code.NO_LINE, row, f"{row.seq}行目 {DEEDS[row.act].words}")

    def end(self) -> Iterator[Anomaly]:
        yield from super().end()
        for copy in sorted(self.facts.made - self._named):
            yield Anomaly(Code.NO_ROW, f"控番号 {copy}", "", None, None, 1)


class Accounts(Rule):
    """Ids that are no longer, or never were, on the roster; and those that nobody uses."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._used = dict(facts.carried.seen)
        self._spans: dict[str, list[tuple[dt.datetime, dt.datetime | None]]] = {}
        for one in facts.accounts:
            self._spans.setdefault(one.staff_id, []).append((one.since, one.until))
            self._used.setdefault(one.staff_id, one.since)

    @property
    def used(self) -> dict[str, dt.datetime]:
        """When each was last used, as far as it is read."""
        return self._used

    def see(self, row: Row) -> None:
        spans = self._spans.get(row.staff_id)
        if spans is None:
            if row.act != "login_failed":
                self.add(Code.NOBODY, row)
            return
        inside = any(
            since - MINUTE <= row.at and (until is None or row.at <= until + MINUTE) for since, until in spans
        )
        if not inside and (row.act != "login_failed" or spans[-1][1] is not None):
            self.add(Code.DEPARTED, row)
        if row.act == "login_failed":
            return
        quiet = row.at - self._used[row.staff_id]
        if inside and quiet >= self.limits.dormant_days * DAY:
            self.add(Code.WOKEN, row, f"{quiet.days}日ぶり")
        self._used[row.staff_id] = max(row.at, self._used[row.staff_id])

    def end(self) -> Iterator[Anomaly]:
        yield from super().end()
        limit = self.limits.dormant_days * DAY
        for one in self.facts.accounts:
            if one.until is not None:
                continue
            used = self._used[one.staff_id]
            before = max(self.facts.since or used, used)  # a finding each time another such stretch is full
            if (self.facts.now - used) // limit > (before - used) // limit:
                days = (self.facts.now - used).days
                yield Anomaly(Code.DORMANT, f"{days}日使われていない", one.staff_id, used, used, 1)


class Places(Rule):
    """One id here, there, and here again within half an hour."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._last: dict[str, list[Row]] = {}

    def see(self, row: Row) -> None:
        if row.act == "login_failed":
            return
        stays = self._last.setdefault(row.staff_id, [])
        if stays and place_of(stays[-1]) == place_of(row):
            stays[-1] = row
            return
        stays.append(row)
        del stays[:-3]
        if len(stays) == 3 and place_of(stays[0]) == place_of(row) and row.at - stays[0].at <= HALF_HOUR:
            for one in stays:
                self.add(Code.TWO_PLACES, one, str(day_of(row)))


class Rules(Rule):
    """Roles and rules that change once applicants' data is worked on."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.begun = facts.carried.begun

    def see(self, row: Row) -> None:
        kind = kind_of(row)
        self.begun |= kind in (Kind.OPENING, Kind.LISTING, Kind.CHANGING)
        if self.begun and kind is Kind.RULES:
            code = Code.ROLES if row.act in ("staff_add", "staff_revoke", "password_reset") else Code.RULES
            self.add(code, row, f"{row.seq}行目 {DEEDS[row.act].words} {row.detail}".strip()[:60])


class Frozen(Rule):
    """Applications changed between the freezing of a roll and its result."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.frozen = set(facts.carried.frozen)

    def see(self, row: Row) -> None:
        if row.act == "draw_freeze":
            self.frozen.add(row.detail)
        elif row.act in ("draw_draw", "draw_abandon"):
            self.frozen.discard(row.detail)
        elif self.frozen and (
            row.act in EDITS or (row.act == "import" and "changed=0" not in row.detail.split())
        ):
            self.add(Code.FROZEN, row, min(self.frozen))


RULES: tuple[Callable[[Facts], Rule], ...] = (
    Words,
    Clock,
    Hours,
    Logins,
    Many,
    Sequence,
    Again,
    Lookups,
    Copies,
    Places,
)
"""Those that leave nothing to the next review; `Accounts`, `Rules` and `Frozen` do (`Carried`)."""
