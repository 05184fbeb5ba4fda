"""Checking a published folder without a vault: what anybody may do who has a copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.canonical import sha256_hex
from core.draw.grammar import HASH_RE
from core.errors import UsageError
from core.roles import SITE_WORDS, Site

TOLD_IN_THE_NOTICE = ("verify.html", "verify.sh", "verify-signatures.sh", "contractor.pem", "ward.pem")
"""Files whose SHA-256 the ward's notice gives: the tools, and the keys that signed."""


@dataclass(frozen=True)
class Checked:
    """What was found in a folder."""

    findings: tuple[str, ...]
    """What is wrong, in words; empty when all is right."""
    abandoned: bool
    """It ended without a result, by the word of one site or of both: there was nothing to recompute."""
    hashes: Mapping[str, str]
    """SHA-256 by file name, of those that the ward's notice tells of, as they lie in the folder."""
    events: int
    """How many there are after the draw."""
    ward_seq: int
    """How many of them the ward has countersigned."""
    seen_by_the_ward: str
    """The same in a sentence; "" for a draw without a result."""
    beacon: str
    """Name, round and value of the public beacon in place of dice, to be looked up; "" for none."""


def key_hash(written: str, option: str) -> str:
    """A SHA-256 as somebody copied it from a notice, spaces and line ends among it. Raises `UsageError`."""
    digest = "".join(written.split()).lower()
    if not HASH_RE.fullmatch(digest):
        raise UsageError(
            "鍵の SHA-256 は、0-9 と a-f の64文字です",
            where=option,
            next_step="お知らせの値を、はじめから終わりまで写してください",
        )
    return digest


def check_folder(folder: Path, expected: Mapping[Site, str]) -> Checked:
    """Recompute the draw and check its signatures, with the keys in the folder.

    `expected`: the SHA-256 of a site's .pem as the notice gives it; another key in the folder is a finding.
    Raises `UsageError` when the folder cannot be read as one that was published, `IntegrityFailure` for a key in it.
    """
    from core.draw.signing import TYPES, keys_in
    from core.draw.verify import verify

    try:
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError as error:
        raise _not_published(folder) from error
    if not files.keys() & TYPES.keys():
        raise _not_published(folder)
    report = verify(files, keys_in(files))
    hashes = {name: sha256_hex(files[name]) for name in TOLD_IN_THE_NOTICE if name in files}
    findings = [
        f"{site}.pem: {SITE_WORDS[site]}の公開鍵が、お知らせの値のものではありません"
        for site, wanted in expected.items()
        if hashes[f"{site}.pem"] != wanted
    ]
    ended = report.sound and bool(report.abandoned)
    if not ended:  # of an abandoned draw the rest is missing, as it should be
        findings += [f"{finding.file}: {finding.text}" for finding in report.findings]
    return Checked(
        tuple(findings), ended, hashes, report.events, report.ward_seq or 0, report.seen_by_the_ward,
        " ".join(report.beacon or ()),
    )  # fmt: skip


def _not_published(folder: Path) -> UsageError:
    return UsageError(
        "公開フォルダとして読めません",
        where=str(folder),
        next_step="抽選の公開フォルダ（list.txt、contractor.pem などがあるところ）を指定してください",
    )
