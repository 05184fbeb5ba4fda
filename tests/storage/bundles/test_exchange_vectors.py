"""The test vectors of docs/exchange.md: bytes written once, which every later version must read and write alike."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.exchange.card import make_card, read_card
from core.exchange.codes import (
    CodeKind,
    Place,
    chain,
    hear,
    make_codes,
    place_of,
    read_codes,
    speak,
    value_of,
)
from core.exchange.handback import CHECKPOINT, LINES, ROSTERS, Returned, Stand, split_file, write_head
from core.exchange.names import bundle_name
from core.exchange.receipt import Receipt, read_heartbeat, read_receipt, write_heartbeat, write_receipt
from core.exchange.strict import ZEROS
from core.keys import SigningKey, SiteKeys, from_base64
from core.ledger.access import access_hash
from core.ledger.chain import ChainState, verify_chain
from core.ledger.checkpoint import compare, make_checkpoint, read_checkpoint
from core.ledger.line import read_line, sign_line
from core.ledger.roster import make_roster, read_roster
from core.roles import Site
from storage.bundles.handback import open_handback
from storage.bundles.sealing import open_bundle

NOW = dt.datetime.fromisoformat("2026-05-11T09:41:07+09:00")


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (Path(__file__).parent / "data" / "exchange-vectors.json").read_text(encoding="utf-8")
    )
    return loaded


@pytest.fixture(scope="module")
def contractor(vector: dict[str, Any]) -> SiteKeys:
    return SiteKeys.from_random(from_base64(vector["contractor_secret"], name="contractor"))


@pytest.fixture(scope="module")
def ward(vector: dict[str, Any]) -> SiteKeys:
    return SiteKeys.from_random(from_base64(vector["ward_secret"], name="ward"))


@pytest.fixture(scope="module")
def courier(vector: dict[str, Any]) -> SigningKey:
    return SigningKey(from_base64(vector["courier_secret"], name="courier"))


def test_the_card(vector: dict[str, Any], ward: SiteKeys, courier: SigningKey) -> None:
    created = dt.datetime.fromisoformat("2026-04-01T09:00:00+09:00")
    made = make_card(ward, site=Site.WARD, vault_id="v1", epoch=1, courier=courier.public, created=created)
    assert made.data.decode() == vector["card"]
    assert read_card(made.data).fingerprint == vector["fingerprint"]


def test_the_ledger_its_roster_and_its_checkpoint(vector: dict[str, Any], contractor: SiteKeys) -> None:
    roster, ledger = vector["roster"].encode(), vector["ledger"].encode()
    read = read_roster(roster)
    assert make_roster(read.org, read.staff.values()).data == roster
    checked = verify_chain(
        ledger,
        site_key=contractor.signing.public,
        rosters={sha256_hex(roster): roster},
        start=ChainState(Site.CONTRACTOR),
    )
    assert checked.state.head == vector["ledger_head"]
    data = vector["checkpoint"].encode()
    checkpoint = read_checkpoint(data, contractor.signing.public)
    assert compare(None, b"", ledger, checkpoint) == ledger
    assert access_hash(ZEROS, vector["access_row"]) == vector["access_hash"] == checkpoint.access_log_head
    again = make_checkpoint(
        contractor.signing,
        org=checkpoint.org,
        epoch=1,
        size=2,
        head=checkpoint.head,
        access_log_head=checkpoint.access_log_head,
    )
    assert again.data == data


def test_the_ledger_s_lines_are_signed_alike(vector: dict[str, Any], contractor: SiteKeys) -> None:
    staff = SigningKey(from_base64(vector["staff_secret"], name="staff"))
    for raw, key in zip(
        vector["ledger"].encode().splitlines(keepends=True), (contractor.signing, staff), strict=True
    ):
        previous, line = read_line(raw, name="x")
        assert sign_line(line, previous, key) == raw


def test_the_bundle(vector: dict[str, Any], contractor: SiteKeys, ward: SiteKeys) -> None:
    name = bundle_name(vector["bundle"])
    assert name is not None
    manifest = vector["manifest"].encode()
    zip_bytes = from_base64(vector["zip"], name="zip")
    bundle = open_bundle(name, zip_bytes, manifest, signer=contractor.signing.public, recipient=ward.opening)
    assert bundle.entries == {"ledger.hkl": vector["ledger"].encode(), "records.jsonl": b""}
    assert bundle.checkpoint.data.decode() == vector["checkpoint"]
    assert bundle.manifest.hash == vector["manifest_sha256"]


def test_receipt_and_heartbeat(vector: dict[str, Any], courier: SigningKey) -> None:
    name = bundle_name(vector["bundle"])
    assert name is not None
    receipt = Receipt(Site.WARD, name, vector["manifest_sha256"], "2026-05-11T09:41:07+09:00")
    assert write_receipt(receipt, courier).decode() == vector["receipt"]
    assert read_receipt(vector["receipt"].encode(), courier.public, bundle=name) == receipt
    beat = write_heartbeat(Site.WARD, 1, NOW, courier)
    assert beat.decode() == vector["heartbeat"]
    assert read_heartbeat(beat, courier.public, site=Site.WARD, name=vector["heartbeat_name"]).epoch == 1


def test_a_code_by_telephone(vector: dict[str, Any], ward: SiteKeys) -> None:
    assert make_codes(ward, 1).decode() == vector["codes"]
    anchors = read_codes(vector["codes"].encode(), ward.signing.public).anchors
    codes = chain(ward, 1, CodeKind.REVIEW)
    assert (codes[1], codes[255]) == (vector["review_code_1"], vector["review_code_255"])
    said = sha256_hex(b"hk-said-v1\n" + vector["said"].encode())
    assert (said, value_of(said)) == (vector["said_sha256"], vector["said_value"])
    assert speak(codes[1], said) == vector["spoken"]
    start = Place(0, anchors[CodeKind.REVIEW])
    assert place_of(1, CodeKind.REVIEW, hear(vector["spoken"]), said, start) == Place(1, codes[1])


def test_what_is_handed_back(vector: dict[str, Any], contractor: SiteKeys, ward: SiteKeys) -> None:
    """To a contractor whose backup ends with line 1: line 2, its roster, and its own word on both."""
    data = from_base64(vector["handback"], name="handback")
    head, entries = open_handback(
        data, signer=ward.signing.public, recipient=contractor.opening, name="handback"
    )
    first, second = vector["ledger"].encode().splitlines(keepends=True)
    assert head.returned == Returned(
        Site.CONTRACTOR, "v1", 1, Stand(1, sha256_hex(first)), Stand(2, sha256_hex(second))
    )
    assert entries == {
        LINES: second, ROSTERS: vector["roster"].encode(), CHECKPOINT: vector["checkpoint"].encode(),
    }  # fmt: skip
    lines, zip_bytes = split_file(data, name="handback")
    assert write_head(head.returned, zip_bytes, head.sealed, ward.signing).data == lines
