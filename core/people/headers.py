"""What the header of a column says it holds.

A header is taken apart into words. It names a field when it holds one of the field's own words and nothing but
words that may stand beside them: 携帯電話番号（ハイフンなし） is a phone, 携帯会社 is not. A weak word such as
名前 or メール counts only where no column says it better. Columns about somebody or something else
(緊急連絡先, 同行者, メール確認用) are never taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core.people.fields import Field
from core.people.text import cleaned, fold_width

_OTHERS = re.compile(
    "緊急|同行者|同伴者|介助|付添|付キ添イ|家族|配偶者|保護者|代理|紹介|確認|再入力|勤務先|会社|fax|ファックス|ファクス|理由"
    "|同意|有無|(?:住所|町名|町域|市区|都道府県|建物).*(?:カナ|ヨミ|フリガナ)|(?:希望|可能).*連絡|連絡.*(?:希望|方法|時間)"
)
_QUALIFIERS = re.compile(
    "任意|必須|半角|全角|数字|ハイフン(?:ナシ|無シ|アリ|有リ|不要)?|(?:記入)?例[:].*|西暦|和暦|ヲ?(?:ゴ|オ)?(?:記入|入力|選択|書キ)(?:シテ)?(?:クダサイ|下サイ)?"
)
_NOISE = re.compile(r"[\s()\[\]【】「」『』<>:：*※・_/.,、。|★●■◆-]")
_WHO = "オ ゴ 御 ノ 本人 応募者 申込者 申請者 参加者 代表者"
_WHOLE_NAME = "氏名 姓名 名前 フルネーム name"
_KANA = "カナ フリガナ ヨミガナ ヨミカタ 読ミ仮名 読ミガナ 読ミ方 仮名 ヨミ 読ミ kana"
_FAMILY = "姓 氏 苗字 名字 セイ last family"
_GIVEN = "名 メイ first given"
_NUMBERS = "0 1 2 3 4 5 6 7 8 9 一 二 三 四 五 六 七 八 九"
_SENT = "申請 申込 申込ミ 申シ込ミ 応募 送信 回答 受付 登録 受信 作成 投稿 申請者"


@dataclass(frozen=True)
class Meaning:
    """A field, whether the header says so outright, and its number among several (第2希望), 0 without one."""

    field: Field
    strong: bool
    rank: int = 0


@dataclass(frozen=True)
class _Rule:
    """`own`: groups of words of which each must occur. `beside`: words that may stand with them."""

    field: Field
    own: tuple[str, ...]
    beside: str = ""
    strong: bool = True

    def fits(self, key: str) -> bool:
        """Whether the header consists of this rule's words."""
        allowed = _any_of(" ".join((*self.own, self.beside, _WHO)))
        return all(_any_of(group).search(key) for group in self.own) and allowed.fullmatch(key) is not None


@cache
def _any_of(words: str) -> re.Pattern[str]:
    """One or more of the words; the longest is tried first."""
    ordered = sorted(words.split(), key=lambda word: (-len(word), word))
    return re.compile(f"(?:{'|'.join(map(re.escape, ordered))})+")


_RULES = (
    _Rule(Field.KANA, (_KANA, _WHOLE_NAME)),
    _Rule(Field.KANA_FAMILY, (_FAMILY, _KANA), "name"),
    _Rule(Field.KANA_GIVEN, (_GIVEN, _KANA), "name"),
    _Rule(Field.KANA_FAMILY, ("セイ",), "姓 氏"),
    _Rule(Field.KANA_GIVEN, ("メイ",), "名"),
    _Rule(Field.KANA, (_KANA,)),
    _Rule(Field.BIRTH_DATE, ("生年月日 誕生日 dateofbirth birthdate birthday dob",), "年号 元号"),
    _Rule(Field.POSTAL_CODE, ("郵便番号 〒 postalcode postcode zipcode zip",), "住所 番号"),
    _Rule(
        Field.BUILDING,
        ("建物 マンション アパート ビル 部屋番号 号室 方書 building",),
        "名 称 等 ナド 番号 住所 以降 集合住宅 室 部屋",
    ),
    _Rule(
        Field.ADDRESS,
        ("住所 住マイ address 都道府県 市区町村 市区郡 市区 町名 町域 番地 丁目",),
        f"現 自宅 以降 以下 番 号 地 {_NUMBERS}",
    ),
    _Rule(
        Field.EMAIL,
        ("メールアドレス mailアドレス emailaddress mailaddress email eメール 電子メール メアド",),
        "携帯 連絡用 連絡先 パソコン pc アドレス",
    ),
    _Rule(
        Field.PHONE,
        ("電話 携帯 telephone tel phone",),
        f"番号 number no 自宅 固定 連絡先 日中 昼間 ツナガル 連絡ノトレル 連絡ノツク 又ハ マタハ mobile {_NUMBERS}",
    ),
    _Rule(Field.GROUP, ("グループ ペア group",), "番号 コード 名 id no code 応募 申込"),
    _Rule(Field.SUBMITTED_AT, ("タイムスタンプ timestamp completiontime submittedat 完了時刻 完了日時",)),
    _Rule(Field.SUBMITTED_AT, (_SENT, "日時 時刻 日"), "年月日"),
    _Rule(Field.RECEIPT, (f"{_SENT} 整理 レコード", "番号 id ナンバー no"), "管理"),
    _Rule(Field.RECEIPT, ("id receipt recordnumber",)),
    _Rule(
        Field.PREFERENCE,
        ("希望 コース 開催回 参加回 候補 志望 choice preference course",),
        f"第 スル 回 日 日程 日時 先 行程 行キ先 開催 参加 ハイキング 順位 位 {_NUMBERS}",
    ),
    _Rule(Field.KANA, (_WHOLE_NAME,), "full", strong=False),
    _Rule(Field.KANA_FAMILY, (_FAMILY,), "name", strong=False),
    _Rule(Field.KANA_GIVEN, (_GIVEN,), "name", strong=False),
    _Rule(Field.EMAIL, ("メール mail",), "携帯", strong=False),
    _Rule(Field.PHONE, ("連絡先",), "日中 昼間", strong=False),
    _Rule(Field.SUBMITTED_AT, ("開始時刻 starttime 更新日時 日時",), strong=False),
    _Rule(Field.RECEIPT, ("no 番号 # 通番 連番",), strong=False),
)
_LONGEST = 60  # characters; a longer cell is no header


def meaning_of(header: str) -> Meaning | None:
    """What a header says, or None when it names nothing that may be kept."""
    key = _key(header)
    if not key or len(key) > _LONGEST or _OTHERS.search(key):
        return None
    for rule in _RULES:
        if rule.fits(key):
            return Meaning(rule.field, rule.strong, _rank(key))
    return None


def _key(header: str) -> str:
    """The header's words: one width, katakana for hiragana, small letters, without brackets and 任意."""
    katakana = {code: chr(code + 0x60) for code in range(0x3041, 0x3097)}
    circled = {ord(circle): str(number) for number, circle in enumerate("①②③④⑤⑥⑦⑧⑨", start=1)}
    folded = (
        fold_width(cleaned(header)).translate({**katakana, **circled}).lower().replace("カタカナ", "カナ")
    )
    return _NOISE.sub("", _QUALIFIERS.sub("", folded))


def _rank(key: str) -> int:
    found = re.search("[1-9一二三四五六七八九]", key)
    return ("123456789".find(found[0]) + 1 or "一二三四五六七八九".find(found[0]) + 1) if found else 0
