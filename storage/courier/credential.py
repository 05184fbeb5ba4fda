"""The courier's credential, and what is kept sealed under it: how to get into Box (docs/exchange.md, "The courier").

A credential is 32 random bytes, base64. It opens `courier/box.sealed` and nothing of the vault. The service manager hands it
over at each start; a person who logs in finds it in the vault.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import IntegrityFailure, LoginFailed, Refused
from core.keys import from_base64, to_base64
from storage.remotes.durable import read_file, replace

NAME = "ikiiki-courier"
"""What the service manager calls it: `LoadCredential=ikiiki-courier:…`."""
VARIABLE = "IKIIKI_COURIER_CREDENTIAL_FILE"
BYTES = 32
_SEALED = "box.sealed"
_HEAD = b"hkx1\n"
_NONCE = 12
_LIMIT = 64 * 1024


def credential_text(random_bytes: bytes) -> str:
    """A new credential from 32 random bytes."""
    return to_base64(random_bytes)


def given_credential(environment: Mapping[str, str] | None = None) -> str:
    """The credential this process was started with: of systemd, or from the file a variable names.

    Raises `LoginFailed` when there is none, or others may read it.
    """
    known = os.environ if environment is None else environment
    folder, path = known.get("CREDENTIALS_DIRECTORY"), known.get(VARIABLE)
    file = Path(path) if path else Path(folder) / NAME if folder else None
    data = read_file(file, 200) if file is not None else None
    if file is None or data is None:
        raise LoginFailed(
            "通信係の資格情報がないため、Boxにつなげません",
            where=str(file or NAME),
            next_step=f"systemd の LoadCredential か環境変数 {VARIABLE} で渡すか、--staff を付けて実行してください",
        )
    if path and file.stat().st_mode & 0o077:
        raise LoginFailed(
            "通信係の資格情報のファイルを、ほかの利用者が読める状態です",
            where=str(file),
            next_step="ikiiki courier box で作り直し、chmod 600 をしてください",
        )
    return data.decode("ascii", "replace").strip()


def seal(courier: Path, data: bytes, credential: str, nonce: bytes) -> None:
    """Write `data` to `box.sealed` in the courier's folder. `nonce`: 12 fresh random bytes."""
    replace(courier / _SEALED, _HEAD + nonce + AESGCM(_key(credential)).encrypt(nonce, data, _HEAD))


def unseal(courier: Path, credential: str) -> bytes:
    """What `seal` wrote. Raises `Refused` when nothing was, `LoginFailed` for another credential or altered bytes."""
    sealed = read_file(courier / _SEALED, _LIMIT)
    if sealed is None:
        raise Refused(
            "Boxの設定がまだありません",
            where=f"courier/{_SEALED}",
            next_step="ikiiki courier box で設定してください",
        )
    body = sealed.removeprefix(_HEAD)
    if body is sealed or len(body) == len(sealed) or len(body) < _NONCE:
        raise IntegrityFailure("Boxの設定が読めません", where=f"courier/{_SEALED}")
    try:
        return AESGCM(_key(credential)).decrypt(body[:_NONCE], body[_NONCE:], _HEAD)
    except InvalidTag:
        raise LoginFailed(
            "通信係の資格情報が、この拠点のものではありません",
            where=f"courier/{_SEALED}",
            next_step="ikiiki courier box で作り直し、新しい資格情報を置いてください",
        ) from None


def _key(credential: str) -> bytes:
    secret = from_base64(credential, BYTES, name="資格情報")
    return HKDF(SHA256(), 32, salt=None, info=b"hk-courier-box-v1").derive(secret)
