"""消去の依頼: whom the contractor has erased, and the ward's own word on each; at the contractor, what the ward said."""

from __future__ import annotations

from core.office.choices import DECLINE_REASONS
from core.office.erase_answers import Answer
from core.office.erase_requests import request_lines
from core.office.person_words import (
    BEFORE_AGREEING,
    BEFORE_ASKING,
    BEFORE_DECLINING,
    NO_REQUESTS,
    NOTHING_ASKED,
    agreed_words,
    asked_words,
    asking_words,
    declined_words,
)
from core.office.remains import remains_words
from core.roles import Site
from tui.panes.intake.rights import typed_number
from tui.place import Place
from tui.safety import clean
from tui.widgets.dialogs import Choice, Message
from tui.words import no

TITLE = "消去の依頼"


async def erase_requests(place: Place) -> None:
    """The whole window of this site, as one flow of `place`. Raises what the use case refuses."""
    await (_answer(place) if place.actor.site is Site.WARD else _answers(place))


async def _answer(place: Place) -> None:
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
    choices = {
        "no": "何もしないで戻る", "agree": "同意して、区の保管庫からも消す", "decline": "断る（理由を選び、委託先に伝える）",
    }  # fmt: skip
    title = f"{TITLE} 受付番号 {no(one.number)}"
    answer = await app.ask(Choice(title, told, choices))
    if answer == "agree":
        await _agree(place, one.number)
    elif answer == "decline":
        reason = await app.ask(Choice(f"{title} 断る理由", BEFORE_DECLINING, DECLINE_REASONS))
        if reason is not None:
            desk.decline(one.number, reason)
            await app.ask(Message("断りました", declined_words(one.number, reason)))


async def _agree(place: Place, number: int) -> None:
    app, desk = place.ikiiki, place.office.erase_requests
    desk.may_agree(number)  # first of all: nobody types for nothing
    if not await typed_number(place, number):
        return
    await app.run_job(TITLE, lambda progress: desk.agree(number), stoppable=False)
    left = place.office.person.remains(number)
    lines = [agreed_words(number), "", *remains_words(left, place.actor.site)]
    await app.ask(Message("消去しました", "\n".join(lines)))


async def _answers(place: Place) -> None:
    app, desk = place.ikiiki, place.office.erase_answers
    found = {str(one.number): one for one in desk.list()}
    if not found:
        await app.ask(Message(TITLE, NOTHING_ASKED))
        return
    rows = {key: f"{no(one.number)} {one.words}" for key, one in found.items()}
    chosen = await app.ask(Choice(f"{TITLE} {len(found)}件", "こちらで消去し、区に依頼した人です。", rows))
    if chosen is None:
        return
    one = found[chosen]
    if one.answer is not Answer.DECLINED:
        await app.ask(Message(TITLE, asked_words(one)))
        return
    told = "\n".join([asked_words(one), "", *BEFORE_ASKING])
    choices = {"no": "何もしないで戻る", "ask": "もう一度依頼する"}
    if await app.ask(Choice(f"{TITLE} 受付番号 {no(one.number)}", told, choices)) == "ask":
        desk.ask(one.number)
        await app.ask(Message(TITLE, asking_words(one.number)))
