"""A person's keys, the vault's data key, and how each wraps the next (docs/vault.md, "Keys").

password -> Argon2id -> password key -> the person's HPKE and signing keys -> the data key -> database and header MAC.
The data key is sealed to public keys, so the vault gets a new one without anybody's password.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import IntegrityFailure
from storage.vault.lengths import DATA_KEY_BYTES, MLKEM_SEED_BYTES, NONCE_BYTES, SECRET_BYTES

Entropy = Callable[[int], bytes]

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_DOMAIN = b"ikiiki-vault-v1 "


def subkey(key: bytes, purpose: str, *context: str) -> bytes:
    """A 32-byte key for one `purpose` and `context` (HKDF-SHA256, RFC 5869, no salt: `key` is uniform already)."""
    info = _DOMAIN + "\n".join((purpose, *context)).encode("ascii")
    return HKDF(hashes.SHA256(), 32, None, info).derive(key)


def database_key(data_key: bytes) -> bytes:
    """The raw SQLCipher key. Its own subkey, so that a recovered database key cannot forge a header."""
    return subkey(data_key, "database")


def header_mac(data_key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 under the header's own subkey, 32 bytes."""
    return hmac.digest(subkey(data_key, "header mac"), message, "sha256")


@dataclass(frozen=True)
class StaffKeys:
    """The private keys of one person. Never shown, never stored but wrapped."""

    mlkem_seed: bytes = field(repr=False)
    x25519: bytes = field(repr=False)
    ed25519: bytes = field(repr=False)

    @classmethod
    def fresh(cls, entropy: Entropy) -> StaffKeys:
        return cls(entropy(MLKEM_SEED_BYTES), entropy(32), entropy(32))

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.ed25519)

    def _hpke(self) -> hpke.MLKEM768X25519PrivateKey:
        return hpke.MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(self.mlkem_seed),
            X25519PrivateKey.from_private_bytes(self.x25519),
        )

    def hpke_public(self) -> bytes:
        """1216 bytes: the ML-KEM-768 public key, then the X25519 one."""
        mlkem = MLKEM768PrivateKey.from_seed_bytes(self.mlkem_seed).public_key().public_bytes_raw()
        return mlkem + X25519PrivateKey.from_private_bytes(self.x25519).public_key().public_bytes_raw()

    def sign_public(self) -> bytes:
        """32 bytes, Ed25519."""
        return self.signing_key.public_key().public_bytes_raw()

    def open_data_key(self, sealed: bytes, info: bytes) -> bytes:
        """The data key out of a slot's seal. Raises `IntegrityFailure` when it was sealed for another slot or altered."""
        try:
            data_key = _SUITE.decrypt(sealed, self._hpke(), info=info)
        except (InvalidTag, ValueError) as error:
            raise IntegrityFailure(
                "保管庫の鍵の封が、このヘッダーのものではありません", where="vault.json"
            ) from error
        if len(data_key) != DATA_KEY_BYTES:
            raise IntegrityFailure("保管庫の鍵の長さが正しくありません", where="vault.json")
        return data_key


def seal_data_key(data_key: bytes, hpke_public: bytes, info: bytes) -> bytes:
    """Seal `data_key` to a person's 1216-byte public key (RFC 9180 base mode, MLKEM768-X25519), 1168 bytes."""
    public = hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(hpke_public[:-32]),
        X25519PublicKey.from_public_bytes(hpke_public[-32:]),
    )
    return _SUITE.encrypt(data_key, public, info=info)


def wrap(
    keys: StaffKeys, password_key: bytes, vault_id: str, staff_id: str, nonce: bytes
) -> tuple[bytes, bytes]:
    """(wrapped, commitment) of a person's private keys under the key derived from the password.

    AES-GCM binds a ciphertext to no single key, so the commitment, a second HKDF output of the same password key,
    is compared before anything is decrypted.
    """
    key = subkey(password_key, "wrap", vault_id, staff_id)
    secret = keys.mlkem_seed + keys.x25519 + keys.ed25519
    sealed = AESGCM(key).encrypt(nonce, secret, _bound(keys.hpke_public(), keys.sign_public()))
    return nonce + sealed, subkey(password_key, "commitment", vault_id, staff_id)


def unwrap(
    wrapped: bytes,
    commitment: bytes,
    password_key: bytes,
    vault_id: str,
    staff_id: str,
    public: tuple[bytes, bytes],
) -> StaffKeys | None:
    """The person's keys, or None when the password is wrong.

    `public` are the slot's (HPKE, signing) public keys, which the ciphertext is bound to. Raises `IntegrityFailure`
    when the password is right and yet the slot does not open.
    """
    expected = subkey(password_key, "commitment", vault_id, staff_id)
    if not hmac.compare_digest(expected, commitment):
        return None
    key = subkey(password_key, "wrap", vault_id, staff_id)
    try:
        secret = AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound(*public))
    except InvalidTag as error:
        raise IntegrityFailure("職員の鍵が書き換えられています", where="vault.json") from error
    if len(secret) != SECRET_BYTES:
        raise IntegrityFailure("職員の鍵の長さが正しくありません", where="vault.json")
    return StaffKeys(secret[:MLKEM_SEED_BYTES], secret[MLKEM_SEED_BYTES:-32], secret[-32:])


def _bound(hpke_public: bytes, sign_public: bytes) -> bytes:
    return _DOMAIN + b"slot\n" + hpke_public + sign_public
