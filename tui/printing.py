"""Printing a register or report from any place: as what, where to, then the work, then a word."""

from __future__ import annotations

from core.office.paper_desk import Wanted
from core.papers import PAPER_WORDS, PaperKind
from tui.new_file import ask_new_file
from tui.place import Place
from tui.widgets.dialogs import Choice

ENDINGS = {"pdf": "PDF（紙に印刷する）", "xlsx": "XLSX（表として渡す）"}
PERSONAL = "氏名と電話番号が入ります。使い終わったら裁断してください。"
PLAIN = "応募者の氏名や連絡先は入りません。"


async def print_paper(place: Place, wanted: Wanted) -> None:
    """Ask, make, say. An error is the caller's flow's to show."""
    words = PAPER_WORDS[wanted.kind]
    ending = await place.ikiiki.ask(Choice(f"{words}をつくる", "", ENDINGS))
    if ending is None:
        return
    name = "-".join(filter(None, [wanted.kind.value, wanted.org and wanted.org.value, wanted.outing]))
    session = place.session
    remark = f"{PERSONAL if wanted.kind is PaperKind.ROSTER else PLAIN}管理簿に「印刷」か「書出し」として残ります。"
    file = await ask_new_file(place, f"{words}をつくる", remark, name, ending)
    if file is None:
        return
    paper = await place.ikiiki.run_job(
        f"{words}をつくる", lambda progress: session.write_paper(file, wanted, progress), stoppable=False
    )
    place.say(f"{words}（控番号 {paper.copy}）を書き出しました")
