"""束を外す・束を取り消す: the two halves of what sets a channel going again that a refused bundle has stopped."""

from __future__ import annotations

from core.office.choices import ASIDE_WORDS, AsideReason
from tui.place import Place, flow
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message

_STAYS = "no"


class RefusedActions(Place):
    """The actions `aside` and `void` of the 送受信 pane."""

    @flow
    async def action_aside(self) -> None:
        refusals = self.office.refusals
        standing = refusals.standing()
        if not standing.refused:
            await self.ikiiki.ask(Message("束を外す", _nothing([one.sentence for one in standing.steps])))
            return
        name = standing.refused[0]
        words = (
            f"束 {name} を、取り込まずに外します。\n"
            "先に相手の取扱責任者へ電話し、直して送り直せないかを確かめてください。\n"
            "外した束は証拠として残り、あなたの署名で管理簿に載ります。\n"
            "元には戻せません。相手が取り消すまで、後の束は取り込めません。"
        )
        reasons = {code.value: words for code, words in ASIDE_WORDS.items()}
        answer = await self.ikiiki.ask(
            Choice("束を外す — なぜ取り込めませんか", words, {_STAYS: "外さない", **reasons}, start=_STAYS)
        )
        if answer in (None, _STAYS):
            return
        await self.ikiiki.run_job(
            "束を外す", lambda _: refusals.set_aside(name, AsideReason(answer)), stoppable=False
        )
        self.ikiiki.refresh_state()
        await self.ikiiki.ask(
            Message(
                "外しました",
                f"束 {name} を外しました。\n\n"
                "送受信をして相手に知らせ、相手の取扱責任者に「束を取り消す」を頼んでください。",
            )
        )

    @flow
    async def action_void(self) -> None:
        standing = self.office.refusals.standing()
        if not standing.to_void and standing.aside:
            await self._void_by_phone()
            return
        if not standing.to_void:
            await self.ikiiki.ask(Message("束を取り消す", _nothing([one.sentence for one in standing.steps])))
            return
        name, step = str(standing.to_void[0].bundle), standing.steps[0]
        words = (
            f"{step.sentence}\n\n"
            "先に相手の取扱責任者へ電話し、わけを確かめてください。\n"
            "この束と、そのあとに封をした束をまとめて取り消します。中身は未送付に戻ります。\n"
            "あなたの署名で管理簿に載ります。元には戻せません。"
        )
        answer = await self.ikiiki.ask(
            Choice("束を取り消す", words, {_STAYS: "取り消さない", "yes": "取り消す"}, start=_STAYS)
        )
        if answer != "yes":
            return
        await self._void(name)

    async def _void_by_phone(self) -> None:
        """Both channels are stopped: the word that the partner set a bundle aside cannot come either."""
        name = await self.ikiiki.ask(
            Prompt(
                "束を取り消す",
                "相手が外した知らせは届いていません。こちらも相手の束を外したため、\n"
                "届くはずのものが止まっているのかもしれません。\n"
                "相手の取扱責任者に電話し、相手が外した束の番号を聞いて入力してください。",
                placeholder="例 1-cw-00000003",
            )
        )
        if name:
            await self._void(name.strip(), by_phone=True)

    async def _void(self, name: str, *, by_phone: bool = False) -> None:
        voiding = self.office.voiding
        sent = await self.ikiiki.run_job(
            "束を取り消す", lambda _: voiding.void(name, by_phone=by_phone), stoppable=False
        )
        self.ikiiki.refresh_state()
        await self.ikiiki.ask(
            Message(
                "取り消しました",
                f"{sent.counts['bundles']}束を取り消しました。\n\n"
                "送受信をし、未送付に戻ったものを、画面の「つぎ」のとおりに送ってください。",
            )
        )


def _nothing(steps: list[str]) -> str:
    return "\n\n".join(["ここですることはありません", *steps])
