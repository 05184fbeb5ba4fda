"""監査の報告 (C2): everything an inspection asks for, in one paper, from the vault as it stands. No applicant's data is on it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.checks import VERDICT_WORDS, Check, Verdict
from core.errors import IntegrityFailure
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS, Act, Content
from core.ledger.deeds import deed_words
from core.ledger.handover import standing
from core.ledger.line import LedgerLine
from core.office.box_evidence import answers_of, evidence_of, judged
from core.office.boxes import Boxes
from core.office.desk import Desk, programme_of
from core.office.duties import duties_of, over_words
from core.office.envelope import CONTENT_OF, KIND_WORDS
from core.office.incidents import incidents_of
from core.office.inventory import copies
from core.office.ledger import verify_ledgers
from core.office.log_review import unproven_reviews
from core.office.log_span import access_rows, broken_at
from core.office.office_papers import head_of
from core.office.paper_words import Period, lines_of, names_of
from core.office.ports import Tx
from core.office.registers import newest, unproven
from core.office.seating import day_of
from core.office.staff import once_each
from core.office_days import in_japan
from core.papers import PAPER_WORDS, Column, Paper, PaperKind, Table
from core.people.eras import wareki
from core.register_kinds import REGISTERS, Kind, shown
from core.roles import ROLE_WORDS, SITE_WORDS, Site

__all__ = ["Sources", "audit_paper"]


@dataclass(frozen=True)
class Sources:
    """What is not in the vault's tables."""

    boxes: Boxes
    software: Sequence[tuple[str, str]] = ()
    checks: Sequence[Check] = ()


def audit_paper(desk: Desk, tx: Tx, copy: str, period: Period, sources: Sources) -> Paper:
    """Everything at once; what is counted by days lies within `period`, what is checked is checked whole."""
    programme, site = programme_of(tx), desk.actor.site
    day = day_of(desk.now().isoformat())
    lines = {org: [line for line in lines_of(tx, org) if period.has(day_of(line.at))] for org in Site}
    about = [
        head_of(programme), ("作成した側", SITE_WORDS[site]), ("期間", period.words),
        ("契約", f"{wareki(programme.contract_start)}から。消去の期限 {wareki(programme.retention_end)}"), *sources.software,
    ]  # fmt: skip
    tables = [
        _checked(tx, site),
        _duties(tx, desk, day),
        _incidents(tx, site),
        _findings(desk, tx, site, sources.boxes),
        _staff(tx, site),
        _flow(lines),
        _bundles(tx, period),
        _access(tx, period),
        _inventory(tx, site),
        _registers(tx, period),
    ]
    if sources.checks:
        tables.append(_machine(sources.checks))
    return Paper(
        PaperKind.AUDIT, f"{programme.name} {PAPER_WORDS[PaperKind.AUDIT]}", about, tables, in_japan(desk.now()), desk.actor.name,
        copy, size=8, foot="この紙に、応募者の個人情報はありません。",
        notes=("この報告は、作成した側の保管庫から、その時のままに作られています。相手側のことは、届いている管理簿の範囲です。",),
    )  # fmt: skip


