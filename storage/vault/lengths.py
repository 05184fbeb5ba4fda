"""How long what is in the header is, apart from the keys themselves: a header is read before any cryptography is loaded."""

from __future__ import annotations

DATA_KEY_BYTES = 32
HPKE_PUBLIC_BYTES = 1184 + 32
SIGN_PUBLIC_BYTES = 32
NONCE_BYTES = 12
MLKEM_SEED_BYTES = 64
SECRET_BYTES = MLKEM_SEED_BYTES + 32 + 32
WRAPPED_BYTES = NONCE_BYTES + SECRET_BYTES + 16
COMMITMENT_BYTES = 32
SEALED_BYTES = 1120 + DATA_KEY_BYTES + 16
"""HPKE output: encapsulated key (1088 + 32), then ciphertext and tag."""
SIGNATURE_BYTES = 64
