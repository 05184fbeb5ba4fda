"""One request of two sites' syncs over Box goes wrong, in one of many ways: what comes of it."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import IkiikiError, IntegrityFailure, Refused, RemoteUnreachable
from core.exchange.names import Channel
from storage.courier import CourierFailure
from tests.box.faults import Fault, Kind, http_date
from tests.box.pretend import START, PretendBox
from tests.storage.courier.posts import Post, post_pair

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
OTHER_BYTES = "409 with other bytes"
"""After this one a bundle cannot arrive by itself: people must be told, every time."""
UPLOAD = "POST /api/2.0/files/content"
PATIENT, IMPATIENT = 20.0, 1.5
"""Seconds. A busy machine may take its second over an answer that nothing is wrong with."""
DISTURBED = 2
"""Rounds in which what was ordered goes wrong; as many follow in which nothing does."""


class Sites:
    """Both sites with bundles to exchange, over a Box of their own. Made anew for every fault: `begin`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._between = folder / "remote"
        self._between.mkdir(parents=True)
        self.read = PATIENT
        """Seconds until an answer is given up. Short only where one is to stall: a request repeated because the machine
        that runs the tests is busy would shift the count of the others."""

    def begin(self, box: PretendBox, together: int = 1) -> None:
        """Two bundles wait at the contractor, one at the ward. One request at a time has a first and a second; more have not."""
        self._count += 1
        place = self._folder / str(self._count)
        self.contractor, self.ward = post_pair(place, self._between)
        self.sent = [self.contractor.post(CW, self.ward) for _ in range(2)]
        self.back = self.ward.post(WC, self.contractor)
        self.connect(box, together)

    def connect(self, box: PretendBox, together: int = 1) -> None:
        """Each site's remote, as a courier makes it that is started anew."""
        self._remotes = {
            post.site: box.remote(user, post.folder, read=self.read)
            for post, user in ((self.contractor, box.contractor), (self.ward, box.ward))
        }
        for remote in self._remotes.values():
            remote.together = together

    def round(self) -> list[IkiikiError]:
        """Each side once; what was refused on the way."""
        refused = []
        for post in (self.contractor, self.ward):
            try:
                post.run(self._remotes[post.site])
            except IkiikiError as error:
                refused.append(error)
        return refused

    def sync(self) -> list[IkiikiError]:
        """Each side once, and once more."""
        return [error for _ in range(DISTURBED) for error in self.round()]

    @property
    def delivered(self) -> bool:
        """Whether every bundle lies in the other inbox, whole and nothing else."""
        files = {sealed.name.zip: sealed.zip_bytes for sealed in self.sent}
        files |= {sealed.name.manifest: sealed.manifest_bytes for sealed in self.sent}
        back = {self.back.name.zip: self.back.zip_bytes, self.back.name.manifest: self.back.manifest_bytes}
        return self.ward.inbox() == files and self.contractor.inbox() == back

    def arrived(self) -> None:
        """Everything is delivered, and each bundle is received in the journal once."""
        assert self.delivered
        assert self._received(self.ward) == [str(one.name) for one in self.sent]
        assert self._received(self.contractor) == [str(self.back.name)]

    def nothing_false_arrived(self) -> None:
        """What is there is whole and ours, and nothing came twice."""
        ours = {
            sealed.name.zip: sealed.zip_bytes for sealed in (*self.sent, self.back)
        } | {sealed.name.manifest: sealed.manifest_bytes for sealed in (*self.sent, self.back)}  # fmt: skip
        for post in (self.contractor, self.ward):
            assert post.inbox().items() <= ours.items()
            received = self._received(post)
            assert len(received) == len(set(received))

    def _received(self, post: Post) -> list[str]:
        lines = (post.folder / "courier" / "journal.jsonl").read_text().splitlines()
        return [line.split('"bundle":"')[1].split('"')[0] for line in lines if '"received"' in line]


@dataclass(frozen=True)
class Struck:
    """What came of one request that went wrong. `rounds`: after which everything was there; None: never."""

    rounds: int | None
    refusals: tuple[IkiikiError, ...]


@dataclass
class Tally:
    """What came of one way, over every request it struck."""

    way: str
    struck: int = 0
    rounds: Counter[int] = field(default_factory=Counter)
    undelivered: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def add(self, one: Struck) -> None:
        self.struck += 1
        if one.rounds is None:
            self.undelivered += 1
        else:
            self.rounds[one.rounds] += 1
        self.words.update({error.what for error in one.refusals})


def kind_of(request: str) -> str:
    """What a request is for, whichever file it is about."""
    return re.sub(r"/d/\d+/[^/]+|/\d+(?=/|$)", "/…", request)


def requests_of_a_sync(sites: Sites) -> list[str]:
    """Every request of an undisturbed sync, in order."""
    with PretendBox() as box:
        sites.begin(box)
        assert sites.sync() == []
        sites.arrived()
        return [f"{one.method} {one.path}" for one in box.server.requests]


def strikable(way: str, requests: Sequence[str]) -> list[int]:
    """The places, from 1, of the requests that can go wrong in this way."""
    return [
        place
        for place, asked in enumerate(requests, start=1)
        if way not in HANDED or asked.startswith(UPLOAD)
    ]


def dealt(requests: Sequence[str], seed: int) -> dict[str, list[int]]:
    """A few requests for every way. Dealt like cards, so that every request goes wrong in some way, and every way has some."""
    dice = random.Random(seed)
    hands: dict[str, list[int]] = {}
    anywhere = [way for way in WAYS if way not in HANDED]
    for ways in (anywhere, HANDED):
        cards = strikable(ways[0], requests)
        dice.shuffle(cards)
        hands |= {way: sorted(cards[place :: len(ways)]) for place, way in enumerate(ways)}
    return hands


def strike(sites: Sites, way: str, nth: int, *, checked: bool = True) -> Struck:
    """Let the `nth` request go wrong so, and look at what comes of it. `checked`: see `PretendBox`.

    Raises `AssertionError` unless every bundle is delivered exactly once or it is said clearly why not.
    """
    sites.read = IMPATIENT if way == "slow" else PATIENT
    with PretendBox(checked=checked) as box:
        sites.begin(box)
        box.server.faults.order(Fault("*", "", nth=nth, **WAYS[way]))
        refused: list[IkiikiError] = []
        there = None
        for number in range(1, 2 * DISTURBED + 1):
            if number == DISTURBED + 1:
                assert box.server.faults.struck, f"request {nth} was never made"
                box.server.faults.clear()
                if sites.read == IMPATIENT:
                    sites.read = PATIENT
                    sites.connect(box)
            told = sites.round()
            refused += told
            there = number if there is None and sites.delivered else there
            if number > DISTURBED and way != OTHER_BYTES:
                assert told == [], f"{way} at request {nth}: {told}"
        clear(refused)
        if way == OTHER_BYTES:
            assert refused, f"request {nth}: other bytes under our name went unsaid"
            sites.nothing_false_arrived()
        else:
            sites.arrived()
        return Struck(there, tuple(refused))


def clear(errors: Iterable[IkiikiError]) -> None:
    """Refusals are of the kinds a person can act on, and say what, and where or what next."""
    for error in errors:
        assert isinstance(error, RemoteUnreachable | Refused | CourierFailure | IntegrityFailure)
        assert error.what and (error.next_step or error.where)
