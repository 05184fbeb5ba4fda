"""One person's rights during the year: 開示 (all that is held), 利用停止・消去. Corrections are made in `intake`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.applicant import Application, State
from core.choosing import one_of
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Unit
from core.notice_kinds import FORM_WORDS, Form
from core.office.blanking import blanked, is_blanked
from core.office.choices import ERASE_REASONS
from core.office.corrections import need
from core.office.desk import Desk, iso, programme_of
from core.office.inventory import write_copy
from core.office.ledger import write_line
from core.office.mails import STATE_WORDS
from core.office.plans import is_drawn
from core.office.ports import AccessRow, SourceRow, Tx
from core.office.remains import Remains, remains_of
from core.office.renewal import Renewal
from core.office.review_items import APPLICANTS, PARTICIPANTS
from core.office.review_lines import RETURN_CODES
from core.office.second import erasing_one, need_second
from core.office.taking_part import Part, part_of
from core.office.telling import told_words
from core.roles import Right, Site


@dataclass(frozen=True)
class Held:
    """All that is held about one person."""

    application: Application = field(repr=False)
    versions: Sequence[tuple[Application, dt.datetime, str]] = field(repr=False)
    sources: Sequence[SourceRow] = field(repr=False)
    attendance: Sequence[tuple[str, bool]]
    notices: Sequence[tuple[str, str, str]]
    """(when, what was told or became of it, on what): every notice, and every step of those by mail."""
    reviews: Sequence[tuple[str, str, str]]
    """(when, stage, verdict): the ward's newest words."""
    accesses: Sequence[AccessRow]
    """Who opened, corrected or withdrew it: lines of the 操作ログ that name the number."""
    copy: str
    """控番号 of the paper."""
    at: str
    by: str


class PersonDesk:
    """The use cases of `ikiiki person`. For managers: it goes beyond what the work of every day needs."""

    def __init__(self, desk: Desk, renewal: Renewal) -> None:
        self._desk = desk
        self._renewal = renewal

    def disclose(self, number: int) -> Held:
        """開示: everything about one person, to be handed to that person alone. Noted in ledger and log."""
        with self._desk.writing(Right.ERASE) as tx:
            application = _need(tx, number)
            record = application.record
            attendance = [
                (outing, present[record])
                for outing in programme_of(tx).codes
                if record in (present := tx.attendance.of(outing))
            ]
            copy = write_copy(self._desk, tx, Act.PRINT, Content.APPLICATIONS, 1, Unit.FILES, Medium.PAPER)
            accesses = [
                row
                for row in reversed(tx.access.page(0, tx.access.count()))
                if row.act != "login_failed" and _names(row.detail, number, record)
            ]
            self._desk.log(tx, "disclose", f"no={number} {copy}")
            return Held(
                application,
                tx.applications.history(number),
                tx.sources.of_application(number),
                attendance,
                _notices(tx, record),
                _reviews(tx, record),
                accesses,
                copy,
                iso(self._desk.now()),
                self._desk.actor.name,
            )

    def may_erase(self, number: int) -> Remains:
        """What will be left of somebody who may be erased now. Raises as `erase`; changes nothing."""
        self._require_here()
        with self._desk.reading() as tx:
            _need_out(self._desk, tx, _need(tx, number))
            return remains_of(tx, self._desk, number)

    def remains(self, number: int) -> Remains:
        """Where this person may still stand outside the rows, erased or not; at either site."""
        with self._desk.reading(Right.ERASE) as tx:
            need(tx, number)
            return remains_of(tx, self._desk, number)

    def erase(self, number: int, reason: str) -> Remains:
        """利用停止・消去: the five items, wishes and hashes over them, out of every row. There is no way back.

        The vault gets a new key with it, so that older pages and logs are dead too. Raises `Refused` for somebody who still takes part, and while others are inside;
        `UsageError` for an unknown number or reason.
        """
        if reason not in ERASE_REASONS:
            raise UsageError(
                "理由の符号が正しくありません",
                where=reason[:20],
                next_step=one_of(ERASE_REASONS),
            )
        self.may_erase(number)
        with self._desk.reading() as tx:
            need_second(self._desk, tx, erasing_one(number, reason), enact=False)

        def record(tx: Tx, _: bytes) -> None:
            application = _need(tx, number)
            _need_out(self._desk, tx, application)
            need_second(self._desk, tx, erasing_one(number, reason))
            erase_person(self._desk, tx, application, reason)
            write_line(self._desk, tx, Act.ERASE, Content.APPLICATIONS, 1, Unit.PEOPLE, medium=Medium.VAULT)
            self._desk.log(tx, "erase_person", f"no={number} reason={reason}")

        self._renewal.renew(record)
        with self._desk.reading() as tx:
            return remains_of(tx, self._desk, number)

    def _require_here(self) -> None:
        self._desk.actor.require(Right.ERASE)
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused(
                "一人の消去は委託先が行い、次の③で区に依頼として届きます",
                next_step="委託先に依頼してください。依頼に答えるのは F7 の「消去の依頼」（ikiiki person requests）です",
            )


