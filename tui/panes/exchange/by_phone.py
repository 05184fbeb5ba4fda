"""電話で伝える・電話で受ける: the two ends of a call, for a ward that may only download.

First both people compare a value, then the ward reads out a one-time code and the contractor types what it hears.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import Refused
from core.exchange.codes import CodeKind, hear
from core.office.by_phone import Told
from core.office.saying import KIND_WORDS, Said
from tui.place import Place, flow
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message

SHOWN = 4
"""How many values fit above the line to type into."""


class ByPhoneActions(Place):
    """The actions `tell` and `hear` of the 送受信 pane."""

    @flow
    async def action_tell(self) -> None:
        kind = await self._kind("電話で伝える", "委託先に電話をかけ、何を伝えるかを言ってから選びます。")
        if kind is None:
            return
        (said,) = self.office.by_phone.sayable(kind)
        words = (
            f"{said.sentence}\n\n照合の値  {said.value}\n\n"
            "相手にも「電話で受ける」を開いてもらい、相手の画面の値と読み合わせます。\n"
            "違うときは、番号を出しません（受け取りや送り忘れがないかを確かめます）。"
        )
        choices = {
            "no": "違う・やめる",
            "yes": "同じ。番号を出す",
            "another": "同じ。次の番号を出す（「使われた番号」と言われたとき）",
        }
        answer = await self.ikiiki.ask(Choice("照合の値を読み合わせる", words, choices, start="no"))
        if answer not in ("yes", "another"):
            return
        by_phone = self.office.by_phone
        told = await self.ikiiki.run_job(
            "番号を出す",
            lambda _: by_phone.tell(kind, agreed=said.hash, another=answer == "another"),
            stoppable=False,
        )
        self.ikiiki.refresh_state()
        await self.ikiiki.ask(Message("番号を読み上げる", told_words(told)))

    @flow
    async def action_hear(self) -> None:
        kind = await self._kind("電話で受ける", "区が何を伝えるかを聞いて選びます。")
        if kind is None:
            return
        by_phone = self.office.by_phone
        found = by_phone.sayable(kind)
        typed = await self.ikiiki.ask(
            Prompt(
                "区の番号を聞いて入力する",
                f"{values_words(found)}\n値が区の画面と同じなら、区が読み上げる26文字を入力してください。",
                placeholder="例 XXXX XXXX XXXX XXXX XXXX XXXX XX",
                check=_complaint,
            )
        )
        if typed is None:
            return
        heard = await self.ikiiki.run_job(
            "番号を受ける", lambda _: by_phone.hear(kind, typed), stoppable=False
        )
        self.ikiiki.refresh_state()
        await self.ikiiki.ask(
            Message(
                "受けました",
                f"第{heard.index}番を受けました。\n{heard.said.sentence}\n\n"
                "管理簿に載りました。同じ内容の束が、あとから媒体で届きます。",
            )
        )

    async def _kind(self, title: str, text: str) -> CodeKind | None:
        choices = {kind.value: KIND_WORDS[kind] for kind in self.office.by_phone.kinds()}
        answer = await self.ikiiki.ask(Choice(title, text, choices))
        return None if answer is None else CodeKind(answer)


def told_words(told: Told) -> str:
    """What the ward's person reads out."""
    return (
        f"{told.said.sentence}\n照合の値  {told.said.value}\n\n"
        f"番号（第{told.index}番）\n\n    {told.code}\n\n"
        "4文字ずつ、ゆっくり読み上げます。0は「ゼロ」、1は「いち」です。\n"
        "一度しか使えません。聞き返されたら、同じものをもう一度読みます。"
    )


def values_words(found: Sequence[Said]) -> str:
    """The values of this site, the newest first."""
    lines = [f"照合の値  {said.value}\n  {said.sentence}" for said in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"  ほかに、古いほうへ {len(found) - SHOWN}件（番号を入れれば、合うものを探します）")
    return "\n".join(lines) + "\n"


def _complaint(typed: str) -> str:
    """A slip of tongue or fingers is told while the other person is still on the line."""
    try:
        hear(typed)
    except Refused as error:
        return f"{error.what}。{error.next_step}"
    return ""
