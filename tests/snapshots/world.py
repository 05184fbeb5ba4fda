"""Both sites, in memory and the same to the byte of what is shown in every run: one clock, one stream of randomness.

The use cases, the tables and the sealing are the product's own. Stood in for: the encryption of the tables, and the
courier, whose place a copy from outbox to inbox takes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlcipher3 import dbapi2

from cli.private_file import need_outside
from cli.session import Session
from core.canonical import sha256_hex
from core.columns import Table
from core.errors import Refused
from core.exchange.card import make_card
from core.exchange.names import bundle_name
from core.exchange.receipt import Receipt, write_receipt
from core.exchange.state import CourierState
from core.exchange.strict import moment
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.office.courier_papers import CourierPapers
from core.office.desk import Desk
from core.office.founding import found
from core.office.keyring import rings_of
from core.office.office import Office
from core.office.ports import StaffRow
from core.office.staff import NewPerson, Record
from core.roles import SITE_WORDS, Actor, Role, Site
from storage.bundles.sealer import BundleSealer
from storage.readers import read_table
from storage.store import MIGRATIONS, VaultStore
from storage.vault.knocks import login_failed
from tests.snapshots.people import PROGRAMME

JST = dt.timezone(dt.timedelta(hours=9))
PASSWORD = "yama-no-mihon-3776"  # nobody's
STAFF = {
    Site.CONTRACTOR: {
        Role.MANAGER: ("c-kobayashi", "小林"),
        Role.HANDLER: ("c-yamada", "山田"),
        Role.AUDITOR: ("c-mori", "森"),
    },
    Site.WARD: {
        Role.MANAGER: ("w-suzuki", "鈴木"),
        Role.HANDLER: ("w-tanaka", "田中"),
        Role.AUDITOR: ("w-ikeda", "池田"),
    },
}


@dataclass
class Calendar:
    """The moment, moved on by hand."""

    moment: dt.datetime = dt.datetime(2026, 4, 1, 9, 0, tzinfo=JST)

    def __call__(self) -> dt.datetime:
        return self.moment

    def go(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        self.moment = dt.datetime(2026, month, day, hour, minute, tzinfo=JST)


@dataclass
class Seeded:
    """A stream of bytes that is the same in every run."""

    seed: str
    count: int = 0

    def __call__(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            self.count += 1
            out += hashlib.sha256(f"{self.seed} {self.count}".encode()).digest()
        return out[:size]


class Tables:
    """A vault's tables in memory, one caller at a time."""

    def __init__(self, copied: Tables | None = None) -> None:
        self._lock = threading.RLock()
        self._connection: Any = dbapi2.connect(":memory:", isolation_level=None, check_same_thread=False)  # type: ignore[attr-defined]
        if copied is not None:
            copied._connection.backup(self._connection)
            return
        for _, _, sql in MIGRATIONS:
            self._connection.executescript(sql)

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


@dataclass
class Boxes:
    """`core.office.boxes.Boxes` without files."""

    out: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    inbox: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    signed_for: dict[str, bytes] = field(default_factory=dict)
    """Receipts."""
    state: CourierState | None = None
    papers: CourierPapers = field(default_factory=CourierPapers)

    def put_out(self, name: str, zip_bytes: bytes, manifest: bytes) -> None:
        self.out[name] = (zip_bytes, manifest)

    def clear_out(self, name: str) -> None:
        self.out.pop(name, None)

    def waiting_in(self) -> list[str]:
        return sorted(self.inbox)

    def read_in(self, name: str) -> tuple[bytes, bytes]:
        return self.inbox[name]

    def done_in(self, name: str) -> None:
        self.inbox.pop(name, None)

    def arrived_in(self) -> dict[str, dt.datetime]:
        """When is not known, so never too long ago."""
        return dict.fromkeys(self.waiting_in(), dt.datetime.max.replace(tzinfo=dt.UTC))

    def courier_state(self) -> CourierState | None:
        return self.state

    def receipts(self) -> list[str]:
        return list(self.signed_for)

    def receipt(self, name: str) -> bytes:
        return self.signed_for[name]

    def refuse_receipt(self, name: str) -> None:
        raise AssertionError("they are all true here")

    def send_again(self, name: str) -> None:
        """What was put out lies there already."""

    def sent_again(self) -> list[str]:
        return []

    def fetch_again(self, name: str) -> None:
        """Nothing is lost here."""

    def set_aside(self, name: str, *, sent: bool = False) -> None:
        (self.out if sent else self.inbox).pop(name, None)

    def put_partner(self, pairs: object) -> None:
        """There is no courier to hand the cards to."""

    def courier_papers(self) -> CourierPapers:
        return self.papers

    def copy(self) -> Boxes:
        return Boxes(dict(self.out), dict(self.inbox), dict(self.signed_for), self.state, self.papers)


@dataclass
class Slots:
    """Who can open the vault, and the key each signs with."""

    store: VaultStore
    entropy: Seeded
    signers: dict[str, Ed25519PrivateKey]

    def add(self, person: NewPerson, record: Record) -> None:
        signer = Ed25519PrivateKey.from_private_bytes(self.entropy(32))
        with self.store.write() as tx:
            record(tx, signer.public_key().public_bytes_raw())  # type: ignore[arg-type]
        self.signers[person.staff_id] = signer

    def remove(self, staff_id: str, record: Record) -> None:
        raise Refused("見本では職員を減らしません")

    def renew(self, record: Record) -> None:
        with self.store.write() as tx:
            record(tx, b"")  # type: ignore[arg-type]

    def change_password(self, old: str, new: str) -> None:
        raise Refused("見本ではパスワードを変えません")


