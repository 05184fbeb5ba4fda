"""The files of the ceremony's steps: seals, freeze, opening, dice, seed (docs/formats.md, "hkr1")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.canonical import sha256_hex
from core.draw.files import DrawFile, text
from core.draw.grammar import (
    BEACON_NAME,
    BEACON_ROUND,
    BEACON_VALUE,
    DIGITS,
    DRAW,
    HASH,
    NOTE,
    Reader,
)
from core.roles import Site

COMMITS = "commits.txt"
FREEZE = "freeze.txt"
OPENED = "opened.txt"
SEED_INPUT = "seed-input.txt"
ABSENT = "ABSENT"
_PARTY = "contractor|ward"

Beacon = tuple[str, str, str]
"""Name, round and published value (hex) of a public beacon."""

NO_DICE = "0" * 20
"""The digits of a draw by a beacon, in which no die falls: whoever could say what fell once the value is out could search."""


def _beacon_line(beacon: Beacon | None) -> list[str]:
    return [f"beacon={' '.join(beacon)}"] if beacon else []


def _read_beacon(reader: Reader) -> Beacon | None:
    value = reader.maybe("beacon", f"{BEACON_NAME} {BEACON_ROUND} {BEACON_VALUE}")
    if value is None:
        return None
    name, round_, published = value.split(" ")
    return name, round_, published


def reveal_name(party: Site) -> str:
    """The name of a site's reveal file."""
    return f"reveal-{party}.txt"


def dice_name(party: Site) -> str:
    """The name of the file with the dice as one site read them."""
    return f"dice-{party}.txt"


@dataclass(frozen=True)
class Commits(DrawFile):
    """Both seals: the SHA-256 of each site's reveal file, as `sha256sum` writes it."""

    contractor: str
    ward: str

    @property
    def file_name(self) -> str:
        return COMMITS

    def of(self, party: Site) -> str:
        """That site's seal."""
        return self.contractor if party is Site.CONTRACTOR else self.ward

    def to_bytes(self) -> bytes:
        return text(*(f"{self.of(party)}  {reveal_name(party)}" for party in Site))

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        seals = {party.value: reader.match(f"({HASH})  reveal-{party}[.]txt").group(1) for party in Site}
        reader.end()
        return seals


@dataclass(frozen=True)
class Freeze(DrawFile):
    """Nothing of rules, seals and roll changes after this: their hashes, signed by both sites."""

    draw: str
    params: str
    commits: str
    roll: str
    notes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return FREEZE

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 freeze",
            f"draw={self.draw}",
            f"params={self.params}",
            f"commits={self.commits}",
            f"list={self.roll}",
            *(f"note={note}" for note in self.notes),
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 freeze")
        made: dict[str, Any] = {"draw": reader.key("draw", DRAW)}
        for field, key in (("params", "params"), ("commits", "commits"), ("roll", "list")):
            made[field] = reader.key(key, HASH)
        made["notes"] = reader.many("note", NOTE)
        reader.end()
        return made


@dataclass(frozen=True)
class Reveal(DrawFile):
    """A site's secret, sealed before the freeze and opened after it. Drawn by the site at random."""

    draw: str
    party: Site
    secret: str
    """32 random bytes as 64 hex digits."""

    @property
    def file_name(self) -> str:
        return reveal_name(self.party)

    def to_bytes(self) -> bytes:
        return text("hkr1 reveal", f"draw={self.draw}", f"party={self.party}", f"secret={self.secret}")

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 reveal")
        made = {
            "draw": reader.key("draw", DRAW),
            "party": Site(reader.key("party", _PARTY)),
            "secret": reader.key("secret", HASH),
        }
        reader.end()
        return made


@dataclass(frozen=True)
class Opened(DrawFile):
    """Both secrets, or that one stayed away; signed before the first die falls."""

    draw: str
    freeze: str
    contractor: str | None
    """None: ABSENT."""
    ward: str | None
    notes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return OPENED

    def of(self, party: Site) -> str | None:
        """That site's secret, None when it is ABSENT."""
        return self.contractor if party is Site.CONTRACTOR else self.ward

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 opened",
            f"draw={self.draw}",
            f"freeze={self.freeze}",
            *(f"{party}={self.of(party) or ABSENT}" for party in Site),
            *(f"note={note}" for note in self.notes),
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 opened")
        made: dict[str, Any] = {"draw": reader.key("draw", DRAW), "freeze": reader.key("freeze", HASH)}
        for party in Site:
            secret = reader.key(party.value, f"{HASH}|{ABSENT}")
            made[party.value] = None if secret == ABSENT else secret
        made["notes"] = reader.many("note", NOTE)
        reader.end()
        return made


@dataclass(frozen=True)
class Dice(DrawFile):
    """Twenty ten-sided dice as one site read them off the paper sheet (`NO_DICE` where the rules name a beacon). No notes:
    nothing here may be free to choose."""

    draw: str
    opened: str
    party: Site
    digits: str
    beacon: Beacon | None = None
    """What that site found published, where params name a beacon."""

    @property
    def file_name(self) -> str:
        return dice_name(self.party)

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 dice",
            f"draw={self.draw}",
            f"opened={self.opened}",
            f"party={self.party}",
            f"digits={self.digits}",
            *_beacon_line(self.beacon),
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 dice")
        made = {
            "draw": reader.key("draw", DRAW),
            "opened": reader.key("opened", HASH),
            "party": Site(reader.key("party", _PARTY)),
            "digits": reader.key("digits", DIGITS),
            "beacon": _read_beacon(reader),
        }
        reader.end()
        return made


@dataclass(frozen=True)
class SeedInput(DrawFile):
    """All that chance gave, in one file: its SHA-256 is the seed. No notes: they could be chosen to please."""

    draw: str
    opened: str
    dice: str
    beacon: Beacon | None = None

    @property
    def file_name(self) -> str:
        return SEED_INPUT

    @property
    def seed(self) -> str:
        """SEED, 64 hex digits."""
        return sha256_hex(self.to_bytes())

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 seed",
            f"draw={self.draw}",
            f"opened={self.opened}",
            f"dice={self.dice}",
            *_beacon_line(self.beacon),
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 seed")
        made: dict[str, Any] = {
            "draw": reader.key("draw", DRAW),
            "opened": reader.key("opened", HASH),
            "dice": reader.key("dice", DIGITS),
            "beacon": _read_beacon(reader),
        }
        reader.end()
        return made
