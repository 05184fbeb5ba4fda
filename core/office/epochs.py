"""How one epoch follows another (docs/exchange.md, "Changing the keys"): what ends it, in which order, what is destroyed.

Each site begins the next epoch on its own, once it holds both new cards. Its first bundle there says, under the new key,
which bundles it sealed before, each with its hash. By that list the receiver takes what is left of the old epoch, and
nothing else of it; after the last of them it destroys the keys they were sealed to.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.card import PartnerCard, read_card
from core.exchange.listing import read_listing, write_listing
from core.exchange.names import BundleName, Channel, bundle_name
from core.ledger.codes import Act, Content, Unit
from core.office.asides import voidable
from core.office.code_keys import CODES, keep_codes
from core.office.desk import Desk, iso
from core.office.draw_keys import signed_a_draw
from core.office.envelope import CHANNEL_FROM, DESK_CHANNEL, Opened, Sent
from core.office.keyring import (
    Ring,
    begin_next,
    cards_of,
    earlier_rings,
    epoch_of,
    next_of,
    offered_card,
    put_earlier_rings,
    put_next,
    put_offered_card,
    rings_of,
    write_site_line,
)
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.taken import untaken
from core.roles import Site

CARD = "card.txt"
"""Entry of the `epoch` bundle that offers the sender's next card."""
ENDED = "ended.txt"
"""Entry of the `epoch` bundle that begins one: what was sealed before it, as `sha256sum` writes it."""


class Seal(Protocol):
    """`Sending.seal`."""

    def __call__(
        self, tx: Tx, kind: str, entries: Mapping[str, bytes], counts: Mapping[str, int], *, channel: str = ""
    ) -> Sent: ...


# -- beginning the next epoch ---------------------------------------------------------------------------------


def may_begin(tx: Tx, site: Site) -> bool:
    """Whether both cards of the next epoch are here, and nothing is left that can be voided: the list that ends an epoch closes it.

    What nobody can void is not waited for: no later change of keys would ever come, and an old key may be in wrong hands.
    """
    following = next_of(tx)
    if following is None or following.partner is None:
        return False
    return not voidable(tx, site)


def begin(desk: Desk, tx: Tx, seal: Seal) -> Sent:
    """Seal in the next epoch from now on. Its first bundle tells what was sealed in the one that ends."""
    following, site, ended = next_of(tx), desk.actor.site, epoch_of(tx)
    assert following is not None
    write_site_line(
        tx, site, iso(desk.now()), Act.EPOCH, Content.KEYS, 1, Unit.FILES, f"sha256:{sha256_hex(following.own.data)}"
    )  # fmt: skip
    begin_next(tx)
    sealed = {row.name: row.manifest_sha256 for row in tx.bundles.list("out") if row.epoch == ended}
    # Of one voided before this vault was restored, what is left is that word (`core.office.take_back`).
    lost = {
        one.name: one.manifest_sha256
        for one in tx.fates.list("out")
        if one.void and _name(one.name).epoch == ended
    }
    listed = sorted((lost | sealed).items())
    sent = seal(tx, "epoch", {ENDED: write_listing(listed)}, {"bundles": len(listed)})
    desk.log(tx, "epoch_begin", str(following.own.epoch))
    finish(desk, tx)
    return sent


def trust_next(tx: Tx, card: PartnerCard) -> None:
    """Take the partner's card of the next epoch, whose fingerprint people have compared. Raises `Refused`."""
    following = next_of(tx)
    if following is None:
        raise Refused(
            "すでに別の相手のカードが登録されています",
            next_step="鍵を作り直すときは、先に ikiiki partner renew --by-hand をしてください",
        )
    if card.epoch != following.own.epoch:
        raise Refused(
            "自分のカードと別の世代のカードです", where=f"{following.own.epoch} / {card.epoch}",
            next_step="両拠点で ikiiki partner renew --by-hand をし、新しいカードを渡し合ってください",
        )  # fmt: skip
    need_successor(tx, card.site, card, following.own.epoch, "partner card")
    put_next(tx, replace(following, partner=card, by_hand=True))


# -- taking in ------------------------------------------------------------------------------------------------


def ring_for(tx: Tx, bundle: BundleName, name: str) -> Ring:
    """The cards and keys to open a bundle of the partner's with. Raises `IntegrityFailure` for an epoch without any."""
    ring = rings_of(tx).get(bundle.epoch)
    if ring is None or ring.opening is None:
        gone = ring is not None or bundle.epoch < epoch_of(tx)
        raise IntegrityFailure(
            "終わった世代の束です。鍵はもう廃棄しました" if gone else "知らない世代の束です",
            where=name,
            next_step="取り込まずに、相手方の取扱責任者へ電話で確認してください"
            if gone
            else "先に送受信をして、鍵の交換の束を取り込んでください",
        )
    return ring


