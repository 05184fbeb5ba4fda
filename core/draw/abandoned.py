"""abandoned-<party>.txt: one site's signed word that a draw cannot go on (docs/formats.md, "abandoned")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.draw.files import DrawFile, text
from core.draw.grammar import DRAW, HASH, Reader
from core.draw.rules import PARAMS
from core.draw.steps import FREEZE, OPENED, dice_name
from core.roles import Site


class Reason(StrEnum):
    """Why a draw is abandoned: closed words, so that nobody can write a person into it."""

    RULES_CHANGED = "rules-changed"
    ROLL_WRONG = "roll-wrong"
    NOT_OPENED = "not-opened"
    DICE_DIFFER = "dice-differ"
    NO_WITNESS = "no-witness"


REASON_WORDS: dict[Reason, str] = {
    Reason.RULES_CHANGED: "事業の決まり（定員など）が変わった",
    Reason.ROLL_WRONG: "抽選名簿に誤りがあった",
    Reason.NOT_OPENED: "封印が開けられなかった",
    Reason.DICE_DIFFER: "両者の記録したさいころの数字が違った",
    Reason.NO_WITNESS: "公開の場で正しく行えなかった",
}


class Reached(StrEnum):
    """The last step of which a site holds a file."""

    RULES = "rules"
    FREEZE = "freeze"
    OPENED = "opened"
    DICE = "dice"


REACHED_FILES: dict[Reached, frozenset[str]] = {
    Reached.RULES: frozenset({PARAMS}),
    Reached.FREEZE: frozenset({FREEZE}),
    Reached.OPENED: frozenset({OPENED}),
    Reached.DICE: frozenset(dice_name(party) for party in Site),
}
"""Of each step, the files of which at least one must be there."""


def abandoned_name(party: Site) -> str:
    """The name of the file in which one site abandons the draw."""
    return f"abandoned-{party}.txt"


def reached_by(files: Mapping[str, bytes]) -> Reached:
    """How far a draw has come, seen from the files one holds."""
    return [reached for reached, names in REACHED_FILES.items() if names & files.keys()][-1]


@dataclass(frozen=True)
class Abandoned(DrawFile):
    """One site's word. With the first of the two the draw stands still, with both it is over."""

    draw: str
    party: Site
    params: str
    """SHA-256 of params.txt: this draw and no other."""
    reached: Reached
    reason: Reason

    @property
    def file_name(self) -> str:
        return abandoned_name(self.party)

    def to_bytes(self) -> bytes:
        return text(
            "hkr1 abandoned",
            f"draw={self.draw}",
            f"party={self.party}",
            f"params={self.params}",
            f"reached={self.reached}",
            f"reason={self.reason}",
        )

    @classmethod
    def _read(cls, reader: Reader) -> dict[str, Any]:
        reader.title("hkr1 abandoned")
        made = {
            "draw": reader.key("draw", DRAW),
            "party": Site(reader.key("party", "contractor|ward")),
            "params": reader.key("params", HASH),
            "reached": Reached(reader.key("reached", "|".join(Reached))),
            "reason": Reason(reader.key("reason", "|".join(Reason))),
        }
        reader.end()
        return made
