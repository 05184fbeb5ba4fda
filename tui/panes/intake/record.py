"""One application with all five items. Opening it is written to the access log by the use case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from core.applicant import OF_A_GROUP, PROBLEM_WORDS, ROUTE_WORDS, STATE_WORDS, Application, State, age_on
from core.errors import Refused
from core.office.drafts import edit_of
from core.office.reasons import REASON_WORDS, REASONS
from core.people.fields import FIELD_WORDS, Field
from tui.actions import Action, bindings_of
from tui.panes.intake.edit import EditSheet
from tui.panes.intake.rights import person_rights
from tui.panes.intake.together import member_words, tie_by_key, view_words
from tui.place import Sheet, flow
from tui.safety import clean, fit
from tui.widgets.dialogs import Choice, Message
from tui.words import WARNING_WORDS, era, moment, no

ACCEPTING = ("confirmed_by_phone", "confirmed_by_document", "different_person", "goes_alone", "ward_decision")
REFUSING = ("duplicate_application", "not_eligible", "cannot_reach", "ward_decision", "applicant_request")
WITHDRAWING = ("applicant_request", "duplicate_application", "ward_decision", "keying_error")


def reasons(codes: tuple[str, ...]) -> Mapping[str, str]:
    """These reason codes with their words, for a choice."""
    return {code: REASONS[code] for code in codes}


class RecordSheet(Sheet):
    """受付番号 nnnn."""

    PLACE = "record"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("record")

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._application: Application | None = None
        self._groups = False
        """Whether there is anything to do about who goes together."""

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="sheet") as frame:
            frame.border_title = "応募"
            yield Static("", id="items", classes="note")

    def on_mount(self) -> None:
        self._reopen(self._draft_words())
        self.query_one(VerticalScroll).focus()

    def _draft_words(self) -> str:
        kept = edit_of(self._number) in self.office.drafts.kept()
        return "訂正の下書きがあります（「訂正」で続けられます）" if kept else ""

    def _reopen(self, said: str) -> None:
        """As it stands now: who changed it has not seen it."""
        self._show(self.office.intake.open(self._number), said)

    def _show(self, application: Application, said: str = "") -> None:
        self._application = application
        self._groups = self._has_group(application)
        self.head(f"受付番号 {no(application.number)}   {STATE_WORDS[application.state]}")
        self.query_one("#items", Static).update(self._words(application))
        self.say(said)

    def _has_group(self, application: Application) -> bool:
        if not self.may_correct or application.state not in (State.ACCEPTED, State.HELD):
            return False
        if application.applicant.group or OF_A_GROUP & set(application.problems):
            return True
        try:
            return bool(self.office.groups.companions(application.number))
        except Refused:  # the other site corrects it
            return False

    def _words(self, application: Application) -> Text:
        applicant = application.applicant
        born = applicant.birth_date
        age = f"（{age_on(born, self.office.intake.programme().reference_date)}歳）" if born else ""
        postal = (
            f"〒{applicant.postal_code[:3]}-{applicant.postal_code[3:]} " if applicant.postal_code else ""
        )
        state = STATE_WORDS[application.state]
        if application.reason:
            state += f"（{REASON_WORDS.get(application.reason, application.reason)}）"
        view = self.office.groups.of(application.number)
        lines = [
            ("カナ氏名", applicant.kana),
            ("生年月日", f"{era(born)} {born.isoformat()}{age}" if born else ""),
            ("住所", postal + applicant.address),
            ("電話番号", applicant.phone),
            ("メール", applicant.email or "なし"),
            ("", ""),
            ("希望の回", "・".join(applicant.preferences)),
            ("グループ", view_words(view)),
            *([("", line) for line in member_words(view, application.number)] if view else []),
            (
                "経路",
                ROUTE_WORDS[application.route]
                + (f"  元の番号 {application.receipt}" if application.receipt else ""),
            ),
            ("状態", state),
            ("版", f"第{application.version}版"),
        ]
        text = Text(end="")
        for label, value in lines:
            text.append(f"{fit(label, 10)} {clean(value) or ('（なし）' if label else '')}\n")
        for problem in application.problems:
            text.append(f"\n× {PROBLEM_WORDS[problem]}", style="bold")
        for warning in application.warnings:
            text.append(f"\n注意 {WARNING_WORDS[warning]}")
        return text

    # -- which actions make sense now -------------------------------------------------------------------

    def open_actions(self) -> list[Action]:
        state = self._application.state if self._application else None
        fitting = {"sources", "back", "rights"}
        if self.may_correct and state is not None:
            fitting.add("edit")
            if state is State.HELD:
                fitting |= {"accept", "refuse"}
            if state in (State.ACCEPTED, State.HELD):
                fitting.add("withdraw")
            if self._groups:
                fitting.add("link")
        return [action for action in super().open_actions() if action.name in fitting]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("edit", "accept", "refuse", "link", "withdraw"):
            return any(entry.name == action for entry in self.open_actions())
        return super().check_action(action, parameters)

    # -- actions ----------------------------------------------------------------------------------------

    @flow
    async def action_edit(self) -> None:
        assert self._application is not None
        if await self.ikiiki.ask(EditSheet(self._application)):
            self._reopen("訂正しました")
        else:
            self.say(self._draft_words() or "変更はありません")

    @flow
    async def action_accept(self) -> None:
        await self._resolve(True, "保留を受け付ける理由", ACCEPTING, "受け付けました")

    @flow
    async def action_refuse(self) -> None:
        await self._resolve(False, "不受理にする理由", REFUSING, "不受理にしました")

    async def _resolve(self, accept: bool, title: str, codes: tuple[str, ...], said: str) -> None:
        assert self._application is not None
        doubts = "\n".join(f"× {PROBLEM_WORDS[problem]}" for problem in self._application.problems)
        reason = await self.ikiiki.ask(Choice(title, doubts, reasons(codes)))
        if reason is not None:
            self.office.intake.resolve(self._number, accept, reason)
            self._reopen(said)

    @flow
    async def action_link(self) -> None:
        done = await tie_by_key(self.ikiiki, self._number, self.home)
        if done:
            self._reopen(done)

    @flow
    async def action_withdraw(self) -> None:
        reason = await self.ikiiki.ask(
            Choice("取下げの理由", "この応募は抽選に入らなくなります。", reasons(WITHDRAWING))
        )
        if reason is not None:
            self.office.intake.withdraw(self._number, reason)
            self._reopen("取り下げました")

    @flow
    async def action_sources(self) -> None:
        rows = self.office.intake.sources(self._number)
        parts = []
        for row in rows:
            place = "画面で入力" if row.file_name == "keyed" else f"{row.file_name} {row.row}行目"
            cells = "\n".join(
                f"  {fit(_field_words(name), 16)} {clean(value)}" for name, value in row.cells.items()
            )
            parts.append(f"{moment(row.at)}  {clean(place)}\n{cells}")
        await self.ikiiki.ask(
            Message("元の記載", "\n\n".join(parts) or "元の記載はありません（相手の拠点から届いた応募です）")
        )

    @flow
    async def action_rights(self) -> None:
        if await person_rights(self, self._number):
            self._reopen(self._draft_words())


def _field_words(name: str) -> str:
    try:
        return FIELD_WORDS[Field(name)]
    except ValueError:
        return name
