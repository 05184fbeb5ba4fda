"""Making a vault, and logging in to one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import IkiikiError, Refused
from core.passwords.judging import require_length
from core.roles import Role, Site
from storage.vault import sqlcipher
from storage.vault.erased import refuse_erased
from storage.vault.errors import VaultChanged
from storage.vault.files import (
    FOLDER_MODE,
    check_private,
    make_private,
    replace_private,
    sync_file,
    sync_folder,
    temporary_of,
)
from storage.vault.header import (
    NAME,
    Header,
    Slot,
    check_staff_id,
    database_name,
    parse_header,
    read_header_bytes,
)
from storage.vault.kdf import DEFAULT_KDF, SALT_BYTES, KdfParams, derive
from storage.vault.keys import (
    Entropy,
    StaffKeys,
    database_key,
    seal_data_key,
    unwrap,
    wrap,
)
from storage.vault.knocks import (
    LOCK_NAME,
    UNKNOWN,
    bucket_of,
    login_failed,
    shut_out,
    trying,
    withdraw_within,
)
from storage.vault.lengths import DATA_KEY_BYTES, NONCE_BYTES
from storage.vault.locks import GATE, GATE_SECONDS, INSIDE, LOCK, Presence, gate
from storage.vault.marks import Mark, advance_mark, check_mark, default_state_dir, read_mark
from storage.vault.migrations import BACKUPS, Migration, back_up_before, backup_prefix, migrate, pending
from storage.vault.opened import Clock, OpenVault, check_identity, mark_of
from storage.vault.sqlcipher import Connection, Identity
from storage.vault.trust import Known, check_writer

_DATABASE_FILE = re.compile(r"vault-([1-9][0-9]{0,6})\.db(-wal|-shm|-journal)?")


@dataclass(frozen=True)
class NewStaff:
    """A person who is to get a slot."""

    staff_id: str
    name: str
    role: Role
    password: str = field(repr=False)


Record = Callable[[Connection, NewStaff, bytes], None]
"""Enters a new person into the tables, given their raw Ed25519 public key, within the transaction it is handed."""


def create_vault(
    folder: Path,
    *,
    site: Site,
    staff: NewStaff,
    migrations: Sequence[Migration],
    now: Clock,
    kdf: KdfParams = DEFAULT_KDF,
    entropy: Entropy = os.urandom,
    record: Record | None = None,
    state_dir: Path | None = None,
) -> str:
    """Make a vault with its first person at `folder`, which must be missing or empty; its vault id.

    It appears whole or not at all: it is built beside `folder` and renamed. Where there is a `state_dir`, the mark is kept
    there: this machine knows the vault from the beginning. Raises `Refused` when something is there
    or the password is too short, and `UsageError` for an impossible staff id.
    """
    check_staff_id(staff.staff_id)
    require_length(staff.password)
    folder = folder.absolute()
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise Refused(
            "すでに何かがある場所には、保管庫を作れません",
            where=str(folder),
            next_step="空の場所を選んでください",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = folder.with_name(f".{folder.name}.{entropy(8).hex()}.new")
    building.mkdir(mode=FOLDER_MODE)
    try:
        with sqlcipher.translated(folder.name):
            mark = _build(building, site, staff, migrations, now, kdf, entropy, record)
        building.replace(folder)
    except BaseException:
        shutil.rmtree(building)
        raise
    sync_folder(folder.parent)
    if state_dir is not None:
        advance_mark(state_dir, mark)
    return mark.vault_id


def _build(
    folder: Path,
    site: Site,
    staff: NewStaff,
    migrations: Sequence[Migration],
    now: Clock,
    kdf: KdfParams,
    entropy: Entropy,
    record: Record | None,
) -> Mark:
    vault_id, data_key = entropy(16).hex(), entropy(DATA_KEY_BYTES)
    keys = StaffKeys.fresh(entropy)
    header = Header(vault_id, site, 1, ())
    header = header.with_slot(make_slot(header, staff.staff_id, staff.password, keys, data_key, kdf, entropy))
    path = folder / header.database
    connection = sqlcipher.create(
        path,
        database_key(data_key),
        Identity(vault_id, site.value, 1, 0),
        now().isoformat(timespec="seconds"),
    )
    try:
        migrate(connection, migrations)
        if record is not None:
            connection.execute("BEGIN IMMEDIATE")
            record(connection, staff, keys.sign_public())
            connection.execute("COMMIT")
        found = sqlcipher.identity(connection, path.name)
        sqlcipher.checkpoint(connection)
    finally:
        connection.close()
    sync_file(path)
    for name in (LOCK, GATE, LOCK_NAME):
        make_private(folder / name)
    for name in (INSIDE, BACKUPS):
        (folder / name).mkdir(mode=FOLDER_MODE)
    signed = header.signed(staff.staff_id, keys.signing_key)
    replace_private(folder / NAME, signed.serialise(data_key))
    return mark_of(found, Known.of(signed, data_key))


def make_slot(
    header: Header,
    staff_id: str,
    password: str,
    keys: StaffKeys,
    data_key: bytes,
    kdf: KdfParams,
    entropy: Entropy,
) -> Slot:
    """A slot of `header` for a person with `keys`. Takes as long as `kdf` says."""
    salt = entropy(SALT_BYTES)
    password_key = derive(password, salt, kdf)
    wrapped, commitment = wrap(keys, password_key, header.vault_id, staff_id, entropy(NONCE_BYTES))
    sealed = seal_data_key(data_key, keys.hpke_public(), header.seal_info(staff_id))
    return Slot(staff_id, kdf, salt, wrapped, commitment, keys.hpke_public(), keys.sign_public(), sealed)


def unlock(
    folder: Path, staff_id: str, password: str, *, now: Clock, entropy: Entropy, terminal: str = ""
) -> tuple[Slot, StaffKeys]:
    """The person's slot, as read now, and the keys their password opens. Failures are written to knocks.jsonl,
    with the `terminal` where somebody sits.

    Raises `LoginFailed`, the same for an unknown id and a wrong password, or naming the seconds to wait; and as
    `parse_header`. Nothing is authenticated yet but the slot itself.
    """
    try:
        check_private(folder, folder=True)
    except FileNotFoundError as error:
        raise IkiikiError(
            "ここに保管庫がありません", where=str(folder), next_step="--vault の場所を確かめてください"
        ) from error
    refuse_erased(folder)
    header = parse_header(read_header_bytes(folder))
    slot = header.slot(staff_id)
    like = slot or header.slots[0]  # an unknown id takes as long as a wrong password
    public = (like.hpke_public, like.sign_public)
    bucket = "" if slot else bucket_of(staff_id, header.vault_id)
    with trying(folder, staff_id if slot else UNKNOWN, now(), bucket, terminal) as trial:
        knock_id = entropy(8).hex()
        trial.begin(knock_id)
        if trial.waiting:
            raise shut_out(trial.waiting)
        password_key = derive(password, like.salt, like.kdf)
        keys = unwrap(like.wrapped, like.commitment, password_key, header.vault_id, like.staff_id, public)
        if slot is None or keys is None:
            raise login_failed(trial.seconds())
        withdraw_within(folder, knock_id, trial.now)
    return slot, keys


def authenticate(folder: Path, slot: Slot, keys: StaffKeys) -> tuple[bytes, Header, bytes]:
    """(header bytes, header, data key) of the header as it stands now, authenticated by the data key in `slot`'s place.

    Raises `VaultChanged` when the slot has changed since it was unlocked, and `IntegrityFailure`.
    """
    content = read_header_bytes(folder)
    header = parse_header(content)
    current = header.slot(slot.staff_id)
    if current is None or (current.wrapped, current.salt) != (slot.wrapped, slot.salt):
        raise slot_changed()
    data_key = keys.open_data_key(current.sealed, header.seal_info(slot.staff_id))
    header.verify(data_key)
    return content, header, data_key


def slot_changed() -> VaultChanged:
    """Somebody's slot is not the one their password opened."""
    return VaultChanged(
        "パスワードを確かめている間に、あなたの登録が変わりました", next_step="もう一度ログインしてください"
    )


