"""The rules of the review, one for each kind of finding. Pure: each sees every row once, in order, and keeps only what it must.
Those about what people look at are in `core.ledger.anomaly_looking`.

What a rule keeps does not grow with the log: days, people, and the records opened within thirty days.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator

from core.ledger.anomalies import Anomaly, Code, Facts, Row
from core.ledger.anomaly_looking import Again, Lookups, Many, Sequence
from core.ledger.anomaly_rule import HALF_HOUR, Rule, copies_in, day_of, kind_of, place_of
from core.ledger.deeds import DEEDS, Kind
from core.office_days import in_japan, is_office_day

DAY = dt.timedelta(days=1)
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
