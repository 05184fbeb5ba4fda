"""⑪ in the 参加者 pane: postcards and letters as PDF, mails one by one, the mails in doubt, the words of them all, the envelope."""

from __future__ import annotations

import unicodedata

from core.notice_kinds import FORM_WORDS, NOTICE_WORDS, Form
from core.office.letter_window import LEFT, TOP
from core.office.mailing import MailLine, MailStatus
from core.office.mails import STATE_WORDS, MailState
from core.office.notices import NoticeItem, count_words
from tui.new_file import ask_new_file
from tui.place import Place
from tui.prompt import Prompt
from tui.safety import clean
from tui.widgets.dialogs import Choice, Message, confirm
from tui.words import no

_TITLE = "⑪ 通知"
_MAIL, _DOUBT, _POSTED, _WORDS, _TAKE, _WINDOW = "mail", "doubt", "posted", "words", "take", "window"


async def send_notices(place: Place) -> None:
    """Choose what to do about ⑪, and do it."""
    office = place.session.office
    items, status = await place.ikiiki.run_job(
        "通知をつくる",
        lambda progress: (office.notices.prepare(), office.mailing.status()),
        stoppable=False,
    )
    waiting = len(office.notices.waiting())
    options = {}
    if items:
        options[str(Form.POSTCARD)] = f"はがきのPDFをつくる（{len(items)}通）"
        options[str(Form.LETTER)] = f"窓付き封筒に入れる手紙のPDFをつくる（{len(items)}通）"
    if waiting:
        options[_POSTED] = f"つくったPDFを投函したと記録する（{waiting}通）"
    if status.due:
        options[_MAIL] = f"メールで送る（アドレスのある {status.due}人）"
    if status.doubtful or status.paper:
        options[_DOUBT] = f"届いたか分からない・戻ったメール（{len(status.doubtful) + len(status.paper)}通）"
    options[_WORDS] = "通知の言葉と集合場所を、ファイルに書き出す"
    options[_TAKE] = "書き直した言葉のファイルを取り込む"
    options[_WINDOW] = "窓付き封筒の窓の位置を合わせる"
    told = "まだ知らせていない: " + count_words(items) if items else "まだ送っていない通知はありません"
    answer = await place.ikiiki.ask(Choice("⑪ 通知", told, options))
    if answer in (Form.POSTCARD, Form.LETTER):
        await _paper(place, items, Form(answer), status)
    elif answer == _POSTED:
        await _posted(place)
    elif answer == _MAIL:
        await _mail(place, status)
    elif answer == _DOUBT:
        await _doubt(place, status)
    elif answer == _WORDS:
        await _write_words(place)
    elif answer == _TAKE:
        await _take_words(place)
    elif answer == _WINDOW:
        await _set_window(place)


async def print_again(place: Place, number: int) -> None:
    """One person's notice as it stands, once more."""
    items = place.office.notices.one(number)
    words = f"受付番号 {no(number)}: {count_words(items)}。いまの内容でもう一度つくります。"
    forms = {str(form): FORM_WORDS[form] for form in (Form.POSTCARD, Form.LETTER)}
    answer = await place.ikiiki.ask(Choice("通知をもう一度", words, forms))
    if answer is None:
        return
    remark = "氏名と住所が入ります。印刷が済んだら消してください。"
    file = await ask_new_file(place, _TITLE, remark, f"notice-{no(number)}")
    if file is None:
        return
    session = place.session
    await place.ikiiki.run_job(
        "通知を組む",
        lambda progress: session.write_notices(file, items, Form(answer), again=True),
        stoppable=False,
    )
    place.say("PDFを書き出しました")


async def _paper(place: Place, items: list[NoticeItem], form: Form, status: MailStatus) -> None:
    """Make the PDF, then, when a person says they are posted, note the dispatch."""
    session = place.session
    remark = f"{count_words(items)}を1つのPDFにします。氏名と住所が入ります。印刷が済んだら消してください。"
    if lacking := place.office.notices.unguided(items):
        remark += f"\n回 {'・'.join(lacking)} には、集合の場所と時間がまだ入っていません（通知の言葉）。"
    if status.due:
        remark += f"\nうち {status.due}人はメールアドレスがあります。メールで送るなら、紙より先に送ります。"
    file = await ask_new_file(place, _TITLE, remark, "notices" if form is Form.POSTCARD else "letters")
    if file is None:
        return
    title = "はがきを組む" if form is Form.POSTCARD else "封書を組む"
    await place.ikiiki.run_job(
        title, lambda progress: session.write_notices(file, items, form), stoppable=False
    )
    question = f"{count_words(items)}を投函しましたか。\n「投函した」を選ぶと、発送を管理簿に記入します。あとでもう一度つくることもできます。"
    if await place.ikiiki.ask(confirm("⑪ 発送", question, yes="投函した", no="まだ")) == "yes":
        batch = session.office.notices.dispatch(items, form)
        place.say(f"発送 {batch} として管理簿に記入しました")
    else:
        place.say("PDFを書き出しました。投函したら、もう一度「通知」から記入してください")


