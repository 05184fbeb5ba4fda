"""A courier's receipt settles nothing alone: what its people never took in is late, laid out again, and arrives after all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.exchange.codes import CodeKind
from core.exchange.names import bundle_name
from core.exchange.receipt import Receipt, write_receipt
from core.keys import SigningKey
from core.office.due import LateKind, Stage
from core.office.keyring import earlier_rings
from core.office.survivor import survive
from core.roles import Role, Site
from storage.store import VaultStore
from tests.core.office.conftest import MemoryVault, receipt_of

LONG = dt.timedelta(days=30)


@pytest.fixture
def sent(bench: Any) -> tuple[Any, str]:
    """The contractor's roll lies in its outbox; nothing of it has reached the ward."""
    bench.confirmed()
    bench.contractor.office.lottery.freeze()
    (name,) = outbox(bench)
    return bench, name


def outbox(bench: Any) -> list[str]:
    return sorted(path.stem for path in (bench.contractor.folder / "outbox").glob("*.manifest"))


def beside(bench: Any, name: str, data: bytes) -> Path:
    """Whoever can write the courier's folders lays that beside a bundle; the contractor's program looks."""
    path = Path(bench.contractor.folder / "outbox" / f"{name}.receipt")
    path.write_bytes(data)
    path.chmod(0o600)
    bench.contractor.office.exchange.flush()
    return path


def lates(bench: Any) -> list[LateKind]:
    return [one.kind for one in bench.contractor.office.exchange.overview().status.late]


def later(bench: Any, by: dt.timedelta = LONG) -> None:
    for site in (bench.contractor, bench.ward):
        site.moment += by


def manifest_of(bench: Any, name: str) -> Path:
    return Path(bench.contractor.folder / "outbox" / f"{name}.manifest")


def _forged(bench: Any, name: str, how: str) -> bytes:
    bundle = bundle_name(name)
    assert bundle is not None
    receipt = Receipt(Site.WARD, bundle, "a" * 64, "2026-05-11T09:41:07+09:00")
    true = receipt_of(bench.ward, manifest_of(bench, name))
    return {
        "nothing": b"",
        "a key of one's own": write_receipt(receipt, SigningKey(b"\x07" * 32)),
        "other bytes": write_receipt(receipt, SigningKey(b"\x07" * 32)),
        "another bundle": true.replace(name.encode(), b"1-cw-00000001"),
        "too large": true + b" " * 5000,
    }[how]


@pytest.mark.parametrize(
    "how", ["nothing", "a key of one's own", "other bytes", "another bundle", "too large", "a link"]
)
def test_what_is_no_receipt_settles_nothing(sent: tuple[Any, str], tmp_path: Path, how: str) -> None:
    bench, name = sent
    if how == "a link":
        true = tmp_path / "true"
        true.write_bytes(receipt_of(bench.ward, manifest_of(bench, name)))
        path = bench.contractor.folder / "outbox" / f"{name}.receipt"
        path.symlink_to(true)
        bench.contractor.office.exchange.flush()
    elif how == "other bytes":
        path = manifest_of(bench, name)
        right = path.read_bytes()
        path.write_bytes(right + b" ")
        wrong = receipt_of(bench.ward, path)  # by the right key, for other bytes than were sealed
        path.write_bytes(right)
        path = beside(bench, name, wrong)
    else:
        path = beside(bench, name, _forged(bench, name, how))
    assert outbox(bench) == [name] and not path.exists()
    assert bench.contractor.office.exchange.overview().status.stage(name) is Stage.SEALED
    evidence = bench.contractor.folder / "courier" / "evidence"
    assert [one.name for one in evidence.iterdir()] == [f"{name}.receipt-refused1"]
    assert f"receipt_refused {name}" in bench.contractor.details()
    bench.sync()
    assert bench.contractor.office.exchange.overview().status.stage(name) is Stage.TAKEN


def test_a_receipt_by_a_stolen_key_with_the_bundle_taken_away_only_delays(sent: tuple[Any, str]) -> None:
    """The receipt is true to every check: that the partner's people never took it in is what shows."""
    bench, name = sent
    beside(bench, name, receipt_of(bench.ward, manifest_of(bench, name)))
    assert outbox(bench) == []
    assert bench.contractor.office.exchange.overview().status.stage(name) is Stage.ARRIVED
    assert LateKind.UNTAKEN not in lates(bench)
    later(bench)
    assert LateKind.UNTAKEN in lates(bench)
    bench.contractor.office.exchange.flush()
    assert outbox(bench)[-1] == name  # behind a receipt of ours, of which no ledger tells
    assert (bench.contractor.folder / "outbox" / f"{name}.again").exists()
    bench.sync()
    assert bench.ward.office.lottery.status().step == bench.contractor.office.lottery.status().step
    bench.contractor.office.exchange.flush()
    assert LateKind.UNTAKEN not in lates(bench) and name not in outbox(bench)
    assert not (bench.contractor.folder / "outbox" / f"{name}.again").exists()