def erase_person(desk: Desk, tx: Tx, application: Application, reason: str) -> None:
    """Blank one person in the caller's transaction, at either site."""
    gone = blanked(application)
    tx.applications.put(gone, desk.now(), desk.actor.staff_id)
    tx.blanks.erase(gone, desk.now(), desk.actor.staff_id, reason)


def _need(tx: Tx, number: int) -> Application:
    application = need(tx, number)
    if is_blanked(application):
        raise Refused("この人の情報は、すでに消去されています", where=f"受付番号 {number:04}")
    return application


def _need_out(desk: Desk, tx: Tx, application: Application) -> None:
    """That this person takes no part any more: withdrawn, refused, or out of every draw there was. Raises `Refused`."""
    where = f"受付番号 {application.number:04}"
    part = part_of(desk, tx, application)
    if part is Part.ROLL:
        raise Refused(
            "いま行っている抽選の名簿に入っている人です", where=where,
            next_step="その抽選が終わってから辞退を記録し、消去してください",
        )  # fmt: skip
    if part is Part.PLACE:
        raise Refused(
            "まだ参加者か補欠の人です", where=where,
            next_step="先に F4 参加者で辞退を記録してください（ikiiki participants cancel）",
        )  # fmt: skip
    if application.state not in (State.WITHDRAWN, State.REFUSED) and not is_drawn(tx, application.record):
        raise Refused(
            "まだ応募している人です", where=where,
            next_step="先に F2 受付で取下げを記録してください（ikiiki intake withdraw）",
        )  # fmt: skip


def _notices(tx: Tx, record: str) -> list[tuple[str, str, str]]:
    """Everything that went out to this person, oldest first."""
    sent = [(iso(at), told_words(kind), FORM_WORDS[Form(form)]) for kind, form, at in tx.notices.of(record)]
    steps = [
        (iso(step.at), f"{told_words(step.told)}: {STATE_WORDS[step.state]}", FORM_WORDS[Form.MAIL])
        for step in tx.mails.of(record)
    ]
    return sorted([*sent, *steps], key=lambda one: one[0])


def _reviews(tx: Tx, record: str) -> list[tuple[str, str, str]]:
    found = []
    for stage, words in ((APPLICANTS, "⑤ 応募者"), (PARTICIPANTS, "⑨ 参加者")):
        if row := tx.reviews.latest(stage, [record]).get(record):
            code = f"（{RETURN_CODES[row.code]}）" if row.code else ""
            found.append((iso(row.at), words, ("差戻し" if row.verdict == "returned" else "確認") + code))
    return found


def _names(detail: str, number: int, record: str) -> bool:
    """Whether a line of the access log is about this person: `no=3`, `no=3,7`, `no=0003`, or the record itself."""
    words = detail.split()
    told = next((word for word in words if word.startswith("no=")), "").removeprefix("no=").split(",")
    return record in words or any(one.isdecimal() and int(one) == number for one in told)
