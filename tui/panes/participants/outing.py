"""One outing: those seated, then the waiting list in draw order."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from core.draw.standing import PlaceState, Promotion
from core.errors import IkiikiError
from core.office.choices import CALLEE_WORDS, Callees
from core.office.paper_desk import Wanted
from core.office.participants import OutingStatus, Participant
from core.papers import PaperKind
from tui.actions import Action, bindings_of
from tui.list_place import NumberedPlace
from tui.panes.intake.rights import person_rights
from tui.panes.participants.notices import print_again
from tui.place import Sheet, flow
from tui.printing import print_paper
from tui.prompt import Prompt
from tui.safety import clean, fit
from tui.view import PEOPLE_ORDERS, Rows, View, age_key, line_of
from tui.widgets.dialogs import Choice, Message, confirm
from tui.widgets.frame import Frame
from tui.widgets.search import Jump, Search
from tui.widgets.virtual_list import Column, Held, VirtualList
from tui.words import no, town_words

_STATES = {
    PlaceState.SEATED: "参加",
    PlaceState.RESERVED: "区優先枠",
    PlaceState.WAITING: "補欠",
    PlaceState.OUT: "辞退",
}
_VERDICTS = {"": "", "confirmed": "区確認済", "returned": "区差戻し"}
_PRESENT = {None: "", True: "出席", False: "欠席"}


def phone_words(digits: str) -> str:
    """A number in groups, as people read it aloud: the last four, the four before, the rest."""
    return "-".join(part for part in (digits[:-8], digits[-8:-4], digits[-4:]) if part)


def standing_words(row: Participant) -> str:
    words = _STATES[row.standing]
    return f"{words} {row.place}番" if row.place else words


def kept_words(outing: OutingStatus) -> str:
    """The ward's seats that are still kept, for a heading; "" when there are none."""
    return f"   優先枠 {outing.reserved}" if outing.reserved else ""


def attendance_words(outing: OutingStatus) -> str:
    """Who came, for a heading; "" while nothing is noted."""
    if not outing.came + outing.absent:
        return ""
    return f"   出席 {outing.came}・欠席 {outing.absent}・未 {outing.pending}"


def columns(home: str) -> tuple[Column[Participant], ...]:
    """The list's columns. `home` is the prefecture and ward, left out of towns."""
    return (
        Column("番号", 7, lambda row: no(row.number), right=True),
        Column("カナ氏名", 20, lambda row: row.kana),
        Column("年齢", 4, lambda row: "" if row.age is None else str(row.age), right=True),
        Column("町名", 12, lambda row: town_words(row.town, home)),
        Column("区分", 11, standing_words),
        Column(
            "区の点検", 9, lambda row: _VERDICTS[row.verdict], strong=lambda row: row.verdict == "returned"
        ),
        Column("出欠", 0, lambda row: _PRESENT[row.present]),
    )


ROWS = Rows[Participant](
    texts=lambda row: (row.kana, row.town),
    keys={
        "number": lambda row: row.number,
        "kana": lambda row: row.kana,
        "age": lambda row: age_key(row.age),
        "town": lambda row: row.town,
        "verdict": lambda row: row.verdict,
        "present": lambda row: (row.present is not None, row.present),
    },
    number=lambda row: row.number,
)


