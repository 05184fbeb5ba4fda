"""What both ledgers tell of lines handed back after a restore: who took some back was given as many, in that very file."""

from __future__ import annotations

from core.ledger.codes import Act
from core.ledger.line import LedgerLine, read_line
from core.office.acts import lines_of
from core.office.ports import Tx
from core.roles import SITE_WORDS, Site


def never_given(tx: Tx) -> list[tuple[Site, str]]:
    """(who took back, sentence) where the other site's ledger, having seen that line, does not tell of giving."""
    found = []
    for org in Site:
        taken = lines_of(tx, org, Act.TAKE_BACK)
        if not taken:
            continue
        theirs = [_read(raw, org.other) for raw in tx.ledger.lines(org.other)]
        given = {(line.ref, line.qty) for line in theirs if line.act is Act.HAND_BACK}
        seen = max((line.seen.size for line in theirs), default=0)
        found += [
            (
                org,
                f"管理簿 {line.seq}行目: 復元のあとに取り戻した{line.qty}行を、{SITE_WORDS[org.other]}の管理簿は返したと記していません",
            )
            for line in taken
            if line.seq <= seen and (line.ref, line.qty) not in given
        ]
    return found


def _read(raw: bytes, org: Site) -> LedgerLine:
    return read_line(raw, name=f"ledger-{org}")[1]
