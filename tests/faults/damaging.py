"""Every file of a vault damaged: a bit flipped, cut short, gone. `ikiiki doctor` names the file and what to do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.acting import Machine, Result, Sites

FLIPPED, CUT, EMPTIED, GONE = "one bit flipped", "cut short", "emptied", "removed"
DAMAGES = (FLIPPED, CUT, EMPTIED, GONE)
UNNOTICED: dict[tuple[str, str], str] = {
    (
        "knocks.jsonl",
        EMPTIED,
    ): "whoever can write the folder can remove failed logins (docs/vault.md): they prove nothing",
    ("knocks.jsonl", GONE): "the same",
    ("knocks.jsonl", FLIPPED): "the same, where a letter becomes another; a broken line is named",
    (
        "courier/journal.jsonl",
        FLIPPED,
    ): "bears no signature: a moment may change, a hash that did meets the bundle at the next round",
    ("courier/state.json", FLIPPED): "bears no signature, and is written anew by the next round",
    ("state", FLIPPED): "a count made smaller guards less; a larger one is named",
    (
        "courier/journal.jsonl",
        GONE,
    ): "written anew: each bundle is established once more, which changes nothing",
    ("courier/journal.jsonl", EMPTIED): "the same",
    ("courier/state.json", GONE): "says how the last round went, and is written by the next",
    ("courier/box-log.jsonl", GONE): "read again from Box as far back as that keeps it",
    ("courier/box-watch.json", GONE): "the log is read again from its beginning",
    ("outbox/*.zip", GONE): "laid out again from the vault at the next login",
    ("outbox/*.manifest", GONE): "the same",
    ("outbox/*.receipt", GONE): "a receipt that was taken in stands in the vault",
    ("courier/answers/*.receipt", GONE): "signed anew",
    ("inbox/*.manifest", GONE): "a bundle without its manifest does not exist yet: its zip is named instead",
    (
        "state",
        GONE,
    ): "another machine knows nothing of a vault either: the other site's checkpoints stand guard (docs/vault.md)",
}
"""What nobody need notice, and why."""
_NOTHING_IN_THEM = {"lock", "gate", "knocks.lock"}


@dataclass(frozen=True)
class Damage:
    """What is done to a file; `bit` counts from the file's first, for a flip."""

    kind: str
    bit: int = 0

    def do(self, path: Path) -> None:
        data = path.read_bytes()
        if self.kind == GONE:
            path.unlink()
        elif self.kind == EMPTIED:
            path.write_bytes(b"")
        elif self.kind == CUT:
            path.write_bytes(data[: len(data) * 2 // 3])
        else:
            changed = bytearray(data)
            changed[self.bit // 8] ^= 1 << self.bit % 8
            path.write_bytes(changed)


def files_of(machine: Machine) -> list[Path]:
    """All that hold anything, below the vault's folder, and the mark outside it."""
    inside = [path for path in sorted(machine.folder.rglob("*")) if path.is_file()]
    marks = sorted((machine.base / "state" / "ikiiki").glob("*.json"))
    with machine.vault() as vault:
        mine = [path for path in marks if path.stem == vault.vault_id]
    return [path for path in [*inside, *mine] if path.name not in _NOTHING_IN_THEM and path.stat().st_size]


def kind_of(machine: Machine, path: Path) -> str:
    """The name under which a file's kind is spoken of: names with numbers are one kind."""
    if not path.is_relative_to(machine.folder):
        return "state"
    place = path.relative_to(machine.folder)
    numbered = place.parts[0] in {"outbox", "inbox"} or "answers" in place.parts
    return f"{place.parent}/*{path.suffix}" if numbered else str(place)


def damages(path: Path, chance: random.Random, flips: int) -> Iterator[Damage]:
    """Cut, emptied and removed once each, and so many flips."""
    yield from (Damage(kind) for kind in (CUT, EMPTIED, GONE))
    bits = path.stat().st_size * 8
    yield from (Damage(FLIPPED, chance.randrange(bits)) for _ in range(flips))


def looked_at(machine: Machine) -> tuple[Result, Result]:
    """`ikiiki doctor` without anybody and with the person who keeps the vault, as they would call it."""
    return machine.run("doctor", alone=True), machine.run("doctor")


def findings(result: Result) -> list[dict[str, str]]:
    """What a doctor did not pass."""
    assert "Traceback" not in result.err and "予期しない" not in result.err, result.err
    return [check for check in result.json["checks"] if check["verdict"] == "failed"]


def named(results: tuple[Result, ...], path: Path) -> bool:
    """Whether some finding is about `path`, or what it belongs to, and says what to do."""
    word = path.name.split(".")[0]
    return any(
        (path.name in one["said"] or word in one["said"]) and one["next_step"]
        for result in results
        for one in findings(result)
    )


def laden(sites: Sites) -> Sites:
    """Bundles and receipts lie in every box: two waiting at the ward, one not yet sent, and somebody who mistyped."""
    sites.contractor.do("intake", "send")
    sites.contractor.do("sync")
    sites.ward.do("sync", alone=True)
    sites.contractor.do("sync", alone=True)
    sites.contractor.do("intake", "edit", 1, "--set", "phone=03-5273-4321")
    sites.contractor.do("intake", "send")
    for machine in sites.both:
        Machine(machine.base, machine.site, password="a wrong path entirely").run("status")
    return sites


__all__ = [
    "DAMAGES",
    "UNNOTICED",
    "Damage",
    "damages",
    "files_of",
    "findings",
    "kind_of",
    "laden",
    "looked_at",
    "named",
]
