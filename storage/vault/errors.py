"""What can be wrong with a vault, beyond the errors every part of the program shares."""

from __future__ import annotations

from core.errors import IkiikiError, IntegrityFailure, Refused


class NewerVault(IkiikiError):
    """The vault was written by a newer ikiiki; nothing was changed."""


class VaultChanged(IkiikiError):
    """The vault got a new key, or lost this person's slot, since it was opened: log in again."""


class VaultClosed(IkiikiError):
    """The vault was closed (the screen was locked) before this could begin."""


class VaultBusy(Refused):
    """Others are inside, or somebody holds the vault alone."""


class RolledBack(IntegrityFailure):
    """The vault is older than what this machine has already seen."""


def newer_vault(where: str) -> NewerVault:
    """The one text for every sign of a newer program."""
    return NewerVault(
        "この保管庫は、新しい版のikiikiで作られています。何も変更していません",
        where=where,
        next_step="ikiikiを新しい版に更新してから開いてください",
    )
