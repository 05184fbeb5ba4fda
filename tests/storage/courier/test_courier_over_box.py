"""Every request of a sync over Box failed in turn in every way: each bundle arrives once, whole and in order, or it is said why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import IkiikiError, IntegrityFailure, Refused, RemoteUnreachable
from core.exchange.names import Channel
from storage.courier import CourierFailure
from tests.box.faults import Fault, Kind, http_date
from tests.box.pretend import START, PretendBox

CW, WC = Channel.TO_WARD, Channel.TO_CONTRACTOR

WAYS: dict[str, dict[str, Any]] = {
    "refused": {"kind": Kind.REFUSED},
    "reset before it acted": {"kind": Kind.RESET_BEFORE},
    "reset after it acted": {"kind": Kind.RESET_AFTER},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "409 with our own bytes": {"kind": Kind.CONFLICT_SAME},
    "409 with other bytes": {"kind": Kind.CONFLICT_OTHER},
    "412": {"status": 412},
    "429, seconds": {"status": 429, "retry_after": 5},
    "429, a date": {"status": 429, "retry_after": http_date(START + 5)},
    "429, an hour": {"status": 429, "retry_after": 3600},
    "500": {"status": 500},
    "500 for good": {"status": 500, "times": 1000},
    "503 though it acted": {"status": 503, "acts": True},
    "202": {"status": 202, "retry_after": 1},
    "truncated": {"kind": Kind.TRUNCATED},
    "altered": {"kind": Kind.ALTERED},
    "slow": {"kind": Kind.SLOW},
}
HANDED = ("409 with our own bytes", "409 with other bytes")
"""These only make sense where something is put."""


class Sites:
    """Both sites with bundles to exchange, over a Box of their own. Made anew for every fault: `begin`."""

    def __init__(self, folder: Path, make_posts: Callable[[Path], Any]) -> None:
        self._folder, self._make, self._count = folder, make_posts, 0
        self.read = 20.0
        """Seconds until an answer is given up. Short only where one is to stall: a request repeated because the machine
        that runs the tests is busy would shift the count of the others."""

    def begin(self, box: PretendBox, together: int = 1) -> None:
        """Two bundles wait at the contractor, one at the ward. One request at a time has a first and a second; more have not."""
        self._count += 1
        place = self._folder / str(self._count)
        self.contractor, self.ward = self._make(place)
        self.sent = [self.contractor.post(CW, self.ward) for _ in range(2)]
        self.back = self.ward.post(WC, self.contractor)
        self._remotes = {
            post.site: box.remote(user, place / post.site.value, read=self.read)
            for post, user in ((self.contractor, box.contractor), (self.ward, box.ward))
        }
        for remote in self._remotes.values():
            remote.together = together

    def sync(self) -> list[IkiikiError]:
        """Each side once, and once more; what was refused on the way."""
        refused = []
        for post in (self.contractor, self.ward, self.contractor, self.ward):
            try:
                post.run(self._remotes[post.site])
            except IkiikiError as error:
                refused.append(error)
        return refused

    def arrived(self) -> None:
        """Every bundle lies in the other inbox, whole and nothing else, and each is received in the journal once."""
        files = {sealed.name.zip: sealed.zip_bytes for sealed in self.sent}
        files |= {sealed.name.manifest: sealed.manifest_bytes for sealed in self.sent}
        assert self.ward.inbox() == files
        assert self.contractor.inbox() == {
            self.back.name.zip: self.back.zip_bytes, self.back.name.manifest: self.back.manifest_bytes
        }  # fmt: skip
        for post, names in (
            (self.ward, [one.name for one in self.sent]),
            (self.contractor, [self.back.name]),
        ):
            lines = (post.folder / "courier" / "journal.jsonl").read_text().splitlines()
            received = [line.split('"bundle":"')[1].split('"')[0] for line in lines if '"received"' in line]
            assert received == [str(name) for name in names]


@pytest.fixture
def sites(tmp_path: Path, make_posts: Callable[[Path], Any]) -> Sites:
    return Sites(tmp_path / "sites", make_posts)


def requests_of_a_sync(sites: Sites) -> list[str]:
    with PretendBox() as box:
        sites.begin(box)
        assert sites.sync() == []
        sites.arrived()
        return [f"{one.method} {one.path}" for one in box.server.requests]


def test_an_undisturbed_sync_asks_for_no_more_than_it_needs(sites: Sites) -> None:
    asked = requests_of_a_sync(sites)
    assert sum(one.startswith("POST /api/2.0/files/content") for one in asked) == 3 * 2 + 3 + 2
    assert asked.count("POST /oauth2/token") == 2


def outcome(errors: list[IkiikiError]) -> str:
    if not errors:
        return "delivered at once"
    kinds = {type(error).__name__ for error in errors}
    for error in errors:
        assert isinstance(error, RemoteUnreachable | Refused | CourierFailure | IntegrityFailure)
        assert error.what and (error.next_step or error.where)
    return f"refused ({', '.join(sorted(kinds))}), delivered by the next"


@pytest.mark.parametrize("way", WAYS)
def test_whatever_goes_wrong_with_any_request_every_bundle_arrives_once(
    sites: Sites, way: str, record_property: Callable[[str, object], None]
) -> None:
    outcomes: dict[str, int] = {}
    requests = requests_of_a_sync(sites)
    sites.read = 0.3 if way == "slow" else sites.read
    for nth, asked in enumerate(requests, start=1):
        if way in HANDED and not asked.startswith("POST /api/2.0/files/content"):
            continue
        with PretendBox() as box:
            sites.begin(box)
            box.server.faults.order(Fault("*", "", nth=nth, **WAYS[way]))
            errors = sites.sync()
            assert box.server.faults.struck, f"request {nth} ({asked}) was never made"
            box.server.faults.clear()
            if way == "409 with other bytes":
                assert errors, f"{asked}: other bytes under our name went unsaid"
                told = outcome(errors).split(",")[0]
            else:
                later = sites.sync()
                told = outcome(errors)
                assert later == [], f"{way} at request {nth} ({asked}): {later}"
                sites.arrived()
            outcomes[told] = outcomes.get(told, 0) + 1
    record_property("outcomes", outcomes)
    print(f"{way:24} {outcomes}")


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
