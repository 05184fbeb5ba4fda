"""Whatever a site that has gone bad seals and signs: it is refused as a whole, in words, and nothing stays of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import State
from core.canonical import canonical_json
from core.errors import IntegrityFailure, Refused
from core.exchange.manifest import Kind
from core.keys import SigningKey
from core.ledger.checkpoint import make_checkpoint
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.line import line_hash
from core.ledger.roster import RosterEntry, make_roster
from core.office.choices import AsideReason, What
from core.office.envelope import HANDOVER
from core.office.history import LEDGER, ROSTERS
from core.office.keyring import enrol, need_partner, rosters_of, site_keys
from core.office.ledger import write_line
from core.office.lines import jsonl
from core.office.ports import StaffRow
from core.office.records import RECORDS, to_row
from core.office.review import APPLICANTS
from core.office.seating import approval_of, standing_of
from core.roles import Role, Site
from storage.bundles.sealer import BundleSealer

HASH = "0" * 64
FROM = {Site.CONTRACTOR: ("programme", "applicants", "participants"), Site.WARD: ("review", "approval")}


@pytest.fixture
def ready(bench: Any) -> Any:
    bench.received()
    return bench


def sender_of(bench: Any, site: Site) -> Any:
    return bench.contractor if site is Site.CONTRACTOR else bench.ward


@pytest.mark.parametrize("site", list(Site))
@pytest.mark.parametrize("kind", [k.value for k in Kind if k is not Kind.DESK])
def test_every_kind_without_its_entries_is_refused_and_so_is_every_kind_from_the_wrong_side(
    ready: Any, leaves: Callable[..., Any], site: Site, kind: str
) -> None:
    """Only a receipt may be empty: it carries ledger lines alone."""
    sender = sender_of(ready, site)
    take = ready.forge(sender, kind, {}, {})
    if kind == "receipt":
        assert take() is not None
        return
    with leaves(ready.other(sender), IntegrityFailure):
        take()


@pytest.mark.parametrize("site", list(Site))
def test_the_rest_of_a_bundle_cannot_make_its_direction_right(
    ready: Any, leaves: Callable[..., Any], site: Site
) -> None:
    sender, other = sender_of(ready, site), sender_of(ready, site.other)
    with other.store.read() as tx:
        rows = [to_row(a) for a in tx.applications.all()]
    entries = {RECORDS: jsonl(rows)}
    for kind in FROM[site.other]:
        with leaves(other, IntegrityFailure):
            ready.forge(sender, kind, entries, {"applications": len(rows)})()


@pytest.mark.parametrize("site", list(Site))
def test_rosters_that_no_line_of_the_ledger_names_are_not_kept(ready: Any, site: Site) -> None:
    """A site gone bad could send new ones with every bundle, and fill the other's vault."""
    sender = sender_of(ready, site)
    with sender.store.read() as tx:
        own = b"".join(rosters_of(tx, site).values())
    entries = [RosterEntry(f"x-{n}", "見本", Role.HANDLER, sender.keys.signing.public) for n in range(30)]
    loose = b"".join(make_roster(site, [one]).data for one in entries)
    with ready.other(sender).store.read() as tx:
        before = rosters_of(tx, site)
    assert before
    assert ready.forge(sender, "receipt", {ROSTERS: own + loose})() is not None
    with ready.other(sender).store.read() as tx:
        assert rosters_of(tx, site) == before


def test_a_roster_that_a_new_line_names_is_kept(ready: Any) -> None:
    contractor = ready.contractor
    with contractor.store.write() as tx:
        tx.staff.add(
            StaffRow("c-new", "見本", Role.HANDLER, SigningKey(bytes(32)).public.raw, contractor.now())
        )
        enrol(tx, Site.CONTRACTOR, contractor.now().isoformat())
        expected = rosters_of(tx, Site.CONTRACTOR)
    contractor.key("コバヤシ チヨ")
    contractor.office.records.send()
    ready.sync()
    with ready.ward.store.read() as tx:
        assert rosters_of(tx, Site.CONTRACTOR) == expected and len(expected) > 1


