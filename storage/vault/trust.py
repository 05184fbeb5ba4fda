"""Whether a header was written by people whom this machine knows from the vault it saw last (docs/vault.md, "Who wrote it").

The data key is sealed to public keys, and the header's MAC is made with it: anybody who can write the folder can choose
a key of their own and make both. What they cannot make is a signature of the staff, so the mark outside keeps whose
signatures count, and which data key its generation had. People let in since are reached from those by introductions.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import IntegrityFailure
from storage.vault.header import NAME, Header
from storage.vault.keys import subkey

MOST_FORMER = 400
"""Keys a mark keeps: those of former staff go, the longest gone first."""


@dataclass(frozen=True)
class Known:
    """What one machine knows of who is in a vault."""

    data_key: str
    """64 hex digits that tell this data key from any other, and nothing about it."""
    signers: frozenset[str]
    """The Ed25519 public keys in the header (64 hex digits each)."""
    former: Mapping[str, int] = field(default_factory=dict)
    """Those of people who left or got new ones, with the last generation in which they were in it."""

    @classmethod
    def of(cls, header: Header, data_key: bytes) -> Known:
        """Of a header that is believed."""
        return cls(
            subkey(data_key, "mark", header.vault_id).hex(),
            frozenset(slot.sign_public.hex() for slot in header.slots),
        )

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Known:
        """Raises `ValueError`, `KeyError`, `TypeError`, `AttributeError` for what `document` would not have made."""
        known = cls(document["data_key"], frozenset(document["signers"]), dict(document["former"]))
        for text in (known.data_key, *known.signers, *known.former):
            if len(bytes.fromhex(text)) != 32:
                raise ValueError("not 32 bytes")
        if not all(type(generation) is int for generation in known.former.values()):
            raise TypeError("not a generation")
        return known

    def document(self) -> dict[str, Any]:
        return {"data_key": self.data_key, "former": dict(self.former), "signers": sorted(self.signers)}

    def after(self, earlier: Known | None, generation: int) -> Known:
        """With the staff that `earlier` knew, at `generation`: backups they made are still theirs."""
        if earlier is None:
            return self
        gone = {key: generation for key in earlier.signers} | dict(earlier.former)
        left = [(key, last) for key, last in gone.items() if key not in self.signers]
        newest_first = sorted(left, key=lambda one: (-one[1], one[0]))
        return Known(self.data_key, self.signers, dict(newest_first[:MOST_FORMER]))


def check_writer(header: Header, data_key: bytes, generation: int, known: Known | None) -> None:
    """Raises `IntegrityFailure` unless a verified `header` follows what was seen at `generation`.

    Of the same generation it has the same data key; of a later one it is signed by somebody who was in that one, or was
    let in since. Earlier ones are for `check_mark` to refuse. Where nothing is known nothing is refused: say so
    (`fingerprint`).
    """
    if known is None or header.generation < generation:
        return
    if header.generation == generation:
        good = hmac.compare_digest(known.data_key, Known.of(header, data_key).data_key)
    else:
        good = _is_known(header, generation, known)
    if not good:
        raise IntegrityFailure(
            "保管庫のヘッダーが、この端末の知っている職員の書いたものではありません。差し替えられたおそれがあります",
            where=f"{NAME} 世代 {header.generation}（この端末の記録 {generation}）",
            next_step="何も入力せず、フォルダをそのまま残して、取扱責任者に知らせてください。手引き「こまったとき」に、確かめ方があります",
        )


def _is_known(header: Header, generation: int, known: Known) -> bool:
    """Whether the writer of a verified `header` was in the vault when it was seen at `generation`, or was let in since by
    somebody who was, or by one let in like that. The signature of a header of before is nobody's."""
    slot = header.slot(header.signed_by)
    if slot is None:
        return False
    key = slot.sign_public
    for word in reversed(slot.introduced):
        if key.hex() in known.signers or key.hex() in known.former:
            break
        if word.generation < generation or not word.holds(header.vault_id, key):
            return False
        key = word.by
    return key.hex() in known.signers


def check_backup_writer(header: Header, name: str, generation: int, known: Known | None) -> None:
    """Raises `IntegrityFailure` unless the backup `name` was made by somebody who was in the vault at its generation, as
    far as that is known to a machine that saw it last at `generation`: also by one who has left or was let in since."""
    if known is None:
        return
    left_after = known.former.get(header.writer().hex(), 0)
    if header.generation > left_after and not _is_known(header, generation, known):
        raise IntegrityFailure(
            "控えが、この端末の知っている職員の作ったものではありません。作り替えられたおそれがあります",
            where=name,
            next_step="別の控えを使うか、取扱責任者に知らせてください。手引き「こまったとき」に、確かめ方があります",
        )


def fingerprint(known: Known) -> str:
    """Sixteen hex digits in fours that tell this generation's data key from any other: to compare with what was noted of it.

    Of the data key and not of people's keys: a forger seals another data key to the very same people.
    """
    return " ".join(known.data_key[at : at + 4] for at in range(0, 16, 4))
