"""Taking in the other site's part of a draw: every file checked against the others before any is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.draw import ceremony
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
from core.exchange.strict import ID10, Fields, bad
from core.office.desk import Desk, programme_of
from core.office.drawing import (
    OPENINGS,
    SEAL,
    SENTENCES,
    Step,
    compute,
    current_draw,
    params_of,
    part_of,
    step_of,
)
from core.office.envelope import HANDOVER
from core.office.envelope import Opened as Bundle
from core.office.history import LEDGER, ROSTERS
from core.office.keyring import need_partner
from core.office.lines import from_jsonl
from core.office.ports import DrawUnit, Tx
from core.roles import Site

MOST_MEMBERS = 1000
"""Of one unit, as it is read; the rules of the draw say how many there may be."""


def take_draw(desk: Desk, tx: Tx, bundle: Bundle, name: str) -> None:
    """Check and store what the other site sent of the draw. Raises `IntegrityFailure`, storing nothing.

    Only the sender's own part of the step that is due is taken, whole: the order of the five steps is the security.
    """
    sender = desk.actor.site.other
    draw = bundle.entries.get("draw.txt", b"").decode("ascii", "replace").removesuffix("\n")
    expected = current_draw(tx) or params_of(programme_of(tx), 1, None).draw
    if draw != expected:
        raise IntegrityFailure("別の抽選の記録が届きました", where=name)
    files = tx.draws.files(draw)
    sent = {k: v for k, v in bundle.entries.items() if k not in _COVER}
    _in_turn(step_of(files), sender, sent, name)
    openings = sent.pop(OPENINGS, None)
    for entry, data in sent.items():
        if files.get(entry, data) != data:
            raise IntegrityFailure(f"すでにある記録と内容の違う {entry} が届きました", where=name)
    files |= sent
    public = Ed25519PublicKey.from_public_bytes(need_partner(tx).signing.raw)
    for entry in sent:
        signed = entry.removesuffix(f".{sender}.sig")
        if signed != entry and not (
            signed in files and is_signed(public, signed, files[signed], files[entry])
        ):
            raise IntegrityFailure("抽選の記録の署名が合いません", where=f"{name} {entry}")
        if sender in SIGNED_BY.get(entry, ()) and signature_name(entry, sender) not in files:
            raise IntegrityFailure("抽選の記録に署名がありません", where=f"{name} {entry}")
    _check(tx, draw, files, name)
    for entry, data in sent.items():
        tx.draws.put_file(draw, entry, data, desk.now())
    if openings is not None:
        tx.draws.put_units([_from_opening_row(draw, row) for row in from_jsonl(openings, OPENINGS)])


_COVER = frozenset({"draw.txt", LEDGER, ROSTERS, HANDOVER})
"""Entries of a `draw` bundle that are no part of the draw."""


def _in_turn(step: Step, sender: Site, sent: Mapping[str, bytes], name: str) -> None:
    part = part_of(step, sender)
    if part is None:
        raise IntegrityFailure(
            f"相手の番ではない抽選の記録が届きました。{SENTENCES[step]}",
            where=name,
            next_step="取り込んでいません。相手に連絡し、両者の記録を見比べてください",
        )
    if not part.needed <= sent.keys() <= part.needed | part.allowed:
        raise IntegrityFailure("抽選のこの手順の記録が足りないか、余分なものがあります", where=name)


_SEAL = re.compile(rb"[0-9a-f]{64}  reveal-contractor[.]txt\n")


def _check(tx: Tx, draw: str, files: Mapping[str, bytes], name: str) -> None:
    """Everything that must hold between the files, as far as they go (they came in order)."""
    params = Params.parse(files[PARAMS], PARAMS)
    if params.draw != draw or params != params_of(programme_of(tx), params.number, params.previous):
        raise IntegrityFailure("抽選の規則が、こちらの事業の設定と違います", where=f"{name} {PARAMS}")
    if not _SEAL.fullmatch(files[SEAL]):
        raise IntegrityFailure("委託先の封印の形が正しくありません", where=f"{name} {SEAL}")
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
    if opened != ceremony.open_seals(frozen, commits, {s: files.get(reveal_name(s)) for s in Site}):
        raise IntegrityFailure("開封の記録が、封印と合いません", where=f"{name} {OPENED}")
    for site in Site:
        if dice_name(site) not in files:
            continue
        dice = Dice.parse(files[dice_name(site)], dice_name(site))
        if (dice.draw, dice.opened, dice.party) != (draw, opened.sha256, site):
            raise IntegrityFailure(
                "さいころの記録が、この開封のものではありません", where=f"{name} {dice_name(site)}"
            )
    if RESULT in files or SEED_INPUT in files:
        seed, result = compute(files)
        if files.get(RESULT) != result.to_bytes() or files.get(SEED_INPUT) != seed.to_bytes():
            raise IntegrityFailure(
                "届いた抽選結果が、こちらで計算した結果と違います。受け入れていません",
                where=f"{name} {RESULT}",
                next_step="相手に連絡し、両者の記録を見比べてください",
            )


_SALT = re.compile("[0-9a-f]{64}")


def _from_opening_row(draw: str, row: Mapping[str, Any]) -> DrawUnit:
    fields = Fields(row, OPENINGS).exactly(("id", "members"))
    members = [one.exactly(("record", "salt")) for one in fields.objects("members", MOST_MEMBERS)]
    if not members:
        raise bad("抽選名簿の開示に、だれも入っていない番号があります", OPENINGS)
    return DrawUnit(
        draw,
        fields.text("id", ID10),
        tuple(one.text("record", ID10) for one in members),
        tuple(one.text("salt", _SALT) for one in members),
    )
