"""What the use cases are handed: a store with transactions, a clock, randomness. (The boxes for bundles: `core.office.boxes`.)

Small protocols, implemented by `storage`; the use cases in this folder are the only callers. A `Tx` is valid inside
its `with` block alone. Reads see one consistent state; a write block commits as a whole or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from core.applicant import Application, State
from core.office.blanking import Blanks
from core.office.fates import Fates
from core.office.listing import Landmark, ListFilter
from core.office.log_ports import AccessLog, LogReviewRows
from core.office.log_ports import AccessRow as AccessRow
from core.office.mails import MailRows
from core.office.register_port import RegisterRows
from core.office.review_ports import Checked as Checked
from core.office.review_ports import Related as Related
from core.office.review_ports import ReviewListRows, Reviews
from core.office.review_ports import ReviewRow as ReviewRow
from core.people.duplicates import Shared
from core.roles import Role, Site

Entropy = Callable[[int], bytes]
"""n random bytes; the operating system's in the product, a seeded stream in tests."""

Now = Callable[[], dt.datetime]
"""The present moment, with a UTC offset."""

Progress = Callable[[int, int], None]
"""Called with (done, total) during long work; may raise `Cancelled` to stop it with nothing changed."""


@dataclass(frozen=True)
class SourceRow:
    """One row as it was read, whatever became of it: nothing read is ever lost."""

    source: str
    """The form it came from: the file's column shape and name stem, so that weekly exports of one form are one source."""
    file_name: str
    file_sha256: str
    row: int
    """From 1 below the header."""
    receipt: str | None
    fingerprint: str
    """SHA-256 of the row's kept cells: knows a row without a receipt again."""
    cells: dict[str, str]
    """The kept columns as they were written, by field name; unlisted columns are not here."""
    outcome: str
    """accepted | held | already | changed"""
    number: int
    """受付番号 of the application it made or belongs to."""
    at: dt.datetime


@dataclass(frozen=True)
class DrawUnit:
    """One unit of a draw and the secret opening of its commitment."""

    draw: str
    unit_id: str
    records: tuple[str, ...]
    salts: tuple[str, ...]
    """64 hex digits each, in the order of `records`."""


@dataclass(frozen=True)
class BundleRow:
    """A sealed bundle, sent or received."""

    channel: str
    epoch: int
    seq: int
    direction: str
    """out | in"""
    name: str
    """<epoch>-<channel>-<seq:08d>"""
    kind: str
    manifest_sha256: str
    counts: dict[str, int]
    created: dt.datetime
    settled: dt.datetime | None = None
    """out: receipted by the other site; in: imported."""


@dataclass(frozen=True)
class StaffRow:
    staff_id: str
    name: str
    role: Role
    signing_public: bytes
    """Raw Ed25519, 32 bytes."""
    since: dt.datetime
    until: dt.datetime | None = None


