"""訂正: the fields of one record, corrected with a reason. What is not saved yet is kept as a draft, the changed fields alone."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from core.applicant import Application
from core.office.corrections import ChangedMeanwhile, NothingToCorrect
from core.office.drafts import edit_of
from core.office.forms import as_fields
from core.office.reasons import REASONS
from core.people.fields import FIELD_WORDS, Field
from tui.actions import bindings_of
from tui.panes.intake.fields import ENTRIES, given, note_field
from tui.place import Sheet, flow
from tui.safety import clean, paragraphs
from tui.widgets.dialogs import Choice, confirm
from tui.widgets.form import Form
from tui.widgets.frame import Frame
from tui.words import no

CORRECTING = ("corrected_application", "keying_error", "confirmed_by_phone", "confirmed_by_document")
_VERSION = "version"
"""In a draft, beside the fields: of which version of the record they were changed."""


class EditSheet(Sheet):
    """Gives whether anything was corrected."""

    PLACE = "edit"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("edit")

    def __init__(self, application: Application) -> None:
        super().__init__()
        self._application = application
        self._stored = {field.value: value for field, value in as_fields(application.applicant).items()}

    @property
    def _number(self) -> int:
        return self._application.number

    def body(self) -> ComposeResult:
        self._draft = self.office.drafts.take_up(edit_of(self._number)) or {}
        with Frame("訂正", sheet=True):
            yield Form(ENTRIES, self._stored | self._draft, id="form")
            yield Static(
                paragraphs("カナ氏名・生年月日・町名・希望・グループを直すと、区の確認⑤をもう一度受けます。"),
                classes="note",
            )

    def on_mount(self) -> None:
        self.head(f"受付番号 {no(self._number)} の訂正")
        if not self._draft:
            self.say("")
            return
        for field in self._changed():
            self._look(field)
        stale = self._draft.get(_VERSION) != str(self._application.version)
        self.say("下書きの続きです" + ("。そのあとで内容が変わっています" if stale else ""))

    @property
    def form(self) -> Form:
        return self.query_one("#form", Form)

    def _changed(self) -> dict[Field, str]:
        values = self.form.values().items()
        return {Field(key): value for key, value in values if value != self._stored.get(key, "")}

    def _look(self, field: Field) -> None:
        note_field(self.form, field, self.office.intake.read(given(self.form.values())))

    @on(Form.Left)
    def _field_left(self, event: Form.Left) -> None:
        event.stop()
        self._look(Field(event.key))

    @on(Form.Finished)
    def _finished(self, event: Form.Finished) -> None:
        event.stop()
        self.action_save()

    @flow
    async def action_save(self) -> None:
        changed = self._changed()
        if changed:
            items = "、".join(FIELD_WORDS[field] for field in changed)
            reasons = {code: REASONS[code] for code in CORRECTING}
            reason = await self.ikiiki.ask(Choice("訂正の理由", f"直した項目: {items}", reasons))
            if reason is not None:
                try:
                    self.office.intake.edit(self._number, changed, reason, seen=self._application)
                except ChangedMeanwhile as meanwhile:
                    self._go_on_from(meanwhile.current, changed)
                    raise
                except NothingToCorrect:  # written otherwise, read the same
                    self._leave()
                    return
                self.dismiss(True)
        else:
            self._leave()

    def _leave(self) -> None:
        self._forget()
        self.dismiss(False)

    def _go_on_from(self, current: Application, mine: dict[Field, str]) -> None:
        """What this person typed stays, over what stands now; beside each such field, what the other person wrote."""
        before = self._stored
        self._application = current
        self._stored = {field.value: value for field, value in as_fields(current.applicant).items()}
        self.form.restart(self._stored | {field.value: value for field, value in mine.items()})
        for field in mine:
            if (now := self._stored[field.value]) != before[field.value]:
                self.form.note(field.value, f"いまは {clean(now) or '空欄'}", problem=True)
        self.keep_draft()

    # -- leaving ----------------------------------------------------------------------------------------

    def keep_draft(self) -> None:
        changed = {field.value: value for field, value in self._changed().items()}
        if changed:
            version = {_VERSION: str(self._application.version)}
            self.office.drafts.keep(edit_of(self._number), changed | version)
        else:
            self._forget()

    def _forget(self) -> None:
        self.office.drafts.forget(edit_of(self._number))

    @flow
    async def action_back(self) -> None:
        self.keep_draft()
        self.dismiss(False)

    @flow
    async def action_discard(self) -> None:
        question = confirm("直しかけの内容を捨てますか", "応募は元のままです。", yes="捨てる", no="戻る")
        if await self.ikiiki.ask(question) == "yes":
            self._leave()