class OpenTables:
    """An open vault, as far as a session needs one."""

    def close(self) -> None:
        """Nothing to forget."""


class Place:
    """One site."""

    def __init__(self, site: Site, clock: Calendar, copied: Place | None = None) -> None:
        self.site, self.clock = site, clock
        if copied is None:
            self.entropy, self.boxes, self.tables = Seeded(site.value), Boxes(), Tables()
            self.courier = b""
            signers: dict[str, Ed25519PrivateKey] = {}
        else:
            self.entropy = Seeded(copied.entropy.seed, copied.entropy.count)
            self.boxes, self.tables = copied.boxes.copy(), Tables(copied.tables)
            self.courier = copied.courier
            signers = dict(copied._slots.signers)
        self.store = VaultStore(self.tables)
        self._slots = Slots(self.store, self.entropy, signers)
        if copied is None:
            self._found()
        self.office = self.office_of(Role.MANAGER)

    def _found(self) -> None:
        staff_id, name = STAFF[self.site][Role.MANAGER]
        signer = Ed25519PrivateKey.from_private_bytes(self.entropy(32))
        keys = SiteKeys.from_random(self.entropy(SITE_KEY_BYTES))
        self.courier = self.entropy(32)
        courier = SigningKey(self.courier).public
        card = make_card(
            keys, site=self.site, vault_id=f"snapshots-{self.site}", epoch=1, courier=courier, created=self.clock()
        )  # fmt: skip
        with self.store.write() as tx:
            found(
                tx, self.site, keys=keys, card=card.data, now=self.clock(),
                programme=PROGRAMME if self.site is Site.CONTRACTOR else None,
                manager=StaffRow(staff_id, name, Role.MANAGER, signer.public_key().public_bytes_raw(), self.clock()),
            )  # fmt: skip
        self._slots.signers[staff_id] = signer
        for role in (Role.HANDLER, Role.AUDITOR):
            staff_id, name = STAFF[self.site][role]
            self.office_of(Role.MANAGER).staff.add(NewPerson(staff_id, name, role, PASSWORD))

    def receipt_for(self, name: str, manifest: bytes) -> bytes:
        """What the courier here signs for a bundle that came."""
        bundle = bundle_name(name)
        assert bundle is not None
        with self.store.read() as tx:
            key = SigningKey(rings_of(tx)[bundle.epoch].courier or self.courier)
        receipt = Receipt(self.site, bundle, sha256_hex(manifest), moment(self.clock.moment))
        return write_receipt(receipt, key)

    def office_of(self, role: Role) -> Office:
        """The use cases of the person who has this role here."""
        staff_id, name = STAFF[self.site][role]
        actor = Actor(staff_id, name, role, self.site)
        desk = Desk(self.store, actor, self._slots.signers[staff_id], self.clock, self.entropy, "pts/0")
        return Office(desk, self.boxes, BundleSealer(self.entropy), self._slots)  # type: ignore[arg-type]


class World:
    """The contractor and the ward."""

    def __init__(self, copied: World | None = None) -> None:
        self.clock = Calendar(copied.clock.moment) if copied else Calendar()
        self.contractor = Place(Site.CONTRACTOR, self.clock, copied and copied.contractor)
        self.ward = Place(Site.WARD, self.clock, copied and copied.ward)

    def copy(self) -> World:
        return World(self)

    def at(self, site: Site) -> Place:
        return self.contractor if site is Site.CONTRACTOR else self.ward

    def deliver(self) -> None:
        """What the couriers do: bring what waits, and the signature for it back."""
        for here, there in ((self.contractor, self.ward), (self.ward, self.contractor)):
            here.office.exchange.flush()
            for name, bundle in here.boxes.out.items():
                if name not in here.boxes.signed_for:
                    there.boxes.inbox[name] = bundle
                    here.boxes.signed_for[name] = there.receipt_for(name, bundle[1])
            here.office.exchange.flush()

    def exchange(self) -> None:
        """Deliver, take in, send what that made due; until nothing is on its way."""
        for _ in range(3):
            self.deliver()
            for place in (self.contractor, self.ward):
                place.office.exchange.import_waiting()
                place.office.send_due()
        self.deliver()
        for place in (self.contractor, self.ward):
            place.office.exchange.import_waiting()


def table(folder: Path, name: str, text: str) -> Table:
    """A source file, written and read."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_table(path)


@dataclass(frozen=True)
class Opener:
    """The login of one site, of whoever has this role there."""

    place: Place
    role: Role
    folder: Path

    @property
    def site(self) -> Site:
        return self.place.site

    @property
    def title(self) -> str:
        return f"{SITE_WORDS[self.site]}の保管庫"

    @property
    def staff_id(self) -> str:
        return STAFF[self.site][self.role][0]

    def need_outside(self, place: Path) -> Path:
        return need_outside(place)

    def open(self, staff_id: str, password: str) -> Session:
        if (staff_id, password) != (self.staff_id, PASSWORD):
            raise login_failed()
        return Session(self.folder, OpenTables(), self.place.office_of(self.role))  # type: ignore[arg-type]
