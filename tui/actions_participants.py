"""The actions of the 参加者 pane and its sheets: a part of the one table (`tui.actions`)."""

from __future__ import annotations

from core.roles import Right, Site
from tui.action import Action

_C = Site.CONTRACTOR

PARTICIPANTS: tuple[Action, ...] = (
    # 参加者
    Action("participants", "outing", "回を選ぶ", "enter", "回ごとの参加者と補欠を見る"),
    Action("participants", "chart", "図", "c", "当選と補欠、希望の順、出欠を図で見る"),
    Action(
        "participants", "send", "⑦送る", "s", "参加者の一覧を、封をして区へ送る用意をする", Right.SEND, _C
    ),
    Action(
        "participants",
        "notices",
        "⑪通知",
        "t",
        "参加証・落選通知などを、はがき・封書・メールで送り、発送を記録する",
        Right.PAPERS,
        _C,
    ),
    Action(
        "participants",
        "late",
        "締切後の人を加える",
        "l",
        "区が確認した締切後の応募を、抽選した全員の後ろに加える",
        Right.PARTICIPANTS,
        _C,
    ),
    # 1回の参加者
    Action(
        "outing",
        "attend",
        "出席",
        "space",
        "出席にする。もう一度で欠席（開催日から）",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "absent",
        "欠席",
        "x",
        "連絡なく来なかった人を欠席にする（開催日から）",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "no_shows",
        "残りを欠席",
        "z",
        "出欠をまだ記録していない参加者を、まとめて欠席にする（開催日から）",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "phones",
        "電話の一覧",
        "p",
        "電話番号だけの一覧を開く（操作ログに残ります）",
        Right.OPEN_RECORD,
    ),
    Action(
        "outing",
        "cancel",
        "辞退（全回）",
        "w",
        "事業への参加をやめる。補欠は抽選順に繰り上がる",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "decline",
        "この回の辞退",
        "d",
        "この回だけを辞退する。補欠は抽選順に繰り上がる",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "shrink",
        "組のこの人だけ辞退",
        "m",
        "組のうちこの人だけが辞退する。組のほかの人の席はそのまま",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "reserve",
        "優先枠を割り当てる",
        "",
        "区の指示により、この補欠の人（組のときは全員）に区優先枠の席を割り当てる",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "release",
        "優先枠を開放する",
        "r",
        "区優先枠の席を補欠の順に開放する（開放日から）",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "disqualify",
        "差戻しによる取消",
        "",
        "区が⑨で差し戻した人の参加を取り消す",
        Right.PARTICIPANTS,
        _C,
    ),
    Action(
        "outing",
        "reprint",
        "通知をもう一度",
        "t",
        "この人の通知を、もう一度はがきか封書のPDFにする（操作ログと管理簿に残ります）",
        Right.PAPERS,
        _C,
    ),
    Action(
        "outing",
        "bounced",
        "通知が戻った",
        "",
        "この人に送った通知が不着で戻ったことを記録する。次の紙に入る",
        Right.PAPERS,
        _C,
    ),
    Action("outing", "close", "回の中止", "", "雨天などで回を中止する", Right.PARTICIPANTS, _C),
    Action("outing", "search", "検索", "slash", "カナ氏名・町名・受付番号でさがす"),
    Action("outing", "back", "戻る", "escape", "回の一覧に戻る"),
    Action("outing", "sort", "並べ替え", "o", "並べ方を選ぶ。同じものをもう一度で逆順"),
    Action("outing", "jump", "番号へ", "", "受付番号の行へ移る。数字とEnterでも"),
)
