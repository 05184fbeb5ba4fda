"""What people choose from in the use cases: closed lists, with their words.

Apart from the use cases, for a command's help and a dialog show them before any use case is needed.
"""

from __future__ import annotations

from enum import StrEnum

APPLICANTS, PARTICIPANTS = "applicants", "participants"
"""The stages of a review: ⑤ and ⑨."""
STAGE_WORDS = {APPLICANTS: "⑤ 応募者", PARTICIPANTS: "⑨ 参加者"}
RETURN_CODES: dict[str, str] = {
    "not_resident": "区民であることを確認できない",
    "not_eligible": "対象年齢などの条件に合わない",
    "duplicate": "重複している",
    "unclear": "内容に不明な点がある",
    "ward_request": "区からの個別の依頼",
}
"""Why the ward returns a record: closed codes, so that no personal data travels in the ward's direction."""


class AsideReason(StrEnum):
    """Why a bundle cannot be taken in, as the person says who sets it aside."""

    CONTENT = "content"
    CONFLICT = "conflict"
    UNREADABLE = "unreadable"


ASIDE_WORDS: dict[AsideReason, str] = {
    AsideReason.CONTENT: "中身が正しくない",
    AsideReason.CONFLICT: "中身が、こちらの記録と食い違う",
    AsideReason.UNREADABLE: "封を開けられない",
}


class BoxReason(StrEnum):
    """What people may say to what stands in Box's log alone."""

    OURS = "ours"
    PARTNER = "partner"
    SETUP = "setup"
    BOX = "box"
    INCIDENT = "incident"


BOX_WORDS: dict[BoxReason, str] = {
    BoxReason.OURS: "当方の担当者が行ったと確かめた",
    BoxReason.PARTNER: "相手方が行ったと、電話で確かめた",
    BoxReason.SETUP: "フォルダの準備や片付けで行った",
    BoxReason.BOX: "Box社または組織のBox管理者が行った",
    BoxReason.INCIDENT: "事故として扱い、管理簿に記録した",
}


class LogReason(StrEnum):
    """What people may say to a finding of the access log's review, or of somebody they asked."""

    WORK = "work"
    ORDERED = "ordered"
    MACHINE = "machine"
    MISTAKE = "mistake"
    INSTRUCTED = "instructed"
    INCIDENT = "incident"


LOG_WORDS: dict[LogReason, str] = {
    LogReason.WORK: "本人に聞き、業務で必要だったと確かめた",
    LogReason.ORDERED: "取扱責任者の指示だったと確かめた",
    LogReason.MACHINE: "機械や回線の事情だったと確かめた",
    LogReason.MISTAKE: "本人の思い違い・押し間違いだった",
    LogReason.INSTRUCTED: "業務に必要なかったので、本人に指導した",
    LogReason.INCIDENT: "事故として扱い、台帳に登録した",
}


class What(StrEnum):
    """What can be written out to a medium."""

    APPLICATIONS = "applications"
    PARTICIPANTS = "participants"
    OUTING = "outing"
    LEDGER = "ledger"


WHAT_WORDS = {
    What.APPLICATIONS: "応募データ（受付と保留の全件）",
    What.PARTICIPANTS: "参加者データ（全回）",
    What.OUTING: "1つの回の参加者名簿",
    What.LEDGER: "管理簿（両側。個人情報なし）",
}


class Report(StrEnum):
    """What is done about an incident; each is an entry of its own version, signed."""

    PARTNER = "partner"
    PRELIMINARY = "preliminary"
    PERSONS = "persons"
    FINAL = "final"
    CLOSE = "close"


REPORT_WORDS = {
    Report.PARTNER: "相手への連絡と協議",
    Report.PRELIMINARY: "速報（委員会へ）",
    Report.PERSONS: "本人への通知",
    Report.FINAL: "確報（委員会へ）",
    Report.CLOSE: "対応の終わり",
}


class Callees(StrEnum):
    """Whose telephone numbers are asked for: no more of them than the call needs."""

    PENDING = "pending"
    """Seated, and neither come nor noted as absent."""
    SEATED = "seated"
    WAITING = "waiting"


CALLEE_WORDS = {
    Callees.PENDING: "出欠をまだ記録していない人",
    Callees.SEATED: "参加者の全員",
    Callees.WAITING: "補欠の人",
}


ERASE_REASONS = {
    "request": "本人の申し出（消去）",
    "stop_use": "本人の申し出（利用停止）",
    "not_needed": "利用目的に必要がなくなった",
    "unlawful": "取得・利用の誤り",
}
"""Why a person is erased: closed codes."""
UNPRINTED_REASONS = {
    "kept": "台帳の内容は、別の紙で保存している",
    "not_needed": "残す必要のある記入がない",
    "no_printer": "印刷できないまま、消去の期限が来た",
}
"""Why the registers may go without having been printed: closed codes, told in the report of the erasure."""
DECLINE_REASONS = {
    "not_asked": "本人に確かめたところ、申し出ていない",
    "unproven": "本人の申し出かどうか、確かめられない",
    "takes_part": "区の記録では、まだ参加者か補欠である",
    "must_keep": "抽選の証拠など、区が保管しなければならない",
    "mistaken": "番号の誤りなど、別の人の依頼と思われる",
}
"""Why the ward declines: closed codes, as the ledger that carries them has no free text. They stand in `core.ledger.line` too."""
