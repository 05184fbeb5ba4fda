"""Whose turn it is in a channel, as the vault sees it: the next number, or the void that takes back what was set aside."""

from __future__ import annotations

from core.errors import IntegrityFailure, Refused
from core.exchange.listing import VOID, read_void
from core.exchange.names import BundleName, bundle_name
from core.exchange.sequence import conflict
from core.ledger.codes import Act, Content, Unit
from core.office.asides import waiting_for_void
from core.office.desk import Desk
from core.office.envelope import Opened
from core.office.fates import Fate
from core.office.ledger import write_line
from core.office.ports import Tx


def known(tx: Tx, name: str, manifest_sha256: str) -> bool:
    """Whether this very bundle was taken in before, or set aside, or voided. Raises `IntegrityFailure` for other bytes."""
    row, fate = tx.bundles.get(name), tx.fates.get(name)
    if row is not None and row.direction == "in":
        before = row.manifest_sha256
    elif fate is not None and fate.direction == "in":
        before = fate.manifest_sha256
    else:
        return False
    if before != manifest_sha256:
        raise IntegrityFailure(
            "同じ番号で中身の違う束が届きました。取り込んでいません",
            where=name,
            next_step="ファイルをそのまま残し、取扱責任者から相手に連絡してください",
        )
    return True


def out_of_force(tx: Tx, name: str) -> bool:
    """Whether that bundle was set aside here, or voided."""
    return tx.fates.get(name) is not None


def is_behind(name: BundleName | None, one: BundleName) -> bool:
    """Whether a bundle stands in the same series as `one`, after it."""
    return name is not None and (name.epoch, name.channel) == (one.epoch, one.channel) and name.seq > one.seq


def next_of_channel(tx: Tx, bundle: BundleName) -> tuple[int, str]:
    """(seq, hash of the manifest before it) of what is taken in next in this bundle's channel and epoch."""
    last = tx.bundles.last(bundle.channel.value, bundle.epoch, "in")
    return (last.seq + 1, last.manifest_sha256) if last else (1, "0" * 64)


def need_turn(tx: Tx, bundle: BundleName, opened: Opened) -> None:
    """That a bundle, opened and not known, follows what was taken in. Raises `Refused` for a gap, else `IntegrityFailure`.

    A void stands in the place of all it lists, when the first of them is next and was set aside here.
    """
    expected, previous = next_of_channel(tx, bundle)
    name = str(bundle)
    if opened.kind == "void":
        listed = read_void(opened.entries.get(VOID, b""), bundle)
        first, digest = next(iter(listed.items()))
        if first.seq < expected:
            raise IntegrityFailure(
                "すでに取り込んだ束を取り消す知らせが届きました。取り込んでいません",
                where=f"{name} {first}",
                next_step="取扱責任者が相手の取扱責任者に電話し、どの束のことかを確かめてください",
            )
        fate = tx.fates.get(str(first))
        if first.seq == expected and fate is not None:
            if fate.manifest_sha256 != digest:
                raise conflict(str(first))
            if list(listed.values())[-1] != opened.previous:
                raise IntegrityFailure("取り消す束の一覧が、束のつながりと合いません", where=name)
            return
    if opened.seq > expected:
        missing = BundleName(bundle.epoch, bundle.channel, expected)
        if missing in waiting_for_void(tx):
            raise Refused(
                f"外した束（{missing}）を、相手がまだ取り消していません",
                where=name,
                next_step="相手の取扱責任者に取消しを頼み、送受信をもう一度行ってください",
            )
        raise Refused(
            f"前の束（{missing}）がまだ届いていません",
            where=name,
            next_step="送受信をもう一度行い、届くのを待ってください",
        )
    if opened.seq < expected or opened.previous != previous:
        raise IntegrityFailure("受け取った束の順番のつながりが合いません。取り込んでいません", where=name)


def take_void(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    """Pass over what the sender takes back, after `need_turn`: none of it is ever taken in."""
    bundle = bundle_name(name)
    assert bundle is not None, "opened under it"
    listed = read_void(opened.entries.get(VOID, b""), bundle)
    for one, digest in listed.items():
        tx.fates.add(Fate(str(one), "in", True, digest, desk.now()))
    first = next(iter(listed))
    write_line(desk, tx, Act.VOID, Content.BUNDLE, len(listed), Unit.FILES, ref=f"bundle:{first}")
    desk.log(tx, "take_void", f"{first} n={len(listed)}")
