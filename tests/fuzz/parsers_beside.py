"""More readers: the files that lie beside the vault and in the courier's folder, rows within bundles, what Box answers.

Whoever has the courier's account can write its files, whoever carries a folder can write the others.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from core.canonical import canonical_json, sha256_hex
from core.exchange.card import CARD_LIMIT, make_card
from core.exchange.strict import ZEROS
from core.keys import to_base64
from core.office.lines import from_jsonl
from core.office.records import from_row
from core.office.review_lines import from_lines
from core.roles import Site
from storage.courier.credential import credential_text, seal, unseal
from storage.courier.destination import destination, folder_text, place_of, shared_folder
from storage.courier.folder import KEY_FILE, Folders, read_identity
from storage.courier.places import used_places
from storage.erasure.journal import NAME, PAPERS, Journal
from storage.remotes.box.events import happening
from storage.remotes.box.settings import BoxSettings
from storage.vault.erased import POINTER, read_pointer
from tests.fuzz import good
from tests.fuzz.parser import Parser

Laid = Callable[[bytes, str], Path]
CREDENTIAL = credential_text(b"\x07" * 32)
BOX = BoxSettings("1", "x", "s", user="2")
RECORD = {
    "record": "0123456789", "number": 1, "version": 1, "state": "accepted", "route": "web", "source": "form", "receipt": None,
    "problems": [], "warnings": ["shared_phone"], "reason": None, "kana": "サトウ ハナコ", "birth_date": "1950-03-04",
    "postal_code": "1600022", "address": "東京都新宿区新宿1-2-3", "phone": "0352731001", "email": None,
    "preferences": ["A", "B"], "group": None,
}  # fmt: skip
REVIEWED = {
    "stage": "applicants", "record": "0123456789", "version": ZEROS, "verdict": "confirmed", "code": "", "actor": "w",
    "at": good.NOW.isoformat(),
}  # fmt: skip
EVENT = {
    "event_id": "1", "created_at": "2026-05-11T09:30:00+09:00", "event_type": "DOWNLOAD",
    "created_by": {"id": "2", "login": "a@example.jp"}, "ip_address": "192.0.2.7",
    "source": {"item_type": "file", "item_id": "3", "item_name": "1-cw-00000001.zip", "parent": {"id": "4"}},
}  # fmt: skip
BEGUN = [
    {"event": "begun", "old": "vault", "at": good.NOW.isoformat()},
    {"event": "found", "kind": "backup", "name": "backups/x.ikb", "size": 3},
    {"event": "signed", "by": "00" * 32, "papers": "00" * 32, "signature": to_base64(bytes(64))},
    {"event": "ended", "kind": "backup", "name": "backups/x.ikb", "outcome": "gone", "why": "", "at": good.NOW.isoformat()},
    {"event": "step", "name": "done", "at": good.NOW.isoformat()},
]  # fmt: skip


def _lines(*rows: object) -> bytes:
    return b"".join(canonical_json(row) + b"\n" for row in rows)


def _cards() -> bytes:
    """Both sites' cards, as the vault hands them to the courier."""
    other = make_card(
        good.RECEIVER, site=Site.WARD, vault_id="0" * 32, epoch=1, courier=good.COURIER.public, created=good.NOW
    )  # fmt: skip
    pair = {"own": good.card().decode(), "partner": other.data.decode()}
    assert len(pair["own"]) < CARD_LIMIT
    return _lines({"pairs": [pair]})


def readers(laid: Laid) -> Iterator[Parser]:
    """`laid` writes bytes as a private file of that name into a private folder."""

    def told(data: bytes) -> object:
        courier = laid(data, "remote.toml").parent
        return place_of(courier), shared_folder(courier), destination(courier, lambda: CREDENTIAL)

    def identity(data: bytes) -> object:
        folder = laid(data, "partner.json").parent
        vault = folder / "with-courier"
        shutil.rmtree(vault, ignore_errors=True)
        folders = Folders(vault)
        folders.courier.mkdir(parents=True)
        shutil.copy(folder / "partner.json", folders.courier)
        key = folders.courier / KEY_FILE
        key.write_text(to_base64(good.COURIER.raw) + "\n")
        key.chmod(0o600)
        return read_identity(folders)

    def sealed(data: bytes) -> object:
        folder = laid(b"", "box.sealed").parent
        seal(folder, data, CREDENTIAL, b"n" * 12)
        return BoxSettings.from_bytes(unseal(folder, CREDENTIAL))

    def whole() -> list[bytes]:
        folder = laid(b"", "box.sealed").parent
        seal(folder, BOX.to_bytes(), CREDENTIAL, b"n" * 12)
        return [(folder / "box.sealed").read_bytes()]

    def event(data: bytes) -> object:
        try:
            raw = json.loads(data)
        except (ValueError, RecursionError):
            return None  # that Box's answer is JSON at all is seen to before
        return happening(raw).line() if isinstance(raw, dict) else None

    def erasure(data: bytes) -> object:
        return Journal(laid(data, NAME).parent, lambda: good.NOW).ended()

    def papers(data: bytes) -> object:
        word = {"event": "signed", "by": "00" * 32, "papers": sha256_hex(data), "signature": ""}
        laid(_lines(*BEGUN[:2], word), NAME)
        return Journal(laid(data, PAPERS).parent, lambda: good.NOW).papers()

    yield Parser(
        "records of a bundle",
        lambda d: [from_row(row, "records.jsonl") for row in from_jsonl(d, "records.jsonl")],
        lambda: [_lines(RECORD)],
    )
    yield Parser("review of a bundle", from_lines, lambda: [_lines(REVIEWED)])
    yield Parser(
        "places of exchange",
        lambda d: used_places(laid(d, "places.jsonl").parent),
        lambda: [_lines({"id": "folder:/mnt/share", "since": good.NOW.isoformat()})],
    )
    yield Parser("remote.toml", told, lambda: [folder_text("folder:/mnt/share")])
    yield Parser("the courier's cards", identity, lambda: [_cards()])
    yield Parser(
        "box.sealed",
        lambda d: unseal(laid(d, "box.sealed").parent, CREDENTIAL),
        whole,
    )
    yield Parser("box.sealed, what is sealed", sealed, lambda: [BOX.to_bytes()])
    yield Parser("an event of Box's", event, lambda: [canonical_json(EVENT)])
    yield Parser(
        "erased.json",
        lambda d: read_pointer(laid(d, POINTER).parent),
        lambda: [_lines({"format": "ikiiki-erased", "kept": "vault-kept", "version": 1})],
    )
    yield Parser("journal of an erasure", erasure, lambda: [_lines(*BEGUN)])
    yield Parser(
        "papers of an erasure",
        papers,
        lambda: [b'[{"name":"paper-1","path":"/a/b.pdf","sha256":"00","last":false}]'],
    )
