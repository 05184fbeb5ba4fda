"""How the courier's last round ended, by its own word (docs/exchange.md, "The courier's state")."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.checks import Check, failed, passed, unknown
from core.errors import IntegrityFailure
from core.exchange.state import STATE_LIMIT, Outcome, read_state
from core.office.due import OUTCOME_WORDS
from storage.boxes import COURIER, STATE
from storage.remotes.durable import read_file


def last_round(folder: Path, now: dt.datetime) -> Check:
    """Of the vault in `folder`. A round that was stopped by hand says nothing against the line."""
    name, title = "courier.round", "前回の送受信"
    data = read_file(folder / COURIER / STATE, STATE_LIMIT)
    if data is None:
        return unknown(name, title, "まだ一度も行っていません", "ikiiki sync を実行してください")
    try:
        state = read_state(data)
    except IntegrityFailure:
        return unknown(name, title, "記録を読めません", "ikiiki sync を実行すると書き直されます")
    at = dt.datetime.fromisoformat(state.ended).astimezone(now.tzinfo)
    said = f"{at.month}月{at.day}日 {at:%H:%M} {OUTCOME_WORDS[state.outcome]}"
    if state.outcome is Outcome.INTEGRITY:
        return failed(
            name, title, said, "何も消さずに、取扱責任者が相手の取扱責任者へ電話してください", integrity=True
        )
    if state.failures:
        return failed(
            name, title, f"{said}（続けて{state.failures}回できていません）",
            "ikiiki sync を実行し、出た文のとおりにしてください",
        )  # fmt: skip
    return passed(name, title, said)
