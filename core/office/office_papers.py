"""管理簿, 取扱者届出, 抽選の記録 and 点検の報告 as papers. No applicant's data is on any of them but 受付番号."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from core.canonical import sha256_hex
from core.draw.result import RESULT, Result
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.steps import SEED_INPUT, SeedInput
from core.ledger.codes import ACT_WORDS
from core.office.approving import verdicts_on
from core.office.choices import STAGE_WORDS
from core.office.desk import Desk, programme_of
from core.office.paper_words import (
    Period,
    handler_words,
    line_cells,
    lines_of,
    moment_words,
    names_of,
    stamp_words,
)
from core.office.ports import ReviewRow, Tx
from core.office.publication import ceremony_steps, chosen_draw, publication_of
from core.office.review import APPLICANTS, PARTICIPANTS, RETURN_CODES, applicants_status
from core.office.seating import day_of, seated_people
from core.office.staff import once_each
from core.office_days import in_japan
from core.papers import PAPER_WORDS, Column, Paper, PaperKind, Table
from core.people.eras import wareki
from core.programme import Programme
from core.roles import ROLE_WORDS, SITE_WORDS, Role, Site

_LEDGER = (
    Column("番号", 0.7, "right"), Column("日時", 1.7), Column("取扱者", 3.5), Column("行為", 1.95), Column("情報の内容", 1.6),
    Column("数量", 1.1, "right"), Column("媒体", 1.95), Column("受渡し", 1.6), Column("参照", 2), Column("確認印", 1, "center"),
)  # fmt: skip


def head_of(programme: Programme) -> tuple[str, str]:
    """The line that says of which programme a paper is."""
    return "事業", f"{programme.name}（令和{programme.fiscal_year - 2018}年度、{programme.ward}）"


def ledger_paper(desk: Desk, tx: Tx, copy: str, org: Site, period: Period) -> Paper:
    """管理簿: every line of one site's ledger within the period."""
    programme, names = programme_of(tx), names_of(tx, org)
    lines = [line for line in lines_of(tx, org) if period.has(day_of(line.at))]
    about = [
        head_of(programme), ("記録した側", SITE_WORDS[org]), ("期間", period.words), ("行数", f"{len(lines)}行"),
        ("最後の行の SHA-256", tx.ledger.head(org)),
    ]  # fmt: skip
    return Paper(
        PaperKind.LEDGER, PAPER_WORDS[PaperKind.LEDGER], about,
        [Table("", _LEDGER, [(*line_cells(line, names), "") for line in lines], "この期間の行はありません")],
        in_japan(desk.now()), desk.actor.name, copy, wide=True, size=7.5,
        notes=("各行は取扱者の鍵で署名され、前の行とつながっています。正本は保管庫の管理簿です（ikiiki ledger verify で確かめられます）。",),
    )  # fmt: skip