def open_vault(
    folder: Path,
    staff_id: str,
    password: str,
    *,
    migrations: Sequence[Migration],
    now: Clock,
    state_dir: Path | None = None,
    entropy: Entropy = os.urandom,
    patience: float = GATE_SECONDS,
    terminal: str = "",
) -> OpenVault:
    """Log in. Missing migrations are applied, after a backup, with the vault held alone.

    `state_dir` keeps the mark against rollback (default: `marks.default_state_dir()`); `terminal`: where the person sits.
    Raises `LoginFailed`; `IntegrityFailure` (altered, damaged, foreign) and `RolledBack`; `NewerVault`; `VaultBusy`;
    `Refused` for open permissions. Apart from knocks.jsonl none of them changes the vault.
    """
    folder = folder.absolute()
    state_dir = state_dir or default_state_dir()
    slot, keys = unlock(folder, staff_id, password, now=now, entropy=entropy, terminal=terminal)
    presence = Presence.enter(folder, staff_id, entropy(8).hex(), patience=patience)
    try:
        refuse_erased(folder)  # it may have begun while the password was derived
        content, header, data_key = authenticate(folder, slot, keys)
        kept = read_mark(state_dir, header.vault_id)  # before the database: both only grow
        if kept is not None:
            check_writer(header, data_key, kept.generation, kept.known)
        path = folder / header.database
        connection = sqlcipher.connect(path, database_key(data_key))
        try:
            found = sqlcipher.identity(connection, path.name)
            check_identity(found, header)
            check_mark(mark_of(found), kept)
            behind = pending(connection, migrations, path.name)
        finally:
            connection.close()
        vault = OpenVault(
            folder,
            header,
            content,
            data_key,
            staff_id,
            keys.signing_key,
            presence,
            state_dir=state_dir,
            entropy=entropy,
            now=now,
            first_seen=kept is None,
            terminal=terminal,
        )
        if kept is not None and kept.known is not None:
            _clean(vault)
        if behind:
            _upgrade(vault, migrations)
        advance_mark(state_dir, mark_of(found, vault.known()))
    except BaseException:
        presence.leave()
        raise
    return vault


