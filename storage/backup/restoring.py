"""From a backup to a vault: under a new key and a new generation, compared table by table before it is a vault at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import IntegrityFailure, Refused
from storage.backup.container import DATABASE, FILES, STATE, Reader, reading
from storage.backup.digests import differences, need_sound
from storage.backup.making import State, state_of
from storage.vault import sqlcipher
from storage.vault.files import make_private, private_folder, replace_private, sync_file, sync_folder
from storage.vault.header import MAXIMUM_GENERATION, NAME, Header
from storage.vault.kdf import derive
from storage.vault.keys import Entropy, StaffKeys, database_key, seal_data_key, unwrap
from storage.vault.knocks import login_failed
from storage.vault.lengths import DATA_KEY_BYTES
from storage.vault.marks import Mark
from storage.vault.migrations import BACKUPS
from storage.vault.trust import Known, check_backup_writer


@dataclass(frozen=True)
class Unpacked:
    """A vault that was laid down from a backup."""

    id: str
    """The backup's, in the inventory; also when its file was given another name."""
    state: State
    """As it was in the backup."""
    mark: Mark
    """As it is now: later than anything this machine has seen of the vault."""


def unpack(
    backup: Path,
    folder: Path,
    staff_id: str,
    password: str,
    *,
    kept: Mark | None,
    declared: bool,
    entropy: Entropy,
    step: Callable[[], None] = lambda: None,
    trial: bool = False,
) -> Unpacked:
    """Lay the vault of `backup` down in `folder`, new and empty, for a person with the password they had that day.

    It gets a data key of its own (whoever could open the backup cannot open what is written from now on, unless they
    are still staff) and a generation after all that `kept`, this machine's mark, has seen: so the vault it takes the
    place of is the older one from then on, and is refused. Raises `Refused` when the mark has seen more than the backup
    holds and nobody `declared` that this is to be given up; `LoginFailed`; `IntegrityFailure`.

    `trial`: to be looked at and thrown away. Nobody signs it and nobody else gets in: put in the place of the vault it is
    refused, by every machine that knows that one, also with the key of somebody who was in the backup and has left.
    """
    with reading(backup) as reader:
        data_key, keys = _open(reader, staff_id, password)
        name, state = _state(reader, data_key)
        header = reader.header
        if kept is not None:
            check_backup_writer(header, reader.name, kept.generation, kept.known)
        _need_declared(Mark(header.vault_id, state.generation, state.commits), kept, declared=declared)
        generation = max(state.generation, kept.generation if kept else 0) + 1
        commits = max(state.commits, kept.counter if kept else 0) + 1
        if generation > MAXIMUM_GENERATION:
            raise Refused("鍵の世代の上限に達しました", next_step="新しい保管庫を作ってください")
        fresh = entropy(DATA_KEY_BYTES)
        if trial:
            header = _of_one(header, staff_id)
        header = _next_header(header, generation, fresh)
        if not trial:
            header = header.signed(staff_id, keys.signing_key)
        _database(reader, folder, data_key, fresh, header, state, commits, step)
        for part in reader.parts:
            if part.startswith(FILES):
                _lay_down(folder, part.removeprefix(FILES), reader.read_sealed(part, data_key))
                step()
    private_folder(folder / BACKUPS)
    replace_private(folder / NAME, header.serialise(fresh))
    return Unpacked(name, state, Mark(header.vault_id, generation, commits, Known.of(header, fresh)))


def vault_id_of(backup: Path) -> str:
    """Whose backup it is, as the file says (not authenticated before somebody opens it)."""
    with reading(backup) as reader:
        return reader.header.vault_id