class OutingSheet(NumberedPlace, Sheet):
    """A 高尾山 6月10日."""

    PLACE = "outing"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("outing")
    ORDERS: ClassVar[Mapping[str, str]] = {
        "": "参加の人、補欠の順",
        "number": "受付番号順",
        **PEOPLE_ORDERS,
        "verdict": "区の点検順",
        "present": "出欠順",
    }

    def __init__(self, outing: OutingStatus) -> None:
        super().__init__()
        self._outing = outing
        self._people: Sequence[Participant] = ()
        self._seen: list[Participant] = []
        """The people as they are looked at: sorted, searched."""

    def body(self) -> ComposeResult:
        with Frame("参加者", sheet=True):
            yield VirtualList(
                [columns(self.home)],
                Held[Participant](()),
                empty="だれもいません",
                numbered=True,
                id="list",
            )
            yield Search("カナ氏名・町名・受付番号")
            yield Jump()

    def on_mount(self) -> None:
        self._list.focus()
        self._load()
        self.say("")

    @property
    def _list(self) -> VirtualList[Participant]:
        return self.query_one("#list", VirtualList)

    def _load(self) -> None:
        participants = self.office.participants
        self._people = participants.list(self._outing.code)
        self._outing = next(row for row in participants.outings() if row.code == self._outing.code)
        self._show_counts()
        self._show(keep_cursor=True)

    def _show_counts(self) -> None:
        seated = sum(row.standing is not PlaceState.WAITING for row in self._people)
        waiting = len(self._people) - seated
        self.head(
            f"{self._outing.code} {clean(self._outing.place)} {self._outing.date}"
            f"   参加 {seated}／定員 {self._outing.capacity}   補欠 {waiting}{kept_words(self._outing)}"
            f"{attendance_words(self._outing)}"
        )

    def _show(self, *, keep_cursor: bool) -> None:
        """The people as they are looked at."""
        self._seen = ROWS.seen(self._people, self.view)
        self._list.reload(Held(self._seen), keep_cursor=keep_cursor)

    def look(self, view: View) -> None:
        self.query_one(Frame).caption("参加者", self.order_words())
        self._show(keep_cursor=False)

    def find(self, number: int) -> int | None:
        return line_of((row.number for row in self._seen), number)

    def open_actions(self) -> list[Action]:
        row = self._list.current if self.is_mounted else None
        actions = super().open_actions()
        absent = set()
        if row is None or row.verdict != "returned":
            absent.add("disqualify")
        if row is None or not any(p.unit_id == row.unit_id and p is not row for p in self._people):
            absent.add("shrink")
        if not self._outing.reserved:
            absent |= {"reserve", "release"}
        elif row is None or row.standing is not PlaceState.WAITING:
            absent.add("reserve")
        return [action for action in actions if action.name not in absent]

    # -- actions ----------------------------------------------------------------------------------------

    def action_attend(self) -> None:
        row = self._list.current
        if row is not None:
            self._note(row, not row.present)

    def action_absent(self) -> None:
        row = self._list.current
        if row is not None:
            self._note(row, False)

    def _note(self, row: Participant, present: bool) -> None:
        if row.standing is PlaceState.WAITING:
            return
        try:
            self.office.participants.attend(self._outing.code, row.record, present)
        except IkiikiError as error:
            self.ikiiki.show_error(error)
            return
        self._mark(row, present)
        self._list.move_to(self._list.cursor + 1)

    def _mark(self, row: Participant, present: bool) -> None:
        """Show it on the row and in the counts, without asking the vault."""
        counts = Counter({True: self._outing.came, False: self._outing.absent, None: self._outing.pending})
        counts.subtract([row.present])
        counts.update([present])
        self._outing = dataclasses.replace(
            self._outing, came=counts[True], absent=counts[False], pending=counts[None]
        )
        noted = dataclasses.replace(row, present=present)
        self._people = [noted if person is row else person for person in self._people]
        self._show_counts()
        index = self._list.cursor
        if self._seen[index : index + 1] == [row]:  # it stays where it is, however sorted
            self._seen[index] = noted
            self._list.change(index)

    @flow
    async def action_no_shows(self) -> None:
        pending = self._outing.pending
        if not pending:
            self.say("出欠をまだ記録していない人はいません")
            return
        words = f"出欠をまだ記録していない参加者 {pending}人を、欠席にします。あとから1人ずつ直せます。"
        if await self._event("残りを欠席", words, "欠席にする"):
            noted = self.office.outing_day.no_shows(self._outing.code)
            self._load()
            self.say(f"{len(noted)}人を欠席にしました")

    @flow
    async def action_phones(self) -> None:
        who = await self.ikiiki.ask(
            Choice(
                "電話の一覧",
                "開くと操作ログに残ります。要る人だけを選んでください。",
                {one.value: words for one, words in CALLEE_WORDS.items()},
            )
        )
        if who is None:
            return
        calls = self.office.outing_day.phones(self._outing.code, Callees(who))
        lines = [
            fit(no(call.number), 8) + fit(call.kana, 30) + (phone_words(call.phone) or "電話番号なし")
            for call in calls
        ]
        await self.ikiiki.ask(
            Message(
                f"電話の一覧 {CALLEE_WORDS[Callees(who)]} {len(calls)}人",
                "\n".join(lines) or "だれもいません",
            )
        )

    @flow
    async def action_roster(self) -> None:
        await print_paper(self, Wanted(PaperKind.ROSTER, outing=self._outing.code))

    async def _event(self, title: str, words: str, yes: str) -> bool:
        return await self.ikiiki.ask(confirm(title, words, yes=yes, no="戻る")) == "yes"

    async def _tell(self, promoted: Sequence[Promotion]) -> None:
        self._load()
        if not promoted:
            self.say("記録しました。繰り上がる人はいません")
            return
        units = {promotion.id for promotion in promoted}
        seated = [no(row.number) for row in self._people if row.unit_id in units and not row.place]
        numbers = "、".join(seated) or f"他の回で {len(promoted)}口"
        await self.ikiiki.ask(
            Message(
                "繰上げ",
                f"抽選の順に繰り上がりました: 受付番号 {numbers}\n\n次にすること: 電話で知らせ、⑦をもう一度区へ送ってください。",
            )
        )

    @flow
    async def action_cancel(self) -> None:
        row = self._list.current
        words = "この人（組のときは全員）は、すべての回から外れます。取り消せません。"
        if row is not None and await self._event(f"辞退 受付番号 {no(row.number)}", words, "辞退を記録する"):
            await self._tell(self.office.participants.withdraw(row.number))

    @flow
    async def action_decline(self) -> None:
        row = self._list.current
        words = "この人（組のときは全員）は、この回だけ外れます。ほかの希望の回では補欠として残ります。"
        if row is not None and await self._event(
            f"この回の辞退 受付番号 {no(row.number)}", words, "辞退を記録する"
        ):
            await self._tell(self.office.participants.decline(row.unit_id, self._outing.code))

    @flow
    async def action_shrink(self) -> None:
        row = self._list.current
        if row is None or not any(p.unit_id == row.unit_id and p is not row for p in self._people):
            return
        words = "この人だけが、この組から抜けます。組のほかの人の席と順番はそのままです。取り消せません。"
        if await self._event(f"組の1人の辞退 受付番号 {no(row.number)}", words, "辞退を記録する"):
            await self._tell(self.office.participants.shrink([row.number]))

    @flow
    async def action_reserve(self) -> None:
        row = self._list.current
        if row is None or row.standing is not PlaceState.WAITING or not self._outing.reserved:
            return
        words = (
            f"この人（組のときは全員）に、{self._outing.code} の区優先枠の席を割り当てます（残り {self._outing.reserved}席）。\n"
            "だれに割り当てるかは区が決めます。取り消せません。"
        )
        if await self._event(f"優先枠 受付番号 {no(row.number)}", words, "割り当てる"):
            await self._tell(self.office.participants.reserve(row.unit_id, self._outing.code))

    @flow
    async def action_release(self) -> None:
        outing = self._outing
        if not outing.reserved:
            return
        answer = await self.ikiiki.ask(
            Prompt(
                "優先枠の開放",
                f"{outing.code} の区優先枠 {outing.reserved}席のうち、補欠の順に開放する席の数。取り消せません。",
                value=str(outing.reserved),
                check=lambda text: (
                    "" if re.fullmatch("[1-9][0-9]{0,3}", text) else "1 からの数字で入力してください"
                ),
            )
        )
        if answer is not None:
            await self._tell(self.office.participants.release(outing.code, int(answer)))

    @flow
    async def action_disqualify(self) -> None:
        row = self._list.current
        words = "区が差し戻したため、参加を取り消します。取り消しは元に戻せません。"
        if row is not None and await self._event(f"取消 受付番号 {no(row.number)}", words, "取り消す"):
            await self._tell(self.office.participants.disqualify(row.unit_id))

    @flow
    async def action_close(self) -> None:
        words = f"{self._outing.code} の回を中止します。この回の参加者は席を失い、元に戻せません。"
        if await self._event("回の中止", words, "中止する"):
            await self._tell(self.office.participants.close(self._outing.code))

    @flow
    async def action_reprint(self) -> None:
        row = self._list.current
        if row is not None:
            await print_again(self, row.number)

    @flow
    async def action_bounced(self) -> None:
        row = self._list.current
        words = "この人に送った通知が戻ってきたことを記録します。次に通知をつくるとき、紙の通知に入ります。"
        if row is not None and await self._event(f"不着 受付番号 {no(row.number)}", words, "記録する"):
            self.office.mailing.bounced(row.number)
            self.say("不着を記録しました。「⑪通知」で紙の通知をつくってください")

    @flow
    async def action_rights(self) -> None:
        row = self._list.current
        if row is not None and await person_rights(self, row.number):
            self._load()