@pytest.mark.parametrize(
    "entries",
    [
        {HANDOVER: b"\xff\xfe"}, {HANDOVER: b"short"}, {HANDOVER: b"K7Q29F3MXA\n"}, {LEDGER: b"\xff\n"}, {LEDGER: b"no line end"},
        {ROSTERS: b"\xff\n"}, {ROSTERS: b"{}\n"}, {ROSTERS: b"[" * 100_000 + b"\n"},
    ],
)  # fmt: skip
def test_what_every_bundle_carries_must_be_well_formed(
    ready: Any, leaves: Callable[..., Any], entries: dict[str, bytes]
) -> None:
    for sender in (ready.contractor, ready.ward):
        with leaves(ready.other(sender), IntegrityFailure):
            ready.forge(sender, "receipt", entries)()


def test_a_programme_larger_than_one_may_be_is_refused(ready: Any, leaves: Callable[..., Any]) -> None:
    with leaves(ready.ward, IntegrityFailure):
        ready.forge(ready.contractor, "programme", {"programme.toml": b"#" * 65537}, {"programme": 1})()


def test_counts_beyond_a_ledger_line_are_refused(ready: Any, leaves: Callable[..., Any]) -> None:
    with leaves(ready.ward, IntegrityFailure):
        ready.forge(ready.contractor, "receipt", {}, {"a": 9_999_999, "b": 1})()


@pytest.mark.parametrize("who", list(Site))
def test_a_bundle_under_the_number_of_something_carried_by_hand_is_refused_and_can_be_set_aside(
    ready: Any, leaves: Callable[..., Any], who: Site
) -> None:
    """Either as a number of ours, or as one of its own that it makes a password notice of: both would break C7 at the receiver."""
    contractor, ward = ready.contractor, ready.ward
    thing = contractor.office.exporting.exported(
        contractor.office.exporting.draft(What.APPLICATIONS, Place.WARD, Medium.USB), b"zip"
    )
    ready.sync()
    if who is Site.WARD:
        with ward.store.write() as tx:
            write_line(
                ward.desk_of(Role.MANAGER), tx, Act.STORE, Content.PASSWORD_NOTICE, 1, Unit.SHEETS,
                medium=Medium.PAPER, handover="K7Q29F3MXA", ref="medium:K7Q29F3MXA",
            )  # fmt: skip
    number = thing.id if who is Site.CONTRACTOR else "K7Q29F3MXA"
    ward.sealer.bend = lambda entries: entries | {HANDOVER: number.encode()}
    ward.office.review.confirm_rest(APPLICANTS)
    name = ward.office.review.send().name
    ward.sealer.bend = None
    ready.carry(ward)
    with leaves(contractor, IntegrityFailure) as raised:
        contractor.office.exchange.import_waiting()
    assert number in raised.value.where
    assert contractor.office.refusals.standing().refused == (name,)
    contractor.office.refusals.set_aside(name, AsideReason.CONTENT)
    contractor.office.send_due()
    ready.sync()
    ward.office.voiding.void(name)
    ward.office.review.send()
    assert "review" in ready.sync()


# -- ③ --------------------------------------------------------------------------------------------------------


def rows_of(bench: Any) -> list[dict[str, Any]]:
    with bench.contractor.store.read() as tx:
        return [to_row(a) for a in tx.applications.all((State.ACCEPTED,))]


@pytest.mark.parametrize(
    "change",
    [
        {"number": 10**30}, {"number": 0}, {"number": True}, {"number": "1"}, {"number": 9_000_077, "record": "ZZZZZZZZZZ"},
        {"version": 10**30}, {"version": 0}, {"record": "../../etc"}, {"record": ""}, {"record": "k7q29f3mxa"}, {"record": None},
        {"state": "won"}, {"route": "../x"}, {"birth_date": "tomorrow"}, {"birth_date": 5}, {"preferences": "A"},
        {"preferences": [1]}, {"problems": ["none"]}, {"kana": None}, {"kana": "ヤマダ\x1b[2J"}, {"kana": "ヤマダ\u202e"},
        {"address": "新宿区\n新宿"}, {"address": "あ" * 5000}, {"source": "a\u2028b"}, {"extra": "x"}, {"email": 3},
    ],
)  # fmt: skip
def test_a_record_that_no_program_of_ours_writes_is_refused(
    ready: Any, leaves: Callable[..., Any], change: dict[str, Any]
) -> None:
    row = rows_of(ready)[0] | change
    line = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8") + b"\n"
    with leaves(ready.ward, IntegrityFailure):
        ready.forge(ready.contractor, "applicants", {RECORDS: line}, {"applications": 1})()


