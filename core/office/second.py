"""Two people for what the programme says ([accounts] second_person): one proposes, another confirms, then it is done.

Both words are signed lines of this site's ledger, so the other site sees them. A line binds what exactly was agreed on by
its hash; the facts behind it lie in the vault, for whoever is to confirm. What has changed since has to be proposed anew.
The erasure at the contract's end always takes two managers and has its own lines (`core.office.erasing`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.applicant import Application
from core.canonical import canonical_json, crockford_id, sha256_hex
from core.errors import Refused, UsageError
from core.ledger.agreement import DAYS, SECOND, Agreement, agreements_of
from core.ledger.codes import Act, Content, Unit
from core.office.acts import lines_of
from core.office.desk import Desk, programme_of
from core.office.dropped import listed
from core.office.ledger import write_line
from core.office.ports import Tx
from core.roles import Right, Site

SHORTEST = 4
"""Letters of a name that are enough."""


class Deed(StrEnum):
    """What may take two people; the words of `second_person` in programme.toml."""

    FREEZE = "freeze"
    EXPORT = "export"
    ERASE = "erase"
    RULES = "rules"
    """No word of `second_person`: asked wherever that has one, or one person could take the others away."""


DEED_WORDS = {
    Deed.FREEZE: "抽選名簿の確定",
    Deed.EXPORT: "媒体への書出し",
    Deed.ERASE: "一人の消去",
    Deed.RULES: "安全の決まりの変更",
}
_CONTENT = {
    Deed.FREEZE: Content.ROLL,
    Deed.EXPORT: Content.MEDIA,
    Deed.ERASE: Content.APPLICATIONS,
    Deed.RULES: Content.PROGRAMME,
}


@dataclass(frozen=True)
class Subject:
    """What exactly is to be done. `facts`: numbers and codes, nothing about anybody."""

    deed: Deed
    facts: Mapping[str, str | int]
    told: str
    """The same for the person who is to confirm, in Japanese."""

    def names(self, agreement: str) -> bool:
        """Whether the agreement of that name is about this."""
        deed, _, digest = agreement.split(":")
        return deed == self.deed.value and digest == self.digest

    @property
    def digest(self) -> str:
        return sha256_hex(canonical_json({"deed": self.deed.value, **self.facts}))


class NeedsSecond(Refused):
    """It takes another person first."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(
            f"{DEED_WORDS[subject.deed]}には、もう一人の確認が要ります", where=subject.told,
            next_step="発議し、ほかの人が F5 管理簿 の「二人目の確認」（ikiiki second confirm）で確かめてから、もう一度行ってください",
        )  # fmt: skip
        self.subject = subject


@dataclass(frozen=True)
class Pending:
    """A proposal in force."""

    id: str
    """Ten letters; the first four are enough."""
    deed: Deed
    told: str
    agreement: Agreement
    over: bool
    """Too old: it has to be proposed anew."""

    @property
    def sentence(self) -> str:
        return f"{DEED_WORDS[self.deed]}（{self.told}）"


def need_second(desk: Desk, tx: Tx, subject: Subject, *, enact: bool = True) -> None:
    """Raises `NeedsSecond` where the programme asks for two people and they have not agreed on just this.

    With `enact`, in the transaction that does it: the agreement is used up by a line of its own.
    """
    if not _asked(tx, subject.deed):
        return
    for pending in pending_of(desk, tx):
        if subject.names(pending.agreement.id) and pending.agreement.confirmed and not pending.over:
            if enact:
                _write(desk, tx, Act.ENACT, pending.agreement.id)
            return
    raise NeedsSecond(subject)


def pending_of(desk: Desk, tx: Tx) -> list[Pending]:
    """What has been proposed at this site and neither done nor dropped, oldest first."""
    org: Site = desk.actor.site
    lines = lines_of(tx, org, SECOND.propose, SECOND.confirm, SECOND.drop, SECOND.done)
    found = []
    for name, agreement in agreements_of(lines, SECOND).items():
        deed, short, _ = name.split(":")
        told = tx.settings.get(f"second_{short}")
        words = json.loads(told)["told"] if told else "内容の記録がありません"
        found.append(Pending(short, Deed(deed), words, agreement, agreement.over(desk.now())))
    return found


def drop_words(desk: Desk, tx: Tx, subject: Subject) -> None:
    """What was proposed or agreed on just this is void from now on, in the caller's transaction."""
    for pending in pending_of(desk, tx):
        if subject.names(pending.agreement.id):
            _write(desk, tx, Act.DROP, pending.agreement.id)


def second_due(desk: Desk, tx: Tx) -> tuple[str, str] | None:
    """What the flow line says of it: a sentence and the key of the pane; None where nothing waits for this person."""
    if not programme_of(tx).accounts.second_person or not desk.actor.may(Right.SECOND):
        return None
    for one in pending_of(desk, tx):
        mine = one.agreement.proposed_by == desk.actor.staff_id
        if one.over or (mine and not one.agreement.confirmed):
            continue
        if not one.agreement.confirmed:
            return f"二人目として確かめる: {DEED_WORDS[one.deed]}（{one.agreement.proposed_by} の発議）", "F5"
        if mine:
            where = (
                "（ikiiki programme set）"
                if (one.deed, desk.actor.site) == (Deed.RULES, Site.CONTRACTOR)
                else ""
            )
            return (
                f"{one.agreement.confirmed_by} が確かめた。実行する: {DEED_WORDS[one.deed]}{where}",
                "F3" if one.deed is Deed.FREEZE else "F5",
            )
    return None


