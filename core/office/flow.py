"""The flow ①–⑪: where the programme stands, and what is due next, by whom, in one sentence.

Each site says it from what its own vault knows; nothing is stored, all is derived.
"""

from __future__ import annotations

import datetime as dt

from core.applicant import State
from core.draw.standing import PlaceState
from core.notices import NoticeKind
from core.office.approving import verdicts_on
from core.office.blocked import in_hand
from core.office.codes_compared import noted
from core.office.counter import records_away, records_handed
from core.office.custody_due import of_custody
from core.office.desk import Desk, programme_of
from core.office.drawing import Step as DrawStep
from core.office.drawing import step_of
from core.office.due import exchange_status, in_order, overdue_steps
from core.office.duties import late_duties
from core.office.erase_requests import requests_of
from core.office.flow_line import WORDS, FlowStatus, FlowStep, Mark, after_erasure, title_of
from core.office.happening import seats_due
from core.office.pairing import KeyStage, stage_of
from core.office.plans import current_draw, done_draws, next_plan, plan_now, plan_of
from core.office.ports import Boxes, Tx
from core.office.posted import all_posted
from core.office.review import applicants_status
from core.office.seating import approval_of, participants_came, people_of, seated_in, standing_of, today
from core.office.second import second_due
from core.office.telling import Told, told, told_so_far
from core.roles import SITE_WORDS, Actor, Right, Site

_DRAW_WHO = {
    DrawStep.SEAL_CONTRACTOR: (Site.CONTRACTOR, "封印をつくる"),
    DrawStep.SEAL_WARD: (Site.WARD, "封印をつくる"),
    DrawStep.FREEZE_CONTRACTOR: (Site.CONTRACTOR, "抽選名簿を確定する"),
    DrawStep.FREEZE_WARD: (Site.WARD, "抽選名簿を確かめて署名する"),
    DrawStep.OPEN_CONTRACTOR: (Site.CONTRACTOR, "封印を開ける"),
    DrawStep.OPEN_WARD: (Site.WARD, "開封を確かめて署名する"),
    DrawStep.DICE: (None, "さいころの数字を入力する"),
    DrawStep.DICE_CONTRACTOR: (Site.CONTRACTOR, "さいころの数字を入力する"),
    DrawStep.DICE_WARD: (Site.WARD, "さいころの数字を入力する"),
    DrawStep.DRAW_CONTRACTOR: (Site.CONTRACTOR, "抽選結果を計算して署名する"),
    DrawStep.DRAW_WARD: (Site.WARD, "抽選結果を計算して署名する"),
    DrawStep.DICE_DIFFER: (None, "数字が違うため取りやめる"),
    DrawStep.ABANDON_CONTRACTOR: (Site.CONTRACTOR, "取りやめに署名する"),
    DrawStep.ABANDON_WARD: (Site.WARD, "取りやめに署名する"),
}


class Flow:
    """The use case behind the flow line of every screen and `ikiiki status`."""

    def __init__(self, desk: Desk, boxes: Boxes) -> None:
        self._desk = desk
        self._boxes = boxes

    def status(self) -> FlowStatus:
        actor = self._desk.actor
        with self._desk.reading() as tx:
            if actor.erased:
                return after_erasure(tx)
            exchange = exchange_status(tx, self._boxes, actor.site, self._desk.now())
            stopped = exchange.blocked
            waiting = bool(in_hand(exchange.waiting, stopped))
            if tx.settings.get("programme") is None:
                return FlowStatus(
                    SITE_WORDS[actor.site],
                    tuple(FlowStep(mark, words, Mark.LATER) for mark, words in WORDS.items()),
                    "送受信で委託先からの事業の設定を取り込む"
                    if waiting or tx.settings.get("partner_card")
                    else "相手の鍵を登録する（ikiiki partner trust）",
                    "F6",
                    0,
                    0,
                    exchange.late,
                )
            programme = programme_of(tx)
            done = _done(tx, actor)
            counts = tx.applications.counts()
            sentence, key = _sentence(tx, actor, done, waiting, today(self._desk))
            sentence, key = _to_erase(self._desk, tx) or (sentence, key)
            sentence, key = second_due(self._desk, tx) or (sentence, key)
            if stopped.todo and actor.may(Right.IMPORT_BUNDLE):
                sentence, key = stopped.todo, "F6"
            round_ = programme.round(_round_in_hand(tx, actor.site))
            kept = done | {"⑪": done["⑪"] or _posted_once(tx, actor.site)}
            day = today(self._desk)
            steps_late = overdue_steps(round_, kept, WORDS, day)
            duties_late = late_duties(tx, self._desk, day)
            late = in_order([*exchange.late, *steps_late, *of_custody(tx, self._desk), *duties_late])
        now = next((mark for mark, is_done in done.items() if not is_done), None)
        steps = tuple(
            FlowStep(mark, words, Mark.DONE if done[mark] else Mark.NOW if mark == now else Mark.LATER)
            for mark, words in WORDS.items()
        )
        received = sum(counts.get(state, 0) for state in (State.ACCEPTED, State.HELD))
        return FlowStatus(
            title_of(programme),
            steps,
            sentence,
            key,
            received,
            counts.get(State.HELD, 0),
            tuple(late),
        )


