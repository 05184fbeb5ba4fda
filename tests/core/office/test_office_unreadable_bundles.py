"""What breaks the program that reads it is the sealing site's matter: refused in words, and set aside by the two sites' word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest import mock

import pytest

from core.errors import IntegrityFailure
from core.exchange.names import bundle_name
from core.office.choices import AsideReason
from storage.bundles import zips
from tests.core.office.conftest import PROGRAMME
from tests.core.office.test_office_refused_bundles import names_at, set_aside


def lzma_of_noise(entries: Mapping[str, bytes], password: str) -> bytes:
    """An entry that says of itself that it is LZMA, and is none."""
    with mock.patch.object(zips.zipfile, "ZIP_DEFLATED", zips.zipfile.ZIP_LZMA):
        made = bytearray(zips.make_zip(entries, password))
    made[200:240] = bytes(40)
    return bytes(made)


_EXTRA = bytes.fromhex("0199 0700 0200") + b"AE"
"""What says that an entry is AES (AE-2): long enough to be nowhere in its ciphertext by chance."""


def without_its_extra_field(entries: Mapping[str, bytes], password: str) -> bytes:
    """Encrypted, and no word on how."""
    made = zips.make_zip(entries, password)
    assert made.count(_EXTRA) == 2  # in the entry's header and in the list
    return made.replace(_EXTRA, b"\2" + _EXTRA[1:])


def of_another_strength(entries: Mapping[str, bytes], password: str) -> bytes:
    made = bytearray(zips.make_zip(entries, password))
    at = made.rindex(_EXTRA)
    made[at + 8] = 0xEE
    return bytes(made)


def nested(entries: Mapping[str, bytes]) -> dict[str, bytes]:
    deep = b"x = " + b"[" * 2000 + b"]" * 2000 + b"\n"
    return {name: deep if name == "programme.toml" else content for name, content in entries.items()}


def let_the_ward_set_it_aside(bench: Any) -> None:
    """It is refused in words that repeat nothing, again and again, and by the two sites' word it is over."""
    for _ in range(2):
        with pytest.raises(IntegrityFailure) as error:
            bench.ward.office.exchange.import_waiting()
        assert error.value.where and error.value.next_step and "ヤマダ" not in str(error.value)
    (name,) = bench.ward.office.refusals.standing().refused
    set_aside(bench, bench.ward, name)
    bench.contractor.office.voiding.void(name)
    bench.sync()
    assert bench.ward.office.refusals.standing().steps == ()
    bench.contractor.key("イトウ キヨシ")
    bench.contractor.office.records.send()
    bench.sync()
    assert "イトウ キヨシ" in names_at(bench.ward)


@pytest.mark.parametrize("zipped", [lzma_of_noise, without_its_extra_field, of_another_strength])
def test_a_zip_that_breaks_its_reader_is_refused_and_can_be_set_aside(
    bench: Any, zipped: Callable[..., bytes]
) -> None:
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    with mock.patch("storage.bundles.sealing.make_zip", zipped):
        bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    let_the_ward_set_it_aside(bench)


def test_a_programme_nested_two_thousand_deep_is_refused_and_can_be_set_aside(bench: Any) -> None:
    bench.pair()
    bench.sync()
    bench.contractor.sealer.bend = nested
    bench.contractor.office.rules.set(PROGRAMME + "\n# 二版\n")
    bench.contractor.office.send_due()
    bench.contractor.sealer.bend = None
    bench.carry(bench.contractor)
    let_the_ward_set_it_aside(bench)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("ヤマダ"),
        RecursionError(),
        AttributeError("ヤマダ"),
        ValueError("ヤマダ"),
        ZeroDivisionError(),
    ],
)
@pytest.mark.parametrize("reader", ["taker", "history", "opening"])
def test_whatever_a_reader_of_the_partners_bundle_raises_it_can_be_set_aside(
    bench: Any, error: Exception, reader: str
) -> None:
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    (name,) = [path.stem for path in (bench.ward.folder / "inbox").glob("*.manifest")]
    where = {
        "taker": mock.patch.dict(bench.ward.office.exchange._takers, {"applicants": mock.Mock(side_effect=error)}),
        "history": mock.patch("core.office.receiving.take_history", side_effect=error),
        "opening": mock.patch("storage.bundles.sealing.open_bundle", side_effect=error),
    }  # fmt: skip
    with where[reader]:
        with pytest.raises(IntegrityFailure, match="中身を読めません") as refused:
            bench.ward.office.exchange.import_waiting()
        assert name in refused.value.where and "ヤマダ" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT).bundle == bundle_name(name)


def test_a_failing_disk_is_no_fault_of_the_bundle(bench: Any) -> None:
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    with (
        mock.patch("core.office.receiving.take_history", side_effect=OSError(28, "full")),
        pytest.raises(OSError, match="full"),
    ):
        bench.ward.office.exchange.import_waiting()
    assert bench.ward.office.refusals.standing().refused == ()
    assert bench.ward.office.exchange.import_waiting() != []
