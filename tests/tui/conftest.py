"""A whole office for the screens to stand on: the real use cases over the real tables, in memory.

Only the outer rim is stood in for: nothing is enciphered, nothing leaves the machine.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from textual import events

from cli.private_file import need_outside
from core.applicant import Application, Route
from core.checks import Check
from core.errors import LoginFailed, Refused, RemoteUnreachable
from core.exchange.card import make_card
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.office.counter import note_back
from core.office.desk import Desk
from core.office.founding import found
from core.office.logins import NOTHING_TOLD, CameIn
from core.office.office import Office
from core.office.ports import StaffRow
from core.office.review_paper import PaperList
from core.office.staff import NewPerson
from core.people.fields import Field
from core.roles import Actor, Role, Site
from storage.boxes import FolderBoxes
from storage.store import VaultStore
from tests.idle import install
from tests.tables import fresh_tables
from tui.app import IkiikiApp
from tui.opener import Config

install()

JST = dt.timezone(dt.timedelta(hours=9))
PROGRAMME = """\
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 80

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 40
"""
PASSWORD = "うみやまかわ-8"  # nobody's

NAMES = ("サトウ ハナコ", "タカハシ キヨシ", "スズキ イチロウ", "タナカ ミツコ", "ワタナベ ショウゾウ")


def now() -> dt.datetime:
    return dt.datetime(2026, 4, 20, 10, 0, tzinfo=JST)


class Seeded:
    """A stream of bytes that is the same in every run."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self._count = seed, 0

    def __call__(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            self._count += 1
            out += hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
        return out[:size]


class Tables:
    """The vault's tables in memory, one caller at a time."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._connection = fresh_tables(any_thread=True)

    @contextmanager
    def _transaction(self, begin: str, end: str) -> Iterator[Any]:
        with self._lock:
            self._connection.execute(begin)
            try:
                yield self._connection
                self._connection.execute(end)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    def read(self) -> Any:
        return self._transaction("BEGIN", "ROLLBACK")

    def write(self) -> Any:
        return self._transaction("BEGIN IMMEDIATE", "COMMIT")


class NoSealer:
    """Sealing is somebody else's test."""

    def seal(self, **_: Any) -> tuple[bytes, bytes]:
        return b"zip", b"manifest"

    def open(self, *_: Any, **__: Any) -> Any:
        raise Refused("この試験では束を開きません")


class NoSlots:
    def add(self, person: NewPerson) -> bytes:
        raise Refused("この試験では職員を増やしません")

    def remove(self, staff_id: str) -> None:
        raise Refused("この試験では職員を減らしません")

    def change_password(self, old: str, new: str) -> None:
        raise Refused("この試験ではパスワードを変えません")

    def ids(self) -> list[str]:
        return ["yamada"]


@dataclass
class FakeReport:
    sentences: Sequence[str] = ()
    read_only: bool = False


@dataclass(frozen=True)
class FakeTable:
    name: str
    encoding: str
    sha256: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


@dataclass
class FakeSession:
    """An open vault without a vault."""

    office: Office
    came: CameIn = NOTHING_TOLD
    closed: int = 0
    on_sync: Callable[[], FakeReport] = FakeReport
    on_examine: Callable[[Any], Sequence[Check]] = lambda progress: []
    tables: dict[str, FakeTable] = field(default_factory=dict)

    def sync(self, progress: Any = None, *, medium: Path | None = None) -> FakeReport:
        if medium is not None and not medium.is_dir():
            raise RemoteUnreachable("共有先のフォルダがありません")
        return self.on_sync()

    def examine(self, progress: Any = None) -> Sequence[Check]:
        return self.on_examine(progress)

    def read_table(self, path: Path, *, progress: Any = None) -> FakeTable:
        return self.tables[path.name]

    def publish(self, folder: Path, draw: str | None = None) -> str:
        raise Refused("この試験では公表しません")

    def notice_hashes(self) -> Mapping[str, str]:
        return {"verify.sh": "ab" * 32, "ward.pem": "cd" * 32}

    def write_postcards(self, file: Path, items: Sequence[Any]) -> Sequence[Path]:
        raise Refused("この試験でははがきを組みません")

    def write_review_list(self, file: Path, stage: str) -> PaperList:
        paper = self.office.review_paper.draft(stage)
        self.office.review_paper.printed(paper)
        return paper

    def write_desk_medium(self, folder: Path) -> str | None:
        raise Refused("この試験では媒体に書きません")

    def read_desk_medium(self, folder: Path) -> Sequence[str]:
        raise Refused("この試験では媒体を読みません")

    def close(self) -> None:
        self.closed += 1


class FakeOpener:
    """Opens the one office, for the one password."""

    def __init__(self, site: Site, role: Role, folder: Path) -> None:
        self.site = site
        self.title = f"ikiiki {site}"
        self.sessions: list[FakeSession] = []
        self.asked: list[str] = []
        self.tables = Tables()
        self._store = VaultStore(self.tables)  # type: ignore[arg-type]
        entropy = Seeded(site.encode())
        signer = Ed25519PrivateKey.from_private_bytes(entropy(32))
        keys = SiteKeys.from_random(entropy(SITE_KEY_BYTES))
        card = make_card(
            keys,
            site=site,
            vault_id=f"test-{site}",
            epoch=1,
            courier=SigningKey(entropy(32)).public,
            created=now(),
        )
        with self._store.write() as tx:
            found(
                tx,
                site,
                keys=keys,
                card=card.data,
                programme=PROGRAMME,
                manager=StaffRow("yamada", "山田", role, signer.public_key().public_bytes_raw(), now()),
                now=now(),
            )
        desk = Desk(self._store, Actor("yamada", "山田", role, site), signer, now, entropy, "test")
        self.office = Office(desk, FolderBoxes(folder), NoSealer(), NoSlots())  # type: ignore[arg-type]

    def need_outside(self, place: Path) -> Path:
        return need_outside(place)

    def open(self, staff_id: str, password: str) -> FakeSession:
        self.asked.append(staff_id)
        if (staff_id, password) != ("yamada", PASSWORD):
            raise LoginFailed("職員IDかパスワードが違います", next_step="もう一度入力してください")
        session = FakeSession(self.office)
        self.sessions.append(session)
        return session

    @property
    def session(self) -> FakeSession:
        """The one opened last."""
        return self.sessions[-1]

    # -- people -----------------------------------------------------------------------------------------

    def key(self, number: int, **changes: str) -> Application:
        """Key the application of an invented person; `changes` by field name."""
        fields = {
            Field.KANA: f"{NAMES[number % len(NAMES)]}{_kana(number)}",
            Field.BIRTH_DATE: f"19{40 + number % 20}-03-{1 + number % 28:02}",
            Field.POSTAL_CODE: "1600023",
            Field.ADDRESS: f"東京都新宿区西新宿2-{1 + number}-1",
            Field.PHONE: f"03-5555-{number:04}",
            Field.PREFERENCE: "A、B" if number % 3 else "B",
        }
        for name, value in changes.items():
            fields[Field(name)] = value
        if self.site is Site.CONTRACTOR:
            return self.office.intake.add(fields, Route.POST)
        keyed = self.office.intake.add(fields, Route.DESK)
        with self._store.write() as tx:
            note_back(tx, [keyed.record])  # as if the contractor had settled it and sent it for review
        return keyed

    def change(self, keyed: Application, **items: Any) -> None:
        """As if a corrected version had arrived; `items` by name of the applicant's."""
        with self._store.write() as tx:
            current = tx.applications.by_record(keyed.record)
            assert current is not None
            applicant = dataclasses.replace(current.applicant, **items)
            changed = dataclasses.replace(current, applicant=applicant, version=current.version + 1)
            tx.applications.put(changed, now(), "contractor")

    def statements(self) -> list[str]:
        """What the tables are asked from now on."""
        asked: list[str] = []
        self.tables._connection.set_trace_callback(asked.append)
        return asked


def _kana(number: int) -> str:
    """A kana ending that makes a name its own."""
    return "".join("アイウエオカキクケコ"[int(digit)] for digit in str(number))


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_at(tmp_path: Path) -> Callable[..., FakeOpener]:
    """Make the office of a site: `open_at(Site.WARD)`."""

    def make(site: Site = Site.CONTRACTOR, role: Role = Role.MANAGER) -> FakeOpener:
        folder = tmp_path / site
        for name in ("outbox", "inbox", "courier"):
            (folder / name).mkdir(parents=True, mode=0o700)
        return FakeOpener(site, role, folder)

    return make


@pytest.fixture
def app_on(clock: Clock, tmp_path: Path) -> Callable[..., IkiikiApp]:
    """The app on an office."""

    def make(opener: FakeOpener, **settings: Any) -> IkiikiApp:
        return IkiikiApp(
            opener, now, Config(**{"staff_id": "yamada", "folder": tmp_path} | settings), seconds=clock
        )

    return make


def typed_at_once(app: IkiikiApp, *keys: str) -> None:
    """As they come out of a line that stalled: all before the first is looked at."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


@pytest.fixture
def shown() -> Callable[[IkiikiApp], str]:
    """What the screen shows now, as text."""

    def read(app: IkiikiApp) -> str:
        lines = app.screen._compositor.render_strips(app.size)
        return "\n".join("".join(segment.text for segment in line) for line in lines)

    return read


@pytest.fixture
def log_in() -> Callable[..., Any]:
    """Type the password and wait until the panes are up."""

    async def enter(pilot: Any) -> None:
        await pilot.pause()
        pilot.app.screen.query_one("#field-password").value = PASSWORD
        await pilot.press("enter")
        for _ in range(50):
            await pilot.pause()
            if pilot.app.unlocked:
                break
        await pilot.pause()

    return enter
