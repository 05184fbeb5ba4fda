"""People come, go, and change their passwords."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.errors import Refused
from core.passwords.judging import require_length
from storage.vault.errors import VaultChanged
from storage.vault.files import replace_private
from storage.vault.header import MAXIMUM_SLOTS, NAME, check_staff_id
from storage.vault.introduction import Introduction, introduced
from storage.vault.kdf import DEFAULT_KDF, KdfParams
from storage.vault.keys import Entropy, StaffKeys
from storage.vault.locks import gate
from storage.vault.opened import Clock, OpenVault
from storage.vault.rekey import Step, rekey
from storage.vault.sqlcipher import Connection
from storage.vault.vault import NewStaff, Record, authenticate, make_slot, unlock


def add_staff(
    vault: OpenVault, new: NewStaff, *, kdf: KdfParams = DEFAULT_KDF, record: Record | None = None
) -> bytes:
    """Give `new` a slot; their raw Ed25519 public key, for the roster.

    `record` enters them into the tables and must refuse people already there: slot and row come as one, the slot
    last, and after a crash between the two the same call again puts it right. Raises `Refused`, `UsageError`, and as
    `OpenVault.write`.
    """
    check_staff_id(new.staff_id)
    require_length(new.password)
    keys = StaffKeys.fresh(vault.entropy)
    slot = make_slot(vault.header, new.staff_id, new.password, keys, vault.data_key, kdf, vault.entropy)
    slot = replace(slot, introduced=_introduced(vault, slot.sign_public))
    with vault.write() as connection:
        if record is not None:
            record(connection, new, slot.sign_public)
        with gate(vault.folder):
            vault.check_header()
            taken = vault.header.slot(new.staff_id) is not None
            if taken and record is None:
                raise Refused(
                    "そのIDの職員がすでにいます", where=new.staff_id, next_step="ほかのIDを付けてください"
                )
            if not taken and len(vault.header.slots) >= MAXIMUM_SLOTS:
                raise Refused(f"職員は{MAXIMUM_SLOTS}人までです", next_step="使っていない人を外してください")
            vault.write_header(vault.header.with_slot(slot))
    return slot.sign_public


def _introduced(vault: OpenVault, key: bytes) -> tuple[Introduction, ...]:
    own = vault.header.slot(vault.staff_id)
    before = own.introduced if own else ()
    return introduced(before, vault.vault_id, vault.generation, key, vault.signing_key)


def remove_staff(
    vault: OpenVault,
    staff_id: str,
    *,
    record: Callable[[Connection], None] | None = None,
    at_step: Step = lambda name: None,
) -> None:
    """Take a person's access away: the vault gets a new key, which is not sealed to them. Raises as `rekey`.

    `record` ends them in the tables; it takes effect together with the new key. What they copied before stays
    readable to them: no cipher can change that.
    """
    rekey(vault, remove=(staff_id,), record=record, at_step=at_step)


def change_password(
    folder: Path,
    staff_id: str,
    old: str,
    new: str,
    *,
    now: Clock,
    kdf: KdfParams | None = None,
    entropy: Entropy = os.urandom,
    terminal: str = "",
) -> None:
    """Wrap a person's keys under a new password; others may be inside meanwhile. `kdf`: as the slot has it if None.

    A wrong old password is a failed login, with its delay. The data key stays: if the old password was known to
    somebody who copied the folder, re-key as well. Raises `LoginFailed`, `Refused`, `VaultChanged`, `IntegrityFailure`.
    """
    folder = folder.absolute()
    require_length(new)
    slot, keys = unlock(folder, staff_id, old, now=now, entropy=entropy, terminal=terminal)
    _, header, data_key = authenticate(folder, slot, keys)
    changed = make_slot(header, staff_id, new, keys, data_key, kdf or slot.kdf, entropy)
    with gate(folder):
        _, current, _ = authenticate(folder, slot, keys)
        if current.generation != header.generation:
            raise VaultChanged("途中で保管庫の鍵が新しくなりました", next_step="もう一度お試しください")
        changed = replace(changed, introduced=slot.introduced)  # the keys are the ones that were let in
        header = current.with_slot(changed).signed(staff_id, keys.signing_key)
        replace_private(folder / NAME, header.serialise(data_key))
