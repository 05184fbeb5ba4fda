"""Changing the keys: in every order, with bundles on their way, nothing is lost, doubled or stopped."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from core.draw.signing import keys_in
from core.draw.verify import verify
from core.errors import IntegrityFailure, Refused
from core.exchange.card import make_card, read_card
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.ledger.codes import Act
from core.ledger.line import read_line
from core.office.epochs import CARD, ENDED
from core.office.keyring import courier_pairs, earlier_rings, epoch_of, rings_of, site_keys
from core.office.pairing import KeyStage
from core.roles import Role, Site
from storage.boxes import FolderBoxes
from tests.core.office.conftest import receipt_of


def epochs(bench: Any) -> list[int]:
    found = []
    for one in (bench.contractor, bench.ward):
        with one.store.read() as tx:
            found.append(epoch_of(tx))
    return found


def held(bureau: Any) -> list[int]:
    """The epochs gone by of which this site could still open something."""
    with bureau.store.read() as tx:
        return [ring.epoch for ring in earlier_rings(tx) if ring.opening is not None]


def carried(bureau: Any) -> list[int]:
    with bureau.store.read() as tx:
        return [read_card(pair.own_card).epoch for pair in courier_pairs(tx)]


def records(bureau: Any) -> dict[str, str]:
    """By record, a number and a name, as the site holds them."""
    return {one.record: f"{one.number} {one.applicant.kana}" for one in everybody(bureau)}


def everybody(bureau: Any) -> list[Any]:
    with bureau.store.read() as tx:
        return list(tx.applications.all())


def change(bench: Any, rounds: int = 4) -> None:
    bench.contractor.office.exchange.renew()
    bench.sync()
    bench.ward.office.exchange.renew()
    bench.sync(rounds)


def acts(bureau: Any) -> list[Act]:
    with bureau.store.read() as tx:
        return [read_line(raw, name="ledger")[1].act for raw in tx.ledger.lines(bureau.site)]


@pytest.fixture
def ready(bench: Any) -> Any:
    bench.pair()
    bench.sync(3)
    return bench


def test_a_change_with_an_answer_destroys_the_old_keys_at_both_sites(ready: Any) -> None:
    c, w = ready.contractor, ready.ward
    began = c.office.exchange.renew()
    assert (began.stage, began.epoch) == (KeyStage.OFFERED, 1)
    ready.sync()
    asked = w.office.exchange.standing()
    assert (asked.stage, asked.partner_next_fingerprint) == (KeyStage.ASKED, began.next_fingerprint)
    assert "電話で確かめ" in asked.sentence
    answered = w.office.exchange.renew()
    assert (answered.stage, answered.epoch) == (KeyStage.ENDING, 2)
    assert epochs(ready) == [1, 2]
    ready.sync(4)
    assert epochs(ready) == [2, 2]
    for one, other in ((c, w), (w, c)):
        standing = one.office.exchange.standing()
        assert (standing.stage, standing.fingerprint) == (
            KeyStage.NONE,
            other.office.exchange.standing().partner_fingerprint,
        )
        assert held(one) == []
        assert carried(one) == [2]
        assert [name.name for name in (one.folder / "courier").glob("key*")] == ["key-2"]
        assert one.office.ledger.verify() == []
        written = acts(one)
        assert [written.count(act) for act in (Act.RENEW, Act.EPOCH, Act.DESTROY)] == [1, 1, 1]
    assert ready.sync() == []


def test_the_old_opening_key_is_nowhere_in_the_vault(ready: Any) -> None:
    old = {}
    for one in (ready.contractor, ready.ward):
        with one.store.read():
            old[one] = one.keys.opening.raw
    change(ready)
    for one, raw in old.items():
        text = repr(one.image())
        for start in range(3):  # however the base64 happens to be aligned
            inner = base64.b64encode(raw[start:])[:60].decode()
            assert inner not in text


def test_both_begin_at_the_same_moment(ready: Any) -> None:
    for one in (ready.contractor, ready.ward):
        assert one.office.exchange.renew().stage is KeyStage.OFFERED
    ready.sync(4)
    assert epochs(ready) == [2, 2]
    assert held(ready.contractor) == held(ready.ward) == []
    for one in (ready.contractor, ready.ward):
        assert one.office.ledger.verify() == []


def test_asked_twice_it_is_one_change(ready: Any) -> None:
    first = ready.contractor.office.exchange.renew()
    assert ready.contractor.office.exchange.renew() == first
    ready.sync()
    assert ready.sync() == []
    assert acts(ready.contractor).count(Act.RENEW) == 1


def test_a_second_change_follows_the_first_and_not_before_it_is_done(ready: Any) -> None:
    ready.contractor.office.exchange.renew()
    ready.sync()
    ready.ward.office.exchange.renew()
    with pytest.raises(Refused, match="終わっていません"):
        ready.ward.office.exchange.renew()
    ready.sync(4)
    ready.ward.office.exchange.renew()
    ready.sync()
    ready.contractor.office.exchange.renew()
    ready.sync(4)
    assert epochs(ready) == [3, 3]
    ready.contractor.key("サトウ ハナコ")
    ready.contractor.office.records.send()
    ready.sync()
    assert records(ready.ward) == records(ready.contractor) != {}
    for one in (ready.contractor, ready.ward):
        assert one.office.ledger.verify() == []
        assert held(one) == []


NAMES = [
    f"{last} {first}"
    for last in ("サトウ", "スズキ", "タナカ", "ヤマモト")
    for first in ("ハナコ", "イワオ", "チヨ", "ジュン")
]


@pytest.mark.parametrize("first", list(Site))
@pytest.mark.parametrize("together", [False, True])
def test_people_go_on_sealing_at_every_step(ready: Any, first: Site, together: bool) -> None:
    """Something new is sealed before each step, so that bundles of both epochs cross on their way in both directions."""
    names = iter(NAMES)
    one = ready.contractor if first is Site.CONTRACTOR else ready.ward
    other = ready.other(one)

    def seal() -> None:
        ready.contractor.key(next(names))
        ready.contractor.office.records.send()
        ready.ward.office.review.confirm_rest("applicants")
        ready.ward.office.review.send()

    steps: list[Callable[[], object]] = [
        one.office.exchange.renew,
        *([other.office.exchange.renew] if together else []),
        lambda: ready.carry(one), other.office.exchange.import_waiting, other.office.send_due,
        *([] if together else [other.office.exchange.renew]),
        lambda: ready.carry(other), one.office.exchange.import_waiting, one.office.send_due,
        lambda: ready.carry(one), other.office.exchange.import_waiting, other.office.send_due,
        lambda: ready.carry(other), one.office.exchange.import_waiting,
    ]  # fmt: skip
    for step in steps:
        seal()
        step()
    ready.sync(4)
    assert epochs(ready) == [2, 2]
    assert len(records(ready.contractor)) == len(steps)
    assert records(ready.ward) == records(ready.contractor)
    ready.ward.office.review.confirm_rest("applicants")
    ready.ward.office.review.send()
    ready.sync(3)
    assert ready.contractor.office.review.status("applicants").open == 0
    assert held(ready.contractor) == held(ready.ward) == []
    for bureau in (ready.contractor, ready.ward):
        assert bureau.office.ledger.verify() == []
        with bureau.store.read() as tx:
            assert all(row.settled for row in tx.bundles.list("out") if row.epoch == 1)


def late(bench: Any) -> tuple[str, bytes, bytes]:
    """A bundle of the contractor's first epoch that is still on its way when the change is over for everybody else."""
    bench.contractor.key("サトウ ハナコ")
    sent = bench.contractor.office.records.send()
    with bench.contractor.store.read() as tx:
        content = tx.bundles.content(sent.name)
    receipt = bench.contractor.folder / "outbox" / f"{sent.name}.receipt"
    receipt.write_bytes(receipt_of(bench.ward, receipt.with_suffix(".manifest")))
    receipt.chmod(0o600)
    for ending in (".zip", ".manifest"):
        (bench.contractor.folder / "outbox" / f"{sent.name}{ending}").rename(
            bench.contractor.folder / f"late{ending}"
        )
    return (sent.name, *content)


