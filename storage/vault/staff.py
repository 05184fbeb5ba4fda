"""People come, go, and change their passwords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.errors import Refused
from core.passwords.judging import require_length
from storage.vault.header import MAXIMUM_SLOTS, check_staff_id
from storage.vault.introduction import Introduction, introduced
from storage.vault.kdf import DEFAULT_KDF, KdfParams
from storage.vault.keys import StaffKeys
from storage.vault.locks import gate
from storage.vault.opened import OpenVault
from storage.vault.rekey import Step, rekey
from storage.vault.sqlcipher import Connection
from storage.vault.vault import NewStaff, Record, make_slot, slot_changed, unlock


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


def change_password(vault: OpenVault, old: str, new: str, *, kdf: KdfParams | None = None) -> None:
    """Wrap the person's own keys under a new password; others may be inside meanwhile. `kdf`: as the slot has it if None.

    What is signed is the header of the vault that is open, never one that only lies in the folder: whoever can write there
    can seal a data key of their own to the person. A wrong old password is a failed login, with its delay. The data key
    stays: if the old password was known to somebody who copied the folder, re-key as well. Raises `LoginFailed`, `Refused`,
    and as `OpenVault.check_header`.
    """
    require_length(new)
    slot, keys = unlock(
        vault.folder, vault.staff_id, old, now=vault.now, entropy=vault.entropy, terminal=vault.terminal
    )
    wrapped = make_slot(
        vault.header, vault.staff_id, new, keys, vault.data_key, kdf or slot.kdf, vault.entropy
    )
    with gate(vault.folder):
        vault.check_header()
        current = vault.header.slot(vault.staff_id)
        if current is None or (current.wrapped, current.salt) != (slot.wrapped, slot.salt):
            raise slot_changed()
        kept = replace(
            wrapped, sealed=current.sealed, introduced=current.introduced
        )  # keys and data key stay
        vault.write_header(vault.header.with_slot(kept))
