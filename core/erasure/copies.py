"""Every kind of copy the software makes or sends, what becomes of it, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of copy, in the order in which it is erased: keys first, so that everything under them is dead at once."""

    HEADER = "header"
    DATABASE = "database"
    BACKUP = "backup"
    OUTBOX = "outbox"
    INBOX = "inbox"
    EVIDENCE = "evidence"
    PUBLISHED = "published"
    PAPER = "paper"
    REMOTE = "remote"
    BIN = "bin"
    FORMER = "former"
    COURIER = "courier"
    OTHER = "other"


KIND_WORDS = {
    Kind.HEADER: "保管庫の鍵（全員の鍵の枠）",
    Kind.DATABASE: "保管庫のデータベース（全世代と書込みログ）",
    Kind.BACKUP: "保管庫の控え（表の更新の前の控えを含む）",
    Kind.OUTBOX: "送信箱の束",
    Kind.INBOX: "受信箱の束",
    Kind.EVIDENCE: "通信係が証拠として残した束",
    Kind.PUBLISHED: "保管庫の中の公表用の写し",
    Kind.PAPER: "書き出したファイル（通知・一覧などのPDF、資格情報）",
    Kind.REMOTE: "受渡しの場所（Box・共有フォルダ）の束",
    Kind.BIN: "Boxのごみ箱と古い版",
    Kind.FORMER: "前に使った受渡しの場所",
    Kind.COURIER: "通信係の鍵・設定・記録",
    Kind.OTHER: "保管庫のフォルダのその他のファイル",
}
HOW_WORDS = {
    Kind.HEADER: "上書きして消し、もう一度見て確かめる。これで下の暗号化されたものはすべて読めなくなる",
    Kind.DATABASE: "上書きして消し、もう一度見て確かめる",
    Kind.BACKUP: "上書きして消し、もう一度見て確かめる",
    Kind.OUTBOX: "上書きして消し、もう一度見て確かめる",
    Kind.INBOX: "上書きして消し、もう一度見て確かめる",
    Kind.EVIDENCE: "上書きして消し、もう一度見て確かめる",
    Kind.PUBLISHED: "上書きして消し、もう一度見て確かめる",
    Kind.PAPER: "書き出したときのままなら消す。書き換えられていれば残し、人が確かめる",
    Kind.REMOTE: "消し、もう一度一覧を取って確かめる",
    Kind.BIN: "ごみ箱からも消し、もう一度一覧を取って確かめる",
    Kind.FORMER: "ソフトは触れない。人が束を消し、ごみ箱まで空にして確かめる",
    Kind.COURIER: "受渡しの場所が空になってから、上書きして消す",
    Kind.OTHER: "上書きして消し、もう一度見て確かめる",
}


class Outcome(StrEnum):
    """What became of one copy."""

    GONE = "gone"
    ABSENT = "absent"
    LEFT = "left"


OUTCOME_WORDS = {
    Outcome.GONE: "消去し、もうないことを確かめた",
    Outcome.ABSENT: "すでになかった",
    Outcome.LEFT: "残っている・確かめられない",
}


class Why(StrEnum):
    """Why a copy was left, or cannot be known to be gone. Closed: what is printed in the report."""

    NONE = ""
    CHANGED = "changed"
    FORBIDDEN = "forbidden"
    UNSEEN = "unseen"
    FOREIGN = "foreign"
    BY_HAND = "by_hand"


WHY_WORDS = {
    Why.NONE: "",
    Why.CHANGED: "書き出したあとで書き換えられている。人が確かめて消す",
    Why.FORBIDDEN: "この拠点の権限では消せない。フォルダの持ち主が消す",
    Why.UNSEEN: "この拠点の権限では、ごみ箱を見られない。フォルダの持ち主が確かめる",
    Why.FOREIGN: "このソフトの置いたものではない",
    Why.BY_HAND: "人が空にして確かめる（2の控番号で記録する）",
}


@dataclass(frozen=True)
class Found:
    """One copy as it was found. `name` is a file's place below the vault, or its name in the remote; never a person's."""

    kind: Kind
    name: str
    size: int


@dataclass(frozen=True)
class Ended:
    """One copy, and what became of it. `at` is RFC 3339."""

    kind: Kind
    name: str
    size: int
    outcome: Outcome
    why: Why
    at: str

    def document(self) -> dict[str, object]:
        return {
            "kind": self.kind.value, "name": self.name, "size": self.size,
            "outcome": self.outcome.value, "why": self.why.value, "at": self.at,
        }  # fmt: skip


@dataclass(frozen=True)
class Group:
    """How many copies of one kind there are, and their bytes."""

    kind: Kind
    count: int
    size: int


def grouped(found: list[Found]) -> list[Group]:
    """By kind, in the order of erasure, kinds without a copy left out."""
    return [
        Group(kind, len(mine), sum(one.size for one in mine))
        for kind in Kind
        if (mine := [one for one in found if one.kind is kind])
    ]
