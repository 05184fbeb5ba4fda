"""The exchange with the other site: pairing, sending and receiving, and the whole of it at a glance."""

from __future__ import annotations

from collections.abc import Mapping

from core.exchange.card import read_card
from core.office.boxes import Boxes
from core.office.desk import Desk
from core.office.due import exchange_status
from core.office.envelope import Sealer
from core.office.keyring import own_card
from core.office.overview import Overview
from core.office.pairing import changing
from core.office.receiving import Receiving, Taker
from core.office.sending import Sending


class Exchange(Sending, Receiving):
    """The use cases of the 送受信 pane, `ikiiki partner` and the importing half of `ikiiki sync`."""

    def __init__(self, desk: Desk, boxes: Boxes, sealer: Sealer, takers: Mapping[str, Taker]) -> None:
        super().__init__(desk, boxes)
        self._sealer = sealer
        self._takers = takers

    def overview(self) -> Overview:
        with self._desk.reading() as tx:
            partner = tx.settings.get("partner_card")
            status = exchange_status(tx, self._boxes, self._desk.actor.site, self._desk.now())
            return Overview(
                partner is not None,
                read_card(own_card(tx)).fingerprint,
                read_card(partner.encode()).fingerprint if partner else "",
                tuple(tx.bundles.list("out")),
                tuple(tx.bundles.list("in")),
                status.waiting,
                status,
                changing(tx),
            )
