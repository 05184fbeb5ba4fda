"""One-time codes a ward reads over the telephone when it may only download (docs/exchange.md, "Codes by telephone").

For each kind of word the ward has a chain: `code 255` comes of its site keys, each code hashes to the one before it,
and `code 0` is told to the contractor, signed, when the sites are paired. The next code is a preimage of the last one
accepted: nobody but the ward can have it, and it is good once. What is read aloud is the code masked with the hash of
what it speaks of, so that the contractor's program can only take it as a word on that very thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.canonical import CROCKFORD
from core.errors import Refused
from core.exchange import letters
from core.exchange.code_kinds import CodeKind as CodeKind
from core.exchange.signed import read_signed, write_signed
from core.exchange.strict import Fields, bad
from core.keys import SiteKeys, VerifyKey
from core.roles import Site

PROTOCOL = "hko1"
LAST = 255
"""Index of the last code of a chain; the first that is read aloud is 1."""
SKIP = 16
"""How far ahead of the last accepted code one is looked for: codes that were read out and never typed."""
LETTERS = 25
"""Of a code, without its check letter: 125 bits."""
VALUE_LETTERS = 15
"""Of the value by which people compare what a code speaks of, without its check letter: 75 bits."""
CODES_LIMIT = 1024


_KEYS = ("protocol", "site", "epoch", *(kind.value for kind in CodeKind))


def chain(keys: SiteKeys, epoch: int, kind: CodeKind) -> tuple[str, ...]:
    """At the ward: the codes 0 to `LAST` of one kind, 25 letters each. Secret but for the first."""
    seed = HKDF(SHA256(), 16, None, f"{PROTOCOL} {epoch} {kind}\n".encode("ascii")).derive(keys.raw)
    codes = [letters.letters_of(seed, LETTERS)]
    for index in range(LAST, 0, -1):
        codes.append(before(epoch, kind, index, codes[-1]))
    return tuple(reversed(codes))


def before(epoch: int, kind: CodeKind, index: int, code: str) -> str:
    """Code `index` - 1, of code `index`. The index is hashed too: one search serves one place of one chain."""
    line = f"{PROTOCOL} {epoch} {kind} {index} {code}\n".encode("ascii")
    return letters.letters_of(hashlib.sha256(line).digest(), LETTERS)


# -- what is exchanged when the sites are paired --------------------------------------------------------------------


@dataclass(frozen=True)
class CodeAnchors:
    """The ward's codes 0 of an epoch, by kind: what the contractor needs to know a code when it hears one."""

    epoch: int
    anchors: Mapping[CodeKind, str]


def make_codes(keys: SiteKeys, epoch: int) -> bytes:
    """The signed document with the ward's codes 0. The same bytes each time."""
    anchors = {kind.value: chain(keys, epoch, kind)[0] for kind in CodeKind}
    document = {"protocol": PROTOCOL, "site": Site.WARD.value, "epoch": epoch} | anchors
    return write_signed("codes", document, keys.signing)


def read_codes(data: bytes, key: VerifyKey, *, name: str = "codes") -> CodeAnchors:
    """The anchors in `data`, signed by the ward's `key`. Raises `IntegrityFailure`."""
    fields = Fields(read_signed("codes", data, key, limit=CODES_LIMIT, name=name), name).exactly(_KEYS)
    fields.literal("protocol", PROTOCOL)
    fields.literal("site", Site.WARD.value)
    anchors = {kind: fields.text(kind.value) for kind in CodeKind}
    for kind, code in anchors.items():
        if len(code) != LETTERS or set(code) - set(CROCKFORD):
            raise bad("一度きりの番号のもとが読めません", f"{name} {kind}")
    return CodeAnchors(fields.integer("epoch", 1), anchors)


def split_card_file(data: bytes) -> tuple[bytes, bytes]:
    """(card, codes or nothing) of the one file people carry when pairing: the card's two lines, then the codes' two."""
    parts = data.split(b"\n", 2)
    return (data, b"") if len(parts) < 3 else (b"\n".join((*parts[:2], b"")), parts[2])


# -- speaking and hearing -------------------------------------------------------------------------------------------


def value_of(said: str) -> str:
    """What both screens show of the hash `said`, for people to compare: four groups of four."""
    return letters.spoken(letters.letters_of(bytes.fromhex(said), VALUE_LETTERS))


def speak(code: str, said: str) -> str:
    """What is read aloud: `code` masked with the hash `said` of what it speaks of, with a check letter; 26 letters."""
    return letters.spoken(_masked(code, said))


def hear(typed: str) -> str:
    """The 25 letters that `typed` means, still masked. Raises `Refused` for a slip of tongue or fingers."""
    found = letters.heard(typed, LETTERS)
    if found is None:
        raise Refused(
            "番号の聞き違いか、打ち間違いがあります",
            where="番号",
            next_step="26文字（4文字ずつ6組と2文字）を、もう一度聞きながら入力してください",
        )
    return found


@dataclass(frozen=True)
class Place:
    """How far a chain has been taken: the last accepted code and its index; at first code 0."""

    index: int
    code: str


def place_of(epoch: int, kind: CodeKind, masked: str, said: str, last: Place) -> Place | None:
    """Where in its chain a heard code stands, if it was spoken on `said`; None when it is no code of this kind on it.

    An index not above `last.index` is that of a code used before.
    """
    code = _masked(masked, said)
    index, known = last.index, last.code
    while index > 0:
        if code == known:
            return Place(index, code)
        index, known = index - 1, before(epoch, kind, index, known)
    for ahead in range(last.index + 1, min(last.index + SKIP, LAST) + 1):
        down = code
        for index in range(ahead, last.index, -1):
            down = before(epoch, kind, index, down)
        if down == last.code:
            return Place(ahead, code)
    return None


def _masked(code: str, said: str) -> str:
    """Masking twice gives back what it was."""
    mask = letters.letters_of(hashlib.sha256(f"{PROTOCOL} {said}\n".encode("ascii")).digest(), LETTERS)
    return "".join(
        CROCKFORD[CROCKFORD.index(one) ^ CROCKFORD.index(other)]
        for one, other in zip(code, mask, strict=True)
    )