def _open(reader: Reader, staff_id: str, password: str) -> tuple[bytes, StaffKeys]:
    """The backup's data key and the person's own keys. Raises `LoginFailed`, the same for an unknown id and a wrong password."""
    slot = reader.header.slot(staff_id)
    like = slot or reader.header.slots[0]
    keys: StaffKeys | None = unwrap(
        like.wrapped, like.commitment, derive(password, like.salt, like.kdf), reader.header.vault_id, like.staff_id,
        (like.hpke_public, like.sign_public),
    )  # fmt: skip
    if slot is None or keys is None:
        failed = login_failed()
        failed.next_step = (
            "控えを取ったときの職員IDとパスワードを使ってください（そのあと変えた人は、前のパスワードです）"
        )
        raise failed
    data_key = keys.open_data_key(slot.sealed, reader.header.seal_info(staff_id))
    reader.verify(data_key)
    return data_key, keys


def _state(reader: Reader, data_key: bytes) -> tuple[str, State]:
    sealed = json.loads(reader.read_sealed(STATE, data_key))  # sealed by us: its form needs no second look
    document = sealed["state"]
    pairs = {
        key: {name: (int(count), str(text)) for name, (count, text) in document[key].items()}
        for key in ("ledgers", "tables")
    }
    count, head = document["access"]
    return sealed["id"], State(
        document["generation"], document["commits"], document["version"],
        pairs["ledgers"], (int(count), str(head)), pairs["tables"],
    )  # fmt: skip


def _need_declared(of_backup: Mark, kept: Mark | None, *, declared: bool) -> None:
    if kept is None or declared or not of_backup.is_behind(kept):
        return
    raise Refused(
        "この控えより新しい保管庫を、この端末は見ています。復元すると、控えのあとの変更は失われ、前の保管庫は開けなくなります",
        where=f"控え 変更{of_backup.counter}回、端末の記録 変更{kept.counter}回（{kept.counter - of_backup.counter}回分）",
        next_step="前の保管庫がもう使えないことを確かめ、--declare を付けてください。試すだけなら ikiiki backup rehearse です",
    )


def _of_one(header: Header, staff_id: str) -> Header:
    """As the version of before, which nobody signed, had it: for one person alone."""
    own = [replace(slot, introduced=()) for slot in header.slots if slot.staff_id == staff_id]
    return replace(header, slots=tuple(own), signed_by="", signature=b"")


def _next_header(header: Header, generation: int, data_key: bytes) -> Header:
    header = replace(header, generation=generation)
    for slot in header.slots:
        sealed = seal_data_key(data_key, slot.hpke_public, header.seal_info(slot.staff_id))
        header = header.with_slot(replace(slot, sealed=sealed))
    return header


def _database(
    reader: Reader,
    folder: Path,
    data_key: bytes,
    fresh: bytes,
    header: Header,
    state: State,
    commits: int,
    step: Callable[[], None],
) -> None:
    extracted, target = folder / "backup.db", folder / header.database
    reader.copy(DATABASE, extracted)
    with sqlcipher.translated(reader.name):
        source = sqlcipher.connect(extracted, database_key(data_key))
        try:
            need_sound(source, reader.name)
            found = state_of(source, reader.name, step)
            if found != state:
                wrong = "、".join(differences(state.tables, found.tables)) or "管理簿"
                raise IntegrityFailure(
                    "控えの中身が、取ったときの記録と合いません", where=f"{reader.name} {wrong}"
                )
            sqlcipher.copy_into(source, target, database_key(fresh))
        finally:
            source.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{extracted}{ending}").unlink(missing_ok=True)
        connection = sqlcipher.connect(target, database_key(fresh))
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE vault SET generation = ?, commits = ?", (header.generation, commits))
            connection.execute("COMMIT")
            sqlcipher.checkpoint(connection)
        finally:
            connection.close()
    sync_file(target)


def _lay_down(folder: Path, path: str, content: bytes) -> None:
    place = folder
    for segment in path.split("/")[:-1]:
        place /= segment
        private_folder(place)
    target = folder / path
    make_private(target)
    target.write_bytes(content)
    sync_file(target)
    sync_folder(place)
