"""What the papers have in common: names of staff, days and ledger lines in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.ledger.codes import ACT_WORDS, CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS, Medium, Place
from core.ledger.line import LedgerLine, read_line
from core.ledger.roster import read_roster
from core.office.choices import DECLINE_REASONS
from core.office.keyring import rosters_of
from core.office.ports import Tx
from core.office_days import in_japan
from core.people.eras import wareki
from core.roles import ROLE_WORDS, SITE_WORDS, Role, Site


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both among it; None: without a bound."""

    first: dt.date | None = None
    last: dt.date | None = None

    def has(self, day: dt.date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    @property
    def words(self) -> str:
        if self.first is None and self.last is None:
            return "すべて"
        return f"{wareki(self.first) if self.first else 'はじめ'}から{wareki(self.last) if self.last else 'いま'}まで"


ALWAYS = Period()


def moment_words(moment: dt.datetime) -> str:
    """令和8年6月10日 9:05, in Japan."""
    moment = in_japan(moment)
    return f"{wareki(moment.date())} {moment.hour}:{moment:%M}"


def stamp_words(at: str) -> str:
    """2026-06-10 09:05, in Japan, of an RFC 3339 moment."""
    return f"{in_japan(dt.datetime.fromisoformat(at)):%Y-%m-%d %H:%M}"


def names_of(tx: Tx, org: Site) -> dict[str, str]:
    """Everybody who ever stood in a roster of that site: name by staff id."""
    return {
        entry.staff_id: entry.name
        for document in rosters_of(tx, org).values()
        for entry in read_roster(document).staff.values()
    }


def lines_of(tx: Tx, org: Site) -> list[LedgerLine]:
    return [read_line(raw, name=f"ledger-{org}")[1] for raw in tx.ledger.lines(org)]


def ref_words(line: LedgerLine) -> str:
    """What a line refers to, short enough for a column."""
    kind, _, rest = line.ref.partition(":")
    if kind in {"medium", "batch"}:
        return f"控 {rest}"
    if kind == "sha256":
        return f"記録 {rest[:8]}"
    first, _, more = rest.partition(":")
    return {
        "": "",
        "bundle": f"束 {rest}",
        "draw": f"抽選 {rest}",
        "outing": f"回 {rest}",
        "staff": rest,
        "unit": f"抽選番号 {rest}",
        "measure": f"項目 {rest}",
        "line": f"{SITE_WORDS[Site(first)]}の{more}行目" if kind == "line" else "",
        "erasure": f"消去 {rest}",
        "second": f"発議 {more[:10]}",
        "undo": f"{first}行目",
        "aside": f"束 {first}",
        "declined": f"記録 {more[:8]} {DECLINE_REASONS[first]}" if kind == "declined" else "",
    }[kind]


def handler_words(line: LedgerLine, names: dict[str, str]) -> str:
    """Name, id and role of whoever signed a line."""
    if line.role not in set(Role):
        return f"{SITE_WORDS[line.org]}（拠点の鍵）"
    name = names.get(line.actor, "")
    return f"{name} {line.actor}（{ROLE_WORDS[Role(line.role)]}）".strip()


def way_words(line: LedgerLine) -> str:
    if line.from_ is Place.NONE and line.to is Place.NONE:
        return ""
    return f"{PLACE_WORDS[line.from_]}→{PLACE_WORDS[line.to]}"


def line_cells(line: LedgerLine, names: dict[str, str]) -> Sequence[str]:
    """No., when, who, what was done, with what, how many, on what, which way, what it refers to."""
    return (
        str(line.seq), stamp_words(line.at), handler_words(line, names), ACT_WORDS[line.act],
        CONTENT_WORDS[line.content], f"{line.qty}{UNIT_WORDS[line.unit]}", "" if line.medium is Medium.NONE else MEDIUM_WORDS[line.medium],
        way_words(line), ref_words(line),
    )  # fmt: skip
