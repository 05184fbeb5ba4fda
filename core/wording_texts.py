"""The words the notices ⑪ begin with: plain text files, which the contractor edits (`core.wording` reads them)."""

from __future__ import annotations

from core.notice_kinds import NoticeKind

COMMON = "共通.txt"
GUIDE = "回の案内.txt"
FILES: dict[NoticeKind, str] = {
    NoticeKind.ADMISSION: "参加証.txt",
    NoticeKind.PROMOTION: "繰上げの参加証.txt",
    NoticeKind.WAITING: "補欠のお知らせ.txt",
    NoticeKind.REJECTION: "落選通知.txt",
    NoticeKind.CALLED_OFF: "中止のお知らせ.txt",
}

_HEAD = """\
# {file} — 通知の言葉です。書き直したら: ikiiki papers wording フォルダ --take
# ・「#」で始まる行は印刷されません。[ ] の見出しは、そのまま残してください。
# ・{{ }} は、一人ひとりの中身が入る場所です。使えるのは次の場所だけです。
#   {places}
# ・中身のない場所がある行は、印刷されません（例: ひとりの応募の {{人数}}）。
# ・{{紙}} は、はがきなら「はがき」、封書なら「用紙」、メールなら「メールの画面か印刷したもの」になります。
# ・必ず残す場所: {needed}
"""

_BODIES: dict[NoticeKind, str] = {
    NoticeKind.ADMISSION: """\
[表題]
参加証

[はじめ]
抽選の結果、当選されました。
当日はこの{紙}をお持ちください。

[項目]
回: {回}
開催日: {開催日}
行き先: {行き先}
集合: {集合時間} {集合場所}
持ち物: {持ち物}
人数: {人数}
受付番号: {受付番号}
抽選番号: {抽選番号}

[おわり]
参加できなくなったときは、お早めにご連絡ください。
""",
    NoticeKind.PROMOTION: """\
[表題]
参加証

[はじめ]
空きが出たため、補欠から繰り上がり、参加いただけることになりました。
当日はこの{紙}をお持ちください。

[項目]
回: {回}
開催日: {開催日}
行き先: {行き先}
集合: {集合時間} {集合場所}
持ち物: {持ち物}
人数: {人数}
受付番号: {受付番号}
抽選番号: {抽選番号}

[おわり]
参加できないときは、お早めにご連絡ください。次の方に繰り上がります。
""",
    NoticeKind.WAITING: """\
[表題]
補欠のお知らせ

[はじめ]
お申し込みが定員を超えたため抽選を行い、補欠となりました。

[項目]
希望の回: {希望の回}
補欠: {補欠}
人数: {人数}
受付番号: {受付番号}
抽選番号: {抽選番号}

[おわり]
空きが出たときは、補欠の順にご連絡します。
""",
    NoticeKind.REJECTION: """\
[表題]
落選通知

[はじめ]
お申し込みが定員を超えたため抽選を行い、残念ながら落選となりました。

[項目]
希望の回: {希望の回}
人数: {人数}
受付番号: {受付番号}
抽選番号: {抽選番号}
""",
    NoticeKind.CALLED_OFF: """\
[表題]
中止のお知らせ

[はじめ]
参加いただく予定の回は、中止になりました。前にお送りした参加証は使えません。

[項目]
中止の回: {回}
開催日: {開催日}
行き先: {行き先}
補欠: {補欠}
受付番号: {受付番号}
抽選番号: {抽選番号}

[おわり]
ご不明の点は、問い合わせ先までご連絡ください。
""",
}

COMMON_TEXT = """\
# 共通.txt — どの通知にも入る言葉です。
# ・「#」で始まる行は印刷されません。[ ] の見出しは、そのまま残してください。
# ・公開場所には、抽選の資料を見られるページの住所（https://…）を1行で書きます。書かなければ印刷されません。
[確かめ方 公開]
抽選の資料は公開しています。抽選番号で結果を確かめられます。

[確かめ方 窓口]
抽選の資料は区の窓口でご覧になれます。抽選番号をお知らせください。

[公開場所]
"""

GUIDE_HEAD = """\
# 回の案内.txt — 回ごとの集合と持ち物です。参加証に入ります。
# ・「#」で始まる行は読みません。空のままの項目は印刷されません。
# ・時間は「午前8時30分」のように、読む人に見せるとおりに書きます。
"""
GUIDE_ITEMS = ("集合場所", "集合時間", "持ち物")


def default_text(kind: NoticeKind, places: str, needed: str) -> str:
    """The file of that kind as the program brings it."""
    return _HEAD.format(file=FILES[kind], places=places, needed=needed) + _BODIES[kind]


def body_of(kind: NoticeKind) -> str:
    """Its words without the explanation."""
    return _BODIES[kind]
