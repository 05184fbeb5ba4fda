"""安全の決まり from 管理簿, at the ward: what the contractor changed of them, and whether it is to hold here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.widgets.dialogs import Choice, Message

if TYPE_CHECKING:
    from tui.place import Pane

TITLE = "安全の決まり"
NOTHING = "確かめを待つ変更はありません。"
ABOUT = (
    "委託先が事業の設定で、次の決まりを変えました。利用者、媒体とパスワードの受渡し、操作ログの点検についてのものです。\n\n{changes}\n\n"
    "同意するまで、この拠点ではいまの決まり（矢印の左）のままです。委託先に理由を聞いてから決めてください。"
)
MOST = 4
DECLINED = "\n\n前に「同意しない」と答えています。"


async def safeguards(pane: Pane) -> None:
    """The whole window, as one flow of `pane`. Raises what the use case refuses, `NeedsSecond` among it."""
    app, rules = pane.ikiiki, pane.office.rules
    waiting = rules.waiting()
    if waiting is None:
        await app.ask(Message(TITLE, NOTHING))
        return
    told = "\n".join(f"  {one}" for one in waiting.changes)
    words = ABOUT.format(changes=told)
    if len(waiting.changes) > MOST:  # more than stand beside the question: to be read first
        await app.ask(Message(TITLE, words))
        words = ABOUT.format(changes=f"  いま読んだ{len(waiting.changes)}項目")
    choices = {
        "later": "あとで決める",
        "agree": "同意する（いまから効く）",
        "decline": "同意しない（いまの決まりのまま）",
    }
    chosen = await app.ask(Choice(TITLE, words + DECLINED * waiting.declined, choices))
    if chosen == "agree":
        rules.agree(waiting.id)
        pane.say("同意しました。新しい決まりが効いています")
    elif chosen == "decline":
        rules.decline(waiting.id)
        pane.say("いまの決まりのままです。委託先に電話で伝えてください")
