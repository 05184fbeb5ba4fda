"""A draw from its files: whose turn it is, and the computation. Pure; the same at both sites."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from core.applicant import Application
from core.draw import ceremony, engine
from core.draw.abandoned import abandoned_name
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.signing import signature_name
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    SEED_INPUT,
    Dice,
    Opened,
    SeedInput,
    dice_name,
    reveal_name,
)
from core.draw.units import Entry
from core.errors import Refused
from core.office.ports import Tx
from core.roles import Site

SEAL = "seal-contractor.txt"
"""The contractor's seal before there is a commits.txt: one line of it. Not part of the published folder."""
OPENINGS = "openings.jsonl"


class Step(StrEnum):
    """What is due next in a draw."""

    SEAL_CONTRACTOR = "seal_contractor"
    SEAL_WARD = "seal_ward"
    FREEZE_CONTRACTOR = "freeze_contractor"
    FREEZE_WARD = "freeze_ward"
    OPEN_CONTRACTOR = "open_contractor"
    OPEN_WARD = "open_ward"
    DICE = "dice"
    DICE_CONTRACTOR = "dice_contractor"
    DICE_WARD = "dice_ward"
    DICE_DIFFER = "dice_differ"
    DRAW_CONTRACTOR = "draw_contractor"
    DRAW_WARD = "draw_ward"
    DONE = "done"
    ABANDON_CONTRACTOR = "abandon_contractor"
    ABANDON_WARD = "abandon_ward"
    ABANDONED = "abandoned"


SENTENCES = {
    Step.SEAL_CONTRACTOR: "委託先が「封印をつくる」を行います",
    Step.SEAL_WARD: "区が「封印をつくる」を行います（応募者の点検のとき）",
    Step.FREEZE_CONTRACTOR: "委託先が「名簿の確定」を行います",
    Step.FREEZE_WARD: "区が名簿を確かめ、「名簿の確定」に署名します",
    Step.OPEN_CONTRACTOR: "委託先が「開封」を行います",
    Step.OPEN_WARD: "区が開封の記録に署名します。確認番号を電話で読み合わせてください",
    Step.DICE: "公開の場でさいころを振り、両者がそれぞれ紙の記録から入力します",
    Step.DICE_CONTRACTOR: "委託先がさいころの数字を紙の記録から入力します",
    Step.DICE_WARD: "区がさいころの数字を紙の記録から入力します",
    Step.DRAW_CONTRACTOR: "委託先が抽選を計算し、結果に署名します",
    Step.DRAW_WARD: "区が自分の端末で抽選を計算し、結果に署名します",
    Step.DICE_DIFFER: "両者の数字が違います。この抽選を取りやめ、封印からやり直します",
    Step.ABANDON_CONTRACTOR: "区が取りやめを求めています。委託先が理由を確かめ、取りやめに署名します",
    Step.ABANDON_WARD: "委託先が取りやめを求めています。区が理由を確かめ、取りやめに署名します",
    Step.ABANDONED: "この抽選は両者が取りやめました",
    Step.DONE: "抽選は終わりました。公表用に書き出すと、だれでも確かめられます",
}

BY_BEACON = {
    Step.DICE: "公開乱数の値を、両者がそれぞれ調べて入力します（さいころは振りません）",
    Step.DICE_CONTRACTOR: "委託先が公開乱数の値を調べて入力します",
    Step.DICE_WARD: "区が公開乱数の値を調べて入力します",
    Step.DICE_DIFFER: "両者の公開乱数の値が違います。この抽選を取りやめ、封印からやり直します",
}
"""The same where the rules name a public beacon."""


@dataclass(frozen=True)
class Part:
    """What a site may send as its part of the ceremony: all of `needed`, nothing outside both."""

    needed: frozenset[str]
    allowed: frozenset[str] = frozenset()


def part_of(step: Step, sender: Site) -> Part | None:
    """What `sender` may send when `step` is due at the receiver; None: it is not its turn.

    Both may type their dice at once, and both may compute at once: only there does a turn belong to two.
    """
    contractor = sender is Site.CONTRACTOR

    def sig(name: str) -> str:
        return signature_name(name, sender)

    computed = frozenset({SEED_INPUT, RESULT, sig(RESULT)})
    match step:
        case Step.SEAL_CONTRACTOR if contractor:
            return Part(frozenset({PARAMS, SEAL, sig(PARAMS)}))
        case Step.SEAL_WARD if not contractor:
            return Part(frozenset({COMMITS, sig(PARAMS), sig(COMMITS)}))
        case Step.FREEZE_CONTRACTOR if contractor:
            return Part(frozenset({LIST, FREEZE, OPENINGS, sig(COMMITS), sig(FREEZE)}))
        case Step.FREEZE_WARD if not contractor:
            return Part(frozenset({sig(FREEZE)}), frozenset({reveal_name(sender)}))
        case Step.OPEN_CONTRACTOR if contractor:
            return Part(frozenset({OPENED, sig(OPENED)}), frozenset({reveal_name(sender)}))
        case Step.OPEN_WARD if not contractor:
            return Part(frozenset({sig(OPENED)}))
        case Step.DICE | Step.DICE_CONTRACTOR | Step.DICE_WARD:
            if step is not Step.DICE and (step is Step.DICE_CONTRACTOR) is not contractor:
                return None
            return Part(frozenset({dice_name(sender), sig(dice_name(sender))}), computed)
        case Step.DRAW_CONTRACTOR:
            return Part(computed)
        case Step.DRAW_WARD if not contractor:
            return Part(computed)
        case _:
            return None