def _checked(tx: Tx, site: Site) -> Table:
    found = verify_ledgers(tx, site)
    rows = []
    for org in Site:
        wrong = [one.what for one in found if one.org is org]
        said = "、".join(wrong) if wrong else f"鎖・番号・署名が合っている（{tx.ledger.size(org)}行）"
        rows.append((f"管理簿 {SITE_WORDS[org]}", "不合格" if wrong else "合格", said, tx.ledger.head(org)))
    broken = broken_at(tx)
    rows.append(
        (
            "操作ログ", "不合格" if broken else "合格",
            f"{broken}行目から鎖が合わない" if broken else f"鎖が合っている（{tx.access.count()}行）", tx.access.head(),
        )
    )  # fmt: skip
    signed = sum(step.step == "signed" for step in tx.log_reviews.all())
    altered = "、".join(f"第{one}回" for one in unproven_reviews(tx))
    rows.append(
        (
            "操作ログの点検", "不合格" if altered else "合格",
            f"署名のときと違う: {altered}" if altered else f"答えは署名のときのまま（{signed}回）", "",
        )
    )  # fmt: skip
    odd = unproven(tx, site)
    names = "、".join(f"{REGISTERS[one.kind].words} {one.key}" for one in odd[:5])
    rows.append(
        (
            "台帳と管理簿", "不合格" if odd else "合格",
            f"管理簿にない記入: {names}" if odd else f"すべての記入が管理簿にある（{len(tx.registers.all())}件）", "",
        )
    )  # fmt: skip
    return Table(
        "1　検証の結果",
        (Column("なにを", 1.5), Column("結果", 0.8), Column("見たこと", 2.7), Column("最後の SHA-256", 3.4)),
        rows,
    )


def _duties(tx: Tx, desk: Desk, day: dt.date) -> Table:
    rows = [
        (
            SITE_WORDS[one.site], one.measure, one.what, wareki(one.last) if one.last else "まだ",
            wareki(one.due) if one.due else "", over_words(one, day), one.note,
        )
        for one in duties_of(tx, desk)
    ]  # fmt: skip
    return Table(
        "2　することと期限",
        (Column("側", 0.8), Column("項目", 0.6), Column("すること", 2.4), Column("前回", 1.8), Column("期限", 1.8), Column("残り", 1.1), Column("メモ", 2.4)),
        rows,
    )  # fmt: skip


def _incidents(tx: Tx, site: Site) -> Table:
    rows = []
    for one in incidents_of(tx, site):
        words = dict(shown(REGISTERS[Kind.INCIDENT], one.entry.body))
        done = "、".join(
            f"{c.words} {wareki(c.done) + ' 済' if c.done else (wareki(c.due) + 'まで' if c.due else '未')}"
            for c in one.clocks
        )
        rows.append(
            (
                one.key, wareki(one.entry.on), words["種別"], f"{words['本人の数']}人", words["できごと"],
                "、".join(one.reasons) or "報告の対象にあたらない", done, "終わり" if one.closed else "対応中",
            )
        )  # fmt: skip
    return Table(
        "3　事故",
        (Column("番号", 0.6, "center"), Column("知った日", 1.9), Column("種別", 0.9), Column("人数", 0.8, "right"), Column("できごと", 2.4), Column("報告が要る理由", 1.9), Column("報告と期限", 2.6), Column("状態", 0.8)),
        rows, "事故の記録はありません",
    )  # fmt: skip


def _findings(desk: Desk, tx: Tx, site: Site, boxes: Boxes) -> Table:
    rows = []
    try:
        evidence = evidence_of(tx, boxes, site)
        if evidence is not None:
            found = judged(evidence, desk.now().tzinfo)[2].findings
            rows += [
                ("Boxの記録", "未回答", one.sentence, f"{one.first[:10]} から {len(one.events)}回")
                for one in found
            ]
            rows.append(
                ("Boxの記録", "回答済み", f"確かめたことを記録したもの {len(answers_of(evidence))}件", "")
            )
    except IntegrityFailure as error:
        rows.append(("Boxの記録", "読めない", error.what, ""))
    for entry in newest(tx.registers.all()):
        if entry.body.get("result") in ("open", "mended"):
            words = dict(shown(REGISTERS[entry.kind], entry.body))
            rows.append((REGISTERS[entry.kind].words, words["結果"], words.get("メモ", ""), wareki(entry.on)))
    return Table(
        "4　指摘と回答",
        (Column("どこで", 1.6), Column("状態", 1.2), Column("内容", 4), Column("日", 1.8)),
        rows,
        "指摘はありません",
    )


