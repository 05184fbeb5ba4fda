"""An office that has gone bad, for the tests: what its changed program computes and sends of the draw."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.draw import engine
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.steps import (
    OPENED,
    SEED_INPUT,
    Dice,
    Reveal,
    SeedInput,
    dice_name,
)
from core.roles import Site

DRAW = "hiking-2026-1"
PAPER = "08365512907744019283"
"""The twenty digits that fell, as they stand on the paper sheet."""
FROZEN, OPENING_SIGNED = 2, 4
"""How many parts of `bench.ceremony()` have been played by then."""


def play(bench: Any, parts: int, people: tuple[str, ...] = ()) -> None:
    bench.confirmed(*people)
    for _, act in bench.ceremony()[:parts]:
        act()
        bench.sync()


def files_at(bureau: Any) -> dict[str, bytes]:
    with bureau.store.read() as tx:
        return dict(tx.draws.files(DRAW))


def sends(
    bench: Any, sender: Any, files: dict[str, bytes], *signed: str, draw: str = DRAW
) -> Callable[[], Any]:
    """What takes in, at the other site, these files of the draw, `signed` of them with the sender's true key."""
    sent = bench.signed(sender, files, *signed)
    take: Callable[[], Any] = bench.forge(
        sender, "draw", {"draw.txt": f"{draw}\n".encode(), **sent}, {"files": len(sent)}
    )
    return take


def drawn_with(files: dict[str, bytes], digits: str) -> tuple[dict[str, bytes], Result]:
    """The contractor's dice file, seed and result, had these digits fallen."""
    opened = sha256_hex(files[OPENED])
    seed = SeedInput(DRAW, opened, digits, None)
    result = engine.run(Params.parse(files[PARAMS], PARAMS), Roll.parse(files[LIST], LIST), seed)
    dice = Dice(DRAW, opened, Site.CONTRACTOR, digits)
    made = {dice.file_name: dice.to_bytes(), SEED_INPUT: seed.to_bytes(), RESULT: result.to_bytes()}
    return made, result


def ground(files: dict[str, bytes], friend: str) -> str:
    """The first digits that draw the friend first of all: four people, so a handful of tries."""
    for count in itertools.count():
        digits = f"{count:020}"
        if drawn_with(files, digits)[1].lines[0].id == friend:
            return digits
    raise AssertionError


def friend_in(files: dict[str, bytes]) -> str:
    """Whoever has no seat by the true dice."""
    return next(line.id for line in drawn_with(files, PAPER)[1].lines if line.course is None)


MINE = dice_name(Site.CONTRACTOR)
OUT_OF_TURN = ("相手の番ではない抽選の記録", "記録が足りないか、余分なものがあります")


def out_of_turn(raised: Any) -> bool:
    """Whether it was refused because this is not what this site may send now."""
    return any(words in raised.value.what for words in OUT_OF_TURN)


def another_secret(bench: Any) -> Reveal:
    return Reveal(DRAW, Site.CONTRACTOR, bench.contractor.entropy(32).hex())


class Stop(Exception):
    """The transaction is not to be finished."""


def prepared(bench: Any, act: Callable[[], object]) -> dict[str, bytes]:
    """What the contractor would send of the draw by `act`; nothing is sent, and its vault forgets it again."""
    sent: dict[str, bytes] = {}

    def keep(entries: dict[str, bytes]) -> dict[str, bytes]:
        cover = ("draw.txt", "ledger.hkl", "rosters.jsonl", "handover.txt")
        sent.update({name: data for name, data in entries.items() if name not in cover})
        raise Stop

    bench.contractor.sealer.bend = keep
    with pytest.raises(Stop):
        act()
    bench.contractor.sealer.bend = None
    return sent
