"""A bundle that is refused for good: the receiver sets it aside, the sender voids it, and all of it arrives after all, once."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.listing import VOID, write_listing
from core.ledger.codes import Act, Content, Unit
from core.office.approving import APPROVAL
from core.office.choices import AsideReason
from core.office.ledger import write_line
from core.office.pairing import KeyStage
from core.office.records import RECORDS
from core.office.review import APPLICANTS, ENTRY, PARTICIPANTS
from core.roles import Role, Site
from storage.boxes import FolderBoxes

PEOPLE = ("サトウ ハナコ", "スズキ イチロウ", "タナカ ミツコ", "ヤマモト イワオ")


def spoil(bench: Any, sender: Any, act: Callable[[], Any], entry: str) -> str:
    """`sender` does `act`, and its bundle comes out with `entry` spoiled. The name of what the receiver refuses."""
    sender.sealer.bend = lambda entries: entries | ({entry: b"{}\n"} if entry in entries else {})
    act()
    sender.sealer.bend = None
    bench.carry(sender)
    receiver = bench.other(sender)
    with pytest.raises(IntegrityFailure):
        receiver.office.exchange.import_waiting()
    (name,) = receiver.office.refusals.standing().refused
    return str(name)


def set_aside(bench: Any, receiver: Any, name: str) -> None:
    """The receiver's half, and the word of it to the sender."""
    receiver.office.refusals.set_aside(name, AsideReason.CONTENT)
    receiver.office.send_due()
    bench.carry(receiver)
    bench.other(receiver).office.exchange.import_waiting()


def acts(site: Any) -> list[str]:
    return [line.act.value for line in site.office.ledger.page(site.site, 0, 500)]


def names_at(site: Any) -> list[str]:
    with site.store.read() as tx:
        return [one.applicant.kana for one in tx.applications.all()]


@pytest.fixture
def refused(bench: Any) -> tuple[Any, str]:
    """③ of one person more is refused at the ward; another's has been sealed behind it."""
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    name = spoil(bench, bench.contractor, bench.contractor.office.records.send, RECORDS)
    bench.contractor.key("イトウ キヨシ")
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    return bench, name


def test_a_refused_bundle_stops_its_channel_until_both_sites_have_spoken(refused: tuple[Any, str]) -> None:
    bench, name = refused
    for _ in range(2):
        with pytest.raises(IntegrityFailure):
            bench.ward.office.exchange.import_waiting()
    set_aside(bench, bench.ward, name)
    assert bench.ward.office.exchange.import_waiting() == []  # the channel has not moved on by this
    assert "イトウ キヨシ" not in names_at(bench.ward)
    void = bench.contractor.office.voiding.void(name)
    assert void.counts == {"bundles": 2}  # it, and what was sealed behind it
    bench.sync()
    assert "イトウ キヨシ" not in names_at(bench.ward)  # sending is a person's act, as the first time
    assert bench.contractor.office.records.send().counts == {"applications": 2}
    assert bench.sync().count("applicants") == 1
    assert sorted(names_at(bench.ward)) == sorted((*PEOPLE, "コバヤシ チヨ", "イトウ キヨシ"))
    assert bench.contractor.office.records.send() is None
    for site in (bench.contractor, bench.ward):
        assert site.office.ledger.verify() == []
        assert site.office.refusals.standing().steps == ()
        assert "void" in acts(site)
    assert "set_aside" in acts(bench.ward)
    evidence = {path.name[: len(name)] for path in (bench.ward.folder / "courier" / "evidence").iterdir()}
    assert name in evidence
    assert list((bench.ward.folder / "inbox").iterdir()) == []


