"""Incidents (C13), and what the law gives until when.

個人情報の保護に関する法律 第26条 and 同施行規則 第7条・第8条 for a company; 第68条 and 施行規則 第43条・第44条 for a ward,
where the people affected count from 100 on, not from 1,000. A contractor that tells the ward need not report to the
commission itself (第26条第1項ただし書). 速やかに is taken as 3 to 5 days, and the day one came to know it counts as
the first, as the commission's guidelines have it; where the last day is a holiday the guidelines allow the next, which
is not made use of here: the earlier day is always right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Refused, UsageError
from core.ledger.codes import Act
from core.ledger.line import LedgerLine
from core.office.acts import lines_of
from core.office.choices import REPORT_WORDS, Report
from core.office.desk import Desk
from core.office.ports import Tx
from core.office.registers import Registers, need, newest
from core.office.seating import day_of, today
from core.people.eras import wareki
from core.register_kinds import REGISTERS, Entry, Kind, shown
from core.roles import SITE_WORDS, Right, Site

EARLY, PRELIMINARY, FINAL, FINAL_MALICE = 3, 5, 30, 60
"""Days, the day it was known among them."""
MANY = {Site.CONTRACTOR: 1_000, Site.WARD: 100}
"""More people than this are reported on, whatever else."""


_FEARED = {
    "special": ("要配慮個人情報を含む", 1),
    "property": ("財産的被害のおそれ", 2),
    "malice": ("不正の目的のおそれ", 3),
}


@dataclass(frozen=True)
class Clock:
    """One thing to do about an incident, and by when."""

    report: Report
    due: dt.date | None
    """None: without a day of its own."""
    done: dt.date | None
    source: str
    """Where the day comes from."""

    @property
    def words(self) -> str:
        return REPORT_WORDS[self.report]


@dataclass(frozen=True)
class Incident:
    """An incident as it stands, with what the law asks of this site."""

    entry: Entry
    reasons: tuple[str, ...]
    """Why it is to be reported to the commission, each with its source; empty: no threshold is reached."""
    clocks: tuple[Clock, ...]

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def closed(self) -> bool:
        return Report.CLOSE.value in self.entry.body

    @property
    def to_close(self) -> dt.date | None:
        """Since when nothing but the word that it is over is left to do; None while something is, and once it is closed."""
        days = [clock.done for clock in self.clocks if clock.done]
        return max(days) if not self.closed and days and len(days) == len(self.clocks) else None

    @property
    def next(self) -> Clock | None:
        """What is due first; None when nothing with a day is left."""
        if self.closed:
            return None
        return min(
            (c for c in self.clocks if c.due and not c.done), key=lambda c: c.due or dt.date.max, default=None
        )


def reasons(site: Site, body: Mapping[str, str]) -> tuple[str, ...]:
    """The thresholds an incident reaches at this site."""
    if body["what"] == "other":
        return ()
    rule = "施行規則第43条" if site is Site.WARD else "施行規則第7条"
    found = [
        f"{words}（{rule}第{number}号）" for item, (words, number) in _FEARED.items() if body[item] == "yes"
    ]
    if int(body["people"]) > MANY[site]:
        found.append(f"本人の数が{MANY[site]:,}人を超える（{rule}第4号）")
    return tuple(found)


def incident_of(entry: Entry, site: Site) -> Incident:
    """What is to be done about it here."""
    body, known = entry.body, entry.on
    why = reasons(site, body)
    clocks = [
        Clock(Report.PARTNER, known, _done(body, Report.PARTNER), "区の対策チェックリスト（直ちに協議する）")
    ]
    if why:
        rule, law = ("第44条", "法第68条") if site is Site.WARD else ("第8条", "法第26条")
        last = FINAL_MALICE if body["malice"] == "yes" else FINAL
        clocks += [
            Clock(
                Report.PRELIMINARY, known + dt.timedelta(days=PRELIMINARY - 1), _done(body, Report.PRELIMINARY),
                f"{law}・規則{rule}第1項（ガイドライン: {EARLY}〜{PRELIMINARY}日以内）",
            ),
            Clock(
                Report.PERSONS, None, _done(body, Report.PERSONS),
                f"{law}第2項（状況に応じて速やかに）",
            ),
            Clock(
                Report.FINAL, known + dt.timedelta(days=last - 1), _done(body, Report.FINAL),
                f"{law}・規則{rule}第2項（知った日から{last}日以内）",
            ),
        ]  # fmt: skip
    return Incident(entry, why, tuple(clocks))


def _done(body: Mapping[str, str], report: Report) -> dt.date | None:
    return dt.date.fromisoformat(body[report.value]) if report.value in body else None


def incidents_of(tx: Tx, site: Site) -> list[Incident]:
    """All of this vault, oldest first."""
    return [incident_of(one, site) for one in newest(tx.registers.all()) if one.kind is Kind.INCIDENT]


def told_by_partner(tx: Tx, site: Site) -> list[LedgerLine]:
    """Incidents in the other site's ledger which nobody has entered here yet, but for those it entered because ours told of them."""
    taken = {one.body.get("line") for one in newest(tx.registers.all()) if one.kind is Kind.INCIDENT}
    lines = lines_of(tx, site.other, Act.INCIDENT)
    return [line for line in lines if str(line.seq) not in taken and line.from_.value != site.value]


