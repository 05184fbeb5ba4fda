"""Codes by telephone: what a caller, a mistake or an office that has gone bad could do with them (docs/attacks.md)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from core.errors import IntegrityFailure, Refused
from core.exchange.card import make_card
from core.exchange.codes import SKIP, CodeKind, chain, make_codes, speak
from core.keys import SigningKey
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.line import LedgerLine
from core.office.code_keys import Given, put_given
from core.office.codes_compared import Word, differences
from core.office.ledger import write_line
from core.office.review import APPLICANTS, PARTICIPANTS, applicants_status
from core.office.seating import approval_of
from core.people.fields import Field
from core.roles import Role, Site
from tests.core.office.conftest import MemoryVault

RECEIPT, REVIEW, APPROVAL = CodeKind.RECEIPT, CodeKind.REVIEW, CodeKind.APPROVAL


@pytest.fixture
def called(bench: Any) -> Any:
    """⑤ is done at the ward, whose line only reads; a call about it is possible."""
    bench.received()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    return bench


@pytest.fixture
def to_approve(bench: Any) -> Any:
    """⑩ is given at the ward, and nothing of it has come to the contractor."""
    bench.drawn()
    bench.contractor.office.participants.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(PARTICIPANTS)
    bench.ward.office.participants.approve()
    return bench


def download(bench: Any) -> None:
    """The contractor's bundles to the ward; nothing goes the other way, not even a receipt."""
    bench.contractor.office.send_due()
    bench.contractor.office.exchange.flush()
    for file in sorted((bench.contractor.folder / "outbox").iterdir()):
        shutil.copy(file, bench.ward.folder / "inbox" / file.name)
    bench.ward.office.exchange.import_waiting()


def code_of(bench: Any, kind: CodeKind, **how: Any) -> str:
    return str(bench.ward.office.by_phone.tell(kind, **how).code)


def refused(bench: Any, kind: CodeKind, typed: str, error: type[Exception]) -> Any:
    """A code that is not taken leaves a line in the access log, and nothing else."""
    before = bench.contractor.image()
    with pytest.raises(error) as raised:
        bench.contractor.office.by_phone.hear(kind, typed)
    after = bench.contractor.image()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"access_log"}
    assert bench.contractor.details().splitlines()[0] == f"code_refused {kind}"
    return raised.value


def confirmed(bench: Any) -> bool:
    with bench.contractor.store.read() as tx:
        return applicants_status(tx).done


def test_a_code_that_is_all_true_is_taken(called: Any) -> None:
    told = called.ward.office.by_phone.tell(REVIEW)
    (shown,) = called.contractor.office.by_phone.sayable(REVIEW)
    assert shown.value == told.said.value
    heard = called.contractor.office.by_phone.hear(REVIEW, told.code.lower())
    assert (heard.index, heard.said.count) == (1, 4)
    assert confirmed(called)


def test_a_code_made_up(called: Any) -> None:
    code_of(called, REVIEW)
    for letters in ("0" * 25, "7ZK2M" * 5):
        (said,) = called.ward.office.by_phone.sayable(REVIEW)
        refused(called, REVIEW, speak(letters, said.hash), IntegrityFailure)
    assert not confirmed(called)


def test_the_public_beginning_of_a_chain_passed_off_as_a_code(called: Any) -> None:
    (said,) = called.contractor.office.by_phone.sayable(REVIEW)
    anchor = chain(called.ward.keys, 1, REVIEW)[0]
    refused(called, REVIEW, speak(anchor, said.hash), IntegrityFailure)


def test_a_receipts_code_passed_off_as_the_review_or_the_approval(called: Any) -> None:
    called.contractor.office.intake.edit(1, {Field.PHONE: "03-5273-0001"})
    called.contractor.office.records.send()
    download(called)
    code = code_of(called, RECEIPT)
    error = refused(called, REVIEW, code, Refused)
    assert "届いた束の受領" in error.what
    with pytest.raises(Refused):
        called.contractor.office.by_phone.hear(APPROVAL, code)
    assert not confirmed(called)
    called.contractor.office.by_phone.hear(RECEIPT, code)


def test_a_code_used_twice(called: Any) -> None:
    code = code_of(called, REVIEW)
    called.contractor.office.by_phone.hear(REVIEW, code)
    assert "すでに使われた" in refused(called, REVIEW, code, Refused).what


