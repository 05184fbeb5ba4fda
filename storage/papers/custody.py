"""The papers of what is carried by hand: 受渡票, the label of a medium, パスワード通知書; each one PDF page."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.errors import IkiikiError, UsageError
from core.ledger.codes import CONTENT_WORDS, PLACE_WORDS
from core.office.custody_papers import LabelPaper, SlipPaper, dated
from core.office.exporting import NoticePaper
from storage.papers.fonts import missing_from
from storage.papers.typesetting import Overflow, typeset

SLIP, LABEL, NOTICE = "handover_slip.typ", "medium_label.typ", "password_notice.typ"


def slip_pdf(paper: SlipPaper) -> bytes:
    """受渡票 (A4, both copies). Raises `UsageError` for a programme's name that cannot be set."""
    return _set(SLIP, slip_inputs(paper), "受渡票")


def label_pdf(paper: LabelPaper) -> bytes:
    """A label (A6). Raises as `slip_pdf`."""
    return _set(LABEL, label_inputs(paper), "媒体のラベル")


def notice_pdf(paper: NoticePaper) -> bytes:
    """パスワード通知書 (A4). Raises as `slip_pdf`; no error shows the password."""
    return _set(NOTICE, notice_inputs(paper), "パスワード通知書")


def slip_inputs(paper: SlipPaper) -> dict[str, str]:
    """What handover_slip.typ is handed: `paper`, as JSON text."""
    rows = [
        ("内容", paper.content), ("媒体", paper.medium), ("数", paper.count), ("どこから", paper.from_), ("どこへ", paper.to),
    ]  # fmt: skip
    if paper.records:
        rows.insert(1, ("件数", f"{paper.records}（暗号化。パスワード通知書は別の機会に渡します）"))
    if paper.return_by:
        rows.append(("返却・廃棄の期限", dated(paper.return_by)))
    return _inputs(
        id=paper.id, title=paper.title, number=f"第{paper.number}号", day=dated(paper.day), rows=rows,
        unit=paper.count.lstrip("0123456789"),
    )  # fmt: skip


def label_inputs(paper: LabelPaper) -> dict[str, str]:
    """What medium_label.typ is handed."""
    rows = [
        ("内容", paper.content),
        ("件数", paper.records),
        ("渡す先", paper.to),
        ("作成", f"{dated(paper.day)} {paper.by}"),
    ]
    if paper.return_by:
        rows.append(("返却期限", dated(paper.return_by)))
    return _inputs(id=paper.id, title=paper.title, rows=rows)


def notice_inputs(paper: NoticePaper) -> dict[str, str]:
    """What password_notice.typ is handed."""
    return _inputs(
        id=paper.id, opens=paper.opens, title=paper.title, day=dated(paper.day), given=dated(paper.given),
        content=CONTENT_WORDS[paper.content], to=PLACE_WORDS[paper.to], letters=list(paper.password),
        file=file_name(paper.opens),
    )  # fmt: skip


def file_name(name: str) -> str:
    """The one file on a medium: neutral, and the medium's 控番号."""
    return f"media-{name}.zip"


def _inputs(**paper: object) -> dict[str, str]:
    return {"paper": json.dumps(paper, ensure_ascii=False)}


def _set(template: str, inputs: Mapping[str, str], what: str) -> bytes:
    lacking = missing_from(inputs["paper"])
    if lacking:
        raise UsageError(
            f"{what}に印刷できない文字があります", where=f"U+{ord(lacking[0]):04X}",
            next_step="事業の名前（programme.toml の name）の文字を、ほかの文字にしてください",
        )  # fmt: skip
    try:
        return typeset(template, inputs, what=what)
    except Overflow as overflow:
        fault = overflow.item
    raise IkiikiError(
        f"{what}に入りきらない項目があります", where=fault, next_step="事業の名前を短くしてください"
    )
