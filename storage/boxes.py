"""The vault folder's boxes, where sealed bundles wait: the program and the courier meet here and nowhere else.

    outbox/<name>.zip, <name>.manifest   ours, put here by the program, sent by the courier
    outbox/<name>.receipt                put here by the courier once it has checked the other courier's receipt
    outbox/<name>.again                  put here by the program: receipted, and not taken in for long, it is to lie there again
    inbox/<name>.zip, <name>.manifest    theirs, put here by the courier once checked, taken in by a person
    inbox/<name>.again                   put here by the program: what lay there was damaged or lost, the courier brings it anew
    courier/partner.json                 both sites' public cards of each epoch, which the courier checks against
    courier/key-<epoch>                  its own key of an epoch after the first
    courier/evidence/                    what was not taken in
    courier/state.json                   how the courier's last round ended, for people who look later
    courier/journal.jsonl, box-log.jsonl, box-watch.json   the courier's own papers, read here and never written

A bundle without its manifest does not exist yet: the manifest is written last and removed first, by renaming, so that
after a crash at any point every step can be repeated. Folders are 0700, files 0600. All of it is sealed or public.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure
from core.exchange.card import read_card
from core.exchange.names import AGAIN, MANIFEST, RECEIPT, ZIP, bundle_name
from core.exchange.receipt import RECEIPT_LIMIT
from core.exchange.state import STATE_LIMIT, CourierState, read_state
from core.keys import to_base64
from core.office.courier_papers import CourierPair, CourierPapers
from storage.vault.files import private_folder, read_private, replace_private, sync_folder

OUTBOX = "outbox"
INBOX = "inbox"
COURIER = "courier"
PARTNER = "partner.json"
STATE = "state.json"
KEY = "key"
EVIDENCE = "evidence"
_KEY_FILE = re.compile(r"key(?:-[1-9][0-9]{0,6})?")
JOURNAL, LOG, WATCH = "journal.jsonl", "box-log.jsonl", "box-watch.json"
_TAKEN = ".taken"
"""What a manifest is called between the moment its bundle is done with and the removal of the bundle's files."""

ZIP_LIMIT = 256 * 2**20
"""Bytes of the largest zip read; a whole ward's applicants need a few million."""
MANIFEST_LIMIT = 2**20
PAPER_LIMIT = 64 * 2**20
"""Bytes of the largest paper the courier keeps."""


