"""Taking in the other site's part of a draw: every file checked against the others before any is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from core.draw import ceremony
from core.draw.abandoned import REACHED_FILES, Abandoned, abandoned_name
from core.draw.beacons import is_round
from core.draw.result import RESULT
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.signing import SIGNED_BY, is_signed, signature_name
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    SEED_INPUT,
    Commits,
    Dice,
    Freeze,
    Opened,
    dice_name,
    reveal_name,
)
from core.errors import IntegrityFailure
from core.exchange.names import bundle_name
from core.office.desk import Desk, programme_of
from core.office.draw_keys import draw_public
from core.office.drawing import (
    OPENINGS,
    SEAL,
    SENTENCES,
    Step,
    compute,
    going_step,
    is_withheld,
    part_of,
    words_against,
)
from core.office.envelope import HANDOVER
from core.office.envelope import Opened as Bundle
from core.office.history import LEDGER, ROSTERS
from core.office.openings import read_openings
from core.office.plans import Plan, next_plan, params_of, plan_now
from core.office.ports import Tx
from core.office.steps_again import need_same_dice
from core.roles import Site


def take_draw(desk: Desk, tx: Tx, bundle: Bundle, name: str) -> None:
    """Check and store what the other site sent of the draw. Raises `IntegrityFailure`, storing nothing.

    Only the sender's own part of the step that is due is taken, whole: the order of the five steps is the security.
    """
    sender = desk.actor.site.other
    draw = bundle.entries.get("draw.txt", b"").decode("ascii", "replace").removesuffix("\n")
    plan, files = plan_now(tx)
    if draw != plan.draw:
        following = next_plan(tx) if sender is Site.CONTRACTOR else None
        if following is None or draw != following.draw:
            raise IntegrityFailure("別の抽選の記録が届きました", where=name)
        plan, files = following, {}
    sent = {k: v for k, v in bundle.entries.items() if k not in COVER}
    if abandoned_name(sender) in sent:
        _may_abandon(files, sender, sent, name)
    else:
        _in_turn(files, sender, sent, name)
    openings = sent.pop(OPENINGS, None)
    for entry, data in sent.items():
        if files.get(entry, data) != data:
            raise IntegrityFailure(f"すでにある記録と内容の違う {entry} が届きました", where=name)
    need_same_dice(tx, draw, sender, sent, name)
    files = {**files, **sent}
    came = bundle_name(name)
    public = draw_public(tx, sender, draw, epoch=came.epoch if came else 0)
    for entry in sent:
        signed = entry.removesuffix(f".{sender}.sig")
        if signed != entry and not (
            signed in files and is_signed(public, signed, files[signed], files[entry])
        ):
            raise IntegrityFailure("抽選の記録の署名が合いません", where=f"{name} {entry}")
        if sender in SIGNED_BY.get(entry, ()) and signature_name(entry, sender) not in files:
            raise IntegrityFailure("抽選の記録に署名がありません", where=f"{name} {entry}")
    _check(tx, plan, files, name, withheld=is_withheld(tx, draw) and desk.actor.site)
    for entry, data in sent.items():
        tx.draws.put_file(draw, entry, data, desk.now())
    if openings is not None:
        tx.draws.put_units(read_openings(draw, openings))


COVER = frozenset({"draw.txt", LEDGER, ROSTERS, HANDOVER})
"""Entries of a `draw` bundle that are no part of the draw."""


def _may_abandon(files: Mapping[str, bytes], sender: Site, sent: Mapping[str, bytes], name: str) -> None:
    """A word against the draw is no turn: it may cross what was already on its way, and comes once, alone."""
    word = abandoned_name(sender)
    if sent.keys() != {word, signature_name(word, sender)} or PARAMS not in files or word in files:
        raise IntegrityFailure("抽選の取りやめの記録の形が正しくありません", where=name)
    if going_step(files) is Step.DONE:
        raise IntegrityFailure("終わった抽選を取りやめる記録が届きました。取り込んでいません", where=name)


def _in_turn(files: Mapping[str, bytes], sender: Site, sent: Mapping[str, bytes], name: str) -> None:
    step = going_step(files)  # this site's own word against the draw may have crossed the part
    part = None if sender in words_against(files) else part_of(step, sender)
    if part is None:
        raise IntegrityFailure(
            f"相手の番ではない抽選の記録が届きました。{SENTENCES[step]}",
            where=name,
            next_step="取り込んでいません。相手に連絡し、両者の記録を見比べてください",
        )
    if not part.needed <= sent.keys() <= part.needed | part.allowed:
        raise IntegrityFailure("抽選のこの手順の記録が足りないか、余分なものがあります", where=name)


_SEAL = re.compile(rb"[0-9a-f]{64}  reveal-contractor[.]txt\n")


def _check(
    tx: Tx, plan: Plan, files: Mapping[str, bytes], name: str, *, withheld: Site | Literal[False]
) -> None:
    """Everything that must hold between the files, as far as they go (they came in order).

    `withheld`: this site, when it has chosen not to open its seal.
    """
    params = Params.parse(files[PARAMS], PARAMS)
    if params != params_of(programme_of(tx), plan, params.beacon) or (
        params.beacon and not is_round(*params.beacon)
    ):
        raise IntegrityFailure("抽選の規則が、こちらの事業の設定と違います", where=f"{name} {PARAMS}")
    if not _SEAL.fullmatch(files[SEAL]):
        raise IntegrityFailure("委託先の封印の形が正しくありません", where=f"{name} {SEAL}")
    _check_words(params, files, name)
    if COMMITS not in files:
        return
    commits = Commits.parse(files[COMMITS], COMMITS)
    if f"{commits.contractor}  {reveal_name(Site.CONTRACTOR)}\n".encode() != files[SEAL]:
        raise IntegrityFailure("封印の一覧に、委託先の封印が正しく入っていません", where=f"{name} {COMMITS}")
    if FREEZE not in files:
        return
    roll = Roll.parse(files[LIST], LIST)
    frozen = Freeze.parse(files[FREEZE], FREEZE)
    if frozen != ceremony.freeze(params, commits, roll):
        raise IntegrityFailure("名簿の確定が、規則・封印・名簿と合いません", where=f"{name} {FREEZE}")
    if OPENED not in files:
        return
    opened = Opened.parse(files[OPENED], OPENED)
    shown = {s: files.get(reveal_name(s)) for s in Site if s is not withheld}
    if opened != ceremony.open_seals(frozen, commits, shown):
        raise IntegrityFailure("開封の記録が、封印と合いません", where=f"{name} {OPENED}")
    for site in Site:
        if dice_name(site) not in files:
            continue
        dice = Dice.parse(files[dice_name(site)], dice_name(site))
        ceremony.check_dice(params, opened, dice)
    if RESULT in files or SEED_INPUT in files:
        seed, result = compute(files)
        if files.get(RESULT) != result.to_bytes() or files.get(SEED_INPUT) != seed.to_bytes():
            raise IntegrityFailure(
                "届いた抽選結果が、こちらで計算した結果と違います。受け入れていません",
                where=f"{name} {RESULT}",
                next_step="相手に連絡し、両者の記録を見比べてください",
            )


def _check_words(params: Params, files: Mapping[str, bytes], name: str) -> None:
    for site in Site:
        if abandoned_name(site) not in files:
            continue
        word = Abandoned.parse(files[abandoned_name(site)], abandoned_name(site))
        if (word.draw, word.params) != (params.draw, params.sha256) or not (
            REACHED_FILES[word.reached] & files.keys()
        ):
            raise IntegrityFailure(
                "抽選の取りやめの記録が、この抽選と合いません", where=f"{name} {word.file_name}"
            )
