"""Checking a published folder without a vault: what anybody may do who has a copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.canonical import sha256_hex
from core.errors import UsageError
from core.keys import VerifyKey
from core.roles import SITE_WORDS, Site

TOLD_IN_THE_NOTICE = ("verify.html", "verify.sh", "verify-signatures.sh", "contractor.pem", "ward.pem")
"""Files whose SHA-256 the ward's notice gives: the tools, and the keys that signed."""


@dataclass(frozen=True)
class Checked:
    """What was found in a folder."""

    findings: tuple[str, ...]
    """What is wrong, in words; empty when all is right."""
    hashes: Mapping[str, str]
    """SHA-256 by file name, of those that the ward's notice tells of, as they lie in the folder."""


def check_folder(folder: Path, expected: Mapping[Site, str]) -> Checked:
    """Recompute the draw and check its signatures, with the keys in the folder.

    `expected`: the SHA-256 of a site's .pem as the notice gives it; another key in the folder is a finding.
    Raises `UsageError` when the folder cannot be read as one that was published.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from core.draw.verify import verify

    try:
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        keys = {
            site: Ed25519PublicKey.from_public_bytes(
                VerifyKey.from_pem(files[f"{site}.pem"], name=f"{site}.pem").raw
            )
            for site in Site
        }
    except (OSError, KeyError) as error:
        raise UsageError(
            "公開フォルダとして読めません",
            where=str(folder),
            next_step="抽選の公開フォルダ（list.txt、contractor.pem などがあるところ）を指定してください",
        ) from error
    hashes = {name: sha256_hex(files[name]) for name in TOLD_IN_THE_NOTICE if name in files}
    strangers = [
        f"{site}.pem: {SITE_WORDS[site]}の公開鍵が、お知らせの値のものではありません"
        for site, wanted in expected.items()
        if hashes[f"{site}.pem"] != wanted.strip().lower()
    ]
    found = [f"{finding.file}: {finding.text}" for finding in verify(files, keys).findings]
    return Checked((*strangers, *found), hashes)
