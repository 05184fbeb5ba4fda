"""A new data key for the whole vault: the only way to take a person's access away for good.

Everything is copied into a new file under the new key, checked, and synced; then a new header is renamed over the old
one, which is the one moment at which it takes effect. Whatever happens before leaves the old vault, whatever happens
after the new one; the next login removes the files that belong to neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from core.errors import IntegrityFailure, Refused
from storage.vault import sqlcipher
from storage.vault.files import make_private, sync_file, sync_folder, temporary_of, write_temporary
from storage.vault.header import MAXIMUM_GENERATION, NAME, Header, read_header_bytes
from storage.vault.keys import database_key, seal_data_key
from storage.vault.lengths import DATA_KEY_BYTES
from storage.vault.marks import Mark, advance_mark
from storage.vault.migrations import version_of
from storage.vault.opened import OpenVault, count_commit
from storage.vault.sqlcipher import Connection
from storage.vault.vault import database_files, leftovers

Step = Callable[[str], None]
STEPS = ("copied", "verified", "header written", "effective", "old removed")
"""The names handed to `at_step`, in order: before "effective" the old vault holds, from it on the new one."""


def rekey(
    vault: OpenVault,
    *,
    remove: Collection[str] = (),
    record: Callable[[Connection], None] | None = None,
    at_step: Step = lambda name: None,
) -> None:
    """Give the vault a new data key, sealed to everybody but `remove`; the caller goes on working with it.

    `record` changes the tables of the new file (the staff list), so that both take effect together. Raises
    `VaultBusy` when others are inside, `Refused` for people without a slot or for the caller's own, and
    `IntegrityFailure` when the copy does not equal the original; nothing has changed then.
    """
    with vault.alone():
        old, counter = vault.header, 0
        for staff_id in remove:
            _check_removable(vault, staff_id)
        data_key = vault.entropy(DATA_KEY_BYTES)
        header = vault.sign_header(next_header(old, remove, data_key))
        content = header.serialise(data_key)
        target = vault.folder / header.database
        header_path = vault.folder / NAME
        _remove(database_files(vault.folder, header.generation))
        try:
            with sqlcipher.translated(target.name):
                counter = _copy(vault, target, database_key(data_key), header, record, at_step)
            temporary = write_temporary(header_path, content)
            sync_folder(vault.folder)
            at_step("header written")
            temporary.replace(header_path)
        except BaseException:
            if read_header_bytes(vault.folder) == content:
                raise  # interrupted just after it took effect: the old files go at the next login
            _remove([temporary_of(header_path), *database_files(vault.folder, header.generation)])
            raise
        vault.adopt(content, data_key)
        at_step("effective")
        sync_folder(vault.folder)
        _remove(database_files(vault.folder, old.generation))
        _remove(leftovers(vault.folder, header.generation))
        sync_folder(vault.folder)
        at_step("old removed")
    advance_mark(vault.state_dir, Mark(vault.vault_id, vault.generation, counter, vault.known()))


def _check_removable(vault: OpenVault, staff_id: str) -> None:
    if staff_id == vault.staff_id:
        raise Refused("自分自身を外すことはできません", next_step="ほかの取扱責任者に依頼してください")
    if vault.header.slot(staff_id) is None:
        raise Refused("そのIDの職員はいません", where=staff_id, next_step="職員の一覧を確かめてください")


def next_header(old: Header, remove: Collection[str], data_key: bytes) -> Header:
    """The header of the next generation, with `data_key` sealed to everybody but `remove`."""
    if old.generation >= MAXIMUM_GENERATION:
        raise Refused("鍵の世代の上限に達しました", next_step="新しい保管庫を作ってください")
    header = replace(old, generation=old.generation + 1)
    for staff_id in remove:
        header = header.without(staff_id)
    for slot in header.slots:
        sealed = seal_data_key(data_key, slot.hpke_public, header.seal_info(slot.staff_id))
        header = header.with_slot(replace(slot, sealed=sealed))
    return header


def _copy(
    vault: OpenVault,
    target: Path,
    key: bytes,
    header: Header,
    record: Callable[[Connection], None] | None,
    at_step: Step,
) -> int:
    """Write and check the new database, closed and synced; its commit count."""
    source = vault.connect()
    try:
        with sqlcipher.deciphering(source, vault.database_path.name):
            _export(source, target, key)
        at_step("copied")
        fresh = sqlcipher.connect(target, key)
        try:
            _compare(source, fresh, target.name)
            fresh.execute("BEGIN IMMEDIATE")
            if record is not None:
                record(fresh)
            fresh.execute("UPDATE vault SET generation = ?", (header.generation,))
            counter = count_commit(fresh)
            fresh.execute("COMMIT")
            if not sqlcipher.checkpoint(fresh):
                raise IntegrityFailure("新しいデータベースを書き終えられません", where=target.name)
            _check(fresh, target.name)
        finally:
            fresh.close()
    finally:
        source.close()
    sync_file(target)
    at_step("verified")
    return counter


def _export(source: Connection, target: Path, key: bytes) -> None:
    make_private(target)
    version = version_of(source)
    source.execute("PRAGMA foreign_keys = OFF")  # tables are copied in no order that keys would like
    source.execute("ATTACH DATABASE ? AS fresh KEY ?", (str(target), sqlcipher.raw_key(key)))
    source.execute("BEGIN")
    source.execute("SELECT sqlcipher_export('fresh')").fetchone()
    source.execute(f"PRAGMA fresh.application_id = {sqlcipher.APPLICATION_ID}")
    source.execute(f"PRAGMA fresh.user_version = {version}")
    source.execute("COMMIT")
    source.execute("DETACH DATABASE fresh")


def _compare(source: Connection, fresh: Connection, name: str) -> None:
    """Raises `IntegrityFailure` unless both hold the same schema, version and number of rows in every table."""
    if _shape(source) != _shape(fresh):
        raise IntegrityFailure("鍵を新しくした写しが、元の内容と合いません", where=name)


def _shape(connection: Connection) -> tuple[int, list[tuple[str, str, str]], dict[str, int]]:
    schema = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    counts = {}
    for kind, table, _ in schema:
        if kind == "table":
            quoted = table.replace('"', '""')
            counts[table] = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608
    return version_of(connection), schema, counts


def _check(connection: Connection, name: str) -> None:
    damaged = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    structure = connection.execute("PRAGMA integrity_check(1)").fetchall()
    keys = connection.execute("PRAGMA foreign_key_check").fetchall()
    if damaged or structure != [("ok",)] or keys:
        raise IntegrityFailure("鍵を新しくした写しが、検査に通りません", where=name)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