def test_each_site_says_in_one_sentence_who_has_to_do_what(refused: tuple[Any, str]) -> None:
    bench, name = refused
    contractor, ward = bench.contractor.office, bench.ward.office
    assert "外す" in ward.flow.status().sentence
    (step,) = ward.refusals.standing().steps
    assert name in step.sentence and "区の取扱責任者" in step.next_step
    set_aside(bench, bench.ward, name)
    (step,) = ward.refusals.standing().steps
    assert "委託先が取り消すまで" in step.sentence and step.todo == ""
    assert "取り込む" not in ward.flow.status().sentence  # what waits behind it is not to be taken in
    assert "取り消す" in contractor.flow.status().sentence
    (step,) = contractor.refusals.standing().steps
    assert name in step.sentence and "委託先の取扱責任者" in step.next_step
    assert "相手が外した" in bench_stage(bench.contractor, name)
    contractor.voiding.void(name)
    assert "取り消した" in bench_stage(bench.contractor, name)
    assert contractor.refusals.standing().steps == ()


def bench_stage(site: Any, name: str) -> str:
    from core.office.due import STAGE_WORDS

    return STAGE_WORDS[site.office.exchange.overview().status.stage(name)]


def test_the_other_way_the_words_of_the_review_wait_again(bench: Any) -> None:
    bench.received()
    ward, contractor = bench.ward.office, bench.contractor.office
    ward.review.confirm_rest(APPLICANTS)
    name = spoil(bench, bench.ward, ward.review.send, ENTRY)
    assert ward.review.unsent() == 0
    set_aside(bench, bench.contractor, name)
    ward.voiding.void(name)
    assert ward.review.unsent() == len(PEOPLE)
    ward.review.send()
    bench.sync()
    with bench.contractor.store.read() as tx:
        assert len(tx.reviews.latest(APPLICANTS)) == len(PEOPLE)
    assert contractor.refusals.standing().steps == ()
    assert bench.ward.office.ledger.verify() == bench.contractor.office.ledger.verify() == []


def test_the_programme_goes_again(bench: Any) -> None:
    bench.pair()
    name = spoil(bench, bench.contractor, bench.contractor.office.send_due, "programme.toml")
    set_aside(bench, bench.ward, name)
    bench.contractor.office.voiding.void(name)
    bench.sync()
    with bench.ward.store.read() as tx, bench.contractor.store.read() as own:
        assert tx.settings.get("programme") == own.settings.get("programme")


def test_participants_and_the_approval_go_again(bench: Any) -> None:
    bench.drawn()
    contractor, ward = bench.contractor.office, bench.ward.office
    name = spoil(bench, bench.contractor, contractor.participants.send, "participants.jsonl")
    set_aside(bench, bench.ward, name)
    contractor.voiding.void(name)
    assert contractor.participants.unsent()
    contractor.participants.send()
    bench.sync()
    ward.review.confirm_rest(PARTICIPANTS)
    ward.review.send()
    bench.sync()
    name = spoil(bench, bench.ward, ward.participants.approve, APPROVAL)
    set_aside(bench, bench.contractor, name)
    ward.voiding.void(name)
    ward.participants.approve()
    bench.sync()
    assert "承認" not in contractor.flow.status().sentence
    assert bench.sync() == []
    assert bench.ward.office.ledger.verify() == bench.contractor.office.ledger.verify() == []


def test_a_persons_late_place_travels_at_once_again(bench: Any) -> None:
    """What the ward is to check a late place by must not change between the void and ⑦."""
    bench.approved()
    contractor, ward = bench.contractor.office, bench.ward.office
    late = bench.contractor.key("コバヤシ チヨ")
    contractor.records.send()
    bench.sync()
    ward.review.confirm_rest(APPLICANTS)
    ward.review.send()
    bench.sync()
    name = spoil(
        bench, bench.contractor, lambda: contractor.participants.late(late.number), "participants.jsonl"
    )
    set_aside(bench, bench.ward, name)
    contractor.voiding.void(name)
    assert not contractor.participants.unsent()
    assert "participants" in bench.sync()


