"""Manifests: both halves read back, and nothing but what was written reads at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import canonical_json
from core.errors import IntegrityFailure
from core.exchange.manifest import (
    MANIFEST_LIMIT,
    SEALED_BLOCK,
    EntryFact,
    Kind,
    Manifest,
    Sealed,
    info,
    new_password,
    read_manifest,
    read_sealed,
    sealed_bytes,
    write_manifest,
)
from core.exchange.names import BundleName, Channel, bundle_name
from core.exchange.sequence import ChannelState, Conflict, Verdict, WrongPrevious, judge
from core.exchange.signed import split_signed, write_signed
from core.exchange.strict import ZEROS
from core.keys import SigningKey

NAME = BundleName(1, Channel.TO_WARD, 1)
ANYBODY = SigningKey(bytes(32)).public
SEALED = Sealed(
    Kind.APPLICANTS,
    {"records": 380},
    (EntryFact("applicants.csv", 12, "a" * 64), EntryFact("records.jsonl", 0, "b" * 64)),
    "2026-05-11T09:30:00+09:00",
    b"checkpoint\n",
    "A" * 26,
)


def outer(two: Any, seq: int = 1, previous: str = ZEROS, epoch: int = 1, sha256: str = "c" * 64) -> Manifest:
    name = BundleName(epoch, Channel.TO_WARD, seq)
    return write_manifest(
        name, previous=previous, size=7, sha256=sha256, sealed=b"sealed", key=two.contractor.signing
    )


def resigned(two: Any, **changes: object) -> bytes:
    document, _, _ = split_signed(outer(two).data, limit=MANIFEST_LIMIT, name="x")
    return write_signed("manifest", document | changes, two.contractor.signing)


def test_the_outer_half_reads_back(two: Any) -> None:
    made = outer(two)
    assert read_manifest(made.data, two.contractor.signing.public, name=NAME) == made


def test_one_changed_bit_anywhere_spoils_a_manifest(two: Any) -> None:
    data = outer(two).data
    for place in range(len(data) * 8):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << (place % 8)
        with pytest.raises(IntegrityFailure):
            read_manifest(bytes(changed), two.contractor.signing.public, name=NAME)


def test_a_manifest_of_another_signer_is_refused(two: Any) -> None:
    with pytest.raises(IntegrityFailure, match="署名"):
        read_manifest(outer(two).data, two.ward.signing.public, name=NAME)


def test_a_signature_over_another_kind_of_document_is_none(two: Any) -> None:
    document, _, _ = split_signed(outer(two).data, limit=MANIFEST_LIMIT, name="x")
    with pytest.raises(IntegrityFailure, match="署名"):
        read_manifest(
            write_signed("receipt", document, two.contractor.signing),
            two.contractor.signing.public,
            name=NAME,
        )


@pytest.mark.parametrize(
    "name",
    [
        BundleName(1, Channel.TO_WARD, 2),
        BundleName(2, Channel.TO_WARD, 1),
        BundleName(1, Channel.TO_CONTRACTOR, 1),
    ],
)
def test_a_manifest_lying_under_another_name_is_refused(two: Any, name: BundleName) -> None:
    with pytest.raises(IntegrityFailure, match="ファイル名"):
        read_manifest(outer(two).data, two.contractor.signing.public, name=name)


@pytest.mark.parametrize(
    "changes",
    [
        {"protocol": "hkb2"},
        {"channel": "xx"},
        {"seq": 0},
        {"seq": 1.5},
        {"size": 0},
        {"size": 256 * 1024 * 1024 + 1},
        {"size": True},
        {"previous": "A" * 64},
        {"sha256": "c" * 63},
        {"sealed": "?"},
        {"kind": "applicants"},
    ],
)
def test_a_well_signed_manifest_of_another_form_is_refused(two: Any, changes: dict[str, object]) -> None:
    with pytest.raises(IntegrityFailure):
        read_manifest(resigned(two, **changes), two.contractor.signing.public, name=NAME)


def test_a_manifest_beyond_the_limit_is_not_even_parsed(two: Any) -> None:
    with pytest.raises(IntegrityFailure, match="大きすぎ"):
        read_manifest(b"x" * (MANIFEST_LIMIT + 1), two.contractor.signing.public, name=NAME)


@given(st.binary(max_size=300))
def test_whatever_bytes_are_shown_as_a_manifest_are_refused_politely(data: bytes) -> None:
    for wrong in (data, data + b"\n" + b"A" * 86 + b"==\n"):
        with pytest.raises(IntegrityFailure):
            read_manifest(wrong, ANYBODY, name=NAME)


def test_deeply_nested_json_is_refused_politely() -> None:
    with pytest.raises(IntegrityFailure):
        read_manifest(b"[" * 60_000 + b"\n" + b"A" * 86 + b"==\n", ANYBODY, name=NAME)


def test_the_inner_half_reads_back_and_tells_nothing_by_its_length() -> None:
    short = Sealed(Kind.VOID, {}, (), SEALED.created, b"", "0" * 26)
    assert read_sealed(sealed_bytes(SEALED, NAME), NAME) == SEALED
    assert len(sealed_bytes(SEALED, NAME)) == len(sealed_bytes(short, NAME)) == SEALED_BLOCK


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "gossip"},
        {"kind": "desk"},
        {"password": "A" * 25},
        {"password": "I" * 26},
        {"created": "today"},
        {"counts": {"氏名": 1}},
        {"counts": {"a": -1}},
        {"entries": [{"name": "../x", "size": 1, "sha256": "a" * 64}]},
        {"entries": [{"name": "a", "size": 2**40, "sha256": "a" * 64}]},
        {"entries": [{"name": n, "size": 1, "sha256": "a" * 64} for n in ("b", "a")]},
        {"entries": [{"name": n, "size": 1, "sha256": "a" * 64} for n in ("a", "a")]},
        {"entries": [{"name": n, "size": 1, "sha256": "a" * 64} for n in ("A", "a")]},
        {"entries": [{"name": f"{n:03d}", "size": 1, "sha256": "a" * 64} for n in range(65)]},
        {"entries": [{"name": f"{n:03d}", "size": 2**28, "sha256": "a" * 64} for n in range(3)]},
        {"note": ""},
    ],
)
def test_an_inner_half_of_another_form_is_refused(changes: dict[str, object]) -> None:
    document = json.loads(sealed_bytes(SEALED, NAME)) | changes
    line = canonical_json(document)
    with pytest.raises(IntegrityFailure):
        read_sealed(line + b" " * (-len(line) % SEALED_BLOCK), NAME)


def test_the_ward_desk_s_channel_carries_the_desk_s_bundles_alone() -> None:
    desk = BundleName(1, Channel.WARD_DESK, 1)
    with pytest.raises(IntegrityFailure):
        sealed_bytes(SEALED, desk)
    for kind in (Kind.DESK, Kind.VOID):
        assert sealed_bytes(Sealed(kind, {}, (), SEALED.created, b"", "0" * 26), desk)


def test_padding_is_exact() -> None:
    plain = sealed_bytes(SEALED, NAME)
    for wrong in (plain + b" ", plain + b" " * SEALED_BLOCK, plain.rstrip(b" ")):
        with pytest.raises(IntegrityFailure):
            read_sealed(wrong, NAME)


def test_hpke_info_names_the_place_and_the_zip() -> None:
    assert info(NAME, "c" * 64) == b"hkb1 cw 1 1 " + b"c" * 64 + b"\n"


def test_a_password_is_26_crockford_letters() -> None:
    assert new_password(bytes(range(26))) == "0123456789ABCDEFGHJKMNPQRS"


@given(st.integers(1, 9_999_999), st.sampled_from(Channel), st.integers(1, 99_999_999))
def test_bundle_names_read_back(epoch: int, channel: Channel, seq: int) -> None:
    name = BundleName(epoch, channel, seq)
    assert bundle_name(name.zip, ".zip") == bundle_name(str(name)) == name


@pytest.mark.parametrize("text", ["", "1-cw-1", "0-cw-00000001", "1-cw-00000000", "01-cw-00000001", "1-xx-00000001", "1-cw-０0000001", "1-CW-00000001", "1-cw-00000001\n"])  # fmt: skip
def test_other_names_are_no_bundles(text: str) -> None:
    assert bundle_name(text) is None


def series(two: Any, length: int) -> list[Manifest]:
    made: list[Manifest] = []
    for seq in range(1, length + 1):
        made.append(outer(two, seq, made[-1].hash if made else ZEROS))
    return made


def state_after(manifests: list[Manifest]) -> ChannelState:
    state = ChannelState(Channel.TO_WARD, 1)
    for manifest in manifests:
        assert judge(state, manifest) is Verdict.ACCEPT
        state = state.with_manifest(manifest)
    return state


def test_a_series_is_accepted_in_order_and_replays_are_harmless(two: Any) -> None:
    made = series(two, 3)
    state = state_after(made)
    assert [judge(state, one) for one in made] == [Verdict.ALREADY] * 3


def test_a_gap_waits(two: Any) -> None:
    made = series(two, 3)
    assert judge(state_after(made[:1]), made[2]) is Verdict.GAP


def test_another_manifest_under_a_known_number_is_a_conflict_however_old(two: Any) -> None:
    made = series(two, 3)
    for seq, previous in ((1, ZEROS), (2, made[0].hash), (3, made[1].hash)):
        with pytest.raises(Conflict):
            judge(state_after(made), outer(two, seq, previous, sha256="d" * 64))


def test_a_next_one_that_does_not_follow_is_refused(two: Any) -> None:
    made = series(two, 2)
    for previous in (ZEROS, made[0].hash, "e" * 64):
        with pytest.raises(WrongPrevious):
            judge(state_after(made), outer(two, 3, previous))


def test_a_manifest_of_another_epoch_is_neither_taken_nor_an_attack(two: Any) -> None:
    assert judge(state_after(series(two, 2)), outer(two, 3, epoch=2)) is Verdict.OTHER_EPOCH


def test_a_state_with_a_hole_cannot_be() -> None:
    with pytest.raises(ValueError, match="order"):
        ChannelState(Channel.TO_WARD, 1, {1: "a" * 64, 3: "b" * 64})