def staff_paper(desk: Desk, tx: Tx, copy: str) -> Paper:
    """取扱者届出: who is named, from when; who was, until when."""
    programme, site = programme_of(tx), desk.actor.site
    rows = sorted(
        once_each(tx.staff.list()),
        key=lambda row: (row.until is not None, list(Role).index(row.role), row.since),
    )
    columns = (
        Column("区分", 1.6), Column("氏名", 2.4), Column("職員ID", 1.8), Column("登録日", 2), Column("取消日", 2),
        Column("署名の公開鍵（SHA-256の先頭）", 2.6),
    )  # fmt: skip

    def cells(row: object, until: dt.datetime | None) -> str:
        return wareki(day_of(until.isoformat())) if until else ""

    now = [
        (
            ROLE_WORDS[row.role], row.name, row.staff_id, wareki(day_of(row.since.isoformat())), cells(row, row.until),
            sha256_hex(row.signing_public)[:16],
        )
        for row in rows
    ]  # fmt: skip
    contact = programme.contact
    sender = [line for line in (contact.address, contact.name, contact.phone) if line]
    to_ward = site is Site.CONTRACTOR
    return Paper(
        PaperKind.STAFF,
        PAPER_WORDS[PaperKind.STAFF] if to_ward else "取扱責任者・取扱者名簿（区）",
        [
            head_of(programme), ("契約の始まり", wareki(programme.contract_start)),
            *([("届け出る者", "　".join(sender) or "（所在地・名称・代表者）")] if to_ward else []),
        ],
        [
            Table("現在の取扱責任者・取扱者", columns, [r for r, row in zip(now, rows, strict=True) if row.until is None], seals=True),
            Table("取り消した者", columns, [r for r, row in zip(now, rows, strict=True) if row.until is not None], "取り消した者はいません"),
        ],
        in_japan(desk.now()), desk.actor.name, copy,
        lead=wareki(in_japan(desk.now()).date()) if to_ward else "", to=f"{programme.ward}長　様" if to_ward else "",
        notes=(
            "個人情報を取り扱う者を、上のとおりあらかじめ指定し、届け出ます。変わったときは、直ちに届け出ます。"
            if to_ward else "個人情報を取り扱う者を、上のとおり指定しています。",
            "この名簿にない者は、システムに入れません。名簿は拠点の鍵で署名され、管理簿に載っています。",
        ),
        foot="届出の控えは、契約が終わるまで保管してください。",
    )  # fmt: skip


def ceremony_paper(desk: Desk, tx: Tx, copy: str, draw: str | None) -> Paper:
    """抽選の記録: who did what when, how the seats fell, which public files there are. Raises `Refused` before the first draw."""
    programme = programme_of(tx)
    name = chosen_draw(tx, draw)
    files, public = tx.draws.files(name), publication_of(desk, tx, name)
    names = {site: names_of(tx, site) for site in Site}
    steps = [
        (
            stamp_words(line.at), SITE_WORDS[line.org], handler_words(line, names[line.org]), ACT_WORDS[line.act], file,
            f"{line.seq}行目",
        )
        for line, file in ceremony_steps(tx, name)
    ]  # fmt: skip
    about = [head_of(programme), ("抽選", name)]
    seats: list[tuple[str, ...]] = []
    if LIST in files:
        about.append(("抽選の単位（1人または組）", str(len(Roll.parse(files[LIST], LIST).lines))))
    if SEED_INPUT in files:
        about.append(("種", SeedInput.parse(files[SEED_INPUT], SEED_INPUT).seed))
    if PARAMS in files:
        taken: Counter[str] = Counter()
        if RESULT in files:
            for line in Result.parse(files[RESULT], RESULT).lines:
                if line.course:
                    taken[line.course] += line.size
        for course in Params.parse(files[PARAMS], PARAMS).courses:
            outing = programme.outing(course.code)
            seats.append(
                (
                    course.code, outing.place, wareki(outing.date), str(outing.capacity), str(outing.reserved),
                    str(course.room), str(taken[course.code]) if RESULT in files else "まだ",
                )
            )  # fmt: skip
    hashes = [
        (sha256_hex(data), file)
        for file, data in sorted(public.items())
        if not file.endswith((".sig", ".pem"))
    ]
    return Paper(
        PaperKind.CEREMONY, f"{programme.name} {PAPER_WORDS[PaperKind.CEREMONY]}", about,
        [
            Table("手順", (Column("日時", 1.9), Column("側", 0.9), Column("だれが", 3.7), Column("何を", 1.9), Column("記録", 2.2), Column("管理簿", 1.1, "right")), steps),
            Table(
                "席の決まり方",
                (Column("回", 0.7), Column("行き先", 2.4), Column("開催日", 2.4), Column("定員", 1, "right"), Column("区優先枠", 1.2, "right"), Column("抽選の席", 1.2, "right"), Column("当選", 1, "right")),
                seats, "まだ規則が定まっていません",
            ),
            Table("公開される記録と確認番号", (Column("SHA-256", 5.4), Column("記録", 2.2)), hashes),
            Table("立会いの署名", (Column("側", 1), Column("立会人（所属・氏名）", 4), Column("署名・日付", 4)), [("区", "", ""), ("委託先", "", "")], seals=True),
        ],
        in_japan(desk.now()), desk.actor.name, copy, size=8,
        notes=("相手側の手順は、届いている管理簿の範囲です。公開した一式を、だれでも verify.sh で計算し直せます。",),
        foot="この紙に個人情報はありません。",
    )  # fmt: skip


