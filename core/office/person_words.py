"""What is said about one person's rights, the same on the screen and by the command."""

from __future__ import annotations

from core.office.choices import DECLINE_REASONS
from core.office.erase_answers import Asked


def disclosed_words(copy: str, file: str = "") -> str:
    """`file`: where it lies, for whoever did not choose the place just now."""
    where = f": {file}" if file else ""
    return f"書き出しました{where}（控番号 {copy}）。本人だけに渡してください"


def erased_words(number: int, asking: bool) -> list[str]:
    """What was done, and what comes next. `asking`: the ward holds the person too."""
    return [
        f"消去しました: 受付番号 {number:04}（番号と状態だけが残ります）",
        ASKING if asking else "区には送っていない人です。区の保管庫にはなく、区に依頼することはありません",
    ]


ASKING = (
    "次にすること: F2 の「③送る」（ikiiki intake send）と送受信（sync）で、区に消去を依頼する。"
    "区の取扱責任者が同意すると、区の保管庫からも消える。答えは F7 の「消去の依頼」（ikiiki person requests）で見る"
)


BEFORE_ERASING = (
    "この人の氏名・生年月日・住所・電話番号・メール・希望・グループを、過去の版と元の記載からも消します。元に戻せません。",
    "入力の途中の応募（下書き）は、だれのものか分からないため、全員のものを消します。",
    "受付番号と状態、公表した抽選の記録は残ります。公表した記録がこの人のものだったことは、もう示せません。",
)


NO_REQUESTS = "答えていない消去の依頼はありません"
BEFORE_AGREEING = (
    "同意すると、区の保管庫からも、この人の氏名・生年月日・住所・電話番号・メール・希望・グループを、過去の版まで消します。元に戻せません。",
    "本人が申し出たことかどうか、心当たりがなければ、同意する前に本人か委託先に確かめてください。",
)


BEFORE_DECLINING = (
    "断ると、区の保管庫の記録はそのまま残ります。断ったことと理由は、次の束で委託先に伝わります。"
)


def declined_words(number: int, reason: str) -> str:
    """The ward keeps what it has. `reason`: a code of `DECLINE_REASONS`."""
    return (
        f"消去の依頼を断りました: 受付番号 {number:04}（{DECLINE_REASONS[reason]}）。何も消していません。"
        "次の送受信（sync）で委託先に伝わります"
    )


NOTHING_ASKED = "区に消去を依頼した人はいません"


def asked_words(one: Asked) -> str:
    """One request, at the contractor."""
    return f"受付番号 {one.number:04}  {one.words}"


BEFORE_ASKING = (
    "区に断った理由のくわしいことを聞き、本人にも確かめてから、もう一度依頼してください。",
    "依頼しないときは、そのままで構いません。区の記録は、契約の終わりの消去まで区に残ります。本人に知らせてください。",
)


def asking_words(number: int) -> str:
    """The ward will be asked once more."""
    return f"もう一度依頼します: 受付番号 {number:04}。F2 の「③送る」（ikiiki intake send）と送受信（sync）で区に届きます"


def agreed_words(number: int) -> str:
    """The ward has erased this person too."""
    return f"区の保管庫からも消去しました: 受付番号 {number:04}（番号と状態だけが残ります）"
