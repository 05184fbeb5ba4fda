"""The flow ①–⑪: where the programme stands, and what is due next, by whom, in one sentence.

Each site says it from what its own vault knows; nothing is stored, all is derived.
"""

from __future__ import annotations

from core.applicant import State
from core.office.blocked import in_hand
from core.office.boxes import Boxes
from core.office.codes_compared import noted
from core.office.counter import records_away, records_handed
from core.office.custody_due import of_custody
from core.office.desk import Desk, programme_of
from core.office.drawing import Step as DrawStep
from core.office.due import exchange_status, in_order, overdue_steps
from core.office.duties import late_duties
from core.office.erase_requests import requests_of
from core.office.finished import FinishedDraws
from core.office.flow_known import Known
from core.office.flow_line import WORDS, FlowStatus, FlowStep, Mark, after_erasure, title_of
from core.office.flow_look import Look
from core.office.happening import seats_due
from core.office.pairing import KeyStage, stage_of
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.rules import rules_due
from core.office.seating import today
from core.office.second import second_due
from core.office.unsettled import restored_of
from core.roles import SITE_WORDS, Right, Site

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

    def __init__(self, desk: Desk, boxes: Boxes, finished: FinishedDraws) -> None:
        self._desk = desk
        self._boxes = boxes
        self._known = Known(finished)

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
                    _TO_SETTLE[0]
                    if restored_of(tx) is not None
                    else "送受信で委託先からの事業の設定を取り込む"
                    if waiting or tx.settings.get("partner_card")
                    else "相手の鍵を登録する（ikiiki partner trust）",
                    "F6",
                    0,
                    0,
                    exchange.late,
                )
            programme = programme_of(tx)
            day = today(self._desk)
            look = Look(tx, actor, day, self._known)
            done = _done(look)
            counts = look.counts
            sentence, key = _sentence(look, done, waiting)
            sentence, key = _to_erase(self._desk, tx) or (sentence, key)
            sentence, key = rules_due(self._desk, tx) or (sentence, key)
            sentence, key = second_due(self._desk, tx) or (sentence, key)
            if stopped.todo and actor.may(Right.IMPORT_BUNDLE):
                sentence, key = stopped.todo, "F6"
            if restored_of(tx) is not None:
                sentence, key = _TO_SETTLE
            round_ = programme.round(look.round)
            kept = done | {"⑪": done["⑪"] or look.notified_once()}
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


def _done(look: Look) -> dict[str, bool]:
    tx, counts, at_ward, draw = look.tx, look.counts, look.at_ward, look.draw
    some = counts.get(State.ACCEPTED, 0) > 0
    drawn = draw is not None and look.step is DrawStep.DONE
    sent = {row.kind: row for row in tx.bundles.list("out")}
    came = {row.kind for row in tx.bundles.list("in")}
    approved = draw is not None and look.approved(draw)
    participants_gone = draw is not None and look.participants_gone(draw)
    return {
        "①": some,
        "②": some and (at_ward or counts.get(State.HELD, 0) == 0 or drawn),
        "③": ("applicants" in came) if at_ward else ("applicants" in sent and (drawn or not look.unsent)),
        "④": ("applicants" in came)
        if at_ward
        else ("applicants" in sent and (sent["applicants"].settled is not None or "review" in came)),
        "⑤": drawn or look.review.done,
        "⑥": drawn,
        "⑦": participants_gone,
        "⑧": participants_gone
        if at_ward
        else participants_gone and (sent["participants"].settled is not None or approved),
        "⑨": approved or (draw is not None and drawn and look.answered(draw)),
        "⑩": approved,
        "⑪": draw is not None and drawn and look.notified(draw),
    }


_BEFORE_FREEZE = (DrawStep.SEAL_CONTRACTOR, DrawStep.SEAL_WARD, DrawStep.FREEZE_CONTRACTOR)


def _sentence(look: Look, done: dict[str, bool], waiting: bool) -> tuple[str, str]:
    """(what this site does next, its key). The other site's turn is said as waiting."""
    tx, actor = look.tx, look.actor
    if waiting and actor.may(Right.IMPORT_BUNDLE):
        return "送受信で届いた束を取り込む", "F6"
    if tx.settings.get("partner_card") is None:
        return "相手の鍵を登録する（ikiiki partner trust）", "F6"
    if actor.may(Right.PARTNER) and stage_of(tx) is KeyStage.ASKED:
        return "相手の新しい鍵を確かめて答える（鍵を替える）", "F6"
    if noted(tx):
        return "電話の番号の記録が両者で違う。管理簿を検証する", "F5"
    draw, step = look.draw, look.step
    for other in done_draws(tx):
        if other != draw and (left := _left_to_do(look, other)):
            return left
    said = None
    if step in _BEFORE_FREEZE:
        said = _ward_receives(look, done) if look.at_ward else _contractor_receives(look, done)
    if said is None and step is not DrawStep.DONE:
        said = _ceremony(look, step)
    if said is not None or draw is None:
        return said or _ceremony(look, step)
    return _ward_ends(look, draw, done) if look.at_ward else _contractor_ends(look, draw, done)


