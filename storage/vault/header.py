"""vault.json: who may open the vault, and how (docs/vault.md, "vault.json").

Reading is strict and happens before anything is derived: sizes, names, parameters, canonical form, checksum. What the
checksum cannot show, a header altered on purpose, the MAC shows as soon as the data key is known.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.canonical import canonical_json, sha256_hex
from core.disk import of_disk
from core.errors import IkiikiError, IntegrityFailure, UsageError
from core.exchange.strict import STAFF_ID
from core.roles import Site
from storage.vault import lengths
from storage.vault.errors import newer_vault
from storage.vault.files import read_private
from storage.vault.introduction import MOST, Introduction, signed_by_key
from storage.vault.kdf import SALT_BYTES, KdfParams

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "vault.json"
FORMAT = "ikiiki-vault"
VERSION = 3
"""Where people were let in by somebody (`introduction`)."""
SIGNED = 2
"""Where nobody was since there are introductions: still written so."""
UNSIGNED = 1
"""The version of before, whose headers nobody signed: read, and written no more."""
MAXIMUM_BYTES = 1024 * 1024
MAXIMUM_SLOTS = 64
MAXIMUM_GENERATION = 9_999_999
RESERVED_IDS = frozenset({"site", "sync", "unknown"})
"""Actors that are no people: the ledger's site key, the courier, and whoever mistyped an id."""
_SIGNED = b"ikiiki-vault-v2 header\n"
"""Before what is signed: the same keys sign lines of the ledger."""
_VAULT_ID = re.compile(r"[0-9a-f]{32}")
_HEADER_KEYS = {"checksum", "database", "format", "generation", "mac", "site", "slots", "vault_id", "version"}
_SIGNED_KEYS = _HEADER_KEYS | {"signature", "signed_by"}
_SLOT_KEYS = {"commitment", "hpke_public", "kdf", "sealed", "sign_public", "staff_id", "wrapped"}
_INTRODUCTION_KEYS = {"by", "generation", "signature"}
_KDF_KEYS = {"algorithm", "iterations", "lanes", "memory_kib", "salt"}


@dataclass(frozen=True)
class Slot:
    """One person's way in. All bytes raw; lengths as in `keys`."""

    staff_id: str
    kdf: KdfParams
    salt: bytes
    wrapped: bytes
    commitment: bytes
    hpke_public: bytes
    sign_public: bytes
    sealed: bytes
    introduced: tuple[Introduction, ...] = ()
    """Who let them in, and who let those in, the latest last; () for the first person and people of before."""

    def document(self) -> dict[str, Any]:
        introduced = [
            {"by": _text(each.by), "generation": each.generation, "signature": _text(each.signature)}
            for each in self.introduced
        ]
        return {
            "staff_id": self.staff_id,
            "kdf": {
                "algorithm": "argon2id",
                "memory_kib": self.kdf.memory_kib,
                "iterations": self.kdf.iterations,
                "lanes": self.kdf.lanes,
                "salt": _text(self.salt),
            },
            "wrapped": _text(self.wrapped),
            "commitment": _text(self.commitment),
            "hpke_public": _text(self.hpke_public),
            "sign_public": _text(self.sign_public),
            "sealed": _text(self.sealed),
            **({"introduced": introduced} if introduced else {}),
        }


