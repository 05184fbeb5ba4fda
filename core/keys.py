"""Key material of a site, of its courier and of its staff: raw bytes in, raw bytes, base64 or PEM out.

Nothing here draws random numbers; `from_random` takes the bytes it is handed. Two kinds of key, never mixed:
`SigningKey`/`VerifyKey` (Ed25519, RFC 8032) say who wrote something; `OpeningKey`/`SealKey` (HPKE, RFC 9180, with
ML-KEM-768 + X25519) say who may read it. See docs/exchange.md, "Keys".
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from core.errors import IntegrityFailure

SIGNING_BYTES = 32
MLKEM_SEED_BYTES = 64
X25519_BYTES = 32
OPENING_BYTES = MLKEM_SEED_BYTES + X25519_BYTES
MLKEM_PUBLIC_BYTES = 1184
SEAL_BYTES = MLKEM_PUBLIC_BYTES + X25519_BYTES
SITE_KEY_BYTES = SIGNING_BYTES + OPENING_BYTES
"""How many random bytes `SiteKeys.from_random` takes."""


def to_base64(data: bytes) -> str:
    """RFC 4648 section 4, padded, one line."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str, length: int | None = None, *, name: str) -> bytes:
    """The bytes of `text`, which must be exactly what `to_base64` writes (no spare bits, spaces or line ends).

    Raises `IntegrityFailure` naming `name` otherwise, or when `length` is given and differs.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise IntegrityFailure("base64として読めません", where=name) from error
    if to_base64(data) != text or (length is not None and len(data) != length):
        raise IntegrityFailure("base64の長さまたは書き方が正しくありません", where=name)
    return data


def _suite() -> hpke.Suite:
    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


_SMALL_ORDER = frozenset(
    bytes.fromhex(y)
    for y in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
)
"""The y of the eight points whose order divides eight, without the sign, and the two that are the same unreduced."""

_REPAIR = "鍵のファイルを、もとのところから取り直してください"


def _need_somebodys(raw: bytes, name: str) -> None:
    if raw[:31] + bytes([raw[31] & 0x7F]) in _SMALL_ORDER:
        raise IntegrityFailure("だれの鍵でもない公開鍵です。使えません", where=name, next_step=_REPAIR)


@dataclass(frozen=True)
class VerifyKey:
    """An Ed25519 public key, 32 raw bytes.

    Raises `IntegrityFailure` for one of small order: a signature under it fits nearly any message, so whoever gave it out
    could deny all that is signed with it. OpenSSL and the browsers take them; nobody's key is ever one.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != SIGNING_BYTES:
            raise ValueError("an Ed25519 public key has 32 bytes")
        _need_somebodys(self.raw, "")

    @property
    def base64(self) -> str:
        return to_base64(self.raw)

    @classmethod
    def from_base64(cls, text: str, *, name: str = "key") -> VerifyKey:
        raw = from_base64(text, SIGNING_BYTES, name=name)
        _need_somebodys(raw, name)
        return cls(raw)

    @property
    def pem(self) -> bytes:
        """SubjectPublicKeyInfo PEM, which `openssl pkeyutl -verify -rawin -pubin` takes."""
        return Ed25519PublicKey.from_public_bytes(self.raw).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @classmethod
    def from_pem(cls, pem: bytes, *, name: str = "key") -> VerifyKey:
        """Raises `IntegrityFailure` when `pem` is not one Ed25519 public key."""
        try:
            key = serialization.load_pem_public_key(pem)
        except ValueError as error:
            raise IntegrityFailure("公開鍵として読めません", where=name, next_step=_REPAIR) from error
        if not isinstance(key, Ed25519PublicKey):
            raise IntegrityFailure("Ed25519の公開鍵ではありません", where=name, next_step=_REPAIR)
        _need_somebodys(key.public_bytes_raw(), name)
        return cls(key.public_bytes_raw())

    def fits(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` (64 bytes) is this key's over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def verify(self, signature: bytes, message: bytes, *, name: str) -> None:
        """Raises `IntegrityFailure` naming `name` when the signature does not fit."""
        if not self.fits(signature, message):
            raise IntegrityFailure(
                "署名が合いません。書き換えられたか、別の鍵で署名されています",
                where=name,
                next_step="使わずに、相手方の取扱責任者へ電話で確認してください",
            )


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key, 32 raw bytes."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != SIGNING_BYTES:
            raise ValueError("an Ed25519 private key has 32 bytes")

    @classmethod
    def of(cls, key: Ed25519PrivateKey) -> SigningKey:
        return cls(key.private_bytes_raw())

    @property
    def public(self) -> VerifyKey:
        return VerifyKey(Ed25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same message gives the same bytes (RFC 8032)."""
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(message)


@dataclass(frozen=True)
class SealKey:
    """An HPKE public key: ML-KEM-768 (1184 bytes) then X25519 (32 bytes)."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != SEAL_BYTES:
            raise ValueError(f"a sealing key has {SEAL_BYTES} bytes")

    @property
    def base64(self) -> str:
        return to_base64(self.raw)

    @classmethod
    def from_base64(cls, text: str, *, name: str = "key") -> SealKey:
        """Raises `IntegrityFailure` also when the ML-KEM half is not a well-formed key (FIPS 203, 7.2)."""
        key = cls(from_base64(text, SEAL_BYTES, name=name))
        try:
            key._public()
        except ValueError as error:
            raise IntegrityFailure("封印用の公開鍵として読めません", where=name) from error
        return key

    def _public(self) -> hpke.MLKEM768X25519PublicKey:
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(self.raw[MLKEM_PUBLIC_BYTES:]),
        )

    def seal(self, plain: bytes, info: bytes) -> bytes:
        """Single-shot HPKE base mode. The library draws the ephemeral key: the one randomness not handed in."""
        return _suite().encrypt(plain, self._public(), info)


@dataclass(frozen=True)
class OpeningKey:
    """An HPKE private key: the ML-KEM-768 seed (64 bytes) then X25519 (32 bytes). Destroyed with its epoch."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != OPENING_BYTES:
            raise ValueError(f"an opening key has {OPENING_BYTES} bytes")

    def _private(self) -> hpke.MLKEM768X25519PrivateKey:
        return hpke.MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(self.raw[:MLKEM_SEED_BYTES]),
            X25519PrivateKey.from_private_bytes(self.raw[MLKEM_SEED_BYTES:]),
        )

    @property
    def public(self) -> SealKey:
        # The combined public key cannot be written out, so the halves are.
        mlkem = MLKEM768PrivateKey.from_seed_bytes(self.raw[:MLKEM_SEED_BYTES]).public_key()
        x25519 = X25519PrivateKey.from_private_bytes(self.raw[MLKEM_SEED_BYTES:]).public_key()
        return SealKey(mlkem.public_bytes_raw() + x25519.public_bytes_raw())

    def open(self, sealed: bytes, info: bytes, *, name: str) -> bytes:
        """Raises `IntegrityFailure` when `sealed` was not made for this key and this `info`."""
        try:
            return _suite().decrypt(sealed, self._private(), info)
        except (InvalidTag, ValueError) as error:
            raise IntegrityFailure(
                "封印を開けません。この拠点の今の鍵に宛てたものではないか、壊れています",
                where=name,
                next_step="相手方と鍵の指紋を照合し、必要なら相手の登録をやり直してください",
            ) from error


@dataclass(frozen=True)
class SiteKeys:
    """A site's two private keys of one epoch."""

    signing: SigningKey
    opening: OpeningKey

    @classmethod
    def from_random(cls, random_bytes: bytes) -> SiteKeys:
        """From exactly `SITE_KEY_BYTES` fresh random bytes."""
        if len(random_bytes) != SITE_KEY_BYTES:
            raise ValueError(f"site keys are made of {SITE_KEY_BYTES} random bytes")
        return cls(SigningKey(random_bytes[:SIGNING_BYTES]), OpeningKey(random_bytes[SIGNING_BYTES:]))

    @property
    def raw(self) -> bytes:
        """What the vault keeps; `from_random` takes it back."""
        return self.signing.raw + self.opening.raw