def _to_erase(desk: Desk, tx: Tx) -> tuple[str, str] | None:
    """Requests of the contractor that this person may answer now."""
    if not desk.actor.may(Right.ERASE):
        return None
    asked = sum(not one.hindrance for one in requests_of(desk, tx))
    return (f"委託先からの消去の依頼 {asked}件に答える", "F7") if asked else None


def _done(tx: Tx, actor: Actor) -> dict[str, bool]:
    counts = tx.applications.counts()
    some = counts.get(State.ACCEPTED, 0) > 0
    at_ward = actor.site is Site.WARD
    review = applicants_status(tx)
    draw = _in_hand(tx, actor.site)
    drawn = draw is not None and _draw_step(tx, actor.site) is DrawStep.DONE
    sent = {row.kind: row for row in tx.bundles.list("out")}
    came = {row.kind for row in tx.bundles.list("in")}
    approved = draw is not None and approval_of(tx, draw) is not None
    seats = seated_in(tx, draw) if draw and drawn else []
    participants_gone = draw is not None and _gone(tx, draw, actor.site)
    return {
        "①": some,
        "②": some and (at_ward or counts.get(State.HELD, 0) == 0 or drawn),
        "③": ("applicants" in came)
        if at_ward
        else ("applicants" in sent and (drawn or not tx.applications.unsent())),
        "④": ("applicants" in came)
        if at_ward
        else ("applicants" in sent and (sent["applicants"].settled is not None or "review" in came)),
        "⑤": drawn or review.done,
        "⑥": drawn,
        "⑦": participants_gone,
        "⑧": participants_gone
        if at_ward
        else participants_gone and (sent["participants"].settled is not None or approved),
        "⑨": approved or (bool(seats) and all(verdicts_on(tx, seats))),
        "⑩": approved,
        "⑪": draw is not None and drawn and _notified(tx, draw, actor.site),
    }


def _gone(tx: Tx, draw: str, site: Site) -> bool:
    """⑦: the participants of that draw went to the ward, or came to it."""
    if site is Site.WARD:
        return participants_came(tx, draw)
    return bool(tx.settings.get(f"participants_sent_{draw}"))


def _notified(tx: Tx, draw: str, site: Site) -> bool:
    """⑪: the notices of that draw went out; at the ward: the contractor's ledger tells of as many as the results call for."""
    if site is Site.WARD:
        return approval_of(tx, draw) is not None and all_posted(tx, draw)
    return approval_of(tx, draw) is not None and _all_told(tx, draw)


def _all_told(tx: Tx, draw: str) -> bool:
    """Whether everybody seated has the card of that outing, and everybody who waits knows of it."""
    told_to = told_so_far(tx)
    standing, _ = standing_of(tx, draw)
    people = people_of(tx, draw)

    def knows(record: str, outing: str | None) -> bool:
        last = told_to.get((record, draw), Told()).last
        if outing:
            return last == told(NoticeKind.ADMISSION, outing, "")
        return bool(last) and not last.startswith(NoticeKind.ADMISSION)

    return all(
        knows(member.record, place.course)
        for place in standing.places
        if place.state is not PlaceState.OUT
        for member in people[place.id]
    )


