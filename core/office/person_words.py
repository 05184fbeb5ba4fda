"""What is said about one person's rights, the same on the screen and by the command."""

from __future__ import annotations


def disclosed_words(copy: str, file: str = "") -> str:
    """`file`: where it lies, for whoever did not choose the place just now."""
    where = f": {file}" if file else ""
    return f"書き出しました{where}（控番号 {copy}）。本人だけに渡してください"


def erased_words(number: int) -> list[str]:
    """What was done, and what comes next."""
    return [
        f"消去しました: 受付番号 {number:04}（番号と状態だけが残ります）",
        "次にすること: F2 の「③送る」（ikiiki intake send）と送受信（sync）で、区に消去を依頼する。"
        "区の取扱責任者が同意すると、区の保管庫からも消える",
    ]


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


def agreed_words(number: int) -> str:
    """The ward has erased this person too."""
    return f"区の保管庫からも消去しました: 受付番号 {number:04}（番号と状態だけが残ります）"