class FolderBoxes:
    """Implements `core.office.boxes.Boxes` in a vault's folder, which must exist."""

    def __init__(self, vault_folder: Path) -> None:
        self._outbox = vault_folder / OUTBOX
        self._inbox = vault_folder / INBOX
        self._courier = vault_folder / COURIER

    def put_out(self, name: str, zip_bytes: bytes, manifest: bytes) -> None:
        """Write both, manifest last; the same again changes nothing.

        Raises `IntegrityFailure` when other bytes lie there under that name: what was sealed once stays.
        """
        _check_name(name)
        with _alone(self._outbox):
            _write_once(self._outbox / f"{name}{ZIP}", zip_bytes, ZIP_LIMIT)
            _write_once(self._outbox / f"{name}{MANIFEST}", manifest, MANIFEST_LIMIT)

    def waiting_in(self) -> list[str]:
        """Names of complete bundles in the inbox, by epoch, channel and seq."""
        if not self._inbox.exists():
            return []
        with _alone(self._inbox):
            self._finish_removals()
        names = _names(self._inbox, MANIFEST)
        return [name for name in names if (self._inbox / f"{name}{ZIP}").is_file()]

    def read_in(self, name: str) -> tuple[bytes, bytes]:
        """(zip, manifest). Raises `IntegrityFailure` when one of the two is not there, is too large or is a link."""
        _check_name(name)
        try:
            return (
                read_private(self._inbox / f"{name}{ZIP}", limit=ZIP_LIMIT),
                read_private(self._inbox / f"{name}{MANIFEST}", limit=MANIFEST_LIMIT),
            )
        except FileNotFoundError as error:
            raise IntegrityFailure(
                "受信箱のファイルが揃っていません", where=name, next_step="もう一度、送受信をしてください"
            ) from error

    def fetch_again(self, name: str) -> None:
        """Ask the courier for a bundle once more; the courier takes the asking away. Again, it changes nothing."""
        _check_name(name)
        with _alone(self._inbox):
            replace_private(self._inbox / f"{name}{AGAIN}", b"")

    def done_in(self, name: str) -> None:
        """Remove an imported bundle's files (the vault holds them now). Again, it changes nothing."""
        _check_name(name)
        with _alone(self._inbox):
            manifest = self._inbox / f"{name}{MANIFEST}"
            if manifest.exists():
                manifest.rename(manifest.with_suffix(_TAKEN))
                sync_folder(self._inbox)
            self._finish_removals()

    def clear_out(self, name: str) -> None:
        """Remove a bundle whose arrival is signed for (the vault holds it); the receipt stays. Again, it changes nothing."""
        _check_name(name)
        with _alone(self._outbox):
            for ending in (AGAIN, MANIFEST, ZIP):
                (self._outbox / f"{name}{ending}").unlink(missing_ok=True)
            sync_folder(self._outbox)

    def arrived_in(self) -> dict[str, dt.datetime]:
        """When each bundle of `waiting_in` came, by the time stamp of its manifest, which the courier writes last."""
        found = {}
        for name in self.waiting_in():
            with suppress(FileNotFoundError):  # another person has just taken it in
                written = (self._inbox / f"{name}{MANIFEST}").stat().st_mtime
                found[name] = dt.datetime.fromtimestamp(written, dt.UTC)
        return found

    def courier_state(self) -> CourierState | None:
        """The courier's word about its last round, None before the first. Raises `IntegrityFailure` when it cannot be read."""
        try:
            return read_state(read_private(self._courier / STATE, limit=STATE_LIMIT))
        except FileNotFoundError:
            return None

    def receipts(self) -> list[str]:
        """Names of our bundles beside which a receipt lies, laid there by the courier or by whoever can write here."""
        return _names(self._outbox, RECEIPT) if self._outbox.exists() else []

    def receipt(self, name: str) -> bytes:
        """What lies there. Raises `IntegrityFailure` when it is a link, too large, or open to others."""
        _check_name(name)
        return read_private(self._outbox / f"{name}{RECEIPT}", limit=RECEIPT_LIMIT)

    def refuse_receipt(self, name: str) -> None:
        """Move it to the evidence, whatever it is, and leave the place to the true one. Again, it changes nothing."""
        _check_name(name)
        evidence = self._courier / EVIDENCE
        file = self._outbox / f"{name}{RECEIPT}"
        with _alone(self._outbox), _alone(evidence), suppress(FileNotFoundError):
            number = sum(path.name.startswith(f"{file.name}-refused") for path in evidence.iterdir())
            file.rename(evidence / f"{file.name}-refused{number + 1}")
            sync_folder(self._outbox)

    def send_again(self, name: str) -> None:
        _check_name(name)
        with _alone(self._outbox):
            replace_private(self._outbox / f"{name}{AGAIN}", b"")

    def sent_again(self) -> list[str]:
        return _names(self._outbox, AGAIN) if self._outbox.exists() else []

    def courier_papers(self) -> CourierPapers:
        """What the courier has written down, each as it lies there: how far the log goes is read before the log itself."""
        watch, log, journal = (self._paper(name) for name in (WATCH, LOG, JOURNAL))
        return CourierPapers(journal, log, watch)

    def _paper(self, name: str) -> bytes:
        try:
            return read_private(self._courier / name, limit=PAPER_LIMIT)
        except FileNotFoundError:
            return b""

    def set_aside(self, name: str, *, sent: bool = False) -> None:
        """Keep a bundle that is not to be taken in (`sent`: that is not as it was sealed) as evidence, where the courier
        keeps its own. Again changes nothing."""
        _check_name(name)
        box, evidence = self._outbox if sent else self._inbox, self._courier / EVIDENCE
        with _alone(box), _alone(evidence):
            for ending in (ZIP, MANIFEST):  # the manifest last: without it there is no bundle
                file = box / f"{name}{ending}"
                if file.is_file():
                    content = read_private(file, limit=ZIP_LIMIT)
                    replace_private(evidence / f"{file.name}-{sha256_hex(content)[:16]}", content)
                    file.unlink()
            sync_folder(box)

    def manifest_aside(self, name: str, manifest_sha256: str) -> bytes | None:
        """From the evidence; None when it was taken away, or altered since."""
        _check_name(name)
        kept = self._courier / EVIDENCE / f"{name}{MANIFEST}-{manifest_sha256[:16]}"
        try:
            content = read_private(kept, limit=MANIFEST_LIMIT)
        except (FileNotFoundError, IntegrityFailure):
            return None
        return content if sha256_hex(content) == manifest_sha256 else None

    def put_partner(self, pairs: Sequence[CourierPair]) -> None:
        """Hand the courier the cards of each epoch, as one canonical JSON line, and first the keys they name.

        A key that no pair needs any longer is removed last.
        """
        cards = [
            {"own": pair.own_card.decode("utf-8"), "partner": pair.partner_card.decode("utf-8")}
            for pair in pairs
        ]
        with _alone(self._courier):
            keys = {f"{KEY}-{read_card(pair.own_card).epoch}": pair.key for pair in pairs if pair.key}
            for name, key in keys.items():
                replace_private(self._courier / name, to_base64(key).encode("ascii") + b"\n")
            kept = keys.keys() | {KEY for pair in pairs if not pair.key}
            replace_private(self._courier / PARTNER, canonical_json({"pairs": cards}) + b"\n")
            for path in self._courier.glob(f"{KEY}*"):
                if path.name not in kept and _KEY_FILE.fullmatch(path.name):
                    path.unlink()
            sync_folder(self._courier)

    def _finish_removals(self) -> None:
        """Remove what belongs to manifests already renamed, now or before a crash."""
        taken = _names(self._inbox, _TAKEN)
        for name in taken:
            (self._inbox / f"{name}{ZIP}").unlink(missing_ok=True)
            (self._inbox / f"{name}{_TAKEN}").unlink(missing_ok=True)
        if taken:  # every look at the flow line asks, and mostly there is nothing
            sync_folder(self._inbox)


def _check_name(name: str) -> None:
    """A name comes from the vault or a folder; as a path it must not lead anywhere else."""
    if bundle_name(name) is None:
        raise IntegrityFailure("送受信ファイルの名前の形が正しくありません")


def _names(folder: Path, ending: str) -> list[str]:
    """The bundle names among the folder's files with that ending; whatever is named otherwise is not ours."""
    found = (bundle_name(path.name, ending) for path in folder.iterdir())
    return [str(name) for name in sorted(name for name in found if name is not None)]


def _write_once(path: Path, content: bytes, limit: int) -> None:
    if len(content) > limit:
        raise IntegrityFailure("送るファイルが大きすぎます", where=path.name)
    try:
        there = read_private(path, limit=limit)
    except FileNotFoundError:
        replace_private(path, content)
        return
    if there != content:
        raise IntegrityFailure(
            "送信箱に、同じ名前で中身の違うファイルがあります。上書きしていません",
            where=path.name,
            next_step="ファイルをそのまま残し、取扱責任者に知らせてください",
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Make or check the folder, and be its only writer: two people may be logged in at once."""
    private_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
