"""Whose word an erasure goes on by: what is to go is signed, with the key of the manager who began it.

A journal is an unsigned file that says what to destroy, and it is gone on with before anybody has logged in: whoever can
write a folder could lay one there. Its beginning they cannot make, and the mark outside (`storage.vault.marks`) knows
whose keys count. What is written after it says how far the erasure has come, and names nothing that is not found again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.canonical import canonical_json, sha256_hex
from core.errors import IntegrityFailure
from core.keys import VerifyKey, from_base64, to_base64
from storage.vault.marks import Mark

_DOMAIN = b"ikiiki-erasure-v1 begun\n"
"""Before what is signed: the same keys sign headers, and lines of the ledger."""
_SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Signer:
    """Who begins an erasure, of which vault: their raw Ed25519 public key, and what signs with the other half."""

    vault_id: str
    public: bytes
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True)
class Beginning:
    """The signature under what is to go."""

    by: str
    """The Ed25519 public key, 64 hex digits."""
    journal: str
    """SHA-256 of the journal's lines before it."""
    papers: str
    """SHA-256 of the list of files elsewhere."""
    signature: str
    """Base64."""

    @classmethod
    def made(cls, lines: bytes, papers: bytes, signer: Signer) -> Beginning:
        unsigned = cls(signer.public.hex(), sha256_hex(lines), sha256_hex(papers), "")
        signature = to_base64(signer.sign(unsigned._message(signer.vault_id)))
        return cls(unsigned.by, unsigned.journal, unsigned.papers, signature)

    def holds(self, vault_id: str) -> bool:
        """Whether whoever has the key `by` signed this beginning, of an erasure of this vault."""
        try:
            key = VerifyKey(bytes.fromhex(self.by))
            signature = from_base64(self.signature, _SIGNATURE_BYTES, name="signature")
        except (ValueError, IntegrityFailure):
            return False
        return key.fits(signature, self._message(vault_id))

    def known_by(self, mark: Mark | None) -> bool:
        """Whether the machine that kept `mark` knows them from the vault; they may have left it since."""
        known = mark.known if mark else None
        return known is not None and (self.by in known.signers or self.by in known.former)

    def _message(self, vault_id: str) -> bytes:
        body = {"journal": self.journal, "papers": self.papers, "vault": vault_id}
        return _DOMAIN + canonical_json(body)


def unsigned(where: str) -> IntegrityFailure:
    """A journal that nobody known, or nobody at all, has begun."""
    return IntegrityFailure(
        "消去の記録に、この保管庫の取扱責任者の署名がありません。だれかが置いたおそれがあります。何も消していません",
        where=where,
        next_step="フォルダをそのまま残し、取扱責任者に知らせてください。手引き「消去と報告」に、確かめ方があります",
    )
