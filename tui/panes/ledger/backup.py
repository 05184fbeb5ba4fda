"""控え: an encrypted backup taken from the screen, and the rehearsal of one, for which one's password is asked again."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from tui.actions import bindings_of
from tui.opener import BackupMade, Rehearsal
from tui.place import Sheet, flow
from tui.widgets.form import Entry, Form
from tui.widgets.frame import Frame

WHERE = "控えを置くフォルダ（USBメモリなど）。空のままなら、保管庫の backups/ に取ります。ほかの人が使っていてもかまいません。"


def made_words(made: BackupMade) -> str:
    """Where it lies, and what to do with it."""
    words = [
        "控えを取り、開いて確かめました。",
        "",
        f"控番号  {made.id}",
        f"ファイル  {made.path.name}",
        f"置き場所  {made.path.parent}",
    ]
    if made.removed:
        words += ["", f"古い控え {len(made.removed)}個を消しました。"]
    return "\n".join([*words, "", "媒体に取ったら、控番号を書いて、鍵のかかる場所にしまってください。"])


def seen_words(seen: Rehearsal) -> str:
    """Whether it can be relied on."""
    if seen.differences:
        step = "次にすること: この控えは使わず、控えを取り直して、もう一度試してください。"
        return "\n".join(["合わないところがあります。", "", *seen.differences, "", step])
    return (
        f"控えから復元し、{seen.tables}の表（{seen.rows}行）がすべて一致しました。復元したものは消しました。\n\n"
        f"ファイル  {seen.path.name}\n控えのあとに変わった表  {seen.changed}"
    )


class RehearsalSheet(Sheet):
    """Asks for the person's own password: nothing but a password opens a backup."""

    PLACE = "rehearsal"
    BINDINGS: ClassVar[list[BindingType]] = bindings_of("rehearsal")

    def body(self) -> ComposeResult:
        with Frame("控えを試す", sheet=True):
            yield Form([Entry("password", "自分のパスワード", width=40, password=True)])

    def on_mount(self) -> None:
        self.head("控えを試す")
        self.say("いちばん新しい控えから復元し、比べて、消します。保管庫は変わりません")

    @on(Form.Finished)
    def _finished(self, event: Form.Finished) -> None:
        event.stop()
        self.action_save()

    @flow
    async def action_save(self) -> None:
        password = self.query_one(Form).values()["password"]
        self.query_one(Form).clear()
        session = self.session
        seen = await self.ikiiki.run_job(
            "控えを試す", lambda progress: session.rehearse(password, None, progress)
        )
        self.dismiss(seen)
