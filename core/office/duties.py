"""What people must do again and again, and when it is due next: at both sites, told by the ledgers alone.

A duty is done by a line of the ledger with its act and content. Where the line carries an entry of this vault's own
registers, the day is the entry's; otherwise it is the line's. So the ward sees of the contractor what its ledger tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.ledger.codes import Act, Content
from core.ledger.line import LedgerLine, read_line
from core.office.acts import lines_of
from core.office.choices import REPORT_WORDS, Report
from core.office.desk import Desk, programme_of
from core.office.due import Late, LateKind
from core.office.erase_answers import declined_of
from core.office.erase_requests import requests_of
from core.office.incidents import Incident, incidents_of, line_words, told_by_partner
from core.office.ports import Tx
from core.office.registers import in_force
from core.office.seating import day_of, today
from core.office.uncopied import uncopied_keys
from core.programme import Programme
from core.register_kinds import CLAUSES, REGISTERS, Entry, Kind
from core.roles import SITE_WORDS, Right, Site


@dataclass(frozen=True)
class DutyKind:
    """One duty: the register whose entries do it."""

    kind: Kind
    days: str
    """The key of [duties] that says how often."""
    at_start: bool = False
    """Due before the work begins, too."""
    sites: frozenset[Site] = frozenset(Site)

    @property
    def words(self) -> str:
        return REGISTERS[self.kind].words


DUTIES: tuple[DutyKind, ...] = (
    DutyKind(Kind.CLAUSE, "clauses_days", at_start=True),
    DutyKind(Kind.CONTACT, "contacts_days", at_start=True),
    DutyKind(Kind.RUNBOOK, "contacts_days", at_start=True),
    DutyKind(Kind.ANTIVIRUS, "antivirus_days"),
    DutyKind(Kind.PATCH, "patch_days"),
    DutyKind(Kind.HANDLING, "handling_days"),
    DutyKind(Kind.LOG_REVIEW, "log_review_days"),
    DutyKind(Kind.STOCKTAKE, "stocktake_days"),
    DutyKind(Kind.SUBCONTRACTOR_VISIT, "subcontractor_days", sites=frozenset({Site.CONTRACTOR})),
    DutyKind(Kind.DRILL, "drill_days"),
    DutyKind(Kind.VISIT, "visit_days", sites=frozenset({Site.WARD})),
    DutyKind(Kind.ENTRY, "entry_days"),
)
_ACTS = {(REGISTERS[duty.kind].act, REGISTERS[duty.kind].content) for duty in DUTIES}
_BACKUP = (Act.BACKUP, Content.BACKUP)
BACKUP_DUE = 31
"""Days after which the last backup is too old: then the flow line says so, and the inspection of the site."""
_ACTS |= {
    _BACKUP,
    (Act.UPDATE, Content.CLAUSE),
    (Act.REGISTER, Content.SUBCONTRACTOR),
    (Act.END, Content.SUBCONTRACTOR),
}


@dataclass(frozen=True)
class Due:
    """A line of the list of what is due."""

    site: Site
    what: str
    measure: str
    due: dt.date | None
    """None: when it is needed."""
    last: dt.date | None
    note: str = ""
    kind: Kind | None = None
    """The register in which it is entered, where this site does it."""
    incident: str = ""
    """The key of the incident it is about."""
    done: bool = False
    """Done, and not due again before the contract's end."""
    closing: bool = False
    """All of an incident is done since `due`, but for the word that it is over."""

    def over(self, today: dt.date) -> int:
        """Days past its day; below 0: days left. 0 where no day is set."""
        return 0 if self.due is None else (today - self.due).days


@dataclass(frozen=True)
class Known:
    """What the ledger of one site tells of its duties."""

    begun: dt.date
    last: Mapping[tuple[Act, Content], tuple[dt.date, int]]
    """By act and content: the newest day, and the count that line carries."""
    uncopied: dt.date | None
    """Since when there are keys that no backup holds."""


