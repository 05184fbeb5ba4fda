"""The demo's registers, and its registers and reports as papers. Companies and telephones here are nobody's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cli.session import Session
from core.office.choices import Report
from core.office.paper_desk import Wanted
from core.papers import PaperKind
from core.register_kinds import CLAUSES, Kind
from core.roles import Site

_BOTH: tuple[tuple[Kind, dict[str, str]], ...] = (
    *((Kind.CLAUSE, {"clause": clause, "edition": "令和8年4月版", "state": "read"}) for clause in CLAUSES),
    (Kind.CONTACT, {"role": "head", "office": "いきいきハイキング事務局（見本）", "phone": "03-5273-4001", "hours": "平日 9:00–17:00"}),
    (Kind.CONTACT, {"role": "night", "office": "当番（見本）", "phone": "090-1234-5678", "hours": "夜間・休日"}),
    (Kind.RUNBOOK, {"title": "事故・災害のときの手順", "edition": "第1版", "place": "事務室の赤い棚（見本）", "agreed": "yes"}),
    (Kind.ANTIVIRUS, {"machine": "事務室の端末2台", "product": "見本のウイルス対策 1.0", "pattern": "today"}),
    (Kind.PATCH, {"machine": "事務室の端末2台", "what": "OSの月例更新"}),
    (Kind.HANDLING, {"what": "施錠、机の上、持出し", "result": "good"}),
    (Kind.REGION, {"service": "見本の受渡しフォルダ", "region": "日本", "basis": "この機械の中にある"}),
)  # fmt: skip
_CONTRACTOR: tuple[tuple[Kind, dict[str, str]], ...] = (
    (Kind.SUBCONTRACTOR, {"name": "見本印刷株式会社", "work": "はがきの印刷", "approved": "yes", "terms": "yes", "phone": "03-5273-4002"}),
    (Kind.SUBCONTRACTOR_VISIT, {"name": "見本印刷株式会社", "result": "mended", "note": "裁断の前の保管場所に鍵がなかったため、鍵を付けた"}),
    (
        Kind.INCIDENT,
        {
            "what": "loss", "people": "1", "special": "no", "property": "no", "malice": "no",
            "story": "はがき1通が配達の途中で水に濡れ、読めなくなった。控えから作り直して送った",
        },
    ),
)  # fmt: skip


def keep(contractor: Session, ward: Session, tell: Callable[[str], None]) -> None:
    """What both sites enter when a year begins, and an incident the contractor tells the ward of."""
    tell("台帳  条項、連絡先、手順、更新、ウイルス対策、点検、再委託先、事故を記入する")
    for session in (contractor, ward):
        registers = session.office.registers
        today = session.office.duties.today.isoformat()
        mine = _CONTRACTOR if session.office.actor.site is Site.CONTRACTOR else ()
        for kind, items in (*_BOTH, *mine):
            registers.add(kind, {name: today if value == "today" else value for name, value in items.items()})
        count = len(registers.entries())
        open_ = sum(one.over(session.office.duties.today) > 0 for one in session.office.duties.due())
        tell(f"    {session.office.actor.site.value}: {count}件、期限を過ぎたもの {open_}件（ikiiki due）")


def settle(contractor: Session, ward: Session, tell: Callable[[str], None]) -> None:
    """The ward enters what the contractor's ledger told of; both note that they talked, and that it is over."""
    (line,) = ward.office.incidents.untold()
    items = {**_CONTRACTOR[-1][1], "line": str(line.seq), "people": str(line.qty)}
    ward.office.registers.add(Kind.INCIDENT, items)
    for session in (contractor, ward):
        for what in (Report.PARTNER, Report.CLOSE):
            session.office.incidents.report("1", what)
    tell(f"    事故  委託先の管理簿{line.seq}行目を区も登録し、両者で協議して終わりにした")


def print_all(contractor: Session, ward: Session, folder: Path, tell: Callable[[str], None]) -> None:
    """Every register and report, as PDF and XLSX."""
    wanted = [
        (contractor, "kanribo-contractor", Wanted(PaperKind.LEDGER)),
        (ward, "kanribo-ward", Wanted(PaperKind.LEDGER)),
        (contractor, "toriatsukaisha", Wanted(PaperKind.STAFF)),
        (contractor, "chusen", Wanted(PaperKind.CEREMONY)),
        (ward, "tenken", Wanted(PaperKind.REVIEW)),
        (contractor, "meibo-A", Wanted(PaperKind.ROSTER, outing="A")),
        (contractor, "kansa-contractor", Wanted(PaperKind.AUDIT)),
        (ward, "kansa-ward", Wanted(PaperKind.AUDIT)),
    ]
    for session, name, paper in wanted:
        for ending in (".pdf", ".xlsx"):
            session.write_paper(folder / f"{name}{ending}", paper)
    tell(
        f"帳票  管理簿、届出、抽選の記録、点検の報告、名簿、監査の報告（{2 * len(wanted)}ファイル）→ papers/"
    )