def test_the_counters_applications_are_handed_over_again(bench: Any) -> None:
    bench.received()
    bench.ward.key("コバヤシ チヨ")
    records = bench.ward.office.records
    bench.ward.sealer.bend = lambda entries: entries | {RECORDS: b"{}\n"}
    sealed = records.seal_desk()
    bench.ward.sealer.bend = None
    assert sealed is not None
    name, exchange = sealed[0], bench.contractor.office.exchange
    put_in(bench.contractor, *sealed)
    with pytest.raises(IntegrityFailure):
        exchange.import_waiting()
    bench.contractor.office.refusals.set_aside(name, AsideReason.CONTENT)
    bench.contractor.office.send_due()
    bench.sync()
    bench.ward.office.voiding.void(name)
    assert records.seal_desk() is not None
    for one in records.desk_on_the_way():
        put_in(bench.contractor, *one)
    assert [one.kind for one in exchange.import_waiting()] == ["void", "desk"]
    assert "コバヤシ チヨ" in names_at(bench.contractor)
    bench.contractor.office.send_due()
    bench.sync()
    assert records.desk_on_the_way() == []


def put_in(site: Any, name: str, zip_bytes: bytes, manifest: bytes) -> None:
    for ending, data in (("zip", zip_bytes), ("manifest", manifest)):
        path = Path(site.folder / "inbox" / f"{name}.{ending}")
        path.write_bytes(data)
        path.chmod(0o600)


# -- what is not to be healed this way --------------------------------------------------------------------------


