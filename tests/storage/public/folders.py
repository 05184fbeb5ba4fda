"""Folders to check, and verify.sh run over them: whole draws, abandoned ones, and such as somebody has changed."""

import dataclasses
import random
import shutil
import subprocess
from pathlib import Path

from core.canonical import sha256_hex
from core.draw.abandoned import Abandoned, Reached, Reason
from core.draw.engine import draw_value
from core.draw.steps import Dice
from core.roles import Site
from tests.core.draw.happened import happen
from tests.core.draw.played import Played, play, rules

TOOLS = [
    "sha256sum",
    "sort",
    "cut",
    "paste",
    "join",
    "uniq",
    "tr",
    "wc",
    "tail",
    "expr",
    "mktemp",
    "cp",
    "rm",
    "mkdir",
]
SHELL = shutil.which("dash") or shutil.which("sh") or "/bin/sh"


class Checker:
    """Runs verify.sh over a folder that is changed file by file."""

    def __init__(self, script: Path, tools: Path, folder: Path, shell: str = SHELL) -> None:
        self.folder, self._command, self._tools = folder, [shell, str(script), str(folder)], tools

    def lay(self, files: dict[str, bytes]) -> None:
        for old in self.folder.iterdir():
            old.unlink()
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def run(self) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self._command, env={"PATH": str(self._tools)}, capture_output=True, check=False, timeout=60
        )


def plain(files: dict[str, bytes]) -> dict[str, bytes]:
    """What verify.sh reads: no signatures, no keys."""
    return {name: data for name, data in files.items() if name.endswith(".txt")}


