"""A step of the draw whose bundle was refused goes again as it was: the same files, signed then, and nothing decided anew.

The sender takes them from where its vault has them, written once. The receiver remembers which dice the sender had signed in a bundle
it set aside, and takes in no others once it has said its own: having seen those, nobody says theirs a second time. Every other step is answered only once
it is taken in, so one that nobody has any more, after a restore, may be done anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from core.canonical import sha256_hex
from core.draw.abandoned import abandoned_name
from core.draw.grammar import DRAW_RE
from core.draw.roll import LIST, Roll
from core.draw.signing import is_signed, signature_name
from core.draw.steps import dice_name, reveal_name
from core.errors import IntegrityFailure
from core.exchange.names import BundleName, bundle_name
from core.ledger.codes import Act, Content
from core.ledger.line import LedgerLine
from core.office.acts import lines_of
from core.office.draw_keys import draw_public
from core.office.drawing import OPENINGS, Step, is_withheld, part_of
from core.office.envelope import UNTAKEN, Opened
from core.office.exchange import Exchange
from core.office.openings import write_openings
from core.office.ports import BundleRow, Tx
from core.roles import Site

_SIGNED = "steps_set_aside"
"""Setting: by draw, the SHA-256 of the dice the partner had signed in a bundle that was set aside here."""
_STEP: dict[Act, dict[Site, Step]] = {
    Act.SEAL: {Site.CONTRACTOR: Step.SEAL_CONTRACTOR, Site.WARD: Step.SEAL_WARD},
    Act.FREEZE: {Site.CONTRACTOR: Step.FREEZE_CONTRACTOR, Site.WARD: Step.FREEZE_WARD},
    Act.OPEN: {Site.CONTRACTOR: Step.OPEN_CONTRACTOR, Site.WARD: Step.OPEN_WARD},
    Act.DICE: {Site.CONTRACTOR: Step.DICE, Site.WARD: Step.DICE},
    Act.DRAW: {Site.CONTRACTOR: Step.DRAW_CONTRACTOR, Site.WARD: Step.DRAW_CONTRACTOR},
}
_STEPS = (*_STEP, Act.CANCEL)


# -- at the sender --------------------------------------------------------------------------------------------


def steps_of(tx: Tx, site: Site, rows: Sequence[BundleRow]) -> list[tuple[str, dict[str, bytes]]]:
    """(draw, its files) of each of these bundles of ours that carries a step of the draw, in order.

    Which step a bundle carried stands in our ledger, right before the line that it was sent; a bundle that took the place of
    one that was void carries what that one did.
    """
    told = _told(tx, site)
    return [_files(tx, site, told[row.name]) for row in rows if row.kind == "draw"]


def _told(tx: Tx, site: Site) -> dict[str, list[LedgerLine]]:
    """By bundle, the lines of the steps that it carried."""
    told: dict[str, list[LedgerLine]] = {}
    run: list[LedgerLine] = []
    void: list[list[LedgerLine]] = []
    for line in lines_of(tx, site, *_STEPS, Act.SEND, Act.VOID):
        bundle = bundle_name(line.ref.removeprefix("bundle:"))
        if line.act is Act.VOID and bundle is not None and bundle.channel.sender is site:
            names = [
                str(BundleName(bundle.epoch, bundle.channel, bundle.seq + one)) for one in range(line.qty)
            ]
            void += [told[name] for name in names if name in told and not _is_untaken(tx, name)]
        elif line.content is Content.DRAW_FILES and line.act is Act.SEND and bundle is not None:
            told[str(bundle)] = run or void.pop(0)
            run = []
        elif line.content is Content.DRAW_FILES:
            run.append(line)
    return told


def _is_untaken(tx: Tx, name: str) -> bool:
    """Whether of this bundle of ours nothing but the number came back after a restore: nothing of it goes again."""
    row = tx.bundles.get(name)
    return row is not None and row.kind == UNTAKEN


def _files(tx: Tx, site: Site, told: Sequence[LedgerLine]) -> tuple[str, dict[str, bytes]]:
    draw = next(name for name in reversed(tx.draws.names()) if all(_is_of(tx, name, line) for line in told))
    stored = tx.draws.files(draw)
    names: set[str] = set()
    for line in told:
        if line.act is Act.CANCEL:
            names |= {abandoned_name(site), signature_name(abandoned_name(site), site)}
            continue
        part = part_of(_STEP[line.act][site], site)
        assert part is not None, "a step of this site's own"
        names |= part.needed
        if reveal_name(site) in part.allowed and not is_withheld(tx, draw):
            names |= stored.keys() & {reveal_name(site)}
    files = {name: stored[name] for name in names - {OPENINGS}}
    if OPENINGS in names:
        drawn = {line.id for line in Roll.parse(stored[LIST], LIST).lines}
        files[OPENINGS] = write_openings(unit for unit in tx.draws.units(draw) if unit.unit_id in drawn)
    return draw, files


def _is_of(tx: Tx, draw: str, line: LedgerLine) -> bool:
    """Whether a line tells of a step of that draw."""
    if line.ref == f"draw:{draw}":
        return True
    return line.ref.removeprefix("sha256:") in {sha256_hex(data) for data in tx.draws.files(draw).values()}


def seal_step(tx: Tx, exchange: Exchange, draw: str, files: Mapping[str, bytes]) -> None:
    """A bundle with these files of the draw, in the caller's transaction."""
    exchange.seal(tx, "draw", {"draw.txt": f"{draw}\n".encode(), **files}, {"files": len(files)})


# -- at the receiver ------------------------------------------------------------------------------------------


def note_signed(tx: Tx, sender: Site, opened: Opened, bundle: BundleName) -> None:
    """Remember which dice, in this step which is set aside, are the sender's signed word: the one step that both say at once."""
    draw = opened.entries.get("draw.txt", b"").decode("ascii", "replace").removesuffix("\n")
    dice = dice_name(sender)
    if not DRAW_RE.fullmatch(draw) or not {dice, signature_name(dice, sender)} <= opened.entries.keys():
        return
    data, signature = opened.entries[dice], opened.entries[signature_name(dice, sender)]
    if not is_signed(draw_public(tx, sender, draw, epoch=bundle.epoch), dice, data, signature):
        return
    noted = json.loads(tx.settings.get(_SIGNED) or "{}")
    noted[draw] = {dice: sha256_hex(data)} | noted.get(draw, {})
    tx.settings.put(_SIGNED, json.dumps(noted))


def need_same_dice(tx: Tx, draw: str, sender: Site, sent: Mapping[str, bytes], name: str) -> None:
    """Raises `IntegrityFailure` where the sender had signed other dice, in a bundle that was set aside, and may have seen ours since."""
    dice = dice_name(sender)
    noted = json.loads(tx.settings.get(_SIGNED) or "{}").get(draw, {}).get(dice)
    if noted is None or dice not in sent or dice_name(sender.other) not in tx.draws.files(draw):
        return
    if sha256_hex(sent[dice]) != noted:
        raise IntegrityFailure(
            "外した束で相手が前に署名したさいころの記録と違うものが届きました。言い直しはできません",
            where=f"{name} {dice}",
            next_step="取り込んでいません。外した束を証拠として残し（courier/evidence）、両者の取扱責任者で話し合い、抽選を取りやめてください",
        )
