"""Bundles stay as sealed; staff, settings, drafts, attendance and notices say what was said last."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import Application
from core.errors import IntegrityFailure, Refused
from core.office.ports import BundleRow, StaffRow
from core.roles import Role
from storage.store import VaultStore, VaultTx

Make = Callable[..., Application]


@pytest.fixture(scope="session")
def bundle(at: dt.datetime) -> Callable[..., BundleRow]:
    def build(seq: int = 1, *, channel: str = "cw", direction: str = "out", **given: Any) -> BundleRow:
        facts: dict[str, Any] = {
            "epoch": 1,
            "kind": "applicants",
            "manifest_sha256": "a" * 64,
            "counts": {"applications": 3},
            "created": at,
            **given,
        }
        name = f"{facts['epoch']}-{channel}-{seq:08d}"
        return BundleRow(channel=channel, seq=seq, direction=direction, name=facts.pop("name", name), **facts)

    return build


@settings(max_examples=25)
@given(
    zip_bytes=st.binary(max_size=60),
    manifest=st.binary(max_size=30),
    counts=st.dictionaries(st.text("ab"), st.integers(0, 9)),
)
def test_a_bundle_comes_back_byte_for_byte(
    new_tables: Any,
    bundle: Callable[..., BundleRow],
    zip_bytes: bytes,
    manifest: bytes,
    counts: dict[str, int],
) -> None:
    tx = VaultTx(new_tables())
    row = bundle(counts=counts)
    tx.bundles.add(row, zip_bytes, manifest)
    tx.bundles.add(row, zip_bytes, manifest)
    assert tx.bundles.get(row.name) == row
    assert tx.bundles.content(row.name) == (zip_bytes, manifest)
    assert tx.bundles.list("out") == [row]


def test_bundles_are_listed_in_order_and_the_last_of_a_channel_is_known(
    tx: VaultTx, bundle: Callable[..., BundleRow]
) -> None:
    rows = [bundle(2), bundle(10), bundle(1), bundle(1, epoch=2), bundle(1, channel="wc", direction="in")]
    for row in rows:
        tx.bundles.add(row, b"zip", b"manifest")
    assert tx.bundles.list("out") == [bundle(1), bundle(2), bundle(10), bundle(1, epoch=2)]
    assert tx.bundles.list("in") == [rows[-1]]
    assert tx.bundles.last("cw", 1, "out") == bundle(10)
    assert tx.bundles.last("cw", 1, "in") is None
    assert tx.bundles.last("cw", 3, "out") is None


@pytest.mark.parametrize(
    "given",
    [{"zip": b"other"}, {"manifest": b"other"}, {"name": "1-cw-99999999"}],
    ids=["another zip", "another manifest", "another name in its place"],
)
def test_other_bytes_never_take_a_bundles_place(
    tx: VaultTx, bundle: Callable[..., BundleRow], given: dict[str, Any]
) -> None:
    tx.bundles.add(bundle(), b"zip", b"manifest")
    content = (given.pop("zip", b"zip"), given.pop("manifest", b"manifest"))
    with pytest.raises(IntegrityFailure):
        tx.bundles.add(bundle(**given), *content)
    assert tx.bundles.list("out") == [bundle()]
    assert tx.bundles.content(bundle().name) == (b"zip", b"manifest")


def test_a_bundle_is_settled_once(tx: VaultTx, bundle: Callable[..., BundleRow], at: dt.datetime) -> None:
    tx.bundles.add(bundle(), b"zip", b"manifest")
    tx.bundles.settle(bundle().name, at)
    tx.bundles.settle(bundle().name, at + dt.timedelta(days=1))
    assert tx.bundles.get(bundle().name) == bundle(settled=at)
    tx.bundles.add(bundle(), b"zip", b"manifest")
    assert tx.bundles.get(bundle().name) == bundle(settled=at)


def test_a_bundle_that_is_not_here_is_said_so(tx: VaultTx, at: dt.datetime) -> None:
    assert tx.bundles.get("1-cw-00000009") is None
    with pytest.raises(IntegrityFailure, match="1-cw-00000009"):
        tx.bundles.content("1-cw-00000009")
    with pytest.raises(IntegrityFailure, match="1-cw-00000009"):
        tx.bundles.settle("1-cw-00000009", at)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bundle SET manifest_sha256 = 'b'",
        "UPDATE bundle SET settled = NULL",
        "DELETE FROM bundle",
        "UPDATE bundle_content SET zip = x'00'",
        "DELETE FROM bundle_content",
        "UPDATE staff SET signing_public = zeroblob(32)",
        "UPDATE staff SET until = NULL",
        "DELETE FROM staff",
        "UPDATE notice SET kind = 'other'",
        "DELETE FROM notice",
    ],
)
def test_the_tables_keep_bundles_keys_and_dispatches(
    tx: VaultTx,
    connection: Any,
    make: Make,
    bundle: Callable[..., BundleRow],
    at: dt.datetime,
    refused_by_table: type[Exception],
    statement: str,
) -> None:
    tx.applications.add(make(1), at)
    tx.bundles.add(bundle(settled=at), b"zip", b"manifest")
    tx.staff.add(StaffRow("sato", "佐藤", Role.HANDLER, b"\x01" * 32, at, at))
    tx.notices.put("batch-1", make(1).record, "admission", at)
    with pytest.raises(refused_by_table, match="append-only"):
        connection.execute(statement)


def test_staff_come_and_go_and_their_keys_stay(tx: VaultTx, at: dt.datetime) -> None:
    later = at + dt.timedelta(days=30)
    first = StaffRow("sato", "佐藤 花子", Role.MANAGER, b"\x01" * 32, at)
    second = StaffRow("sato", "佐藤 花子", Role.HANDLER, b"\x02" * 32, later)
    tx.staff.add(first)
    with pytest.raises(Refused, match="sato"):
        tx.staff.add(second)
    tx.staff.end("sato", later)
    tx.staff.add(second)
    ended = StaffRow("sato", "佐藤 花子", Role.MANAGER, b"\x01" * 32, at, later)
    assert tx.staff.list() == [ended, second]
    with pytest.raises(Refused, match="suzuki"):
        tx.staff.end("suzuki", later)


def test_a_signing_key_is_32_bytes(store: VaultStore, at: dt.datetime) -> None:
    with pytest.raises(IntegrityFailure), store.write() as tx:
        tx.staff.add(StaffRow("sato", "佐藤", Role.HANDLER, b"short", at))
    with store.read() as tx:
        assert tx.staff.list() == []


def test_settings_and_drafts_are_what_was_put_last(tx: VaultTx) -> None:
    assert tx.settings.get("programme") is None
    tx.settings.put("programme", "一")
    tx.settings.put("programme", "二")
    assert tx.settings.get("programme") == "二"
    assert tx.drafts.get("sato") is None
    tx.drafts.put("sato", {"kana": "ヤ"})
    tx.drafts.put("sato", {"kana": "ヤマ", "group": ""})
    tx.drafts.put("suzuki", {})
    assert tx.drafts.get("sato") == {"kana": "ヤマ", "group": ""}
    tx.drafts.put("sato", None)
    assert (tx.drafts.get("sato"), tx.drafts.get("suzuki")) == (None, {})


def test_attendance_is_what_was_noted_last(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    for number in (1, 2):
        tx.applications.add(make(number), at)
    tx.attendance.put("A", make(1).record, True, at, "sato")
    tx.attendance.put("A", make(2).record, True, at, "sato")
    tx.attendance.put("A", make(1).record, False, at, "sato")
    tx.attendance.put("B", make(1).record, True, at, "sato")
    assert tx.attendance.of("A") == {make(1).record: False, make(2).record: True}
    assert tx.attendance.of("C") == {}


def test_of_several_notices_the_newest_is_told(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    later = at + dt.timedelta(days=3)
    for number in (1, 2):
        tx.applications.add(make(number), at)
        tx.notices.put("batch-1", make(number).record, "rejection", at)
    tx.notices.put("batch-2", make(1).record, "admission", later)
    tx.notices.put("batch-1", make(1).record, "rejection", later)
    assert tx.notices.sent() == {
        make(1).record: ("admission", "batch-2", later),
        make(2).record: ("rejection", "batch-1", at),
    }
    assert tx.notices.all() == [
        (make(1).record, "rejection"), (make(2).record, "rejection"), (make(1).record, "admission"),
    ]  # fmt: skip


def test_a_write_that_fails_keeps_nothing_and_one_that_succeeds_is_read(
    store: VaultStore, at: dt.datetime
) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.settings.put("programme", "half")
        raise ZeroDivisionError
    with store.read() as tx:
        assert tx.settings.get("programme") is None
    with store.write() as tx:
        tx.settings.put("programme", "whole")
    with store.read() as tx:
        assert tx.settings.get("programme") == "whole"


def test_an_error_of_the_tables_tells_no_personal_data(
    store: VaultStore, make: Make, at: dt.datetime
) -> None:
    with pytest.raises(IntegrityFailure) as caught, store.write() as tx:
        tx.notices.put("batch-1", "NOBODYHERE", "admission", at)
    assert "NOBODYHERE" not in str(caught.value)