def test_a_code_for_what_was_there_before_somebody_late_came(called: Any, leaves: Callable[..., Any]) -> None:
    """Between reading and typing a postcard arrives: the contractor is told before anything is typed."""
    old = code_of(called, REVIEW)
    called.contractor.key("コバヤシ チヨ")
    for act in (
        called.contractor.office.by_phone.sayable,
        lambda k: called.contractor.office.by_phone.hear(k, old),
    ):
        with leaves(called.contractor, Refused) as raised:
            act(REVIEW)
        assert "まだ区へ送っていない" in raised.value.what
    called.contractor.office.records.send()
    refused(called, REVIEW, old, IntegrityFailure)
    assert not confirmed(called)
    download(called)
    with leaves(called.ward, Refused):
        called.ward.office.by_phone.tell(REVIEW)  # one has no word yet
    called.ward.office.review.confirm_rest(APPLICANTS)
    told = called.ward.office.by_phone.tell(REVIEW)
    assert told.index == 2
    assert called.contractor.office.by_phone.hear(REVIEW, told.code).index == 2
    assert confirmed(called)


def test_a_code_given_while_what_it_speaks_of_lies_unread_in_the_inbox(called: Any) -> None:
    called.contractor.key("コバヤシ チヨ")
    called.contractor.office.records.send()
    called.carry(called.contractor)
    with pytest.raises(Refused, match="待っている束"):
        called.ward.office.by_phone.tell(REVIEW)


def test_a_code_for_something_else_than_people_compared(called: Any, leaves: Callable[..., Any]) -> None:
    (said,) = called.ward.office.by_phone.sayable(REVIEW)
    called.contractor.key("コバヤシ チヨ")
    called.contractor.office.records.send()
    download(called)
    called.ward.office.review.confirm_rest(APPLICANTS)
    with leaves(called.ward, Refused):
        called.ward.office.by_phone.tell(REVIEW, agreed=said.hash)


def test_codes_read_out_and_never_typed_and_then_out_of_order(called: Any) -> None:
    codes = [code_of(called, REVIEW), *(code_of(called, REVIEW, another=True) for _ in range(2))]
    assert code_of(called, REVIEW) == codes[-1], "asked again, the same is read again"
    assert called.contractor.office.by_phone.hear(REVIEW, codes[2]).index == 3
    for code in codes[:2]:
        assert "すでに使われた" in refused(called, REVIEW, code, Refused).what


def test_a_code_far_ahead(called: Any) -> None:
    for _ in range(SKIP + 1):
        code = code_of(called, REVIEW, another=True)
    refused(called, REVIEW, code, IntegrityFailure)


