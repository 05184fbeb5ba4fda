"""Two offices with everything real but the vault around them: tables in memory, bundles sealed, folders for boxes.

`forge` makes a bundle that is signed, sealed and numbered as the sender's next, with whatever content: what a site
that has gone bad could send.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.applicant import Application, Route
from core.canonical import crockford_id, sha256_hex
from core.draw.signing import sign, signature_name
from core.exchange.card import make_card
from core.exchange.names import bundle_name
from core.exchange.receipt import Receipt, write_receipt
from core.exchange.strict import moment
from core.keys import SITE_KEY_BYTES, SiteKeys
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk
from core.office.envelope import CHANNEL_FROM, HANDOVER
from core.office.founding import found
from core.office.history import checkpoint_of, ledger_entries
from core.office.keyring import enrol, need_partner, site_keys
from core.office.ledger import write_line
from core.office.office import Office
from core.office.ports import StaffRow
from core.office.review import APPLICANTS, PARTICIPANTS
from core.people.fields import Field
from core.roles import Actor, Role, Site
from storage.boxes import FolderBoxes
from storage.bundles.sealer import BundleSealer
from storage.courier import install_key
from storage.courier.folder import Folders, read_identity
from storage.store import VaultStore
from tests.core.office.stages import played_once
from tests.tables import fresh_tables

JST = dt.timezone(dt.timedelta(hours=9))
DICE = "08365512907744019283"
PROGRAMME = """\
name = "いきいきハイキング"
code = "hiking"
fiscal_year = 2026
applications_close = 2026-05-08

