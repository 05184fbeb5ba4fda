"""Making a backup while people work: one state of the vault under a key of its own, opened and compared before it has a name."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.canonical import canonical_json
from core.disk import is_full
from core.errors import IkiikiError, IntegrityFailure, Refused
from core.roles import Site
from storage.backup.container import DATABASE, FILES, HEADER, STATE, Writer, reading
from storage.backup.digests import differences, need_sound, table_digests
from storage.backup.names import ENDING, BackupName
from storage.boxes import COURIER, INBOX, OUTBOX
from storage.store.tx import VaultTx
from storage.vault import sqlcipher
from storage.vault.files import private_folder, read_private, sync_folder
from storage.vault.header import Header
from storage.vault.keys import database_key, seal_data_key
from storage.vault.lengths import DATA_KEY_BYTES
from storage.vault.migrations import BACKUPS, version_of
from storage.vault.opened import OpenVault

Step = Callable[[], None]
WORK = "making-"
"""How the names of half-made things in backups/ begin; whoever works there next removes them."""
_PART_ENDING = ".part"
_FILE_LIMIT = 256 * 2**20
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


@dataclass(frozen=True)
class State:
    """What was in the vault at the moment of the backup."""

    generation: int
    commits: int
    version: int
    """Of the tables."""
    ledgers: dict[str, tuple[int, str]]
    """By site, lines and the last line's hash."""
    access: tuple[int, str]
    """Rows of the 操作ログ and the last one's chain."""
    tables: dict[str, tuple[int, str]]

    def document(self) -> dict[str, Any]:
        return {
            "access": list(self.access), "commits": self.commits, "generation": self.generation, "version": self.version,
            "ledgers": {site: list(one) for site, one in self.ledgers.items()},
            "tables": {name: list(one) for name, one in self.tables.items()},
        }  # fmt: skip


