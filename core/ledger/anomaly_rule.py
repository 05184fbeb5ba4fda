"""What the rules of the review share: how a row is read, and how rows that belong together become one finding."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.ledger.anomalies import EVIDENCE, Anomaly, Code, Facts, Row
from core.ledger.deeds import DEEDS, Kind
from core.office_days import in_japan

HALF_HOUR = dt.timedelta(minutes=30)
_COPY = re.compile(r"(?<![0-9A-Za-z-])[0-9A-HJKMNP-TV-Z]{10}(?![0-9A-Za-z-])")


def kind_of(row: Row) -> Kind | None:
    deed = DEEDS.get(row.act)
    return deed.kind if deed else None


def numbers_in(row: Row) -> list[int]:
    """受付番号 that a row names: `no=3`, `no=3,7`."""
    told = next((word for word in row.detail.split() if word.startswith("no=")), "no=")
    return [int(number) for number in told[3:].split(",") if number.isascii() and number.isdigit()]


def opened(row: Row) -> int | None:
    """The record that this row shows somebody: opened, or as it was left in a correction that is taken up again."""
    numbers = numbers_in(row) if kind_of(row) is Kind.OPENING or row.act == "draft" else []
    return numbers[0] if numbers else None


def worked_on(row: Row) -> list[int]:
    """The records that this row changed something of. Taking up what was left unfinished changes nothing yet."""
    return numbers_in(row) if kind_of(row) is Kind.CHANGING and row.act != "draft" else []


def copies_in(row: Row) -> list[str]:
    """Numbers of copies that a row names."""
    return _COPY.findall(row.detail)


def place_of(row: Row) -> str:
    """Where somebody sat: the address an SSH connection came from, or "" for this machine, however many windows are open on it."""
    last = row.terminal.rpartition(" ")[2]
    try:
        return str(ipaddress.ip_address(last))
    except ValueError:
        return ""


def day_of(row: Row) -> dt.date:
    return in_japan(row.at).date()


@dataclass
class Bundle:
    """Rows that make one finding."""

    code: Code
    subject: str
    who: str
    first: dt.datetime
    last: dt.datetime
    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.first, self.last = min(self.first, row.at), max(self.last, row.at)
        self.count += 1
        if len(self.rows) < EVIDENCE:
            self.rows.append(row.seq)

    def made(self) -> Anomaly:
        return Anomaly(self.code, self.subject, self.who, self.first, self.last, self.count, tuple(self.rows))


class Rule(ABC):
    """Sees rows, and says at the end what it found."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.limits = facts, facts.limits
        self.found: dict[tuple[Code, str, str], Bundle] = {}

    @abstractmethod
    def see(self, row: Row) -> None:
        """One row more, in order."""

    def add(self, code: Code, row: Row, subject: str = "", who: str | None = None) -> None:
        """A row that makes a finding, or belongs to one."""
        key = (code, subject, row.staff_id if who is None else who)
        self.found.setdefault(key, Bundle(*key, row.at, row.at)).add(row)

    def end(self) -> Iterator[Anomaly]:
        yield from (bundle.made() for bundle in self.found.values())
