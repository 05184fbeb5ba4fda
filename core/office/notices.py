"""Notices ⑪: what goes to whom, only after the ward's approval ⑩, and the record that it went."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.canonical import crockford_id
from core.draw.rules import PARAMS, Params, Publish
from core.draw.standing import PlaceState
from core.errors import Refused
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.notices import Notice, NoticeKind, Outcome, notice
from core.notices import Office as Sender
from core.office.desk import Desk, programme_of
from core.office.ledger import write_line
from core.office.plans import done_draws, draw_of
from core.office.ports import Tx
from core.office.seating import approval_of, people_of, standing_of
from core.programme import Programme
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

    draw: str = ""
    """"" for the first draw of the year."""

    @property
    def told(self) -> str:
        """What the notice tells, as its dispatch is noted."""
        return told(self.notice.kind, self.outing or self.draw)


def told(kind: NoticeKind, where: str) -> str:
    """`admission:A`: who moves to another outing gets another card. `rejection`, from the second draw on with its name."""
    return f"{kind.value}:{where}" if where else kind.value


def told_last(tx: Tx) -> dict[tuple[str, str], str]:
    """By record and draw: what the notice that went out last told.

    A card names its outing, and so its draw; a rejection names its draw from the second draw on.
    """
    done = done_draws(tx)
    found: dict[tuple[str, str], str] = {}
    draws: dict[str, str | None] = {}
    for record, kind in tx.notices.all():
        word, _, rest = kind.partition(":")
        if word == NoticeKind.ADMISSION:
            if rest not in draws:
                draws[rest] = draw_of(tx, rest)
            draw = draws[rest]
        else:
            draw = rest or next(iter(done), None)
        if draw is not None:
            found[record, draw] = kind
    return found


def _of_draw(
    tx: Tx, draw: str, programme: Programme, sender: Sender, gone: Mapping[tuple[str, str], str]
) -> Iterator[NoticeItem]:
    """The notices of everybody in a finished draw, whether they have gone or not."""
    standing, _ = standing_of(tx, draw)
    people = people_of(tx, draw)
    params = Params.parse(tx.draws.files(draw)[PARAMS], PARAMS)
    codes = {course.code for course in params.courses}
    ranks = {
        (code, place.id): rank for code in codes for rank, place in enumerate(standing.waiting(code), start=1)
    }
    later = "" if done_draws(tx)[0] == draw else draw
    for place in standing.places:
        if place.state is PlaceState.OUT:
            continue
        waiting = tuple((code, ranks[code, place.id]) for code in place.courses if (code, place.id) in ranks)
        outcome = Outcome(place.id, place.course, place.size, waiting)
        for member in people[place.id]:
            wishes = tuple(code for code in member.applicant.preferences if code in codes)
            asked = dataclasses.replace(
                member, applicant=dataclasses.replace(member.applicant, preferences=wishes)
            )
            published = params.publish is Publish.PUBLIC
            made = notice(programme, asked, outcome, office=sender, published=published)
            outing = place.course or ""
            sent = gone.get((member.record, draw)) == told(made.kind, outing or later)
            yield NoticeItem(member.record, made, sent, outing, later)


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
            draws = [draw for draw in done_draws(tx) if approval_of(tx, draw) is not None]
            if not draws:
                raise Refused(
                    "区の承認⑩がまだありません", next_step="F6 送受信で区の承認を受け取ってください"
                )
            contact = programme.contact
            sender = Sender(
                contact.name or f"{programme.name}事務局", contact.postal_code, contact.address, contact.phone
            )
            gone = told_last(tx)
            items = []
            for draw in draws:
                for item in _of_draw(tx, draw, programme, sender, gone):
                    if not (only_unsent and item.sent):
                        items.append(item)
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