def test_a_ward_that_has_returned_somebody_cannot_tell_the_whole(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    made = bench.received()
    review = bench.ward.office.review
    review.return_(APPLICANTS, [made[0].record], "unclear")
    review.confirm_rest(APPLICANTS)
    with leaves(bench.ward, Refused) as raised:
        bench.ward.office.by_phone.tell(REVIEW)
    assert "差戻し 1件" in raised.value.what


def test_nothing_is_approved_by_telephone_before_it_is_approved(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.drawn()
    with leaves(bench.contractor, Refused):
        bench.contractor.office.by_phone.sayable(APPROVAL)  # ⑦ has not gone
    bench.contractor.office.participants.send()
    bench.sync()
    bench.ward.office.review.confirm_rest(PARTICIPANTS)
    with leaves(bench.ward, Refused):
        bench.ward.office.by_phone.tell(APPROVAL)


def test_who_may_not_say_it_may_not_tell_it(to_approve: Any, leaves: Callable[..., Any]) -> None:
    handler, auditor = (to_approve.ward.office_of(role).by_phone for role in (Role.HANDLER, Role.AUDITOR))
    assert handler.tell(RECEIPT).index == 1
    for by_phone, kinds in ((handler, [APPROVAL]), (auditor, list(CodeKind))):
        for kind in kinds:
            with leaves(to_approve.ward, Refused) as raised:
                by_phone.tell(kind)
            assert "権限" in raised.value.what
    with leaves(to_approve.contractor, Refused):
        to_approve.contractor.office_of(Role.AUDITOR).by_phone.hear(APPROVAL, "0" * 26)
    for bureau, act in ((to_approve.ward, "hear"), (to_approve.contractor, "tell")):
        with leaves(bureau, Refused):
            getattr(bureau.office.by_phone, act)(*([APPROVAL, "0" * 26] if act == "hear" else [APPROVAL]))


def test_an_approval_heard_before_participants_changed(to_approve: Any, leaves: Callable[..., Any]) -> None:
    code = code_of(to_approve, APPROVAL)
    people = to_approve.contractor.office.participants
    people.cancel(people.list("A")[0].unit_id)
    with leaves(to_approve.contractor, Refused):
        to_approve.contractor.office.by_phone.hear(APPROVAL, code)  # the change has not gone to the ward
    people.send()
    refused(to_approve, APPROVAL, code, IntegrityFailure)
    download(to_approve)
    with pytest.raises(Refused):
        code_of(to_approve, APPROVAL)  # approved was another list


def test_a_word_heard_and_then_carried_is_one_word(to_approve: Any) -> None:
    contractor = to_approve.contractor
    (draw,) = to_approve.contractor.office.by_phone.sayable(APPROVAL)
    contractor.office.by_phone.hear(APPROVAL, code_of(to_approve, APPROVAL))
    assert all(p.verdict == "confirmed" for p in contractor.office.participants.list("A") if not p.place)
    assert contractor.office.notices.prepare()
    with contractor.store.read() as tx:
        heard = approval_of(tx, draw.subject)
    assert [kind for kind in to_approve.sync() if kind in ("review", "approval")] == ["review", "approval"]
    with contractor.store.read() as tx:
        carried = approval_of(tx, draw.subject)
    assert heard is not None and carried is not None
    same = ("draw", "result", "events", "participants")
    assert [heard[key] for key in same] == [carried[key] for key in same]
    assert contractor.office.ledger.verify() == to_approve.ward.office.ledger.verify() == []


def test_an_older_approval_on_a_medium_does_not_take_back_a_newer_one_heard(to_approve: Any) -> None:
    """Twice approved, the second time told by telephone; of the medium only the first bundle has come."""
    contractor, ward, people = (
        to_approve.contractor,
        to_approve.ward,
        to_approve.contractor.office.participants,
    )
    ward.office.exchange.flush()
    first = sorted((ward.folder / "outbox").glob("*.manifest"))
    people.cancel(people.list("A")[0].unit_id)
    people.send()
    download(to_approve)
    ward.office.review.confirm_rest(PARTICIPANTS)
    ward.office.participants.approve()
    contractor.office.by_phone.hear(APPROVAL, code_of(to_approve, APPROVAL))
    with contractor.store.read() as tx:
        newer = approval_of(tx, "hiking-2026-1")
    for manifest in first:
        for file in (manifest.with_suffix(".zip"), manifest):
            shutil.copy(file, contractor.folder / "inbox" / file.name)
    assert "approval" in [taken.kind for taken in contractor.office.exchange.import_waiting()]
    with contractor.store.read() as tx:
        assert approval_of(tx, "hiking-2026-1") == newer


def test_a_receipt_heard_settles_all_up_to_its_bundle_and_none_after_it(called: Any) -> None:
    contractor = called.contractor
    for kana in ("コバヤシ チヨ", "ワタナベ ミノル"):
        contractor.key(kana)
        contractor.office.records.send()
    sent = [row.name for row in contractor.office.exchange.overview().sent if row.settled is None]
    before, last = sent[-2], sent[-1]
    with contractor.store.read() as tx:
        files = tx.bundles.content(before)
    called.ward.office.exchange.take_in(before, *files)
    heard = contractor.office.by_phone.hear(RECEIPT, code_of(called, RECEIPT))
    assert heard.said.subject == before
    left = [row.name for row in contractor.office.exchange.overview().sent if row.settled is None]
    assert left == [last]
    assert {path.stem for path in (contractor.folder / "outbox").glob("*.zip")} == {last}


def test_a_code_accepted_for_another_list_than_the_ward_gave_it_for(called: Any) -> None:
    """A contractor that has gone bad unmasks the code and books it under a list of its own."""
    code_of(called, REVIEW)
    _booked(called, "5" * 64)
    _shown_and_stopped(called, "別のものについて")


def test_a_code_accepted_that_the_ward_never_gave(called: Any) -> None:
    with called.contractor.store.write() as tx:
        write_line(
            called.contractor.desk_of(Role.MANAGER), tx, Act.HEAR, Content.APPROVAL, 1, Unit.TIMES, medium=Medium.PHONE,
            ref=f"sha256:{'5' * 64}",
        )  # fmt: skip
        tx.settings.put("receipt_due", "yes")
    download(called)
    _shown_and_stopped(called, "伝えていない")


def test_a_code_booked_under_the_list_that_one_of_another_epoch_was_told_for(called: Any) -> None:
    """Each epoch's codes begin at 1 again: number 1 of the second is not borne out by what number 1 of the first was for."""
    said = called.ward.office.by_phone.tell(REVIEW)
    called.contractor.office.by_phone.hear(REVIEW, said.code)
    called.sync()
    for exchange in (called.contractor.office.exchange, called.ward.office.exchange):
        exchange.renew()
        called.sync(3)
    assert [bureau.office.exchange.standing().epoch for bureau in (called.contractor, called.ward)] == [2, 2]
    called.contractor.key("コバヤシ チヨ")
    called.contractor.office.records.send()
    called.sync()
    called.ward.office.review.confirm_rest(APPLICANTS)
    assert called.ward.office.by_phone.tell(REVIEW).index == 1
    _booked(called, said.said.hash)
    _shown_and_stopped(called, "別のものについて")


def test_a_code_booked_twice(called: Any) -> None:
    said = called.ward.office.by_phone.tell(REVIEW)
    called.contractor.office.by_phone.hear(REVIEW, said.code)
    _booked(called, said.said.hash)
    _shown_and_stopped(called, "二度使われています")


def test_after_a_restore_of_the_contractors_a_code_may_have_been_taken_twice() -> None:
    """It does not know any more that it took it; the word is the same, and the ledger tells of the restore."""
    told, heard = (
        LedgerLine(
            seq, "2026-05-01T00:00:00+09:00", org, "x", "manager", act, Content.REVIEW, 1, Unit.TIMES,
            medium=Medium.PHONE, ref=f"sha256:{'5' * 64}",
        )
        for seq, org, act in ((1, Site.WARD, Act.TELL), (1, Site.CONTRACTOR, Act.HEAR))
    )  # fmt: skip
    ward = [Word(1, 0, told)]
    assert differences(ward, [Word(1, 0, heard), Word(1, 1, heard)], all_told=True) == []
    assert len(differences(ward, [Word(1, 0, heard), Word(1, 0, heard)], all_told=True)) == 1


def _booked(bench: Any, digest: str) -> None:
    """A contractor that has gone bad books number 1 of ⑤ under what it likes; the ward downloads that."""
    with bench.contractor.store.write() as tx:
        write_line(
            bench.contractor.desk_of(Role.MANAGER), tx, Act.HEAR, Content.REVIEW, 1, Unit.TIMES, medium=Medium.PHONE,
            ref=f"sha256:{digest}",
        )  # fmt: skip
        tx.settings.put("receipt_due", "yes")
    download(bench)


def _shown_and_stopped(bench: Any, why: str) -> None:
    """The line is kept as evidence, shown in verify and in the flow; codes stop, bundles go on."""
    ward = bench.ward.office
    (found,) = ward.ledger.verify()
    assert found.org is Site.CONTRACTOR and why in found.what
    assert ward.flow.status().key == "F5"
    with pytest.raises(IntegrityFailure):
        ward.by_phone.tell(RECEIPT)
    ward.review.send()
    assert "review" in bench.sync()


def test_a_card_with_the_codes_of_somebody_else(bench: Any, leaves: Callable[..., Any]) -> None:
    exchange, office = bench.ward.office.exchange, bench.contractor.office.exchange
    card = exchange.partner_card()
    lines = card.split(b"\n")
    bare = b"\n".join([*lines[:2], b""])
    for codes in (make_codes(bench.contractor.keys, 1), make_codes(bench.ward.keys, 2), b"x\n"):
        with leaves(bench.contractor, IntegrityFailure):
            office.trust(bare + codes, exchange.fingerprint())
    office.trust(bare, exchange.fingerprint())
    with pytest.raises(Refused, match="添えられていません"):
        bench.contractor.office.by_phone.hear(RECEIPT, speak("0" * 25, "0" * 64))
    office.trust(card, exchange.fingerprint())  # the same card once more, with its codes


def test_a_contractors_card_brings_no_codes(bench: Any, leaves: Callable[..., Any]) -> None:
    exchange = bench.contractor.office.exchange
    card = make_card(
        bench.contractor.keys, site=Site.CONTRACTOR, vault_id="x", epoch=1,
        courier=SigningKey(b"\x07" * 32).public, created=bench.contractor.now(),
    )  # fmt: skip
    assert exchange.partner_card().count(b"\n") == 2
    with leaves(bench.ward, IntegrityFailure):
        bench.ward.office.exchange.trust(card.data + make_codes(bench.contractor.keys, 1), card.fingerprint)


def test_a_contractor_set_back_takes_the_same_word_again(called: Any) -> None:
    """A copy from before the call put back: what was heard is heard again, and nothing else can be."""
    saved = MemoryVault()
    called.contractor.vault.connection.backup(saved.connection)
    code = code_of(called, REVIEW)
    called.contractor.office.by_phone.hear(REVIEW, code)
    called.contractor.vault.connection = saved.connection
    assert not confirmed(called)
    called.contractor.key("コバヤシ チヨ")
    with pytest.raises(Refused):
        called.contractor.office.by_phone.hear(REVIEW, code)  # not what it was spoken on
    called.contractor.office.intake.withdraw(
        next(a.number for a in _accepted(called) if a.applicant.kana == "コバヤシ チヨ")
    )
    assert called.contractor.office.by_phone.hear(REVIEW, code).index == 1
    assert confirmed(called)


def test_a_ward_set_back_gives_a_used_code_and_then_the_next(called: Any) -> None:
    called.contractor.office.by_phone.hear(REVIEW, code_of(called, REVIEW))
    with called.ward.store.write() as tx:
        put_given(tx, REVIEW, Given())
    error = refused(called, REVIEW, code_of(called, REVIEW), Refused)
    assert "第1番まで" in error.what
    assert called.contractor.office.by_phone.hear(REVIEW, code_of(called, REVIEW, another=True)).index == 2


def test_all_codes_of_an_epoch_used_up(called: Any, leaves: Callable[..., Any]) -> None:
    with called.ward.store.write() as tx:
        put_given(tx, REVIEW, Given(255, "0" * 64))
    with leaves(called.ward, Refused) as raised:
        called.ward.office.by_phone.tell(REVIEW)
    assert "使い切りました" in raised.value.what


def test_a_code_of_an_epoch_gone_by(called: Any) -> None:
    """The next epoch's codes come with its card; an old one overheard says nothing any more."""
    old = code_of(called, REVIEW)
    called.contractor.office.exchange.renew()
    called.sync()
    called.ward.office.exchange.renew()
    called.sync(3)
    assert [bureau.office.exchange.standing().epoch for bureau in (called.contractor, called.ward)] == [2, 2]
    refused(called, REVIEW, old, IntegrityFailure)
    called.contractor.office.by_phone.hear(REVIEW, code_of(called, REVIEW))
    assert confirmed(called)


def test_a_code_while_the_old_keys_may_be_in_wrong_hands(called: Any, leaves: Callable[..., Any]) -> None:
    code = code_of(called, REVIEW)
    called.contractor.office.exchange.renew(by_hand=True)
    with leaves(called.contractor, Refused) as raised:
        called.contractor.office.by_phone.hear(REVIEW, code)
    assert "手渡し" in raised.value.what
    called.ward.office.exchange.renew(by_hand=True)
    with leaves(called.ward, Refused):
        called.ward.office.by_phone.tell(REVIEW)
    called.pair()
    assert called.contractor.office.by_phone.hear(REVIEW, code_of(called, REVIEW)).index == 1


def test_both_ledgers_tell_of_a_call(called: Any) -> None:
    told = called.ward.office.by_phone.tell(REVIEW)
    called.contractor.office.by_phone.hear(REVIEW, told.code)
    lines = [
        next(line for line in bureau.office.ledger.page(bureau.site, 0, 50) if line.medium is Medium.PHONE)
        for bureau in (called.ward, called.contractor)
    ]
    assert [(line.act, line.actor) for line in lines] == [(Act.TELL, "w-manager"), (Act.HEAR, "c-manager")]
    assert {(line.content, line.qty, line.ref) for line in lines} == {
        (Content.REVIEW, 1, f"sha256:{told.said.hash}")
    }
    download(called)
    assert called.ward.office.ledger.verify() == []


def _accepted(bench: Any) -> list[Any]:
    with bench.contractor.store.read() as tx:
        return list(tx.applications.all())
