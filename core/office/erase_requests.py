"""消去の依頼 at the ward: whom the contractor calls erased stays as the ward knows them until a manager here agrees.

The ward's vault is the proof of who was there when lots were drawn (docs/attacks.md). So a blank that arrives withdraws
the person and asks; what the ward holds of them goes only by its own signed word, and never while its draw or the
events it holds still count the person in. Or a manager declines, with a reason: then it stands with the ward as it was, no word
given before counts any more, and only another request can be agreed to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from core.applicant import STATE_WORDS, Application, State
from core.canonical import sha256_hex
from core.choosing import one_of
from core.errors import IntegrityFailure, Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.acts import lines_of
from core.office.blanking import ASKED_REASON, DECLINED_REASON, blanked, is_asked, is_blanked, is_declined
from core.office.choices import DECLINE_REASONS
from core.office.desk import Desk, programme_of
from core.office.ledger import write_line
from core.office.plans import is_drawn
from core.office.ports import Tx
from core.office.renewal import Renewal
from core.office.seating import day_of
from core.office.second import drop_words, erasing_one, need_second
from core.office.taking_part import Part, part_of
from core.roles import Right, Site

BY_CONTRACTOR = "contractor"
"""Why the ward erased: the contractor asked for it."""
DECLINED = "declined:"
"""How `ref` of a `decline` begins; the reason and the hash of the record id follow."""
_OUT = (State.WITHDRAWN, State.REFUSED)


@dataclass(frozen=True)
class EraseRequest:
    """One person whom the contractor has erased, and the ward has not."""

    number: int
    kana: str = field(repr=False)
    """As the ward holds it."""
    state: State
    """What the contractor gave with it."""
    asked: dt.datetime
    due: dt.date
    seen: bool
    """The ward had been told before that this person takes no part any more."""
    hindrance: str = ""
    """Why it cannot be agreed to now; "" when it can."""

    @property
    def state_words(self) -> str:
        return f"{STATE_WORDS[self.state]}、本人の情報を消去した"

    @property
    def seen_words(self) -> str:
        return "分かっていた" if self.seen else "分かっていなかった（この依頼が初めての知らせ）"


def take_blank(desk: Desk, tx: Tx, current: Application, incoming: Application) -> None:
    """④: the contractor has erased this person. Kept as a request; the row is withdrawn, its items stay.

    Raises `IntegrityFailure` for a blank that still says something of somebody.
    """
    if replace(blanked(current), version=0) != replace(incoming, state=blanked(current).state, version=0):
        raise IntegrityFailure(
            "消去されたはずの応募に、内容が残っています", where=f"受付番号 {current.number:04}"
        )
    asked = replace(current, state=incoming.state, problems=(), warnings=(), reason=ASKED_REASON)
    if asked != current:
        tx.applications.put(replace(asked, version=current.version + 1), desk.now(), BY_CONTRACTOR)
        desk.log(tx, "erase_asked", f"no={current.number}")


def need_told(tx: Tx) -> None:
    """Raises `IntegrityFailure` where more people came as erased than the contractor's ledger tells of."""
    came = sum(is_asked(one) or is_declined(one) or is_blanked(one) for one in tx.applications.all(_OUT))
    if came == 0:
        return
    lines = lines_of(tx, Site.CONTRACTOR, Act.ERASE)
    told = sum(line.qty for line in lines if line.unit is Unit.PEOPLE)
    if told < came:
        raise IntegrityFailure(
            f"消去されたとして届いた人が {came}人、委託先の管理簿にある一人の消去が {told}人です。取り込んでいません",
            next_step="委託先に連絡し、両者の記録を見比べてください",
        )


def reference(record: str) -> str:
    """What the ward's ledger line of the erasure refers to, so that the contractor knows whose it is."""
    return f"sha256:{hashed(record)}"


def hashed(record: str) -> str:
    """The record id as ledgers name it."""
    return sha256_hex(record.encode())


def requests_of(desk: Desk, tx: Tx) -> list[EraseRequest]:
    """All that wait for an answer, by 受付番号. None at the contractor."""
    if desk.actor.site is not Site.WARD:
        return []
    days = programme_of(tx).deadlines.erase_days if tx.settings.get("programme") else 0
    found = []
    for one in tx.applications.with_reason(ASKED_REASON):
        if one.state not in _OUT:
            continue
        history = tx.applications.history(one.number)
        first = next(place for place, (version, _, _) in enumerate(history) if _since(history, place))
        asked = history[first][1]
        before = next(
            (version for version, _, _ in reversed(history[:first]) if not is_asked(version) and not is_declined(version)),
            None,
        )  # fmt: skip
        hindrance = _hindrance(desk, tx, one)
        seen = (before is not None and before.state in _OUT) or (not hindrance and is_drawn(tx, one.record))
        due = day_of(asked.isoformat()) + dt.timedelta(days=days)
        found.append(
            EraseRequest(
                one.number,
                one.applicant.kana,
                one.state,
                asked,
                due,
                seen,
                "" if hindrance is None else hindrance.what,
            )
        )
    return found


def _since(history: list[tuple[Application, dt.datetime, str]], place: int) -> bool:
    return all(is_asked(version) for version, _, _ in history[place:])


def _hindrance(desk: Desk, tx: Tx, application: Application) -> Refused | None:
    try:
        _need_gone(desk, tx, application)
    except Refused as error:
        return error
    return None


