"""消去の依頼 at the contractor: what became of each person whom the ward was asked to erase, and asking once more.

The ward's answer is a line of its ledger, which comes with every bundle: `erase`, or `decline` with the reason. One site's lines stand
in order; between the two no clock decides: an answer is needed for each time it was asked, and each `ask` follows one `decline`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from core.applicant import Application, State
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.line import LedgerLine
from core.office.acts import lines_of
from core.office.blanking import is_blanked
from core.office.choices import DECLINE_REASONS
from core.office.desk import Desk
from core.office.erase_requests import DECLINED, hashed, reference
from core.office.forms import DESK_NUMBERS
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.seating import day_of
from core.roles import Right, Site


class Answer(StrEnum):
    """How a request stands."""

    UNSENT = "unsent"
    WAITING = "waiting"
    AGREED = "agreed"
    DECLINED = "declined"


ANSWER_WORDS = {
    Answer.UNSENT: "まだ送っていない",
    Answer.WAITING: "区の答えを待っている",
    Answer.AGREED: "区も消去した",
    Answer.DECLINED: "区が断った",
}


@dataclass(frozen=True)
class Asked:
    """One person erased here, of whom the ward was told."""

    number: int
    answer: Answer
    reason: str = ""
    """Why it was declined: a code of `DECLINE_REASONS`."""
    on: dt.date | None = None
    """The day of the ward's answer, by its own clock."""

    @property
    def words(self) -> str:
        why = f"（{self.on}）: {DECLINE_REASONS[self.reason]}" if self.reason else ""
        return ANSWER_WORDS[self.answer] + (why or (f"（{self.on}）" if self.on else ""))


def ward_holds(tx: Tx, application: Application) -> bool:
    """Whether the ward has this person as well: sent there, or keyed at its counter."""
    return application.number in DESK_NUMBERS or tx.applications.was_sent(application.number)


def asked_of(tx: Tx) -> list[Asked]:
    """All that the contractor's vault tells, by 受付番号."""
    gone = [
        one
        for one in tx.applications.all((State.WITHDRAWN, State.REFUSED))
        if is_blanked(one) and ward_holds(tx, one)
    ]
    if not gone:
        return []
    unsent = {one.number for one in tx.applications.unsent()}
    agreed = {line.ref: line for line in lines_of(tx, Site.WARD, Act.ERASE)}
    again = [line.ref for line in lines_of(tx, Site.CONTRACTOR, Act.ASK)]
    declined: dict[str, list[LedgerLine]] = {}
    for line in lines_of(tx, Site.WARD, Act.DECLINE):
        declined.setdefault(line.ref.rpartition(":")[2], []).append(line)
    found = []
    for one in gone:
        mine = reference(one.record)
        no = declined.get(hashed(one.record), [])
        if mine in agreed:
            found.append(Asked(one.number, Answer.AGREED, on=day_of(agreed[mine].at)))
        elif len(no) > again.count(mine):
            reason = no[-1].ref.removeprefix(DECLINED).partition(":")[0]
            found.append(Asked(one.number, Answer.DECLINED, reason, day_of(no[-1].at)))
        else:
            found.append(Asked(one.number, Answer.UNSENT if one.number in unsent else Answer.WAITING))
    return found


def declined_of(tx: Tx) -> list[Asked]:
    """Those the ward has declined and was not asked about again. Looks at nobody's row while its ledger tells of no decline."""
    return (
        [one for one in asked_of(tx) if one.answer is Answer.DECLINED]
        if lines_of(tx, Site.WARD, Act.DECLINE)
        else []
    )


class EraseAnswers:
    """The use cases of the window 消去の依頼, `ikiiki person requests` and `person ask`: the contractor's side."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self) -> list[Asked]:
        """Every request, answered or not."""
        self._require_here()
        with self._desk.reading(Right.ERASE) as tx:
            return asked_of(tx)

    def ask(self, number: int) -> None:
        """Ask the ward once more about a person it has declined to erase: it goes with the next ③.

        Raises `UsageError` for somebody the ward was never asked about, `Refused` unless it has declined.
        """
        self._require_here()
        with self._desk.writing(Right.ERASE) as tx:
            where = f"受付番号 {number:04}"
            one = next((one for one in asked_of(tx) if one.number == number), None)
            if one is None:
                raise UsageError(
                    "この受付番号では、区に消去を依頼していません", where=where,
                    next_step="ikiiki person requests（F7 の「消去の依頼」）で一覧を見てください",
                )  # fmt: skip
            if one.answer is not Answer.DECLINED:
                raise Refused(
                    f"区が断った依頼ではありません: {one.words}", where=where,
                    next_step="もう一度依頼するのは、区が断ったときだけです",
                )  # fmt: skip
            application = tx.applications.get(number)
            assert application is not None
            tx.applications.send_again(number)
            write_line(
                self._desk, tx, Act.ASK, Content.APPLICATIONS, 1, Unit.PEOPLE, medium=Medium.VAULT,
                ref=reference(application.record),
            )  # fmt: skip
            self._desk.log(tx, "erase_again", f"no={number}")

    def _require_here(self) -> None:
        self._desk.actor.require(Right.ERASE)
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused(
                "区へ消去を依頼するのは委託先です",
                next_step="区では、届いた依頼に F7 の「消去の依頼」（ikiiki person requests）で答えます",
            )
