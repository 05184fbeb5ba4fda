"""What is due and what is late, in the exchange and in the flow: derived anew each time, nothing is stored.

From the vault's bundles, the inbox and the courier's word about itself (`core.exchange.state`), against the limits of
`programme.toml` ([deadlines]). Where people are waited for, hours are counted as the programme counts its days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import IntegrityFailure
from core.exchange.state import WRONG, CourierState, Outcome
from core.office.asides import asked_to_void
from core.office.blocked import Blocked, blocked
from core.office.box_evidence import evidence_of, open_findings
from core.office.boxes import Boxes
from core.office.desk import programme_of
from core.office.envelope import DESK_CHANNEL
from core.office.ports import BundleRow, Tx
from core.office.taken import is_overdue, untaken
from core.programme import Deadlines, Round
from core.roles import Site


class Stage(StrEnum):
    """How far one of our bundles is on its way."""

    BY_HAND = "by_hand"  # on the ward desk's medium
    SEALED = "sealed"
    PLACED = "placed"
    ARRIVED = "arrived"
    TAKEN = "taken"
    ASIDE = "aside"
    VOID = "void"


STAGE_WORDS = {
    Stage.BY_HAND: "媒体で渡す",
    Stage.SEALED: "送信待ち",
    Stage.PLACED: "置いた",
    Stage.ARRIVED: "相手に届いた",
    Stage.TAKEN: "相手が取り込んだ",
    Stage.ASIDE: "相手が外した",
    Stage.VOID: "取り消した",
}
OUTCOME_WORDS = {
    Outcome.DONE: "できた",
    Outcome.FAILED: "失敗",
    Outcome.USAGE: "設定の不足",
    Outcome.REFUSED: "断られた",
    Outcome.LOGIN: "資格情報の誤り",
    Outcome.UNREACHABLE: "つながらない",
    Outcome.STOPPED: "途中で停止",
    Outcome.INTEGRITY: "食い違い",
}
_NO_USE_TRYING = {Outcome.USAGE, Outcome.REFUSED, Outcome.LOGIN}
"""After these the next round ends the same, until a person does something."""


class LateKind(StrEnum):
    """In order of weight: the first is what the flow line names."""

    INTEGRITY = "integrity"
    INCIDENT = "incident"
    BOX_LOG = "box_log"
    BLOCKED = "blocked"
    HANDOVER = "handover"
    STEP = "step"
    FAILING = "failing"
    COURIER = "courier"
    READ_ONLY = "read_only"
    SEND = "send"
    RECEIPT = "receipt"
    UNTAKEN = "untaken"
    TAKE_IN = "take_in"
    GAP = "gap"
    PARTNER = "partner"
    CLOCK = "clock"
    STATE = "state"
    DUTY = "duty"


_WEIGHT = {kind: place for place, kind in enumerate(LateKind)}


@dataclass(frozen=True)
class Late:
    """One thing that is late, or keeps things late."""

    kind: LateKind
    short: str
    """A word or two, for the flow line."""
    sentence: str
    next_step: str
    key: str = "F6"
    """The pane that tells more."""

    @property
    def mark(self) -> str:
        """What stands before it: the days of an incident run from the first on, and are told before they are over."""
        return {LateKind.INCIDENT: "事故", LateKind.BLOCKED: "停止"}.get(self.kind, "遅れ")


@dataclass(frozen=True)
class ExchangeStatus:
    """Where everything in the exchange stands."""

    state: CourierState | None = None
    """The courier's last word; None before its first round."""
    stages: Mapping[str, Stage] | None = None
    """Of every bundle of ours, by name."""
    waiting: tuple[str, ...] = ()
    """Bundles in the inbox that a person has to take in."""
    late: tuple[Late, ...] = ()
    """Worst first."""
    late_bundles: frozenset[str] = frozenset()
    blocked: Blocked = field(default_factory=Blocked)
    """What stops a channel until people have agreed."""

    def stage(self, name: str) -> Stage:
        return (self.stages or {}).get(name, Stage.SEALED)


def exchange_status(tx: Tx, boxes: Boxes, site: Site, now: dt.datetime) -> ExchangeStatus:
    """What both faces show of the exchange."""
    limits = limits_of(tx)
    late: list[Late] = []
    try:
        state = boxes.courier_state()
    except IntegrityFailure:
        state = None
        late.append(
            Late(
                LateKind.STATE, "通信係の記録", "通信係の状態の記録が読めません",
                "送受信をすると書き直されます。続くときは保守担当へ",
            )
        )  # fmt: skip
    sent = tx.bundles.list("out")
    stages = _stages(tx, site, sent, state)
    arrived = boxes.arrived_in()
    overdue = _late_bundles(sent, stages, limits, now)
    if state is not None:
        late += _of_the_courier(state, limits, now)
        late += _of_the_line(state, stages, limits, now)
    late += _of_bundles(stages, overdue, arrived, limits, now)
    late += of_box_log(tx, boxes, site)
    stopped = blocked(tx, site, arrived)
    late += [Late(LateKind.BLOCKED, one.short, one.sentence, one.next_step) for one in stopped.steps]
    old = {name for name, at in arrived.items() if _is_old(at, limits, now)}
    return ExchangeStatus(
        state, stages, tuple(arrived), tuple(in_order(late)), frozenset(overdue | old), stopped
    )  # fmt: skip


