"""Box's own log beside our records: what stands in it without a counterpart, and what people say to that.

The courier fetches and keeps the log; here it is only read. An answer is one of a few closed reasons and a line in the ledger,
signed by the person: from then on exactly these events do not come up again.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from enum import StrEnum

from core.canonical import canonical_json, sha256_hex
from core.errors import UsageError
from core.exchange.findings import Facts, Finding, Judged, judge
from core.exchange.happenings import Happening, Reach, Watch, read_happenings, read_watch
from core.exchange.names import BundleName, bundle_name
from core.exchange.strict import Fields, bad, object_of
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.line import LedgerLine, read_line
from core.office.desk import Desk, iso
from core.office.ledger import write_line
from core.office.ports import Boxes, Tx
from core.roles import Right

ANSWERS = "box_log_answers"
_NO_LINE_FOR = frozenset({"receipt"})
"""Kinds of bundle that the ledger has no line for: else each receipt would need a receipt."""


class Reason(StrEnum):
    """What people may say to a finding."""

    OURS = "ours"
    PARTNER = "partner"
    SETUP = "setup"
    BOX = "box"
    INCIDENT = "incident"


REASON_WORDS: dict[Reason, str] = {
    Reason.OURS: "当方の担当者が行ったと確かめた",
    Reason.PARTNER: "相手方が行ったと、電話で確かめた",
    Reason.SETUP: "フォルダの準備や片付けで行った",
    Reason.BOX: "Box社または組織のBox管理者が行った",
    Reason.INCIDENT: "事故として扱い、管理簿に記録した",
}
REACH_WORDS: dict[Reach, str] = {
    Reach.ENTERPRISE: "組織の記録（すべての操作と接続元）",
    Reach.OWNER: "フォルダの所有者の記録",
    Reach.MEMBER: "参加している利用者の記録（ほかの人の取得は残らない）",
}


@dataclass(frozen=True)
class BoxLog:
    """What there is to say. `watch` is None where no log was ever fetched: a folder or media have none."""

    watch: Watch | None
    judged: Judged
    happenings: tuple[Happening, ...]
    answered: int = 0

    @property
    def sentences(self) -> tuple[str, ...]:
        """Findings not among them: what was read, what waits, what cannot be checked."""
        if self.watch is None:
            return ("Boxの記録はありません（Boxを使っていないか、まだ読んでいません）",)
        polled = self.watch.polled[:16].replace("T", " ") or "まだ読み終えていません"
        said = [
            f"読んだ記録: {REACH_WORDS[self.watch.account.reach]}、{len(self.happenings)}件、最後に読んだのは {polled}",
            f"説明のつかないもの {len(self.judged.findings)}件、説明を記録したもの {self.answered}件",
        ]
        said += [f"待っています: {words}" for words in self.judged.waiting]
        said += [f"確かめられません: {words}" for words in self.judged.unchecked]
        return tuple(said)


class BoxLogDesk:
    """The use cases of the Boxの記録 view and `ikiiki log box`, `ikiiki log answer`."""

    def __init__(self, desk: Desk, boxes: Boxes) -> None:
        self._desk, self._boxes = desk, boxes

    def look(self) -> BoxLog:
        """Match what the courier has kept against both ledgers. Raises `IntegrityFailure` when it was altered."""
        with self._desk.reading(Right.ACCESS_LOG) as tx:
            return self._look(tx)

    def answer(self, finding_id: str, reason: Reason) -> LedgerLine:
        """Account for a finding (its id, or the beginning of it): a ledger line, and it does not come up again."""
        self._desk.actor.require(Right.ACCESS_LOG)
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            found = [one for one in self._look(tx).judged.findings if one.id.startswith(finding_id)]
            if len(finding_id) < 8 or len(found) != 1:
                raise UsageError(
                    "その番号の、説明のつかない記録はありません",
                    where=finding_id[:64],
                    next_step="ikiiki log box で番号を確かめてください（8文字以上）",
                )
            finding = found[0]
            document = answer_document(finding, reason)
            tx.settings.put(ANSWERS, (tx.settings.get(ANSWERS) or "") + document.decode() + "\n")
            write_line(
                self._desk, tx, Act.INSPECT, Content.BOX_LOG, len(finding.events), Unit.TIMES,
                medium=Medium.BOX, ref=f"sha256:{sha256_hex(document)}",
            )  # fmt: skip
            self._desk.log(tx, "box_log_answer", f"{finding.code} {reason} {finding.id[:8]}")
            site = self._desk.actor.site
            line = tx.ledger.lines(site, tx.ledger.size(site) - 1)[0]
        return read_line(line, name=f"ledger-{site}")[1]

    def _look(self, tx: Tx) -> BoxLog:
        papers = self._boxes.courier_papers()
        if not papers.watch:
            return BoxLog(None, Judged(), ())
        watch, here = read_watch(papers.watch), self._desk.now().tzinfo
        happenings = [
            replace(one, at=iso(one.moment.astimezone(here))) for one in read_happenings(papers.log)
        ]
        answers = _answers(tx)
        told = {(str(one["code"]), str(event)) for one in answers for event in one["events"]}
        judged = judge(happenings, watch, self._facts(tx, papers.journal), told)
        return BoxLog(watch, judged, tuple(reversed(happenings)), len(answers))

    def _facts(self, tx: Tx, journal: bytes) -> Facts:
        site = self._desk.actor.site
        out = {name: row for row in tx.bundles.list("out") if (name := bundle_name(row.name))}
        sent, fetched = _journal(journal)
        theirs = [read_line(line, name=f"ledger-{site.other}")[1] for line in tx.ledger.lines(site.other)]
        ours = [read_line(line, name=f"ledger-{site}")[1] for line in tx.ledger.lines(site)]
        taken = {
            name: dt.datetime.fromisoformat(line.at) for name, line in _naming(theirs, Act.RECEIVE).items()
        }
        return Facts(
            site=site,
            sealed=frozenset(out),
            unwritten=frozenset(name for name, row in out.items() if row.kind in _NO_LINE_FOR),
            sent=sent,
            fetched=fetched,
            taken=taken,
            receipted={name: row.settled for name, row in out.items() if row.settled},
            by_medium=frozenset(
                name
                for lines in (ours, theirs)
                for act in (Act.COPY, Act.RECEIVE)
                for name, line in _naming(lines, act).items()
                if line.medium is Medium.USB
            ),
            partner_until=dt.datetime.fromisoformat(theirs[-1].at) if theirs else None,
        )  # fmt: skip


def answer_document(finding: Finding, reason: Reason) -> bytes:
    """What the ledger line's hash is over: canonical JSON, no LF."""
    return canonical_json(
        {"code": finding.code.value, "events": sorted(finding.events), "reason": reason.value}
    )


def _answers(tx: Tx) -> list[dict[str, list[str]]]:
    return [json.loads(line) for line in (tx.settings.get(ANSWERS) or "").splitlines()]


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