@dataclass(frozen=True)
class Header:
    """A vault's header. `mac` is what was read; `serialise` makes a new one. Sign (`signed`) what was changed."""

    vault_id: str
    site: Site
    generation: int
    slots: tuple[Slot, ...]
    mac: bytes = field(default=b"", repr=False)
    signed_by: str = ""
    """Staff id of who wrote it; "" for headers of version 1."""
    signature: bytes = field(default=b"", repr=False)

    @property
    def database(self) -> str:
        return database_name(self.generation)

    @property
    def version(self) -> int:
        """Of the format in which it is written."""
        if not self.signed_by:
            return UNSIGNED
        return VERSION if any(slot.introduced for slot in self.slots) else SIGNED

    def slot(self, staff_id: str) -> Slot | None:
        return next((slot for slot in self.slots if slot.staff_id == staff_id), None)

    def with_slot(self, slot: Slot) -> Header:
        """With `slot` in place of the person's old one, or added; slots stay in order of staff id."""
        others = [other for other in self.slots if other.staff_id != slot.staff_id]
        return replace(self, slots=tuple(sorted([*others, slot], key=lambda each: each.staff_id)))

    def without(self, staff_id: str) -> Header:
        return replace(self, slots=tuple(slot for slot in self.slots if slot.staff_id != staff_id))

    def seal_info(self, staff_id: str) -> bytes:
        """The HPKE `info` of a slot's seal: it opens in this vault, for this person, in this generation alone."""
        return f"ikiiki-vault-v1 data key\n{self.vault_id}\n{staff_id}\n{self.generation}".encode("ascii")

    def signed(self, staff_id: str, key: Ed25519PrivateKey) -> Header:
        """As `staff_id`, who is in it, writes it: with the signature of their `key` over all but MAC and checksum."""
        header = replace(self, signed_by=staff_id)
        return replace(header, signature=key.sign(_SIGNED + canonical_json(header._signed())))

    def writer(self) -> bytes:
        """The raw Ed25519 key of who signed it, in a header that was verified; b"" when nobody did."""
        slot = self.slot(self.signed_by)
        return slot.sign_public if slot else b""

    def _authentic(self) -> dict[str, Any]:
        """What the MAC covers."""
        return {**self._signed(), **({"signature": _text(self.signature)} if self.signed_by else {})}

    def _signed(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": self.version,
            **({"signed_by": self.signed_by} if self.signed_by else {}),
            "vault_id": self.vault_id,
            "site": self.site.value,
            "generation": self.generation,
            "database": self.database,
            "slots": [slot.document() for slot in self.slots],
        }

    def serialise(self, data_key: bytes) -> bytes:
        """The file's bytes: canonical JSON with MAC and checksum, and an LF."""
        document = self._authentic()
        document["mac"] = _mac(data_key, canonical_json(document)).hex()
        document["checksum"] = sha256_hex(canonical_json(document))
        return canonical_json(document) + b"\n"

    def verify(self, data_key: bytes) -> None:
        """Raises `IntegrityFailure` unless MAC and signature read from the file are this header's under `data_key` and
        under the key of somebody in it. Whether that somebody is known: `trust`."""
        sound = hmac.compare_digest(self.mac, _mac(data_key, canonical_json(self._authentic())))
        if not sound or (self.signed_by and not self._signature_holds()):
            raise IntegrityFailure(
                "保管庫のヘッダーが書き換えられています",
                where=NAME,
                next_step="保管庫を使わず、取扱責任者に知らせてください",
            )

    def _signature_holds(self) -> bool:
        return signed_by_key(self.writer(), self.signature, _SIGNED + canonical_json(self._signed()))


def database_name(generation: int) -> str:
    return f"vault-{generation}.db"


def check_staff_id(staff_id: str) -> None:
    """Raises `UsageError` for an id that cannot stand in a header."""
    if not STAFF_ID.fullmatch(staff_id):
        raise UsageError(
            "職員IDは、半角の英数字と . _ - で32文字以下にしてください（先頭は英数字）", where="職員ID"
        )
    if staff_id in RESERVED_IDS:
        raise UsageError(
            "この職員IDは、ikiikiが使っています", where="職員ID", next_step="ほかのIDにしてください"
        )


def read_header(folder: Path) -> Header:
    """The header of the vault at `folder`. Raises as `read_private` and `parse_header`."""
    return parse_header(read_header_bytes(folder))