def too_early(tx: Tx, bundle: BundleName) -> str:
    """Why a bundle has to wait for others of the partner's, in Japanese; "" when it has not."""
    rings = rings_of(tx)
    if rings and bundle.epoch > max(rings):
        return "この世代の相手のカードがまだ登録されていません"
    ended = ended_list(tx, bundle.epoch)
    if ended is None and _only_by_list(tx, bundle.epoch):
        return "鍵を作り直しているため、相手の新しい鍵での一覧が届くまで取り込めません"
    before = [epoch for epoch in rings if epoch < bundle.epoch]
    begins = bundle.seq == 1 and bundle.channel.value != DESK_CHANNEL
    if not before or begins:
        return ""
    if ended_list(tx, max(before)) is None:
        return "相手の鍵の交換の束がまだ届いていません"
    missing = [one for epoch in before for one in due(tx, epoch) if one.channel is bundle.channel]
    return f"前の束（{missing[0]}）がまだ届いていません" if missing else ""


def admit(tx: Tx, bundle: BundleName, opened: Opened, name: str) -> None:
    """That a bundle, opened and not known, comes in its turn among the epochs.

    Raises `Refused` when others must come before it, `IntegrityFailure` when the sender's own list does not have it.
    """
    if reason := too_early(tx, bundle):
        raise Refused(reason, where=name, next_step="送受信をもう一度行い、届くのを待ってください")
    ended = ended_list(tx, bundle.epoch)
    if ended is not None and ended.get(bundle) != opened.manifest_sha256:
        raise unlisted(name)
    first = bundle.channel.value != DESK_CHANNEL and bundle.seq == 1
    begins = first and any(epoch < bundle.epoch for epoch in rings_of(tx))
    if begins != (opened.kind == "epoch" and ENDED in opened.entries):
        raise IntegrityFailure("世代の始まりの束の形が正しくありません", where=name)


def unlisted(name: str) -> IntegrityFailure:
    """The error for a bundle of an ended epoch which its sender says it never sealed."""
    return IntegrityFailure(
        "終わった世代の束ですが、相手が新しい鍵で示した一覧にありません",
        where=name,
        next_step="取り込まず証拠を残しました。相手方の取扱責任者へ電話で確認してください",
    )


def is_unlisted(tx: Tx, bundle: BundleName, manifest: bytes) -> bool:
    """Whether the sender's list of that epoch is here and does not have this very manifest."""
    ended = ended_list(tx, bundle.epoch)
    return ended is not None and ended.get(bundle) != sha256_hex(manifest)


def ended_list(tx: Tx, epoch: int) -> dict[BundleName, str] | None:
    """What the partner sealed in an epoch, by its own word under the next key; None while it has not said."""
    text = tx.settings.get(f"ended_{epoch}")
    return None if text is None else {_name(name): digest for name, digest in json.loads(text).items()}


def due(tx: Tx, epoch: int) -> list[BundleName]:
    """What of an ended epoch has not been taken in yet and is not void, in order."""
    ended = ended_list(tx, epoch) or {}
    void = {fate.name for fate in tx.fates.list("in") if fate.void}
    return sorted(
        bundle for bundle in ended if str(bundle) not in void and tx.bundles.get(str(bundle)) is None
    )


def take_epoch(desk: Desk, tx: Tx, opened: Opened, name: str) -> None:
    """The partner offers its next card, or has begun the next epoch. Raises `IntegrityFailure`."""
    bundle, content = bundle_name(name), set(opened.entries) & {CARD, ENDED}
    assert bundle is not None
    if content == {ENDED}:
        _take_ended(desk, tx, bundle, opened.entries[ENDED], name)
    elif content == {CARD}:
        card = read_card(opened.entries[CARD], name=f"{name} {CARD}")
        _take_card(desk, tx, bundle, card, name)
        keep_codes(tx, card, opened.entries.get(CODES, b""))
    else:
        raise IntegrityFailure("鍵の交換の束の形が正しくありません", where=name)


def _take_card(desk: Desk, tx: Tx, bundle: BundleName, card: PartnerCard, name: str) -> None:
    if any(one.data == card.data for one in cards_of(tx, desk.actor.site.other)):
        return  # read out by people before this bundle came
    following = next_of(tx)
    need_successor(tx, desk.actor.site.other, card, bundle.epoch + 1, name)
    known = (following.partner if following else None) or offered_card(tx)
    if bundle.epoch != epoch_of(tx) or (known is not None and known.data != card.data):
        raise IntegrityFailure("この世代の鍵の交換は、すでに別のカードで進んでいます", where=name)
    put_offered_card(tx, card)
    if following is not None and not following.by_hand:
        put_next(tx, replace(following, partner=card))
    desk.log(tx, "epoch_offer", card.fingerprint)


