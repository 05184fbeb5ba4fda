"""Why an application stands as it does: the codes, and their words."""

from __future__ import annotations

from core.choosing import one_of
from core.errors import UsageError
from core.office.blanking import ASKED_REASON, DECLINED_REASON, ERASED_REASON

REASONS: dict[str, str] = {
    "confirmed_by_phone": "電話で本人に確認した",
    "confirmed_by_document": "書類で確認した",
    "different_person": "同姓同名の別人と確認した",
    "corrected_application": "本人からの訂正の申し出",
    "keying_error": "入力の誤り",
    "goes_alone": "相手を待たずに参加（一人で、または来た人だけで）",
    "ward_decision": "区の判断",
    "duplicate_application": "重複応募",
    "not_eligible": "対象外",
    "cannot_reach": "連絡がとれない",
    "applicant_request": "本人の申し出",
    "source_corrected": "申込データの訂正",
}
"""Why an application was accepted in spite of a doubt, refused, corrected or withdrawn: closed codes, no free text."""
REASON_WORDS = REASONS | {
    ERASED_REASON: "本人の情報を消去した", ASKED_REASON: "委託先からの消去の依頼", DECLINED_REASON: "消去の依頼を区が断った",
}  # fmt: skip
"""All that may stand with an application; the last three are written by the program alone."""


def need_reason(reason: str) -> None:
    """Raises `UsageError` for a code that nobody may give."""
    if reason not in REASONS:
        raise UsageError("理由の符号が正しくありません", where=reason[:20], next_step=one_of(REASONS))
