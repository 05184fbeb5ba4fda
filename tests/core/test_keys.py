"""Keys: what is written can be read back by us and by openssl, and nothing else can."""

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.keys import (
    SITE_KEY_BYTES,
    OpeningKey,
    SealKey,
    SigningKey,
    SiteKeys,
    VerifyKey,
    from_base64,
    to_base64,
)

KEYS = SiteKeys.from_random(bytes(range(SITE_KEY_BYTES)))
OTHER = SiteKeys.from_random(bytes(reversed(range(SITE_KEY_BYTES))))


def test_signature_is_that_of_rfc_8032() -> None:
    key = SigningKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert key.public.raw.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert (
        key.sign(b"\x72").hex().startswith("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da")
    )


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def doubled(x: int, y: int) -> tuple[int, int]:
    """Of a point of edwards25519 (RFC 8032, 5.1)."""
    product = D * x * x * y * y
    return (
        2 * x * y * pow(1 + product, -1, P) % P,
        (y * y + x * x) * pow(1 - product, -1, P) % P,
    )


def root(square: int) -> int | None:
    """A square root modulo P, if there is one."""
    found = pow(square, (P + 3) // 8, P)
    for one in (found, found * pow(2, (P - 1) // 4, P) % P):
        if one * one % P == square % P:
            return one
    return None


def points_of_small_order() -> set[tuple[int, int]]:
    """By halving: all points that three doublings bring to the neutral one."""
    known = {(0, 1), (0, P - 1)}
    i = root(P - 1)
    assert i is not None
    known |= {(i, 0), (P - i, 0)}
    # Of order 8: they double to a point with y = 0, so y^2 = -x^2, which leaves D u^2 - 2 u - 1 = 0 for u = x^2.
    for sign in (1, -1):
        s = root(1 + D)
        for four in [] if s is None else [(1 + sign * s) * pow(D, -1, P) % P]:
            x = root(four)
            y = root(-four)
            if x is not None and y is not None:
                known |= {(a, b) for a in (x, P - x) for b in (y, P - y)}
    return known


def test_no_key_of_small_order_is_taken() -> None:
    """Under such a key one signature fits nearly every message: whoever gives it out has signed nothing, or anything."""
    points = points_of_small_order()
    for x, y in points:
        again = (x, y)
        for _ in range(3):
            again = doubled(*again)
        assert again == (0, 1)
    assert len(points) == 8
    for x, y in points:
        for written in (y, y + P):  # some can be written in a second way
            for sign in (x & 1, 1 - x & 1):
                if written >= 2**255:
                    continue
                raw = (written | sign << 255).to_bytes(32, "little")
                with pytest.raises(IntegrityFailure):
                    VerifyKey(raw)
                with pytest.raises(IntegrityFailure):
                    VerifyKey.from_base64(to_base64(raw))
    assert SigningKey(bytes(32)).public


def test_the_signature_that_would_fit_anything_fits_under_no_key_that_is_taken() -> None:
    neutral = b"\x01" + bytes(31)
    key = Ed25519PublicKey.from_public_bytes(neutral)
    for message in (b"", b"hk-result-v1\nanything\n"):
        key.verify(neutral + bytes(32), message)  # what the library takes, and openssl, and browsers
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(IntegrityFailure, match=r"ward[.]pem"):
        VerifyKey.from_pem(pem, name="ward.pem")


def test_openssl_checks_a_signature_with_the_pem(tmp_path: Path) -> None:
    message = b"hk-freeze-v1\nhkr1 freeze\n"
    for name, data in {
        "pem": KEYS.signing.public.pem,
        "sig": KEYS.signing.sign(message),
        "msg": message,
    }.items():
        (tmp_path / name).write_bytes(data)
    command = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        "pem",
        "-sigfile",
        "sig",
        "-in",
        "msg",
    ]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "msg").write_bytes(message + b"x")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_keys_come_back_from_every_spelling() -> None:
    assert SiteKeys.from_random(KEYS.raw) == KEYS
    assert VerifyKey.from_pem(KEYS.signing.public.pem) == KEYS.signing.public
    assert VerifyKey.from_base64(KEYS.signing.public.base64) == KEYS.signing.public
    assert SealKey.from_base64(KEYS.opening.public.base64) == KEYS.opening.public


def test_secrets_do_not_show_when_a_key_is_printed() -> None:
    shown = f"{KEYS!r} {KEYS.signing!r} {KEYS.opening!r}"
    assert repr(KEYS.signing.raw) not in shown and "\\x01\\x02" not in shown


def test_what_is_sealed_opens_only_with_its_key_and_its_info() -> None:
    sealed = KEYS.opening.public.seal(b"secret", b"info")
    assert KEYS.opening.open(sealed, b"info", name="x") == b"secret"
    for key, info in ((OTHER.opening, b"info"), (KEYS.opening, b"other")):
        with pytest.raises(IntegrityFailure):
            key.open(sealed, info, name="x")


def test_ciphertext_of_any_length_is_refused_not_crashed_on() -> None:
    sealed = KEYS.opening.public.seal(b"", b"")
    for length in (0, 1, 31, 1120, len(sealed) - 1):
        with pytest.raises(IntegrityFailure):
            KEYS.opening.open(sealed[:length], b"", name="x")


@pytest.mark.parametrize("size", [0, 31, 33])
def test_keys_of_another_length_are_not_keys(size: int) -> None:
    for make in (SigningKey, VerifyKey, SealKey, OpeningKey):
        with pytest.raises(ValueError, match="bytes"):
            make(bytes(size))


def test_a_sealing_key_that_is_no_point_of_ml_kem_is_refused() -> None:
    with pytest.raises(IntegrityFailure):
        SealKey.from_base64(to_base64(b"\xff" * 1216))


def test_a_pem_of_another_kind_is_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    pem = (
        X25519PrivateKey.from_private_bytes(bytes(range(32)))
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    for wrong in (pem, b"", KEYS.signing.public.pem[:-30]):
        with pytest.raises(IntegrityFailure):
            VerifyKey.from_pem(wrong)


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(data: bytes) -> None:
    text = to_base64(data)
    assert from_base64(text, name="x") == data
    for wrong in (
        text + "\n",
        " " + text,
        text + "=",
        text.rstrip("=") if text.endswith("=") else text + "A",
    ):
        with pytest.raises(IntegrityFailure):
            from_base64(wrong, name="x")


def test_base64_with_spare_bits_set_is_refused() -> None:
    assert base64.b64decode("AB==") == base64.b64decode("AA==")  # why it must be: two spellings, one value
    with pytest.raises(IntegrityFailure):
        from_base64("AB==", name="x")
