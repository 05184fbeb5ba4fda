"""What a one-time code can say (`core.exchange.codes`), without the cryptography that makes one."""

from __future__ import annotations

from enum import StrEnum


class CodeKind(StrEnum):
    """A chain each: a code of one kind is nothing in another."""

    RECEIPT = "receipt"
    REVIEW = "review"
    APPROVAL = "approval"


CODE_WORDS = {CodeKind.RECEIPT: "受領", CodeKind.REVIEW: "⑤", CodeKind.APPROVAL: "⑨⑩"}