def with_events(count: int = 12, seed: int = 3) -> Played:
    first = play(seed=seed)
    events = happen(first.params, first.result, count, seed)
    return play(seed=seed, events=events, ward_saw=count // 2)


def change(data: bytes, chance: random.Random) -> bytes:
    """One character replaced, taken away or put in, at a place chance picks."""
    at = chance.randrange(len(data))
    kind = chance.choice(("replace", "digit", "flip", "delete", "insert", "swap", "append", "cut"))
    if kind == "replace":
        return data[:at] + bytes([chance.choice(b"0A az\n\r\t\x00\xe3-=,")]) + data[at + 1 :]
    if kind == "digit":
        return data[:at] + bytes([chance.choice(b"0123456789abcdefABC")]) + data[at + 1 :]
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if kind == "delete":
        return data[:at] + data[at + 1 :]
    if kind == "insert":
        return data[:at] + bytes([chance.choice(b"0A \n\x00=")]) + data[at:]
    if kind == "swap":
        return data[:at] + data[at : at + 2][::-1] + data[at + 2 :]
    return data + b"\n" if kind == "append" else data[:-1]


ABANDONED = play()
PLACES = {
    Reached.RULES: ("params.txt",),
    Reached.FREEZE: ("params.txt", "commits.txt", "list.txt", "freeze.txt"),
}
PLACES[Reached.OPENED] = (
    *PLACES[Reached.FREEZE],
    "reveal-contractor.txt",
    "reveal-ward.txt",
    "opened.txt",
)
PLACES[Reached.DICE] = (*PLACES[Reached.OPENED], "dice-contractor.txt")


def give_up(
    reached: Reached,
    *parties: Site,
    played: Played = ABANDONED,
    reason: Reason = Reason.NO_WITNESS,
    more: dict[str, bytes] | None = None,
) -> dict[str, bytes]:
    """A draw as far as `reached`, with the word of `parties` that it cannot go on."""
    words = [
        Abandoned(played.params.draw, party, played.params.sha256, reached, reason)
        for party in parties or tuple(Site)
    ]
    files = {name: played.files[name] for name in PLACES[reached]} | (more or {})
    return files | {word.file_name: word.to_bytes() for word in words}


def other_dice(played: Played, **changed: object) -> dict[str, bytes]:
    """The ward's dice, read otherwise."""
    dice = Dice.parse(played.files["dice-ward.txt"], "dice-ward.txt")
    return {"dice-ward.txt": dataclasses.replace(dice, **changed).to_bytes()}  # type: ignore[arg-type]


BEACON = rules(beacon=("drand-quicknet", "31415926"))


def differing_dice(played: Played) -> dict[str, bytes]:
    """The ward's dice or, of a draw by a beacon, its value, as a site that read it otherwise has them."""
    beacon = played.params.beacon
    return other_dice(played, **({"beacon": (*beacon, "0" * 64)} if beacon else {"digits": "0" * 20}))


def forge(played: Played, name: str, old: str, new: str) -> dict[str, bytes]:
    """The draw with `old` in one file replaced by `new` and everything after it made to fit: only its rules are broken."""
    files = plain(played.files)
    text = files[name].decode()
    assert old in text
    _put(files, name, text.replace(old, new, 1).encode())
    seed = sha256_hex(files["seed-input.txt"])
    rooms = {course.code: course.room for course in played.params.courses}
    units = [line.split() for line in files["list.txt"].decode().splitlines()]
    lines = []
    for value, unit_id, size, codes in sorted(
        (draw_value(seed, unit[0], int(unit[2])), unit[0], int(unit[1]), unit[3]) for unit in units
    ):
        seat = next((code for code in codes.split(",") if rooms.get(code, 0) >= size), "-")
        if seat != "-":
            rooms[seat] -= size
        lines.append(f"{value} {unit_id} {size} {codes} {seat}\n")
    return files | {"result.txt": "".join(lines).encode()}


def _put(files: dict[str, bytes], name: str, data: bytes) -> None:
    """Replaces a file, and its hash wherever it stands, and so on."""
    before, after = sha256_hex(files[name]).encode(), sha256_hex(data).encode()
    files[name] = data
    for other, held in list(files.items()):
        if other != "result.txt" and before in held:
            _put(files, other, held.replace(before, after))


FORGED = play(count=40, seed=5)
_FIRST, _SECOND = FORGED.files["list.txt"].decode().splitlines(keepends=True)[:2]
_WORDS = _FIRST.split(" ")
_OUTINGS = "course=A 12\ncourse=B 9\ncourse=C 5\nreserve=A 2\nreserve=B 3\n"
_SWAPPED = str.maketrans("AB", "BA")
_WARD_OPENED = FORGED.files["opened.txt"].decode().splitlines(keepends=True)[-1]
FORGED_FREEZE = sha256_hex(FORGED.files["freeze.txt"])


def _first(**changed: str) -> str:
    """The first line of the roll with some of its words changed."""
    words = dict(zip(("id", "size", "tickets", "codes", "commitment"), _WORDS, strict=True))
    return " ".join((words | changed).values())


HARMLESS = (
    ("params.txt", "reserve=C 0\n", "reserve=C 0\nnote=x\n"),
    ("list.txt", _FIRST, _first(commitment="0" * 64 + "\n")),
    ("list.txt", _FIRST, _first(size="1", tickets="3", codes="B,A")),
    ("freeze.txt", FORGED.roll.sha256, FORGED.roll.sha256 + "\nnote=x"),
    ("opened.txt", "draw=", "draw="),
)
"""What the rules allow: proof that nothing but the rule is broken in the others."""

BROKEN = {
    "a first draw with one before it": ("params.txt", "previous=none", f"previous={'0' * 64}"),
    "outings out of order": ("params.txt", _OUTINGS, _OUTINGS.replace("A 12", "A 9").translate(_SWAPPED)),
    "an outing without its kept seats": ("params.txt", "reserve=C 0\n", ""),
    "a line nobody knows in the rules": ("params.txt", "reserve=C 0\n", "reserve=C 0\nx=1\n"),
    "more seats kept than there are": ("params.txt", "reserve=C 0", "reserve=C 6"),
    "groups of none": ("params.txt", "max_size=3", "max_size=0"),
    "a leading zero": ("params.txt", "max_tickets=3", "max_tickets=03"),
    "an empty note": ("params.txt", "reserve=C 0\n", "reserve=C 0\nnote=\n"),
    "a third seal": ("commits.txt", "reveal-ward.txt\n", f"reveal-ward.txt\n{'0' * 64}  reveal-ward.txt\n"),
    "seals parted otherwise": ("commits.txt", "  reveal-ward", " *reveal-ward"),
    "more people than the rules allow": ("list.txt", _FIRST, _first(size="4")),
    "more tickets than the rules allow": ("list.txt", _FIRST, _first(tickets="4")),
    "one number twice": ("list.txt", _FIRST, _FIRST + _first(commitment="f" * 64 + "\n")),
    "one commitment twice": ("list.txt", _FIRST, _first(commitment=_SECOND.split(" ")[-1])),
    "numbers out of order": ("list.txt", _FIRST + _SECOND, _SECOND + _FIRST),
    "an outing the rules do not know": ("list.txt", _FIRST, _first(codes="A,Z")),
    "a wish twice": ("list.txt", _FIRST, _first(codes="A,A")),
    "a sixth word": ("list.txt", _FIRST, _first(commitment="0" * 64 + " x\n")),
    "two spaces": ("list.txt", _FIRST, _first(size=" 1")),
    "a number with a letter that is none": ("list.txt", _FIRST, _first(id="000000000I")),
    "a commitment that is no hash": ("list.txt", _FIRST, _first(commitment="F" * 64 + "\n")),
    "the freeze of another draw": ("freeze.txt", "draw=hiking-2026-1", "draw=hiking-2026-2"),
    "a line nobody knows in the freeze": ("freeze.txt", "commits=", "x=1\ncommits="),
    "a line nobody knows after the freeze": ("freeze.txt", FORGED.roll.sha256, FORGED.roll.sha256 + "\nx=1"),
    "the opening of another draw": ("opened.txt", "draw=hiking-2026-1", "draw=hiking-2026-2"),
    "a freeze cut short": ("freeze.txt", f"list={FORGED.roll.sha256}\n", ""),
    "a key of another name": ("freeze.txt", "params=", "parama="),
    "a line nobody knows after the opening": ("opened.txt", _WARD_OPENED, _WARD_OPENED + "x=1\n"),
    "another secret than was revealed": ("opened.txt", _WARD_OPENED, f"ward={'0' * 64}\n"),
    "an opening of another freeze": ("opened.txt", FORGED_FREEZE, "0" * 64),
}
"""One rule of the grammar broken, and every later hash made to fit: file, what stands there, what stands instead."""
