"""The actions of the registers, of what is due, and of the papers; a part of `tui.actions`."""

from __future__ import annotations

from core.roles import Right, Site
from tui.action import Action

REGISTERS: tuple[Action, ...] = (
    Action("ledger", "print", "印刷", "", "管理簿、取扱者の届出を、PDFかXLSXにする", Right.LEDGER_READ),
    Action("lottery", "print", "抽選の記録を印刷", "", "手順・席の決まり方・確認番号を、PDFかXLSXにする", Right.LEDGER_READ),
    Action(
        "outing", "roster", "名簿を印刷", "", "当日の名簿と出欠表（氏名・電話番号が入ります）を、PDFかXLSXにする", Right.PAPERS,
        Site.CONTRACTOR,
    ),
    Action(
        "review", "duties", "すること", "d", "点検・訓練・更新などの期限、台帳、事故、監査の報告", Right.LEDGER_READ
    ),
    Action(
        "review", "requests", "消去の依頼", "", "消去の依頼に区が答え、委託先は答えを見る", Right.ERASE
    ),
    Action("review", "report", "点検の報告を印刷", "", "⑤⑨の状況と差戻しを、PDFかXLSXにする", Right.LEDGER_READ),
    # すること
    Action("duties", "open", "くわしく", "enter", "1行を見る。こちらのすることなら、そのまま記入できる"),
    Action("duties", "new", "台帳に記入", "n", "済んだことを台帳に記入し、署名する", Right.LEDGER_ADD),
    Action("duties", "registers", "台帳を見る", "l", "台帳を選んで、記入されたものを見る"),
    Action("duties", "audit", "監査の報告を印刷", "", "検証・期限・事故・台帳などを1つにまとめる", Right.ACCESS_LOG),
    Action("duties", "back", "戻る", "escape", "点検に戻る"),
    # 台帳
    Action("register", "open", "くわしく", "enter", "1件を見る。事故なら、連絡や報告を記録できる"),
    Action("register", "new", "記入", "n", "新しく記入する。同じ名前のものは新しい版になる", Right.LEDGER_ADD),
    Action("register", "end", "終わりにする", "", "やめた再委託先などを、台帳で終わりにする", Right.LEDGER_ADD),
    Action("register", "back", "戻る", "escape", "「すること」に戻る"),
    # 台帳の記入
    Action("entering", "change", "入力・選択", "enter", "この項目を入力する、または選ぶ"),
    Action("entering", "save", "署名して記入", "f10,ctrl+s", "台帳に記入し、管理簿に自分の鍵で署名する"),
    Action("entering", "back", "やめる", "escape", "何も記入せずに戻る"),
)  # fmt: skip
