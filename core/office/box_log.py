"""Box's own log beside our records: what stands in it without a counterpart, and what people say to that.

The courier fetches and keeps the log; here it is only read. An answer is one of a few closed reasons and a line in the ledger,
signed by the person: from then on exactly these events do not come up again.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.canonical import canonical_json, sha256_hex
from core.errors import UsageError
from core.exchange.findings import Finding, Judged
from core.exchange.happenings import Happening, Reach, Watch
from core.ledger.codes import Act, Content, Medium, Unit
from core.ledger.line import LedgerLine, read_line
from core.office.box_evidence import ANSWERS, answers_of, evidence_of, judged
from core.office.boxes import Boxes
from core.office.choices import BoxReason
from core.office.desk import Desk
from core.office.due import Late, of_box_log
from core.office.ledger import write_line
from core.office.ports import Tx
from core.roles import Right

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

    def due(self) -> list[Late]:
        """That something waits for an answer, as the flow line has it: everybody who may read is told that much."""
        with self._desk.reading() as tx:
            return of_box_log(tx, self._boxes, self._desk.actor.site)

    def answer(self, finding_id: str, reason: BoxReason) -> LedgerLine:
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
        evidence = evidence_of(tx, self._boxes, self._desk.actor.site)
        if evidence is None:
            return BoxLog(None, Judged(), ())
        watch, happenings, found = judged(evidence, self._desk.now().tzinfo)
        return BoxLog(watch, found, tuple(reversed(happenings)), len(answers_of(evidence)))


def answer_document(finding: Finding, reason: BoxReason) -> bytes:
    """What the ledger line's hash is over: canonical JSON, no LF."""
    return canonical_json(
        {"code": finding.code.value, "events": sorted(finding.events), "reason": reason.value}
    )