def _contractor_receives(look: Look, done: dict[str, bool]) -> tuple[str, str] | None:
    """①–⑤ at the contractor; None when only the draw is left to do."""
    tx, counts, review = look.tx, look.counts, look.review
    if not done["①"] and not counts.get(State.HELD, 0):
        return "応募を取り込む、または入力する", "F2"
    if review.returned:
        return "区が差し戻した応募を訂正する、または不受理にする", "F2"
    waiting = tx.applications.waiting() if not done["②"] else 0
    closed = look.day > programme_of(tx).round(look.round).applications_close
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
    if look.step is DrawStep.SEAL_CONTRACTOR:
        return "抽選の封印をつくる（区の点検を待つ間に）", "F3"
    return "区の点検を待つ（送受信で受け取る）", "F6"


def _ward_receives(look: Look, done: dict[str, bool]) -> tuple[str, str] | None:
    """①–⑤ and ※ at the ward; None when only the draw is left to do."""
    if records_away(look.tx) - records_handed(look.tx):
        return "窓口の応募を媒体で委託先へ渡す", "F2"
    if not done["③"]:
        return "委託先からの応募者データを待つ", "F6"
    if look.review.open:
        return "応募者を点検する", "F7"
    if look.answers_unsent:
        return "点検の結果を委託先へ送る", "F7"
    return None


def _ceremony(look: Look, step: DrawStep) -> tuple[str, str]:
    actor = look.actor
    who, words = _DRAW_WHO[step]
    if look.by_beacon:
        words = words.replace("さいころの数字", "公開乱数の値")
    if who is not None and who is not actor.site:
        return f"抽選: {SITE_WORDS[who]}が{words}のを待つ", "F3"
    if not actor.may(Right.DRAW):
        return f"抽選: 取扱責任者が{words}のを待つ", "F3"
    return f"抽選: {words}", "F3"


def _contractor_ends(look: Look, draw: str, done: dict[str, bool]) -> tuple[str, str]:
    if first := _contractor_first(look, draw):
        return first
    if not done["⑩"]:
        return "区の点検と承認を待つ（送受信で受け取る）", "F6"
    if not done["⑪"]:
        return _POST_NOTICES
    if look.unsent:
        return "締切後の応募と訂正を区へ送る", "F2"
    return "辞退と当日の出欠を記録する", "F4"


def _contractor_first(look: Look, draw: str) -> tuple[str, str] | None:
    finished = look.known.finished(look.tx, draw)
    if look.known.returned(look.tx, draw):
        return "区が差し戻した参加者を失格にする", "F4"
    if due := seats_due(programme_of(look.tx), finished.standing.reserve, look.day):
        return f"区優先枠の席を開放する（回 {'、'.join(one.outing for one in due)}）", "F4"
    if look.tx.settings.get(f"participants_sent_{draw}") != finished.log.head:
        return "参加者データを区へ送る", "F4"
    return None


_TO_SETTLE = ("復元のあとの照らし合わせをする（ikiiki ledger settle）", "F6")
_POST_NOTICES = ("参加証と落選通知をつくって発送する", "F4")


def _left_to_do(look: Look, draw: str) -> tuple[str, str] | None:
    """What is to be done here for a finished draw while the next round goes on; None: nothing that is this site's."""
    approved = look.approved(draw)
    if not look.at_ward:
        posted = not approved or look.notified(draw)
        return _contractor_first(look, draw) or (None if posted else _POST_NOTICES)
    if approved or not look.participants_gone(draw):
        return None
    said = _ward_approves(look, draw)
    return None if said[1] == "F6" else said


def _ward_ends(look: Look, draw: str, done: dict[str, bool]) -> tuple[str, str]:
    if not done["⑦"]:
        return "委託先からの参加者データを待つ", "F6"
    if not done["⑩"]:
        return _ward_approves(look, draw)
    if look.review.open:
        return "締切後の応募と訂正を点検する", "F7"
    if look.answers_unsent:
        return "点検の結果を委託先へ送る", "F7"
    if not done["⑪"]:
        return "通知の発送の知らせを待つ", "F6"
    return "辞退と繰上げの知らせを受け取る", "F6"


def _ward_approves(look: Look, draw: str) -> tuple[str, str]:
    """⑨ and ⑩ of a draw whose participants came and are not approved."""
    actor = look.actor
    if not look.answered(draw):
        return "参加者を点検する", "F7"
    returned = look.known.returned(look.tx, draw)
    if look.answers_unsent and (returned or not actor.may(Right.APPROVE)):
        return "点検の結果を委託先へ送る", "F7"
    if returned:
        return "差し戻した参加者を委託先が取り消すのを待つ", "F6"
    if not actor.may(Right.APPROVE):
        return "取扱責任者が参加者を承認するのを待つ", "F7"
    return "参加者を承認し、委託先へ送る", "F7"