def need_successor(tx: Tx, site: Site, card: PartnerCard, epoch: int, name: str) -> None:
    """That `card` can follow the cards known of `site`: same vault, that epoch, no key used before.

    Raises `IntegrityFailure`.
    """
    before = [one for one in cards_of(tx, site) if one.data != card.data]
    fits = card.site is site and card.epoch == epoch and all(one.vault_id == card.vault_id for one in before)
    used = {raw for one in before for raw in (one.signing.raw, one.sealing.raw, one.courier.raw)}
    if not fits or used & {card.signing.raw, card.sealing.raw, card.courier.raw}:
        raise IntegrityFailure(
            "相手の次の世代のカードではないか、前の鍵が使い回されています",
            where=name,
            next_step="登録していません。相手方の取扱責任者へ電話で確認してください",
        )


def _take_ended(desk: Desk, tx: Tx, bundle: BundleName, data: bytes, name: str) -> None:
    before = max((epoch for epoch in rings_of(tx) if epoch < bundle.epoch), default=0)
    ended = read_listing(data, name=f"{name} {ENDED}")
    series = {Channel(CHANNEL_FROM[desk.actor.site.other])}
    series |= {Channel.WARD_DESK} if desk.actor.site is Site.CONTRACTOR else set()
    for channel in {listed.channel for listed in ended}:
        seqs = [listed.seq for listed in sorted(ended) if listed.channel is channel]
        if channel not in series or seqs != list(range(1, len(seqs) + 1)):
            raise IntegrityFailure("束の一覧に欠けた番号があります", where=f"{name} {ENDED}")
    if any(listed.epoch != before for listed in ended):
        raise IntegrityFailure("束の一覧が、前の世代のものではありません", where=f"{name} {ENDED}")
    for row in tx.bundles.list("in"):
        if row.epoch == before and ended.get(_name(row.name)) != row.manifest_sha256:
            raise IntegrityFailure(
                "すでに取り込んだ束が、相手の送った束の一覧にありません。偽の束を取り込んだおそれがあります",
                where=row.name,
                next_step="作業を止めて証拠を残し、両拠点の取扱責任者で確認してください",
            )
    tx.settings.put(f"ended_{before}", json.dumps({str(one): digest for one, digest in ended.items()}))
    desk.log(tx, "epoch_ended", f"{before} n={len(ended)}")


def _only_by_list(tx: Tx, epoch: int) -> bool:
    """Whether a signature of that epoch is no longer believed: people are pairing by hand, or have."""
    if epoch == epoch_of(tx):
        following = next_of(tx)
        return following is not None and following.by_hand
    return any(ring.epoch == epoch and ring.by_hand for ring in earlier_rings(tx))


# -- the end of an epoch --------------------------------------------------------------------------------------


def finish(desk: Desk, tx: Tx) -> None:
    """Destroy what nothing needs any longer of the epochs gone by.

    The opening key goes once the partner's list is here and all on it is taken in; the signing key with it, unless a
    draw was begun under it: that one is signed by it to the end (`core.office.draw_keys`).
    """
    rings = earlier_rings(tx)
    after = [_destroyed(desk, tx, ring) if _is_over(tx, ring) else ring for ring in rings]
    if after != rings:
        put_earlier_rings(tx, after)


def _is_over(tx: Tx, ring: Ring) -> bool:
    return ring.opening is not None and ended_list(tx, ring.epoch) is not None and not due(tx, ring.epoch)


def _destroyed(desk: Desk, tx: Tx, ring: Ring) -> Ring:
    write_line(desk, tx, Act.DESTROY, Content.KEYS, 1, Unit.FILES, ref=f"sha256:{sha256_hex(ring.own.data)}")
    desk.log(tx, "epoch_destroy", str(ring.epoch))
    kept = ring.signing if signed_a_draw(tx, ring.own) else None
    return replace(ring, opening=None, signing=kept)


def let_go(tx: Tx, site: Site) -> list[str]:
    """The names of our bundles of epochs with which the courier has nothing left to do: all of them arrived and were taken in.

    (Of a receipt no ledger tells, until something behind it is taken in; it holds nothing up.) Call `gone` after they were taken from the outbox.
    """
    over = {ring.epoch for ring in earlier_rings(tx) if ring.carried and ring.opening is None}
    if not over:
        return []
    rows = [row for row in tx.bundles.list("out") if row.epoch in over and row.channel != DESK_CHANNEL]
    left = {row.name for row in untaken(tx, site) if row.kind != "receipt"}
    open_ = {row.epoch for row in rows if row.settled is None or row.name in left}
    return [row.name for row in rows if row.epoch not in open_]


def gone(tx: Tx, names: Collection[str]) -> None:
    """The courier needs the cards and its key of these bundles' epochs no longer."""
    epochs = {_name(name).epoch for name in names}
    put_earlier_rings(
        tx,
        [
            replace(ring, carried=False, courier=b"") if ring.epoch in epochs else ring
            for ring in earlier_rings(tx)
        ],
    )


def _name(text: str) -> BundleName:
    name = bundle_name(text)
    assert name is not None, "checked when it was stored"
    return name