async def _posted(place: Place) -> None:
    batch, items = place.office.notices.posted()
    place.say(
        f"{len(items)}通を、発送 {batch} として管理簿に記入しました"
        if batch
        else "つくったあとに中身が変わりました。もう一度PDFをつくってください"
    )


async def _mail(place: Place, status: MailStatus) -> None:
    session = place.session
    place.office.mailing.settings()  # says in a dialog what is missing before anything is asked
    words = f"{status.due}人に1通ずつメールで送ります。途中で止めても、次は残りから続きます。"
    if await place.ikiiki.ask(confirm("⑪ メール", words, yes="送る", no="戻る")) != "yes":
        return
    report = await place.ikiiki.run_job("メールを送る", session.send_mails)
    place.say(
        f"送った {report.sent}通・あとで {report.later}通・受け取られない {report.refused}通・分からない {report.unclear}通"
    )


async def _doubt(place: Place, status: MailStatus) -> None:
    """The mails a person has to look at, one to be chosen."""
    lines = (*status.doubtful, *status.paper)
    answer = await place.ikiiki.ask(
        Choice(
            "メールの確かめ",
            "確かめる1通を選びます。",
            {str(place_): f"{no(line.number)}  {NOTICE_WORDS[line.kind]}  {STATE_WORDS[line.state]}" for place_, line in enumerate(lines)},
        )
    )  # fmt: skip
    if answer is not None:
        await _settle(place, lines[int(answer)])


async def _settle(place: Place, line: MailLine) -> None:
    if line.state in (MailState.REFUSED, MailState.BOUNCED, MailState.PAPER):
        words = "この人には紙で送ります。アドレスを訂正したときは、もう一度メールで送れます。"
        options = {MailState.AGAIN.value: "もう一度メールで送る"}
    else:
        words = f"サーバの送信記録を、この番号（Message-ID）で確かめてください。\n{line.message_id}"
        options = {
            MailState.SENT.value: "届いていた",
            MailState.AGAIN.value: "届いていない。次のときにもう一度送る",
            MailState.PAPER.value: "メールはやめて、紙で送る",
        }
    answer = await place.ikiiki.ask(Choice(f"受付番号 {no(line.number)}", words, options))
    if answer is not None:
        place.office.mailing.settle(line.number, MailState(answer))
        place.say(f"受付番号 {no(line.number)} を記録しました")


async def _write_words(place: Place) -> None:
    session = place.session
    answer = await place.ikiiki.ask(
        Prompt(
            "通知の言葉",
            "通知の言葉と、回ごとの集合・持ち物を、ふつうのテキストファイルに書き出します。個人情報は入りません。\n書き出すフォルダ:",
            value=str(place.ikiiki.config.folder / "wording"),
        )
    )
    if answer is not None:
        written = session.write_wording(place.ikiiki.path(answer))
        await place.ikiiki.ask(
            Message(
                "通知の言葉",
                "書き出しました:\n\n"
                + "\n".join(clean(path.name) for path in written)
                + "\n\n次にすること: 書き直して、「⑪通知」→「書き直した言葉のファイルを取り込む」",
            )
        )


async def _take_words(place: Place) -> None:
    answer = await place.ikiiki.ask(
        Prompt(
            "通知の言葉",
            "書き直したファイルのあるフォルダ:",
            value=str(place.ikiiki.config.folder / "wording"),
        )
    )
    if answer is not None:
        changed = place.session.read_wording(place.ikiiki.path(answer))
        place.say(
            f"取り込みました: {'、'.join(changed)}" if changed else "いまの言葉と同じです。何も変わりません"
        )


async def _set_window(place: Place) -> None:
    """Where the window of the envelopes in hand is: two numbers in one line."""
    desk = place.office.letter_window
    now = desk.get()
    ranges = f"左から {LEFT.start}〜{LEFT.stop - 1}mm、上から {TOP.start}〜{TOP.stop - 1}mm"
    words = (
        f"いまの{now.words}\n封筒を横にして、左の端と上の端から窓までをはかります（{ranges}）。\n"
        "「左から 上から」の順に、mmで（例 20 12）:"
    )
    answer = await place.ikiiki.ask(
        Prompt("封筒の窓の位置", words, value=f"{now.left} {now.top}", check=_not_two_numbers)
    )
    if answer is not None:
        left, top = _two_numbers(answer)
        place.say(desk.set(left, top).words)


def _two_numbers(text: str) -> list[int]:
    """Those in it; empty unless two are all there is."""
    parts = unicodedata.normalize("NFKC", text).replace("、", " ").replace(",", " ").split()
    return [int(part) for part in parts] if len(parts) == 2 and all(map(str.isdecimal, parts)) else []


def _not_two_numbers(text: str) -> str:
    return "" if _two_numbers(text) else "数字を2つ、間を空けて入力してください。例 20 12"
