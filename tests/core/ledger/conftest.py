"""Two sites with fixed keys, people with theirs, and a maker of ledgers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from core.exchange.strict import ZEROS
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.ledger.checkpoint import Checkpoint, make_checkpoint
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.line import SITE_ACTOR, LedgerLine, line_hash, sign_line
from core.ledger.roster import RosterEntry, make_roster
from core.roles import Role, Site

AT = "2026-05-11T09:30:00+09:00"


@dataclass
class Book:
    """A ledger being written."""

    org: Site = Site.WARD
    keys: SiteKeys = field(default_factory=lambda: SiteKeys.from_random(b"\x07" * SITE_KEY_BYTES))
    people: dict[str, tuple[Role, SigningKey]] = field(default_factory=dict)
    rosters: dict[str, bytes] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)

    @property
    def data(self) -> bytes:
        return b"".join(self.raw)

    @property
    def head(self) -> str:
        return line_hash(self.raw[-1]) if self.raw else ZEROS

    def draft(self, **changes: object) -> LedgerLine:
        line = LedgerLine(
            seq=len(self.raw) + 1, at=AT, org=self.org, actor="h1", role="handler", act=Act.RECEIVE,
            content=Content.APPLICATIONS, qty=380, unit=Unit.RECORDS, medium=Medium.BOX,
            from_=Place.CONTRACTOR, to=Place.WARD, ref="bundle:1-cw-00000001",
        )  # fmt: skip
        return replace(line, **changes)  # type: ignore[arg-type]

    def add(self, key: SigningKey | None = None, **changes: object) -> bytes:
        line = self.draft(**changes)
        if key is None:
            key = self.keys.signing if line.role == SITE_ACTOR else self.people[line.actor][1]
        self.raw.append(sign_line(line, self.head, key))
        return self.raw[-1]

    def enrol(self, **people: tuple[Role, int]) -> bytes:
        """Bring a roster of these people in force; the number makes their key."""
        self.people = {name: (role, SigningKey(bytes([seed]) * 32)) for name, (role, seed) in people.items()}
        entries = [
            RosterEntry(name, "区 職員", role, key.public) for name, (role, key) in self.people.items()
        ]
        roster = make_roster(self.org, entries)
        self.rosters[roster.ref.removeprefix("sha256:")] = roster.data
        return self.add(
            actor=SITE_ACTOR, role=SITE_ACTOR, act=Act.ROSTER, content=Content.STAFF, qty=len(entries),
            unit=Unit.PEOPLE, medium=Medium.NONE, from_=Place.NONE, to=Place.NONE, ref=roster.ref,
        )  # fmt: skip

    def checkpoint(self, **changes: object) -> Checkpoint:
        values = {
            "org": self.org,
            "epoch": 1,
            "size": len(self.raw),
            "head": self.head,
            "access_log_head": ZEROS,
        }
        return make_checkpoint(self.keys.signing, **(values | changes))  # type: ignore[arg-type]

    def copy(self) -> Book:
        return Book(self.org, self.keys, dict(self.people), dict(self.rosters), list(self.raw))


@pytest.fixture
def empty() -> Book:
    return Book()


@pytest.fixture
def book() -> Book:
    """A ward's ledger: a roster of a handler and a manager, and three lines of theirs."""
    made = Book()
    made.enrol(h1=(Role.HANDLER, 1), m1=(Role.MANAGER, 2))
    made.add()
    made.add(act=Act.CONFIRM, content=Content.REVIEW, qty=379)
    made.add(
        actor="m1", role="manager", act=Act.APPROVE, content=Content.APPROVAL, qty=1, unit=Unit.TIMES, ref=""
    )
    return made


@pytest.fixture
def new_book() -> Callable[[], Book]:
    return Book