def test_what_is_missing_of_the_old_epoch_holds_the_new_one_and_is_still_opened(ready: Any) -> None:
    change(ready, rounds=1)
    ready.sync(4)
    ready.contractor.office.exchange.renew()  # 2 → 3
    ready.sync()
    name, *content = late(ready)
    ready.ward.office.exchange.renew()
    ready.sync(2)
    ready.contractor.key("スズキ イチロウ")
    new = ready.contractor.office.records.send()
    ready.sync(2)
    assert epochs(ready) == [3, 3]
    assert held(ready.ward) == [2]
    assert records(ready.ward) == {}
    assert new.name in ready.ward.office.exchange.overview().waiting
    assert name in ready.ward.office.exchange.standing().due
    ready.ward.office.exchange.take_in(name, *content)
    assert held(ready.ward) == []
    assert "applicants" in ready.sync(2)
    assert records(ready.ward) == records(ready.contractor)
    assert len(records(ready.ward)) == 2
    assert ready.ward.office.ledger.verify() == []


def test_a_medium_from_the_counter_sealed_before_the_change_is_read_after_it(ready: Any) -> None:
    ready.ward.key("イケダ トオル")
    early = ready.ward.office.records.seal_desk()
    change(ready)
    assert epochs(ready) == [2, 2]
    assert held(ready.contractor) == [1]
    assert held(ready.ward) == []
    ready.ward.key("ニシ サチコ")
    second = ready.ward.office.records.seal_desk()
    assert [name for name, *_ in ready.ward.office.records.desk_on_the_way()] == [early[0], second[0]]
    with pytest.raises(Refused, match="まだ届いていません"):
        ready.contractor.office.records.take_in_desk(*second)
    ready.contractor.office.records.take_in_desk(*early)
    assert held(ready.contractor) == []
    ready.contractor.office.records.take_in_desk(*second)
    assert records(ready.contractor) == records(ready.ward)
    ready.sync(3)
    assert ready.ward.office.records.desk_on_the_way() == []


