"""The part of a programme that holds the people of an office to rules, and what of it another programme changes.

Which logins and second persons are asked for, how far apart a medium and its password travel, and what the review of the 操作ログ
asks about: a change of these takes away what stands between one person and everybody's data. The rest of a programme is about the outings.
"""

from __future__ import annotations

from dataclasses import asdict, replace

from core.programme_model import Programme

_SECTIONS = ("accounts", "handover", "log_review")


def changes(before: Programme, after: Programme) -> tuple[str, ...]:
    """Each rule that differs, as in the file: `[handover] notice_hours: 24 → 1`."""
    old, new = _rules(before), _rules(after)
    return tuple(
        f"{name}: {_shown(old[name])} → {_shown(new[name])}" for name in old if old[name] != new[name]
    )


def held(programme: Programme, kept: Programme) -> Programme:
    """`programme` with the rules of `kept`."""
    days = kept.deadlines.log_review_days
    return replace(
        programme,
        accounts=kept.accounts,
        handover=kept.handover,
        log_review=kept.log_review,
        deadlines=replace(programme.deadlines, log_review_days=days),
    )


def _rules(programme: Programme) -> dict[str, object]:
    found: dict[str, object] = {
        f"[{section}] {key}": value
        for section in _SECTIONS
        for key, value in asdict(getattr(programme, section)).items()
    }
    return found | {"[deadlines] log_review_days": programme.deadlines.log_review_days}


def _shown(value: object) -> str:
    return ("・".join(map(str, value)) or "なし") if isinstance(value, tuple) else str(value)
