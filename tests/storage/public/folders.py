"""Folders to check, and verify.sh run over them: whole draws, abandoned ones, and such as somebody has changed."""

import dataclasses
import random
import shutil
import subprocess
from pathlib import Path

from core.draw.abandoned import Abandoned, Reached, Reason
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