RESULT_FIXED = frozenset({Step.DRAW_CONTRACTOR, Step.DRAW_WARD, Step.DONE})
"""Both dice stand and agree: what follows is computed, and nothing can be chosen any more."""


def words_against(files: Mapping[str, bytes]) -> list[Site]:
    """The sites whose word to abandon the draw counts: none once both dice stand and agree."""
    dice = _dice(files)
    if len(dice) == len(Site) and ceremony.same_chance(*dice.values()):
        return []
    return [site for site in Site if abandoned_name(site) in files]


def step_of(files: Mapping[str, bytes]) -> Step:
    """What is due next, seen from the files there are."""
    against = words_against(files)
    if len(against) == len(Site):
        return Step.ABANDONED
    if against:
        return Step.ABANDON_WARD if against[0] is Site.CONTRACTOR else Step.ABANDON_CONTRACTOR
    return going_step(files)


def going_step(files: Mapping[str, bytes]) -> Step:
    """What would be due next if nobody had asked to abandon the draw."""

    def signed(name: str, site: Site) -> bool:
        return signature_name(name, site) in files

    if PARAMS not in files:
        return Step.SEAL_CONTRACTOR
    if COMMITS not in files:
        return Step.SEAL_WARD
    if FREEZE not in files:
        return Step.FREEZE_CONTRACTOR
    if not signed(FREEZE, Site.WARD):
        return Step.FREEZE_WARD
    if OPENED not in files:
        return Step.OPEN_CONTRACTOR
    if not signed(OPENED, Site.WARD):
        return Step.OPEN_WARD
    missing = [site for site in Site if dice_name(site) not in files]
    if len(missing) == 2:
        return Step.DICE
    if missing:
        return Step.DICE_CONTRACTOR if missing[0] is Site.CONTRACTOR else Step.DICE_WARD
    if not ceremony.same_chance(*_dice(files).values()):
        return Step.DICE_DIFFER
    if not signed(RESULT, Site.CONTRACTOR):
        return Step.DRAW_CONTRACTOR
    if not signed(RESULT, Site.WARD):
        return Step.DRAW_WARD
    return Step.DONE


def entry_of(application: Application) -> Entry:
    """A confirmed application as the draw sees it."""
    applicant = application.applicant
    if applicant.birth_date is None:
        raise Refused(
            "生年月日のない応募は抽選に入れられません",
            where=f"受付番号 {application.number:04}",
            next_step="生年月日を訂正し、区の点検を受けてください",
        )
    return Entry(
        application.record,
        applicant.kana,
        applicant.birth_date,
        applicant.preferences,
        applicant.group,
        application.number,
    )


def is_withheld(tx: Tx, draw: str) -> bool:
    """Whether this site has chosen not to open its seal: its secret was lost, or may have been seen."""
    return tx.settings.get(f"withheld_{draw}") == "yes"


def compute(files: Mapping[str, bytes]) -> tuple[SeedInput, Result]:
    """The draw from its files: both dice must be there and alike. Pure; the same at both sites."""
    with _collector_at_rest():
        params = Params.parse(files[PARAMS], PARAMS)
        roll = Roll.parse(files[LIST], LIST)
        opened = Opened.parse(files[OPENED], OPENED)
        seed = ceremony.seed_input(params, opened, _dice(files))
        return seed, engine.run(params, roll, seed)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No search for garbage while millions of tuples are made that cannot form a cycle: it took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def is_public(name: str, files: Mapping[str, bytes]) -> bool:
    """Whether that file may be published as things stand.

    A reveal is secret until the opening is on record, and for ever where its site was ABSENT; the seal before
    commits.txt is no public file; a word against a draw whose dice agree has no force.
    """
    if name == SEAL:
        return False
    for site in Site:
        if name.startswith(abandoned_name(site)):
            return site in words_against(files)
        if name.startswith(reveal_name(site)):
            return OPENED in files and Opened.parse(files[OPENED], OPENED).of(site) is not None
    return True


def _dice(files: Mapping[str, bytes]) -> dict[Site, Dice]:
    return {site: _dice_of(files[dice_name(site)], site) for site in Site if dice_name(site) in files}


@lru_cache(maxsize=8)
def _dice_of(data: bytes, site: Site) -> Dice:
    """Whoever asks how far a draw is asks this."""
    return Dice.parse(data, dice_name(site))
