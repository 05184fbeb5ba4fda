"""Notices ⑪: what goes to whom, only after the ward's approval ⑩, and the record that it was printed and went."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.applicant import Application
from core.canonical import canonical_json, crockford_id
from core.draw.events import EVENTS, EventLog
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params, Publish
from core.draw.standing import PlaceState
from core.errors import Refused, UsageError
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.notice_kinds import NOTICE_WORDS, Form, NoticeKind
from core.notices import Notice, Outcome, Published, notice
from core.notices import Office as Sender
from core.office.desk import Desk, programme_of
from core.office.inventory import write_copy
from core.office.ledger import write_line
from core.office.lookups import NAMED
from core.office.notice_story import story_of
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.seating import approval_of, coming, people_of
from core.office.telling import Told, told, told_so_far
from core.office.wording import wording_of
from core.programme import Programme
from core.roles import Right, Site
from core.wording import Wording, lacks_guide

MEDIA = {Form.POSTCARD: Medium.POSTCARD, Form.LETTER: Medium.LETTER, Form.MAIL: Medium.EMAIL}
CONTENTS = {
    NoticeKind.ADMISSION: Content.ADMISSION_CARDS,
    NoticeKind.PROMOTION: Content.PROMOTION_CARDS,
    NoticeKind.WAITING: Content.WAITING_NOTICES,
    NoticeKind.REJECTION: Content.REJECTION_NOTICES,
    NoticeKind.CALLED_OFF: Content.CALLED_OFF_NOTICES,
}
_ORDER = {kind: place for place, kind in enumerate(NoticeKind)}
_PRINTED = "notices_printed"
"""Setting: what was printed and has not been posted yet, as JSON: record and what is told → form."""


@dataclass(frozen=True)
class NoticeItem:
    """One notice and whom it is for."""

    record: str
    notice: Notice
    sent: bool
    """Whether this very notice (the kind, and for an admission card the outing) went out to this person last."""
    outing: str = ""
    """Where the admission card admits to, or which outing was called off."""
    draw: str = ""
    """"" for the first draw of the year."""
    nth: int = 0
    """How many other notices of this draw went to this person before."""
    email: str = field(default="", repr=False)
    """Where a mail goes, "" for those who gave no address."""

    @property
    def told(self) -> str:
        """What the notice tells, as its dispatch is noted."""
        return told(self.notice.kind, self.outing, self.draw)


def count_words(items: Sequence[NoticeItem]) -> str:
    """参加証 280通・落選通知 100通."""
    counted = Counter(item.notice.kind for item in items)
    return "・".join(f"{NOTICE_WORDS[kind]} {counted[kind]}通" for kind in NoticeKind if counted[kind])


def _of_draw(
    tx: Tx, draw: str, programme: Programme, sender: Sender, wording: Wording,
    told_to: dict[tuple[str, str], Told], only: Application | None,
) -> Iterator[NoticeItem]:  # fmt: skip
    """The notices of everybody in a finished draw, or of `only` that person, whether they have gone or not."""
    files = tx.draws.files(draw)
    params = Params.parse(files[PARAMS], PARAMS)
    result = Result.parse(files[RESULT], RESULT)
    events = EventLog.parse(files[EVENTS], result.sha256).events if EVENTS in files else ()
    story = story_of(params, result, events)
    people = people_of(tx, draw) if only is None else _alone(tx, draw, only)
    codes = {course.code for course in params.courses}
    ranks = {
        (code, place.id): rank
        for code in codes
        for rank, place in enumerate(story.standing.waiting(code), start=1)
    }
    later = "" if done_draws(tx)[0] == draw else draw
    published = Published(draw, result.sha256)
    for place in story.standing.places:
        waiting = tuple((code, ranks[code, place.id]) for code in place.courses if (code, place.id) in ranks)
        off = story.lost.get(place.id, "")
        if place.state is PlaceState.OUT and not off:
            off = story.dropped.get(place.id, "")
            if not off:
                continue
        promoted = (place.id, place.course or "") in story.promoted
        outcome = Outcome(place.id, place.course, place.size, waiting, promoted, off)
        for member in people.get(place.id, ()):
            gone = told_to.get((member.record, draw), Told())
            outing = place.course or off
            words = told(outcome.kind, outing, later)
            if place.id in story.dropped and gone.last not in ("", words):
                continue  # only waited, and was told so: nothing to take back
            wishes = tuple(code for code in member.applicant.preferences if code in codes)
            asked = dataclasses.replace(
                member, applicant=dataclasses.replace(member.applicant, preferences=wishes)
            )
            made = notice(
                programme, asked, outcome, wording=wording, office=sender, published=published,
                at_counter=params.publish is not Publish.PUBLIC,
            )  # fmt: skip
            yield NoticeItem(
                member.record, made, gone.last == words, outing, later, gone.nth(words), member.applicant.email or ""
            )  # fmt: skip


def _alone(tx: Tx, draw: str, one: Application) -> dict[str, list[Application]]:
    """The unit of that person, with nobody else in it."""
    units = [unit.unit_id for unit in tx.draws.units(draw) if one.record in unit.records]
    return {unit: [one] for unit in units if coming(one)}


def all_items(desk: Desk, tx: Tx, number: int | None = None) -> list[NoticeItem]:
    """The notices of everybody in the approved draws, or of one 受付番号 alone, admission cards first, by 受付番号.

    Raises `Refused` at the ward, and before its approval ⑩.
    """
    if desk.actor.site is not Site.CONTRACTOR:
        raise Refused("通知を送るのは委託先です")
    programme = programme_of(tx)
    draws = [draw for draw in done_draws(tx) if approval_of(tx, draw) is not None]
    if not draws:
        raise Refused("区の承認⑩がまだありません", next_step="F6 送受信で区の承認を受け取ってください")
    contact = programme.contact
    sender = Sender(
        contact.name or f"{programme.name}事務局", contact.postal_code, contact.address, contact.phone
    )
    wording = wording_of(tx, programme)
    gone = told_so_far(tx)
    only = tx.applications.get(number) if number is not None else None
    if number is not None and only is None:
        return []
    items = [item for draw in draws for item in _of_draw(tx, draw, programme, sender, wording, gone, only)]
    return sorted(items, key=lambda item: (_ORDER[item.notice.kind], int(item.notice.number)))


def note_dispatch(desk: Desk, tx: Tx, batch: str, counts: Counter[tuple[NoticeKind, Form]]) -> None:
    """A batch in the ledger: a line for each kind and form."""
    for kind in NoticeKind:
        for form in Form:
            if count := counts[kind, form]:
                write_line(
                    desk, tx, Act.DISPATCH, CONTENTS[kind], count, Unit.POSTCARDS, medium=MEDIA[form],
                    from_=Place.CONTRACTOR, to=Place.APPLICANTS, ref=f"batch:{batch}",
                )  # fmt: skip
    tx.settings.put("receipt_due", "yes")  # the ward is to see the dispatch in the ledger


class NoticeDesk:
    """The use cases of the notices in the 参加者 pane and `ikiiki papers`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def prepare(self, *, only_unsent: bool = True) -> list[NoticeItem]:
        """The notices of everybody in the draw, or of those alone who have not been told yet. Nothing is printed by this.

        Left out of the untold: those whose mail went off without a clear answer, until a person settles it.
        Raises as `all_items`.
        """
        with self._desk.writing(Right.PAPERS) as tx:
            items = all_items(self._desk, tx)
            if only_unsent:
                unclear = tx.mails.unclear()
                items = [item for item in items if not item.sent and (item.record, item.told) not in unclear]
            self._desk.log(tx, "notices", f"notices={len(items)}")
        return items

    def one(self, number: int) -> list[NoticeItem]:
        """The notices of one 受付番号 as they stand, sent or not; one for each draw. Raises `UsageError` when there is none."""
        with self._desk.writing(Right.PAPERS) as tx:
            items = all_items(self._desk, tx, number)
            if not items:
                raise UsageError(
                    "この受付番号の通知はありません",
                    where=f"受付番号 {number:04}",
                    next_step="抽選に入っている人か、辞退していないかを確かめてください",
                )
            self._desk.log(tx, "notice", f"no={number}")
        return items

    def unguided(self, items: Sequence[NoticeItem]) -> list[str]:
        """Codes of the outings to which cards among these admit without saying where and when to meet."""
        with self._desk.reading(Right.PAPERS) as tx:
            wording = wording_of(tx, programme_of(tx))
        lacking = {item.outing for item in items if lacks_guide(wording, item.notice.kind, item.outing)}
        return sorted(lacking)

    def printed(self, items: Sequence[NoticeItem], form: Form, *, again: bool = False) -> None:
        """Note that these were laid out on paper, in log and ledger: they leave the vault by it.

        `again`: one card for somebody who has it already; it is not waiting to be posted then.
        """
        with self._desk.writing(Right.PAPERS) as tx:
            waiting = _printed(tx)
            made = [
                write_copy(self._desk, tx, Act.PRINT, CONTENTS[kind], count, Unit.POSTCARDS, MEDIA[form])
                for kind in NoticeKind
                if (count := sum(item.notice.kind is kind for item in items))
            ]
            waiting |= {_key(item): form for item in items if not item.sent}
            tx.settings.put(_PRINTED, canonical_json(waiting).decode())
            named = again or len(items) <= NAMED  # of few it is a choice whose address is read
            numbers = " no=" + ",".join(item.notice.number for item in items) if named else ""
            self._desk.log(
                tx, "reprint" if again else "print",
                f"notices={len(items)} form={form}{numbers} copy={','.join(made)}",
            )  # fmt: skip

    def posted(self) -> tuple[str | None, list[NoticeItem]]:
        """Note as posted all that was printed, is still so, and was not posted yet: (the batch's id, the notices).

        (None, []) when there is none.
        """
        waiting = self.waiting()
        items = [item for item in self.prepare() if _key(item) in waiting]
        return (self.dispatch(items), items) if items else (None, [])

    def waiting(self) -> dict[str, Form]:
        """What was printed and not posted yet."""
        with self._desk.reading(Right.PAPERS) as tx:
            return _printed(tx)

    def dispatch(self, items: Sequence[NoticeItem], form: Form = Form.POSTCARD) -> str:
        """Note that these were posted: one batch, its counts by kind and form in the ledger. Returns the batch's id.

        `form` of those that were not printed here; of the others it is known.
        """
        self._desk.actor.require(Right.PAPERS)
        if not items:
            raise Refused("発送した通知がありません", next_step="先に通知をつくってください")
        batch = crockford_id(self._desk.entropy(10))
        with self._desk.writing(Right.PAPERS) as tx:
            if self._desk.actor.site is not Site.CONTRACTOR:
                raise Refused("通知を送るのは委託先です")
            printed = _printed(tx)
            counts: Counter[tuple[NoticeKind, Form]] = Counter()
            for item in items:
                on = printed.pop(_key(item), form)
                tx.notices.put(batch, item.record, item.told, self._desk.now(), on)
                counts[item.notice.kind, on] += 1
            tx.settings.put(_PRINTED, canonical_json(printed).decode())
            note_dispatch(self._desk, tx, batch, counts)
            self._desk.log(tx, "dispatch", f"batch={batch} n={len(items)}")
        return batch


def _key(item: NoticeItem) -> str:
    return f"{item.record} {item.told}"


def _printed(tx: Tx) -> dict[str, Form]:
    return {key: Form(form) for key, form in json.loads(tx.settings.get(_PRINTED) or "{}").items()}
