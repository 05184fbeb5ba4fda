"""Notices ⑪: what goes to whom, only after the ward's approval ⑩, and the record that it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.canonical import crockford_id
from core.draw.rules import PARAMS, Params, Publish
from core.draw.standing import PlaceState
from core.errors import Refused
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.notices import Notice, NoticeKind, Outcome, notice
from core.notices import Office as Sender
from core.office.desk import Desk, programme_of
from core.office.drawing import current_draw
from core.office.ledger import write_line
from core.office.seating import approval_of, people_of, standing_of
from core.roles import Right, Site


@dataclass(frozen=True)
class NoticeItem:
    """One notice and whom it is for."""

    record: str
    notice: Notice
    sent: bool
    """Whether this very notice (the kind, and for an admission card the outing) went out to this person last."""
    outing: str = ""
    """Where the admission card admits to, "" on a rejection notice."""

    @property
    def told(self) -> str:
        """What the notice tells, as its dispatch is noted."""
        return told(self.notice.kind, self.outing)


def told(kind: NoticeKind, outing: str) -> str:
    """`admission:A` or `rejection`: who moves to another outing gets another card."""
    return f"{kind.value}:{outing}" if kind is NoticeKind.ADMISSION else kind.value


class NoticeDesk:
    """The use cases of the notices in the 参加者 pane and `ikiiki papers`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def prepare(self, *, only_unsent: bool = True, printing: bool = True) -> list[NoticeItem]:
        """The notices of everybody in the draw, admission cards first, by 受付番号.

        Raises `Refused` before the ward's approval ⑩. `printing`: papers are made of them, which is written to log and
        ledger, since they leave the vault; otherwise they are only counted as posted.
        """
        with self._desk.writing(Right.PAPERS) as tx:
            if self._desk.actor.site is not Site.CONTRACTOR:
                raise Refused("通知を送るのは委託先です")
            programme = programme_of(tx)
            draw = current_draw(tx)
            if draw is None or approval_of(tx, draw) is None:
                raise Refused(
                    "区の承認⑩がまだありません", next_step="F6 送受信で区の承認を受け取ってください"
                )
            standing, _ = standing_of(tx, draw)
            people = people_of(tx, draw)
            sent = tx.notices.sent()
            ranks = {
                (o.code, place.id): rank
                for o in programme.outings
                for rank, place in enumerate(standing.waiting(o.code), start=1)
            }
            published = Params.parse(tx.draws.files(draw)[PARAMS], PARAMS).publish is Publish.PUBLIC
            contact = programme.contact
            sender = Sender(
                contact.name or f"{programme.name}事務局", contact.postal_code, contact.address, contact.phone
            )
            items = []
            for place in standing.places:
                if place.state is PlaceState.OUT:
                    continue
                waiting = tuple(
                    (code, ranks[code, place.id]) for code in place.courses if (code, place.id) in ranks
                )
                outcome = Outcome(place.id, place.course, place.size, waiting)
                for member in people[place.id]:
                    made = notice(
                        programme,
                        member,
                        outcome,
                        office=sender,
                        published=published,
                    )
                    outing = place.course or ""
                    gone = member.record in sent and sent[member.record][0] == told(made.kind, outing)
                    if not (only_unsent and gone):
                        items.append(NoticeItem(member.record, made, gone, outing))
            items.sort(key=lambda item: (item.notice.kind is not NoticeKind.ADMISSION, item.notice.number))
            for kind, content in _CONTENT.items():
                count = sum(item.notice.kind is kind for item in items)
                if count and printing:
                    write_line(
                        self._desk, tx, Act.PRINT, content, count, Unit.POSTCARDS,
                        medium=Medium.POSTCARD, from_=Place.CONTRACTOR, to=Place.CONTRACTOR,
                    )  # fmt: skip
            self._desk.log(tx, "print" if printing else "notices", f"notices={len(items)}")
        return items

    def dispatch(self, items: Sequence[NoticeItem]) -> str:
        """Note that these were posted: one batch, its counts in the ledger. Returns the batch's id."""
        if not items:
            raise Refused("発送した通知がありません", next_step="先に通知をつくってください")
        batch = crockford_id(self._desk.entropy(10))
        with self._desk.writing(Right.PAPERS) as tx:
            if self._desk.actor.site is not Site.CONTRACTOR:
                raise Refused("通知を送るのは委託先です")
            for item in items:
                tx.notices.put(batch, item.record, item.told, self._desk.now())
            for kind, content in _CONTENT.items():
                count = sum(item.notice.kind is kind for item in items)
                if count:
                    write_line(
                        self._desk, tx, Act.DISPATCH, content, count, Unit.POSTCARDS, medium=Medium.POSTCARD,
                        from_=Place.CONTRACTOR, to=Place.APPLICANTS, ref=f"batch:{batch}",
                    )  # fmt: skip
            tx.settings.put("receipt_due", "yes")  # the ward is to see the dispatch in the ledger
            self._desk.log(tx, "dispatch", f"batch={batch} n={len(items)}")
        return batch


_CONTENT = {NoticeKind.ADMISSION: Content.ADMISSION_CARDS, NoticeKind.REJECTION: Content.REJECTION_NOTICES}
