"""二人目の確認 from 管理簿: what has been proposed, and the second person's word; and the proposal itself, wherever it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.office.second import DEED_WORDS, Pending
from tui.widgets.dialogs import Choice, Message, confirm

if TYPE_CHECKING:
    from tui.place import Pane

NOTHING = "いま発議されている操作はありません。\n\n二人目の確認が要る操作: {asked}"
AFTER = (
    "確かめると、管理簿にあなたの署名が残ります。実行はまだされません。\n"
    "数や相手が、聞いているとおりかを確かめてください。"
)


async def seconding(pane: Pane) -> None:
    """The whole window, as one flow of `pane`. Raises what the use case refuses."""
    app, desk = pane.ikiiki, pane.office.second
    pending = {one.id: one for one in desk.list()}
    if not pending:
        asked = "、".join(DEED_WORDS[deed] for deed in desk.asked())
        words = NOTHING.format(asked=asked or "決められていません（事業の設定の [accounts] second_person）")
        await app.ask(Message("二人目の確認", words))
        return
    rows = {name: f"{one.sentence}  {_state(one)}" for name, one in pending.items()}
    name = await app.ask(Choice("二人目の確認", "", rows))
    if name is None:
        return
    one = pending[name]
    told = (
        f"{one.sentence}\n\n発議: {one.agreement.proposed_by}、{one.agreement.proposed_at[:16].replace('T', ' ')}\n"
        f"期限: {one.agreement.until:%Y-%m-%d %H:%M}\n\n{AFTER}"
    )
    choices = {"no": "何もしないで戻る"}
    mine = one.agreement.proposed_by == pane.actor.staff_id
    if not (one.agreement.confirmed or one.over or mine):
        choices["confirm"] = "確かめた（二人目）"
    chosen = await app.ask(Choice("二人目の確認", told, choices | {"drop": "発議を取りやめる"}))
    if chosen == "confirm":
        desk.confirm(one.id)
        pane.say(f"確かめました。{one.agreement.proposed_by} が実行できます")
    elif (
        chosen == "drop" and await app.ask(confirm("発議の取りやめ", one.sentence, yes="取りやめる")) == "yes"
    ):
        desk.drop(one.id)
        pane.say("発議を取りやめました")


def _state(one: Pending) -> str:
    if one.over:
        return "期限切れ"
    return f"{one.agreement.confirmed_by} が確かめた" if one.agreement.confirmed else "確認待ち"