class Applications(Protocol):
    def add(self, application: Application, at: dt.datetime) -> None: ...
    def add_all(self, applications: Iterable[Application], at: dt.datetime) -> None:
        """Many new ones at once, whose numbers and records are known to be free."""
        ...

    def next_number(self, series: range) -> int:
        """The number after the highest used one within `series`, or its first."""
        ...

    def unsent(self, limit: int | None = None) -> list[Application]:
        """The first so many by 受付番号: accepted ones whose newest version has not been sent to the ward, sent ones that changed in
        any way since, and those of the ward's own counter that were withdrawn or refused before they ever were."""
        ...

    def any_unsent(self) -> bool: ...
    def mark_sent(self, numbers: Sequence[int], bundle: str = "") -> None:
        """The newest versions of these have been sealed for the ward, in that bundle."""
        ...

    def take_back(self, bundles: Sequence[str]) -> None:
        """What these bundles carried counts as unsent again, and whom they carried first as never sent."""
        ...

    def was_sent(self, number: int) -> bool:
        """Whether any version of it was ever sealed for the ward, in a bundle that is not void."""
        ...

    def send_again(self, number: int) -> None:
        """It counts as unsent again, as it stands."""
        ...

    def get(self, number: int) -> Application | None: ...
    def by_record(self, record: str) -> Application | None: ...
    def by_numbers(self, numbers: Sequence[int]) -> list[Application]:
        """By 受付番号; those that there are."""
        ...

    def by_records(self, records: Collection[str]) -> list[Application]:
        """By 受付番号; those that there are."""
        ...

    def put(self, application: Application, at: dt.datetime, actor: str) -> None:
        """Store a new version (its `version` is one more than the stored one); the old version is kept as history."""
        ...

    def history(self, number: int) -> list[tuple[Application, dt.datetime, str]]:
        """All versions, oldest first, with when and who."""
        ...

    def count(self, which: ListFilter) -> int: ...
    def page(
        self, which: ListFilter, offset: int, limit: int, near: Landmark | None = None
    ) -> list[Application]:
        """In the filter's order; `near` is a place not far off."""
        ...

    def place(self, which: ListFilter, number: int) -> Landmark | None:
        """Where in the list this 受付番号 stands; None when it is not in it."""
        ...

    def next_open(self, which: ListFilter, after: int | None) -> int | None:
        """Of a list under review: the first 受付番号 without a word, behind this one (None: from the top)."""
        ...

    def all(self, states: Iterable[State] = ...) -> list[Application]: ...
    def records(self, state: State) -> set[str]:
        """Of those in that state, the records alone."""
        ...

    def with_reason(self, reason: str) -> list[Application]:
        """Those whose reason is this code, by 受付番号."""
        ...

    def changes(self) -> object:
        """Equal as long as no application has been added or corrected. Reads none."""
        ...

    def with_duplicate_key(self, key: str) -> list[Application]:
        """Those of the same folded kana and birth date (`core.people.duplicates.folded_key`), any state but refused/withdrawn."""
        ...

    def shared(self, keys: Collection[str], phones: Collection[str]) -> Shared:
        """Which of these duplicate keys and telephones more than one application has, of whatever state."""
        ...

    def with_phone(self, phone: str) -> list[Application]: ...
    def with_group(self, group: str) -> list[Application]: ...
    def with_address(self, address: str) -> list[Application]: ...
    def with_name(self, kana: str) -> list[Application]:
        """Those whose name may be read as this one (`core.people.kana.fold_kana`); none without a birth date."""
        ...

    def waiting(self) -> int:
        """How many are held with `Problem.GROUP_INCOMPLETE`."""
        ...

    def counts(self) -> dict[State, int]: ...


class Sources(Protocol):
    def add(self, row: SourceRow) -> None: ...
    def add_all(self, rows: Iterable[SourceRow]) -> None: ...
    def find_all(self, source: str, receipts: Sequence[str], fingerprints: Sequence[str]) -> list[SourceRow]:
        """As `find`, for many at once: those with one of the receipts, and without one with one of the fingerprints."""
        ...

    def find(self, source: str, receipt: str | None, fingerprint: str) -> SourceRow | None:
        """The newest row of this source with the receipt, or (without one) with the fingerprint."""
        ...

    def of_application(self, number: int) -> list[SourceRow]: ...
    def count(self) -> int: ...


class Draws(Protocol):
    def files(self, draw: str) -> Mapping[str, bytes]:
        """All files and signatures of a draw, by name, as they are now. Secret ones (reveal before opening) among them.

        Each is read when it is first asked for: good for this transaction.
        """
        ...

    def put_file(self, draw: str, name: str, content: bytes, at: dt.datetime) -> None:
        """Write once: the same bytes again are fine; others raise `IntegrityFailure`. `events.txt` and its
        signatures may be replaced by a longer one that begins with the old."""
        ...

    def names(self) -> list[str]:
        """Draw ids, oldest first."""
        ...

    def state(self, draw: str) -> object:
        """Equal as long as no file of that draw, and no unit of any, has been added or replaced. Reads no file but events.txt."""
        ...

    def units(self, draw: str) -> list[DrawUnit]: ...
    def members(self, draw: str) -> dict[str, tuple[str, ...]]:
        """By unit, the records of `units`, without the secret openings."""
        ...

    def put_units(self, units: Sequence[DrawUnit]) -> None: ...


