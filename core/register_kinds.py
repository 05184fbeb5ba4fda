"""The registers of what people must do (the ward's measures C1–C13, S4, S5, S8, S10, S11): which there are, and what an entry holds.

An entry is of the office: clauses, dates, companies, roles and their telephones. It never holds anything of an applicant.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.canonical import canonical_json, nfc, sha256_hex
from core.choosing import one_of
from core.errors import UsageError
from core.ledger.codes import Act, Content
from core.people.dates import read_day_near
from core.people.phone import read_phone
from core.people.text import clean, fold_width


class Kind(StrEnum):
    """A register. Its entries are kept under this word for ever."""

    CLAUSE = "clause"
    SUBCONTRACTOR = "subcontractor"
    SUBCONTRACTOR_VISIT = "subcontractor_visit"
    CONTACT = "contact"
    RUNBOOK = "runbook"
    DRILL = "drill"
    INCIDENT = "incident"
    CHANGE = "change"
    PATCH = "patch"
    ANTIVIRUS = "antivirus"
    ENTRY = "entry"
    HANDLING = "handling"
    VISIT = "visit"
    STOCKTAKE = "stocktake"
    LOG_REVIEW = "log_review"
    REGION = "region"


class Form(StrEnum):
    """How an item is written, and checked."""

    TEXT = "text"
    DATE = "date"
    PHONE = "phone"
    COUNT = "count"
    YES = "yes"
    CHOICE = "choice"


@dataclass(frozen=True)
class Item:
    """One thing an entry says."""

    name: str
    words: str
    form: Form = Form.TEXT
    needed: bool = True
    example: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Of a `CHOICE`: what is stored → what people read."""
    longest: int = 120


@dataclass(frozen=True)
class Register:
    """What one register is for."""

    kind: Kind
    words: str
    measure: str
    """The row of docs/compliance.md."""
    act: Act
    content: Content
    items: tuple[Item, ...]
    """In the order of the form. The item "on" is the day the entry is of."""
    key: str = ""
    """The item by which an entry is known: a later entry of the same key takes its place. "": each stands for itself."""


ON = Item("on", "日付", Form.DATE, example="2026-04-01")
_YES = {"yes": "はい", "no": "いいえ"}
_RESULT = Item(
    "result",
    "結果",
    Form.CHOICE,
    choices={"good": "問題なし", "open": "指摘あり", "mended": "指摘を改善した"},
)
_NOTE = Item(
    "note", "メモ", needed=False, example="対象、気づいたこと（応募者のことは書かない）", longest=200
)

CLAUSES = {
    "appi": "個人情報保護法",
    "policy": "区の情報セキュリティポリシー",
    "cloud": "クラウドサービスのガイドライン（総務省）",
    "special": "契約の特記事項",
}
"""What C1 names. All of them are to be acknowledged before the work begins, and again when one has changed."""
CONTACT_ROLES = {
    "head": "取扱責任者", "deputy": "副責任者", "desk": "事務の窓口", "system": "システム担当", "night": "夜間・休日",
    "partner": "相手方の窓口", "ppc": "個人情報保護委員会", "police": "警察", "maker": "保守業者",
}  # fmt: skip

