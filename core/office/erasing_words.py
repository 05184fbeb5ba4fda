"""The plan of an erasure in words, the same on the screen and by the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.erasure.copies import HOW_WORDS, KIND_WORDS
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, UNIT_WORDS
from core.office.erasing import Plan
from core.office.places import former_words

STAYS = "残るもの: 両方の管理簿、操作ログ、取扱者名簿、公表した抽選の記録、消去の記録。個人情報は含みません"
Columns = Callable[[list[tuple[str, ...]]], str]


def plan_words(plan: Plan, erased: bool, columns: Columns) -> Iterator[str]:
    """Lines. `columns` aligns rows of cells."""
    if erased:
        yield "この保管庫は、消去のあとに残したものです。応募者と参加者の記録はありません"
    else:
        yield "消えるもの"
        for group in plan.groups:
            size = f"、{group.size:,}バイト" if group.size else ""
            yield f"  {KIND_WORDS[group.kind]}: {group.count}件{size}"
            yield f"    {HOW_WORDS[group.kind]}"
        yield "  受渡しの場所に置いた束: 実行するときに一覧を取り、ごみ箱と古い版まで消す"
        for place in plan.former:
            yield f"  前に使った受渡しの場所 {former_words(place)}: 人が束を消し、ごみ箱まで空にする"
        if plan.registers:
            yield f"  台帳（連絡先、訓練、事故など）: {plan.registers}件。監査の報告（ikiiki papers audit）が、残る紙になる"
        yield STAYS
    if erased:
        for place in plan.former:
            yield f"前に使った受渡しの場所 {former_words(place)}: 束が残っていないか見て、下の「送受信の束」に記録する"
    yield "人が自分の目で見て廃棄し、ikiiki erase tick で記録するもの"
    yield columns(
        [
            (
                f"  {copy.id}", CONTENT_WORDS[copy.content], MEDIUM_WORDS[copy.medium],
                f"手もと {copy.here}{UNIT_WORDS[copy.unit]}", f"相手方 {copy.given}{UNIT_WORDS[copy.unit]}",
            )
            for copy in plan.copies
        ]
    )  # fmt: skip
    for obstacle in plan.obstacles:
        yield f"先に済ませること: {obstacle}"
    if plan.unprinted and not erased:
        yield "先に済ませること: 監査の報告を印刷する（最後に台帳へ記入したあと、まだ印刷していない）"
    if plan.early and not erased:
        yield f"注意: 消去の期限 {plan.early} より前です"
    yield where_it_stands(plan, erased)


def where_it_stands(plan: Plan, erased: bool) -> str:
    """Who has agreed, and what comes next."""
    agreement = plan.agreement
    if erased:
        return "いまの状態: 消去済み"
    if agreement is None:
        return "いまの状態: まだ発議されていません（取扱責任者2人の発議と決裁が要ります）"
    if plan.over:
        return f"いまの状態: {agreement.proposed_by} の発議は期限を過ぎました。もう一度発議してください"
    until = f"{agreement.until:%Y-%m-%d %H:%M}"
    if not agreement.confirmed:
        return (
            f"いまの状態: {agreement.proposed_by} が発議しました。ほかの取扱責任者が {until} までに決裁します"
        )
    return f"いまの状態: {agreement.proposed_by} が発議し、{agreement.confirmed_by} が決裁しました。{until} までに実行します"
