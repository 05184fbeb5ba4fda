"""What the review of the 操作ログ asks about: the kinds of finding, and what the rules are told besides the log itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.canonical import canonical_json, sha256_hex
from core.programme_model import LogReview


class Code(StrEnum):
    """What a finding is about (docs/log-review.md)."""

    CHAIN = "chain"
    GAP = "gap"
    REWRITTEN = "rewritten"
    UNKNOWN_WORD = "unknown_word"
    CLOCK_BACK = "clock_back"
    CLOCK_AHEAD = "clock_ahead"
    HOURS = "hours"
    HOLIDAY = "holiday"
    FAILURES = "failures"
    FORCED = "forced"
    KNOCKS = "knocks"
    MANY = "many"
    SEQUENCE = "sequence"
    AGAIN = "again"
    LOOKUPS = "lookups"
    NO_LINE = "no_line"
    NO_ROW = "no_row"
    DORMANT = "dormant"
    WOKEN = "woken"
    DEPARTED = "departed"
    NOBODY = "nobody"
    TWO_PLACES = "two_places"
    ROLES = "roles"
    RULES = "rules"
    FROZEN = "frozen"
    ONESELF = "oneself"


WORDS: dict[Code, str] = {
    Code.CHAIN: "操作ログの行が書き換えられています（鎖が合いません）",
    Code.GAP: "操作ログの番号が飛んでいます（行がありません）",
    Code.REWRITTEN: "前の点検で署名したところが、いまの操作ログにありません",
    Code.UNKNOWN_WORD: "この道具が書かない操作があります",
    Code.CLOCK_BACK: "時計が戻っています",
    Code.CLOCK_AHEAD: "まだ来ていない時刻の操作があります",
    Code.HOURS: "時間外の操作があります",
    Code.HOLIDAY: "閉庁日の操作があります",
    Code.FAILURES: "ログインの失敗が続いています",
    Code.FORCED: "ログインの失敗が続いたあとに、成功しています",
    Code.KNOCKS: "ログインの失敗の記録が壊れています",
    Code.MANY: "短い間に多くの記録を開いています",
    Code.SEQUENCE: "番号の順に、つぎつぎと記録を開いています",
    Code.AGAIN: "同じ人の記録を、用のないまま何度も開いています",
    Code.LOOKUPS: "記録を開かずに、電話番号や生年月日を何度も確かめています",
    Code.NO_LINE: "印刷や書出しがありますが、管理簿に行がありません",
    Code.NO_ROW: "管理簿に印刷や書出しの行がありますが、操作ログにありません",
    Code.DORMANT: "長く使われていない利用者がいます",
    Code.WOKEN: "長く使われていなかった利用者が、また使われました",
    Code.DEPARTED: "取り消した利用者の操作があります",
    Code.NOBODY: "名簿にない利用者の操作があります",
    Code.TWO_PLACES: "同じ利用者が、2つの場所で同時に使われています",
    Code.ROLES: "利用者や権限が変わりました",
    Code.RULES: "規則や設定が変わりました",
    Code.FROZEN: "抽選名簿の確定から結果までの間に、応募が変えられています",
    Code.ONESELF: "点検する人が、自分の操作を点検しています",
}
SHORT: dict[Code, str] = {
    Code.CHAIN: "書換え", Code.GAP: "行の欠け", Code.REWRITTEN: "署名後の書換え", Code.UNKNOWN_WORD: "不明な操作", Code.CLOCK_BACK: "時計の戻り",
    Code.CLOCK_AHEAD: "時計の進み", Code.HOURS: "時間外", Code.HOLIDAY: "閉庁日", Code.FAILURES: "ログインの失敗", Code.FORCED: "失敗のあとの成功",
    Code.KNOCKS: "失敗の記録の破損", Code.MANY: "多くの記録", Code.SEQUENCE: "番号の順", Code.AGAIN: "同じ人を何度も", Code.LOOKUPS: "開かずに照合", Code.NO_LINE: "管理簿にない",
    Code.NO_ROW: "操作ログにない", Code.DORMANT: "休眠", Code.WOKEN: "休眠からの利用", Code.DEPARTED: "取消し済み", Code.NOBODY: "名簿にない",
    Code.TWO_PLACES: "2つの場所", Code.ROLES: "権限の変更", Code.RULES: "規則の変更", Code.FROZEN: "確定後の変更", Code.ONESELF: "自分の点検",
}  # fmt: skip
"""In a list, before the subject."""
_ASK = "本人に聞き、何のためだったかを書いてください"
_KEEP = "何も消さずに、相手の取扱責任者と保守担当へ知らせてください"
NEXT: dict[Code, str] = {
    Code.CHAIN: _KEEP,
    Code.GAP: _KEEP,
    Code.REWRITTEN: _KEEP,
    Code.UNKNOWN_WORD: _KEEP,
    Code.NO_ROW: _KEEP,
    Code.NOBODY: _KEEP,
    Code.CLOCK_BACK: "機械の時計がなぜ変わったかを確かめてください",
    Code.CLOCK_AHEAD: "機械の時計を合わせ、なぜ進んだかを確かめてください",
    Code.FAILURES: "本人に聞いてください。覚えがなければ、パスワードを変えてもらってください",
    Code.FORCED: "本人に聞いてください。覚えがなければ、すぐにパスワードを変え、事故として扱ってください",
    Code.KNOCKS: "だれが保管庫のフォルダに書けるかを確かめてください（ikiiki doctor）",
    Code.NO_LINE: "何が出ていったかを本人に聞き、見つからなければ事故として扱ってください",
    Code.DORMANT: "もう要らなければ登録を取り消し（ikiiki staff revoke）、要るなら理由を書いてください",
    Code.DEPARTED: "なぜ使えたかを確かめ、事故として扱ってください",
    Code.TWO_PLACES: "本人に聞いてください。貸していたなら指導し、覚えがなければ事故として扱ってください",
    Code.ROLES: "だれの指示だったかを確かめてください",
    Code.RULES: "だれの指示だったかを確かめてください",
    Code.FROZEN: "何を変えたかを見て、結果に関わらないことを確かめてください",
    Code.ONESELF: "ほかの取扱責任者を登録するか、上司の立会いで行い、そう書いてください",
}

EVIDENCE = 200
"""Rows named with a finding, at most; it counts all of them."""


class Row(Protocol):
    """A row of the log (`core.office.log_ports.AccessRow`)."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> dt.datetime: ...
    @property
    def staff_id(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def terminal(self) -> str: ...
    @property
    def chain(self) -> str: ...


@dataclass(frozen=True)
class Anomaly:
    """One thing to be explained. `subject` is a day, a number, an act or ""; `who` a staff id or ""; `rows` numbers in the log."""

    code: Code
    subject: str
    who: str
    first: dt.datetime | None
    last: dt.datetime | None
    count: int
    rows: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """SHA-256 over what it rests on: an answer speaks of exactly this."""
        body = {
            "code": self.code.value, "subject": self.subject, "who": self.who, "count": self.count,
            "rows": list(self.rows), "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }  # fmt: skip
        return sha256_hex(canonical_json(body))

    @property
    def sentence(self) -> str:
        return WORDS[self.code]

    @property
    def next_step(self) -> str:
        return NEXT.get(self.code, _ASK)


@dataclass(frozen=True)
class Account:
    """One stretch of time in which an id was on the roster."""

    staff_id: str
    role: str
    since: dt.datetime
    until: dt.datetime | None


@dataclass(frozen=True)
class Carried:
    """What a review must know of those before it."""

    seen: Mapping[str, dt.datetime]
    """By staff id, when it was last used."""
    frozen: AbstractSet[str] = frozenset()
    """Draws whose roll is fixed and whose result is not."""
    begun: bool = False
    """Applicants' data has been worked on: until then roles and rules are being set up."""


@dataclass(frozen=True)
class Facts:
    """What the rules know besides the log."""

    limits: LogReview
    accounts: tuple[Account, ...]
    since: dt.datetime | None
    """When the review before this one was begun."""
    now: dt.datetime
    """When this one was."""
    outings: AbstractSet[dt.date] = frozenset()
    made: frozenset[str] = frozenset()
    """Numbers of the copies that this site's ledger says were made in this time."""
    carried: Carried = Carried({})
