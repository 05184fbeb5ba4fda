"""The closed words of the ledger. A line carries these codes and counts, never free text and never personal data.

A new code may be added in any version; a code is never renamed or given another meaning, because old lines are signed.
"""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """What was done."""

    ROSTER = "roster"
    EPOCH = "epoch"
    INTAKE = "intake"
    IMPORT = "import"
    SEND = "send"
    RECEIVE = "receive"
    GIVE = "give"
    CARRY = "carry"
    TAKE = "take"
    RETURN = "return"
    STORE = "store"
    TAKE_OUT = "take_out"
    COPY = "copy"
    PRINT = "print"
    DISPATCH = "dispatch"
    EXPORT = "export"
    BACKUP = "backup"
    RESTORE = "restore"
    ERASE = "erase"
    DESTROY = "destroy"
    CONFIRM = "confirm"
    SEND_BACK = "send_back"
    SEAL = "seal"
    FREEZE = "freeze"
    OPEN = "open"
    DICE = "dice"
    DRAW = "draw"
    PUBLISH = "publish"
    APPROVE = "approve"
    PROMOTE = "promote"
    RESERVE = "reserve"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    ATTEND = "attend"
    INSPECT = "inspect"
    ACKNOWLEDGE = "acknowledge"
    REPORT = "report"
    INCIDENT = "incident"
    DRILL = "drill"
    UPDATE = "update"
    PAIR = "pair"
    GRANT = "grant"
    REVOKE = "revoke"
    CORRECT = "correct"
    VOID = "void"
    SET_ASIDE = "set_aside"
    RENEW = "renew"
    TELL = "tell"
    HEAR = "hear"
    SIGNED_FOR = "signed_for"
    BOUNCE = "bounce"
    PROPOSE_ERASURE = "propose_erasure"
    CONFIRM_ERASURE = "confirm_erasure"
    DROP_ERASURE = "drop_erasure"
    REGISTER = "register"
    END = "end"
    RETRACT = "retract"
    RESET = "reset"
    PROPOSE = "propose"
    SECOND = "second"
    DROP = "drop"
    ENACT = "enact"
    DECLINE = "decline"
    ASK = "ask"
    HAND_BACK = "hand_back"
    TAKE_BACK = "take_back"


ACT_WORDS: dict[Act, str] = {
    Act.ROSTER: "取扱者名簿の登録",
    Act.EPOCH: "世代の更新",
    Act.INTAKE: "受付",
    Act.IMPORT: "取込み",
    Act.SEND: "送付",
    Act.RECEIVE: "受領",
    Act.GIVE: "引渡し",
    Act.CARRY: "施錠した鞄での運搬",
    Act.TAKE: "受取り",
    Act.RETURN: "返却",
    Act.STORE: "保管",
    Act.TAKE_OUT: "持出し",
    Act.COPY: "複製",
    Act.PRINT: "印刷",
    Act.DISPATCH: "発送",
    Act.EXPORT: "書出し",
    Act.BACKUP: "バックアップ",
    Act.RESTORE: "復元",
    Act.ERASE: "消去",
    Act.DESTROY: "廃棄",
    Act.CONFIRM: "点検（確認）",
    Act.SEND_BACK: "点検（差戻し）",
    Act.SEAL: "抽選の封印",
    Act.FREEZE: "抽選名簿の確定",
    Act.OPEN: "抽選の開封",
    Act.DICE: "さいころの記録",
    Act.DRAW: "抽選",
    Act.PUBLISH: "公表",
    Act.APPROVE: "承認",
    Act.PROMOTE: "繰上げ",
    Act.RESERVE: "区優先枠の割当て",
    Act.RELEASE: "区優先枠の開放",
    Act.WITHDRAW: "辞退",
    Act.CANCEL: "取消し",
    Act.ATTEND: "出欠の記録",
    Act.INSPECT: "点検（管理）",
    Act.ACKNOWLEDGE: "条項の確認",
    Act.REPORT: "報告",
    Act.INCIDENT: "事故の記録",
    Act.DRILL: "訓練",
    Act.UPDATE: "更新の適用",
    Act.PAIR: "相手の登録",
    Act.GRANT: "権限の付与",
    Act.REVOKE: "権限の取消し",
    Act.CORRECT: "前の行の訂正",
    Act.VOID: "束の取消し（欠番）",
    Act.SET_ASIDE: "取り込めない束を外す",
    Act.RENEW: "鍵の交換の準備",
    Act.TELL: "電話で伝達",
    Act.HEAR: "電話で受領",
    Act.SIGNED_FOR: "受領印の確認",
    Act.BOUNCE: "不着",
    Act.PROPOSE_ERASURE: "消去の発議",
    Act.CONFIRM_ERASURE: "消去の決裁",
    Act.DROP_ERASURE: "消去の取りやめ",
    Act.REGISTER: "台帳への登録",
    Act.END: "台帳の登録の終了",
    Act.RETRACT: "記入の取消し",
    Act.RESET: "パスワードの再設定",
    Act.PROPOSE: "発議",
    Act.SECOND: "二人目の確認",
    Act.DROP: "発議の取りやめ",
    Act.ENACT: "二人の確認による実行",
    Act.DECLINE: "消去の依頼を断る",
    Act.ASK: "消去の再依頼",
    Act.HAND_BACK: "復元した相手へ返す",
    Act.TAKE_BACK: "復元のあと取り戻す",
}


