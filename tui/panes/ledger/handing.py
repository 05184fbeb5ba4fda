"""What is done from 媒体と紙: the windows of each step, asked one after the other, and the use case at their end."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path

from core.errors import UsageError
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, Content, Medium
from core.ledger.codes import Place as Where
from core.ledger.handover import RETRACT_WORDS, Stage
from core.office.choices import WHAT_WORDS, What
from core.office.custody_items import DATA, STEP_WORDS, Item, Step, entry_words, what_stands
from core.office.exporting import TO
from core.office.inventory import Copy
from core.roles import Right, Site
from tui.place import Place
from tui.prompt import Prompt
from tui.widgets.dialogs import Choice, Message, confirm

_SURE = {
    Step.BAG: "鞄に入れ、鍵をかけましたか。（鍵は別に運びます）",
    Step.GIVE: "相手に手渡しましたか。受渡票の両方に署名をもらってください。",
    Step.SEND_BACK: "相手に返しましたか。",
}


class Hands(Place):
    """What the sheet does with its hands."""

    @abstractmethod
    def refresh_rows(self) -> None:
        """Read the list anew."""

    # -- one thing ----------------------------------------------------------------------------------------

    async def handle(self, name: str, told: str, item: Item | None, copy: Copy | None) -> None:
        """Show one thing, and take the step that is chosen."""
        choices = self._choices(item, copy)
        if not choices:
            await self.ikiiki.ask(Message("媒体と紙", told))
            return
        answer = await self.ikiiki.ask(Choice("媒体と紙 — 次にすること", told, choices))
        if answer is None:
            return
        if answer in set(Step):
            assert item is not None, "a step is an item's"
            await self._step(Step(answer), item)
        elif answer in {"slip", "label", "notice"}:
            await self._paper(answer, name)
        elif answer == "return_by":
            await self._return_by(name)
        elif answer == "retract":
            assert item is not None, "a step is an item's"
            await self.take_back(item)
        else:
            assert copy is not None, "what lies here is a copy"
            await self._here(answer, copy)
        self.refresh_rows()

    def _choices(self, item: Item | None, copy: Copy | None) -> dict[str, str]:
        """What this person may do with it now."""
        found: dict[str, str] = {}
        if not self.actor.may(Right.LEDGER_ADD):
            return found
        if item is not None:
            found |= {step.value: STEP_WORDS[step] for step in item.steps}
            if item.giver is self.actor.site and item.stage not in (Stage.ENDED, Stage.BACK):
                found["slip"] = "受渡票をPDFにする"
                if item.medium in DATA:
                    found["label"] = "媒体のラベルをPDFにする"
                    if self.actor.may(Right.EXPORT) and item.stage not in (Stage.PREPARED, Stage.LOCKED):
                        found["notice"] = "パスワード通知書をPDFにする"
            if item.stage not in (Stage.ENDED, Stage.BACK):
                found["return_by"] = "返却期限を決める"
        if copy is not None and copy.here:
            found |= (
                {"stored": "鍵付き保管庫にしまった"}
                if copy.place is not Where.LOCKER
                else {"taken_out": "保管庫から出した"}
            )
            found["destroyed"] = "廃棄した（細断・破壊・消去）"
        elif copy is not None and copy.given:
            found["destroyed"] = "相手から廃棄の報告を受けた"
        if item is not None and item.mistake is not None:
            found["retract"] = "まちがえた記入を取り消す"
        return found

    async def take_back(self, item: Item) -> None:
        """The newest line of this side about a thing was a mistake: why, and one more line."""
        if item.mistake is None:
            self.say("この側の記入で、取り消せるものはありません")
            return
        words = f"{entry_words(item.mistake)}を取り消します。前の行は消えずに残り、取消しと理由が両側の管理簿に載ります。"
        reason = await self.ikiiki.ask(Choice(f"記入の取消し 控番号 {item.id}", words, RETRACT_WORDS))
        if reason is None:
            return
        left = self.office.custody.retract(item.id, reason)
        self.say(f"取り消しました。{what_stands(left)}")

    async def _step(self, step: Step, item: Item) -> None:
        custody = self.office.custody
        if step in _SURE:
            title = f"控番号 {item.id}"
            if await self.ikiiki.ask(confirm(title, _SURE[step], yes=STEP_WORDS[step], no="まだ")) != "yes":
                return
            by_name: dict[Step, Callable[[str], Item]] = {
                Step.BAG: custody.bag, Step.GIVE: custody.give, Step.SEND_BACK: custody.send_back,
            }  # fmt: skip
            self._done(by_name[step](item.id))
            return
        count = await self._count(f"{STEP_WORDS[step]}数", item.qty if step is Step.BACK else None)
        if count is None:
            return
        by_count: dict[Step, Callable[[str, int], Item]] = {
            Step.TAKE: custody.take, Step.SIGNED: custody.signed, Step.RECOUNT: custody.recount, Step.BACK: custody.back,
        }  # fmt: skip
        self._done(by_count[step](item.id, count))

    def _done(self, item: Item) -> None:
        if item.differs:
            self.say(
                f"記入しました。数が違います（渡した側 {item.qty}、受けた側 {item.taken}）。相手に電話してください"
            )
        else:
            self.say("記入し、署名しました")

    async def _here(self, deed: str, copy: Copy) -> None:
        inventory = self.office.inventory
        if deed == "destroyed":
            most = copy.here or copy.given
            count = await self._count("廃棄した数", most)
            if count is None:
                return
            inventory.destroyed(copy.id, count)
        else:
            (inventory.stored if deed == "stored" else inventory.taken_out)(copy.id)
        self.say("記入し、署名しました")

    async def _return_by(self, name: str) -> None:
        answer = await self.ikiiki.ask(
            Prompt(
                "返却期限",
                "ラベルや受渡票にある日を入力してください。",
                placeholder="例 2026-05-31",
                check=_no_day,
            )
        )
        if answer:
            item = self.office.custody.return_by(name, dt.date.fromisoformat(answer.strip()))
            self.say(f"控番号 {item.id}: 返却期限 {item.return_by}")

    async def _paper(self, kind: str, name: str) -> None:
        words = {"slip": "受渡票", "label": "媒体のラベル", "notice": "パスワード通知書"}[kind]
        note = (
            "印刷したら、このファイルを消してください。媒体と同じ場所、受渡しフォルダには書けません。"
            if kind == "notice"
            else "個人情報は含みません。"
        )
        file = f"{words}-{name[:4]}.pdf"
        answer = await self.ikiiki.ask(
            Prompt(words, f"{note}\n書き出す場所と名前:", value=str(self.ikiiki.config.folder / file))
        )
        if not answer:
            return
        session, path = self.session, self.ikiiki.path(answer)
        if kind == "notice":
            item = await self.ikiiki.run_job(
                words, lambda progress: session.write_password_notice(path, name), stoppable=False
            )
            self.say(f"書き出しました。通知書の控番号 {item.id}")
            return
        write = session.write_slip if kind == "slip" else session.write_label
        await self.ikiiki.run_job(words, lambda progress: write(path, name), stoppable=False)
        self.say(f"書き出しました: {words}")

    # -- something new ------------------------------------------------------------------------------------

    async def hand_forms(self) -> None:
        """※ on paper: count, note, and the 受渡票."""
        count = await self._count("窓口の応募用紙の枚数", None)
        if count is None:
            return
        item = self.office.custody.prepare_forms(count)
        self.refresh_rows()
        await self._paper("slip", item.id)
        self.refresh_rows()

    async def take_by_number(self) -> None:
        """Something was handed over: its number, what it is where its giver's line has not come, how many."""
        answer = await self.ikiiki.ask(
            Prompt(
                "受け取る — 控番号",
                "受渡票か媒体のラベルの控番号を入力してください。",
                check=self._no_number,
            )
        )
        if not answer:
            return
        name, custody = answer.strip().upper(), self.office.custody
        known = custody.awaited(name)
        content: Content | None = known.content if known else None
        medium: Medium | None = known.medium if known else None
        if known is None:
            kinds = {"forms": "応募用紙（紙）"} if self.actor.site is Site.CONTRACTOR else {}
            kinds |= {
                f"{one.value} {on.value}": f"{CONTENT_WORDS[one]}（{MEDIUM_WORDS[on]}）"
                for one in (Content.APPLICATIONS, Content.PARTICIPANTS, Content.LEDGER)
                for on in (Medium.USB, Medium.DISC)
            }
            kinds |= {"password_notice paper": "パスワード通知書（紙）"}
            chosen = await self.ikiiki.ask(
                Choice(
                    "受け取る — 何を",
                    "渡した側の記入はまだ届いていません。受渡票のとおりに選んでください。",
                    kinds,
                )
            )
            if chosen is None:
                return
            if chosen != "forms":
                first, _, second = chosen.partition(" ")
                content, medium = Content(first), Medium(second)
        count = await self._count("受け取って数えた数（鞄の施錠も確かめてから）", None)
        if count is not None:
            self._done(custody.take(name, count, content=content, medium=medium))
            self.refresh_rows()

    def _no_number(self, text: str) -> str:
        """Said at once, before anything else is asked."""
        try:
            if text.strip():
                self.office.custody.awaited(text)
        except UsageError as error:
            return f"{error.what}。{error.next_step}"
        return ""

    async def export_medium(self) -> None:
        """What, to whom, on what, until when, where: then one file."""
        ask = self.ikiiki.ask
        what = await ask(
            Choice("書き出す — 何を", "", {one.value: words for one, words in WHAT_WORDS.items()})
        )
        if what is None:
            return
        outing = ""
        if what == What.OUTING.value:
            outings = {one.code: f"{one.code} {one.place}" for one in self.office.participants.outings()}
            chosen = await ask(Choice("書き出す — どの回", "", outings))
            if chosen is None:
                return
            outing = chosen
        to = await ask(Choice("書き出す — 渡す先", "", {one.value: PLACE_WORDS[one] for one in TO}))
        if to is None:
            return
        media = {one.value: MEDIUM_WORDS[one] for one in (Medium.USB, Medium.DISC)}
        medium = await ask(Choice("書き出す — 媒体", "", media))
        if medium is None:
            return
        by = await ask(
            Prompt(
                "返却期限",
                "空のままなら、事業の設定のとおりです。",
                placeholder="例 2026-05-31",
                check=_no_day,
            )
        )
        if by is None:
            return
        day = dt.date.fromisoformat(by.strip()) if by.strip() else None
        answer = await ask(
            Prompt(
                "書き出す — 媒体の場所",
                f"{WHAT_WORDS[What(what)]}を、パスワード付きの1つのファイルにします。"
                "パスワードは表示しません。媒体を渡したあとで通知書を印刷します。\n媒体のフォルダ:",
                value=str(self.ikiiki.medium),
            )
        )
        if not answer:
            return
        session, folder = self.session, self.ikiiki.path(answer)

        def write() -> Item:
            draft = session.office.exporting.draft(
                What(what), Where(to), Medium(medium), outing=outing, return_by=day
            )
            return session.export_medium(folder, draft)

        item = await self.ikiiki.run_job("媒体に書き出す", lambda progress: write(), stoppable=False)
        self.ikiiki.medium = Path(folder)
        self.refresh_rows()
        self.say(f"書き出しました。控番号 {item.id}")

    async def _count(self, title: str, usual: int | None) -> int | None:
        answer = await self.ikiiki.ask(
            Prompt(
                title, "数を入力してください。", value="" if usual is None else str(usual), check=_no_count
            )
        )
        return int(answer) if answer else None


def _no_count(text: str) -> str:
    return "" if text.isdecimal() and 0 < int(text) <= 999_999 else "1から999999までの数字で"


def _no_day(text: str) -> str:
    try:
        if text.strip():
            dt.date.fromisoformat(text.strip())
    except ValueError:
        return "例 2026-05-31 のように入力してください"
    return ""
