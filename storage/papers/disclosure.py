"""開示: what is held about one person, as a PDF. Made in memory, with our fonts alone, as the other papers are."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from core.applicant import ROUTE_WORDS, STATE_WORDS, Application
from core.errors import UsageError
from core.ledger.deeds import deed_words
from core.office.paper_words import moment_words
from core.office.person import Held
from core.office.reasons import REASON_WORDS
from core.people.eras import wareki
from core.people.fields import FIELD_WORDS
from storage.papers.fonts import missing_from
from storage.papers.notice_rows import breakable
from storage.papers.typesetting import typeset

_NOTES = (
    "このほかに、この内容を封をした束（暗号化したファイル）として区に送った控えがあります。内容は上の各時点のものと同じです。",
    "当選・落選は、抽選番号だけで公表した記録に含まれます。氏名などは含まれません。",
    "訂正・利用停止・消去を求めることができます。窓口にお申し出ください。",
)

_CELLS = {field.value: words for field, words in FIELD_WORDS.items()}
"""What a cell of the source is called, as people read it."""


def disclosure_pdf(held: Held) -> bytes:
    """One PDF; the same content gives the same bytes. Raises `UsageError` for a character no font has."""
    told = json.dumps(_body(held), ensure_ascii=False)
    if missing := missing_from(told):
        raise UsageError(
            "印刷できない文字があります", where="、".join(f"U+{ord(one):04X}" for one in missing[:5]),
            next_step="その項目を訂正してから、もう一度つくってください",
        )  # fmt: skip
    return typeset("disclosure.typ", {"held": told}, what="開示の書面")


def _body(held: Held) -> dict[str, Any]:
    return {
        "number": f"{held.application.number:04}",
        "copy": held.copy,
        "made": f"{_stamp(held.at)}　{held.by}",
        "notes": _NOTES,
        "parts": [
            _part("1　いまの内容", ("32mm", "*"), ("項目", "内容"), _items(held.application)),
            _part(
                "2　これまでの内容（古い順）", ("42mm", "20mm", "*"), ("日時", "だれが", "内容"),
                [
                    [moment_words(at), actor or "受付", "\n".join(f"{name} {text}" for name, text in _items(version))]
                    for version, at, actor in held.versions
                ],
            ),
            _part(
                "3　元の記載", ("42mm", "*"), ("日時", "内容"),
                [
                    [moment_words(row.at), "\n".join(f"{_CELLS.get(name, name)} {breakable(text)}" for name, text in row.cells.items())]
                    for row in held.sources
                ],
            ),
            _part(
                "4　通知", ("42mm", "*", "26mm"), ("日時", "通知とその結果", "何で"),
                [[_stamp(at), words, form] for at, words, form in held.notices],
            ),
            _part(
                "5　出欠", ("30mm", "*"), ("回", "出欠"),
                [[outing, "出席" if came else "欠席"] for outing, came in held.attendance],
            ),
            _part(
                "6　区の点検（いちばん新しいもの）", ("42mm", "30mm", "*"), ("日時", "点検", "結果"),
                [[_stamp(at), stage, verdict] for at, stage, verdict in held.reviews],
            ),
            _part(
                "7　この内容を見た・変えた記録", ("42mm", "30mm", "*"), ("日時", "だれが", "操作"),
                [[moment_words(row.at), row.staff_id, deed_words(row.act)] for row in held.accesses],
            ),
        ],
    }  # fmt: skip


def _stamp(at: str) -> str:
    """Of an RFC 3339 moment."""
    return moment_words(dt.datetime.fromisoformat(at))


def _part(
    title: str, widths: tuple[str, ...], head: tuple[str, ...], rows: list[list[str]]
) -> dict[str, Any]:
    return {"title": title, "widths": widths, "head": head, "rows": rows}


def _items(one: Application) -> list[list[str]]:
    who = one.applicant
    state = STATE_WORDS[one.state]
    if one.reason:
        state += f"（{REASON_WORDS.get(one.reason, one.reason)}）"
    rows = [
        ("カナ氏名", who.kana), ("生年月日", wareki(who.birth_date) if who.birth_date else ""),
        ("郵便番号", who.postal_code), ("住所", who.address), ("電話番号", who.phone), ("メールアドレス", who.email or ""),
        ("希望の回", "・".join(who.preferences)), ("グループ", who.group or ""), ("受付の経路", ROUTE_WORDS[one.route]),
        ("状態", state),
    ]  # fmt: skip
    return [[name, breakable(text) or "（なし）"] for name, text in rows]
