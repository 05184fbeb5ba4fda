"""名簿 of an outing with the day's attendance: kana, age, telephone, boxes to tick, where to call in an emergency."""

from __future__ import annotations

import datetime as dt

from core.applicant import age_on
from core.choosing import one_of
from core.draw.standing import PlaceState
from core.errors import UsageError
from core.office.desk import Desk, programme_of
from core.office.ports import Tx
from core.office.registers import in_force
from core.office.seating import draw_for, people_of, standing_of
from core.office_days import in_japan
from core.papers import PAPER_WORDS, Column, Paper, PaperKind, Table
from core.people.eras import wareki
from core.register_kinds import CONTACT_ROLES, Kind

PEOPLE = (
    Column("出席", 1.1, "center"), Column("欠席", 1.1, "center"), Column("受付番号", 1.9, "center"), Column("カナ氏名", 5),
    Column("年齢", 1.1, "right"), Column("電話番号", 3.3), Column("組", 1.2, "center"), Column("連絡・メモ", 2.6),
)  # fmt: skip
"""Who takes part."""
_WAITING = (
    Column("順", 0.8, "right"), Column("受付番号", 1.9, "center"), Column("カナ氏名", 5), Column("年齢", 1.1, "right"),
    Column("電話番号", 3.3), Column("組", 1.2, "center"), Column("連絡・メモ", 2.6),
)  # fmt: skip


def roster_paper(desk: Desk, tx: Tx, copy: str, outing: str) -> Paper:
    """Everybody seated by kana, then who waits, in draw order. Raises `Refused` before the draw, `UsageError` for no outing."""
    programme = programme_of(tx)
    if outing not in programme.codes:
        raise UsageError(
            "その回はありません",
            where=outing[:10],
            next_step=one_of({one.code: one.place for one in programme.outings}),
        )
    draw = draw_for(tx, outing)
    standing, _ = standing_of(tx, draw)
    people = people_of(tx, draw)
    present = tx.attendance.of(outing)
    groups: dict[str, int] = {}

    def group(unit: str) -> str:
        if len(people[unit]) < 2:
            return ""
        groups.setdefault(unit, len(groups) + 1)
        return f"組{groups[unit]}"

    seated = sorted(
        ((member, place.id) for place in standing.seated(outing) for member in people[place.id]),
        key=lambda one: (one[0].applicant.kana, one[0].number),
    )
    rows = []
    for member, unit in seated:
        came = present.get(member.record)
        who = member.applicant
        rows.append(
            (
                "☑" if came else "☐", "☑" if came is False else "☐", f"{member.number:04}", who.kana or "（なし）",
                _age(who.birth_date, programme.reference_date), phone_words(who.phone) or "なし", group(unit), "",
            )
        )  # fmt: skip
    waiting = [
        (
            str(rank), f"{member.number:04}", member.applicant.kana or "（なし）",
            _age(member.applicant.birth_date, programme.reference_date), phone_words(member.applicant.phone) or "なし",
            group(place.id), "",
        )
        for rank, place in enumerate(standing.waiting(outing), start=1)
        for member in people[place.id]
    ]  # fmt: skip
    day = programme.outing(outing)
    contact = programme.contact
    about = [
        ("回", f"{outing}　{day.place}"), ("開催日", wareki(day.date)), ("参加", f"{len(rows)}人"),
        ("区優先枠の席で参加", f"{sum(p.size for p in standing.seated(outing) if p.state is PlaceState.RESERVED)}人"),
        ("事務局（緊急のとき）", " ".join(filter(None, [contact.name, contact.phone])) or "programme.toml の [contact] に書くと、ここに出ます"),
    ]  # fmt: skip
    about += [
        (f"緊急連絡先 {CONTACT_ROLES[one.body['role']]}", f"{one.body['office']} {one.body['phone']}")
        for one in in_force(tx, Kind.CONTACT)
    ]
    about.append(("救急・消防／警察", "119／110"))
    return Paper(
        PaperKind.ROSTER, f"{programme.name} {PAPER_WORDS[PaperKind.ROSTER]}", about,
        [
            Table("参加者（カナ氏名の順）", PEOPLE, rows, "参加する人はいません"),
            Table("補欠（抽選の順）", _WAITING, waiting, "補欠の人はいません"),
        ],
        in_japan(desk.now()), desk.actor.name, copy,
        notes=("当日の引率者: ＿＿＿＿＿＿＿＿＿＿　　出席 ＿＿＿人　欠席 ＿＿＿人", "返却を受けた人: ＿＿＿＿＿＿＿＿＿＿"),
        foot="個人情報です。鍵付きの鞄で運び、当日のうちに返却してください。使い終わったら裁断し、管理簿に「廃棄」を記入してください。",
        size=11.5, ticks=True,
    )  # fmt: skip


def _age(born: dt.date | None, reference: dt.date) -> str:
    return str(age_on(born, reference)) if born else ""


def phone_words(digits: str) -> str:
    """A number in groups: the last four, the four before, the rest."""
    return "-".join(part for part in (digits[:-8], digits[-8:-4], digits[-4:]) if part)
