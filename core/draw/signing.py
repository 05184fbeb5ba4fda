"""What is signed over a file of the draw, and by whom it must be (docs/formats.md, "Signatures").

The message is `hk-<type>-v1` LF and the file's exact bytes; the type is the file's name without `.txt` and
without the party. verify-signatures.sh builds the same message for `openssl pkeyutl -verify -rawin`.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.draw.abandoned import abandoned_name
from core.draw.events import EVENTS, head_name
from core.draw.grammar import broken
from core.draw.result import RESULT
from core.draw.roll import LIST
from core.draw.rules import PARAMS
from core.draw.standing import STANDING
from core.draw.steps import COMMITS, FREEZE, OPENED, SEED_INPUT, dice_name, reveal_name
from core.keys import VerifyKey
from core.roles import Site

_PLAIN = (PARAMS, COMMITS, LIST, FREEZE, OPENED, SEED_INPUT, RESULT, EVENTS, STANDING)
TYPES: dict[str, str] = {name: name.removesuffix(".txt") for name in _PLAIN} | {
    named(party): named(party).partition("-")[0]
    for named in (reveal_name, dice_name, abandoned_name, head_name)
    for party in Site
}
"""Every file of a draw, and its type."""

SIGNED_BY: dict[str, frozenset[Site]] = (
    {name: frozenset(Site) for name in (FREEZE, OPENED, RESULT)}
    | {dice_name(party): frozenset({party}) for party in Site}
    | {abandoned_name(party): frozenset({party}) for party in Site}
    | {head_name(party): frozenset({party}) for party in Site}
)
"""Who must sign what. The freeze's signatures carry rules, seals and roll by their hashes, the result's the
seed, a head's the events; other signatures may be there, and then must be good."""


def signature_name(file_name: str, party: Site) -> str:
    """`freeze.txt` → `freeze.txt.ward.sig`: 64 raw bytes."""
    return f"{file_name}.{party}.sig"


def keys_in(files: Mapping[str, bytes]) -> dict[Site, Ed25519PublicKey]:
    """Both sites' keys as they lie in a folder. Raises `IntegrityFailure` naming one that is not there or no key."""
    keys = {}
    for site in Site:
        name = f"{site}.pem"
        if name not in files:
            raise broken("公開鍵がありません", name)
        keys[site] = Ed25519PublicKey.from_public_bytes(VerifyKey.from_pem(files[name], name=name).raw)
    return keys


def message(file_name: str, data: bytes) -> bytes:
    """The signed bytes. Raises `KeyError` for a name that is no file of a draw."""
    return f"hk-{TYPES[file_name]}-v1\n".encode("ascii") + data


def sign(key: Ed25519PrivateKey, file_name: str, data: bytes) -> bytes:
    """The signature of `data` as that file."""
    return key.sign(message(file_name, data))


def is_signed(key: Ed25519PublicKey, file_name: str, data: bytes, signature: bytes) -> bool:
    """Whether `signature` is that key's over `data` as that file."""
    try:
        key.verify(signature, message(file_name, data))
    except InvalidSignature:
        return False
    return True
