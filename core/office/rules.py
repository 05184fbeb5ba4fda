"""The programme's rules on their way: the contractor sends `programme`, so that both vaults hold the same.

But for its safeguards (`core.programme_safeguards`). Where they ask for two people, one alone does not change them; and at the ward
a programme that changes them holds in everything else at once, while its people go on under those they had until a manager has agreed.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.applicant import State
from core.canonical import crockford_id, sha256_hex
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Unit
from core.office.desk import KEPT, Desk
from core.office.envelope import Opened, Sent
from core.office.exchange import Exchange
from core.office.ledger import write_line
from core.office.plans import in_force
from core.office.ports import Tx
from core.office.second import SHORTEST, Deed, Subject, drop_words, need_second, pending_of
from core.office.settling import Settling
from core.programme import parse_programme
from core.programme_safeguards import changes
from core.roles import Right, Site

ENTRY = "programme.toml"
_ANSWERED = "programme_declined"
"""The programme whose safeguards were declined, by its hash: nobody is asked about it again."""
_NUMBER = "programme_waiting"
"""What people call the one that waits: made as it comes, since of a number made of the text another text could be looked for."""


@dataclass(frozen=True)
class Waiting:
    """A programme whose safeguards the ward has not agreed to."""

    id: str
    """Ten letters, of this very text as it came; the first four are enough."""
    changes: tuple[str, ...]
    """As in the file, from what holds to what waits."""
    declined: bool
    """A manager has said no: it stays as it is until they agree, or the contractor sends another."""


class Rules:
    """Setting and sending the programme."""

    def __init__(self, desk: Desk, exchange: Exchange) -> None:
        self._desk = desk
        self._exchange = exchange

    def set(self, text: str) -> None:
        """A new programme.toml at the contractor; not while a draw is in force. Raises `UsageError` naming the line,
        `NeedsSecond` where it changes the safeguards and those in force ask for two people."""
        self._desk.actor.require(Right.DRAW)
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused("事業の設定は委託先が行い、区へ送ります")
        programme = parse_programme(text)
        with self._desk.writing(Right.DRAW) as tx:
            if in_force(tx):
                raise Refused("抽選の手順が始まったあとは、事業の設定を変えられません")
            before = tx.settings.get("programme")
            if before is not None and (changed := changes(parse_programme(before, checked=True), programme)):
                need_second(self._desk, tx, _changing(before, text, changed))
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
        """At the ward: the contractor's programme becomes the ward's, but for its safeguards; refused while a draw is in force."""
        if self._desk.actor.site is not Site.WARD:
            raise IntegrityFailure("事業の設定は委託先から区へ送るものです", where=name)
        try:
            text = bundle.entries[ENTRY].decode("utf-8")
        except (KeyError, UnicodeDecodeError) as error:
            raise IntegrityFailure("事業の設定が読めません", where=f"{name} {ENTRY}") from error
        programme, before = parse_programme(text), tx.settings.get("programme")
        if in_force(tx) and before != text:
            raise IntegrityFailure("抽選の手順が始まったあとに、事業の設定が変えられています", where=name)
        if before is not None and before != text:
            kept = tx.settings.get(KEPT) or before
            tx.settings.put(KEPT, kept if changes(parse_programme(kept, checked=True), programme) else "")
            tx.settings.put(_NUMBER, crockford_id(self._desk.entropy(10)))
            self._desk.log(tx, "programme", name)
        tx.settings.put("programme", text)

    def waiting(self) -> Waiting | None:
        """At the ward: the safeguards that wait for a word, if there are any."""
        with self._desk.reading() as tx:
            return waiting_of(tx)

    def agree(self, name: str) -> None:
        """They hold from now on. `name`: the beginning of `Waiting.id`, of what was seen.

        Raises `UsageError` for another, `NeedsSecond` where those that hold so far ask for two people.
        """
        with self._desk.writing(Right.DRAW) as tx:
            waiting = self._need(tx, name)
            text, kept = tx.settings.get("programme") or "", tx.settings.get(KEPT) or ""
            need_second(self._desk, tx, _changing(kept, text, waiting.changes))
            tx.settings.put(KEPT, "")
            write_line(self._desk, tx, Act.UPDATE, Content.PROGRAMME, 1, Unit.FILES, ref=programme_ref(text))
            self._desk.log(tx, "programme", f"agreed {waiting.id}")

    def decline(self, name: str) -> None:
        """They do not hold, and nobody is asked again about these; what was proposed of them is void. Raises `UsageError` as `agree`."""
        with self._desk.writing(Right.DRAW) as tx:
            waiting = self._need(tx, name)
            text, kept = tx.settings.get("programme") or "", tx.settings.get(KEPT) or ""
            drop_words(self._desk, tx, _changing(kept, text, waiting.changes))
            tx.settings.put(_ANSWERED, programme_ref(text))
            self._desk.log(tx, "programme", f"declined {waiting.id}")

    def _need(self, tx: Tx, name: str) -> Waiting:
        if self._desk.actor.site is not Site.WARD:
            raise Refused("委託先が変えた安全の決まりを確かめるのは区です")
        waiting = waiting_of(tx)
        wanted = name.strip().upper()
        if waiting is None or len(wanted) < SHORTEST or not waiting.id.upper().startswith(wanted):
            raise UsageError(
                "その番号の、確かめを待つ決まりはありません", where=name[:20],
                next_step="ikiiki programme waiting で、いま待っているものを見てください",
            )  # fmt: skip
        return waiting


def waiting_of(tx: Tx) -> Waiting | None:
    """In the caller's transaction, as `Rules.waiting`."""
    text, kept = tx.settings.get("programme"), tx.settings.get(KEPT)
    if text is None or not kept:
        return None
    changed = changes(parse_programme(kept, checked=True), parse_programme(text, checked=True))
    before = sha256_hex(text.encode())[:8]  # the number of one that came to a program of before
    name, answered = tx.settings.get(_NUMBER) or before, tx.settings.get(_ANSWERED)
    return Waiting(name, changed, answered in (programme_ref(text), before))


def rules_due(desk: Desk, tx: Tx) -> tuple[str, str] | None:
    """What the flow line says of it to whoever may answer, until that is done or waits for a second person."""
    if not tx.settings.get(KEPT) or not desk.actor.may(Right.DRAW):
        return None
    waiting = waiting_of(tx)
    asked = any(one.deed is Deed.RULES and not one.over for one in pending_of(desk, tx))
    if waiting is None or waiting.declined or asked:
        return None
    return "委託先が変えた安全の決まりを確かめる", "F5"


def _changing(before: str, text: str, changed: tuple[str, ...]) -> Subject:
    facts = {"before": sha256_hex(before.encode()), "programme": sha256_hex(text.encode())}
    return Subject(Deed.RULES, facts, "、".join(changed))


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
