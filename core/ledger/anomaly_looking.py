"""The rules of the review about looking: records opened, leafed through or asked after more than work needs."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from core.ledger.anomalies import EVIDENCE, Anomaly, Code, Facts, Row
from core.ledger.anomaly_rule import HALF_HOUR, Rule, day_of, numbers_in, opened, worked_on

HOUR, MONTH = dt.timedelta(hours=1), dt.timedelta(days=30)


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

    rows: list[Row] = field(default_factory=list)
    """The first `EVIDENCE` of them."""
    last: deque[Row] = field(default_factory=lambda: deque(maxlen=EVIDENCE))
    """The newest `EVIDENCE` of them."""
    count: int = 0

    def add(self, row: Row, weight: int = 1) -> None:
        if len(self.rows) < EVIDENCE:
            self.rows.append(row)
        self.last.append(row)
        self.count += weight

    def answer(self, most: int, about: Collection[int] | None = None) -> None:
        """So many of the last had a reason: any, or those that found one of these people."""
        for row in list(self.last)[-most:]:
            if about is None or _found(row, about):
                self.count -= 1
                self.last.remove(row)
                if row in self.rows:
                    self.rows.remove(row)


class Lookups(Rule):
    """Questions that tell a birth date, a telephone or who shares one, of people who are not opened: searches by telephone, forms that
    are not saved, files that are looked at and not taken in. An opening of whom the last one found is what it was for, and so is a
    change of them; a form that is saved has asked by name, telephone and address on the way. Work on anybody else answers nothing."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._asked: dict[tuple[str, dt.date], _Asked] = {}
        self._opened: dict[str, int] = {}
        self._files: dict[str, list[tuple[Row, int]]] = {}

    def see(self, row: Row) -> None:
        number, words, asked = opened(row), row.detail.split(), self._of(row)
        if number is not None:
            self._opened[row.staff_id] = number
            if row.act != "draft":
                asked.answer(1, [number])
        elif row.act == "preview":
            self._files.setdefault(_file(words), []).append((row, max([1, *_answers(words)])))
        elif row.act == "import":
            self._files.pop(_file(words), None)
        elif row.act == "key":
            asked.answer(_ON_A_FORM)
        elif worked := worked_on(row):
            asked.answer(_ON_A_FORM, worked)
        elif row.act in _ASKING and not (
            "number" in words
            or (row.act != "search" and numbers_in(row)[:1] == [self._opened.get(row.staff_id)])
        ):
            asked.add(row)

    def _of(self, row: Row) -> _Asked:
        return self._asked.setdefault((row.staff_id, day_of(row)), _Asked())

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


def _found(question: Row, numbers: Collection[int]) -> bool:
    """Whether it found one of these: it names the first of them, and says how many there are."""
    named = numbers_in(question)
    more = any(count > len(named) for count in _answers(question.detail.split()))
    return more or not set(named).isdisjoint(numbers)


def _answers(words: list[str]) -> Iterator[int]:
    for word in words:
        name, _, told = word.partition("=")
        if name in ("n", "same") and told.isascii() and told.isdigit():
            yield int(told)


def _file(words: list[str]) -> str:
    return next((word for word in words if word.startswith("file=")), "")