def known_of(tx: Tx, site: Site, entries: Mapping[str, Entry]) -> Known | None:
    """None where nothing has been heard of that site yet. `entries`: this vault's own, by hash."""
    first = tx.ledger.lines(site, 0, 1)
    if not first:
        return None
    last: dict[tuple[Act, Content], tuple[dt.date, int]] = {}
    for line in lines_of(tx, site, *{act for act, _ in _ACTS}):
        about = line.act, Content.RUNBOOK if line.act is Act.DRILL else line.content
        if about in _ACTS:
            day = _day(line, entries)
            last[about] = (max(day, last[about][0]) if about in last else day, line.qty)
            if line.content is Content.CLAUSE:  # both words on clauses carry how many stand acknowledged
                last[Act.UPDATE, Content.CLAUSE] = (day_of(line.at), line.qty)
    return Known(day_of(read_line(first[0], name=f"ledger-{site}")[1].at), last, uncopied_keys(tx, site))


def _day(line: LedgerLine, entries: Mapping[str, Entry]) -> dt.date:
    entry = entries.get(line.ref.removeprefix("sha256:"))
    if entry is None:
        return day_of(line.at)
    # Of a pattern file its own date counts, not the day on which somebody looked.
    return dt.date.fromisoformat(entry.body.get("pattern", entry.body["on"]))


def due_at(programme: Programme, known: Known, site: Site, *, subcontracting: bool, ours: bool) -> list[Due]:
    """What is due at one site, in the order of `DUTIES`."""
    found = []
    start = max(known.begun, programme.contract_start)
    for duty in DUTIES:
        if site not in duty.sites or (duty.kind is Kind.SUBCONTRACTOR_VISIT and not subcontracting):
            continue
        days = (
            programme.deadlines.log_review_days
            if duty.kind is Kind.LOG_REVIEW
            else getattr(programme.duties, duty.days)
        )
        register = REGISTERS[duty.kind]
        last = known.last.get((register.act, register.content), (None, 0))[0]
        note, lacking, done = "", False, False
        if duty.kind is Kind.CLAUSE:
            read = known.last.get((Act.UPDATE, Content.CLAUSE), (None, 0))[1]
            lacking = read < len(CLAUSES)
            note = f"確認した条項 {read}／{len(CLAUSES)}" if lacking else ""
        due: dt.date | None = None
        if days:
            begun = duty.at_start and (last is None or lacking)
            changed = known.last.get((Act.UPDATE, Content.CLAUSE), (start, 0))[0] if lacking else start
            due = max(start, changed) if begun else (last or start) + dt.timedelta(days=days)
            if due > programme.retention_end and last is None:
                due = max(start, programme.retention_end)  # once before the contract's end
            elif due > programme.retention_end:
                due, done = None, True  # not again before the contract's end
        found.append(
            Due(site, duty.words, register.measure, due, last, note, duty.kind if ours else None, done=done)
        )
    return found


def _backup(programme: Programme, known: Known, site: Site, day: dt.date, *, ours: bool) -> list[Due]:
    """The line about a backup, where one has to be made: from `backup_days` after the last on; before the first, and after a
    change of keys, all the time."""
    days, (last, _) = programme.duties.backup_days, known.last.get(_BACKUP, (None, 0))
    if not days or day > programme.retention_end:
        return []
    how = "F5 の k（ikiiki backup）で取る" if ours else ""
    if known.uncopied is not None:
        due, how = known.uncopied, how and f"鍵を替えたので、その日のうちに {how}"
    elif last is None:
        due = known.begun + dt.timedelta(days=days)
    elif (day - last).days > days:
        due = last + dt.timedelta(days=max(days, BACKUP_DUE))
    else:
        return []
    return [Due(site, "控え", "S9", due, last, how)]


