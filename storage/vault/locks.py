"""Who is inside a vault, and who has it alone (docs/vault.md, "Locks").

Three kinds of file under `flock`, which the system releases when a process dies:

* `gate`: held for moments to come in, or to rewrite the header, and for the whole of any work that needs the vault alone;
* `lock`: shared by every open vault, exclusive for re-keying, migrating, restoring and erasing. It changes from one
  to the other only behind the gate, since `flock` gives a lock up before it takes the other kind;
* `inside/<random>.json`: one per open vault, locked by it, naming process and staff id, so that a refusal can say who.

Locks belong to the open file, not to the process: two vaults opened in one process count as two.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.exchange.strict import STAFF_ID
from storage.vault.errors import VaultBusy
from storage.vault.files import open_private, private_folder

GATE, LOCK, INSIDE = "gate", "lock", "inside"
GATE_SECONDS = 5.0
_POLL_SECONDS = 0.02
_ENTRY_BYTES = 4096


@dataclass(frozen=True)
class Insider:
    """One open vault, as its entry tells it. The staff id is not proved: it serves messages alone."""

    pid: int
    staff_id: str


@contextmanager
def gate(folder: Path, *, patience: float = GATE_SECONDS) -> Iterator[None]:
    """Hold the vault's gate. Raises `VaultBusy` when somebody keeps it longer than `patience` seconds."""
    descriptor = open_private(folder / GATE, os.O_CREAT | os.O_RDWR)
    try:
        if not _patiently(descriptor, patience):
            raise VaultBusy(
                "保管庫の手入れ（鍵の更新や復元など）が行われています",
                where=_words(insiders(folder)),
                next_step="終わるのを待ってから、もう一度お試しください",
            )
        yield
    finally:
        os.close(descriptor)  # releases the lock


def _patiently(descriptor: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


class Presence:
    """Being inside: the shared lock and the entry. Made by `enter`; `leave` it exactly once."""

    def __init__(self, folder: Path, lock: int, entry: int, entry_path: Path) -> None:
        self.folder = folder
        self._lock = lock
        self._entry = entry
        self._entry_path = entry_path
        self._left = False

    @classmethod
    def enter(
        cls, folder: Path, staff_id: str, entropy_hex: str, *, patience: float = GATE_SECONDS
    ) -> Presence:
        """Come in. `entropy_hex` names the entry. Raises `VaultBusy` while somebody has the vault alone."""
        with gate(folder, patience=patience):
            lock = open_private(folder / LOCK, os.O_CREAT | os.O_RDWR)
            try:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise VaultBusy(
                        "保管庫は、ほかの処理が専有しています",
                        where=_words(insiders(folder)),
                        next_step="終わるのを待ってから、もう一度お試しください",
                    ) from error
                private_folder(folder / INSIDE)
                _remove_stale(folder)
                path = folder / INSIDE / f"{entropy_hex}.json"
                entry = open_private(path, os.O_CREAT | os.O_EXCL | os.O_RDWR)
            except BaseException:
                os.close(lock)
                raise
            fcntl.flock(entry, fcntl.LOCK_EX)  # waits for a reader of the list at most
            os.write(entry, json.dumps({"pid": os.getpid(), "staff_id": staff_id}).encode())
        return cls(folder, lock, entry, path)

    @contextmanager
    def alone(self, *, patience: float = GATE_SECONDS) -> Iterator[None]:
        """Have the vault alone. Raises `VaultBusy`, naming the others, when somebody else is inside."""
        with gate(self.folder, patience=patience):
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self._share_again()
                others = [each for each in insiders(self.folder, but=self._entry_path)]
                raise VaultBusy(
                    "ほかの人が保管庫を開いています",
                    where=_words(others),
                    next_step="全員が画面を閉じてから、もう一度お試しください",
                ) from error
            try:
                yield
            finally:
                self._share_again()

    def _share_again(self) -> None:
        # Nobody takes the lock exclusively without the gate, which is ours: this cannot block.
        fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def leave(self) -> None:
        if self._left:
            return
        self._left = True
        with suppress(OSError):  # on a failing disk it stays, and counts for nobody once its lock is gone
            self._entry_path.unlink(missing_ok=True)
        os.close(self._entry)
        os.close(self._lock)


@contextmanager
def alone(folder: Path, *, patience: float = GATE_SECONDS) -> Iterator[None]:
    """Have the vault at `folder` alone without being inside, to restore or erase it. Raises `VaultBusy`."""
    with gate(folder, patience=patience):
        lock = open_private(folder / LOCK, os.O_CREAT | os.O_RDWR)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise VaultBusy(
                    "ほかの人が保管庫を開いています",
                    where=_words(insiders(folder)),
                    next_step="全員が画面を閉じてから、もう一度お試しください",
                ) from error
            yield
        finally:
            os.close(lock)


def insiders(folder: Path, *, but: Path | None = None) -> list[Insider]:
    """Who has the vault open, but for the entry `but`. Entries of dead processes do not count."""
    found = []
    for path in sorted((folder / INSIDE).glob("*.json")):
        if path == but:
            continue
        insider = _live_entry(path)
        if insider is not None:
            found.append(insider)
    return found


def _live_entry(path: Path) -> Insider | None:
    try:
        descriptor = open_private(path, os.O_RDWR)
    except FileNotFoundError:
        return None  # left just now
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_entry(os.pread(descriptor, _ENTRY_BYTES, 0))
        return None
    finally:
        os.close(descriptor)


def _read_entry(content: bytes) -> Insider:
    try:
        document = json.loads(content)
        pid, staff_id = int(document["pid"]), str(document["staff_id"])
    except (ValueError, KeyError, TypeError):
        return Insider(0, "?")  # alive, but its entry is not written yet
    return Insider(pid, staff_id if STAFF_ID.fullmatch(staff_id) else "?")


def _remove_stale(folder: Path) -> None:
    """Behind the gate only: an entry just being made is not locked yet."""
    for path in (folder / INSIDE).glob("*.json"):
        if _live_entry(path) is None:
            path.unlink(missing_ok=True)


def _words(people: list[Insider]) -> str:
    return "、".join(f"{each.staff_id}（プロセス{each.pid}）" for each in people)