def _staff(tx: Tx, site: Site) -> Table:
    rows = [
        (
            SITE_WORDS[site], ROLE_WORDS[row.role], row.name, row.staff_id, wareki(day_of(row.since.isoformat())),
            wareki(day_of(row.until.isoformat())) if row.until else "",
        )
        for row in once_each(tx.staff.list())
    ]  # fmt: skip
    rows += [
        (SITE_WORDS[site.other], "", name, staff, "", "")
        for staff, name in sorted(names_of(tx, site.other).items())
    ]
    changes = [line for org in Site for line in lines_of(tx, org) if line.act is Act.ROSTER]
    rows += [
        (SITE_WORDS[line.org], "名簿の登録", f"{line.qty}人の名簿", "", wareki(day_of(line.at)), "")
        for line in changes
    ]
    return Table(
        "5　取扱責任者・取扱者と名簿の移り変わり",
        (Column("側", 0.9), Column("区分", 1.3), Column("氏名", 2), Column("職員ID", 1.6), Column("登録日", 1.9), Column("取消日", 1.9)),
        rows,
    )  # fmt: skip


_FLOW: tuple[tuple[str, Site, Act, Content | None], ...] = (
    ("① 応募の受付", Site.CONTRACTOR, Act.INTAKE, None),
    ("③ 応募者データの送付", Site.CONTRACTOR, Act.SEND, Content.APPLICATIONS),
    ("④ 区の受領", Site.WARD, Act.RECEIVE, Content.APPLICATIONS),
    ("⑤⑨ 区の点検結果の送付", Site.WARD, Act.SEND, Content.REVIEW),
    ("⑥ 抽選（委託先）", Site.CONTRACTOR, Act.DRAW, None),
    ("⑥ 抽選（区）", Site.WARD, Act.DRAW, None),
    ("⑦ 参加者データの送付", Site.CONTRACTOR, Act.SEND, Content.PARTICIPANTS),
    ("⑧ 区の受領", Site.WARD, Act.RECEIVE, Content.PARTICIPANTS),
    ("⑩ 区の承認", Site.WARD, Act.APPROVE, None),
    ("⑪ 通知の発送", Site.CONTRACTOR, Act.DISPATCH, None),
    ("公表", Site.CONTRACTOR, Act.PUBLISH, None),
    ("印刷", Site.CONTRACTOR, Act.PRINT, None),
    ("印刷", Site.WARD, Act.PRINT, None),
    ("廃棄", Site.CONTRACTOR, Act.DESTROY, None),
    ("廃棄", Site.WARD, Act.DESTROY, None),
)


def _flow(lines: dict[Site, list[LedgerLine]]) -> Table:
    rows = []
    told = {org: standing(of) for org, of in lines.items()}
    for words, org, act, content in _FLOW:
        of = [line for line in told[org] if line.act is act and content in (None, line.content)]
        if of:
            counted: Counter[str] = Counter()
            for line in of:
                counted[UNIT_WORDS[line.unit]] += line.qty
            rows.append(
                (
                    words, SITE_WORDS[org], wareki(day_of(of[0].at)), wareki(day_of(of[-1].at)), f"{len(of)}行",
                    "、".join(f"{count}{unit}" for unit, count in counted.items()),
                )
            )  # fmt: skip
    return Table(
        "6　業務の流れ（管理簿から）",
        (Column("段階", 2.4), Column("側", 1), Column("はじめ", 2), Column("おわり", 2), Column("行", 0.8, "right"), Column("数量", 1.8, "right")),
        rows, "この期間の記録はありません",
    )  # fmt: skip