class Content(StrEnum):
    """What it was done with."""

    APPLICATIONS = "applications"
    FORMS = "forms"
    ROLL = "roll"
    DRAW_FILES = "draw_files"
    PARTICIPANTS = "participants"
    ADMISSION_CARDS = "admission_cards"
    REJECTION_NOTICES = "rejection_notices"
    PROMOTION_CARDS = "promotion_cards"
    WAITING_NOTICES = "waiting_notices"
    CALLED_OFF_NOTICES = "called_off_notices"
    PASSWORD_NOTICE = "password_notice"  # noqa: S105
    PROGRAMME = "programme"
    REVIEW = "review"
    APPROVAL = "approval"
    STAFF = "staff"
    KEYS = "keys"
    LEDGER = "ledger"
    ACCESS_LOG = "access_log"
    BACKUP = "backup"
    REPORT = "report"
    ERASURE_REPORT = "erasure_report"
    CLAUSE = "clause"
    SUBCONTRACTOR = "subcontractor"
    SOFTWARE = "software"
    ANTIVIRUS = "antivirus"
    EQUIPMENT = "equipment"
    ENTRY = "entry"
    INCIDENT = "incident"
    BOX_LOG = "box_log"
    RECEIPT = "receipt"
    BUNDLE = "bundle"
    HANDLING = "handling"
    PREMISES = "premises"
    MEDIA = "media"
    CONTACT = "contact"
    RUNBOOK = "runbook"
    REGION = "region"


CONTENT_WORDS: dict[Content, str] = {
    Content.APPLICATIONS: "応募データ",
    Content.FORMS: "応募用紙",
    Content.ROLL: "抽選名簿",
    Content.DRAW_FILES: "抽選の記録",
    Content.PARTICIPANTS: "参加者データ",
    Content.ADMISSION_CARDS: "参加証",
    Content.REJECTION_NOTICES: "落選通知",
    Content.PROMOTION_CARDS: "繰上げ参加証",
    Content.WAITING_NOTICES: "補欠通知",
    Content.CALLED_OFF_NOTICES: "中止通知",
    Content.PASSWORD_NOTICE: "パスワード通知書",
    Content.PROGRAMME: "事業の設定",
    Content.REVIEW: "点検結果",
    Content.APPROVAL: "承認",
    Content.STAFF: "取扱者",
    Content.KEYS: "鍵",
    Content.LEDGER: "管理簿",
    Content.ACCESS_LOG: "操作ログ",
    Content.BACKUP: "バックアップ",
    Content.REPORT: "報告書",
    Content.ERASURE_REPORT: "消去報告書",
    Content.CLAUSE: "条項",
    Content.SUBCONTRACTOR: "再委託先",
    Content.SOFTWARE: "ソフトウェア",
    Content.ANTIVIRUS: "ウイルス定義",
    Content.EQUIPMENT: "機器",
    Content.ENTRY: "入退室",
    Content.INCIDENT: "事故",
    Content.BOX_LOG: "Boxの記録",
    Content.RECEIPT: "受領の記録",
    Content.BUNDLE: "送受信の束",
    Content.HANDLING: "取扱いの状況",
    Content.PREMISES: "立入り調査",
    Content.MEDIA: "媒体と紙",
    Content.CONTACT: "緊急連絡先",
    Content.RUNBOOK: "緊急時の手順",
    Content.REGION: "サーバの所在",
}


class Unit(StrEnum):
    """What `qty` counts."""

    RECORDS = "records"
    PEOPLE = "people"
    SHEETS = "sheets"
    POSTCARDS = "postcards"
    FILES = "files"
    MEDIA = "media"
    LINES = "lines"
    TIMES = "times"


UNIT_WORDS: dict[Unit, str] = {
    Unit.RECORDS: "件",
    Unit.PEOPLE: "人",
    Unit.SHEETS: "枚",
    Unit.POSTCARDS: "通",
    Unit.FILES: "ファイル",
    Unit.MEDIA: "個",
    Unit.LINES: "行",
    Unit.TIMES: "回",
}


class Medium(StrEnum):
    """On what it was."""

    NONE = "none"
    VAULT = "vault"
    BOX = "box"
    USB = "usb"
    DISC = "disc"
    PAPER = "paper"
    POSTCARD = "postcard"
    LETTER = "letter"
    FAX = "fax"
    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"
    FILE = "file"


MEDIUM_WORDS: dict[Medium, str] = {
    Medium.NONE: "なし",
    Medium.VAULT: "保管庫（システム）",
    Medium.BOX: "Box",
    Medium.USB: "USBメモリ",
    Medium.DISC: "光ディスク",
    Medium.PAPER: "紙",
    Medium.POSTCARD: "はがき",
    Medium.LETTER: "封書",
    Medium.FAX: "FAX",
    Medium.EMAIL: "電子メール",
    Medium.PHONE: "電話",
    Medium.WEB: "ウェブ",
    Medium.FILE: "ファイル（端末の中）",
}
CARRIED = frozenset({Medium.USB, Medium.DISC, Medium.PAPER})
"""Media that a person carries, for which C8 asks a locked bag."""


class Place(StrEnum):
    """From where, to where."""

    NONE = "none"
    CONTRACTOR = "contractor"
    WARD = "ward"
    WARD_DESK = "ward_desk"
    APPLICANTS = "applicants"
    LOCKER = "locker"
    SUBCONTRACTOR = "subcontractor"
    DISPOSAL = "disposal"
    PUBLIC = "public"


PLACE_WORDS: dict[Place, str] = {
    Place.NONE: "なし",
    Place.CONTRACTOR: "委託先",
    Place.WARD: "区",
    Place.WARD_DESK: "区の窓口",
    Place.APPLICANTS: "応募者",
    Place.LOCKER: "鍵付き保管庫",
    Place.SUBCONTRACTOR: "再委託先",
    Place.DISPOSAL: "廃棄業者",
    Place.PUBLIC: "公表",
}