def test_what_can_be_taken_in_cannot_be_set_aside(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.received()
    bench.contractor.key("コバヤシ チヨ")
    name = bench.contractor.office.records.send().name
    bench.carry(bench.contractor)
    with leaves(bench.ward, Refused):
        bench.ward.office.refusals.set_aside(name, AsideReason.CONFLICT)
    assert [one.name for one in bench.ward.office.exchange.import_waiting()] == [name]
    with leaves(bench.ward, UsageError):
        bench.ward.office.refusals.set_aside(name, AsideReason.CONFLICT)


def test_only_the_next_in_turn_can_be_set_aside(refused: tuple[Any, str], leaves: Callable[..., Any]) -> None:
    bench, name = refused
    behind = f"{name[:-8]}{int(name[-8:]) + 1:08}"
    with leaves(bench.ward, Refused):
        bench.ward.office.refusals.set_aside(behind, AsideReason.CONTENT)
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    with leaves(bench.ward, Refused):
        bench.ward.office.refusals.set_aside(behind, AsideReason.CONTENT)


def test_a_change_of_keys_is_neither_set_aside_nor_taken_back(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.received()
    name = spoil(bench, bench.ward, bench.ward.office.exchange.renew, "handover.txt")
    with leaves(bench.contractor, Refused) as raised:
        bench.contractor.office.refusals.set_aside(name, AsideReason.CONTENT)
    assert raised.value.next_step


def test_a_card_offered_behind_a_bundle_that_was_refused_is_offered_again(refused: tuple[Any, str]) -> None:
    """It is the same card: what people have read to each other stays so, and the change of keys goes through."""
    bench, name = refused
    contractor, ward = bench.contractor.office, bench.ward.office
    offered = contractor.exchange.renew().next_fingerprint
    set_aside(bench, bench.ward, name)
    assert contractor.voiding.void(name).counts == {"bundles": 3}
    bench.sync()
    assert ward.exchange.standing().partner_next_fingerprint == offered
    ward.exchange.renew()
    contractor.records.send()
    bench.sync(4)
    for exchange in (contractor.exchange, ward.exchange):
        standing = exchange.standing()
        assert (standing.stage, standing.epoch, standing.due) == (KeyStage.NONE, 2, ())
    assert "コバヤシ チヨ" in names_at(bench.ward)


def test_bytes_changed_on_the_way_are_no_bundle_to_be_set_aside(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    bench, name = refused
    manifest = bench.ward.folder / "inbox" / f"{name}.manifest"
    manifest.write_bytes(manifest.read_bytes().replace(b"A", b"B", 1))
    with leaves(bench.ward, IntegrityFailure):
        bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)


def flip(site: Any, name: str, ending: str) -> None:
    """One bit of what lies in the inbox, somewhere in the middle."""
    path = site.folder / "inbox" / f"{name}.{ending}"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("ending", ["zip", "manifest"])
@pytest.mark.parametrize("first", ["taken in", "set aside"])
def test_a_bit_changed_in_the_inbox_loses_no_bundle(
    bench: Any, leaves: Callable[..., Any], ending: str, first: str
) -> None:
    """Of a bundle of the draw too, whose kind nobody sees while it does not open: it is never set aside, but fetched anew."""
    bench.confirmed()
    bench.contractor.office.lottery.freeze()
    bench.carry(bench.contractor)
    (name,) = bench.ward.office.exchange.overview().waiting
    with bench.contractor.store.read() as tx:
        good = tx.bundles.content(name)
    flip(bench.ward, name, ending)
    refusals = bench.ward.office.refusals
    with leaves(bench.ward, IntegrityFailure) as raised:
        if first == "taken in":
            bench.ward.office.exchange.import_waiting()
        else:
            refusals.set_aside(name, AsideReason.UNREADABLE)
    assert "送受信" in raised.value.next_step
    assert refusals.standing().steps == ()  # nobody is told to set it aside
    with leaves(bench.ward, UsageError):
        refusals.set_aside(name, AsideReason.UNREADABLE)
    kept = {path.name.rsplit("-", 1)[0] for path in (bench.ward.folder / "courier" / "evidence").iterdir()}
    assert kept == {f"{name}.zip", f"{name}.manifest"}
    assert [path.name for path in (bench.ward.folder / "inbox").iterdir()] == [f"{name}.again"]
    put_in(bench.ward, name, *good)  # as the courier does (`test_courier_again.py`)
    assert [one.kind for one in bench.ward.office.exchange.import_waiting()] == ["draw"]


def test_a_void_altered_in_the_inbox_does_not_wait_in_silence(refused: tuple[Any, str]) -> None:
    """Behind a bundle that was set aside only its void is looked for: one that does not open must not be passed over."""
    bench, name = refused
    set_aside(bench, bench.ward, name)
    void = bench.contractor.office.voiding.void(name).name
    with bench.contractor.store.read() as tx:
        good = tx.bundles.content(void)
    bench.carry(bench.contractor)
    flip(bench.ward, void, "zip")
    with pytest.raises(IntegrityFailure, match="受け取ったあとに"):
        bench.ward.office.exchange.import_waiting()
    put_in(bench.ward, void, *good)
    assert [one.kind for one in bench.ward.office.exchange.import_waiting()] == ["void"]


def test_what_was_lost_from_the_inbox_is_asked_for_as_soon_as_another_waits_for_it(bench: Any) -> None:
    bench.received()
    inbox, names = bench.ward.folder / "inbox", []
    for kana in ("コバヤシ チヨ", "イトウ キヨシ"):
        bench.contractor.key(kana)
        names.append(bench.contractor.office.records.send().name)
    bench.carry(bench.contractor)
    for ending in ("zip", "manifest"):
        (inbox / f"{names[0]}.{ending}").unlink()
    with pytest.raises(Refused):
        bench.ward.office.exchange.import_waiting()
    assert (inbox / f"{names[0]}.again").exists()


# -- attacks ------------------------------------------------------------------------------------------------------


def test_a_void_without_the_receivers_own_word_has_no_effect(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    """The sender cannot make the receiver pass over a bundle alone; nor would its program try."""
    bench, name = refused
    with leaves(bench.contractor, Refused):
        bench.contractor.office.voiding.void(name)
    with leaves(bench.contractor, Refused):
        bench.contractor.office.voiding.void(
            name, by_phone=True
        )  # the way to it is open: its ledger will tell
    take = forged_void(bench, name)
    with leaves(bench.ward, Refused):
        take()


def forged_void(bench: Any, first: str, digest: str = "", *, of: str = "") -> Callable[[], Any]:
    """A void sealed by the contractor as its next, of all from `first` on; with `digest` for that, or for `of`."""
    with bench.contractor.store.read() as tx:
        rows = [row for row in tx.bundles.list("out") if row.name >= first]
    listing = write_listing(
        (row.name, digest if digest and row.name == (of or first) else row.manifest_sha256) for row in rows
    )
    return bench.forge(bench.contractor, "void", {VOID: listing}, {"bundles": len(rows)})  # type: ignore[no-any-return]


def test_a_void_of_what_was_taken_in_is_refused(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.received()
    with bench.contractor.store.read() as tx:
        last = tx.bundles.list("out")[-1].name
    with leaves(bench.ward, IntegrityFailure):
        forged_void(bench, last)()
    with leaves(bench.contractor, Refused):
        bench.contractor.office.voiding.void(last)


def test_a_void_of_other_bytes_than_were_set_aside_is_a_conflict(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    bench, name = refused
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    with leaves(bench.ward, IntegrityFailure):
        forged_void(bench, name, "0" * 64)()


def test_a_void_ends_with_the_very_bundle_before_it(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    bench, name = refused
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    behind = f"{name[:-8]}{int(name[-8:]) + 1:08}"
    with leaves(bench.ward, IntegrityFailure):
        forged_void(bench, name, "0" * 64, of=behind)()
    assert forged_void(bench, name)() is not None


def test_a_void_that_leaves_one_out_is_refused(refused: tuple[Any, str], leaves: Callable[..., Any]) -> None:
    bench, name = refused
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    with bench.contractor.store.read() as tx:
        row = tx.bundles.get(name)
    only = write_listing([(name, row.manifest_sha256)])  # another stands between it and the void
    with leaves(bench.ward, IntegrityFailure):
        bench.forge(bench.contractor, "void", {VOID: only}, {"bundles": 1})()


def test_a_void_of_somebody_elses_making_is_not_the_senders(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    bench, name = refused
    bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    with bench.contractor.store.read() as tx:
        rows = [row for row in tx.bundles.list("out") if row.name >= name]
    listing = write_listing((row.name, row.manifest_sha256) for row in rows)
    forged, zip_bytes, manifest = bench.forged(
        bench.contractor, "void", {VOID: listing}, {"bundles": len(rows)}
    )
    body, signature, _ = manifest.split(b"\n")
    other = bench.ward.keys.signing.sign(b"hk-manifest-v1\n" + body + b"\n")
    for wrong in (
        base64.b64encode(other),
        signature[:4] + (b"AAAA" if signature[4:8] != b"AAAA" else b"BBBB") + signature[8:],
    ):
        with leaves(bench.ward, IntegrityFailure):
            bench.ward.office.exchange.take_in(forged, zip_bytes, body + b"\n" + wrong + b"\n")
    assert (
        bench.ward.office.exchange.take_in(forged, zip_bytes, manifest) is not None
    )  # as the sender signed it


def test_what_was_voided_may_come_again_and_is_never_taken_in(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    bench, name = refused
    files = {path.name: path.read_bytes() for path in (bench.ward.folder / "inbox").iterdir()}
    set_aside(bench, bench.ward, name)
    bench.contractor.office.voiding.void(name)
    bench.sync()
    for file, data in files.items():
        (bench.ward.folder / "inbox" / file).write_bytes(data)
        (bench.ward.folder / "inbox" / file).chmod(0o600)
    before = bench.ward.image()
    assert bench.ward.office.exchange.import_waiting() == []
    assert bench.ward.image() == before
    assert list((bench.ward.folder / "inbox").iterdir()) == []
    with leaves(bench.ward, IntegrityFailure):  # the number is taken for ever
        bench.ward.office.exchange.take_in(name, b"other", b"other")


def test_the_sender_does_not_void_what_the_receiver_set_aside_of_other_bytes(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    """Somebody else sealed under that number: that is no bundle of ours to take back, but evidence."""
    bench, name = refused
    says_aside(bench, bench.ward, name, "0" * 64)
    (found,) = bench.contractor.office.ledger.verify()
    assert found.org is Site.WARD and name in found.what
    with leaves(bench.contractor, IntegrityFailure):
        bench.contractor.office.voiding.void(name)


def says_aside(bench: Any, site: Any, name: str, digest: str) -> None:
    """A site with a changed program tells in its ledger to have set aside what it has not; the other site hears of it."""
    with site.store.write() as tx:
        ref = f"aside:{name}:{digest}:content"
        write_line(site.desk_of(Role.MANAGER), tx, Act.SET_ASIDE, Content.BUNDLE, 1, Unit.FILES, ref=ref)
        tx.settings.put("receipt_due", "yes")
    site.office.send_due()
    bench.carry(site)
    bench.other(site).office.exchange.import_waiting()


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("which", ["never sealed", "taken in", "of the receiver's own"])
def test_what_cannot_have_been_set_aside_holds_up_no_change_of_keys(
    bench: Any, which: str, by_hand: bool
) -> None:
    """A ledger only grows: what stands there and can never be voided would stop every change of keys for good."""
    bench.received()
    ward, contractor = bench.ward, bench.contractor
    ward.office.review.confirm_rest(APPLICANTS)
    ward.office.review.send()
    bench.sync()
    with ward.store.read() as tx:
        taken_in = tx.bundles.list("out")[-1]
        theirs = tx.bundles.list("in")[-1]
    name, digest = {
        "never sealed": ("1-wc-09999999", "a" * 64),
        "taken in": (taken_in.name, taken_in.manifest_sha256),
        "of the receiver's own": (theirs.name, theirs.manifest_sha256),
    }[which]
    says_aside(bench, contractor, name, digest)
    (found,) = ward.office.ledger.verify()
    assert found.org is Site.CONTRACTOR and name in found.what and not found.chain
    assert ward.office.refusals.standing().steps == ()
    assert ward.office.exchange.renew(by_hand=by_hand).next_fingerprint
    contractor.office.exchange.renew(by_hand=by_hand)
    if by_hand:
        bench.pair()
    bench.sync(4)
    assert [site.office.exchange.standing().epoch for site in (contractor, ward)] == [2, 2]


@pytest.mark.parametrize("role", [Role.HANDLER, Role.AUDITOR])
def test_both_halves_are_for_who_is_responsible(
    refused: tuple[Any, str], leaves: Callable[..., Any], role: Role
) -> None:
    bench, name = refused
    with leaves(bench.ward, Refused):
        bench.ward.office_of(role).refusals.set_aside(name, AsideReason.CONTENT)
    with leaves(bench.contractor, Refused):
        bench.contractor.office_of(role).voiding.void(name)


# -- both ways at once, and cut off in the middle -----------------------------------------------------------------


def test_when_both_channels_are_stopped_people_tell_each_other(refused: tuple[Any, str]) -> None:
    """Neither ledger can travel: each word would have to go behind a bundle that is refused."""
    bench, name = refused
    ward, contractor = bench.ward.office, bench.contractor.office
    ward.review.confirm_rest(APPLICANTS)
    other = spoil(bench, bench.ward, ward.review.send, ENTRY)
    contractor.refusals.set_aside(other, AsideReason.CONTENT)
    ward.refusals.set_aside(name, AsideReason.CONTENT)
    with pytest.raises(Refused):
        contractor.voiding.void(name)
    contractor.voiding.void(name, by_phone=True)
    bench.sync()
    ward.voiding.void(other)
    contractor.records.send()
    ward.review.send()
    bench.sync()
    assert sorted(names_at(bench.ward)) == sorted((*PEOPLE, "コバヤシ チヨ", "イトウ キヨシ"))
    with bench.contractor.store.read() as tx:
        assert len(tx.reviews.latest(APPLICANTS)) == len(PEOPLE)
    assert ward.refusals.standing().steps == contractor.refusals.standing().steps == ()


class PowerCut(Exception):
    """The machine went off here."""


def cut(*_: object, **__: object) -> None:
    raise PowerCut


@pytest.mark.parametrize("step", ["core.office.refusals.write_line", "storage.boxes.FolderBoxes.set_aside"])
def test_setting_aside_cut_off_can_be_done_again(
    refused: tuple[Any, str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    bench, name = refused
    before = bench.ward.image()
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(step, cut)
        bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    if "write_line" in step:
        assert bench.ward.image() == before
        bench.ward.office.refusals.set_aside(name, AsideReason.CONTENT)
    assert bench.ward.office.exchange.import_waiting() == []
    assert not (bench.ward.folder / "inbox" / f"{name}.manifest").exists()
    kept = {path.name.rsplit("-", 1)[0] for path in (bench.ward.folder / "courier" / "evidence").iterdir()}
    assert kept >= {f"{name}.manifest", f"{name}.zip"}
    bench.ward.office.send_due()
    bench.sync()
    bench.contractor.office.voiding.void(name)
    assert "void" in bench.sync()


@pytest.mark.parametrize("step", ["core.office.voiding.take_back", "storage.boxes.FolderBoxes.put_out"])
def test_voiding_cut_off_is_done_wholly_or_not_at_all(
    refused: tuple[Any, str], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    bench, name = refused
    set_aside(bench, bench.ward, name)
    before = bench.contractor.image()
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(step, cut)
        bench.contractor.office.voiding.void(name)
    if "take_back" in step:
        assert bench.contractor.image() == before
        bench.contractor.office.voiding.void(name)
    assert "void" in bench.sync()
    bench.contractor.office.records.send()
    bench.sync()
    assert "コバヤシ チヨ" in names_at(bench.ward)


def test_taking_the_void_in_cut_off_goes_on_from_there(
    refused: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, name = refused
    set_aside(bench, bench.ward, name)
    bench.contractor.office.voiding.void(name)
    bench.contractor.office.records.send()
    bench.carry(bench.contractor)
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(FolderBoxes, "done_in", cut)
        bench.ward.office.exchange.import_waiting()
    assert [one.kind for one in bench.ward.office.exchange.import_waiting()] == ["applicants"]
    assert sorted(names_at(bench.ward)) == sorted((*PEOPLE, "コバヤシ チヨ", "イトウ キヨシ"))
    assert list((bench.ward.folder / "inbox").iterdir()) == []


# -- while keys change ------------------------------------------------------------------------------------------


def test_a_change_of_keys_waits_for_the_void_and_not_for_what_was_voided(refused: tuple[Any, str]) -> None:
    bench, name = refused
    contractor, ward = bench.contractor.office.exchange, bench.ward.office.exchange
    set_aside(bench, bench.ward, name)
    ward.renew()
    bench.carry(bench.ward)
    contractor.import_waiting()
    with pytest.raises(Refused):
        contractor.renew()  # its list of the epoch would be closed, with the refused bundle on it
    bench.contractor.office.voiding.void(name)
    contractor.renew()
    bench.sync(4)
    for exchange in (contractor, ward):
        standing = exchange.standing()
        assert (standing.stage, standing.epoch, standing.due) == (KeyStage.NONE, 2, ())
    bench.contractor.office.records.send()
    bench.sync()
    assert "コバヤシ チヨ" in names_at(bench.ward)


def test_by_hand_the_old_keys_are_left_at_once_and_what_can_be_voided_is_voided_first(
    refused: tuple[Any, str],
) -> None:
    """The list that ends an epoch closes it: behind a refused bundle on it nothing would pass any more."""
    bench, name = refused
    set_aside(bench, bench.ward, name)
    for site in (bench.contractor, bench.ward):
        site.office.exchange.renew(by_hand=True)
    bench.pair()
    bench.sync()
    assert bench.contractor.office.exchange.standing().epoch == 1
    assert "取り消す" in bench.contractor.office.flow.status().sentence
    bench.contractor.office.voiding.void(name)
    bench.sync(4)
    for site in (bench.contractor, bench.ward):
        standing = site.office.exchange.standing()
        assert (standing.stage, standing.epoch, standing.due) == (KeyStage.NONE, 2, ())
    bench.contractor.office.records.send()
    bench.sync()
    assert "コバヤシ チヨ" in names_at(bench.ward)


def test_what_was_sealed_before_a_change_of_keys_stays(
    refused: tuple[Any, str], leaves: Callable[..., Any]
) -> None:
    bench, name = refused
    bench.ward.office.exchange.renew()
    bench.carry(bench.ward)
    bench.contractor.office.exchange.import_waiting()
    bench.contractor.office.exchange.renew()
    set_aside(bench, bench.ward, name)
    with leaves(bench.contractor, Refused) as raised:
        bench.contractor.office.voiding.void(name)
    assert raised.value.next_step


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_nobody_can_void_any_more_holds_up_no_later_change_of_keys(bench: Any, by_hand: bool) -> None:
    """A receiver with a changed program takes in and does not say so; then it tells to have set aside, of the epoch before."""
    bench.received()
    contractor, ward = bench.contractor, bench.ward
    ward.office.review.confirm_rest(APPLICANTS)
    name = ward.office.review.send().name
    ward.office.exchange.renew()
    contractor.office.exchange.renew()
    bench.carry(contractor)
    ward.office.exchange.import_waiting()
    ward.office.exchange.begin_if_due()
    bench.carry(ward)
    with mock.patch("core.office.receiving.write_line"):
        contractor.office.exchange.import_waiting()
    contractor.office.exchange.begin_if_due()
    with ward.store.read() as tx:
        digest = tx.bundles.get(name).manifest_sha256
    says_aside(bench, contractor, name, digest)
    assert [str(one.bundle) for one in ward.office.refusals.standing().to_void] == [name]
    for site in (ward, contractor):
        site.office.exchange.renew(by_hand=by_hand)
        if not by_hand:
            bench.carry(site)
            bench.other(site).office.exchange.import_waiting()
    if by_hand:
        bench.pair()
    ward.office.exchange.begin_if_due()
    assert ward.office.exchange.standing().epoch == 3


# -- what the outbox lost ---------------------------------------------------------------------------------------


def test_what_the_outbox_lost_or_holds_altered_is_written_anew(bench: Any) -> None:
    """The vault keeps what it sealed: such a bundle needs no void, and nobody is kept out by it."""
    bench.received()
    outbox, sealed = bench.contractor.folder / "outbox", {}
    for kana in ("コバヤシ チヨ", "イトウ キヨシ"):
        bench.contractor.key(kana)
        name = bench.contractor.office.records.send().name
        sealed[name] = (outbox / f"{name}.zip").read_bytes()
    lost, damaged = sealed
    (outbox / f"{lost}.zip").unlink()
    (outbox / f"{damaged}.zip").write_bytes(b"damaged")
    bench.contractor.office_of(Role.HANDLER).exchange.flush()
    assert {name: (outbox / f"{name}.zip").read_bytes() for name in sealed} == sealed
    evidence = bench.contractor.folder / "courier" / "evidence"
    assert b"damaged" in {path.read_bytes() for path in evidence.iterdir()}
    assert bench.sync().count("applicants") == 2