def _posted_once(tx: Tx, site: Site) -> bool:
    """Whether notices of the draw in hand have gone out: cards for those who moved up later have no day of their own."""
    draw = _in_hand(tx, site)
    if site is Site.WARD:
        return (
            draw is not None and approval_of(tx, draw) is not None and all_posted(tx, draw, promotions=False)
        )
    return any(of == draw for _, of in told_so_far(tx))


def _in_hand(tx: Tx, site: Site) -> str | None:
    """The draw the flow line is about: the newest; None before it has begun.

    After an abandoned draw, and after a round of which all is done while another follows, the next has not begun.
    """
    draw = current_draw(tx)
    step = step_of(tx.draws.files(draw)) if draw else None
    if draw is None or step is DrawStep.ABANDONED:
        return None
    if step is DrawStep.DONE and next_plan(tx) is not None:
        return None if approval_of(tx, draw) is not None and _notified(tx, draw, site) else draw
    return draw


def _round_in_hand(tx: Tx, site: Site) -> int:
    """The programme's round that the flow line is about."""
    draw = _in_hand(tx, site)
    if draw is not None:
        return plan_of(tx, draw).round
    return (next_plan(tx) or plan_now(tx)[0]).round


_BEFORE_FREEZE = (DrawStep.SEAL_CONTRACTOR, DrawStep.SEAL_WARD, DrawStep.FREEZE_CONTRACTOR)


def _sentence(tx: Tx, actor: Actor, done: dict[str, bool], waiting: bool, day: dt.date) -> tuple[str, str]:
    """(what this site does next, its key). The other site's turn is said as waiting."""
    if waiting and actor.may(Right.IMPORT_BUNDLE):
        return "送受信で届いた束を取り込む", "F6"
    if tx.settings.get("partner_card") is None:
        return "相手の鍵を登録する（ikiiki partner trust）", "F6"
    if actor.may(Right.PARTNER) and stage_of(tx) is KeyStage.ASKED:
        return "相手の新しい鍵を確かめて答える（鍵を替える）", "F6"
    if noted(tx):
        return "電話の番号の記録が両者で違う。管理簿を検証する", "F5"
    step = _draw_step(tx, actor.site)
    at_ward = actor.site is Site.WARD
    draw = _in_hand(tx, actor.site)
    for other in done_draws(tx):
        if other != draw and (left := _left_to_do(tx, actor, other, day)):
            return left
    said = None
    if step in _BEFORE_FREEZE:
        said = _ward_receives(tx, done) if at_ward else _contractor_receives(tx, done, step, day)
    if said is None and step is not DrawStep.DONE:
        said = _ceremony(actor, step)
    if said is not None or draw is None:
        return said or _ceremony(actor, step)
    return _ward_ends(tx, actor, draw, done) if at_ward else _contractor_ends(tx, draw, done, day)


def _contractor_receives(
    tx: Tx, done: dict[str, bool], step: DrawStep, day: dt.date
) -> tuple[str, str] | None:
    """①–⑤ at the contractor; None when only the draw is left to do."""
    counts = tx.applications.counts()
    if not done["①"] and not counts.get(State.HELD, 0):
        return "応募を取り込む、または入力する", "F2"
    review = applicants_status(tx)
    if review.returned:
        return "区が差し戻した応募を訂正する、または不受理にする", "F2"
    waiting = tx.applications.waiting() if not done["②"] else 0
    closed = day > programme_of(tx).round(_round_in_hand(tx, Site.CONTRACTOR)).applications_close
    if waiting and closed:
        return f"締切までに相手が来なかった応募 {waiting}件を決める（相手を待たずに参加か、不受理か）", "F2"
    if not done["③"]:
        return ("" if done["②"] else "保留を確かめ、") + "応募者データを区へ送る", "F2"
    if waiting and waiting == counts.get(State.HELD, 0):
        return f"組の相手の応募を待つ（{waiting}件）。締切の後は「相手を待たずに参加」か不受理に", "F2"
    if not done["②"]:
        return "保留の応募を確かめる", "F2"
    if review.done:
        return None
    if step is DrawStep.SEAL_CONTRACTOR:
        return "抽選の封印をつくる（区の点検を待つ間に）", "F3"
    return "区の点検を待つ（送受信で受け取る）", "F6"