def test_a_record_cannot_take_anothers_number(ready: Any, leaves: Callable[..., Any]) -> None:
    first, second, *_ = rows_of(ready)
    for row in (
        first | {"number": second["number"]},
        first | {"number": 77},
        first | {"record": "ZZZZZZZZZZ"},
    ):
        with leaves(ready.ward, IntegrityFailure):
            ready.forge(ready.contractor, "applicants", {RECORDS: jsonl([row])}, {"applications": 1})()


def test_a_record_or_a_number_stands_once_in_a_bundle(ready: Any, leaves: Callable[..., Any]) -> None:
    first, second, *_ = rows_of(ready)
    for rows in ([first, first], [first | {"number": 70}, second | {"number": 70}]):
        with leaves(ready.ward, IntegrityFailure):
            ready.forge(ready.contractor, "applicants", {RECORDS: jsonl(rows)}, {"applications": 2})()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_count_told_is_the_count_carried(ready: Any, leaves: Callable[..., Any], count: int) -> None:
    two = rows_of(ready)[:2]
    with leaves(ready.ward, IntegrityFailure):
        ready.forge(ready.contractor, "applicants", {RECORDS: jsonl(two)}, {"applications": count})()


def test_a_line_that_is_not_ended_is_not_passed_over(ready: Any, leaves: Callable[..., Any]) -> None:
    data = jsonl(rows_of(ready)[:2])
    for broken in (data[:-1], data + b"{}", data.replace(b"{", b"{ ", 1), b"[" * 100_000 + b"\n", b'"x"\n'):
        with leaves(ready.ward, IntegrityFailure):
            ready.forge(ready.contractor, "applicants", {RECORDS: broken}, {"applications": 2})()


def test_a_programme_must_be_one(ready: Any, leaves: Callable[..., Any]) -> None:
    for text in (b"", b"\xff", b"name = 1", b"[[["):
        with leaves(ready.ward, IntegrityFailure):
            ready.forge(ready.contractor, "programme", {"programme.toml": text}, {"programme": 1})()


# -- ⑤ and ⑩ --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "draw"}, {"stage": []}, {"record": 5}, {"record": "ZZZZZZZZZZ"}, {"version": "x"}, {"version": None},
        {"verdict": "maybe"}, {"code": "free text"}, {"code": ["x"]}, {"actor": "a b"}, {"actor": 1}, {"at": "2026-05-01T10:00:00"},
        {"at": 5}, {"more": 1},
    ],
)  # fmt: skip
def test_a_word_of_the_review_has_one_form(
    ready: Any, leaves: Callable[..., Any], change: dict[str, Any]
) -> None:
    with ready.ward.store.read() as tx:
        someone = tx.applications.all()[0]
    word = {
        "stage": APPLICANTS, "record": someone.record, "version": someone.version_hash, "verdict": "confirmed", "code": "",
        "actor": "w-manager", "at": "2026-05-01T10:00:00+09:00",
    }  # fmt: skip
    good = ready.forge(
        ready.ward, "review", {"reviews.jsonl": jsonl([word])}, {"confirmed": 1, "returned": 0}
    )
    with leaves(ready.contractor, IntegrityFailure):
        ready.forge(
            ready.ward, "review", {"reviews.jsonl": jsonl([word | change])}, {"confirmed": 1, "returned": 0}
        )()
    with leaves(ready.contractor, IntegrityFailure):
        ready.forge(ready.ward, "review", {"reviews.jsonl": jsonl([word])}, {"confirmed": 2, "returned": 0})()
    assert good() is not None


