"""点検一覧: the review as a PDF of A4 pages, 25 people to each, with a box to tick.

As the postcards are made (`storage.papers.postcards`): in memory, with our fonts alone, every character and every
text checked before there is a page.
"""

from __future__ import annotations

import json

from core.errors import UsageError
from core.office.review import PAGE_ROWS
from core.office.review_paper import PaperList, PaperRow
from storage.papers.fonts import missing_from
from storage.papers.notice_rows import breakable
from storage.papers.typesetting import Overflow, typeset

_NEXT = "その人は先に画面で確かめて答えてください。答えた人を除いて印刷できます"
_WORDS = {
    "kana": "カナ氏名",
    "born": "生年月日",
    "phone": "電話番号",
    "outings": "回",
    "address": "住所",
    "email": "メール",
    "remark": "確認事項",
}


def review_list_pdf(paper: PaperList) -> bytes:
    """The list as one PDF; the same list gives the same bytes.

    Raises `UsageError` naming item and 受付番号 of a character no font has, and of a text too long to be readable.
    """
    _check_glyphs(paper)
    try:
        return typeset("review_list.typ", inputs(paper), what="点検一覧")
    except Overflow as overflow:
        fault = overflow
    raise UsageError(
        f"{_WORDS.get(fault.item, fault.item)}が長すぎて、読める大きさで一覧に入りません。まだ何も印刷していません",
        where=f"受付番号 {fault.number}",
        next_step=_NEXT,
    )


def _check_glyphs(paper: PaperList) -> None:
    faults = [
        f"受付番号 {row.number}・{name}・U+{ord(character):04X}"
        for row in paper.rows
        for item, name in _WORDS.items()
        for character in missing_from(getattr(row, item))
    ]
    faults += [f"見出し・U+{ord(character):04X}" for character in missing_from(paper.title + paper.by)]
    if faults:
        shown = "、".join(faults[:5]) + (f" ほか{len(faults) - 5}件" if len(faults) > 5 else "")
        raise UsageError("印刷できない文字があります。まだ何も印刷していません", where=shown, next_step=_NEXT)


def inputs(paper: PaperList) -> dict[str, str]:
    """What review_list.typ is handed: `list`, as JSON text."""
    rows = [_row(row) for row in paper.rows]
    moment = paper.at
    body = {
        "title": paper.title,
        "short": paper.short,
        "printed": f"印刷 {moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}  {paper.by}",
        "pages": [rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)],
    }
    return {"list": json.dumps(body, ensure_ascii=False)}


def _row(row: PaperRow) -> dict[str, str]:
    return {
        "row": str(row.row),
        "number": row.number,
        **{item: breakable(getattr(row, item)) for item in _WORDS},
    }
