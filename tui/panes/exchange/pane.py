"""送受信: what waits, what went and came, and the courier at a key's press."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from core.errors import IkiikiError
from core.exchange.state import CourierState
from core.office.blocked import in_hand
from core.office.due import OUTCOME_WORDS, STAGE_WORDS, ExchangeStatus, Late, LateKind, Stage
from core.office.envelope import KIND_WORDS
from core.office.overview import Overview
from core.office.pairing import KeyStage, Standing
from core.office.ports import BundleRow
from core.roles import Site
from tui.actions import bindings_of
from tui.panes.exchange.by_phone import ByPhoneActions
from tui.panes.exchange.checkup import CheckupSheet
from tui.panes.exchange.refused import RefusedActions
from tui.place import Pane, flow
from tui.prompt import Prompt
from tui.safety import clean, paragraphs
from tui.widgets.dialogs import Choice, Message
from tui.widgets.files import FileChoice, read_small, save_private
from tui.widgets.frame import Frame
from tui.widgets.virtual_list import Column, Held, VirtualList
from tui.words import moment


@dataclasses.dataclass(frozen=True)
class Passed:
    """A bundle as the list shows it."""

    direction: str
    kind: str
    counts: str
    at: dt.datetime | None
    state: str
    name: str


def passed(row: BundleRow, status: ExchangeStatus) -> Passed:
    counts = "・".join(f"{value}件" for value in row.counts.values() if value)
    if row.direction == "out":
        state = STAGE_WORDS[status.stage(row.name)] + late_word(row.name, status)
        return Passed("送", KIND_WORDS.get(row.kind, row.kind), counts, row.created, state, row.name)
    return Passed("受", KIND_WORDS.get(row.kind, row.kind), counts, row.created, "取り込んだ", row.name)


def late_mark(late: Late) -> str:
    """What stands before it: a channel that is stopped does not go on by itself, however long one waits."""
    return "停止" if late.kind is LateKind.BLOCKED else "遅れ"


def waiting_word(name: str, status: ExchangeStatus) -> str:
    """Of a bundle in the inbox: whether it is to be taken in."""
    if name in status.blocked.refused:
        return "取り込めない"
    if name not in in_hand((name,), status.blocked):
        return "前の束の取消し待ち"
    return "取り込み待ち" + late_word(name, status)


def late_word(name: str, status: ExchangeStatus) -> str:
    return " 遅れ" if name in status.late_bundles else ""


MOST_LATE = 3
"""Late things told above the list, each in two lines; there must be room for the list."""

COLUMNS: tuple[Column[Passed], ...] = (
    Column("", 2, lambda row: row.direction),
    Column("内容", 18, lambda row: row.kind),
    Column("数", 10, lambda row: row.counts, right=True),
    Column("封をした日時", 14, lambda row: moment(row.at) if row.at else ""),
    Column(
        "状態",
        21,
        lambda row: row.state,
        strong=lambda row: (
            row.state.startswith(("取り込み待ち", "取り込めない")) or row.state.endswith("遅れ")
        ),
    ),
    Column("束", 0, lambda row: row.name),
)


class ExchangePane(ByPhoneActions, RefusedActions, Pane):
    """送受信."""

    PLACE = "exchange"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("exchange")

    def compose(self) -> ComposeResult:
        with Frame("送受信"):
            yield Static("", id="due", classes="note")
            yield VirtualList(
                [COLUMNS], Held[Passed](()), empty="まだ何も送受信していません", choose_empty=True, id="list"
            )

    def on_mount(self) -> None:
        self.query_one("#list").focus()
        self.entered()

    def entered(self) -> None:
        try:
            overview = self.office.exchange.overview()
        except IkiikiError as error:
            self.query_one("#due", Static).update(paragraphs(f"{error.what}。{error.next_step}"))
            return
        self.query_one("#due", Static).update(paragraphs(self._due(overview)))
        waiting = [
            Passed(
                "受",
                "中身は取り込むときに確かめる",
                "",
                None,
                waiting_word(name, overview.status),
                name,
            )
            for name in overview.waiting
        ]
        both = sorted([*overview.sent, *overview.received], key=lambda row: row.created, reverse=True)
        self.query_one("#list", VirtualList).reload(
            Held([*waiting, *(passed(row, overview.status) for row in both)])
        )

    def _due(self, overview: Overview) -> str:
        if not overview.paired:
            return (
                "相手がまだ登録されていません。\n"
                "「自分の鍵カード」を書き出して相手に渡し、相手のカードを「相手を登録」で読みます。\n"
                f"自分の指紋 {overview.fingerprint}"
            )
        status = overview.status
        unsent = sum(status.stage(row.name) is Stage.SEALED for row in overview.sent)
        unanswered = sum(status.stage(row.name) is Stage.PLACED for row in overview.sent)
        parts = [
            f"{late_mark(late)}: {late.sentence}\n      {late.next_step}" for late in status.late[:MOST_LATE]
        ]
        if len(status.late) > MOST_LATE:
            parts.append(f"ほかにも遅れ {len(status.late) - MOST_LATE}件（ikiiki status）")
        if waiting := in_hand(overview.waiting, status.blocked):
            parts.append(f"届いて待っているもの {len(waiting)}件。Enter で取り込みます")
        if unsent:
            parts.append(f"送信待ち {unsent}件。Enter で送ります")
        if unanswered:
            parts.append(f"置いて、相手に届いたとまだ分からないもの {unanswered}件")
        if status.state is not None:
            parts.append(self._courier(status.state))
        if overview.keys:
            parts.append(overview.keys)
        parts.append(f"自分の指紋 {overview.fingerprint}")
        parts.append(f"相手の指紋 {overview.partner_fingerprint}")
        return "\n".join(parts)

    def _courier(self, state: CourierState) -> str:
        """When the last round was and how it ended; when the partner's courier was last seen."""
        zone = self.ikiiki.now().tzinfo

        def at(text: str) -> str:
            return moment(dt.datetime.fromisoformat(text).astimezone(zone)) if text else "まだ"

        last = f"前回 {at(state.ended)} {OUTCOME_WORDS[state.outcome]}"
        by_itself = f"　定時 {at(state.unattended)}" if state.unattended else ""
        return f"{last}{by_itself}　相手 {at(state.partner_seen)}"

    @on(VirtualList.Chosen)
    def _chosen(self) -> None:
        self.run_worker(self.run_action("sync"))

    @flow
    async def action_sync(self) -> None:
        session = self.session
        report = await self.ikiiki.run_job("送受信", lambda progress: session.sync(progress), resumes=True)
        self.ikiiki.refresh_state()
        words = "\n".join(report.sentences) or "新しく送るものも、届いたものもありません"
        if report.read_only and self.actor.site is Site.WARD:
            words += "\n\nこの回線では送れません。「電話で伝える」か「媒体で受け渡す」で伝えます"
        await self.ikiiki.ask(Message("送受信の結果", words))

    @flow
    async def action_carry(self) -> None:
        answer = await self.ikiiki.ask(
            Prompt(
                "媒体で受け渡す",
                "運んできた媒体の場所（フォルダ）を入力してください。\n"
                "届いていないものを取り込み、送るものを書き込みます。中身は封をしたままです。",
                value=str(self.ikiiki.medium),
            )
        )
        if answer is None:
            return
        session, folder = self.session, self.ikiiki.path(answer)
        report = await self.ikiiki.run_job(
            "媒体で受け渡す", lambda progress: session.sync(progress, medium=folder), stoppable=False
        )
        self.ikiiki.medium = folder
        self.ikiiki.refresh_state()
        await self.ikiiki.ask(Message("受け渡しの結果", "\n".join(report.sentences)))

    @flow
    async def action_take_in(self) -> None:
        exchange = self.office.exchange
        taken = await self.ikiiki.run_job(
            "届いたものを取り込む", lambda progress: exchange.import_waiting(progress)
        )
        self.ikiiki.refresh_state()
        words = "、".join(KIND_WORDS.get(item.kind, item.kind) for item in taken)
        self.say(f"取り込みました: {words}" if taken else "届いて待っているものはありません")

    @flow
    async def action_medium(self) -> None:
        answer = await self.ikiiki.ask(
            Prompt(
                "※ 媒体を読む",
                "区の窓口から手渡された媒体の場所（フォルダ）を入力してください。",
                value=str(self.ikiiki.medium),
            )
        )
        if answer is None:
            return
        session, folder = self.session, self.ikiiki.path(answer)
        taken = await self.ikiiki.run_job(
            "媒体を取り込む", lambda progress: session.read_desk_medium(folder), stoppable=False
        )
        self.ikiiki.medium = folder
        self.ikiiki.refresh_state()
        self.say(f"{len(taken)}束を取り込みました" if taken else "この媒体に、新しく取り込むものはありません")

    @flow
    async def action_doctor(self) -> None:
        session = self.session
        checks = await self.ikiiki.run_job("拠点の点検", lambda progress: session.examine(progress))
        await self.ikiiki.ask(CheckupSheet(checks))

    # -- pairing ----------------------------------------------------------------------------------------

    @flow
    async def action_card(self) -> None:
        name = f"{self.actor.site}.card"
        answer = await self.ikiiki.ask(
            Prompt(
                "自分の鍵カード",
                "公開してよいファイルです。書き出す場所と名前:",
                value=str(self.ikiiki.config.folder / name),
            )
        )
        if answer is not None:
            save_private(self.ikiiki.path(answer), self.office.exchange.partner_card())
            fingerprint = self.office.exchange.fingerprint()
            await self.ikiiki.ask(
                Message(
                    "自分の鍵カード",
                    f"書き出しました。相手に渡し、電話などで次の指紋を読み上げてください。\n\n{fingerprint}",
                )
            )

    @flow
    async def action_trust(self) -> None:
        path = await self.ikiiki.ask(
            FileChoice("相手の鍵カード", self.ikiiki.config.folder, (".card", ".json", ".txt"))
        )
        if path is None:
            return
        card = read_small(path)
        spoken = await self.ikiiki.ask(
            Prompt(
                "相手の指紋",
                f"{clean(path.name)}\n相手の人に電話などで読み上げてもらった指紋を、そのまま入力してください。\n"
                "カードに書かれた指紋を写してはいけません（すり替えに気づけなくなります）。",
            )
        )
        if spoken is not None:
            self.office.exchange.trust(card, spoken)
            self.ikiiki.refresh_state()
            self.say("相手を登録しました")

    @flow
    async def action_renew(self) -> None:
        standing = self.office.exchange.standing()
        choices = {"renew": "鍵を替える", "by_hand": "古い鍵が漏れたおそれがある（カードを渡し直す）"}
        if standing.stage is KeyStage.ASKED:
            choices["renew"] = "相手の新しい鍵に答える"
        if standing.stage in (KeyStage.OFFERED, KeyStage.BY_HAND):
            del choices["renew"]
        if standing.may_cancel:
            choices = {"no": "このまま続ける", "cancel": "取りやめる（つくった新しい鍵は廃棄する）"}
        elif standing.stage is KeyStage.BY_HAND:
            await self.ikiiki.ask(Message("鍵を替える", _of_keys(standing)))
            return
        chosen = await self.ikiiki.ask(Choice("鍵を替える", _of_keys(standing), choices))
        if chosen not in (None, "no"):
            exchange = self.office.exchange
            cancelled = chosen == "cancel"
            standing = exchange.cancel_renew() if cancelled else exchange.renew(by_hand=chosen == "by_hand")
            self.ikiiki.refresh_state()
            await self.ikiiki.ask(Message("鍵を替える", _of_keys(standing)))


def _of_keys(standing: Standing) -> str:
    """Where the keys stand, with the fingerprints that people may compare on the telephone."""
    said = [f"{standing.sentence}。"]
    if standing.next_fingerprint:
        said.append(f"自分の新しい指紋 {standing.next_fingerprint}")
    if standing.partner_next_fingerprint:
        said.append(f"相手の新しい指紋 {standing.partner_next_fingerprint}")
    if standing.due:
        said.append(f"前の鍵の束で、まだ取り込んでいないもの {len(standing.due)}件: {standing.due[0]} から")
    return "\n".join(said)