def test_a_replay_of_the_old_epoch_is_harmless_or_refused(ready: Any, leaves: Callable[..., Any]) -> None:
    ready.contractor.key("サトウ ハナコ")
    sent = ready.contractor.office.records.send()
    with ready.contractor.store.read() as tx:
        content = tx.bundles.content(sent.name)
    ready.sync()
    ready.contractor.office.exchange.renew()
    forged = ready.forge(ready.contractor, "receipt")  # whoever has the old keys can still do this
    change(ready)
    before = ready.ward.image()
    assert ready.ward.office.exchange.take_in(sent.name, *content) is None
    assert ready.ward.image() == before
    with leaves(ready.ward, IntegrityFailure) as raised:
        forged()
    assert "終わった世代" in raised.value.what


def test_a_bundle_signed_by_the_old_key_after_the_end_is_kept_as_evidence(ready: Any) -> None:
    """Whoever stole the old key can still sign; the list under the new key does not have it, and nothing stops."""
    ready.ward.key("イケダ トオル")
    ready.ward.office.records.seal_desk()  # on a medium: the contractor must keep the first epoch's keys
    ready.ward.office.exchange.renew()
    forged = ready.forged(ready.ward, "receipt")
    ready.sync()
    ready.contractor.office.exchange.renew()
    ready.sync(3)
    assert held(ready.contractor) == [1]
    into_inbox(ready.contractor, *forged)
    before = ready.contractor.image()
    with pytest.raises(IntegrityFailure, match="一覧にありません"):
        ready.contractor.office.exchange.import_waiting()
    assert ready.contractor.image() == before
    evidence = [path.read_bytes() for path in (ready.contractor.folder / "courier" / "evidence").iterdir()]
    assert sorted(evidence) == sorted(forged[1:])
    assert ready.contractor.office.exchange.import_waiting() == []


def into_inbox(bureau: Any, name: str, zip_bytes: bytes, manifest: bytes) -> None:
    for ending, data in ((".zip", zip_bytes), (".manifest", manifest)):
        path = bureau.folder / "inbox" / f"{name}{ending}"
        path.touch(mode=0o600)
        path.write_bytes(data)


# -- cards that do not fit ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["site", "epoch", "vault", "signing", "courier", "two", "none", "ended"])
def test_only_the_right_card_is_taken_from_a_bundle(
    ready: Any, leaves: Callable[..., Any], wrong: str
) -> None:
    c = ready.contractor
    fresh, courier = SiteKeys.from_random(b"\x07" * SITE_KEY_BYTES), SigningKey(b"\x08" * 32).public
    with c.store.read() as tx:
        own = rings_of(tx)[1].own
        keys = site_keys(tx)
    card = make_card(
        keys if wrong == "signing" else fresh,
        site=Site.WARD if wrong == "site" else Site.CONTRACTOR,
        vault_id="another" if wrong == "vault" else own.vault_id,
        epoch=3 if wrong == "epoch" else 2,
        courier=own.courier if wrong == "courier" else courier,
        created=c.now(),
    ).data
    entries = {
        "two": {CARD: card, ENDED: b""}, "none": {}, "ended": {ENDED: b""},
    }.get(wrong, {CARD: card})  # fmt: skip
    with leaves(ready.ward, IntegrityFailure):
        ready.forge(c, "epoch", entries)()
    assert ready.ward.office.exchange.standing().stage is KeyStage.NONE


