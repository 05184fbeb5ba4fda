"""From a password to 32 bytes: Argon2id (RFC 9106), slow and wide in memory on purpose.

The parameters stand in the vault's header, where anybody may have altered them; so there is a ceiling, checked
before anything is derived (a header asking for 40 GiB would stop the machine), and a floor below which no slot is
made or read. Nothing in the environment can lower them.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.canonical import nfc

SALT_BYTES = 16
KEY_BYTES = 32
FLOOR_KIB = 64 * 1024
CEILING_KIB = 1024 * 1024


@dataclass(frozen=True)
class KdfParams:
    """Argon2id parameters: memory in KiB, passes, lanes. Raises `ValueError` outside floor and ceiling."""

    memory_kib: int = 256 * 1024
    iterations: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        if not FLOOR_KIB <= self.memory_kib <= CEILING_KIB:
            raise ValueError("memory_kib outside 64 MiB to 1 GiB")
        if not 3 <= self.iterations <= 16:
            raise ValueError("iterations outside 3 to 16")
        if not 1 <= self.lanes <= 16:
            raise ValueError("lanes outside 1 to 16")


DEFAULT_KDF = KdfParams()
LIGHT_KDF = KdfParams(memory_kib=FLOOR_KIB)
"""The floor: for the demo, tests and small machines."""


def derive(password: str, salt: bytes, params: KdfParams) -> bytes:
    """32 bytes from the NFC form of `password` in UTF-8 and a 16-byte `salt`. Takes about half a second by default."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    deriver = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=params.iterations,
        lanes=params.lanes,
        memory_cost=params.memory_kib,
    )
    return deriver.derive(nfc(password).encode("utf-8", "surrogatepass"))
