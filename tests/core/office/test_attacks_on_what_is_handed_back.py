"""What a partner that has gone bad could write into the file it hands back: none of it comes into the restored vault."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.handback import CHECKPOINT, HALF, LINES, Returned, Stand, read_head
from core.keys import SigningKey
from core.ledger.chain import split_lines
from core.ledger.checkpoint import read_checkpoint
from core.ledger.line import line_hash, read_line, sign_line
from core.office.history import checkpoint_of
from core.office.keyring import need_partner, site_keys
from core.office.review import APPLICANTS
from core.office.take_back import taken_back
from core.office.unsettled import head_at
from core.roles import Role, Site
from storage.bundles.zips import make_zip, open_zip, pack, unpack
from tests.core.office.conftest import Bench, Bureau
from tests.core.office.test_office_take_back import copied, hand_back, lose, take_back

Entries = dict[str, bytes]
Bend = Callable[[Entries], None]


@pytest.fixture
def lost(bench: Bench) -> Bureau:
    """The contractor, restored from before it sent anybody to the ward."""
    bench.pair()
    bench.sync(3)
    backup = copied(bench.contractor)
    bench.received("サトウ ハナコ", "スズキ イチロウ")
    bench.contractor.key("タナカ ミツコ")
    bench.contractor.office.records.send()
    bench.sync(3)
    lose(bench.contractor, backup)
    return bench.contractor


def bent(
    bench: Bench, lost: Bureau, bend: Bend, told: Callable[[Returned], Returned] = lambda one: one
) -> Callable[[], Any]:
    """The partner signs and seals something else than its program would; taking that back."""
    back = hand_back(bench, lost)
    other = bench.other(lost)
    with lost.store.read() as tx:
        returned, entries = lost.sealer.take_back(
            back.data, opening=site_keys(tx).opening, partner=need_partner(tx), name="file"
        )
    made = dict(entries)
    bend(made)
    with other.store.read() as tx:
        said = told(returned)
        data = other.sealer.hand_back(said, made, signing=site_keys(tx).signing, partner=need_partner(tx))
    return lambda: lost.office.taking_back.take_back(data, said.told.size, said.told.head)


def ending(entries: Entries, ending: str) -> list[str]:
    return sorted(name for name in entries if name.endswith(ending))


def of_kind(entries: Entries, kind: str) -> str:
    """The name of the first bundle of that kind."""
    return next(
        name.removesuffix(HALF)
        for name in ending(entries, HALF)
        if json.loads(entries[name].rstrip(b" "))["kind"] == kind
    )


def half(at: Entries, name: str, **changes: Any) -> None:
    line = canonical_json(json.loads(at[name + HALF].rstrip(b" ")) | changes)
    at[name + HALF] = line + b" " * (-len(line) % 1024)


def another_kind(entries: Entries) -> None:
    half(entries, of_kind(entries, "applicants"), kind="participants")


def a_silent_kind(entries: Entries) -> None:
    half(entries, of_kind(entries, "applicants"), kind="receipt", counts={})


def another_count(entries: Entries) -> None:
    half(entries, of_kind(entries, "applicants"), counts={"applications": 1})


def another_person(entries: Entries) -> None:
    """The applications are others, the zip is made anew under the password the manifest tells, and the list of entries agrees."""
    name = of_kind(entries, "applicants")
    inner = json.loads(entries[name + HALF].rstrip(b" "))
    zipped = open_zip(entries[name + ".zip"], inner["password"], most=1, limit=10**7, name="x")
    held = unpack(zipped["bundle.zip"], most=64, name="x")
    held["records.jsonl"] = held["records.jsonl"].replace("サトウ ハナコ".encode(), "サトウ ハナヨ".encode())
    facts = [{"name": one, "sha256": sha256_hex(held[one]), "size": len(held[one])} for one in sorted(held)]
    entries[name + ".zip"] = make_zip({"bundle.zip": pack(held)}, inner["password"])
    half(entries, name, entries=facts)


def another_manifest(entries: Entries) -> None:
    name = of_kind(entries, "applicants")
    entries[name + ".manifest"] = entries[name + ".manifest"].replace(b'"size":', b'"size":1')


def one_bundle_left_out(entries: Entries) -> None:
    name = of_kind(entries, "applicants")
    for part in (".zip", ".manifest", HALF):
        del entries[name + part]


def the_last_bundle_left_out(entries: Entries) -> None:
    name = ending(entries, HALF)[-1].removesuffix(HALF)
    for part in (".zip", ".manifest", HALF):
        del entries[name + part]


def something_beside(entries: Entries) -> None:
    entries["ledger-ward.hkl"] = b"x\n"


def no_half(entries: Entries) -> None:
    del entries[ending(entries, HALF)[0]]


def a_line_left_out(entries: Entries) -> None:
    entries[LINES] = b"".join(split_lines(entries[LINES], name=LINES)[:-1])


def a_line_altered(entries: Entries) -> None:
    entries[LINES] = entries[LINES].replace(b'"act":"intake"', b'"act":"export"')


@pytest.mark.parametrize(
    ("bend", "why"),
    [
        (another_kind, "送付の行と合いません"), (a_silent_kind, "送付の行と合いません"), (another_count, "送付の行と合いません"),
        (another_person, "署名された送り状と合いません"), (another_manifest, "署名が合いません"),
        (one_bundle_left_out, "つながりが合いません"), (the_last_bundle_left_out, "返されたものにありません"),
        (something_beside, "余分なもの"), (no_half, "一部がありません"), (a_line_left_out, "確認書と合いません"),
        (a_line_altered, "署名が合いません"),
    ],
)  # fmt: skip
def test_what_was_altered_or_left_out_is_not_taken_back(
    bench: Bench, lost: Bureau, leaves: Any, bend: Bend, why: str
) -> None:
    take = bent(bench, lost, bend)
    with leaves(lost, IntegrityFailure) as raised:
        take()
    assert why in str(raised.value)
    take_back(bench, lost)  # as it was, it is


def test_a_line_of_the_partners_making_is_nobodys(bench: Bench, lost: Bureau, leaves: Any) -> None:
    """Signed by somebody of the ward, in the name of somebody of the contractor, and counted."""

    def forged(entries: Entries) -> None:
        last = split_lines(entries[LINES], name=LINES)[-1]
        line = read_line(last, name="x")[1]
        key = bench.ward.desk_of(Role.MANAGER).signer
        draft = dataclasses.replace(line, seq=line.seq + 1, sig="")
        entries[LINES] += sign_line(draft, line_hash(last), SigningKey.of(key))

    take = bent(bench, lost, forged)
    with leaves(lost, IntegrityFailure) as raised:
        take()
    assert "署名が合いません" in str(raised.value)


def test_fewer_lines_than_this_site_has_signed_for_are_not_all(
    bench: Bench, lost: Bureau, leaves: Any
) -> None:
    """The partner reads out fewer lines and hands back those alone: our own newest checkpoint says that there were more."""
    cut: list[Stand] = []

    def fewer(entries: Entries) -> None:
        kept = split_lines(entries[LINES], name=LINES)[:-1]
        entries[LINES] = b"".join(kept)
        cut.append(Stand(read_line(kept[-1], name="x")[1].seq, line_hash(kept[-1])))

    take = bent(bench, lost, fewer, lambda one: dataclasses.replace(one, told=cut[0]))
    with leaves(lost, IntegrityFailure) as raised:
        take()
    assert "確認書" in str(raised.value)


def test_our_last_receipt_is_not_kept_back(bench: Bench, leaves: Any) -> None:
    """No line tells of a receipt: kept back, its number would be used for something else, and the partner could show both."""
    bench.pair()
    bench.sync(3)
    backup = copied(bench.contractor)
    bench.received()
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync(3)
    lose(bench.contractor, backup)

    def keep_back(entries: Entries) -> None:
        name = ending(entries, HALF)[-1].removesuffix(HALF)
        assert name == of_kind({one: entries[one] for one in ending(entries, HALF)[-1:]}, "receipt")
        for part in (".zip", ".manifest", HALF):
            del entries[name + part]

    with leaves(bench.contractor, IntegrityFailure) as raised:
        bent(bench, bench.contractor, keep_back)()
    assert "確認書" in str(raised.value)
    take_back(bench, bench.contractor)


def test_a_checkpoint_of_the_partners_own_does_not_stand_for_ours(
    bench: Bench, lost: Bureau, leaves: Any
) -> None:
    def own(entries: Entries) -> None:
        with bench.ward.store.read() as tx:
            entries[CHECKPOINT] = checkpoint_of(tx, Site.WARD, site_keys(tx)).data

    take = bent(bench, lost, own)
    with leaves(lost, IntegrityFailure):
        take()


@pytest.mark.parametrize(
    "told",
    [
        lambda one: dataclasses.replace(one, vault_id="another"),
        lambda one: dataclasses.replace(one, epoch=2),
        lambda one: dataclasses.replace(one, to=Site.WARD),
        lambda one: dataclasses.replace(one, since=Stand(one.since.size, "0" * 63 + "1")),
        lambda one: dataclasses.replace(one, since=Stand(one.since.size - 1, one.since.head)),
    ],
)
def test_a_file_for_another_vault_or_another_backup_is_refused(
    bench: Bench, lost: Bureau, leaves: Any, told: Any
) -> None:
    take = bent(bench, lost, lambda _: None, told)
    with leaves(lost, IntegrityFailure):
        take()


def test_what_was_read_out_must_be_what_is_in_the_file(bench: Bench, lost: Bureau, leaves: Any) -> None:
    back = hand_back(bench, lost)
    for size, head in ((back.size - 1, back.head), (back.size, "0" * 8)):
        with leaves(lost, IntegrityFailure):
            lost.office.taking_back.take_back(back.data, size, head)
    with pytest.raises(UsageError):
        lost.office.taking_back.take_back(back.data, back.size, "xyz")


def test_an_older_file_brings_nothing_a_second_time(bench: Bench, lost: Bureau, leaves: Any) -> None:
    back = hand_back(bench, lost)
    backup = copied(lost)
    lost.office.taking_back.take_back(back.data, back.size, back.head)
    with pytest.raises(Refused, match="残っていません"):
        take_it = hand_back_again(bench, lost, back.size)
        lost.office.taking_back.take_back(take_it, back.size, back.head)
    bench.sync(3)
    lost.key("ヤマモト イワオ")
    lost.office.records.send()
    bench.sync(3)
    lose(lost, backup)  # once more, from the same backup: the old file is of an older day
    with leaves(lost, IntegrityFailure):
        newer = bench.ward.office.handing_back.told()
        lost.office.taking_back.take_back(back.data, newer[0], newer[1])
    take_back(bench, lost)


def hand_back_again(bench: Bench, lost: Bureau, size: int) -> bytes:
    """Another file of the same lines."""
    with bench.ward.store.read() as tx:
        head = head_at(tx.ledger, Site.CONTRACTOR, size - 2)
    return bytes(bench.ward.office.handing_back.hand_back(size - 2, head).data)


def test_only_the_site_it_is_for_can_open_it(bench: Bench, lost: Bureau) -> None:
    back = hand_back(bench, lost)
    with bench.ward.store.read() as tx, pytest.raises(IntegrityFailure):
        bench.ward.sealer.take_back(
            back.data, opening=site_keys(tx).opening, partner=need_partner(tx), name="file"
        )
    assert "サトウ".encode() not in back.data


def test_who_asks_for_it_must_know_the_line_it_begins_behind(bench: Bench, lost: Bureau, leaves: Any) -> None:
    size, head = lost.office.backups.own()
    giving = bench.ward.office.handing_back
    with leaves(bench.ward, IntegrityFailure):
        giving.hand_back(size, "0" * 8)
    with leaves(bench.ward, Refused):
        giving.hand_back(10_000, head)
    for role in (Role.HANDLER, Role.AUDITOR):
        with leaves(bench.ward, Refused):
            bench.ward.office_of(role).handing_back.hand_back(size, head)
        with leaves(lost, Refused):
            lost.office_of(role).taking_back.take_back(b"", 1, "0" * 8)


def test_an_older_word_of_ours_is_taken_and_the_partners_own_word_is_kept(bench: Bench, lost: Bureau) -> None:
    """All that the ward held a while ago, in its own hand: true, and not all."""
    before = sorted(
        (read_checkpoint(data, lost.keys.signing.public) for data in checkpoints(bench.ward)),
        key=lambda one: one.size,
    )[-2]

    def older(entries: Entries) -> None:
        since = read_line(split_lines(entries[LINES], name=LINES)[0], name="x")[1].seq
        kept = split_lines(entries[LINES], name=LINES)[: before.size - since + 1]
        entries[LINES] = b"".join(kept)
        entries[CHECKPOINT] = before.data
        for name in ending(entries, HALF):
            bundle = name.removesuffix(HALF)
            if f'"bundle:{bundle}"'.encode() not in b"".join(kept):
                for part in (".zip", ".manifest", HALF):
                    del entries[bundle + part]

    end = Stand(before.size, before.head)
    done = bent(bench, lost, older, lambda one: dataclasses.replace(one, told=end))()
    assert done.lines > 0
    with lost.store.read() as tx:
        (head,) = taken_back(tx).values()
        shown = read_head(head.encode(), need_partner(tx).signing).returned
    assert (shown.told, shown.to) == (end, Site.CONTRACTOR)


def checkpoints(bureau: Bureau) -> list[bytes]:
    with bureau.store.read() as tx:
        return list(tx.ledger.checkpoints(bureau.site.other))


def test_who_gave_and_does_not_say_so_is_found(bench: Bench, lost: Bureau) -> None:
    """What the ward signed went out without its line; then it writes on, having seen that it was taken."""
    backup = copied(bench.ward)
    take = bent(bench, lost, lambda _: None)
    backup.backup(bench.ward.vault.connection)  # its line of it is gone
    take()
    for one in (bench.contractor, bench.ward):
        assert one.office.ledger.verify() == []
    bench.sync(2)
    bench.ward.office.review.confirm_rest(APPLICANTS)
    bench.ward.office.review.send()
    bench.sync(2)
    for one in (bench.contractor, bench.ward):
        (found,) = one.office.ledger.verify()
        assert "返したと記していません" in found.what and not found.chain
