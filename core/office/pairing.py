"""Pairing with the other site, and changing the keys while everything goes on (docs/exchange.md, "Changing the keys").

The same call begins a change and answers one. A card that comes in a bundle is signed by the key before it; where that
key may be in wrong hands, people carry the cards and read the fingerprints to each other again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused
from core.exchange.card import PartnerCard, make_card, read_card, same_fingerprint
from core.exchange.codes import split_card_file
from core.keys import SITE_KEY_BYTES, SigningKey, SiteKeys
from core.ledger.codes import Act, Content, Unit
from core.office.asides import voidable
from core.office.boxes import Boxes
from core.office.code_keys import CODES, codes_with, keep_codes
from core.office.desk import Desk
from core.office.envelope import Sent, place
from core.office.epochs import CARD, begin, due, ended_list, may_begin, trust_next
from core.office.keyring import (
    Next,
    courier_pairs,
    earlier_rings,
    epoch_of,
    need_partner,
    next_of,
    offered_card,
    own_card,
    put_next,
    site_keys,
)
from core.office.ledger import write_line
from core.office.ports import Tx
from core.roles import Right

COURIER_KEY_BYTES = 32


class KeyStage(StrEnum):
    """Where a change of keys stands at this site."""

    NONE = "none"
    ASKED = "asked"  # the partner offers its next card: a person here has to answer
    OFFERED = "offered"  # we have made ours: the partner has to answer
    BY_HAND = (
        "by_hand"  # ours is made, to be carried and read out; the partner's is to be trusted the same way
    )
    ENDING = "ending"  # we seal with the new keys; the old ones still open what is left of the old epoch


@dataclass(frozen=True)
class Standing:
    """What people need to know of the keys."""

    stage: KeyStage
    epoch: int
    """In which this site seals."""
    fingerprint: str
    partner_fingerprint: str
    next_fingerprint: str = ""
    """Of our card of the next epoch, once it is made."""
    partner_next_fingerprint: str = ""
    due: tuple[str, ...] = ()
    """Bundles of ended epochs that the partner has sent and this site has not taken in."""
    sentence: str = ""
    """In Japanese: what is so, and what is to be done."""
    may_cancel: bool = False
    """A change by hand whose card has not left this site (`Pairing.cancel_renew`)."""


_SENTENCES = {
    KeyStage.NONE: "鍵の交換は行っていません",
    KeyStage.ASKED: "相手が鍵を替えます。新しい指紋を電話で確かめ、「鍵を替える」で答えてください",
    KeyStage.OFFERED: "相手に鍵の交換を求めています。答えが届くまで、今の鍵で送受信を続けます",
    KeyStage.BY_HAND: "新しい鍵カードを渡し合い、指紋を読み上げ、相手のカードを登録してください",
    KeyStage.ENDING: "新しい鍵で送っています。古い鍵は、前の束をすべて取り込むと廃棄されます",
}


def stage_of(tx: Tx) -> KeyStage:
    """Where a change of keys stands at this site."""
    following = next_of(tx)
    if following is not None:
        return KeyStage.BY_HAND if following.by_hand else KeyStage.OFFERED
    if offered_card(tx) is not None:
        return KeyStage.ASKED
    return KeyStage.ENDING if any(ring.opening is not None for ring in earlier_rings(tx)) else KeyStage.NONE


def changing(tx: Tx) -> str:
    """While keys change, where that stands, in Japanese; "" otherwise."""
    stage = stage_of(tx)
    return "" if stage is KeyStage.NONE else _SENTENCES[stage]


class Pairing(ABC):
    """The keys' half of the 送受信 pane, and `ikiiki partner`."""

    def __init__(self, desk: Desk, boxes: Boxes) -> None:
        self._desk = desk
        self._boxes = boxes

    @abstractmethod
    def seal(
        self, tx: Tx, kind: str, entries: Mapping[str, bytes], counts: Mapping[str, int], *, channel: str = ""
    ) -> Sent:
        """See `Sending.seal`."""

    @abstractmethod
    def flush(self) -> list[str]:
        """See `Sending.flush`."""

    def partner_card(self) -> bytes:
        """This site's public card, to be carried to the other site. Its fingerprint is read out by people.

        That of the next epoch while the keys are changed by hand. With it, in the same file, goes what the other site
        needs to know this site's codes by telephone.
        """
        with self._desk.reading(Right.PARTNER) as tx:
            following, site = next_of(tx), self._desk.actor.site
            if following is None or not following.by_hand:
                return own_card(tx) + codes_with(site, site_keys(tx), epoch_of(tx))
        if not following.handed:
            with self._desk.writing(Right.PARTNER) as tx:
                following = next_of(tx)
                if following is None:
                    raise Refused(
                        "鍵の作り直しは、いま取りやめられました", next_step="もう一度書き出してください"
                    )
                put_next(tx, replace(following, handed=True))
                self._desk.log(tx, "partner_card", f"epoch={following.own.epoch}")
        return following.own.data + codes_with(site, following.keys, following.own.epoch)

    def keep_courier_credential(self, credential: str) -> None:
        """Keep what opens the courier's way into Box, so that people who log in can send and receive too."""
        with self._desk.writing(Right.PARTNER) as tx:
            tx.settings.put("courier_credential", credential)
            self._desk.log(tx, "courier_box")

    def courier_credential(self) -> str:
        """What `keep_courier_credential` kept, for whoever carries bundles, an audit too. Raises `Refused` when there is none."""
        with self._desk.reading() as tx:
            kept = tx.settings.get("courier_credential")
        if kept is None:
            raise Refused(
                "Boxの資格情報が保管庫にありません",
                next_step="取扱責任者が ikiiki courier box で設定してください",
            )
        return kept

    def fingerprint(self) -> str:
        """Of `partner_card`; to look at it is not to hand the card out."""
        with self._desk.reading(Right.READ) as tx:
            following = next_of(tx)
            if following is not None and following.by_hand:
                return following.own.fingerprint
            return read_card(own_card(tx)).fingerprint

    def trust(self, card: bytes, fingerprint: str) -> PartnerCard:
        """Take the other site's card, if the fingerprint read out by its people is its own. Once per epoch.

        A card of the next epoch is taken when this site has made its own (`Renewal.renew`), which then begins.
        """
        self._desk.actor.require(Right.PARTNER)
        card, codes = split_card_file(card)
        parsed = read_card(card)
        with self._desk.writing(Right.PARTNER) as tx:
            if parsed.site is self._desk.actor.site:
                raise Refused(
                    "これは相手側ではなく、自分の側のカードです",
                    next_step="相手から受け取ったファイルを指定してください",
                )
            if not same_fingerprint(card, fingerprint):
                raise IntegrityFailure(
                    "指紋（確認番号）が一致しません。カードは登録していません",
                    next_step="相手に電話で確認番号を読み上げてもらい、カードを受け取り直してください",
                )
            known = tx.settings.get("partner_card")
            keep_codes(tx, parsed, codes)
            if known is None or known.encode() != card:
                if known is None and parsed.epoch != epoch_of(tx):
                    raise Refused(
                        "自分のカードと別の世代のカードです",
                        where=f"{epoch_of(tx)} / {parsed.epoch}",
                        next_step="両拠点のカードの世代を合わせてください（ikiiki partner renew --by-hand）",
                    )
                if known is not None:
                    trust_next(tx, parsed)
                else:
                    tx.settings.put("partner_card", card.decode())
                write_line(
                    self._desk, tx, Act.PAIR, Content.KEYS, 1, Unit.FILES,
                    from_=place(parsed.site), to=place(self._desk.actor.site), ref=f"sha256:{sha256_hex(card)}",
                )  # fmt: skip
                self._desk.log(tx, "trust", parsed.fingerprint)
                if may_begin(tx, self._desk.actor.site):
                    begin(self._desk, tx, self.seal)
        self.hand_cards()
        self.flush()
        return parsed

    def hand_cards(self) -> None:
        """Lay the cards where the courier finds them, as `trust` does: it may have been cut off after its commit."""
        with self._desk.reading() as tx:
            pairs = courier_pairs(tx)
        if pairs:
            self._boxes.put_partner(pairs)

    # -- changing the keys ------------------------------------------------------------------------------

    def renew(self, *, by_hand: bool = False) -> Standing:
        """Make this site's keys of the next epoch and offer their card; or answer the partner, who has offered its own.

        Until the answer is here everything goes on in the present epoch. Again, it changes nothing. `by_hand`: nothing
        is offered and no bundle believed: people carry both cards, read the fingerprints out, and `trust` them; for
        when an old key may be in wrong hands. Raises `Refused` while the last change is not finished at the partner.
        """
        with self._desk.writing(Right.PARTNER) as tx:
            need_partner(tx)
            epoch, following = epoch_of(tx), next_of(tx)
            if not by_hand and (left := voidable(tx, self._desk.actor.site)):
                raise Refused(
                    "相手が外した束を、まだ取り消していません", where=str(left[0].bundle),
                    next_step="先に F6 の「束を取り消す」をしてください（鍵を替えたあとでは取り消せません）",
                )  # fmt: skip
            if following is None:
                rings = earlier_rings(tx)
                if rings and ended_list(tx, rings[-1].epoch) is None:
                    raise Refused(
                        "前の鍵の交換がまだ終わっていません",
                        where=f"世代 {rings[-1].epoch} → {epoch}",
                        next_step="相手の新しい鍵での最初の束が届くまで、送受信を続けてください",
                    )
                following = self._make_next(tx, epoch + 1, by_hand=by_hand)
                self.offer(tx)
            elif by_hand and not following.by_hand:
                put_next(tx, replace(following, by_hand=True, partner=None))  # its card has gone in a bundle
                self._desk.log(tx, "renew", f"{following.own.epoch} by_hand")
            if may_begin(tx, self._desk.actor.site):
                begin(self._desk, tx, self.seal)
        self.hand_cards()
        self.flush()
        return self.standing()

    def offer(self, tx: Tx) -> None:
        """Seal the card of the next epoch, in the caller's transaction; nothing where people carry it. Again, it is the same card."""
        following = next_of(tx)
        if following is None or following.by_hand:
            return
        codes = codes_with(self._desk.actor.site, following.keys, following.own.epoch)
        self.seal(tx, "epoch", {CARD: following.own.data} | ({CODES: codes} if codes else {}), {"cards": 1})

    def cancel_renew(self) -> Standing:
        """Give up a change by hand, before its card has left this site: the keys made for it are destroyed.

        The ledger keeps both lines. Bundles of the present epoch are believed again. Raises `Refused` when there is no
        such change, or the card was written out: the partner may have trusted it, and seal to it.
        """
        with self._desk.writing(Right.PARTNER) as tx:
            following = next_of(tx)
            if following is None or not following.by_hand:
                raise Refused(
                    "取りやめられる鍵の作り直しはありません",
                    next_step="ikiiki partner status で、どこまで進んだかを確かめてください",
                )
            if following.handed:
                raise Refused(
                    "新しい鍵カードを渡したあとなので、取りやめられません",
                    next_step="相手の新しいカードを登録して、最後まで進めてください",
                )
            put_next(tx, None)
            write_line(
                self._desk, tx, Act.DESTROY, Content.KEYS, 1, Unit.FILES,
                ref=f"sha256:{sha256_hex(following.own.data)}",
            )  # fmt: skip
            self._desk.log(tx, "renew_cancel", str(following.own.epoch))
        return self.standing()

    def begin_if_due(self) -> Sent | None:
        """Begin the next epoch when the partner has answered. The word that says so, or None."""
        if not self._desk.actor.may(Right.SEND):
            return None
        with self._desk.reading() as tx:
            if not may_begin(tx, self._desk.actor.site):
                return None
        with self._desk.writing(Right.SEND) as tx:
            sent = begin(self._desk, tx, self.seal) if may_begin(tx, self._desk.actor.site) else None
        self.hand_cards()
        self.flush()
        return sent

    def standing(self) -> Standing:
        """Where the keys stand. Raises `Refused` before the sites are paired."""
        with self._desk.reading() as tx:
            partner, epoch, following, offered = need_partner(tx), epoch_of(tx), next_of(tx), offered_card(tx)
            left = tuple(str(name) for ring in earlier_rings(tx) for name in due(tx, ring.epoch))
            own = read_card(own_card(tx))
            stage = stage_of(tx)
        if following is not None:
            offered = following.partner or offered
        return Standing(
            stage,
            epoch,
            own.fingerprint,
            partner.fingerprint,
            following.own.fingerprint if following else "",
            offered.fingerprint if offered else "",
            left,
            _SENTENCES[stage],
            following is not None and following.by_hand and not following.handed,
        )

    def _make_next(self, tx: Tx, epoch: int, *, by_hand: bool) -> Next:
        """Our half of the next epoch, kept and entered in the ledger."""
        site, secret = self._desk.actor.site, self._desk.entropy(COURIER_KEY_BYTES)
        keys = SiteKeys.from_random(self._desk.entropy(SITE_KEY_BYTES))
        card = make_card(
            keys, site=site, vault_id=read_card(own_card(tx)).vault_id, epoch=epoch,
            courier=SigningKey(secret).public, created=self._desk.now(),
        )  # fmt: skip
        following = Next(
            card, keys, secret, None if by_hand else offered_card(tx), by_hand, handed=not by_hand
        )
        put_next(tx, following)
        write_line(
            self._desk, tx, Act.RENEW, Content.KEYS, 1, Unit.FILES, ref=f"sha256:{sha256_hex(card.data)}"
        )
        self._desk.log(tx, "renew", f"{epoch} by_hand" if by_hand else str(epoch))
        return following
