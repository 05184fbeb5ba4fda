"""Which notices ⑪ there are, and in which forms they go out."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """Which notice it is."""

    ADMISSION = "admission"
    PROMOTION = "promotion"
    WAITING = "waiting"
    REJECTION = "rejection"
    CALLED_OFF = "called_off"


NOTICE_WORDS = {
    NoticeKind.ADMISSION: "参加証",
    NoticeKind.PROMOTION: "繰上げの参加証",
    NoticeKind.WAITING: "補欠のお知らせ",
    NoticeKind.REJECTION: "落選通知",
    NoticeKind.CALLED_OFF: "中止のお知らせ",
}
"""What each is called in lists and counts; its own heading stands in its file of words."""

ADMITS = frozenset({NoticeKind.ADMISSION, NoticeKind.PROMOTION})
"""Whoever holds one of these takes part."""


class Form(StrEnum):
    """On what a notice goes out."""

    POSTCARD = "postcard"
    LETTER = "letter"
    MAIL = "mail"


FORM_WORDS = {Form.POSTCARD: "はがき", Form.LETTER: "封書", Form.MAIL: "メール"}
PAPER_WORDS = {Form.POSTCARD: "はがき", Form.LETTER: "用紙", Form.MAIL: "メールの画面か印刷したもの"}
"""What stands for {紙} in the words of a notice."""