[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 2

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 1

[draw]
largest_group = 2
"""


class Seeded:
    """A stream of bytes that is the same in every run."""

    def __init__(self, seed: bytes) -> None:
        self._seed, self.count = seed, 0

    def __call__(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            self.count += 1
            out += hashlib.sha256(self._seed + self.count.to_bytes(8, "big")).digest()
        return out[:size]


class MemoryVault:
    """A vault's transactions over one connection."""

    def __init__(self) -> None:
        self.connection = fresh_tables()

    @contextmanager
    def _within(self, begin: str, end: str) -> Iterator[Any]:
        self.connection.execute(begin)
        try:
            yield self.connection
            self.connection.execute(end)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise

    def read(self) -> Any:
        return self._within("BEGIN", "ROLLBACK")

    def write(self) -> Any:
        return self._within("BEGIN IMMEDIATE", "COMMIT")


class NoSlots:
    """Slots belong to a vault; nobody is added here."""

    def add(self, *_: object) -> None:
        raise AssertionError

    remove = change_password = renew = add


class BentSealer(BundleSealer):
    """Seals what `bend` makes of the entries: a site whose program has been changed, in everything else true."""

    bend: Callable[[dict[str, bytes]], dict[str, bytes]] | None = None

    def seal(self, *, entries: Mapping[str, bytes], **rest: Any) -> tuple[bytes, bytes]:
        return super().seal(entries=self.bend(dict(entries)) if self.bend else entries, **rest)


class Bureau:
    """One site: its manager's office, and others' on demand."""

    def __init__(self, site: Site, folder: Path) -> None:
        for box in ("outbox", "inbox", "courier"):
            (folder / box).mkdir(parents=True, mode=0o700)
        self.site, self.folder = site, folder
        self.vault = MemoryVault()
        self.store = VaultStore(self.vault)
        self.entropy = Seeded(site.encode())
        self.moment = dt.datetime(2026, 4, 20, 9, 0, tzinfo=JST)
        self.keys = SiteKeys.from_random(self.entropy(SITE_KEY_BYTES))
        self._signers = {role: Ed25519PrivateKey.from_private_bytes(self.entropy(32)) for role in Role}
        card = make_card(
            self.keys, site=site, vault_id=f"test-{site}", epoch=1,
            courier=install_key(folder, self.entropy(32)).public, created=self.moment,
        )  # fmt: skip
        programme = PROGRAMME if site is Site.CONTRACTOR else None
        with self.store.write() as tx:
            found(
                tx, site, keys=self.keys, card=card.data, programme=programme,
                manager=self._row(Role.MANAGER), now=self.moment,
            )  # fmt: skip
            for role in (Role.HANDLER, Role.AUDITOR):
                tx.staff.add(self._row(role))
            enrol(tx, site, self.moment.isoformat())
        self.sealer = BentSealer(self.entropy)
        self.office = self.office_of(Role.MANAGER)

    def _row(self, role: Role) -> StaffRow:
        public = self._signers[role].public_key().public_bytes_raw()
        return StaffRow(f"{self.site[0]}-{role}", "見本", role, public, self.moment)

    def now(self) -> dt.datetime:
        """A second later each time."""
        self.moment += dt.timedelta(seconds=1)
        return self.moment

    def desk_of(self, role: Role) -> Desk:
        actor = Actor(f"{self.site[0]}-{role}", "見本", role, self.site)
        return Desk(self.store, actor, self._signers[role], self.now, self.entropy, "test")

    def office_of(self, role: Role) -> Office:
        return Office(self.desk_of(role), FolderBoxes(self.folder), self.sealer, NoSlots())  # type: ignore[arg-type]

    def key(self, kana: str, preference: str = "A、B", **changes: str) -> Application:
        """Key somebody's application: by post at the contractor, at the counter at the ward."""
        digits = int.from_bytes(hashlib.sha256(kana.encode()).digest()[:2], "big") % 10000
        fields = {
            Field.KANA: kana, Field.BIRTH_DATE: "1950-03-04", Field.POSTAL_CODE: "1600023",
            Field.ADDRESS: "東京都新宿区西新宿2-8-1", Field.PHONE: f"03-5273-{digits:04}", Field.PREFERENCE: preference,
        }  # fmt: skip
        fields |= {Field(name): value for name, value in changes.items()}
        return self.office.intake.add(fields, Route.POST if self.site is Site.CONTRACTOR else Route.DESK)

    def image(self) -> dict[str, list[tuple[Any, ...]]]:
        """All tables, to see that a refusal left nothing behind."""
        with self.store.read():
            rows = self.vault.connection.execute
            names = [
                name for (name,) in rows("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            ]
            tables = {name: rows(f'SELECT * FROM "{name}"').fetchall() for name in names}
        # That a bundle was refused is noted, to be told on the screens; of the bundle itself nothing may stay.
        tables["setting"] = [row for row in tables["setting"] if row[0] != "bundles_refused"]
        return tables

    def details(self) -> str:
        """The whole access log as text."""
        with self.store.read() as tx:
            return "\n".join(f"{row.act} {row.detail}" for row in tx.access.page(0, 10_000))


def receipt_of(receiver: Bureau, manifest: Path) -> bytes:
    """What the receiver's courier signs for a bundle; nothing while it does not know the bundle's epoch."""
    bundle = bundle_name(manifest.stem)
    assert bundle is not None
    who = read_identity(Folders(receiver.folder)).of(bundle.epoch)
    receipt = Receipt(receiver.site, bundle, sha256_hex(manifest.read_bytes()), moment(receiver.moment))
    return write_receipt(receipt, who.key) if who else b""


@dataclass
class Bench:
    """Both sites."""

    contractor: Bureau
    ward: Bureau

    def other(self, one: Bureau) -> Bureau:
        return self.ward if one is self.contractor else self.contractor

    def pair(self) -> None:
        for one in (self.contractor, self.ward):
            exchange = self.other(one).office.exchange
            one.office.exchange.trust(exchange.partner_card(), exchange.fingerprint())

    def carry(self, sender: Bureau) -> None:
        """What waits in the outbox to the other's inbox, and the receipts for it back."""
        receiver = self.other(sender)
        for manifest in sorted((sender.folder / "outbox").glob("*.manifest")):
            for file in (manifest.with_suffix(".zip"), manifest):
                shutil.copy(file, receiver.folder / "inbox" / file.name)
            if receipt := receipt_of(receiver, manifest):
                path = manifest.with_suffix(".receipt")
                path.write_bytes(receipt)
                path.chmod(0o600)
        sender.office.exchange.flush()

    def sync(self, rounds: int = 2) -> list[str]:
        """As both sites' people would; the kinds that were taken in."""
        kinds = []
        for _ in range(rounds):
            for one in (self.contractor, self.ward):
                one.office.exchange.flush()
                self.carry(self.other(one))
                kinds += [taken.kind for taken in one.office.exchange.import_waiting()]
                one.office.send_due()
        return kinds

    def forge(
        self, sender: Bureau, kind: str, entries: Mapping[str, bytes] | None = None, counts: Mapping[str, int] | None = None,
        *, channel: str = "",
    ) -> Callable[[], Any]:  # fmt: skip
        """What takes in, at the other site, a bundle sealed as the sender's next; the sender forgets that it was."""
        channel = channel or CHANNEL_FROM[sender.site]
        forged = self.forged(sender, kind, entries, counts, channel=channel)
        exchange = self.other(sender).office.exchange
        return lambda: exchange.take_in(*forged, channel=channel)

    def forged(
        self, sender: Bureau, kind: str, entries: Mapping[str, bytes] | None = None, counts: Mapping[str, int] | None = None,
        *, channel: str = "",
    ) -> tuple[str, bytes, bytes]:  # fmt: skip
        """(name, zip, manifest) of a bundle of the first epoch, sealed as the sender's next."""
        channel = channel or CHANNEL_FROM[sender.site]
        with sender.store.read() as tx:  # rolled back
            last = tx.bundles.last(channel, 1, "out")
            seq, previous = (last.seq + 1, last.manifest_sha256) if last else (1, "0" * 64)
            write_line(sender.desk_of(Role.MANAGER), tx, Act.SEND, Content.PROGRAMME, 1, Unit.FILES)
            cover = ledger_entries(tx, sender.site, channel, whole=kind == "void") | {
                HANDOVER: crockford_id(sender.entropy(10)).encode()
            }
            zip_bytes, manifest = BundleSealer(sender.entropy).seal(
                keys=site_keys(tx), partner=need_partner(tx), channel=channel, epoch=1, seq=seq, previous=previous,
                kind=kind, entries={**cover, **(entries or {})}, counts=counts or {}, created=sender.now(),
                checkpoint=checkpoint_of(tx, sender.site, site_keys(tx)).data,
            )  # fmt: skip
        return f"1-{channel}-{seq:08}", zip_bytes, manifest

    def signed(self, sender: Bureau, files: Mapping[str, bytes], *names: str) -> dict[str, bytes]:
        """`files` with the sender's signatures over `names` of them."""
        key = Ed25519PrivateKey.from_private_bytes(sender.keys.signing.raw)
        return {**files, **{signature_name(n, sender.site): sign(key, n, files[n]) for n in names}}

    def bent(self, sender: Bureau, act: Callable[[], object], bend: Callable[..., Any]) -> Callable[[], Any]:
        """`sender` does `act` with its bundle's entries changed by `bend`; what takes it in at the other site."""
        self.sync()
        sender.sealer.bend = bend
        act()
        sender.sealer.bend = None
        self.carry(sender)
        return self.other(sender).office.exchange.import_waiting

    # -- the year, in parts -----------------------------------------------------------------------------

    @played_once
    def received(self, *people: str) -> list[Application]:
        """Paired, applications keyed, sent and at the ward; the contractor has sealed."""
        self.pair()
        self.sync()
        made = [
            self.contractor.key(kana)
            for kana in people or ("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ", "ヤマモト イワオ")
        ]
        self.contractor.office.lottery.seal()
        self.contractor.office.records.send()
        self.sync()
        return made

    @played_once
    def confirmed(self, *people: str) -> list[Application]:
        """⑤ done, both seals made."""
        made = self.received(*people)
        self.ward.office.review.confirm_rest(APPLICANTS)
        self.ward.office.review.send()
        self.ward.office.lottery.seal()
        self.sync()
        return made

    def ceremony(self) -> list[tuple[Bureau, Callable[[], object]]]:
        """The parts of the draw after the seals, in order."""
        c, w = self.contractor, self.ward
        return [
            (c, c.office.lottery.freeze), (w, w.office.lottery.freeze),
            (c, c.office.lottery.open_seals), (w, w.office.lottery.open_seals),
            (c, lambda: c.office.lottery.dice(DICE)), (w, lambda: w.office.lottery.dice(DICE)),
            (c, c.office.lottery.draw),
        ]  # fmt: skip

    @played_once
    def drawn(self, *people: str) -> list[Application]:
        made = self.confirmed(*people)
        for _, act in self.ceremony():
            act()
            self.sync()
        return made

    @played_once
    def approved(self, *people: str) -> list[Application]:
        made = self.drawn(*people)
        self.contractor.office.participants.send()
        self.sync()
        self.ward.office.review.confirm_rest(PARTICIPANTS)
        self.ward.office.participants.approve()
        self.sync()
        return made


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Bureau(Site.CONTRACTOR, tmp_path / "contractor"), Bureau(Site.WARD, tmp_path / "ward"))


@pytest.fixture
def leaves() -> Callable[..., Any]:
    """Asserts that a call raises, and that the site it speaks to holds afterwards what it held before."""

    @contextmanager
    def check(bureau: Bureau, error: type[Exception]) -> Iterator[Any]:
        before = bureau.image()
        with pytest.raises(error) as raised:
            yield raised
        assert bureau.image() == before

    return check


@pytest.fixture(scope="session")
def site_at() -> Callable[[Path, Site], Bureau]:
    """One site's office alone, as often as asked."""
    return lambda folder, site: Bureau(site, folder)


@pytest.fixture(scope="session")
def bureau_at() -> Callable[[Path], Bureau]:
    """A contractor's office alone, as often as asked."""
    return lambda folder: Bureau(Site.CONTRACTOR, folder)