class Incidents:
    """The use cases of the register of incidents and `ikiiki register report`. They are entered by `Registers.add`."""

    def __init__(self, desk: Desk, registers: Registers) -> None:
        self._desk, self._registers = desk, registers

    def all(self) -> list[Incident]:
        """Open ones first, then by the day they were known."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            found = incidents_of(tx, self._desk.actor.site)
        return sorted(found, key=lambda one: (one.closed, one.entry.on, one.entry.at))

    def untold(self) -> list[LedgerLine]:
        """Incidents the other site's ledger tells of, which are not entered here."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return told_by_partner(tx, self._desk.actor.site)

    def report(self, key: str, report: Report, on: dt.date | None = None) -> Incident:
        """Note that something was done, today or on a day gone by. Raises `Refused` out of order."""
        site, day = self._desk.actor.site, today(self._desk)
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            entry = need(tx, Kind.INCIDENT, key)
            incident = incident_of(entry, site)
            on = on or day
            if not entry.on <= on <= day:
                raise UsageError(
                    "報告の日は、事故を知った日から今日までです", where=on.isoformat(),
                    next_step=f"{entry.on} から {day} までの日を入力してください",
                )  # fmt: skip
            self._check(incident, report)
            body = {**entry.body, report.value: on.isoformat()}
            return incident_of(self._registers.write(tx, Kind.INCIDENT, key, body, act=Act.REPORT), site)

    def _check(self, incident: Incident, report: Report) -> None:
        where = f"事故 {incident.key}"
        if report.value in incident.entry.body or incident.closed:
            raise Refused("もう記録してあります", where=where)
        asked = {clock.report for clock in incident.clocks}
        if report not in asked | {Report.CLOSE}:
            raise Refused(
                "この事故は、委員会への報告の対象になっていません", where=where,
                next_step="人数などが変わったときは、事故を正しい内容で記入し直してください",
            )  # fmt: skip
        left = [c.words for c in incident.clocks if not c.done and c.report is not report]
        if report is Report.CLOSE and left:
            raise Refused("まだ済んでいないことがあります", where=where, next_step="、".join(left))
        if report is Report.FINAL and Report.PRELIMINARY.value not in incident.entry.body:
            raise Refused("速報がまだです", where=where, next_step="先に速報を記録してください")

    def correct(self, key: str, given: Mapping[str, str]) -> Incident:
        """The same incident with what is known better now (more people, for one); what was reported stays reported."""
        site = self._desk.actor.site
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            entry = need(tx, Kind.INCIDENT, key)
            body = self._registers.read(tx, Kind.INCIDENT, given)
            body |= {one.value: entry.body[one.value] for one in Report if one.value in entry.body}
            return incident_of(self._registers.write(tx, Kind.INCIDENT, key, body, act=Act.CORRECT), site)


def line_words(line: LedgerLine) -> str:
    """An incident in the other site's ledger, in words."""
    day = day_of(line.at)
    return f"{SITE_WORDS[line.org]}の事故（管理簿{line.seq}行目、{day.month}月{day.day}日、{line.qty}人）"


def incident_words(one: Incident) -> str:
    """An incident with its clocks, each with where its day comes from."""
    said = dict(shown(REGISTERS[Kind.INCIDENT], one.entry.body))
    lines = [
        f"事故 {one.key}  {said['種別']}  {said['本人の数']}人  {'終わり' if one.closed else '対応中'}",
        f"{wareki(one.entry.on)}に知った",
        said["できごと"],
        "",
        "個人情報保護委員会への報告",
        *(f"  {why}" for why in one.reasons or ["対象にあたらない（人数などが変わったら記入し直す）"]),
        "",
    ]
    for clock in one.clocks:
        state = (
            f"{wareki(clock.done)} 済"
            if clock.done
            else f"{wareki(clock.due)}まで"
            if clock.due
            else "速やかに"
        )
        lines += [f"{clock.words}  {state}", f"  根拠 {clock.source}"]
    return "\n".join(lines)
