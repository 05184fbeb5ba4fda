"""`ikiiki restore`: a vault that goes on from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.asking import password
from cli.options import Json, remember, staff_id
from cli.saying import say
from cli.terminal import terminal_name
from core.roles import SITE_WORDS


def register(app: typer.Typer) -> None:
    app.command("restore")(restore)


def restore(
    backup: Annotated[Path, typer.Argument(help="控えのファイル（.ikb）")],
    to: Annotated[
        Path, typer.Argument(help="新しい保管庫のフォルダ（まだないもの）。いまの保管庫は消さない")
    ],
    declare: Annotated[
        bool, typer.Option("--declare", help="控えのあとの変更を諦め、前の保管庫をこの端末で開けなくしてよい")
    ] = False,
    as_json: Json = False,
) -> None:
    """控えから保管庫を復元し、そこから続ける。取扱責任者の、控えを取ったときのパスワードで開く。

    ほかの版のikiikiが取った控えは、いまの版に更新する。復元したことは管理簿に残る。
    """
    remember(as_json)
    from cli import backing
    from core.office.unsettled import SHORTEST_HEAD

    done = backing.restore(
        backup,
        to,
        staff_id(),
        password("控えを取ったときのパスワード"),
        declared=declare,
        terminal=terminal_name(),
    )
    lost = (
        "この端末は前の保管庫を見ていないため、失われた変更は分かりません"
        if done.lost is None
        else f"控えのあとに失われた変更: {done.lost}回"
    )
    words = [
        f"復元しました: {done.folder}（{SITE_WORDS[done.site]}の管理簿 {done.ledger}行、末尾の符号 {done.head[:SHORTEST_HEAD]}）",
        lost,
        f"ログインできる人（控えを取った日の職員）: {'、'.join(done.staff)}。そのあと外した人がいれば、"
        + ("照らしたあとで外してください" if done.unsettled else "いま外してください"),
    ]
    if done.unsettled:
        words.append(
            "次にすること: 相手に送受信を済ませてもらってから電話し、相手が ikiiki ledger told で出す行数と符号を聞いて、"
            "ikiiki ledger settle で照らす。それまで、見ることはできますが、記録も取込みも送付もできません。"
            "相手のほうが先まで持っていたら、上の行数と符号を伝え、相手が ikiiki ledger hand-back で書き出すファイルを、"
            "ikiiki ledger take-back で取り戻す"
        )
    say(
        {
            "vault": str(done.folder), "site": done.site.value, "ledger": done.ledger, "head": done.head, "staff": list(done.staff),
            "lost": done.lost, "unsettled": done.unsettled,
        },
        "\n".join(words),
    )  # fmt: skip
