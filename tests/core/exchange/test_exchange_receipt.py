"""Receipts and heartbeats: the courier's word, for one bundle and one hour."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import IntegrityFailure, UsageError
from core.exchange.names import BundleName, Channel
from core.exchange.receipt import (
    Receipt,
    heartbeat_name,
    heartbeat_place,
    read_heartbeat,
    read_receipt,
    write_heartbeat,
    write_receipt,
)
from core.exchange.remote import is_remote_name, require_remote_name
from core.roles import Site

NAME = BundleName(1, Channel.TO_WARD, 3)
NOW = dt.datetime(2026, 5, 11, 9, 41, 7, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def test_a_receipt_reads_back_under_the_courier_s_key_alone(two: Any) -> None:
    receipt = Receipt(Site.WARD, NAME, "a" * 64, "2026-05-11T09:41:07+09:00")
    data = write_receipt(receipt, two.courier)
    assert read_receipt(data, two.courier.public, bundle=NAME) == receipt
    with pytest.raises(IntegrityFailure):
        read_receipt(data, two.ward.signing.public, bundle=NAME)


def test_a_receipt_laid_beside_another_bundle_is_refused(two: Any) -> None:
    data = write_receipt(Receipt(Site.WARD, NAME, "a" * 64, "2026-05-11T09:41:07+09:00"), two.courier)
    with pytest.raises(IntegrityFailure):
        read_receipt(data, two.courier.public, bundle=BundleName(1, Channel.TO_WARD, 4))


def test_the_sender_cannot_receipt_its_own_bundle(two: Any) -> None:
    data = write_receipt(Receipt(Site.CONTRACTOR, NAME, "a" * 64, "2026-05-11T09:41:07+09:00"), two.courier)
    with pytest.raises(IntegrityFailure):
        read_receipt(data, two.courier.public, bundle=NAME)


def test_an_hour_has_one_heartbeat_of_one_content(two: Any) -> None:
    later = NOW + dt.timedelta(minutes=10)
    assert (
        heartbeat_name(Site.WARD, 1, NOW)
        == heartbeat_name(Site.WARD, 1, later)
        == "heartbeat-ward-1-20260511t00.json"
    )
    assert write_heartbeat(Site.WARD, 1, NOW, two.courier) == write_heartbeat(
        Site.WARD, 1, later, two.courier
    )


def test_a_heartbeat_kept_under_another_hour_or_site_is_refused(two: Any) -> None:
    data, name = write_heartbeat(Site.WARD, 1, NOW, two.courier), heartbeat_name(Site.WARD, 1, NOW)
    key = two.courier.public
    assert read_heartbeat(data, key, site=Site.WARD, name=name).at == "2026-05-11T00:00:00+00:00"
    for site, other in (
        (Site.WARD, heartbeat_name(Site.WARD, 1, NOW + dt.timedelta(hours=1))),
        (Site.WARD, heartbeat_name(Site.WARD, 2, NOW)),
        (Site.CONTRACTOR, heartbeat_name(Site.CONTRACTOR, 1, NOW)),
    ):
        with pytest.raises(IntegrityFailure):
            read_heartbeat(data, key, site=site, name=other)


def test_heartbeat_names_sort_by_epoch_and_hour() -> None:
    names = [
        heartbeat_name(Site.WARD, epoch, NOW + dt.timedelta(hours=hour))
        for epoch in (1, 9, 10)
        for hour in (0, 20)
    ]
    places = [heartbeat_place(name) for name in names]
    assert None not in places and places == sorted(places, key=lambda place: place or (Site.WARD, 0, ""))


def test_everything_the_couriers_write_has_a_name_every_remote_takes() -> None:
    for name in (NAME.zip, NAME.manifest, NAME.receipt, heartbeat_name(Site.CONTRACTOR, 1, NOW)):
        assert is_remote_name(name)


@given(st.text(max_size=8))
def test_names_with_anything_else_are_refused(text: str) -> None:
    odd = any(letter not in "0123456789abcdefghijklmnopqrstuvwxyz._-" for letter in text)
    if odd or not text or text[0] in "._-":
        with pytest.raises(UsageError):
            require_remote_name(text)
    else:
        assert require_remote_name(text) == text