def _upgrade(vault: OpenVault, migrations: Sequence[Migration]) -> None:
    name = vault.database_path.name
    with vault.alone(), sqlcipher.translated(name):
        connection = vault.connect()
        try:
            if pending(connection, migrations, name):  # somebody may have been quicker
                key = database_key(vault.data_key)
                with sqlcipher.deciphering(connection, name), sqlcipher.room_to_write(connection):
                    back_up_before(connection, vault.folder, key, vault.generation, vault.now())
                    migrate(connection, migrations)
        finally:
            connection.close()
    with vault.write():
        pass  # counts, so that the state before the upgrade is known as older


def _clean(vault: OpenVault) -> None:
    """Remove what a process that died while re-keying left behind. Only where it is known that this generation was made by
    people of the one before: otherwise the other database may be the true one."""
    if not leftovers(vault.folder, vault.generation):
        return
    with gate(vault.folder):
        vault.check_header()
        for path in leftovers(vault.folder, vault.generation):
            path.unlink(missing_ok=True)
        sync_folder(vault.folder)


def leftovers(folder: Path, generation: int) -> list[Path]:
    """Files that belong to no living generation: other databases, an unused header, copies under keys now gone."""
    found = [
        path
        for path in folder.iterdir()
        if (match := _DATABASE_FILE.fullmatch(path.name)) and match[1] != str(generation)
    ]
    unused = temporary_of(folder / NAME)
    if unused.exists():
        found.append(unused)
    if (folder / BACKUPS).is_dir():
        found += [
            path
            for path in (folder / BACKUPS).glob("before-migration-*")
            if not path.name.startswith(backup_prefix(generation))
        ]
    return found


def database_files(folder: Path, generation: int) -> list[Path]:
    """A generation's database and the files SQLite keeps beside it."""
    name = database_name(generation)
    return [folder / (name + ending) for ending in ("-wal", "-shm", "-journal", "")]
