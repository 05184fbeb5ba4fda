"""消去報告書 as a PDF of A4 pages. Made in memory, with our fonts alone, as the other papers are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from core.canonical import sha256_hex
from core.erasure.copies import KIND_WORDS, OUTCOME_WORDS, WHY_WORDS, Kind, Outcome, Why
from core.errors import UsageError
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, UNIT_WORDS, Content
from core.office.erasing import Report
from core.office.inventory import Copy
from core.office.paper_words import stamp_words
from core.roles import SITE_WORDS, Site
from storage.papers.fonts import missing_from
from storage.papers.notice_rows import breakable
from storage.papers.typesetting import typeset

_UNPROVEN = (
    "SSDなどの半導体の記憶装置では、上書きが元の場所に届くとは限りません。消去の根拠は、鍵を消したことです（鍵がなければ、残った暗号文は読めません）。",
    "消去の前に、ほかの人がフォルダや端末の全体を写していた場合、その写しはこのソフトからは見えません。その写しは、写したときのパスワードで開きます。",
    "郵送や電子メールで送った通知は、受け取った人のものです。電子メールを中継した事業者に残る記録は、その事業者の定めによります。",
    "相手の拠点に渡したものは、相手の拠点が消去し、報告します。",
    "Box社が契約や法令によって残す写し（保持ポリシー、訴訟ホールド、事業者の控え）は、APIからは確かめられません。残っていても、封をしたままで、開く鍵はこの拠点にありません。",
)

_FORMER = (
    "前に使った受渡しの場所は、このソフトでは空にしません。束の名前はどの事業でも同じ形なので、いまほかの事業が使っていれば、その束まで消すおそれがあります。"
    "そこに入るための鍵も、残していません。人がその場所を開き、使った期間に置いたこの事業の束を消し、ごみ箱まで空にし、もう一度見て、2の控番号で記録します。"
    "束は封をしたままで、この拠点あての束を開く鍵は、もうありません。"
)
"""Said where there is such a place: why a person's word stands for it, and how it is come by."""


def erasure_report_pdf(report: Report) -> bytes:
    """The report as one PDF; the same report gives the same bytes. Raises `UsageError` for a character no font has."""
    told = inputs(report)
    if missing := missing_from(told.replace("\u200b", "")):
        raise UsageError(
            "印刷できない文字があります", where="、".join(f"U+{ord(one):04X}" for one in missing[:5]),
            next_step="職員の氏名や事業の名前の文字を確かめてください",
        )  # fmt: skip
    return typeset("erasure_report.typ", {"report": told}, what="消去報告書")


def inputs(report: Report) -> str:
    """What erasure_report.typ is handed, as JSON text."""
    told: Any = report.document
    copies = told["copies"]
    left = [one for one in copies if one["outcome"] == Outcome.LEFT]
    body = {
        "programme": f"{told['programme']}　令和{told['fiscal_year'] - 2018}年度",
        "paper": report.paper,
        "top": [
            ["拠点", f"{SITE_WORDS[Site(told['site'])]}"],
            ["消去の番号", told["id"]],
            ["発議", f"{told['proposed_by']}　{_at(told['proposed_at'])}"],
            ["決裁", f"{told['confirmed_by']}　{_at(told['confirmed_at'])}"],
            ["消去を始めた", f"{told['begun_by']}　{_at(told['begun_at'])}"],
            ["消去が終わった", _at(told["ended_at"])],
            ["この報告書", f"{report.by}　{_at(report.at)}"],
        ],
        "verdict": _verdict(report, len(copies), len(left)),
        "kinds": [_kind(kind, copies) for kind in Kind if any(one["kind"] == kind for one in copies)],
        "copies": [_copy(copy, report) for copy in report.copies if copy.content is not Content.ERASURE_REPORT],
        "unproven": [*(_left(one) for one in left), *told["open"], *([_FORMER] if any(one["kind"] == Kind.FORMER for one in copies) else []), *_UNPROVEN],
        "kept": list(_kept(told)),
        "proof": [
            ["記録のSHA-256", breakable(sha256_hex(report.record))],
            ["署名（Ed25519）", breakable(report.record.split(b"\n")[1].decode())],
            ["拠点の署名鍵", breakable(report.key.base64)],
            ["確かめ方", "記録のファイル（この報告書と同じ名前で、末尾が .evidence）の1行目に対する署名が2行目です。手順は手引きの「消去と報告」にあります"],
        ],
        "proposed_by": told["proposed_by"],
        "confirmed_by": told["confirmed_by"],
        "each": [
            [
                KIND_WORDS[Kind(one["kind"])].partition("（")[0], breakable(one["name"]), str(one["size"]),
                f"{OUTCOME_WORDS[Outcome(one['outcome'])]}{WHY_WORDS[Why(one['why'])]}", _at(one["at"]),
            ]
            for one in copies
        ],
    }  # fmt: skip
    return json.dumps(body, ensure_ascii=False)


def _verdict(report: Report, count: int, left: int) -> str:
    here = sum(copy.here > 0 for copy in report.copies if copy.content is not Content.ERASURE_REPORT)
    words = f"ソフトの作った写し{count}件のうち、{count - left}件が消去されているか、すでにないことを確かめました。"
    if left:
        words += f"残り{left}件は、3に理由があります。"
    if here:
        words += f"人が確かめるもののうち{here}件は、まだ廃棄を確かめていません。"
    return words


def _kind(kind: Kind, copies: list[dict[str, Any]]) -> list[str]:
    counts = Counter(one["outcome"] for one in copies if one["kind"] == kind)
    return [
        KIND_WORDS[kind], str(counts.total()),
        *(str(counts[outcome]) for outcome in (Outcome.GONE, Outcome.ABSENT, Outcome.LEFT)),
    ]  # fmt: skip


def _copy(copy: Copy, report: Report) -> list[str]:
    who, at = report.ticks.get(copy.id, ("", ""))
    unit = UNIT_WORDS[copy.unit]
    ticked = f"{who}　{_at(at)}" if who else "まだ" if copy.here else ""
    return [
        copy.id, CONTENT_WORDS[copy.content], MEDIUM_WORDS[copy.medium], f"{copy.qty}{unit}",
        f"{copy.here}{unit}", f"{copy.given}{unit}", ticked,
    ]  # fmt: skip


def _left(one: dict[str, Any]) -> str:
    name = "" if one["name"] == "*" else f" {breakable(one['name'])}"
    return f"{KIND_WORDS[Kind(one['kind'])]}{name}: {WHY_WORDS[Why(one['why'])]}。"


def _kept(told: Any) -> Iterator[str]:
    for org, line in told["survives"]["ledger"].items():
        yield f"管理簿（{SITE_WORDS[Site(org)]}）{line['size']}行。最後の行のSHA-256 {breakable(line['head'])}"
    log = told["survives"]["access_log"]
    yield f"操作ログ {log['size']}行。受付番号と職員IDだけで、だれの番号かを知る手がかりは残していません。鎖の先頭 {breakable(log['head'])}"
    yield f"公表した抽選の記録 {len(told['survives']['draws'])}件、取扱者名簿、この消去の記録"


def _at(text: str) -> str:
    return stamp_words(text) if text else ""
