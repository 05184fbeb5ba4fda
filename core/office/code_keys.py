"""The ward's codes at both sites: told with the card when pairing, and how far each chain has been taken."""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.errors import IntegrityFailure, Refused
from core.exchange.card import PartnerCard
from core.exchange.codes import LAST, CodeAnchors, CodeKind, Place, make_codes, read_codes
from core.keys import SiteKeys
from core.office.keyring import epoch_of, need_partner, next_of
from core.office.ports import Tx
from core.roles import Site

CODES = "codes.txt"
"""Entry of the `epoch` bundle that offers the ward's next card: the codes that go with it."""


def codes_with(site: Site, keys: SiteKeys, epoch: int) -> bytes:
    """What goes with a site's card of an epoch: the ward's codes 0; nothing at the contractor, which has no codes."""
    return make_codes(keys, epoch) if site is Site.WARD else b""


def refuse_distrusted(tx: Tx) -> None:
    """Raises `Refused` once people change the keys by hand: whoever has the old ones could compute the codes too."""
    following = next_of(tx)
    if following is not None and following.by_hand:
        raise Refused(
            "鍵を手渡しで替えている途中のため、今の番号は使えません",
            next_step="新しいカードを両方で登録してから、番号を使ってください",
        )


def keep_codes(tx: Tx, card: PartnerCard, codes: bytes) -> None:
    """Keep what came with a card just trusted. Raises `IntegrityFailure` unless the card's own key signed it."""
    if not codes:
        return  # a card alone pairs too; then nothing can be said by telephone
    if card.site is not Site.WARD or read_codes(codes, card.signing).epoch != card.epoch:
        raise IntegrityFailure("カードに添えられた番号のもとが、カードと合いません。登録していません")
    tx.settings.put(f"codes_{card.epoch}", codes.decode())


def need_codes(tx: Tx) -> CodeAnchors:
    """At the contractor: the ward's codes 0. Raises `Refused` when its card came without them."""
    text = tx.settings.get(f"codes_{epoch_of(tx)}")
    if text is None:
        raise Refused(
            "区のカードに、電話で使う番号のもとが添えられていません",
            next_step="区のカードをもう一度書き出してもらい、同じ手順で登録してください",
        )
    return read_codes(text.encode(), need_partner(tx).signing)


PASSED_OVER = 4
"""Codes of each kind: more are hardly told between two exchanges, and the contractor takes one up to 16 further on."""


@dataclass(frozen=True)
class Given:
    """The newest code the ward has read out: its index, and the hash of what it spoke of."""

    index: int = 0
    said: str = ""


def given(tx: Tx, kind: CodeKind) -> Given:
    text = tx.settings.get(f"code_given_{epoch_of(tx)}_{kind}")
    return Given(**json.loads(text)) if text else Given()


def put_given(tx: Tx, kind: CodeKind, one: Given) -> None:
    tx.settings.put(f"code_given_{epoch_of(tx)}_{kind}", json.dumps({"index": one.index, "said": one.said}))


def pass_over(tx: Tx) -> None:
    """After a restore of the ward: codes that may have been read out since are not read out for anything else.

    Of a code that was told, and whose line had not gone to the contractor, nobody knows here any more.
    """
    for kind in CodeKind:
        put_given(tx, kind, Given(min(given(tx, kind).index + PASSED_OVER, LAST)))


def taken(tx: Tx, kind: CodeKind, anchors: CodeAnchors) -> Place:
    """At the contractor: the newest code accepted, code 0 before the first."""
    text = tx.settings.get(f"code_taken_{epoch_of(tx)}_{kind}")
    return Place(**json.loads(text)) if text else Place(0, anchors.anchors[kind])


def put_taken(tx: Tx, kind: CodeKind, place: Place) -> None:
    tx.settings.put(
        f"code_taken_{epoch_of(tx)}_{kind}", json.dumps({"index": place.index, "code": place.code})
    )
