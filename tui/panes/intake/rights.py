"""本人からの求め, from wherever one person is at hand: 開示, 訂正, 利用停止・消去; the words and use cases of `ikiiki person`."""

from __future__ import annotations

from core.office.choices import ERASE_REASONS
from core.office.person_words import BEFORE_ERASING, disclosed_words, erased_words
from core.office.remains import remains_words
from core.roles import Site
from tui.new_file import ask_new_file
from tui.panes.intake.edit import EditSheet
from tui.place import Place
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message
from tui.words import no


async def person_rights(place: Place, number: int) -> bool:
    """Ask which, and do it. Whether the person's record changed. Errors are the caller's flow's to show."""
    choices = {"disclose": "開示: 保有しているすべてをPDFにする"}
    if place.may_correct:
        choices["correct"] = "訂正: 項目を直す"
    if place.actor.site is Site.CONTRACTOR:
        choices["erase"] = "利用停止・消去: 5項目をすべての版から消す"
    choices["remains"] = "この人が載っている写しを見る"
    chosen = await place.ikiiki.ask(Choice(f"本人からの求め 受付番号 {no(number)}", "", choices))
    if chosen == "disclose":
        await _disclose(place, number)
    elif chosen == "correct":
        return await place.ikiiki.ask(EditSheet(place.office.intake.open(number))) is not None
    elif chosen == "erase":
        return await _erase(place, number)
    elif chosen == "remains":
        found = place.office.person.remains(number)
        await place.ikiiki.ask(Message("残っている写し", "\n".join(remains_words(found, place.actor.site))))
    return False


async def _disclose(place: Place, number: int) -> None:
    session = place.session
    remark = (
        "この人について保有しているすべてが入ります。本人だけに渡してください。管理簿と操作ログに残ります。"
    )
    file = await ask_new_file(place, "開示の書面をつくる", remark, f"kaiji-{number:04}")
    if file is None:
        return
    copy = await place.ikiiki.run_job(
        "開示の書面をつくる", lambda progress: session.write_disclosure(file, number), stoppable=False
    )
    place.say(disclosed_words(copy))


async def typed_number(place: Place, number: int) -> bool:
    """The last question before a person is erased: their 受付番号, typed."""

    def other(text: str) -> str:
        return "" if text.strip().lstrip("0") == str(number) else "受付番号が違います。まだ何も消していません"

    typed = await place.ikiiki.ask(
        Prompt(
            "利用停止・消去",
            "いま消去します。元に戻せません。ほかの人は画面を閉じておきます。\nよければ、受付番号をそのまま入力してください:",
            check=other,
        )
    )
    return typed is not None


async def _erase(place: Place, number: int) -> bool:
    app, desk = place.ikiiki, place.office.person
    before = desk.may_erase(number)  # first of all: nobody types for nothing
    reason = await app.ask(Choice("利用停止・消去の理由", "\n".join(BEFORE_ERASING), ERASE_REASONS))
    if reason is None:
        return False
    words = "\n".join(remains_words(before, place.actor.site))
    await app.ask(Message("消去しても残る写し", words))
    if not await typed_number(place, number):
        return False
    gone = await app.run_job("利用停止・消去", lambda progress: desk.erase(number, reason), stoppable=False)
    lines = [*erased_words(number, gone.asking), "", *remains_words(gone, place.actor.site)]
    await app.ask(Message("消去しました", "\n".join(lines)))
    return True