def review_paper(desk: Desk, tx: Tx, copy: str, period: Period) -> Paper:
    """点検の報告: how far ⑤ and ⑨ are, what was returned and what became of it, who gave how many answers when."""
    programme = programme_of(tx)
    first = applicants_status(tx)
    seats = seated_people(tx)
    second = verdicts_on(tx, seats) if seats else []
    status = [
        (STAGE_WORDS[APPLICANTS], str(first.total), str(first.confirmed), str(first.returned), str(first.open)),
        (
            STAGE_WORDS[PARTICIPANTS], str(len(second)), str(second.count("confirmed")), str(second.count("returned")),
            str(second.count("")),
        ),
    ]  # fmt: skip
    said = [
        row
        for stage in (APPLICANTS, PARTICIPANTS)
        for row in tx.reviews.said(stage).values()
        if period.has(day_of(row.at.isoformat()))
    ]
    names = names_of(tx, Site.WARD)
    days = Counter((day_of(row.at.isoformat()), row.stage, row.actor) for row in said)
    counted = [
        (
            wareki(day), STAGE_WORDS[stage], f"{names.get(actor, '')} {actor}".strip(), f"{count}人",
            f"{sum(r.verdict == 'returned' for r in said if (day_of(r.at.isoformat()), r.stage, r.actor) == (day, stage, actor))}人",
        )
        for (day, stage, actor), count in sorted(days.items())
    ]  # fmt: skip
    returned = [
        _returned(tx, row) for row in sorted(said, key=lambda row: row.at) if row.verdict == "returned"
    ]
    return Paper(
        PaperKind.REVIEW, f"{programme.name} {PAPER_WORDS[PaperKind.REVIEW]}",
        [head_of(programme), ("期間", period.words), ("作成した側", SITE_WORDS[desk.actor.site])],
        [
            Table("いまの状況", (Column("段階", 2), Column("全員", 1, "right"), Column("確認", 1, "right"), Column("差戻し", 1, "right"), Column("残り", 1, "right")), status),
            Table("答えた日と担当", (Column("日", 2), Column("段階", 1.6), Column("担当", 2.6), Column("答えた人", 1, "right"), Column("うち差戻し", 1, "right")), counted, "答えはまだありません"),
            Table("差戻しとその後", (Column("受付番号", 1.1, "center"), Column("段階", 1.5), Column("日時", 2.4), Column("担当", 1.4), Column("理由", 3), Column("いま", 1.6)), returned, "差し戻した人はいません"),
            Table("確認", (Column("側", 1), Column("確認した者（所属・氏名）", 4), Column("署名・日付", 4)), [("区", "", ""), ("委託先", "", "")], seals=True),
        ],
        in_japan(desk.now()), desk.actor.name, copy,
        notes=("人は受付番号だけで表しています。氏名・住所などは載せていません。",),
        foot="この紙に、受付番号のほかの個人情報はありません。",
    )  # fmt: skip


def _returned(tx: Tx, row: ReviewRow) -> tuple[str, ...]:
    application = tx.applications.by_record(row.record)
    latest = tx.reviews.latest(row.stage, [row.record]).get(row.record)
    now = "差戻し中"
    if latest is not None and latest.verdict == "confirmed":
        now = "確認済"
    elif application is not None and application.version_hash != row.version_hash and row.stage == APPLICANTS:
        now = "訂正され点検待ち"
    return (
        f"{application.number:04}" if application else "", STAGE_WORDS[row.stage], moment_words(row.at), row.actor,
        RETURN_CODES.get(row.code, row.code), now,
    )  # fmt: skip