def test_the_contractor_cannot_write_the_wards_approval(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.drawn()
    with bench.contractor.store.read() as tx:
        draw = tx.draws.names()[0]
        _, log = standing_of(tx, draw)
    document = {
        "draw": draw, "result": log.result, "events": log.head, "participants": 3,
        "at": "2026-05-20T10:00:00+09:00", "by": "w-manager",
    }  # fmt: skip
    with leaves(bench.ward, IntegrityFailure):
        bench.forge(
            bench.contractor,
            "approval",
            {"approval.json": canonical_json(document) + b"\n"},
            {"participants": 3},
        )()
    with bench.ward.store.read() as tx:
        assert approval_of(tx, draw) is None


@pytest.mark.parametrize(
    "change",
    [
        {"events": []}, {"events": HASH}, {"result": HASH}, {"draw": "other-2026-1"}, {"draw": None}, {"by": ""}, {"at": "soon"},
        {"participants": "3"}, {"secret": 1},
    ],
)  # fmt: skip
def test_an_approval_is_of_this_result_and_these_events(
    bench: Any, leaves: Callable[..., Any], change: dict[str, Any]
) -> None:
    bench.drawn()
    with bench.ward.store.read() as tx:
        draw = tx.draws.names()[0]
        _, log = standing_of(tx, draw)
    good = {
        "draw": draw, "result": log.result, "events": log.head, "participants": 3,
        "at": "2026-05-20T10:00:00+09:00", "by": "w-manager",
    }  # fmt: skip
    for lines in ([good | change], [good, good], []):
        with leaves(bench.contractor, IntegrityFailure):
            bench.forge(bench.ward, "approval", {"approval.json": jsonl(lines)}, {"participants": 3})()


# -- history and order ----------------------------------------------------------------------------------------


def test_over_the_line_an_older_ledger_is_a_rollback(ready: Any, leaves: Callable[..., Any]) -> None:
    """Only a medium may be overtaken; a bundle of the line that knows less than the last is a site set back."""
    contractor = ready.contractor
    with contractor.store.read() as tx:
        size = tx.ledger.size(Site.CONTRACTOR)
        last = tx.bundles.last("cw", 1, "out")
        (line,) = tx.ledger.lines(Site.CONTRACTOR, size - 3, 1)
        earlier = make_checkpoint(
            site_keys(tx).signing, org=Site.CONTRACTOR, epoch=1, size=size - 2, head=line_hash(line),
            access_log_head=tx.access.head(),
        )  # fmt: skip
        zip_bytes, manifest = BundleSealer(contractor.entropy).seal(
            keys=site_keys(tx), partner=need_partner(tx), channel="cw", epoch=1, seq=last.seq + 1,
            previous=last.manifest_sha256, kind="receipt", entries={HANDOVER: b"K7Q29F3MXA"}, counts={},
            created=contractor.now(), checkpoint=earlier.data,
        )  # fmt: skip
    with leaves(ready.ward, IntegrityFailure):
        ready.ward.office.exchange.take_in(f"1-cw-{last.seq + 1:08}", zip_bytes, manifest)


def test_a_bundle_of_another_epoch_direction_or_channel_is_not_opened(
    ready: Any, leaves: Callable[..., Any]
) -> None:
    for name in ("2-cw-00000001", "1-wc-00000001", "1-wd-00000001", "1-cw-00000000", "../1-cw-00000001", ""):
        with leaves(ready.ward, IntegrityFailure):
            ready.ward.office.exchange.take_in(name, b"zip", b"manifest")


def test_the_next_number_waits_for_the_one_before(ready: Any, leaves: Callable[..., Any]) -> None:
    ready.contractor.key("コバヤシ チヨ")
    first = ready.contractor.office.records.send()
    ready.contractor.key("ワタナベ ジュン")
    second = ready.contractor.office.records.send()
    with ready.contractor.store.read() as tx:
        contents = {sent.name: tx.bundles.content(sent.name) for sent in (first, second)}
    with leaves(ready.ward, Refused):
        ready.ward.office.exchange.take_in(second.name, *contents[second.name])
    for sent in (first, second):
        assert ready.ward.office.exchange.take_in(sent.name, *contents[sent.name]) is not None
        assert ready.ward.office.exchange.take_in(sent.name, *contents[sent.name]) is None