def _bundles(tx: Tx, period: Period) -> Table:
    rows = []
    for direction, words in (("out", "送った"), ("in", "受けた")):
        by_kind: dict[str, list[dt.date]] = {}
        waiting: Counter[str] = Counter()
        for row in tx.bundles.list(direction):
            made = day_of(row.created.isoformat())
            if period.has(made):
                by_kind.setdefault(row.kind, []).append(made)
                waiting[row.kind] += row.settled is None
        for kind, days in sorted(by_kind.items()):
            content = CONTENT_OF.get(kind)
            rows.append(
                (
                    words, CONTENT_WORDS[content] if content else KIND_WORDS.get(kind, kind), f"{len(days)}", wareki(min(days)), wareki(max(days)),
                    f"{waiting[kind]}" if direction == "out" else "",
                )
            )  # fmt: skip
    return Table(
        "7　送受信の束",
        (Column("向き", 1), Column("中身", 2.4), Column("数", 0.8, "right"), Column("はじめ", 2), Column("おわり", 2), Column("受領待ち", 1, "right")),
        rows, "束はありません",
    )  # fmt: skip


def _access(tx: Tx, period: Period) -> Table:
    counted: Counter[tuple[str, str]] = Counter(
        (row.staff_id, row.act) for row in access_rows(tx) if period.has(day_of(row.at.isoformat()))
    )
    acts: dict[str, list[str]] = {}
    for (staff, act), count in sorted(counted.items()):
        acts.setdefault(staff, []).append(f"{deed_words(act)} {count}")
    rows = [
        (staff, str(sum(n for (who, _), n in counted.items() if who == staff)), "、".join(said))
        for staff, said in acts.items()
    ]
    return Table(
        "8　操作ログの件数（担当と操作ごと）",
        (Column("担当", 1.4), Column("件数", 0.8, "right"), Column("うちわけ", 7)),
        rows,
    )


def _inventory(tx: Tx, site: Site) -> Table:
    """All there ever were: what was made before the period may still be here."""
    rows = [
        (
            one.id, CONTENT_WORDS[one.content], MEDIUM_WORDS[one.medium], f"{one.qty}{UNIT_WORDS[one.unit]}", str(one.here),
            str(one.given), PLACE_WORDS[one.place] if one.here else "", one.made_at[:10], one.made_by,
        )
        for one in copies(lines_of(tx, site))
    ]  # fmt: skip
    return Table(
        "9　印刷物・書出し・媒体",
        (Column("控番号", 1.6), Column("内容", 1.7), Column("媒体", 2), Column("作った数", 1.1, "right"), Column("手もと", 0.9, "right"), Column("相手", 0.7, "right"), Column("置き場所", 1.3), Column("作った日", 1.3), Column("だれが", 1.3)),
        rows, "印刷物も媒体もありません",
    )  # fmt: skip


def _registers(tx: Tx, period: Period) -> Table:
    rows = []
    for entry in newest(tx.registers.all()):
        if entry.kind is not Kind.INCIDENT and period.has(entry.on):
            words = [
                f"{label} {value}"
                for label, value in shown(REGISTERS[entry.kind], entry.body)
                if label != "日付"
            ]
            rows.append(
                (
                    REGISTERS[entry.kind].measure, REGISTERS[entry.kind].words, wareki(entry.on), "、".join(words),
                    f"第{entry.version}版" + ("（終了）" if entry.ended else ""), entry.by,
                )
            )  # fmt: skip
    rows.sort(key=lambda row: (row[0][0], int(row[0][1:])))
    return Table(
        "10　台帳",
        (Column("項目", 0.7), Column("台帳", 1.6), Column("日付", 1.7), Column("内容", 4.6), Column("版", 1.1), Column("記入", 1.2)),
        rows, "この期間の記入はありません",
    )  # fmt: skip


def _machine(checks: Sequence[Check]) -> Table:
    order = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED)
    rows = [
        (VERDICT_WORDS[one.verdict], one.title, one.said)
        for one in sorted(checks, key=lambda one: order.index(one.verdict))
    ]
    return Table(
        "11　拠点の点検（ikiiki doctor）",
        (Column("結果", 1.2), Column("点検", 2.2), Column("見たこと", 5.6)),
        rows,
    )