def test_a_second_card_for_the_same_epoch_is_refused(ready: Any, leaves: Callable[..., Any]) -> None:
    ready.contractor.office.exchange.renew()
    ready.sync()
    fresh = SiteKeys.from_random(b"\x07" * SITE_KEY_BYTES)
    with ready.contractor.store.read() as tx:
        own = rings_of(tx)[1].own
    card = make_card(
        fresh, site=Site.CONTRACTOR, vault_id=own.vault_id, epoch=2, courier=SigningKey(b"\x08" * 32).public,
        created=ready.contractor.now(),
    ).data  # fmt: skip
    with leaves(ready.ward, IntegrityFailure):
        ready.forge(ready.contractor, "epoch", {CARD: card})()


@pytest.mark.parametrize("bend", ["hash", "hole", "other", "junk", "short"])
def test_a_list_that_does_not_fit_what_was_taken_in_is_refused(ready: Any, bend: str) -> None:
    ready.contractor.key("サトウ ハナコ")
    ready.contractor.office.records.send()
    ready.sync(2)
    ready.ward.office.exchange.renew()
    ready.sync()

    def bent(entries: dict[str, bytes]) -> dict[str, bytes]:
        if ENDED not in entries:
            return entries
        lines = entries[ENDED].splitlines(keepends=True)
        lines = {
            "hash": [b"0" * 64 + lines[0][64:], *lines[1:]], "hole": lines[1:], "junk": [b"x\n", *lines],
            "other": [line.replace(b"1-cw", b"1-wc") for line in lines], "short": lines[:1],
        }[bend]  # fmt: skip
        return entries | {ENDED: b"".join(lines)}

    take_in = ready.bent(ready.contractor, ready.contractor.office.exchange.renew, bent)
    before = ready.ward.image()["application"]
    with pytest.raises(IntegrityFailure):
        take_in()
    assert ready.ward.image()["application"] == before
    with ready.ward.store.read() as tx:
        assert tx.settings.get("ended_1") is None
    assert held(ready.ward) == []


# -- by hand --------------------------------------------------------------------------------------------------


def trust(one: Any, other: Any) -> None:
    exchange = other.office.exchange
    one.office.exchange.trust(exchange.partner_card(), exchange.fingerprint())


@pytest.mark.parametrize("offered", [False, True])
def test_by_hand_nothing_is_believed_but_what_people_read_out(ready: Any, offered: bool) -> None:
    c, w = ready.contractor, ready.ward
    if offered:
        w.office.exchange.renew()
        ready.sync()
    c.key("サトウ ハナコ")
    c.office.records.send()  # sealed with the old keys, not yet with the ward
    for one in (c, w):
        standing = one.office.exchange.renew(by_hand=True)
        assert standing.stage is KeyStage.BY_HAND
        assert one.office.exchange.fingerprint() == standing.next_fingerprint
    ready.carry(c)
    assert w.office.exchange.import_waiting() == []  # a signature of the old key says nothing
    trust(w, c)
    assert epochs(ready) == [1, 2]
    c.key("スズキ イチロウ")
    c.office.records.send()
    trust(c, w)
    assert epochs(ready) == [2, 2]
    ready.sync(5)
    assert records(w) == records(c)
    assert len(records(w)) == 2
    assert held(c) == held(w) == []
    for one in (c, w):
        assert one.office.ledger.verify() == []
        assert one.office.exchange.standing().stage is KeyStage.NONE


def test_by_hand_a_forged_bundle_of_the_old_key_is_never_taken_in(ready: Any) -> None:
    c, w = ready.contractor, ready.ward
    for one in (c, w):
        one.office.exchange.renew(by_hand=True)
    forged = ready.forged(c, "receipt")
    with pytest.raises(Refused, match="一覧"):
        w.office.exchange.take_in(*forged)
    into_inbox(w, *forged)
    assert w.office.exchange.import_waiting() == []
    trust(w, c)
    trust(c, w)
    c.key("サトウ ハナコ")
    c.office.records.send()
    ready.carry(c)
    with pytest.raises(IntegrityFailure, match="一覧にありません"):
        w.office.exchange.import_waiting()
    assert records(w) == records(c)
    with w.store.read() as tx:
        assert tx.bundles.get(forged[0]) is None


