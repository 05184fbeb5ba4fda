"""Requests of a sync over Box failed in every way: each bundle arrives once, whole and in order, or it is said why not.

A few requests for each way here; every request in every way under `make faults` (tests/faults/test_box_table.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.box.faults import Fault
from tests.box.pretend import PretendBox
from tests.storage.courier.striking import (
    HANDED,
    UPLOAD,
    WAYS,
    Sites,
    dealt,
    kind_of,
    requests_of_a_sync,
    strike,
)

SEED = 20260511


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path / "sites")


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Of an undisturbed sync."""
    return requests_of_a_sync(Sites(tmp_path_factory.mktemp("undisturbed") / "sites"))


def test_an_undisturbed_sync_asks_for_no_more_than_it_needs(requests: list[str]) -> None:
    assert sum(one.startswith(UPLOAD) for one in requests) == 3 * 2 + 3 + 2
    assert requests.count("POST /oauth2/token") == 2


def test_what_is_dealt_leaves_out_no_way_and_no_request(requests: list[str]) -> None:
    hands = dealt(requests, SEED)
    assert list(hands) == [*(way for way in WAYS if way not in HANDED), *HANDED]
    assert min(map(len, hands.values())) >= 3
    apart_from_handed = sorted(place for way, hand in hands.items() if way not in HANDED for place in hand)
    assert apart_from_handed == list(range(1, len(requests) + 1))
    assert {kind_of(requests[place - 1]) for way in HANDED for place in hands[way]} == {UPLOAD}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_goes_wrong_with_a_request_every_bundle_arrives_once(
    sites: Sites, requests: list[str], way: str
) -> None:
    for nth in dealt(requests, SEED)[way]:
        strike(sites, way, nth)


@pytest.mark.parametrize("way", ["reset after it acted", "401", "503 though it acted", "altered"])
def test_with_many_requests_at_once_every_bundle_arrives_once_too(sites: Sites, way: str) -> None:
    for nth in (3, 9, 17):
        with PretendBox() as box:
            sites.begin(box, together=8)
            box.server.faults.order(Fault("*", "", nth=nth, **WAYS[way]))
            sites.sync()
            assert box.server.faults.struck
            box.server.faults.clear()
            assert sites.sync() == []
            sites.arrived()