def read_header_bytes(folder: Path) -> bytes:
    """The bytes of vault.json. Raises `IkiikiError` when `folder` holds no vault, and for a disk that fails: it is read before
    every look at the vault, and whoever looks has words for that error."""
    try:
        return read_private(folder / NAME, limit=MAXIMUM_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IkiikiError(
            "ここに保管庫がありません",
            where=str(folder),
            next_step="--vault の場所を確かめるか、ikiiki init で作ってください",
        ) from error
    except OSError as error:
        raise of_disk(error) from error


def parse_header(content: bytes) -> Header:
    """Parse vault.json.

    Raises `NewerVault` for a later format version, and `IntegrityFailure`, naming the field, for anything that this
    version would not have written itself.
    """
    if len(content) > MAXIMUM_BYTES:
        raise _broken("大きすぎます")
    try:
        document = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _broken("JSONとして読めません") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _broken("ikiikiの保管庫のヘッダーではありません")
    version = document.get("version")
    if type(version) is int and version > VERSION:
        raise newer_vault(f"{NAME} 版{version}")
    if type(version) is not int or version < UNSIGNED:
        raise _broken("形式の版が正しくありません")
    if set(document) != (_HEADER_KEYS if version == UNSIGNED else _SIGNED_KEYS):
        raise _broken("項目が足りないか、余分にあります")
    _check_canonical(content, document)
    _check_checksum(document)
    header = Header(
        vault_id=_matching(document["vault_id"], _VAULT_ID, "vault_id"),
        site=_site(document["site"]),
        generation=_integer(document["generation"], 1, MAXIMUM_GENERATION, "generation"),
        slots=_slots(document["slots"]),
        mac=_hex(document["mac"]),
    )
    if version != UNSIGNED:
        header = replace(
            header,
            signed_by=_matching(document["signed_by"], STAFF_ID, "signed_by"),
            signature=_bytes(document["signature"], lengths.SIGNATURE_BYTES, "signature"),
        )
        if header.slot(header.signed_by) is None:
            raise _broken("書いた人が、職員の枠にありません")
    introductions = [each for slot in header.slots for each in slot.introduced]
    if (version == VERSION) != bool(introductions):
        raise _broken("形式の版が、職員の枠の項目と合いません")
    if any(each.generation > header.generation for each in introductions):
        raise _broken("加えた世代の値が正しくありません")
    if document["database"] != header.database:
        raise _broken("データベースの名前が世代と合いません")
    return header


def _check_canonical(content: bytes, document: dict[str, Any]) -> None:
    try:
        canonical = canonical_json(document)
    except (ValueError, RecursionError) as error:
        raise _broken("表せない値があります") from error
    if content != canonical + b"\n":
        raise _broken("正規の書き方（RFC 8785）になっていません")


def _check_checksum(document: dict[str, Any]) -> None:
    rest = {key: value for key, value in document.items() if key != "checksum"}
    if document["checksum"] != sha256_hex(canonical_json(rest)):
        raise _broken("検査値が合いません。壊れているか、書き換えられています")


def _slots(value: Any) -> tuple[Slot, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAXIMUM_SLOTS:
        raise _broken("職員の枠の数が正しくありません")
    slots = tuple(_slot(each) for each in value)
    ids = [slot.staff_id for slot in slots]
    if ids != sorted(set(ids)):
        raise _broken("職員の枠の順が正しくないか、重なっています")
    return slots


def _slot(value: Any) -> Slot:
    if not isinstance(value, dict) or set(value) - {"introduced"} != _SLOT_KEYS:
        raise _broken("職員の枠の項目が正しくありません")
    kdf = value["kdf"]
    if not isinstance(kdf, dict) or set(kdf) != _KDF_KEYS or kdf["algorithm"] != "argon2id":
        raise _broken("パスワードの導出の項目が正しくありません")
    return Slot(
        staff_id=_matching(value["staff_id"], STAFF_ID, "staff_id"),
        kdf=_params(kdf),
        salt=_bytes(kdf["salt"], SALT_BYTES, "salt"),
        wrapped=_bytes(value["wrapped"], lengths.WRAPPED_BYTES, "wrapped"),
        commitment=_bytes(value["commitment"], lengths.COMMITMENT_BYTES, "commitment"),
        hpke_public=_bytes(value["hpke_public"], lengths.HPKE_PUBLIC_BYTES, "hpke_public"),
        sign_public=_bytes(value["sign_public"], lengths.SIGN_PUBLIC_BYTES, "sign_public"),
        sealed=_bytes(value["sealed"], lengths.SEALED_BYTES, "sealed"),
        introduced=_introductions(value["introduced"]) if "introduced" in value else (),
    )


def _introductions(value: Any) -> tuple[Introduction, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        raise _broken("introducedの数が正しくありません")
    return tuple(_introduction(each) for each in value)


def _introduction(value: Any) -> Introduction:
    if not isinstance(value, dict) or set(value) != _INTRODUCTION_KEYS:
        raise _broken("introducedの項目が正しくありません")
    return Introduction(
        by=_bytes(value["by"], lengths.SIGN_PUBLIC_BYTES, "by"),
        generation=_integer(value["generation"], 1, MAXIMUM_GENERATION, "generation"),
        signature=_bytes(value["signature"], lengths.SIGNATURE_BYTES, "signature"),
    )


def _params(kdf: dict[str, Any]) -> KdfParams:
    numbers = (kdf["memory_kib"], kdf["iterations"], kdf["lanes"])
    if any(type(number) is not int for number in numbers):
        raise _broken("パスワードの導出の値が整数ではありません")
    try:
        return KdfParams(*numbers)
    except ValueError as error:
        raise _broken("パスワードの導出の値が、許される範囲（64 MiB〜1 GiBなど）にありません") from error


def _site(value: Any) -> Site:
    try:
        return Site(value)
    except ValueError as error:
        raise _broken("拠点が正しくありません") from error


def _integer(value: Any, low: int, high: int, name: str) -> int:
    if type(value) is not int or not low <= value <= high:
        raise _broken(f"{name}の値が正しくありません")
    return value


def _matching(value: Any, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _broken(f"{name}の値が正しくありません")
    return value


def _hex(value: Any) -> bytes:
    return bytes.fromhex(_matching(value, re.compile(r"[0-9a-f]{64}"), "mac"))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _bytes(value: Any, length: int, name: str) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError) as error:
        raise _broken(f"{name}の値が正しくありません") from error
    if len(raw) != length or _text(raw) != value:
        raise _broken(f"{name}の値が正しくありません")
    return raw


def _broken(what: str) -> IntegrityFailure:
    return IntegrityFailure(
        f"保管庫のヘッダーが正しくありません。{what}",
        where=NAME,
        next_step="保管庫を使わず、取扱責任者に知らせてください（控えがあれば復元できます）",
    )


def _mac(data_key: bytes, document: bytes) -> bytes:
    from storage.vault.keys import header_mac  # here: whose vault it is can be said without any cryptography

    return header_mac(data_key, document)
