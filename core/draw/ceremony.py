"""From step to step: what each file of the ceremony must say, given those before it (docs/formats.md, "hkr1")."""

from __future__ import annotations

from collections.abc import Mapping

from core.canonical import sha256_hex
from core.draw.grammar import broken
from core.draw.roll import Roll, check_roll
from core.draw.rules import Params
from core.draw.steps import (
    Commits,
    Dice,
    Freeze,
    Opened,
    Reveal,
    SeedInput,
    dice_name,
    reveal_name,
)
from core.errors import IntegrityFailure, Refused
from core.roles import SITE_WORDS, Site


def freeze(params: Params, commits: Commits, roll: Roll) -> Freeze:
    """The freeze over rules, seals and roll. Raises `IntegrityFailure` when the roll does not fit the rules."""
    check_roll(params, roll)
    return Freeze(params.draw, params.sha256, commits.sha256, roll.sha256)


def read_reveal(draw: str, commits: Commits, party: Site, data: bytes | None) -> Reveal | None:
    """The reveal of `party` if it counts: there, under its seal, well formed, of this draw. None: ABSENT."""
    if data is None or sha256_hex(data) != commits.of(party):
        return None
    try:
        reveal = Reveal.parse(data, reveal_name(party))
    except IntegrityFailure:
        return None  # an ill-formed reveal under a valid seal is the rule's third way of being ABSENT
    return reveal if reveal.draw == draw else None


def open_seals(frozen: Freeze, commits: Commits, reveals: Mapping[Site, bytes | None]) -> Opened:
    """What was revealed by now. A reveal that is missing, mismatched or ill-formed makes its site ABSENT."""
    if commits.sha256 != frozen.commits:
        raise broken("確定した封印と違います", commits.file_name)
    found = {party: read_reveal(frozen.draw, commits, party, reveals.get(party)) for party in Site}
    secrets = {party.value: reveal.secret if reveal else None for party, reveal in found.items()}
    return Opened(frozen.draw, frozen.sha256, secrets["contractor"], secrets["ward"])


def seed_input(
    params: Params, opened: Opened, dice: Mapping[Site, Dice], beacon_value: str | None = None
) -> SeedInput:
    """All chance in one file. Both sites' dice must be there and alike, and the beacon when the rules name one.

    Raises `Refused` when dice are missing or differ, or the beacon's value is missing or unasked for, and
    `IntegrityFailure` when a dice file belongs to another opening.
    """
    for party in Site:
        if party not in dice:
            raise Refused(
                f"{SITE_WORDS[party]}のさいころの数字がまだありません",
                where=dice_name(party),
                next_step="両者の入力がそろうまで計算は始まりません",
            )
        if dice[party].party is not party or (dice[party].draw, dice[party].opened) != (
            opened.draw,
            opened.sha256,
        ):
            raise broken("この開封のあとに振られたさいころではありません", dice_name(party))
    digits = {dice[party].digits for party in Site}
    if len(digits) != 1:
        raise Refused(
            "両者が入力したさいころの数字が違います",
            where=f"{dice_name(Site.CONTRACTOR)}、{dice_name(Site.WARD)}",
            next_step="紙の記録を両者で読み直してください。振り直しはできません",
        )
    if (params.beacon is None) != (beacon_value is None):
        raise Refused(
            "公開乱数の値がありません" if params.beacon else "この抽選では公開乱数を使いません",
            where="params.txt",
        )
    beacon = (*params.beacon, beacon_value) if params.beacon and beacon_value else None
    return SeedInput(opened.draw, opened.sha256, digits.pop(), beacon)