def test_by_hand_a_wrong_fingerprint_or_epoch_changes_nothing(ready: Any, leaves: Callable[..., Any]) -> None:
    c, w = ready.contractor, ready.ward
    w.office.exchange.renew(by_hand=True)
    card, fingerprint = w.office.exchange.partner_card(), w.office.exchange.fingerprint()
    with leaves(c, Refused):  # nobody here has begun to change keys
        c.office.exchange.trust(card, fingerprint)
    c.office.exchange.renew(by_hand=True)
    with leaves(c, IntegrityFailure):
        c.office.exchange.trust(card, c.office.exchange.fingerprint())
    assert epochs(ready) == [1, 1]


# -- cut off --------------------------------------------------------------------------------------------------


class PowerCut(Exception):
    """The machine went off here."""


@pytest.mark.parametrize("at", ["put_partner", "put_out"])
def test_cut_off_after_any_commit_it_goes_on(ready: Any, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Every step is cut off before its files are written, and done again as at the next login."""

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    ready.contractor.key("サトウ ハナコ")
    ready.contractor.office.records.send()

    def step(bureau: Any, act: Callable[[Any], object]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(FolderBoxes, at, cut)
            with contextlib.suppress(PowerCut):
                act(bureau.office_of(Role.MANAGER))
        again = bureau.office_of(Role.MANAGER)
        again.exchange.hand_cards()
        again.exchange.flush()

    step(ready.contractor, lambda office: office.exchange.renew())
    ready.carry(ready.contractor)
    step(ready.ward, lambda office: office.exchange.import_waiting())
    ready.ward.office.exchange.import_waiting()
    step(ready.ward, lambda office: office.exchange.renew())
    for _ in range(3):
        for one in (ready.contractor, ready.ward):
            ready.carry(ready.other(one))
            step(one, lambda office: office.exchange.import_waiting())
            step(one, lambda office: office.exchange.import_waiting())
            step(one, lambda office: office.send_due())
    ready.sync(3)
    assert epochs(ready) == [2, 2]
    assert held(ready.contractor) == held(ready.ward) == []
    assert records(ready.ward) == records(ready.contractor) != {}


# -- a draw that goes on --------------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(8))
def test_a_draw_goes_on_under_the_keys_it_began_with(bench: Any, turn: int) -> None:
    bench.confirmed()
    for place, (_, act) in enumerate(bench.ceremony()):
        if place == turn:
            change(bench)
        act()
        bench.sync()
    if turn == 7:
        change(bench)
    bench.contractor.office.participants.send()
    bench.sync()
    bench.ward.office.review.confirm_rest("participants")
    bench.ward.office.participants.approve()
    bench.sync()
    seated = bench.contractor.office.participants.outings()
    assert seated
    assert epochs(bench) == [2, 2]
    for one in (bench.contractor, bench.ward):
        _, files = one.office.publication.files()
        assert files["contractor.pem"] == bench.contractor.keys.signing.public.pem
        assert files["ward.pem"] == bench.ward.keys.signing.public.pem
        assert verify(files, keys_in(files)).ok


def test_who_may_not(ready: Any, leaves: Callable[..., Any]) -> None:
    for one in (ready.contractor, ready.ward):
        for role in (Role.HANDLER, Role.AUDITOR):
            with leaves(one, Refused):
                one.office_of(role).exchange.renew()


def test_by_hand_after_the_partner_has_begun_nothing_that_came_is_refused(ready: Any) -> None:
    """The ward answers and begins; the contractor, who asked, grows suspicious before it takes the answer in."""
    c, w = ready.contractor, ready.ward
    c.office.exchange.renew()
    ready.sync()
    c.key("サトウ ハナコ")
    c.office.records.send()
    w.office.exchange.renew()
    c.office.exchange.renew(by_hand=True)
    ready.carry(w)  # the answer, and the first bundle of the next epoch
    assert c.office.exchange.import_waiting() == []
    trust(c, w)
    ready.sync(4)
    assert epochs(ready) == [2, 2]
    assert records(w) == records(c) != {}
    assert held(c) == held(w) == []


def test_the_ward_notice_names_the_keys_the_next_draw_will_begin_with(bench: Any) -> None:
    bench.pair()
    bench.sync(3)
    before = bench.ward.office.publication.keys()
    change(bench)
    after = bench.ward.office.publication.keys()
    assert set(before.values()).isdisjoint(after.values())
    assert after == bench.contractor.office.publication.keys()
