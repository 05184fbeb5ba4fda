"""Who let a person in: the word of somebody who was inside, for a machine that has not looked since (docs/vault.md, "Who wrote it").

It speaks of keys and not of ids: what a machine knows of people is their keys, and an id is a name in the header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import IntegrityFailure

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOST = 16
"""Introductions kept with a person, from those who introduced whom in turn: the oldest go first."""
_INTRODUCED = b"ikiiki-vault-v3 introduction\n"
"""Before what is signed: the same keys sign headers and lines of the ledger."""


@dataclass(frozen=True)
class Introduction:
    """That one key let another in, in one vault and generation. All bytes raw."""

    by: bytes
    """The Ed25519 public key of who let somebody in."""
    generation: int
    """Of the vault then. Whoever was let in before the generation a machine saw last, and is unknown to it, has left."""
    signature: bytes

    def holds(self, vault_id: str, key: bytes) -> bool:
        """Whether it was `key` that was let in, by the holder of `by`, in this vault."""
        return signed_by_key(self.by, self.signature, _message(vault_id, self.generation, key))


def signed_by_key(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of a raw Ed25519 key signed this. Under one of small order nobody did: anybody could have."""
    from core.keys import VerifyKey  # with the library it needs: not before a signature is asked for

    try:
        return VerifyKey(public).fits(signature, message)
    except (IntegrityFailure, ValueError):
        return False


def introduced(
    before: Sequence[Introduction], vault_id: str, generation: int, key: bytes, by: Ed25519PrivateKey
) -> tuple[Introduction, ...]:
    """The introductions of somebody new with `key`: those of who lets them in (`before`), and the word of that one."""
    signature = by.sign(_message(vault_id, generation, key))
    last = Introduction(by.public_key().public_bytes_raw(), generation, signature)
    return (*before, last)[-MOST:]


def _message(vault_id: str, generation: int, key: bytes) -> bytes:
    return _INTRODUCED + f"{vault_id}\n{generation}\n{key.hex()}".encode("ascii")