def test_what_was_lost_before_it_is_laid_out_with_it(bench: Any) -> None:
    """A receipt of the sender's own has no line in any ledger, but nothing behind it can be taken in without it."""
    bench.received()
    contractor = bench.contractor
    with contractor.store.write() as tx:
        contractor.office.exchange.seal(tx, "receipt", {}, {})
    contractor.key("コバヤシ チヨ")
    contractor.office.records.send()
    for name in (lost := outbox(bench)):
        beside(bench, name, receipt_of(bench.ward, manifest_of(bench, name)))
    assert len(lost) == 2 and outbox(bench) == []
    later(bench)
    contractor.office.exchange.flush()
    assert outbox(bench) == lost
    bench.sync()
    assert [
        stage
        for name in lost
        if (stage := contractor.office.exchange.overview().status.stage(name)) is not Stage.TAKEN
    ] == []


def test_an_epoch_is_not_forgotten_while_what_was_receipted_in_it_was_not_taken_in(bench: Any) -> None:
    bench.received()
    contractor, ward = bench.contractor.office, bench.ward.office
    bench.contractor.key("コバヤシ チヨ")
    name = contractor.records.send().name
    beside(bench, name, receipt_of(bench.ward, manifest_of(bench, name)))
    for exchange in (contractor.exchange, ward.exchange):
        exchange.renew(by_hand=True)
    bench.pair()
    bench.sync(3)
    with bench.contractor.store.read() as tx:
        rings = earlier_rings(tx)
    assert [ring.carried for ring in rings] == [True]
    later(bench)
    contractor.exchange.flush()
    bench.sync(4)
    assert contractor.exchange.overview().status.stage(name) is Stage.TAKEN
    with bench.contractor.store.read() as tx:
        assert [ring.carried for ring in earlier_rings(tx)] == [False]


def test_an_erasure_waits_for_what_was_receipted_and_not_taken_in(sent: tuple[Any, str]) -> None:
    bench, name = sent
    beside(bench, name, receipt_of(bench.ward, manifest_of(bench, name)))
    assert any("取り込んだと確かめられていない束" in one for one in obstacles(bench))
    later(bench)
    bench.contractor.office.exchange.flush()
    bench.sync()
    assert not any("取り込んだと" in one for one in obstacles(bench))


def test_what_survives_an_erasure_has_nothing_to_lay_out(sent: tuple[Any, str]) -> None:
    """Its bundles went with all the rest; that one of them was receipted and not taken in is still told."""
    bench, name = sent
    beside(bench, name, receipt_of(bench.ward, manifest_of(bench, name)))
    later(bench)
    left = VaultStore(MemoryVault())
    with bench.contractor.store.read() as old, left.write() as new:
        survive(old, new, {}, bench.contractor.now(), bench.contractor.entropy)
    bench.contractor.store = left
    bench.contractor.office = bench.contractor.office_of(Role.MANAGER)
    assert LateKind.UNTAKEN in lates(bench)
    assert bench.contractor.office.exchange.flush() == [] and outbox(bench) == []


def obstacles(bench: Any) -> list[str]:
    return list(bench.contractor.office.erasing.plan([]).obstacles)


# -- what must go on without any receipt --------------------------------------------------------------------------


def by_ledger(bench: Any) -> None:
    """Downloads, and its bundles come by a medium: no receipt ever."""
    for file in sorted((bench.contractor.folder / "outbox").iterdir()):
        (bench.ward.folder / "inbox" / file.name).write_bytes(file.read_bytes())
        (bench.ward.folder / "inbox" / file.name).chmod(0o600)
    bench.ward.office.exchange.import_waiting()
    bench.ward.office.send_due()
    bench.carry(bench.ward)
    bench.contractor.office.exchange.import_waiting()


def by_telephone(bench: Any) -> None:
    for file in sorted((bench.contractor.folder / "outbox").iterdir()):
        (bench.ward.folder / "inbox" / file.name).write_bytes(file.read_bytes())
        (bench.ward.folder / "inbox" / file.name).chmod(0o600)
    bench.ward.office.exchange.import_waiting()
    code = bench.ward.office.by_phone.tell(CodeKind.RECEIPT).code
    bench.contractor.office.by_phone.hear(CodeKind.RECEIPT, code)


def by_telephone_after_a_receipt(bench: Any) -> None:
    """The courier's receipt came with a medium, the ward's word by telephone."""
    (name,) = outbox(bench)
    files = [(path.name, path.read_bytes()) for path in (bench.contractor.folder / "outbox").iterdir()]
    beside(bench, name, receipt_of(bench.ward, manifest_of(bench, name)))
    for file, data in files:
        (bench.contractor.folder / "outbox" / file).write_bytes(data)
        (bench.contractor.folder / "outbox" / file).chmod(0o600)
    by_telephone(bench)


@pytest.mark.parametrize("way", [by_ledger, by_telephone, by_telephone_after_a_receipt])
def test_a_partner_that_may_only_download_is_not_called_late(
    sent: tuple[Any, str], way: Callable[[Any], None]
) -> None:
    bench, name = sent
    way(bench)
    assert bench.contractor.office.exchange.overview().status.stage(name) is Stage.TAKEN
    later(bench)
    assert not {LateKind.UNTAKEN, LateKind.RECEIPT} & set(lates(bench))
    bench.contractor.office.exchange.flush()
    assert not list((bench.contractor.folder / "outbox").glob("*.again"))
    assert not any("取り込んだと" in one for one in obstacles(bench))
