"""⑪ as the ward sees it: how many notices of each kind the results call for, and of how many the contractor's ledger tells.

Nobody's notice is known to the ward: it counts. Those who withdrew since need none any more; what came back does not count.
"""

from __future__ import annotations

from collections import Counter

from core.draw.events import EVENTS, EventLog
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.standing import PlaceState
from core.ledger.codes import Act, Content
from core.notice_kinds import NoticeKind
from core.notices import Outcome
from core.office.acts import lines_of
from core.office.notice_story import story_of
from core.office.notices import CONTENTS
from core.office.ports import Tx
from core.roles import Site


def called_for(tx: Tx, draw: str) -> Counter[Content]:
    """Notices by kind, of a draw that is done, after all events that have come here."""
    files = tx.draws.files(draw)
    params, result = Params.parse(files[PARAMS], PARAMS), Result.parse(files[RESULT], RESULT)
    events = EventLog.parse(files[EVENTS], result.sha256).events if EVENTS in files else ()
    story = story_of(params, result, events)
    lists = {
        place.id
        for course in params.courses
        for place in story.standing.waiting(course.code)
    }  # fmt: skip
    found: Counter[Content] = Counter()
    for place in story.standing.places:
        off = story.lost.get(place.id, "")
        if place.state is PlaceState.OUT and not off:
            continue
        promoted = (place.id, place.course or "") in story.promoted
        waiting = (("", 1),) if place.id in lists else ()
        found[CONTENTS[Outcome(place.id, place.course, place.size, waiting, promoted, off).kind]] += (
            place.size
        )
    return found


def told_of(tx: Tx, draw: str) -> Counter[Content]:
    """Notices by kind that the contractor's ledger tells to have gone out, and not come back, behind what it had when ⑩ was given."""
    approved = [line.seen.size for line in lines_of(tx, Site.WARD, Act.APPROVE) if line.ref == f"draw:{draw}"]
    found: Counter[Content] = Counter()
    for line in lines_of(tx, Site.CONTRACTOR, Act.DISPATCH, Act.BOUNCE) if approved else ():
        if line.seq > approved[0]:
            found[line.content] += line.qty if line.act is Act.DISPATCH else -line.qty
    return found


def all_posted(told: Counter[Content], called: Counter[Content], *, promotions: bool = True) -> bool:
    """Whether every kind went out as often as the results call for. Without `promotions`: cards of those who moved up, which have no day of their own."""
    later = set() if promotions else {CONTENTS[NoticeKind.PROMOTION]}
    return bool(told) and all(
        told[content] >= count for content, count in called.items() if content not in later
    )
