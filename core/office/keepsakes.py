"""The registers die with an erasure: whether they are on paper, in an audit report of the whole time made after their last change."""

from __future__ import annotations

from core.choosing import one_of
from core.errors import Refused, UsageError
from core.ledger.line import read_line
from core.office.choices import UNPRINTED_REASONS
from core.office.paper_words import ALWAYS
from core.office.ports import Tx
from core.papers import Paper, PaperKind
from core.roles import Site

_PRINTED = "registers_printed"
"""Setting: how long this site's ledger was when such a report was last made."""


def note_printed(tx: Tx, paper: Paper, site: Site) -> None:
    """Called when a paper is made: an audit report of all there is holds every register."""
    if paper.kind is PaperKind.AUDIT and ("期間", ALWAYS.words) in paper.about:
        tx.settings.put(_PRINTED, str(tx.ledger.size(site)))


def unprinted(tx: Tx, site: Site) -> int:
    """How many entries there are, where the report lacks the newest; 0 where it has them all."""
    entries = tx.registers.all()
    refs = {f"sha256:{one.sha256}" for one in entries}
    told = [
        line.seq
        for raw in tx.ledger.lines(site, int(tx.settings.get(_PRINTED) or "0"))
        if b'"ref":"sha256:' in raw and (line := read_line(raw, name="ledger.hkl")[1]).ref in refs
    ]
    return len(entries) if told else 0


def need_printed(tx: Tx, site: Site, reason: str) -> str:
    """What the record is to say of it, "" where there is nothing to say. Raises `Refused` without print and reason."""
    if reason and reason not in UNPRINTED_REASONS:
        raise UsageError(
            "理由の符号が正しくありません", where=reason[:20], next_step=one_of(UNPRINTED_REASONS)
        )  # fmt: skip
    count = unprinted(tx, site)
    if not count:
        return ""
    if not reason:
        raise Refused(
            f"台帳（{count}件）は消去で消えますが、最後の記入のあと、監査の報告を印刷していません",
            next_step="ikiiki papers audit 監査.pdf（F7 → d → F8）で印刷してから、もう一度実行してください。"
            "印刷しないときは、理由を選んでください（--unprinted）",
        )
    return f"台帳（{count}件）は、印刷せずに消去しました。理由: {UNPRINTED_REASONS[reason]}"
