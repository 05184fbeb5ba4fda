"""Every action of every screen, in one table: keys, hint lines, the F8 menu and the F1 help are drawn from it.

An action of place "intake" named "new" runs `action_new` of the widget whose `PLACE` is "intake". Every action is
within reach of F8, arrows and Enter: while an input method is on, single letters never arrive. Letters are extra.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from core.roles import Actor, Right, Site
from tui.action import NO_KEY, PANES, Action
from tui.actions_backup import BACKUP
from tui.actions_erasure import ERASURE
from tui.actions_inventory import INVENTORY
from tui.actions_log import LOG
from tui.actions_participants import PARTICIPANTS
from tui.actions_registers import REGISTERS
from tui.actions_second import SECOND

__all__ = ["ACTIONS", "PANES", "Action", "actions_of", "bindings_of"]

_C, _W = Site.CONTRACTOR, Site.WARD

ACTIONS: tuple[Action, ...] = (
    # 受付
    Action("intake", "open", "開く", "enter", "1件の全項目を見る（操作ログに残ります）", Right.OPEN_RECORD),
    Action("intake", "new", "新規", "n", "郵送・FAX・窓口の応募を入力する", Right.INTAKE, _C),
    Action("intake", "new_desk", "窓口入力", "n", "窓口で受けた応募を入力する", Right.DESK, _W),
    Action(
        "intake", "take_in", "取込", "i", "WEB申込のファイル（CSV・TSV・XLSX）を取り込む", Right.INTAKE, _C
    ),
    Action("intake", "search", "検索", "slash", "カナ氏名・町名・受付番号・電話の下4桁でさがす"),
    Action("intake", "held", "保留のみ", "h", "保留の応募だけを見る。もう一度で全部"),
    Action("intake", "unconfirmed", "未確認のみ", "u", "区の確認がまだの応募だけを見る。もう一度で全部"),
    Action(
        "intake", "link", "グループ", "g", "いっしょに行く応募を1つの組にする、組を解く", Right.INTAKE, _C
    ),
    Action("intake", "send", "③送る", "s", "新しい応募と変更を、封をして区へ送る用意をする", Right.SEND, _C),
    Action(
        "intake", "carry", "※媒体で渡す", "s", "窓口の応募を、暗号化した媒体で委託先へ渡す", Right.SEND, _W
    ),
    Action("intake", "sort", "並べ替え", "o", "並べ方を選ぶ。同じものをもう一度で逆順"),
    Action("intake", "jump", "番号へ", "", "受付番号の行へ移る。数字とEnterでも"),
    Action("intake", "mark", "印", "space", "保留の応募に印を付ける、外す。次の行へ進む", Right.OPEN_RECORD),
    Action(
        "intake",
        "accept_marked",
        "印を受け付ける",
        "a",
        "印を付けた保留を、1つの理由で受け付ける",
        Right.OPEN_RECORD,
    ),
    Action(
        "intake",
        "refuse_marked",
        "印を不受理にする",
        "x",
        "印を付けた保留を、1つの理由で不受理にする",
        Right.OPEN_RECORD,
    ),
    Action(
        "intake", "unmark", "印を全部外す", "", "付けた印をすべて外す。応募は変わらない", Right.OPEN_RECORD
    ),
    # 1件
    Action("record", "edit", "訂正", "e", "項目を直す", Right.OPEN_RECORD),
    Action("record", "accept", "保留を受け付ける", "a", "理由を選んで受け付ける", Right.OPEN_RECORD),
    Action("record", "refuse", "不受理にする", "x", "理由を選んで不受理にする", Right.OPEN_RECORD),
    Action("record", "link", "グループ", "g", "いっしょに行く応募と組にする、組から外す", Right.OPEN_RECORD),
    Action("record", "withdraw", "取下げ", "w", "本人の申し出により応募を取り下げる", Right.OPEN_RECORD),
    Action(
        "record",
        "sources",
        "元の記載",
        "o",
        "取り込んだときの元の記載を見る（操作ログに残ります）",
        Right.OPEN_RECORD,
    ),
    Action("record", "rights", "本人からの求め", "", "この人への開示、訂正、利用停止・消去", Right.ERASE),
    Action("record", "back", "戻る", "escape", "一覧に戻る"),
    # 入力
    Action("entry", "save", "保存", "f10,ctrl+s", "保存して、次の新しい用紙を開く"),
    Action("entry", "back", "戻る", "escape", "入力中の内容は下書きに残り、次に開いたときに続けられる"),
    Action("entry", "discard", "破棄", "", "入力中の内容と下書きを捨てる"),
    # 訂正
    Action("edit", "save", "訂正する", "f10,ctrl+s", "直した項目を保存する"),
    Action("edit", "back", "戻る", "escape", "直しかけの内容は下書きに残り、次に開いたときに続けられる"),
    Action("edit", "discard", "破棄", "", "直しかけの内容と下書きを捨てる。応募は元のまま"),
    # 取込の下見
    Action("preview", "commit", "取り込む", "f10,ctrl+s", "下見のとおりに取り込む"),
    Action("preview", "back", "やめる", "escape", "何も取り込まずに戻る"),
    # パスワード
    Action("password", "save", "変える", "f10,ctrl+s", "新しいパスワードにする"),
    Action("password", "make", "合言葉をつくる", "ctrl+g", "推測されない合言葉をつくり、欄に入れる"),
    Action("password", "back", "やめる", "escape", "いまのパスワードのまま戻る"),
    # 抽選
    Action("lottery", "next", "次へ進む", "enter,f10", "この拠点が次にすることをする", Right.DRAW),
    Action("lottery", "dice", "さいころ", "d", "公開の場で振った20個の目を入力する", Right.DRAW),
    Action(
        "lottery", "open_absent", "相手欠席で開封", "", "区の封が届かないまま開く。公表される", Right.DRAW, _C
    ),
    Action(
        "lottery",
        "keep_sealed",
        "封を開けずに署名",
        "",
        "区の封を開けないことを、さいころの前に決める",
        Right.DRAW,
        _W,
    ),
    Action(
        "lottery",
        "seal_beacon",
        "公開乱数を使う封印",
        "",
        "立会人がそろわないときに、先に公開乱数を決めておく",
        Right.DRAW,
        _C,
    ),
    Action("lottery", "next_round", "次の募集回", "n", "次の募集回の抽選をはじめる", Right.DRAW, _C),
    Action("lottery", "abandon", "取りやめ", "", "この抽選を両者で取りやめる。公表される", Right.DRAW),
    Action(
        "lottery", "chances", "当たる見込み", "o", "いまの応募が当たる見込みと、決まりを変えたときの見込み"
    ),
    Action(
        "lottery",
        "report",
        "抽選の記録",
        "",
        "いつ、だれが、何をしたかを管理簿からまとめる",
        Right.LEDGER_READ,
    ),
    Action("lottery", "verify", "検算", "v", "公表する一式を、この機械でもう一度計算して確かめる"),
    Action(
        "lottery",
        "publish",
        "公表用に書き出す",
        "p",
        "個人情報を含まない公表用の一式を書き出す",
        Right.EXPORT,
    ),
    Action(
        "lottery",
        "notice_hashes",
        "お知らせに載せる値",
        "",
        "検算の道具と両者の鍵の SHA-256",
    ),
    Action("lottery", "chart", "図", "c", "応募と定員、年齢、席の埋まり方を図で見る"),
    *PARTICIPANTS,
    # 管理簿
    Action("ledger", "site", "自分／相手", "o", "自分の管理簿と、相手から届いた管理簿を切り替える"),
    Action("ledger", "add", "記入", "n", "受渡し・印刷・廃棄などを記入する", Right.LEDGER_ADD),
    Action("ledger", "verify", "検証", "v", "鎖と署名、相手の控えとの一致を確かめる"),
    Action("ledger", "access", "操作ログ", "l", "だれがいつ何をしたか", Right.ACCESS_LOG),
    Action(
        "ledger",
        "box",
        "Boxの記録",
        "b",
        "Boxでだれがフォルダに触れたかを、管理簿と突き合わせる",
        Right.ACCESS_LOG,
    ),
    Action("ledger", "export", "書き出す", "p", "管理簿を1つのファイルに書き出す", Right.LEDGER_READ),
    Action("ledger", "search", "検索", "slash", "担当・行為・内容・日時でさがす"),
    Action("ledger", "sort", "並べ替え", "t", "並べ方を選ぶ。同じものをもう一度で逆順"),
    Action("writing", "change", "選び直す", "enter", "この項目を選び直す"),
    Action("writing", "save", "署名して記入", "f10,ctrl+s", "記入し、自分の鍵で署名する"),
    Action("writing", "back", "やめる", "escape", "何も記入せずに戻る"),
    Action("box_log", "open", "くわしく", "enter", "1件を見る。要確認なら、確かめたことを管理簿に残す"),
    Action("box_log", "state", "状況", "s", "どこまで読み、何を確かめられないか"),
    Action("box_log", "search", "検索", "slash", "利用者・対象・日時でさがす"),
    Action("box_log", "back", "戻る", "escape", "管理簿に戻る"),
    # 送受信
    Action("exchange", "sync", "今すぐ送受信", "enter,f10", "送るものを送り、届いたものを取り込む"),
    Action(
        "exchange", "take_in", "届いたものを取込", "i", "届いて待っているものを取り込む", Right.IMPORT_BUNDLE
    ),
    Action(
        "exchange",
        "medium",
        "※媒体を読む",
        "m",
        "区の窓口の応募を、手渡された媒体から取り込む",
        Right.INTAKE,
        _C,
    ),
    Action(
        "exchange",
        "carry",
        "媒体で受け渡す",
        "b",
        "封をした束を、運んできた媒体と受け渡す。区が受け取りだけできる回線のとき",
        Right.IMPORT_BUNDLE,
    ),
    Action(
        "exchange",
        "tell",
        "電話で伝える",
        "p",
        "受領・⑤・⑩を、一度きりの番号で電話で伝える。受け取りだけの回線のとき",
        Right.SEND,
        _W,
    ),
    Action(
        "exchange",
        "hear",
        "電話で受ける",
        "p",
        "区が電話で読み上げる一度きりの番号を受ける",
        Right.IMPORT_BUNDLE,
        _C,
    ),
    Action("exchange", "card", "自分の鍵カード", "k", "相手に渡す公開鍵のカードを書き出す", Right.PARTNER),
    Action(
        "exchange",
        "trust",
        "相手を登録",
        "t",
        "相手の鍵カードを読み、指紋を読み合わせて登録する",
        Right.PARTNER,
    ),
    Action(
        "exchange",
        "renew",
        "鍵を替える",
        "r",
        "両側の鍵を新しくする。相手に求める、または相手の求めに答える",
        Right.PARTNER,
    ),
    Action(
        "exchange", "doctor", "拠点の点検", "d", "この拠点の機械・保管庫・受渡しの場所を、1行ずつ確かめる"
    ),
    Action(
        "exchange", "aside", "束を外す", "", "取り込めない束を外し、証拠に残して相手に知らせる", Right.VOID
    ),
    Action(
        "exchange", "void", "束を取り消す", "", "相手が外した束を取り消す。中身は未送付に戻る", Right.VOID
    ),
    Action("checkup", "open", "くわしく", "enter", "1行を見る。合格でなければ、次にすることも"),
    Action("checkup", "back", "戻る", "escape", "送受信に戻る"),
    # 点検
    Action(
        "review",
        "open",
        "開く",
        "enter",
        "区が差し戻した応募、確認のあとに変わった応募を開く",
        Right.OPEN_RECORD,
        _C,
    ),
    Action("review", "confirm", "確認して次へ", "enter,space", "この人を確認し、次の人へ進む", Right.REVIEW),
    Action(
        "review", "undo", "取り消す", "u", "いまの答えを取り消して、前の人に戻る（送る前だけ）", Right.REVIEW
    ),
    Action("review", "return_", "差戻し", "r", "理由を選んで委託先に戻す", Right.REVIEW),
    Action(
        "review",
        "range",
        "一覧で答える",
        "l",
        "印刷した点検一覧の4文字と番号で答える。例: KTQM 1-25 7を除く",
        Right.REVIEW,
    ),
    Action(
        "review", "paper", "点検一覧を印刷", "p", "まだ答えていない人を、25人ずつのPDFにする", Right.REVIEW
    ),
    Action("review", "rest", "残りを全部確認", "a", "点検で問題のなかった残りの全員を確認する", Right.REVIEW),
    Action("review", "stage", "⑤／⑨", "t", "応募者の点検⑤と参加者の点検⑨を切り替える"),
    Action("review", "approve", "⑩承認", "", "参加者の確認が終わったことを委託先に伝える", Right.APPROVE),
    Action("review", "send", "送る", "s", "点検の結果を、封をして委託先へ送る用意をする", Right.SEND, _W),
    Action("review", "search", "検索", "slash", "カナ氏名・町名・受付番号でさがす"),
    Action("review", "sort", "並べ替え", "o", "並べ方を選ぶ。同じものをもう一度で逆順"),
    Action("review", "jump", "番号へ", "", "受付番号の行へ移る。数字とEnterでも"),
    *ERASURE,
    *INVENTORY,
    *BACKUP,
    *REGISTERS,
    *SECOND,
    *LOG,
)


def actions_of(place: str, actor: Actor) -> list[Action]:
    """What this person may do in a place, in the order of the table."""
    return [action for action in ACTIONS if action.place == place and action.open_to(actor)]


def bindings_of(place: str) -> list[BindingType]:
    """The bindings of a place. Rights are asked when the key comes (`Place.check_action`)."""
    return [
        Binding(action.keys or NO_KEY, action.name, action.words, show=False, id=action.id)
        for action in ACTIONS
        if action.place == place
    ]
