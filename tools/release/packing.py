"""The package as one file: checksums, a signature over them, and a tar with the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from tools.release.locks import Wrong
from tools.release.wheelhouse import sha256

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"


def read_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The key that signs releases, as openssl makes it. Raises `Wrong`; a key is never made here."""
    try:
        mode = path.stat().st_mode
        data = path.read_bytes()
    except OSError as error:
        raise Wrong(
            f"the key {path} cannot be read ({error.strerror}); docs/install.md tells how to make one, once"
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise Wrong(f"others may read the key {path}: chmod 600 it, and think about making a new one")
    try:
        key = load_pem_private_key(data, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Wrong(f"{path} is no private key in PEM, or the passphrase is another") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Wrong(f"{path} is no Ed25519 key")
    return key


def fingerprint(key: Ed25519PrivateKey) -> str:
    """SHA-256 of the public key as DER: what is read out by telephone."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()


def seal(folder: Path, key: Ed25519PrivateKey) -> None:
    """Write SHA256SUMS of everything in `folder`, as `sha256sum -c` reads it, and its signature of 64 bytes."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    sums = "".join(f"{sha256(folder / name)}  {name}\n" for name in files).encode()
    (folder / SUMS).write_bytes(sums)
    (folder / SIGNATURE).write_bytes(key.sign(sums))


def pack(folder: Path, to: Path, epoch: int) -> None:
    """`folder` as the tar `to`: sorted, owned by nobody in particular, dated `epoch`. Not compressed: wheels are."""
    with to.open("wb") as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in [folder, *sorted(folder.rglob("*"))]:
            info = tarfile.TarInfo((folder.name / path.relative_to(folder)).as_posix())
            info.mtime = epoch
            if path.is_dir():
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                data = path.read_bytes()
                info.size, info.mode = len(data), 0o644
                tar.addfile(info, io.BytesIO(data))