REGISTERS: dict[Kind, Register] = {
    one.kind: one
    for one in (
        Register(
            Kind.CLAUSE, "条項の確認", "C1", Act.ACKNOWLEDGE, Content.CLAUSE,
            (
                Item("clause", "条項", Form.CHOICE, choices=CLAUSES),
                Item("edition", "版", example="令和8年4月版"),
                Item("state", "状態", Form.CHOICE, choices={"read": "読んで確認した", "changed": "改正された（確認はこれから）"}),
                ON, _NOTE,
            ), "clause",
        ),
        Register(
            Kind.SUBCONTRACTOR, "再委託先", "C3", Act.REGISTER, Content.SUBCONTRACTOR,
            (
                Item("name", "会社名", example="見本印刷株式会社"), Item("work", "任せる仕事", example="はがきの印刷"),
                Item("approved", "区の承諾", Form.CHOICE, choices=_YES),
                Item("terms", "同じ条件・立入りの定め", Form.CHOICE, choices=_YES), ON,
                Item("phone", "電話", Form.PHONE, needed=False, example="03-1234-5678"), _NOTE,
            ), "name",
        ),
        Register(
            Kind.SUBCONTRACTOR_VISIT, "再委託先の点検", "C3", Act.INSPECT, Content.SUBCONTRACTOR,
            (ON, Item("name", "会社名", example="見本印刷株式会社"), _RESULT, _NOTE),
        ),
        Register(
            Kind.CONTACT, "緊急連絡先", "C12", Act.REGISTER, Content.CONTACT,
            (
                Item("role", "役割", Form.CHOICE, choices=CONTACT_ROLES), Item("office", "組織・部署", example="事務局"),
                Item("phone", "電話", Form.PHONE, example="03-1234-5678"),
                Item("hours", "つながる時間", needed=False, example="平日 9:00–17:00"), ON,
            ), "role",
        ),
        Register(
            Kind.RUNBOOK, "緊急時の手順", "C12", Act.REGISTER, Content.RUNBOOK,
            (
                Item("title", "手順の名前", example="事故・災害のときの手順"), Item("edition", "版", example="第1版"),
                Item("place", "置き場所", example="事務室の赤い棚"),
                Item("agreed", "相手と確かめた", Form.CHOICE, choices=_YES), ON, _NOTE,
            ), "title",
        ),
        Register(
            Kind.DRILL, "訓練", "C12", Act.DRILL, Content.RUNBOOK,
            (ON, Item("what", "訓練の内容", example="保管庫を失ったときの連絡と復元"), _RESULT, _NOTE),
        ),
        Register(
            Kind.INCIDENT, "事故", "C13", Act.INCIDENT, Content.INCIDENT,
            (
                Item("on", "知った日", Form.DATE, example="2026-06-10"),
                Item(
                    "what", "種別", Form.CHOICE,
                    choices={"leak": "漏えい", "loss": "滅失", "damage": "毀損", "feared": "そのおそれ", "other": "その他の事故・災害"},
                ),
                Item("people", "本人の数", Form.COUNT, example="分からなければ多いほう"),
                Item("special", "要配慮個人情報を含む", Form.CHOICE, choices=_YES),
                Item("property", "財産的被害のおそれ", Form.CHOICE, choices=_YES),
                Item("malice", "不正の目的のおそれ", Form.CHOICE, choices=_YES),
                Item("line", "相手の管理簿の行", Form.COUNT, needed=False, example="相手から届いた事故のとき"),
                Item("story", "できごと", example="応募者の氏名や電話は書かない", longest=400),
            ),
        ),
        Register(
            Kind.CHANGE, "対策の変更の協議", "C13", Act.REPORT, Content.RUNBOOK,
            (ON, Item("what", "変えること", example="受渡しの機器を替える"), Item("agreed", "相手と協議した", Form.CHOICE, choices=_YES), _NOTE),
        ),
        Register(
            Kind.PATCH, "更新の適用", "S4", Act.UPDATE, Content.SOFTWARE,
            (ON, Item("machine", "機器", example="事務室の端末2台"), Item("what", "適用したもの", example="OSの月例更新"), _NOTE),
        ),
        Register(
            Kind.ANTIVIRUS, "ウイルス対策", "S5", Act.UPDATE, Content.ANTIVIRUS,
            (
                ON, Item("machine", "機器", example="事務室の端末2台"), Item("product", "製品", example="製品名と版"),
                Item("pattern", "パターンの日付", Form.DATE, example="2026-04-01"), _NOTE,
            ),
        ),
        Register(
            Kind.ENTRY, "入退室の管理", "S10", Act.INSPECT, Content.ENTRY,
            (ON, Item("place", "場所", example="事務室"), Item("means", "方法", example="電子錠の記録を確かめた"), _RESULT, _NOTE),
        ),
        Register(
            Kind.HANDLING, "取扱いの点検", "C6", Act.INSPECT, Content.HANDLING,
            (ON, Item("what", "見たもの", example="施錠、机の上、持出し"), _RESULT, _NOTE),
        ),
        Register(
            Kind.VISIT, "立入り調査", "C2", Act.INSPECT, Content.PREMISES,
            (ON, Item("place", "場所", example="委託先の事務室"), _RESULT, _NOTE),
        ),
        Register(
            Kind.STOCKTAKE, "媒体と紙の棚卸し", "C10", Act.INSPECT, Content.MEDIA,
            (ON, Item("count", "あった数", Form.COUNT), _RESULT, _NOTE),
        ),
        Register(
            Kind.LOG_REVIEW, "操作ログの点検", "S8", Act.INSPECT, Content.ACCESS_LOG,
            (ON, Item("until", "どの日まで", Form.DATE, example="2026-04-30"), _RESULT, _NOTE),
        ),
        Register(
            Kind.REGION, "サーバの所在", "S11", Act.REGISTER, Content.REGION,
            (
                Item("service", "サービス", example="Box"), Item("region", "所在の国・地域", example="日本"),
                Item("basis", "確かめた方法", example="事業者の文書、管理画面"), ON, _NOTE,
            ), "service",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One version of an entry. Versions are only ever added."""

    kind: Kind
    key: str
    version: int
    body: Mapping[str, str] = field(repr=False)
    """By item; a date as ISO text, a choice as its stored word."""
    ended: bool
    """From this version on it is no longer in force (a subcontractor that has left)."""
    at: str
    """RFC 3339: when it was written."""
    by: str
    """Staff id."""

    @property
    def on(self) -> dt.date:
        """The day it is of."""
        return dt.date.fromisoformat(self.body["on"])

    @property
    def sha256(self) -> str:
        """What its ledger line refers to (docs/formats.md, "Registers")."""
        body = {
            "kind": self.kind.value, "key": self.key, "version": self.version, "body": dict(self.body),
            "ended": self.ended, "at": self.at, "by": self.by,
        }  # fmt: skip
        return sha256_hex(b"hk-register-v1\n" + canonical_json(body) + b"\n")


_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"0[0-9]{1,4}[-(]?[0-9]{1,4}[-)]?[0-9]{4}")


def read_items(register: Register, given: Mapping[str, str], today: dt.date) -> dict[str, str]:
    """An entry's items as they are stored. Raises `UsageError` naming the item; a day not yet come is none."""
    unknown = set(given) - {item.name for item in register.items}
    if unknown:
        raise UsageError(
            f"{register.words}にない項目です", where="、".join(sorted(unknown)),
            next_step=one_of({item.name: item.words for item in register.items}, lead="使える項目"),
        )  # fmt: skip
    body = {}
    for item in register.items:
        text = nfc(clean(given.get(item.name, "")).text.replace("\n", " ").strip())
        if not text and item.name == "on":
            text = today.isoformat()
        if not text and not item.needed:
            continue
        body[item.name] = read_item(item, text, today)
    return body


def read_item(item: Item, text: str, today: dt.date) -> str:
    """One item as it is stored. Raises `UsageError` naming it."""

    def refuse(what: str, next_step: str = "") -> UsageError:
        return UsageError(
            f"{item.words}{what}", where=item.name, next_step=next_step or f"例: {item.example}"
        )

    if not text:
        raise refuse("がありません", "入力してください" if not item.example else "")
    if item.form is Form.CHOICE:
        by_words = {words: code for code, words in item.choices.items()}
        code = by_words.get(text, text)
        if code not in item.choices:
            raise refuse(
                "は決められた中から選びます",
                one_of(item.choices),
            )
        return code
    folded = fold_width(text)
    if item.form is Form.DATE:
        day = read_day_near(text, today)
        if day is None:
            raise refuse(
                "が日付として読めません", "令和8年6月10日、R8.6.10、2026-06-10、6/10 のように入力してください"
            )
        if day > today:
            raise refuse("がまだ来ていない日です", "済んだ日を入力してください")
        return day.isoformat()
    if item.form is Form.COUNT:
        if not re.fullmatch("[0-9]{1,7}", folded):
            raise refuse("は0からの数字です", "数字だけで入力してください")
        return str(int(folded))
    if item.form is Form.PHONE:
        if read_phone(text) is None:
            raise refuse("が日本の電話番号として読めません")
        return folded
    if len(text) > item.longest:
        raise refuse(f"は{item.longest}文字までです", "短く書いてください")
    if _MAIL.search(folded) or _PHONE.search(folded):
        raise refuse(
            "に電話番号やメールアドレスは書けません",
            "人を特定できることは書かず、受付番号か人数で書いてください",
        )
    return text


def shown(register: Register, body: Mapping[str, str]) -> list[tuple[str, str]]:
    """(words, value as people read it) of each item there is."""
    return [
        (item.words, item.choices.get(body[item.name], body[item.name]))
        for item in register.items
        if item.name in body
    ]
