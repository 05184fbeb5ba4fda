"""Taking in the other site's part of a draw: every file checked against the others before any is stored."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.canonical import sha256_hex
from core.draw import ceremony
from core.draw.result import RESULT
from core.draw.roll import LIST, Roll, check_roll
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
from core.office.desk import Desk, programme_of
from core.office.drawing import OPENINGS, SEAL, SENDS, compute, current_draw, params_of
from core.office.exchange import Opened as Bundle
from core.office.exchange import from_jsonl
from core.office.keyring import need_partner
from core.office.ports import DrawUnit, Tx
from core.roles import Site


def take_draw(desk: Desk, tx: Tx, bundle: Bundle, name: str) -> None:
    """Check and store what the other site sent of the draw. Raises `IntegrityFailure`, storing nothing."""
    sender = desk.actor.site.other
    public = Ed25519PublicKey.from_public_bytes(need_partner(tx).signing.raw)
    entries = {
        k: v for k, v in bundle.entries.items() if k in SENDS[sender] or k.endswith((".sig", ".jsonl"))
    }
    draw = bundle.entries.get("draw.txt", b"").decode("ascii", "replace").strip()
    expected = current_draw(tx) or params_of(programme_of(tx), 1, None).draw
    if draw != expected:
        raise IntegrityFailure("別の抽選の記録が届きました", where=name)
    files = {**tx.draws.files(draw)} if current_draw(tx) else {}
    for entry, data in entries.items():
        if entry.endswith(".jsonl"):
            continue
        if entry in files and files[entry] != data:
            raise IntegrityFailure(f"すでにある記録と内容の違う {entry} が届きました", where=name)
        files[entry] = data
    for entry in entries:
        if entry.endswith(".sig"):
            signed = entry.removesuffix(f".{sender}.sig")
            if (
                signed == entry
                or signed not in files
                or not is_signed(public, signed, files[signed], files[entry])
            ):
                raise IntegrityFailure("抽選の記録の署名が合いません", where=f"{name} {entry}")
        elif entry in SIGNED_BY and sender in SIGNED_BY[entry] and signature_name(entry, sender) not in files:
            raise IntegrityFailure("抽選の記録に署名がありません", where=f"{name} {entry}")
    _check(tx, files, name)
    for entry, data in entries.items():
        if not entry.endswith(".jsonl"):
            tx.draws.put_file(draw, entry, data, desk.now())
    if OPENINGS in bundle.entries:
        tx.draws.put_units(
            [_from_opening_row(draw, row) for row in from_jsonl(bundle.entries[OPENINGS], OPENINGS)]
        )


def _check(tx: Tx, files: Mapping[str, bytes], name: str) -> None:
    """Everything that must hold between the files, as far as they go."""
    params = Params.parse(files[PARAMS], PARAMS) if PARAMS in files else None
    if params is None or params != params_of(programme_of(tx), params.number, params.previous):
        raise IntegrityFailure("抽選の規則が、こちらの事業の設定と違います", where=f"{name} {PARAMS}")
    commits = Commits.parse(files[COMMITS], COMMITS) if COMMITS in files else None
    if commits and f"{commits.contractor}  {reveal_name(Site.CONTRACTOR)}\n".encode() != files.get(SEAL):
        raise IntegrityFailure("封印の一覧に、委託先の封印が正しく入っていません", where=f"{name} {COMMITS}")
    if FREEZE in files and commits:
        roll = Roll.parse(files[LIST], LIST)
        check_roll(params, roll)
        if Freeze.parse(files[FREEZE], FREEZE) != ceremony.freeze(params, commits, roll):
            raise IntegrityFailure("名簿の確定が、規則・封印・名簿と合いません", where=f"{name} {FREEZE}")
    if OPENED in files and commits:
        opened = Opened.parse(files[OPENED], OPENED)
        frozen = Freeze.parse(files[FREEZE], FREEZE)
        if opened != ceremony.open_seals(frozen, commits, {s: files.get(reveal_name(s)) for s in Site}):
            raise IntegrityFailure("開封の記録が、封印と合いません", where=f"{name} {OPENED}")
    for site in Site:
        if dice_name(site) in files and Dice.parse(
            files[dice_name(site)], dice_name(site)
        ).opened != sha256_hex(files[OPENED]):
            raise IntegrityFailure(
                "さいころの記録が、この開封のものではありません", where=f"{name} {dice_name(site)}"
            )
    if RESULT in files:
        seed, result = compute(files)
        if files[RESULT] != result.to_bytes() or files.get(SEED_INPUT) != seed.to_bytes():
            raise IntegrityFailure(
                "届いた抽選結果が、こちらで計算した結果と違います。受け入れていません",
                where=f"{name} {RESULT}",
                next_step="相手に連絡し、両者の記録を見比べてください",
            )


def _from_opening_row(draw: str, row: Mapping[str, object]) -> DrawUnit:
    members = row.get("members")
    try:
        assert isinstance(members, list)
        return DrawUnit(
            draw,
            str(row["id"]),
            tuple(str(m["record"]) for m in members),
            tuple(bytes.fromhex(m["salt"]).hex() for m in members),
        )
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise IntegrityFailure("抽選名簿の開示が読めません", where=OPENINGS) from error