class LedgerRows(Protocol):
    def append(self, org: Site, seq: int, line: bytes) -> None:
        """`line` whole, with its LF; seq must be the next of that org."""
        ...

    def size(self, org: Site) -> int: ...
    def head(self, org: Site) -> str:
        """SHA-256 of the last line, 64 zeros when there is none."""
        ...

    def lines(self, org: Site, start: int = 0, limit: int | None = None) -> list[bytes]:
        """Lines from seq start+1 on."""
        ...

    def with_acts(self, org: Site, acts: Collection[str]) -> list[bytes]:
        """Those that tell of one of these acts, in order; no other is read."""
        ...

    def of_copies(self, org: Site) -> list[bytes]:
        """Those about a copy (`medium:`), a batch, or something taken back (`undo:`), in order; no other is read."""
        ...

    def by_hand(self, org: Site) -> list[bytes]:
        """Those that share a `handover` with others, without those of sealed bundles, in order; no other is read."""
        ...

    def put_checkpoint(self, org: Site, epoch: int, size: int, document: bytes) -> None: ...
    def checkpoints(self, org: Site) -> list[bytes]: ...


class Bundles(Protocol):
    def add(self, row: BundleRow, zip_bytes: bytes, manifest: bytes) -> None: ...
    def last(self, channel: str, epoch: int, direction: str) -> BundleRow | None: ...
    def get(self, name: str) -> BundleRow | None: ...
    def content(self, name: str) -> tuple[bytes, bytes]:
        """(zip, manifest) of a bundle; incoming ones keep theirs too."""
        ...

    def list(self, direction: str) -> list[BundleRow]: ...
    def settle(self, name: str, at: dt.datetime) -> None: ...


class StaffRows(Protocol):
    def list(self) -> list[StaffRow]: ...
    def add(self, row: StaffRow) -> None: ...
    def end(self, staff_id: str, at: dt.datetime) -> None: ...


class Settings(Protocol):
    """Small facts by name: programme, site keys, partner card, roster... Values are canonical JSON or text."""

    def get(self, key: str) -> str | None: ...
    def put(self, key: str, value: str) -> None: ...


class Attendance(Protocol):
    def put(self, outing: str, record: str, present: bool, at: dt.datetime, actor: str) -> None: ...
    def of(self, outing: str) -> dict[str, bool]: ...


class NoticeRows(Protocol):
    def put(self, batch: str, record: str, kind: str, at: dt.datetime, form: str = ...) -> None: ...
    def form(self, record: str, kind: str) -> str:
        """On what such a notice went out last."""
        ...

    def all(self) -> list[tuple[str, str]]:
        """(record, kind) of all, oldest first."""
        ...

    def state(self) -> object:
        """Equal as long as no dispatch has been added."""
        ...

    def of(self, record: str) -> list[tuple[str, str, dt.datetime]]:
        """(kind, form, when) of all to one person, oldest first."""
        ...

    def sent(self) -> dict[str, tuple[str, str, dt.datetime]]:
        """By record: (kind, batch, when), the newest."""
        ...


class Drafts(Protocol):
    """Unfinished keyed entries, sealed with the rest of the vault."""

    def get(self, staff_id: str) -> dict[str, Any] | None: ...
    def put(self, staff_id: str, draft: dict[str, Any] | None) -> None: ...


class Tx(Protocol):
    @property
    def applications(self) -> Applications: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def review_list(self) -> ReviewListRows: ...
    @property
    def draws(self) -> Draws: ...
    @property
    def ledger(self) -> LedgerRows: ...
    @property
    def access(self) -> AccessLog: ...
    @property
    def bundles(self) -> Bundles: ...
    @property
    def fates(self) -> Fates: ...
    @property
    def staff(self) -> StaffRows: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def attendance(self) -> Attendance: ...
    @property
    def notices(self) -> NoticeRows: ...
    @property
    def mails(self) -> MailRows: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def blanks(self) -> Blanks: ...
    @property
    def registers(self) -> RegisterRows: ...
    @property
    def log_reviews(self) -> LogReviewRows: ...


class Store(Protocol):
    """The vault's contents."""

    def read(self) -> AbstractContextManager[Tx]: ...
    def write(self) -> AbstractContextManager[Tx]: ...
