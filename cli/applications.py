"""An application as the command tells it: with all five items the one that was opened or keyed, as in the list the one that was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cli.saying import columns, note, say
from core.applicant import PROBLEM_WORDS, ROUTE_WORDS, STATE_WORDS, Applicant, Application, State

if TYPE_CHECKING:
    from core.office.changed import Changed
    from core.office.grouping import Companion


def applicant_document(applicant: Applicant) -> dict[str, Any]:
    return {
        "kana": applicant.kana,
        "birth_date": applicant.birth_date.isoformat() if applicant.birth_date else None,
        "postal_code": applicant.postal_code,
        "address": applicant.address,
        "phone": applicant.phone,
        "email": applicant.email,
        "preferences": list(applicant.preferences),
        "group": applicant.group,
    }


def companion_document(one: Companion) -> dict[str, Any]:
    return {
        "number": one.number, "kana": one.kana, "town": one.town, "group": one.group, "waiting": one.waiting,
        "hints": [hint.value for hint in one.hints],
    }  # fmt: skip


def companion_words(one: Companion) -> str:
    from core.office.grouping import HINT_WORDS

    hints = "・".join(HINT_WORDS[hint] for hint in one.hints)
    return f"{one.number:04} {one.kana} {one.town} {'相手待ち ' if one.waiting else ''}（{hints}）"


def tell_changed(made: Changed) -> None:
    """What was changed, as the list shows it; all of it is what `intake show` is for."""
    if made.state is State.HELD:
        note("保留: " + "、".join(PROBLEM_WORDS[problem] for problem in made.problems))
    say(
        {
            "number": made.number, "record": made.record, "state": made.state.value, "route": made.route.value,
            "version": made.version, "reason": made.reason, "problems": [problem.value for problem in made.problems],
            "warnings": [warning.value for warning in made.warnings], "kana": made.kana, "town": made.town,
            "preferences": list(made.preferences), "group": made.group,
        },
        lambda: columns(
            [
                ("受付番号", f"{made.number:04}"), ("状態", STATE_WORDS[made.state]), ("経路", ROUTE_WORDS[made.route]),
                ("カナ氏名", made.kana), ("町名", made.town), ("希望", "・".join(made.preferences)),
                ("グループ", made.group or ""), ("版", str(made.version)),
            ]
        ),
    )  # fmt: skip
    note(f"住所・電話・生年月日まで見るとき: ikiiki intake show {made.number}（操作ログに残ります）")


def tell_one(application: Application, proposed: Sequence[Companion] = ()) -> None:
    """`proposed`: who may belong to the same group; people are told how to tie them."""
    if application.state is State.HELD:
        note("保留: " + "、".join(PROBLEM_WORDS[problem] for problem in application.problems))
    if proposed:
        note("同じ組かもしれない応募:\n" + "\n".join(f"  {companion_words(one)}" for one in proposed))
        note(f"組にするとき: ikiiki intake group {application.number} {proposed[0].number}")
    a = application.applicant
    say(
        {
            "number": application.number, "record": application.record, "state": application.state.value,
            "route": application.route.value, "version": application.version, "reason": application.reason,
            "problems": [problem.value for problem in application.problems],
            "warnings": [warning.value for warning in application.warnings], "applicant": applicant_document(a),
            "companions": [companion_document(one) for one in proposed],
        },
        lambda: columns(
            [
                ("受付番号", f"{application.number:04}"), ("状態", STATE_WORDS[application.state]),
                ("経路", ROUTE_WORDS[application.route]), ("カナ氏名", a.kana),
                ("生年月日", a.birth_date.isoformat() if a.birth_date else ""), ("住所", f"〒{a.postal_code} {a.address}"),
                ("電話番号", a.phone), ("メール", a.email or ""), ("希望", "・".join(a.preferences)), ("グループ", a.group or ""),
                ("版", str(application.version)),
            ]
        ),
    )  # fmt: skip
