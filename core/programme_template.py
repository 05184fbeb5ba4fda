"""The commented programme.toml that `ikiiki init` writes when none is given."""

from __future__ import annotations

_TEMPLATE = """\
# いきいきハイキング 事業の設定（programme.toml）
#
# ・「#」から右は説明です。消しても構いません。
# ・日付は 2026-04-01 のように、引用符を付けずに書きます。
# ・「# 項目 = 値」の行は既定値です。変えるときだけ先頭の # を消して書き換えます。
# ・区と委託先の両方の金庫が、同じ設定を持ちます。応募を受け付ける前に決めてください。

name = "いきいきハイキング"         # 事業名。通知の表題になります
fiscal_year = 2026                  # 年度（2026 = 令和8年度）
prefecture = "東京都"
ward = "新宿区"                     # この区に住む人が対象です
minimum_age = 60                    # 対象年齢（満年齢）
reference_date = 2026-04-01         # 年齢を数える日
applications_close = 2026-05-08     # 応募の締切（この日まで受け付けます）

# code = "hiking"                   # 抽選番号に使う略号。半角小文字と数字
# contract_start = 2026-04-01       # 委託契約の始まり
# retention_end = 2026-12-31        # この日までに、すべての写しを消去して報告します

# ---- 回（コース） 回の数だけ [[outing]] を並べます ------------------------------
[[outing]]
code = "A"                          # 回の記号。半角の大文字と数字、4文字まで
date = 2026-06-10                   # 開催日
place = "高尾山"                    # 行き先
capacity = 80                       # 定員（区優先枠を含みます）
# reserved = 0                      # 区優先枠。抽選をしない席の数
# release_on = 2026-06-01           # 区優先枠の開放日。この日から、残りの優先枠を補欠の順に
                                    # 渡せます（前の日までは断ります）。渡すのは人で、その日が
                                    # 来ると画面が案内します。書かないときは日を決めず、区の指示を
                                    # 受けて渡します
# round = 1                         # 募集回。締切が年に何度かあるとき

[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 80

[[outing]]
code = "C"
date = 2026-10-14
place = "鎌倉アルプス"
capacity = 60

[[outing]]
code = "D"
date = 2026-10-21
place = "日和田山"
capacity = 60

# ---- 募集回 2回目以降の締切があるときだけ書きます -------------------------------
# [[round]]
# number = 2
# applications_close = 2026-08-31
# review_by = 2026-09-10            # ⑤ 区が応募者を確認する期限
# participants_by = 2026-09-20      # ⑨ 区が参加者を確認する期限
# notices_by = 2026-09-25           # ⑪ 参加証・落選通知を送る期限

# ---- 抽選 ------------------------------------------------------------------------
[draw]
largest_group = 1                   # 一緒に当選・落選する人数の上限。1 なら一人ずつ
max_tickets = 1                     # 一人あたりの抽選口の上限。1 なら全員が同じ確率
publish = "public"                  # 抽選記録の公開方法。public = 公開、inspection = 窓口での閲覧

# ---- 期限 過ぎると画面に「遅れ」と出ます ------------------------------------------
[deadlines]                         # _days は締切から数えた日数、_hours は時間
count = "office_days"               # 開庁日だけを数えます（土日・祝日・12月29日〜1月3日を除く）。
                                    # "days" にすると、すべての日を数えます
# review_days = 10                  # ⑤ 区が応募者を確認する
# participants_days = 20            # ⑨ 区が参加者を確認する
# notices_days = 25                 # ⑪ 参加証・落選通知を送る
# log_review_days = 30              # 操作ログを点検する間隔
# send_hours = 24                   # 封をした束を、受渡しの場所に置くまで
# receipt_hours = 48                # 封をした束が、相手に届いたと分かるまで
# take_in_hours = 24                # 届いた束を取り込むまで
# partner_hours = 24                # 相手の通信係のしるしが途絶えてよい時間（休みの日も数えます）
# courier_hours = 2                 # 自分の定時の送受信が止まってよい時間（休みの日も数えます）
# failures = 3                      # 送受信が続けて失敗してよい回数
# erase_days = 14                   # 委託先から消去の依頼が届いて、区が答えるまで（休みの日も数えます）

# ---- 媒体と紙の受渡し ------------------------------------------------------------
[handover]
# notice_hours = 24                 # 媒体を渡してから、パスワード通知書を印刷できるまでの時間
# acknowledge_days = 3              # 渡してから、相手が受領を記録するまで
# return_days = 30                  # 書き出した媒体の返却期限（日を決めないとき）

# ---- すること 何日ごとに要るか。0 は「必要なとき」（期限なし） ----------------------
[duties]
# clauses_days = 366                # C1 法令・特記事項などの確認（業務の前に1度、改正のとき、その後）
# contacts_days = 366               # C12 緊急連絡先と手順の見直し（業務の前に1度、その後）
# drill_days = 366                  # C12 訓練（契約の終わりまでに1度）
# antivirus_days = 7                # S5 ウイルス対策のパターン
# backup_days = 7                   # S9 控え（0 のときも、31日取らないと拠点の点検が知らせます）
# patch_days = 31                   # S4 更新の適用
# handling_days = 31                # C6 取扱いの点検
# stocktake_days = 92               # C10 媒体と紙の棚卸し
# subcontractor_days = 184          # C3 再委託先の点検（再委託先があるときだけ）
# visit_days = 0                    # C2 区の立入り調査
# entry_days = 0                    # S10 入退室の記録の確認

# ---- ログイン 区と委託先の両方に効きます ------------------------------------------
[accounts]
# password_days = 0                 # パスワードの期限（日）。0 は期限なし。決められた日数で変えさせると
                                    # 推測しやすいものになりがちなので、区の規程にあるときだけ書きます
# second_person = ["freeze", "export", "erase"]   # 二人目の確認が要る操作。freeze 抽選名簿の確定、
                                    # export 媒体への書出し、erase 一人の消去。一人が発議し、ほかの取扱責任者
                                    # か取扱者が確かめてから行います（契約の終わりの消去は、いつも二人です）。
                                    # 1つでも書くと、[accounts] [handover] [log_review] を変えるのにも二人目が要ります

# ---- 操作ログの点検 どこから「要確認」にするか（手引き「操作ログの点検」） ------------
[log_review]
# opens = "07:00"                   # これより前と、closes から後の操作は「時間外」
# closes = "21:00"
# count = "office_days"             # 土日・祝日・年末年始の操作も「要確認」（開催日を除く）。"days" なら除く
# failures = 5                      # ログインの失敗、1日の回数
# failures_before = 3               # 成功する前の30分の失敗の回数
# openings_hour = 40                # 1人が1時間に開く記録の数
# openings_day = 150                # 1人が1日に開く記録の数
# in_sequence = 15                  # 番号順に、何もせずに続けて開く数
# again = 6                         # 1人が同じ記録を、何もせずに30日に開く回数
# lookups = 20                      # 1人が1日に、電話番号や生年月日を照合して、開きも直しもしない回数
# dormant_days = 180                # 使われていない利用者を尋ねる日数
# clock_seconds = 120               # 時計が戻ってよい秒数
# samples = 5                       # 抜き取って、本人に聞く件数

# ---- 問合せ先 通知に印刷します（個人名は書かないでください） --------------------
[contact]
# name = "いきいきハイキング事務局"
# postal_code = "162-0000"
# address = "東京都新宿区…"
# phone = "03-1234-5678"
"""


def programme_template() -> str:
    """A commented TOML text, in Japanese, that `parse_programme` reads as it stands."""
    return _TEMPLATE
