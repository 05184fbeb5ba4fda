"""The programme's rules on their way: the contractor sends `programme`, so that both vaults hold the same."""

from __future__ import annotations

from core.applicant import State
from core.canonical import sha256_hex
from core.errors import IntegrityFailure, Refused
from core.ledger.codes import Act, Content, Unit
from core.office.desk import Desk
from core.office.exchange import Exchange, Opened, Sent
from core.office.ledger import write_line
from core.office.plans import in_force
from core.office.ports import Tx
from core.office.settling import Settling
from core.programme import parse_programme
from core.roles import Right, Site

ENTRY = "programme.toml"


class Rules:
    """Setting and sending the programme."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange

    def set(self, text: str) -> None:
        """A new programme.toml at the contractor; not while a draw is in force. Raises `UsageError` naming the line."""
        self._desk.actor.require(Right.DRAW)
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused("事業の設定は委託先が行い、区へ送ります")
        programme = parse_programme(text)
        with self._desk.writing(Right.DRAW) as tx:
            if in_force(tx):
                raise Refused("抽選の手順が始まったあとは、事業の設定を変えられません")
            before = tx.settings.get("programme")
            tx.settings.put("programme", text)
            if (
                before is not None
                and parse_programme(before).draw.largest_group != programme.draw.largest_group
            ):
                settling = Settling(tx, programme, self._desk.now(), self._desk.actor.staff_id)
                for application in tx.applications.all((State.ACCEPTED, State.HELD)):
                    if application.applicant.group:
                        settling.touch(application)
                settling.finish()
            write_line(self._desk, tx, Act.UPDATE, Content.PROGRAMME, 1, Unit.FILES, ref=programme_ref(text))
            self._desk.log(tx, "programme")

    def unsent(self) -> bool:
        """Whether the ward has not been sent the programme as it stands."""
        with self._desk.reading() as tx:
            text = tx.settings.get("programme")
            return (
                self._desk.actor.site is Site.CONTRACTOR
                and text is not None
                and tx.settings.get("partner_card") is not None
                and tx.settings.get("programme_sent") != programme_ref(text)
            )

    def send_if_due(self) -> Sent | None:
        """Seal the programme for the ward when it has not got this one. None otherwise."""
        if not self.unsent() or not self._desk.actor.may(Right.SEND):
            return None
        with self._desk.writing(Right.SEND) as tx:
            sent = seal_programme(tx, self._exchange)
        self._exchange.flush()
        return sent

    def take_in(self, tx: Tx, bundle: Opened, name: str) -> None:
        """At the ward: the contractor's programme becomes the ward's; refused while a draw is in force."""
        if self._desk.actor.site is not Site.WARD:
            raise IntegrityFailure("事業の設定は委託先から区へ送るものです", where=name)
        try:
            text = bundle.entries[ENTRY].decode("utf-8")
        except (KeyError, UnicodeDecodeError) as error:
            raise IntegrityFailure("事業の設定が読めません", where=f"{name} {ENTRY}") from error
        parse_programme(text)
        if in_force(tx) and tx.settings.get("programme") != text:
            raise IntegrityFailure("抽選の手順が始まったあとに、事業の設定が変えられています", where=name)
        tx.settings.put("programme", text)


def seal_programme(tx: Tx, exchange: Exchange) -> Sent | None:
    """Seal the programme, in the caller's transaction, unless the ward has been sent this very one.

    What the ward judges by the programme must never travel before it: a channel is read in order.
    """
    text = tx.settings.get("programme")
    if text is None or tx.settings.get("programme_sent") == programme_ref(text):
        return None
    sent = exchange.seal(tx, "programme", {ENTRY: text.encode()}, {"programme": 1})
    tx.settings.put("programme_sent", programme_ref(text))
    return sent


def programme_ref(text: str) -> str:
    """How ledgers, and what was sent, name a programme."""
    return f"sha256:{sha256_hex(text.encode())}"
