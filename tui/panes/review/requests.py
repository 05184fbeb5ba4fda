"""消去の依頼: whom the contractor has erased, and the ward's own word on each."""

from __future__ import annotations

from core.office.erase_requests import request_lines
from core.office.person_words import BEFORE_AGREEING, NO_REQUESTS, agreed_words
from core.office.remains import remains_words
from tui.place import Place
from tui.rights import typed_number
from tui.safety import clean
from tui.widgets.dialogs import Choice, Message
from tui.words import no

TITLE = "消去の依頼"


async def answer_requests(place: Place) -> None:
    """The whole window, as one flow of `place`. Raises what the use case refuses."""
    app, desk = place.ikiiki, place.office.erase_requests
    found = {str(one.number): one for one in desk.list()}
    if not found:
        await app.ask(Message(TITLE, NO_REQUESTS))
        return
    rows = {
        key: f"{no(one.number)} {clean(one.kana)}  {one.due.isoformat()} まで" for key, one in found.items()
    }
    chosen = await app.ask(
        Choice(f"{TITLE} {len(found)}件", "委託先が消去した人です。区の記録は残っています。", rows)
    )
    if chosen is None:
        return
    one = found[chosen]
    told = "\n".join([*map(clean, request_lines(one)), "", *BEFORE_AGREEING])
    choices = {"no": "何もしないで戻る", "agree": "同意して、区の保管庫からも消す"}
    if await app.ask(Choice(f"{TITLE} 受付番号 {no(one.number)}", told, choices)) != "agree":
        return
    desk.may_agree(one.number)  # first of all: nobody types for nothing
    if not await typed_number(place, one.number):
        return
    await app.run_job(TITLE, lambda progress: desk.agree(one.number), stoppable=False)
    left = place.office.person.remains(one.number)
    lines = [agreed_words(one.number), "", *remains_words(left, place.actor.site)]
    await app.ask(Message("消去しました", "\n".join(lines)))
