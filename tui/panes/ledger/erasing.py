"""消去 from 管理簿: what will go and what stays in words, then the step that is this person's to take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.office.choices import UNPRINTED_REASONS
from core.office.erasing_words import plan_words, where_it_stands
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message, confirm

if TYPE_CHECKING:
    from core.office.erasing import Plan
    from tui.place import Pane


async def erasing(pane: Pane) -> None:
    """The whole window, as one flow of `pane`. Raises what the use case refuses."""
    app, session = pane.ikiiki, pane.session
    plan = await app.run_job("写しを数える", lambda progress: session.erasure_plan())
    await app.ask(Message("消去すると", "\n".join(plan_words(plan, False, _rows))))
    chosen = await app.ask(Choice("消去", where_it_stands(plan, False), _choices(pane, plan)))
    desk = pane.office.erasing
    if chosen == "propose":
        words = (
            "消去を発議します。まだ何も消えません。\n"
            "別の取扱責任者が7日以内に決裁すると、消去できるようになります。あなたの署名で管理簿に残ります。"
        )
        if await app.ask(confirm("消去の発議", words, yes="発議する")) == "yes":
            await app.run_job("発議", lambda progress: session.propose_erasure())
            pane.say("発議しました。ほかの取扱責任者が、自分でログインして決裁します")
    elif chosen == "confirm":
        words = "この消去を決裁します。まだ何も消えませんが、このあと実行すると元に戻せません。"
        if (typed := await _name(pane, "消去の決裁", words)) is not None:
            desk.confirm(typed)
            pane.say("決裁しました。消去を実行できます")
    elif chosen == "drop":
        desk.drop()
        pane.say("発議を取りやめました")
    elif chosen == "run":
        reason = await _unprinted(pane, plan)
        if reason is None:
            return
        words = (
            "いま消去します。元に戻せません。応募者・参加者の記録、受渡しの場所の束、書き出したPDFが消えます。\n"
            "管理簿・操作ログ・公表した抽選の記録は、別の保管庫に残ります。"
        )
        if (typed := await _name(pane, "消去の実行", words)) is not None:
            name = typed
            told = await app.run_job(
                "消去", lambda progress: session.erase(name, progress, unprinted=reason), stoppable=False
            )
            app.call_later(app.lock, told)
            await (
                asyncio.get_running_loop().create_future()
            )  # the lock ends this, with all else of the old vault


async def _unprinted(pane: Pane, plan: Plan) -> str | None:
    """Why the registers may go without having been printed; "" where they were, None for going back to print them."""
    if not plan.unprinted:
        return ""
    words = (
        f"台帳（{plan.registers}件）は消去で消えますが、最後の記入のあと、監査の報告を印刷していません。\n"
        "F7 → d → F8 の「監査の報告」で印刷できます。印刷しないときは、理由が消去報告書に載ります。"
    )
    back = {"": "戻って、監査の報告を印刷する"}
    return await pane.ikiiki.ask(Choice("台帳が印刷されていません", words, back | UNPRINTED_REASONS)) or None


async def _name(pane: Pane, title: str, words: str) -> str | None:
    return await pane.ikiiki.ask(Prompt(title, f"{words}\nよければ、事業の名前をそのまま入力してください:"))


def _choices(pane: Pane, plan: Plan) -> dict[str, str]:
    agreement = plan.agreement
    choices = {"no": "何もしないで戻る"}
    if agreement is None or plan.over:
        return choices | {"propose": "発議する（1人目）"}
    if not agreement.confirmed:
        if agreement.proposed_by != pane.actor.staff_id:
            choices["confirm"] = "決裁する（2人目）"
    else:
        choices["run"] = "実行する"
    return choices | {"drop": "発議を取りやめる"}


def _rows(rows: list[tuple[str, ...]]) -> str:
    return "\n".join("  ".join(row) for row in rows) or "  （なし）"