def limits_of(tx: Tx) -> Deadlines:
    """How long what passes between the sites may take."""
    return programme_of(tx).deadlines if tx.settings.get("programme") is not None else Deadlines()


def of_box_log(tx: Tx, boxes: Boxes, site: Site) -> list[Late]:
    """What Box's own log has that nobody has accounted for yet, or that it cannot be read; nothing where there is none."""
    try:
        evidence = evidence_of(tx, boxes, site)
        count = 0 if evidence is None else open_findings(evidence)
    except IntegrityFailure:
        count = None
    if count is None:
        return [
            Late(
                LateKind.BOX_LOG, "Boxの記録", "通信係が控えたBoxの記録が読めません",
                "何も消さずに、取扱責任者が保守担当へ知らせる",
            )
        ]  # fmt: skip
    if not count:
        return []
    return [
        Late(
            LateKind.BOX_LOG, f"Box要確認{count}", f"Boxの記録に説明のつかないものがあります（{count}件）",
            "取扱責任者が F5 の b（ikiiki log box）で見て、確かめたことを答える",
        )
    ]  # fmt: skip


def in_order(late: Iterable[Late]) -> list[Late]:
    """Worst first."""
    return sorted(late, key=lambda one: _WEIGHT[one.kind])


def overdue_steps(
    round_: Round, done: Mapping[str, bool], words: Mapping[str, str], day: dt.date
) -> list[Late]:
    """Steps of a round whose day (`programme.toml`) is past. `done` and `words` by mark, as the flow line has them."""
    days = {"⑤": round_.review_by, "⑨": round_.participants_by, "⑪": round_.notices_by}
    return [
        Late(
            LateKind.STEP, f"{mark}期限切れ",
            f"{mark}{words[mark]}の期限（{by.month}月{by.day}日）を過ぎています",
            "「つぎ」にあることを、両方の取扱責任者で確かめてください",
        )
        for mark, by in days.items()
        if day > by and not done[mark]
    ]  # fmt: skip


# -- the parts ------------------------------------------------------------------------------------------------


def _stages(tx: Tx, site: Site, sent: Sequence[BundleRow], state: CourierState | None) -> dict[str, Stage]:
    placed = set(state.placed) if state else set()
    left = {row.name for row in untaken(tx, site)} if sent else set()
    void = {fate.name for fate in tx.fates.list("out")}
    aside = {str(one.bundle) for one in asked_to_void(tx, site)}
    stages = {}
    for row in sent:
        if row.name in void | aside:
            stages[row.name] = Stage.VOID if row.name in void else Stage.ASIDE
        elif row.name not in left:
            stages[row.name] = Stage.TAKEN
        elif row.settled is not None:
            stages[row.name] = Stage.ARRIVED
        elif row.channel == DESK_CHANNEL:
            stages[row.name] = Stage.BY_HAND
        else:
            stages[row.name] = Stage.PLACED if row.name in placed else Stage.SEALED
    return stages


def _late_bundles(
    sent: Sequence[BundleRow], stages: Mapping[str, Stage], limits: Deadlines, now: dt.datetime
) -> set[str]:
    allowed = {
        Stage.SEALED: dt.timedelta(hours=limits.send_hours),
        Stage.PLACED: dt.timedelta(hours=limits.receipt_hours),
        Stage.BY_HAND: dt.timedelta(hours=limits.receipt_hours),
    }
    stopped = {(row.channel, row.epoch) for row in sent if stages[row.name] is Stage.ASIDE}
    return {
        row.name
        for row in sent
        if (stages[row.name] in allowed and limits.waited(row.created, now) > allowed[stages[row.name]])
        or (
            stages[row.name] is Stage.ARRIVED
            and is_overdue(row, limits, now)
            and (row.channel, row.epoch) not in stopped  # until it is voided nothing behind it is taken in
        )
    }


def _is_old(arrived: dt.datetime, limits: Deadlines, now: dt.datetime) -> bool:
    """Whether a bundle should have been taken in by now."""
    return limits.waited(arrived, now) > dt.timedelta(hours=limits.take_in_hours)


