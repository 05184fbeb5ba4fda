"""The vault that survives: of the same format and people, under a fresh data key, in a folder beside the old one.

It is the old vault's next generation: the slots are bound to the vault's id, so everybody gets in with the password they
have, and a copy of the old folder put back on this machine is refused as older than its mark.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from core.erasure.copies import Found
from core.errors import IntegrityFailure, Refused
from storage.erasure.begun import Signer
from storage.erasure.journal import NAME as JOURNAL
from storage.erasure.journal import Journal, Paper
from storage.vault import sqlcipher
from storage.vault.files import FOLDER_MODE, make_private, replace_private, sync_file, sync_folder
from storage.vault.header import NAME, parse_header, read_header
from storage.vault.keys import database_key
from storage.vault.knocks import LOCK_NAME
from storage.vault.lengths import DATA_KEY_BYTES
from storage.vault.locks import GATE, INSIDE, LOCK
from storage.vault.migrations import BACKUPS, Migration, migrate
from storage.vault.opened import OpenVault, check_identity
from storage.vault.rekey import next_header
from storage.vault.sqlcipher import Connection, Identity

Fill = Callable[[Connection, Connection], None]
"""Copies from the old vault's connection into the new one's what survives, within one transaction of the new."""


def build(
    vault: OpenVault,
    kept: Path,
    fill: Fill,
    migrations: Sequence[Migration],
    found: Iterable[Found],
    papers: Iterable[Paper],
) -> None:
    """Make it at `kept`, with the journal of the erasure in it; call with the old vault held alone.

    It appears whole or not at all. Raises `Refused` when something else lies at `kept`, `IntegrityFailure` when what was
    written does not open and hold.
    """
    building = kept.with_name(f".{kept.name}.new")
    if building.exists():
        shutil.rmtree(building)  # of a try that was killed: nothing in it was ever in force
    _make_way(vault, kept)
    building.mkdir(mode=FOLDER_MODE)
    data_key = vault.entropy(DATA_KEY_BYTES)
    header = vault.sign_header(next_header(vault.header, (), data_key))
    path = building / header.database
    source = vault.connect()
    try:
        with sqlcipher.translated(path.name):
            commits = sqlcipher.identity(source, vault.database_path.name).commits + 1
            identity = Identity(header.vault_id, header.site.value, header.generation, commits)
            connection = sqlcipher.create(
                path, database_key(data_key), identity, vault.now().isoformat(timespec="seconds")
            )
            try:
                migrate(connection, migrations)
                connection.execute("BEGIN IMMEDIATE")
                with sqlcipher.deciphering(source, vault.database_path.name):
                    fill(source, connection)
                connection.execute("COMMIT")
                sqlcipher.checkpoint(connection)
            finally:
                connection.close()
    finally:
        source.close()
    sync_file(path)
    for name in (LOCK, GATE, LOCK_NAME):
        make_private(building / name)
    for name in (INSIDE, BACKUPS):
        (building / name).mkdir(mode=FOLDER_MODE)
    replace_private(building / NAME, header.serialise(data_key))
    key = vault.signing_key
    signer = Signer(vault.vault_id, key.public_key().public_bytes_raw(), key.sign)
    Journal.begin(building, vault.folder.name, found, papers, vault.now, signer)
    _verify(building, data_key)
    building.rename(kept)
    sync_folder(kept.parent)


def _make_way(vault: OpenVault, kept: Path) -> None:
    """A survivor of this very vault whose erasure never began is dropped; anything else is not ours to touch."""
    if not kept.exists():
        return
    if (kept / JOURNAL).is_file():
        there = read_header(kept)
        if there.vault_id == vault.vault_id and there.generation == vault.generation + 1:
            shutil.rmtree(kept)
            return
    raise Refused(
        "消去のあとに残すものを置く場所に、別のものがあります", where=str(kept),
        next_step="中を確かめて、別の場所に移してください",
    )  # fmt: skip


def _verify(folder: Path, data_key: bytes) -> None:
    """Open it as a login would, and read every page."""
    header = parse_header((folder / NAME).read_bytes())
    header.verify(data_key)
    path = folder / header.database
    connection = sqlcipher.connect(path, database_key(data_key))
    try:
        check_identity(sqlcipher.identity(connection, path.name), header)
        wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        sound = connection.execute("PRAGMA integrity_check(1)").fetchall()
        links = connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    if wrong or sound != [("ok",)] or links:
        raise IntegrityFailure("消去のあとに残すものが、検査に通りません", where=path.name)
