"""抽選 as a ceremony a resident could watch: what is sealed, what is frozen, the dice, the result, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from core.applicant import State
from core.errors import IkiikiError
from core.office.drawing import Step
from core.office.intake import Intake
from core.office.lottery import Ceremony
from core.office.ports import ListFilter, Progress
from core.roles import SITE_WORDS, Right, Site
from tui.actions import Action, bindings_of
from tui.panes.lottery.checking import check_publication
from tui.panes.lottery.dice import DiceSheet
from tui.place import Pane, flow
from tui.safety import clean
from tui.widgets.chart import Bar, chart
from tui.widgets.dialogs import Message, Prompt, confirm

POLL_SECONDS = 5.0
_ORDER = list(Step)

STAGES: tuple[tuple[str, Step, Step, str], ...] = (
    ("1 封印", Step.SEAL_CONTRACTOR, Step.SEAL_WARD, "両者が秘密の数字を決め、封をして見せ合う"),
    (
        "2 名簿の確定",
        Step.FREEZE_CONTRACTOR,
        Step.FREEZE_WARD,
        "区が確認した応募だけを名簿にし、両者が署名する",
    ),
    ("3 開封", Step.OPEN_CONTRACTOR, Step.OPEN_WARD, "両者の封を開け、封印と合うことを確かめる"),
    ("4 サイコロ", Step.DICE, Step.DICE_WARD, "公開の場で20個を振り、目を両者が別々に入力する"),
    ("5 抽選", Step.DRAW_CONTRACTOR, Step.DRAW_WARD, "両者が別々に計算し、同じ結果に署名する"),
)
"""Name, first and last step of the machine, and what it is for."""

FILE_WORDS: dict[str, str] = {
    "params.txt": "規則",
    "commits.txt": "封印の一覧",
    "list.txt": "抽選名簿",
    "freeze.txt": "名簿の確定",
    "reveal-contractor.txt": "委託先の封の中身",
    "reveal-ward.txt": "区の封の中身",
    "opened.txt": "開封の記録",
    "dice-contractor.txt": "委託先が入力した目",
    "dice-ward.txt": "区が入力した目",
    "seed-input.txt": "種のもと",
    "result.txt": "結果",
}

_DEEDS: dict[Step, tuple[str, str]] = {
    Step.SEAL_CONTRACTOR: ("封印をつくる", "規則を固定し、委託先の秘密の数字に封をします。"),
    Step.SEAL_WARD: ("封印をつくる", "規則を確かめて署名し、区の秘密の数字に封をします。"),
    Step.FREEZE_CONTRACTOR: (
        "名簿を確定する",
        "区が確認した応募だけで抽選名簿をつくり、署名します。あとから変えられません。",
    ),
    Step.FREEZE_WARD: (
        "名簿に署名する",
        "名簿が、区の確認した応募と一対一に合うことをこの機械で確かめ、署名します。",
    ),
    Step.OPEN_CONTRACTOR: ("開封する", "両者の封を開け、開封の記録に署名します。"),
    Step.OPEN_WARD: (
        "開封に署名する",
        "開封の記録を確かめて署名します。このあと、サイコロの前に確認番号を読み上げてください。",
    ),
    Step.DRAW_CONTRACTOR: ("抽選する", "両者のサイコロの目から当選を計算し、結果に署名します。"),
    Step.DRAW_WARD: ("抽選する", "この機械で独立に計算し、同じ結果であることを確かめて署名します。"),
}


def grouped(digest: str) -> str:
    """A hash as people read it aloud: eight groups of eight."""
    return " ".join(digest[index : index + 8] for index in range(0, len(digest), 8))


class LotteryPane(Pane):
    """抽選."""

    PLACE = "lottery"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("lottery")

    def __init__(self) -> None:
        super().__init__()
        self._ceremony: Ceremony | None = None
        self._shown = Text()
        self._polling = False
        self._trouble = ""
        """Why the last attempt to reach the other site failed."""

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
        """Whether a ceremony has begun and the other site's part is awaited."""
        ceremony = self._ceremony
        return (
            ceremony is not None
            and bool(ceremony.hashes)
            and not ceremony.mine
            and ceremony.step is not Step.DONE
        )

    async def poll(self) -> None:
        """While the other site's part of a ceremony is awaited, run the courier by itself."""
        if not self._waiting or self.flowing or self._polling or not self.actor.may(Right.IMPORT_BUNDLE):
            return
        self._polling = True
        session = self.session
        try:
            if await self.ikiiki.run_quietly(lambda: session.sync()) is not None and self._waiting:
                self._trouble = ""
                self.ikiiki.refresh_state()
        except IkiikiError as error:
            self._trouble = f"{error.what}。{error.next_step}"
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
        words = self._words(self._ceremony)
        if words != self._shown:  # nothing is sent to the terminal while nothing happens
            self._shown = words
            text.update(words)
        self.ikiiki.refresh_hint()

    # -- what is shown ----------------------------------------------------------------------------------

    def _words(self, ceremony: Ceremony) -> Text:
        text = Text(end="")
        text.append(f"抽選 {clean(ceremony.draw)}\n")
        turn = (
            "この拠点の番です。Enter で進みます"
            if ceremony.mine
            else "相手の番です。この画面のまま待つと、自動で受け取ります"
        )
        text.append(f"つぎ: {clean(ceremony.sentence)}\n", style="bold")
        if ceremony.step is not Step.DONE:
            text.append(f"      {turn}\n")
        if self._trouble:
            text.append(f" 送受信できません: {clean(self._trouble)}\n")
        text.append("\n")
        at = _ORDER.index(ceremony.step)
        for name, first, last, words in STAGES:
            state = "済" if at > _ORDER.index(last) else "いま" if at >= _ORDER.index(first) else "まだ"
            text.append(f" [{state}] ", style="bold" if state == "いま" else "")
            text.append(f"{name}  {words}\n")
        self._append_dice(text, ceremony)
        self._append_result(text, ceremony)
        self._append_files(text, ceremony)
        return text

    @staticmethod
    def _append_dice(text: Text, ceremony: Ceremony) -> None:
        for site, digits in ceremony.digits.items():
            text.append(f"\n サイコロ（{SITE_WORDS[site]}）  {' '.join(clean(digits))}")
        if ceremony.digits:
            text.append("\n")

    @staticmethod
    def _append_files(text: Text, ceremony: Ceremony) -> None:
        if not ceremony.hashes:
            return
        text.append("\n 記録の確認番号（SHA-256）と署名\n")
        order = list(FILE_WORDS)
        known = [name for name in order if name in ceremony.hashes]
        for name in [*known, *(name for name in ceremony.hashes if name not in FILE_WORDS)]:
            digest = ceremony.hashes[name]
            signed = "・".join(SITE_WORDS[site] for site in ceremony.signatures.get(name, ()))
            words = FILE_WORDS.get(name, name)
            text.append(
                f"  {clean(words)}（{clean(name)}） 署名: {signed or 'なし'}\n    {grouped(digest)}\n"
            )

    def _append_result(self, text: Text, ceremony: Ceremony) -> None:
        if ceremony.step is not Step.DONE:
            return
        text.append("\n")
        text.append(self._chart(ceremony.seats))
        text.append(f"\n\n 種 {grouped(ceremony.seed)}\n")
        text.append(
            "\n 確かめかた: 公表する一式のなかで「sh verify.sh」を動かすと、\n"
            " だれでも同じ結果を計算し直せます。自分の抽選番号は、結果（result.txt）の2番目の欄です。\n",
        )
        if ceremony.small_classes:
            text.append(
                f" 注意: 5口に満たない組合せが{ceremony.small_classes}種類あります。\n"
                " 公表すると、個人が推測されるおそれがあります。\n"
            )

    def _chart(self, seats: Mapping[str, tuple[int, int]]) -> Text:
        bars = [
            Bar(f" {code} の席", taken, room, f"{taken}／{room}人") for code, (taken, room) in seats.items()
        ]
        return chart(
            bars, self.app.size.width - 6, label_width=10, ascii_only=self.ikiiki.config.ascii_borders
        )

    # -- which actions make sense now -------------------------------------------------------------------

    def open_actions(self) -> list[Action]:
        ceremony = self._ceremony
        if ceremony is None:
            return []
        fitting = {"chart"}
        if ceremony.mine and ceremony.step in _DEEDS:
            fitting.add("next")
        if ceremony.mine and ceremony.step in (Step.DICE, Step.DICE_CONTRACTOR, Step.DICE_WARD):
            fitting.add("dice")
        if ceremony.step is Step.OPEN_CONTRACTOR and self.actor.site is Site.CONTRACTOR:
            fitting.add("open_absent")
        if ceremony.hashes:
            fitting |= {"verify", "publish"}
        return [action for action in super().open_actions() if action.name in fitting]

    # -- actions ----------------------------------------------------------------------------------------

    @flow
    async def action_next(self) -> None:
        ceremony = self._ceremony
        if ceremony is None or not ceremony.mine:
            self.say("いまは相手の番です。F6 送受信で受け取ります")
            return
        if ceremony.step not in _DEEDS:
            if ceremony.step is not Step.DONE:
                await self._roll(ceremony)
            return
        name, words = _DEEDS[ceremony.step]
        if await self.ikiiki.ask(confirm(name, words, yes=name, no="戻る")) != "yes":
            return
        lottery = self.office.lottery
        deed = {
            Step.SEAL_CONTRACTOR: lottery.seal,
            Step.SEAL_WARD: lottery.seal,
            Step.FREEZE_CONTRACTOR: lottery.freeze,
            Step.FREEZE_WARD: lottery.freeze,
            Step.OPEN_CONTRACTOR: lottery.open_seals,
            Step.OPEN_WARD: lottery.open_seals,
            Step.DRAW_CONTRACTOR: lottery.draw,
            Step.DRAW_WARD: lottery.draw,
        }[ceremony.step]
        await self.ikiiki.run_job(name, lambda progress: deed(), stoppable=False)
        self.ikiiki.refresh_state()
        self.say("済みました。F6 送受信で相手に送られます")

    @flow
    async def action_dice(self) -> None:
        if self._ceremony is not None:
            await self._roll(self._ceremony)

    async def _roll(self, ceremony: Ceremony) -> None:
        digits = await self.ikiiki.ask(DiceSheet(ceremony.hashes.get("opened.txt", "")))
        if digits is None:
            return
        lottery = self.office.lottery
        await self.ikiiki.run_job(
            "サイコロの目を記録する", lambda progress: lottery.dice(digits), stoppable=False
        )
        self.ikiiki.refresh_state()
        self.say("記録しました。F6 送受信で相手に送られます")

    @flow
    async def action_open_absent(self) -> None:
        words = (
            "区の封が届かないまま開封すると、「区は欠席」と記録に残り、公表されます。\n"
            "サイコロのあとで欠席にすることはできません。"
        )
        if await self.ikiiki.ask(confirm("相手欠席で開封", words, yes="欠席で開封する", no="戻る")) == "yes":
            lottery = self.office.lottery
            await self.ikiiki.run_job(
                "開封する", lambda progress: lottery.open_seals(absent=True), stoppable=False
            )
            self.ikiiki.refresh_state()

    @flow
    async def action_verify(self) -> None:
        lottery = self.office.lottery
        words = await self.ikiiki.run_job("検算", lambda progress: check_publication(*lottery.publication()))
        await self.ikiiki.ask(Message("検算", words))

    @flow
    async def action_publish(self) -> None:
        self.actor.require(Right.EXPORT)
        ceremony = self._ceremony
        if ceremony is None:
            return
        answer = await self.ikiiki.ask(
            Prompt(
                "公表用に書き出す",
                "個人情報は含みません。書き出す場所（フォルダ）を入力してください。",
                value=str(self.ikiiki.config.folder / ceremony.draw),
            )
        )
        if answer is None:
            return
        session, folder = self.session, self.ikiiki.path(answer)
        await self.ikiiki.run_job("書き出す", lambda progress: session.publish(folder), stoppable=False)
        self.say("公表用の一式を書き出しました")

    @flow
    async def action_chart(self) -> None:
        office = self.office
        wishes = await self.ikiiki.run_job("応募を数える", lambda progress: wished(office.intake, progress))
        outings = office.participants.outings()
        text = Text(
            "応募と定員。応募は第1希望（かっこは第2希望から下も入れた人数）。\n縦の線が定員です。\n\n", end=""
        )
        bars = [
            Bar(
                f"{outing.code} {outing.place}",
                first,
                outing.capacity,
                f"{first}（{every}）／{outing.capacity}人",
            )
            for outing in outings
            for first, every in [wishes.get(outing.code, (0, 0))]
        ]
        text.append(chart(bars, 68, ascii_only=self.ikiiki.config.ascii_borders))
        if any(outing.seated for outing in outings):
            text.append("\n\n席の埋まり方\n\n")
            seats = [
                Bar(f"{o.code} {o.place}", o.seated, o.capacity, f"{o.seated}人 補欠{o.waiting}人")
                for o in outings
            ]
            text.append(chart(seats, 68, ascii_only=self.ikiiki.config.ascii_borders))
        await self.ikiiki.ask(Message("図", text))


def wished(intake: Intake, progress: Progress) -> dict[str, tuple[int, int]]:
    """By outing: how many accepted applications wish for it first, and how many name it at all."""
    which = ListFilter(states=frozenset({State.ACCEPTED}))
    total = intake.count(which)
    counts: dict[str, tuple[int, int]] = {}
    for offset in range(0, total, 500):
        progress(offset, total)
        for row in intake.page(which, offset, 500):
            for rank, code in enumerate(row.preferences):
                first, every = counts.get(code, (0, 0))
                counts[code] = (first + (rank == 0), every + 1)
    return counts
