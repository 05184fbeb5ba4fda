"""抽選 as a ceremony a resident could watch: what is sealed, what is frozen, the dice, the result, and how to check it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from core.disk import in_words
from core.draw.abandoned import REASON_WORDS, Reason
from core.errors import IkiikiError
from core.office.beacon import beacon_on
from core.office.ceremony_status import Ceremony
from core.office.drawing import Step
from core.office.figures import figures
from core.office.paper_desk import Wanted
from core.papers import PaperKind
from core.roles import Right, Site
from tui.actions import Action, bindings_of
from tui.charts import of_applications
from tui.panes.lottery.chances import show_chances
from tui.panes.lottery.checking import check_publication, hashes_in_words
from tui.panes.lottery.deeds import DEEDS, ROLLING, STOPPED, agreeing
from tui.panes.lottery.dice import DiceSheet, ask_beacon
from tui.panes.lottery.showing import told
from tui.place import Pane, flow
from tui.printing import print_paper
from tui.prompt import Prompt
from tui.safety import clean
from tui.widgets.dialogs import Choice, Message, confirm

POLL_SECONDS = 5.0
_BY_MEDIUM = "F6 の b で媒体に書き、相手に渡してください"
_READS_ONLY = "この回線は受け取りだけです。こちらの分は F6 の b で媒体に書いて渡します"
"""How the line is, not what is due: what a medium carried stays unsigned for until the medium has come back."""


class LotteryPane(Pane):
    """抽選."""

    PLACE = "lottery"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("lottery")

    def __init__(self) -> None:
        super().__init__()
        self._ceremony: Ceremony | None = None
        self._shown = Text()
        self._polling = False
        self._unsent = False
        self._trouble = ""
        """What kept the last attempt to reach the other site from ending well."""
        self._read_only = False
        """Whether the line has turned out to let this site read alone."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="pane", id="stage") as frame:
            frame.border_title = "抽選"
            yield Static("", id="ceremony", classes="note")

    def on_mount(self) -> None:
        self.query_one("#stage").focus()
        self.entered()
        self.set_interval(POLL_SECONDS, self.poll)

    @property
    def _waiting(self) -> bool:
        """Whether this site's part has yet to leave, or the other's may come: dice fall at both at once."""
        ceremony = self._ceremony
        if ceremony is None:
            return False
        theirs = ceremony.step is not Step.DONE and (not ceremony.mine or ceremony.step is Step.DICE)
        return self._unsent or theirs

    def _done(self, words: str) -> None:
        """This site's part is signed and sealed: show it, and let the courier take it along at its next round."""
        self._unsent = True
        self.ikiiki.refresh_state()
        self.say(f"{words}。{_BY_MEDIUM if self._read_only else '相手には自動で送られます'}")

    async def poll(self) -> None:
        """While the other site's part of a ceremony is awaited, run the courier by itself."""
        if not self._waiting or self.flowing or self._polling or not self.actor.may(Right.IMPORT_BUNDLE):
            return
        self._polling = True
        session, before, unsent = self.session, self._ceremony, self._unsent
        try:
            report = await self.ikiiki.run_quietly(lambda: session.sync())
            if report is not None and self._waiting:
                self._read_only = report.read_only
                self._trouble = _READS_ONLY if report.read_only else ""
                self._unsent = False
                self.ikiiki.refresh_state()
                if self._ceremony != before:
                    self.say("相手の記録が届きました")
                elif unsent:
                    self.say("まだ相手に渡っていません" if report.read_only else "相手に送りました")
        except (IkiikiError, OSError) as failure:
            error = in_words(failure)
            self._trouble = f"送受信できません: {error.what}。{error.next_step}"
            self.entered()
        finally:
            self._polling = False

    def entered(self) -> None:
        text = self.query_one("#ceremony", Static)
        try:
            self._ceremony = self.office.lottery.status()
        except IkiikiError as error:
            self._ceremony = None
            text.update(Text(clean(f"{error.what}。{error.next_step}")))
            return
        self._tell()
        self.ikiiki.refresh_hint()

    def _tell(self) -> None:
        """Say how the draw stands, as read last."""
        if self._ceremony is None:
            return
        over = self._ceremony.step is Step.DONE and not self._unsent
        words = told(
            self._ceremony,
            "" if over else self._trouble,
            self.app.size.width - 6,
            ascii_only=self.ikiiki.ascii_borders,
        )
        if words != self._shown:  # nothing is sent to the terminal while nothing happens
            self._shown = words
            self.query_one("#ceremony", Static).update(words)

    def on_resize(self) -> None:
        """Hashes and sentences are laid out for the width there is."""
        self._tell()

    # -- which actions make sense now -------------------------------------------------------------------

    def open_actions(self) -> list[Action]:
        ceremony = self._ceremony
        if ceremony is None:
            return []
        fitting = {"chart", "chances", "notice_hashes"}
        if ceremony.mine and ceremony.step in DEEDS and not ceremony.unopened:
            fitting.add("next")
        if ceremony.mine and ceremony.step in ROLLING:
            fitting.add("dice")
        if ceremony.unopened:
            fitting.add("open_absent")
        if ceremony.step is Step.FREEZE_WARD and self.actor.site is Site.WARD:
            fitting.add("keep_sealed")
        if ceremony.can_abandon and self.actor.site not in (ceremony.against or {}):
            fitting.add("abandon")
        if ceremony.next_draw and self.actor.site is Site.CONTRACTOR:
            fitting.add("next_round")
        if ceremony.step is Step.SEAL_CONTRACTOR and self.actor.site is Site.CONTRACTOR:
            fitting.add("seal_beacon")
        if ceremony.hashes:
            fitting |= {"verify", "report", "print"}
        if ceremony.publishable:
            fitting.add("publish")
        return [action for action in super().open_actions() if action.name in fitting]

    # -- actions ----------------------------------------------------------------------------------------

    @flow
    async def action_next(self) -> None:
        ceremony = self._ceremony
        if ceremony is None or not ceremony.mine or ceremony.unopened:
            self.say(ceremony.sentence if ceremony else "いまは進めません")
            return
        if ceremony.step not in DEEDS:
            if ceremony.step in STOPPED:
                await self._abandon()
            elif ceremony.step is not Step.DONE:
                await self._roll(ceremony)
            return
        name, words = DEEDS[ceremony.step]
        without = ceremony.dropped.refused if ceremony.step is Step.FREEZE_WARD else ()
        if await self.ikiiki.ask(confirm(name, words + agreeing(without), yes=name, no="戻る")) != "yes":
            return
        lottery = self.office.lottery
        deeds: dict[Step, Callable[[], Ceremony]] = {
            Step.SEAL_CONTRACTOR: lottery.seal,
            Step.SEAL_WARD: lottery.seal,
            Step.FREEZE_CONTRACTOR: lottery.freeze,
            Step.FREEZE_WARD: lambda: lottery.freeze(without=without),
            Step.OPEN_CONTRACTOR: lottery.open_seals,
            Step.OPEN_WARD: lottery.open_seals,
            Step.DRAW_CONTRACTOR: lottery.draw,
            Step.DRAW_WARD: lottery.draw,
        }
        await self.ikiiki.run_job(name, lambda progress: deeds[ceremony.step](), stoppable=False)
        self._done("済みました")

    @flow
    async def action_dice(self) -> None:
        ceremony = self._ceremony
        if ceremony is not None and ceremony.mine and ceremony.step in ROLLING:
            await self._roll(ceremony)
        elif ceremony is not None:  # the sheet would ask for dice that must not be thrown yet
            self.say(ceremony.sentence)

    async def _roll(self, ceremony: Ceremony) -> None:
        lottery, opened = self.office.lottery, ceremony.hashes.get("opened.txt", "")
        asked = ask_beacon(ceremony.beacon) if ceremony.beacon else DiceSheet(opened)
        found = await self.ikiiki.ask(asked)
        if found is None:
            return
        digits, value = ("", found) if ceremony.beacon else (found, "")
        await self.ikiiki.run_job(
            "公開乱数の値を記録する" if ceremony.beacon else "さいころの目を記録する",
            lambda progress: lottery.dice(digits, value),
            stoppable=False,
        )
        self._done("記録しました")

    @flow
    async def action_open_absent(self) -> None:
        words = (
            "区の封が届かないまま開封すると、「区は欠席」と記録に残り、公表されます。\n"
            "さいころのあとで欠席にすることはできません。"
        )
        if await self.ikiiki.ask(confirm("相手欠席で開封", words, yes="欠席で開封する", no="戻る")) == "yes":
            lottery = self.office.lottery
            await self.ikiiki.run_job(
                "開封する", lambda progress: lottery.open_seals(absent=True), stoppable=False
            )
            self._done("済みました")

    @flow
    async def action_keep_sealed(self) -> None:
        without = self._ceremony.dropped.refused if self._ceremony else ()
        words = (
            "区の秘密がもう使えない、または見られたおそれがあるときだけ選びます。\n"
            "名簿には署名し、区の封は開けません。「区は欠席」と記録に残り、公表されます。"
        ) + agreeing(without)
        if (
            await self.ikiiki.ask(confirm("封を開けずに署名", words, yes="開けずに署名する", no="戻る"))
            == "yes"
        ):
            lottery = self.office.lottery
            await self.ikiiki.run_job(
                "名簿に署名する",
                lambda progress: lottery.freeze(absent=True, without=without),
                stoppable=False,
            )
            self._done("済みました")

    @flow
    async def action_abandon(self) -> None:
        await self._abandon()

    async def _abandon(self) -> None:
        reason = await self.ikiiki.ask(
            Choice(
                "抽選の取りやめ",
                "取りやめは両者が署名してはじめて成り立ち、理由とともに公表されます。\n次の抽選は、はじめからやり直します。",
                {code.value: words for code, words in REASON_WORDS.items()},
            )
        )
        if reason is None:
            return
        words = f"理由: {REASON_WORDS[Reason(reason)]}\n\n記録したあとは取り消せません。"
        if (
            await self.ikiiki.ask(
                confirm("この抽選を取りやめますか", words, yes="取りやめに署名する", no="戻る")
            )
            != "yes"
        ):
            return
        lottery = self.office.lottery
        await self.ikiiki.run_job(
            "取りやめる", lambda progress: lottery.abandon(Reason(reason)), stoppable=False
        )
        self._done("取りやめに署名しました")

    @flow
    async def action_next_round(self) -> None:
        ceremony = self._ceremony
        if ceremony is None:
            return
        words = f"次の募集回の抽選 {ceremony.next_draw} の規則を固定し、封印をつくります。"
        if await self.ikiiki.ask(confirm("次の募集回", words, yes="封印をつくる", no="戻る")) == "yes":
            lottery = self.office.lottery
            await self.ikiiki.run_job("封印をつくる", lambda progress: lottery.seal(), stoppable=False)
            self._done("済みました")

    @flow
    async def action_seal_beacon(self) -> None:
        answer = await self.ikiiki.ask(
            Prompt(
                "公開乱数を使う封印",
                "両者の立会人がそろわないときに使います。抽選する日時を入力してください。\n"
                "さいころは振らず、その時刻に公表される値（drand quicknet）を、両者が別々に調べて入力します。",
                value=f"{self.ikiiki.now():%Y-%m-%d} 14:00",
            )
        )
        if answer is None:
            return
        beacon = beacon_on(answer, self.ikiiki.now())
        lottery = self.office.lottery
        await self.ikiiki.run_job("封印をつくる", lambda progress: lottery.seal(beacon), stoppable=False)
        self._done("済みました")

    @flow
    async def action_chances(self) -> None:
        await show_chances(self.ikiiki, self.office)

    @flow
    async def action_report(self) -> None:
        publication = self.office.publication
        words = await self.ikiiki.run_job(
            "記録をまとめる", lambda progress: publication.report(), stoppable=False
        )
        await self.ikiiki.ask(Message("抽選の記録", words))

    @flow
    async def action_print(self) -> None:
        await print_paper(self, Wanted(PaperKind.CEREMONY))

    @flow
    async def action_verify(self) -> None:
        publication = self.office.publication
        words = await self.ikiiki.run_job("検算", lambda progress: check_publication(*publication.files()))
        await self.ikiiki.ask(Message("検算", words))

    @flow
    async def action_notice_hashes(self) -> None:
        session = self.session
        words = await self.ikiiki.run_job(
            "値を調べる", lambda progress: hashes_in_words(session.notice_hashes())
        )
        await self.ikiiki.ask(Message("お知らせに載せる値", words))

    @flow
    async def action_publish(self) -> None:
        self.actor.require(Right.EXPORT)
        ceremony = self._ceremony
        if ceremony is None or not ceremony.publishable:
            return
        draw: str | None = ceremony.publishable[0]
        if len(ceremony.publishable) > 1:
            draw = await self.ikiiki.ask(
                Choice(
                    "公表用に書き出す",
                    "どの抽選を書き出しますか。",
                    {name: name for name in ceremony.publishable},
                )
            )
        if draw is None:
            return
        chosen = draw
        answer = await self.ikiiki.ask(
            Prompt(
                "公表用に書き出す",
                "個人情報は含みません。書き出す場所（フォルダ）を入力してください。",
                value=str(self.ikiiki.config.folder / chosen),
            )
        )
        if answer is None:
            return
        session, folder = self.session, self.ikiiki.path(answer)
        await self.ikiiki.run_job(
            "書き出す", lambda progress: session.publish(folder, chosen), stoppable=False
        )
        self.say("公表用の一式を書き出しました")

    @flow
    async def action_chart(self) -> None:
        intake, participants = self.office.intake, self.office.participants
        counted = await self.ikiiki.run_job(
            "図のために数える", lambda progress: figures(intake, participants, progress)
        )
        words = of_applications(counted, 68, ascii_only=self.ikiiki.ascii_borders)
        await self.ikiiki.ask(Message("図", words))