def duties_of(tx: Tx, desk: Desk) -> list[Due]:
    """What is due at both sites: incidents first, then by the day; what has no day comes last."""
    programme, site = programme_of(tx), desk.actor.site
    entries = {entry.sha256: entry for entry in tx.registers.all()}
    found: list[Due] = []
    for one in (site, site.other):
        known = known_of(tx, one, entries)
        if known is not None:
            ours = one is site
            has = bool(in_force(tx, Kind.SUBCONTRACTOR)) if ours else _subcontracting(known)
            found += due_at(programme, known, one, subcontracting=has, ours=ours)
            if not (ours and desk.actor.erased):
                found += _backup(programme, known, one, today(desk), ours=ours)
    found += _of_incidents(incidents_of(tx, site), site)
    if asked := requests_of(desk, tx):
        found.append(
            Due(
                site, f"消去の依頼 {len(asked)}件に答える", "C11", min(one.due for one in asked), None,
                "取扱責任者が F7 の「消去の依頼」（ikiiki person requests）で答える",
            )
        )  # fmt: skip
    if site is Site.CONTRACTOR and (declined := declined_of(tx)):
        found.append(
            Due(
                site, f"区が断った消去の依頼 {len(declined)}件を見る", "C11", None, max(one.on for one in declined if one.on),
                "取扱責任者が F7 の「消去の依頼」（ikiiki person requests）で理由を見て、もう一度依頼するか、本人に知らせる",
            )
        )  # fmt: skip
    found += [
        Due(
            site, f"{line_words(line)}を確かめて登録", "C13", day_of(line.at), None,
            "相手に電話し、事情を聞いて「事故」に登録する", Kind.INCIDENT, f"line:{line.seq}",
        )
        for line in told_by_partner(tx, site)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.incident, one.due or dt.date.max, one.site is not site))


def _subcontracting(known: Known) -> bool:
    """Whether the other site has entered a subcontractor; an ended one is not told apart, and is asked about."""
    return (Act.REGISTER, Content.SUBCONTRACTOR) in known.last


def _of_incidents(incidents: Sequence[Incident], site: Site) -> list[Due]:
    closing = [
        Due(
            site, f"事故{incident.key} {REPORT_WORDS[Report.CLOSE]}", "C13", incident.to_close, incident.to_close,
            "することはすべて済んでいます。「対応の終わり」を記録する", Kind.INCIDENT, incident.key, closing=True,
        )
        for incident in incidents
        if incident.to_close
    ]  # fmt: skip
    return closing + [
        Due(
            site, f"事故{incident.key} {clock.words}", "C13", clock.due, None, clock.source, Kind.INCIDENT, incident.key
        )
        for incident in incidents
        if not incident.closed
        for clock in incident.clocks
        if not clock.done
    ]  # fmt: skip


def late_duties(tx: Tx, desk: Desk, day: dt.date) -> list[Late]:
    """For the flow line: what is over at this site, in one entry, and every open incident with a clock running."""
    over, late, site = [], [], desk.actor.site
    for one in duties_of(tx, desk):
        if one.incident and one.due is not None:
            late.append(_running(one, day))
        elif one.site is site and one.over(day) > 0:
            over.append(one)
    if over:
        first = over[0].what + (f" ほか{len(over) - 1}" if len(over) > 1 else "")
        late.append(
            Late(
                LateKind.DUTY, f"すること{len(over)}", f"期限を過ぎていること: {first}",
                "F7 の「すること」（ikiiki due）で見て、済ませて記入する", "F7",
            )
        )  # fmt: skip
    return late


def _running(one: Due, day: dt.date) -> Late:
    days = one.over(day)
    if one.closing:
        return Late(
            LateKind.INCIDENT, "終わりの記録", f"{one.what}がまだです。{one.note}", "F7 の「すること」で記録する", "F7"
        )  # fmt: skip
    when = f"{days}日超過" if days > 0 else f"あと{-days}日" if days < 0 else "今日まで"
    assert one.due is not None
    by = f"{one.due.month}月{one.due.day}日"
    return Late(
        LateKind.INCIDENT,
        when,
        f"{one.what}: {by}まで（{when}）",
        one.note or "F7 の「すること」で記録する",
        "F7",
    )


class Duties:
    """The use case of 「すること」 and `ikiiki due`: everybody who may read the ledger may ask."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def due(self) -> list[Due]:
        """What is due at both sites, most pressing first."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return duties_of(tx, self._desk)

    @property
    def today(self) -> dt.date:
        return today(self._desk)


def over_words(one: Due, day: dt.date) -> str:
    """How long is left, or over, as people read it."""
    if one.closing:
        return "済みしだい"
    if one.due is None:
        return "今期は済み" if one.done else "必要なとき"
    days = one.over(day)
    return f"{days}日超過" if days > 0 else "今日まで" if days == 0 else f"あと{-days}日"


def site_words(one: Due) -> str:
    return SITE_WORDS[one.site]
