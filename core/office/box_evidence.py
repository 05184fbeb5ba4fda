"""What Box's own log is held against: both ledgers, our bundles, the courier's journal, and what people have answered.

Gathered as it lies there and judged from that alone: the same evidence, asked for at every drawing of the flow line, is
judged once.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from functools import lru_cache

from core.errors import IntegrityFailure
from core.exchange.findings import Facts, Judged, judge
from core.exchange.happenings import Happening, Watch, read_happenings, read_watch
from core.exchange.names import BundleName, bundle_name
from core.exchange.strict import Fields, bad, object_of
from core.ledger.codes import Act, Medium
from core.ledger.line import LedgerLine, read_line
from core.office.asides import asides_told
from core.office.boxes import Boxes
from core.office.courier_papers import CourierPapers
from core.office.desk import iso
from core.office.ports import Tx
from core.roles import Site

ANSWERS = "box_log_answers"
_NO_LINE_FOR = frozenset({"receipt"})
"""Kinds of bundle that the ledger has no line for: else each receipt would need a receipt. Nor for what is never in force."""


@dataclass(frozen=True)
class Evidence:
    """All of it, unread."""

    site: Site
    papers: CourierPapers
    ours: tuple[bytes, ...] = ()
    """Lines of our ledger about a bundle."""
    theirs: tuple[bytes, ...] = ()
    their_last: bytes = b""
    """The newest line of the partner's ledger, whatever it is about."""
    out: tuple[tuple[str, str, dt.datetime | None], ...] = ()
    """Our bundles: name, kind, when the partner's courier signed for it."""
    answers: str = ""
    away: frozenset[str] = frozenset()
    """Our bundles that are never in force: set aside, or voided."""


def evidence_of(tx: Tx, boxes: Boxes, site: Site) -> Evidence | None:
    """What there is at this site; None where no log was ever fetched (a folder and media have none)."""
    papers = boxes.courier_papers()
    if not papers.watch:
        return None
    ours, theirs = (tx.ledger.lines(one) for one in (site, site.other))
    return Evidence(
        site,
        papers,
        tuple(line for line in ours if b'"ref":"bundle:' in line),
        tuple(line for line in theirs if b'"ref":"bundle:' in line),
        theirs[-1] if theirs else b"",
        tuple((row.name, row.kind, row.settled) for row in tx.bundles.list("out")),
        tx.settings.get(ANSWERS) or "",
        frozenset(fate.name for fate in tx.fates.list("out"))
        | {str(one.bundle) for one in asides_told(tx, site.other)},
    )


def answers_of(evidence: Evidence) -> list[dict[str, list[str]]]:
    return [json.loads(line) for line in evidence.answers.splitlines()]


def judged(evidence: Evidence, zone: dt.tzinfo | None = dt.UTC) -> tuple[Watch, list[Happening], Judged]:
    """How far the log was read, what stands in it, oldest first, and what is to be said of it. Moments are in `zone`.

    Raises `IntegrityFailure` when what the courier kept was altered.
    """
    watch = read_watch(evidence.papers.watch)
    happenings = [
        replace(one, at=iso(one.moment.astimezone(zone))) for one in read_happenings(evidence.papers.log)
    ]
    told = {(str(one["code"]), str(event)) for one in answers_of(evidence) for event in one["events"]}
    return watch, happenings, judge(happenings, watch, _facts(evidence), told)


@lru_cache(maxsize=1)
def open_findings(evidence: Evidence) -> int | None:
    """How many findings nobody has answered yet; None where what the courier kept cannot be read."""
    try:
        return len(judged(evidence)[2].findings)
    except IntegrityFailure:
        return None


def _facts(evidence: Evidence) -> Facts:
    out = {name: (kind, at) for text, kind, at in evidence.out if (name := bundle_name(text))}
    sent, fetched = _journal(evidence.papers.journal)
    site = evidence.site
    theirs = [read_line(line, name=f"ledger-{site.other}")[1] for line in evidence.theirs]
    ours = [read_line(line, name=f"ledger-{site}")[1] for line in evidence.ours]
    last = read_line(evidence.their_last, name=f"ledger-{site.other}")[1] if evidence.their_last else None
    return Facts(
        site=site,
        sealed=frozenset(out),
        unwritten=frozenset(
            name for name, (kind, _) in out.items() if kind in _NO_LINE_FOR or str(name) in evidence.away
        ),
        sent=sent,
        fetched=fetched,
        taken={
            name: dt.datetime.fromisoformat(line.at) for name, line in _naming(theirs, Act.RECEIVE).items()
        },
        receipted={name: at for name, (_, at) in out.items() if at},
        by_medium=frozenset(
            name
            for lines in (ours, theirs)
            for act in (Act.COPY, Act.RECEIVE)
            for name, line in _naming(lines, act).items()
            if line.medium is Medium.USB
        ),
        partner_until=dt.datetime.fromisoformat(last.at) if last else None,
    )


def _naming(lines: list[LedgerLine], act: Act) -> dict[BundleName, LedgerLine]:
    """The first line of each bundle that was so handled."""
    found: dict[BundleName, LedgerLine] = {}
    for line in lines:
        name = bundle_name(line.ref.removeprefix("bundle:")) if line.act is act else None
        if name is not None:
            found.setdefault(name, line)
    return found


def _journal(data: bytes) -> tuple[frozenset[BundleName], dict[BundleName, dt.datetime]]:
    """What the courier sent, and what it received when."""
    sent, received = set(), {}
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        where = f"journal.jsonl {number}行目"
        parts = Fields(object_of(line, name=where), where)
        try:
            name, event = bundle_name(parts.text("bundle")), parts.text("event")
            at = dt.datetime.fromisoformat(parts.moment("at"))
        except KeyError as error:
            raise bad("通信係の記録が読めません", where) from error
        if name is None:
            raise bad("通信係の記録が読めません", where)
        if event == "sent":
            sent.add(name)
        else:
            received[name] = at
    return frozenset(sent), received
