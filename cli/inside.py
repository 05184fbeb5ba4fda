"""A person in an open vault: what is at hand there, for all that works in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cli.private_file import need_new, write_new
from core.office.logins import NOTHING_TOLD, CameIn
from core.office.office import Office
from storage.vault.opened import OpenVault
from storage.vault.trust import fingerprint


@dataclass(frozen=True)
class Inside:
    """The vault, whoever opened it, and their use cases."""

    folder: Path
    vault: OpenVault
    office: Office
    came: CameIn = NOTHING_TOLD
    """What the person is told of their logins."""

    @property
    def fingerprint(self) -> str:
        """Of the vault's key (docs/vault.md, "Who wrote it")."""
        return fingerprint(self.vault.known())

    def leave(self, path: Path, content: bytes) -> None:
        """Write a file that has people in it outside the vault, and keep track of it for the erasure."""
        need_new(path)
        self.office.written.note(str(path.absolute()), content)
        write_new(path, content)

    def close(self) -> None:
        self.vault.close()