def _of_bundles(
    stages: Mapping[str, Stage], overdue: Collection[str], arrived: Mapping[str, dt.datetime], limits: Deadlines,
    now: dt.datetime,
) -> list[Late]:  # fmt: skip
    unsent = sum(stages[name] is Stage.SEALED for name in overdue)
    lost = sum(stages[name] is Stage.ARRIVED for name in overdue)
    unanswered = len(overdue) - unsent - lost
    here = sum(_is_old(at, limits, now) for at in arrived.values())
    late = []
    if unsent:
        late.append(
            Late(
                LateKind.SEND, f"送信待ち{unsent}", f"送信待ちのまま{limits.hours(limits.send_hours)}を過ぎた束 {unsent}",
                "送受信をする。つながらないときは、媒体で運ぶ",
            )
        )  # fmt: skip
    if unanswered:
        late.append(
            Late(
                LateKind.RECEIPT, f"受領待ち{unanswered}",
                f"相手に届いたと分からないまま{limits.hours(limits.receipt_hours)}を過ぎた束 {unanswered}",
                "相手に電話し、送受信をしたかを聞く",
            )
        )  # fmt: skip
    if lost:
        late.append(
            Late(
                LateKind.UNTAKEN, f"相手の取込{lost}",
                f"相手に届いて{limits.hours(limits.take_in_hours + limits.receipt_hours)}、取り込まれたと分からない束 {lost}",
                "相手に電話し、取り込んだかを聞く。届いていなければ、両方でもう一度送受信をする（置き直されます）",
            )
        )  # fmt: skip
    if here:
        late.append(
            Late(
                LateKind.TAKE_IN, f"取込待ち{here}",
                f"届いてから{limits.hours(limits.take_in_hours)}、取り込まれていない束 {here}", "F6 の i で取り込む",
            )
        )  # fmt: skip
    return late


def _of_the_courier(state: CourierState, limits: Deadlines, now: dt.datetime) -> list[Late]:
    late = []
    last = f"{_when(state.ended, now)} {OUTCOME_WORDS[state.outcome]}"
    if state.outcome is Outcome.INTEGRITY:
        late.append(
            Late(
                LateKind.INTEGRITY, "食い違い", f"送受信で食い違いが見つかっています（{_when(state.ended, now)}）",
                "何も消さずに、取扱責任者が相手の取扱責任者へ電話する",
            )
        )  # fmt: skip
    elif state.outcome in _NO_USE_TRYING or state.failures >= limits.failures:
        late.append(
            Late(
                LateKind.FAILING, f"送受信の失敗{state.failures}",
                f"送受信が{state.failures}回続けてできていません（{last}）",
                "F6 の Enter で送受信し、出た文のとおりにする",
            )
        )  # fmt: skip
    if state.unattended and _hours(state.unattended, now) > limits.courier_hours:
        late.append(
            Late(
                LateKind.COURIER, "通信係の停止",
                f"定時の送受信が {_when(state.unattended, now)} から動いていません",
                "タイマーと機械を確かめる（手引き「定時の送受信」）",
            )
        )  # fmt: skip
    if state.partner_seen and _hours(state.partner_seen, now) > limits.partner_hours + 1:
        late.append(
            Late(
                LateKind.PARTNER, "相手の不通", f"相手の通信係のしるしが {_when(state.partner_seen, now)} から途絶えています",
                "相手に電話する",
            )
        )  # fmt: skip
    return late


def _of_the_line(
    state: CourierState, stages: Mapping[str, Stage], limits: Deadlines, now: dt.datetime
) -> list[Late]:
    late = []
    to_carry = sum(stage is Stage.SEALED for stage in stages.values())
    if state.read_only and to_carry:
        late.append(
            Late(
                LateKind.READ_ONLY, f"媒体で運ぶ{to_carry}", f"この回線は受け取り専用です。送る束 {to_carry}",
                "F8 の「媒体で受け渡す」で運ぶ",
            )
        )  # fmt: skip
    gaps = [one for one in state.waiting if _is_old(dt.datetime.fromisoformat(one.since), limits, now)]
    if gaps:
        late.append(
            Late(
                LateKind.GAP, "前の束待ち", f"{gaps[0].bundle}: {gaps[0].reason}（{_when(gaps[0].since, now)}から）",
                "相手に電話し、番号を伝えて送り直してもらう",
            )
        )  # fmt: skip
    apart = max(abs(state.skew or 0), state.partner_ahead or 0)
    if dt.timedelta(seconds=apart) > WRONG:
        late.append(
            Late(
                LateKind.CLOCK, "時計のずれ", f"時計が{round(apart / 60)}分ずれています。管理簿の時刻が違ってしまいます",
                "両方の機械の時計を合わせる",
            )
        )  # fmt: skip
    return late


def _hours(since: str, now: dt.datetime) -> float:
    return (now - dt.datetime.fromisoformat(since)).total_seconds() / 3600


def _when(text: str, now: dt.datetime) -> str:
    """6月10日 14:05, in the zone people here work in."""
    at = dt.datetime.fromisoformat(text).astimezone(now.tzinfo)
    return f"{at.month}月{at.day}日 {at:%H:%M}"