def _need_gone(desk: Desk, tx: Tx, application: Application) -> None:
    """That by what this vault holds the person is in no draw going on and has no place. Raises `Refused`."""
    where = f"受付番号 {application.number:04}"
    part = part_of(desk, tx, application)
    if part is Part.ROLL:
        raise Refused(
            "いま行っている抽選の名簿に入っている人です", where=where,
            next_step="消していません。抽選が終わり、この人の辞退が⑦で届いてから答えてください。身に覚えがなければ、委託先に連絡してください",
        )  # fmt: skip
    if part is Part.PLACE:
        raise Refused(
            "区が受け取った記録では、まだ参加者か補欠の人です", where=where,
            next_step="消していません。委託先に連絡し、辞退の知らせ（⑦）が届いてから答えてください",
        )  # fmt: skip


class EraseRequests:
    """The use cases of the window 消去の依頼, `ikiiki person requests`, `person agree` and `person decline`: the ward's side."""

    def __init__(self, desk: Desk, renewal: Renewal) -> None:
        self._desk = desk
        self._renewal = renewal

    def list(self) -> list[EraseRequest]:
        """What waits for an answer."""
        self._require_here()
        with self._desk.reading(Right.ERASE) as tx:
            return requests_of(self._desk, tx)

    def may_agree(self, number: int) -> EraseRequest:
        """The request. Raises `UsageError` where none stands, `Refused` while the ward's own records count the person in."""
        self._require_here()
        with self._desk.reading(Right.ERASE) as tx:
            _need_gone(self._desk, tx, _need(tx, number))
            return next(one for one in requests_of(self._desk, tx) if one.number == number)

    def agree(self, number: int) -> None:
        """The ward's own word: signed in its ledger, and the person out of every row, under a new key. No way back.

        Raises as `may_agree`, and while others are inside.
        """
        self.may_agree(number)
        subject = erasing_one(number, BY_CONTRACTOR)
        with self._desk.reading() as tx:
            need_second(self._desk, tx, subject, enact=False)

        def record(tx: Tx, _: bytes) -> None:
            application = _need(tx, number)
            _need_gone(self._desk, tx, application)
            need_second(self._desk, tx, subject)
            gone = blanked(application)
            tx.applications.put(gone, self._desk.now(), self._desk.actor.staff_id)
            tx.blanks.erase(gone, self._desk.now(), self._desk.actor.staff_id, BY_CONTRACTOR)
            write_line(
                self._desk, tx, Act.ERASE, Content.APPLICATIONS, 1, Unit.PEOPLE, medium=Medium.VAULT,
                ref=reference(application.record),
            )  # fmt: skip
            tx.settings.put("receipt_due", "yes")  # the contractor is to see this line soon
            self._desk.log(tx, "erase_person", f"no={number} reason={BY_CONTRACTOR}")

        self._renewal.renew(record)

    def decline(self, number: int, reason: str) -> None:
        """The ward keeps what it has of this person, and says why: a signed line that the contractor reads with the next bundle.

        What two people may have agreed on before is void. Raises `UsageError` where no request stands, or for an unknown reason.
        """
        self._require_here()
        if reason not in DECLINE_REASONS:
            raise UsageError(
                "理由の符号が正しくありません",
                where=reason[:20],
                next_step=one_of(DECLINE_REASONS),
            )
        with self._desk.writing(Right.ERASE) as tx:
            current = _need(tx, number)
            declined = replace(current, version=current.version + 1, reason=DECLINED_REASON)
            tx.applications.put(declined, self._desk.now(), self._desk.actor.staff_id)
            drop_words(self._desk, tx, erasing_one(number, BY_CONTRACTOR))
            write_line(
                self._desk, tx, Act.DECLINE, Content.APPLICATIONS, 1, Unit.PEOPLE, medium=Medium.VAULT,
                ref=f"{DECLINED}{reason}:{hashed(current.record)}",
            )  # fmt: skip
            tx.settings.put("receipt_due", "yes")  # as above
            self._desk.log(tx, "erase_declined", f"no={number} reason={reason}")

    def _require_here(self) -> None:
        self._desk.actor.require(Right.ERASE)
        if self._desk.actor.site is not Site.WARD:
            raise Refused(
                "消去の依頼に答えるのは区です",
                next_step="委託先では、ikiiki person erase で消去し、③と送受信で区へ伝えてください",
            )


def _need(tx: Tx, number: int) -> Application:
    application = tx.applications.get(number)
    if application is None or not is_asked(application):
        raise UsageError(
            "この受付番号に、消去の依頼は来ていません",
            where=f"受付番号 {number:04}",
            next_step="ikiiki person requests（F7 の「消去の依頼」）で一覧を見てください",
        )
    return application


def request_lines(one: EraseRequest) -> list[str]:
    """All there is to say of one, the same on the screen and by the command."""
    lines = [
        f"受付番号 {one.number:04}  {one.kana}（区の記録）",
        f"委託先からの知らせ  {one.state_words}",
        f"取下げ・不受理・辞退  依頼の前に{one.seen_words}",
        f"届いた日  {day_of(one.asked.isoformat())}  答える期限  {one.due.isoformat()}",
    ]
    return [*lines, f"いまは同意できません: {one.hindrance}"] if one.hindrance else lines
