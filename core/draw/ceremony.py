"""From step to step: what each file of the ceremony must say, given those before it (docs/formats.md, "hkr1")."""

from __future__ import annotations

from collections.abc import Mapping

from core.canonical import sha256_hex
from core.draw.grammar import broken
from core.draw.roll import Roll, check_commitments, check_roll
from core.draw.rules import Params
from core.draw.steps import (
    NO_DICE,
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
    check_commitments(roll)
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


def check_dice(params: Params, opened: Opened, dice: Dice) -> None:
    """That one site's dice are of this opening; where the rules name a beacon, with its value in place of dice.

    Raises `IntegrityFailure`.
    """
    if (dice.draw, dice.opened) != (opened.draw, opened.sha256):
        raise broken("この開封のあとに振られたさいころではありません", dice.file_name)
    if (dice.beacon[:2] if dice.beacon else None) != params.beacon:
        raise broken(
            "規則にある公開乱数の値がありません" if params.beacon else "この抽選では公開乱数を使いません",
            dice.file_name,
        )
    if params.beacon and dice.digits != NO_DICE:
        raise broken("公開乱数を使う抽選では、さいころは振りません（数字は0が20個です）", dice.file_name)


def seed_input(params: Params, opened: Opened, dice: Mapping[Site, Dice]) -> SeedInput:
    """All chance in one file. Both sites' dice must be there and alike, the beacon's value among them.

    Raises `Refused` when dice are missing or differ, and `IntegrityFailure` when a dice file belongs to another
    opening or has a beacon that the rules do not name.
    """
    for party in Site:
        if party not in dice:
            raise Refused(
                f"{SITE_WORDS[party]}のさいころの数字がまだありません",
                where=dice_name(party),
                next_step="両者の入力がそろうまで計算は始まりません",
            )
        if dice[party].party is not party:
            raise broken("さいころの記録の組織名が合いません", dice_name(party))
        check_dice(params, opened, dice[party])
    first, second = (dice[party] for party in Site)
    if not same_chance(first, second):
        raise Refused(
            "両者が入力したさいころの数字または公開乱数の値が違います",
            where=f"{first.file_name}、{second.file_name}",
            next_step="この抽選は先へ進めません。両者で取りやめ、次の抽選をはじめてください",
        )
    return SeedInput(opened.draw, opened.sha256, first.digits, first.beacon)


def same_chance(first: Dice, second: Dice) -> bool:
    """Whether both sites read the same digits and the same beacon."""
    return (first.digits, first.beacon) == (second.digits, second.beacon)
