"""Every word the 操作ログ may hold, with what people read for it and what kind of deed it is. A word is never given another meaning.

A word that is not here was not written by this program: the review of the log says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a deed is to the review (`core.ledger.anomaly_rules`)."""

    LOGIN = "login"  # coming in, or trying to
    OPENING = "opening"  # one person's five items are shown
    LISTING = "listing"  # those of many are
    CHANGING = "changing"  # an application, or what is recorded of a participant
    LEAVING = "leaving"  # a copy leaves the vault: its number stands in the detail, and in the ledger
    RULES = "rules"  # who may do what, by which rules, and whom the site believes
    RITE = "rite"  # the draw, and what follows from it
    CARRYING = "carrying"  # what passes between the sites
    KEEPING = "keeping"  # ledger, registers, media, backups, notices sent
    ERASING = "erasing"
    LOOKING_BACK = "looking_back"  # the review of the logs themselves


KIND_WORDS: dict[Kind, str] = {
    Kind.LOGIN: "ログイン",
    Kind.OPENING: "1件を開く",
    Kind.LISTING: "一覧で見る",
    Kind.CHANGING: "記録を変える",
    Kind.LEAVING: "印刷・書出し",
    Kind.RULES: "権限・規則",
    Kind.RITE: "抽選",
    Kind.CARRYING: "送受信",
    Kind.KEEPING: "管理簿・台帳",
    Kind.ERASING: "消去",
    Kind.LOOKING_BACK: "ログの点検",
}


@dataclass(frozen=True)
class Deed:
    """One word of the log."""

    kind: Kind
    words: str


_BY_KIND: dict[Kind, dict[str, str]] = {
    Kind.LOGIN: {
        "login": "ログイン", "login_failed": "ログインの失敗", "password": "パスワード変更",
    },
    Kind.OPENING: {"open": "1件を開く", "notice": "1人の通知を見る"},
    Kind.LISTING: {
        "review": "点検の一覧を開く", "phones": "電話の一覧を開く", "notices": "通知を用意", "search": "電話番号で検索",
        "check": "入力中の照合", "companions": "同じ組の人をさがす", "preview": "取込の下見",
    },
    Kind.CHANGING: {
        "key": "応募を入力", "import": "ファイルを取込", "edit": "訂正", "accept": "保留を受付", "refuse": "不受理", "withdraw": "取下げ・辞退",
        "link": "グループにする", "unlink": "グループを解く", "draft": "下書きを再開", "confirm": "点検で確認", "return": "点検で差戻し",
        "undo": "点検の取消し", "attend": "出欠を記録", "bounced": "不達を記録", "erase_person": "1人を消去",
        "erase_declined": "消去の依頼を断る", "erase_again": "消去をもう一度依頼",
    },
    Kind.LEAVING: {
        "print": "印刷", "reprint": "1枚を再印刷", "export": "書き出す", "disclose": "本人への開示", "backup": "控えを取る",
        "password_notice": "パスワード通知書",
    },
    Kind.RULES: {
        "programme": "事業の規則を変更", "staff_add": "取扱者を登録", "staff_revoke": "取扱者を取消し", "password_reset": "パスワード再発行", "trust": "相手の鍵を登録",
        "renew": "相手の鍵を交換", "renew_cancel": "鍵の交換を中止", "courier_box": "Boxの設定", "mail_settings": "メールの設定",
        "restore": "控えから復元",
    },
    Kind.RITE: {
        "draw_seal": "封印をつくる", "draw_left_out": "抽選に入らない応募", "draw_freeze": "抽選名簿を確定", "draw_open": "封印を開ける",
        "draw_dice": "さいころを入力", "draw_draw": "抽選を計算", "draw_abandon": "抽選を取りやめ", "approve": "参加者を承認",
        "event": "繰上げなどのできごと", "shrink": "組の一部が辞退", "late": "締切後の応募を加える",
    },
    Kind.CARRYING: {
        "send": "束に封をする", "carry": "媒体で渡す", "take_in": "束を取り込む", "take_void": "取消しを取り込む", "receipt_refused": "偽の受領書をよける", "erase_asked": "消去の依頼が届く", "set_aside": "束を外す",
        "void": "束を取り消す", "code_told": "電話で伝える", "code_heard": "電話で受ける", "code_refused": "電話の符号違い",
        "epoch_begin": "次の世代を始める", "epoch_offer": "次の鍵を示す", "epoch_ended": "前の世代を閉じる",
        "epoch_destroy": "前の鍵を廃棄",
    },
    Kind.KEEPING: {
        "ledger_add": "管理簿に記入", "ledger_export": "管理簿を書き出す", "inventory": "媒体の行方を記録", "slip": "受渡票・ラベル",
        "handover_forms": "紙の受渡し", "handover_take": "受渡し 受取", "handover_give": "受渡し 渡す", "handover_carry": "受渡し 施錠",
        "handover_return": "受渡し 返却", "handover_signed_for": "受渡し 受領の署名", "return_by": "返却日を変更", "handover_retract": "受渡しの取下げ", "letter_window": "封筒の窓の位置", "second_propose": "二人目を求める",
        "second_confirm": "二人目の確認", "second_drop": "発議を取下げ", "partner_card": "公開カード", "register": "台帳に記入",
        "wording": "通知の言葉を変更", "dispatch": "通知を発送", "mail": "メールを送る", "backup_rotated": "古い控えを廃棄",
        "backup_rehearsed": "控えを試す", "found": "保管庫を作成", "restore_settled": "復元を相手と確認",
        "hand_back": "復元した相手へ返す", "take_back": "復元のあと取り戻す",
    },
    Kind.ERASING: {
        "erase_propose": "消去を提案", "erase_confirm": "消去に同意", "erase_drop": "消去を取下げ", "erase": "消去",
    },
    Kind.LOOKING_BACK: {
        "box_log_answer": "Boxの記録に回答", "log_review": "ログの点検を始める", "log_answer": "ログの点検に回答", "log_sign": "ログの点検に署名",
    },
}  # fmt: skip

DEEDS: dict[str, Deed] = {
    act: Deed(kind, words) for kind, acts in _BY_KIND.items() for act, words in acts.items()
}


def deed_words(act: str) -> str:
    """What people read for a word of the log."""
    deed = DEEDS.get(act)
    return deed.words if deed else f"不明（{act[:20]}）"