def freezing(draw: str, taken: Sequence[Application]) -> Subject:
    """Step 2 at the contractor: this list of people, as they stand."""
    listed = sha256_hex(canonical_json({"records": [[one.record, one.version] for one in taken]}))
    return Subject(
        Deed.FREEZE,
        {"draw": draw, "people": len(taken), "list": listed},
        f"抽選 {draw}、区が確認した {len(taken)}人",
    )


def signing(draw: str, freeze: bytes, absent: bool, without: Collection[int] = ()) -> Subject:
    """Step 2 at the ward: its signature under the contractor's list, which misses `without` with its consent."""
    facts = {"draw": draw, "freeze": sha256_hex(freeze), "absent": "yes" if absent else "no"}
    told = f"抽選 {draw} の名簿への署名" + ("、封は開けない" if absent else "")
    if without:
        facts["without"] = ",".join(map(str, sorted(without)))
        told += f"、不受理を認める 受付番号 {listed(tuple(sorted(without)))}"
    return Subject(Deed.FREEZE, facts, told)


def erasing_one(number: int, reason: str) -> Subject:
    """One person's data."""
    return Subject(Deed.ERASE, {"number": number, "reason": reason}, f"受付番号 {number:04}")


class SecondDesk:
    """The use cases of `ikiiki second` and the window 二人目の確認."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def asked(self) -> list[Deed]:
        """For what the programme asks for two people."""
        with self._desk.reading() as tx:
            return [deed for deed in Deed if _asked(tx, deed)]

    def list(self) -> list[Pending]:
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return pending_of(self._desk, tx)

    def propose(self, subject: Subject) -> Pending:
        """The first person's word. One already in force on just this stays as it is."""
        with self._desk.writing(Right.SECOND) as tx:
            for one in pending_of(self._desk, tx):
                if subject.names(one.agreement.id) and not one.over:
                    return one
            short = crockford_id(self._desk.entropy(10))
            tx.settings.put(
                f"second_{short}", json.dumps({"facts": dict(subject.facts), "told": subject.told}, ensure_ascii=False, sort_keys=True)
            )  # fmt: skip
            _write(self._desk, tx, Act.PROPOSE, f"{subject.deed.value}:{short}:{subject.digest}")
            self._desk.log(tx, "second_propose", f"{short} {subject.deed.value}")
            return self._one(tx, short)

    def confirm(self, name: str) -> Pending:
        """The second person's word. Raises `Refused` for whoever proposed it, and when it is too late."""
        with self._desk.writing(Right.SECOND) as tx:
            one = self._one(tx, name)
            if one.agreement.proposed_by == self._desk.actor.staff_id:
                raise Refused(
                    "発議した本人は、二人目になれません", where=f"番号 {one.id}",
                    next_step="ほかの取扱責任者か取扱者が、自分の職員IDでログインして確かめてください",
                )  # fmt: skip
            if one.over:
                raise Refused(
                    f"発議から{DAYS}日を過ぎています",
                    where=f"番号 {one.id}",
                    next_step="もう一度発議してください",
                )
            if one.agreement.confirmed:
                raise Refused("すでに確かめられています", where=f"番号 {one.id}")
            _write(self._desk, tx, Act.SECOND, one.agreement.id)
            self._desk.log(tx, "second_confirm", one.id)
            return self._one(tx, one.id)

    def drop(self, name: str) -> Pending:
        """Take a proposal back, confirmed or not. Whoever may confirm may."""
        with self._desk.writing(Right.SECOND) as tx:
            one = self._one(tx, name)
            _write(self._desk, tx, Act.DROP, one.agreement.id)
            self._desk.log(tx, "second_drop", one.id)
            return one

    def _one(self, tx: Tx, name: str) -> Pending:
        wanted = name.strip().upper()
        found = [one for one in pending_of(self._desk, tx) if one.id.startswith(wanted)]
        if len(found) != 1 or len(wanted) < SHORTEST:
            raise UsageError(
                "その番号の発議はありません",
                where=name[:20],
                next_step="ikiiki second list で番号を確かめてください",
            )
        return found[0]


def _asked(tx: Tx, deed: Deed) -> bool:
    if tx.settings.get("programme") is None:
        return False
    asked = programme_of(tx).accounts.second_person
    return bool(asked) if deed is Deed.RULES else deed.value in asked


def _write(desk: Desk, tx: Tx, act: Act, name: str) -> None:
    content = _CONTENT[Deed(name.split(":")[0])]
    write_line(desk, tx, act, content, 1, Unit.TIMES, ref=SECOND.ref + name)