def _ward_receives(tx: Tx, done: dict[str, bool]) -> tuple[str, str] | None:
    """①–⑤ and ※ at the ward; None when only the draw is left to do."""
    if records_away(tx) - records_handed(tx):
        return "窓口の応募を媒体で委託先へ渡す", "F2"
    if not done["③"]:
        return "委託先からの応募者データを待つ", "F6"
    if applicants_status(tx).open:
        return "応募者を点検する", "F7"
    if tx.reviews.unsent():
        return "点検の結果を委託先へ送る", "F7"
    return None


def _ceremony(actor: Actor, step: DrawStep) -> tuple[str, str]:
    who, words = _DRAW_WHO[step]
    if who is not None and who is not actor.site:
        return f"抽選: {SITE_WORDS[who]}が{words}のを待つ", "F3"
    if not actor.may(Right.DRAW):
        return f"抽選: 取扱責任者が{words}のを待つ", "F3"
    return f"抽選: {words}", "F3"


def _contractor_ends(tx: Tx, draw: str, done: dict[str, bool], day: dt.date) -> tuple[str, str]:
    if first := _contractor_first(tx, draw, day):
        return first
    if not done["⑩"]:
        return "区の点検と承認を待つ（送受信で受け取る）", "F6"
    if not done["⑪"]:
        return _POST_NOTICES
    if tx.applications.unsent():
        return "締切後の応募と訂正を区へ送る", "F2"
    return "辞退と当日の出欠を記録する", "F4"


def _contractor_first(tx: Tx, draw: str, day: dt.date) -> tuple[str, str] | None:
    standing, log = standing_of(tx, draw)
    if "returned" in verdicts_on(tx, seated_in(tx, draw)):
        return "区が差し戻した参加者を失格にする", "F4"
    if due := seats_due(programme_of(tx), standing.reserve, day):
        return f"区優先枠の席を開放する（回 {'、'.join(one.outing for one in due)}）", "F4"
    if tx.settings.get(f"participants_sent_{draw}") != log.head:
        return "参加者データを区へ送る", "F4"
    return None


_POST_NOTICES = ("参加証と落選通知をつくって発送する", "F4")


def _left_to_do(tx: Tx, actor: Actor, draw: str, day: dt.date) -> tuple[str, str] | None:
    """What is to be done here for a finished draw while the next round goes on; None: nothing that is this site's."""
    approved = approval_of(tx, draw) is not None
    if actor.site is Site.CONTRACTOR:
        posted = not approved or _notified(tx, draw, actor.site)
        return _contractor_first(tx, draw, day) or (None if posted else _POST_NOTICES)
    if approved or not participants_came(tx, draw):
        return None
    said = _ward_approves(tx, actor, draw)
    return None if said[1] == "F6" else said


def _ward_ends(tx: Tx, actor: Actor, draw: str, done: dict[str, bool]) -> tuple[str, str]:
    if not done["⑦"]:
        return "委託先からの参加者データを待つ", "F6"
    if not done["⑩"]:
        return _ward_approves(tx, actor, draw)
    if applicants_status(tx).open:
        return "締切後の応募と訂正を点検する", "F7"
    if tx.reviews.unsent():
        return "点検の結果を委託先へ送る", "F7"
    if not done["⑪"]:
        return "通知の発送の知らせを待つ", "F6"
    return "辞退と繰上げの知らせを受け取る", "F6"


def _ward_approves(tx: Tx, actor: Actor, draw: str) -> tuple[str, str]:
    """⑨ and ⑩ of a draw whose participants came and are not approved."""
    verdicts = verdicts_on(tx, seated_in(tx, draw))
    if not verdicts or "" in verdicts:
        return "参加者を点検する", "F7"
    returned = "returned" in verdicts
    if tx.reviews.unsent() and (returned or not actor.may(Right.APPROVE)):
        return "点検の結果を委託先へ送る", "F7"
    if returned:
        return "差し戻した参加者を委託先が取り消すのを待つ", "F6"
    if not actor.may(Right.APPROVE):
        return "取扱責任者が参加者を承認するのを待つ", "F7"
    return "参加者を承認し、委託先へ送る", "F7"


def _draw_step(tx: Tx, site: Site) -> DrawStep:
    draw = _in_hand(tx, site)
    return step_of(tx.draws.files(draw)) if draw else DrawStep.SEAL_CONTRACTOR