def make_backup(
    vault: OpenVault, to: Path, name: BackupName, *, noted: Callable[[], None], step: Step = lambda: None
) -> Path:
    """Write the backup `name` into the folder `to`, 0600; its path.

    It is one state of the vault, whatever others write meanwhile, under a fresh data key sealed to everybody who can open
    the vault now. Opened, checked page by page and compared table by table, then written, read back whole and compared,
    then `noted` (the caller's ledger line), then named: whatever is raised before, by a full disk or by `step`, leaves
    nothing. Raises `Refused` while another is being made, `IkiikiError`, `IntegrityFailure`.
    """
    with working(vault.folder) as work, _readable(to):
        if to.absolute() == (vault.folder / BACKUPS).absolute():
            private_folder(to)
        elif not to.is_dir():
            raise Refused(
                "控えの置き場所がありません",
                where=str(to),
                next_step="媒体が挿さっているか、場所を確かめてください",
            )
        _need_room(vault, work, to)
        staged, part, target = work / f"{WORK}{name.id}.db", to / f"{name}{_PART_ENDING}", to / str(name)
        data_key = vault.entropy(DATA_KEY_BYTES)
        try:
            state, header = _stage(vault, staged, data_key, step)
            descriptor = os.open(
                part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                writer = Writer(file, data_key, vault.entropy, step)
                try:
                    writer.put(HEADER, header.serialise(data_key))
                    writer.put_file(DATABASE, staged)
                    writer.put_sealed(STATE, canonical_json({"id": name.id, "state": state.document()}))
                    for path, content in _others(vault.folder):
                        writer.put_sealed(FILES + path, content)
                    written = writer.finish()
                    file.flush()
                    os.fsync(file.fileno())
                except BaseException:
                    writer.abandon()
                    raise
            with reading(part) as reader:
                reader.verify(data_key)
                for each in written:
                    for _ in reader.blocks(each.name):
                        step()
            if target.exists():
                raise Refused(
                    "同じ名前の控えがあります", where=target.name, next_step="もう一度実行してください"
                )
            noted()
            part.replace(target)
            sync_folder(to)
        finally:
            beside = (Path(f"{staged}{ending}") for ending in ("-wal", "-shm", "-journal"))
            for left in (part, staged, *beside):
                left.unlink(missing_ok=True)
    return target


@contextmanager
def working(folder: Path) -> Iterator[Path]:
    """The vault's backups/, for one at a time; what a killed one left there is gone. Raises `Refused` when it is taken."""
    place = folder / BACKUPS
    private_folder(place)
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(
                "ほかの人が、控えを取っているか、復元を試しています",
                next_step="終わるのを待ってから、もう一度お試しください",
            ) from error
        for path in place.iterdir():
            if path.is_dir() and path.name.startswith(WORK):
                shutil.rmtree(path)
            elif path.name.startswith(WORK) or path.name.endswith(ENDING + _PART_ENDING):
                path.unlink(missing_ok=True)
        yield place
    finally:
        os.close(descriptor)


def _stage(vault: OpenVault, staged: Path, data_key: bytes, step: Step) -> tuple[State, Header]:
    """The database under the new key as a file of its own, sound and holding what the vault held."""
    key = database_key(data_key)
    with vault.read() as connection:  # one state for all of it: SQLite copies what this transaction sees
        state = state_of(connection, vault.database_path.name, step)
        header = vault.sign_header(_sealed_anew(vault.header, data_key))
        sqlcipher.copy_into(connection, staged, key)
    copy = sqlcipher.connect(staged, key)
    try:
        need_sound(copy, staged.name)
        found = state_of(copy, staged.name, step)
    finally:
        copy.close()
    if found != state:
        wrong = "、".join(differences(state.tables, found.tables))
        raise IntegrityFailure("控えを作りましたが、元の内容と合いません", where=wrong)
    return state, header


def state_of(connection: sqlcipher.Connection, name: str, step: Step = lambda: None) -> State:
    """What one transaction sees."""
    identity, tx = sqlcipher.identity(connection, name), VaultTx(connection)
    return State(
        identity.generation,
        identity.commits,
        version_of(connection),
        {site.value: (tx.ledger.size(site), tx.ledger.head(site)) for site in Site},
        (tx.access.count(), tx.access.head()),
        table_digests(connection, step),
    )


def _sealed_anew(header: Header, data_key: bytes) -> Header:
    for slot in header.slots:
        sealed = seal_data_key(data_key, slot.hpke_public, header.seal_info(slot.staff_id))
        header = header.with_slot(replace(slot, sealed=sealed))
    return header


def _others(folder: Path) -> Iterator[tuple[str, bytes]]:
    """What else belongs to the site: the courier's papers, key and evidence, what came and waits, receipts that came.

    What is to be sent lies sealed in the database, and is laid out again at the next login.
    """
    for top in (COURIER, INBOX, OUTBOX):
        for path in sorted((folder / top).rglob("*")):
            segments = path.relative_to(folder).parts
            wanted = path.suffix == ".receipt" if top == OUTBOX else path.name not in {"lock", "state.json"}
            if not wanted or len(segments) > 4 or not all(_SEGMENT.fullmatch(one) for one in segments):
                continue
            if path.suffix == ".tmp" or path.is_symlink() or not path.is_file():
                continue
            try:
                yield "/".join(segments), read_private(path, limit=_FILE_LIMIT)
            except FileNotFoundError:
                continue  # the courier has just taken it away


def _need_room(vault: OpenVault, work: Path, to: Path) -> None:
    size = vault.database_path.stat().st_size + 64 * 2**20
    short = [folder for folder in (work, to) if shutil.disk_usage(folder).free < 2 * size]
    if short:
        raise IkiikiError(
            "控えを取る空きがありません。何も書いていません", where=str(short[0]),
            next_step=f"{2 * size // 2**20} MB以上を空けるか、別の場所を指定してください",
        )  # fmt: skip


@contextmanager
def _readable(to: Path) -> Iterator[None]:
    """SQLite's and the system's own errors in words for people."""
    try:
        with sqlcipher.translated("控え"):
            yield
    except OSError as error:
        raise IkiikiError(
            "ディスクがいっぱいで、控えを書けません" if is_full(error) else "控えを書けません", where=str(to),
            next_step="途中のものは残していません。空きと権限を確かめて、もう一度お試しください",
        ) from error  # fmt: skip
