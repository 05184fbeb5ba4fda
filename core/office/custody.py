"""Carrying by hand ※ C7 C8: what is prepared, put into a locked bag, given, signed for, brought back; one ledger line each.

The other site's line comes with its next bundle. Where the receiver has no vault, its signature on the 受渡票 is entered here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from core.choosing import one_of
from core.errors import Refused, UsageError
from core.exchange.strict import ID10, MAX_INTEGER
from core.ledger.codes import CARRIED, Act, Content, Medium, Place, Unit
from core.ledger.handover import RETRACT_WORDS, Stage
from core.office.carried import carried, tell_soon
from core.office.custody_items import DATA, STEP_WORDS, Item, Step, items_of, keyed_of, need_given_before
from core.office.desk import Desk, programme_of
from core.office.inventory import REF, SHORTEST, new_copy
from core.office.kept import Kept, forget_password, keep, kept_of
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.seating import today
from core.roles import Right, Site


class Custody:
    """The use cases of 媒体と紙 and `ikiiki handover`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, *, everything: bool = False) -> list[Item]:
        """What is under way and is this site's, or is coming to it; with `everything` whatever either ledger tells of."""
        site = self._desk.actor.site
        with self._desk.reading(Right.LEDGER_READ) as tx:
            found = items_of(tx, site)
        over = (Stage.ENDED, Stage.BACK)
        return [one for one in found if everything or (one.stage not in over and one.concerns(site))]

    def keyed(self) -> Sequence[str]:
        """At the contractor, a sentence on the counter's forms: how many were received, how many have been keyed."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            if self._desk.actor.site is Site.WARD:
                return ()
            return keyed_of(tx, items_of(tx, Site.CONTRACTOR))

    def find(self, name: str) -> Item:
        """The thing with that 控番号, or the only one that begins so. Raises `UsageError`."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return self._need(tx, name)

    def prepare_forms(self, count: int) -> Item:
        """※ on paper, at the ward: so many forms taken at the counter, not keyed, are to go to the contractor."""
        site = self._desk.actor.site
        with self._desk.writing(Right.DESK) as tx:
            if site is not Site.WARD:
                raise Refused("窓口の応募用紙を渡すのは区です")
            _require_count(count)
            name = new_copy(self._desk)
            keep(tx, name, Kept(programme_of(tx).retention_end, to=Place.CONTRACTOR))
            write_line(
                self._desk, tx, Act.INTAKE, Content.FORMS, count, Unit.SHEETS, medium=Medium.PAPER,
                from_=Place.APPLICANTS, to=Place.WARD_DESK, handover=name, ref=REF + name,
            )  # fmt: skip
            self._desk.log(tx, "handover_forms", f"{name} n={count}")
            return self._need(tx, name)

    def bag(self, name: str) -> Item:
        """C8: it lies in the bag, and the bag is locked. A notice and a data medium never lie in one bag (C7)."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            item = self._next(tx, name, Step.BAG)
            self._need_medium_given(tx, item, "鞄に入れられません")
            if any(self._apart(item, other) for other in items_of(tx, self._desk.actor.site)):
                raise Refused(
                    "媒体とパスワード通知書を、同じ鞄に入れることはできません", where=f"控番号 {item.id}",
                    next_step="鞄に入れてあるものを先に渡し、別の機会に運んでください",
                )  # fmt: skip
            return self._tell(tx, item, Act.CARRY, item.qty)

    @staticmethod
    def _apart(one: Item, other: Item) -> bool:
        """Whether the two must not lie in the bag at once, and the other does, by our own word: no line of the receiver's takes it out."""
        both = {one.is_notice, other.is_notice}
        data = one.medium if other.is_notice else other.medium
        return other.in_bag and both == {True, False} and data in DATA

    def give(self, name: str) -> Item:
        """It was given from hand to hand; signed with the giver's key."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            item = self._next(tx, name, Step.GIVE)
            self._need_medium_given(tx, item, "渡せません")
            given = self._tell(tx, item, Act.GIVE, item.qty)
            if item.opens:
                forget_password(tx, item.opens)
            return given

    def take(
        self,
        name: str,
        count: int,
        *,
        content: Content | None = None,
        medium: Medium | None = None,
    ) -> Item:
        """The receiver has it, has looked at the lock, and has counted `count`; signed with its key.

        `content` and `medium` are asked only while the giver's line has not come with a bundle; at the contractor forms of
        the counter are meant without them. Raises `UsageError` for a 控番号 that is not whole then, or with nothing said of
        it, `Refused` for what cannot be taken here.
        """
        site = self._desk.actor.site
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            _require_count(count)
            item = self._awaited(tx, name)
            if item is not None:
                known = self._next(tx, item.id, Step.TAKE)
                return self._tell(tx, replace(known, to=Place(site.value)), Act.TAKE, count)
            full = name.strip().upper()
            if site is Site.CONTRACTOR and content is None and medium is None:
                content, medium = Content.FORMS, Medium.PAPER
            if content is None or medium is None:
                raise UsageError(
                    "渡した側の記入がまだ届いていません", where=f"控番号 {full}",
                    next_step="送受信をしてから記入するか、受渡票にある内容と媒体も入力してください",
                )  # fmt: skip
            if medium not in CARRIED:
                raise UsageError(
                    "手渡しで受け取る媒体ではありません",
                    next_step="紙・USBメモリ・光ディスクから選んでください",
                )
            forms = content is Content.FORMS and site is Site.CONTRACTOR
            write_line(
                self._desk, tx, Act.TAKE, content, count, Unit.SHEETS if medium is Medium.PAPER else Unit.MEDIA,
                medium=medium, from_=Place.WARD_DESK if forms else Place(site.other.value), to=Place(site.value),
                handover=full, ref=REF + full,
            )  # fmt: skip
            tell_soon(tx)
            self._desk.log(tx, "handover_take", f"{full} n={count}")
            return self._need(tx, full)

    def signed(self, name: str, count: int) -> Item:
        """The receiver, who has no vault, signed the 受渡票 for `count`; entered from the paper by who gave it."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            _require_count(count)
            return self._tell(tx, self._next(tx, name, Step.SIGNED), Act.SIGNED_FOR, count)

    def recount(self, name: str, count: int) -> Item:
        """This side was mistaken in the number: its newest word counts, the older one stays in the ledger."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            _require_count(count)
            item = self._next(tx, name, Step.RECOUNT)
            mine = item.giver is self._desk.actor.site
            return self._tell(tx, item, Act.GIVE if mine else Act.TAKE, count)

    def send_back(self, name: str) -> Item:
        """What was received goes back, by the locked bag again."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            item = self._next(tx, name, Step.SEND_BACK)
            return self._tell(tx, item, Act.RETURN, item.taken or item.qty, turned=True)

    def back(self, name: str, count: int) -> Item:
        """What was given has come back."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            _require_count(count)
            item = self._next(tx, name, Step.BACK)
            return self._tell(tx, item, Act.TAKE, count, turned=True)

    def return_by(self, name: str, day: dt.date) -> Item:
        """Note the day by which it is to come back, or to go back; at the receiver from the label or the 受渡票."""
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            item = self._need(tx, name)
            first = today(self._desk)
            if not first <= day <= max(first, programme_of(tx).retention_end):
                raise UsageError(
                    "返却期限は、今日から消去の期限までの日です", where=day.isoformat(),
                    next_step=f"{first} から {programme_of(tx).retention_end} までの日にしてください",
                )  # fmt: skip
            keep(tx, item.id, replace(kept_of(tx, item.id) or Kept(), return_by=day))
            self._desk.log(tx, "return_by", item.id)
            return self._need(tx, item.id)

    def retract(self, name: str, reason: str) -> Item | None:
        """Take back this site's newest line about a thing: it was entered by mistake. The ledger only grows, so this is one more line.

        The thing as it stands then; None where nothing else tells of it (a 控番号 that was mistyped). `reason` is a code of
        `RETRACT_WORDS`. Raises `UsageError`, and `Refused` where the newest line is none that can be taken back.
        """
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            item = self._need(tx, name)
            if reason not in RETRACT_WORDS:
                raise UsageError(
                    "理由の符号が正しくありません", where=reason[:20], next_step=one_of(RETRACT_WORDS)
                )  # fmt: skip
            line = item.mistake
            if line is None:
                raise Refused(
                    "取り消せる記入はありません", where=f"控番号 {item.id}",
                    next_step="取り消せるのは、この側がいちばん新しく記入した、運搬・引渡し・受取り・返却・保管・廃棄です",
                )  # fmt: skip
            write_line(
                self._desk, tx, Act.RETRACT, line.content, line.qty, line.unit, medium=line.medium,
                from_=line.from_, to=line.to, handover=item.id, ref=f"undo:{line.seq}:{reason}",
            )  # fmt: skip
            tell_soon(tx)
            self._desk.log(tx, "handover_retract", f"{item.id} line={line.seq} {reason}")
            return next((one for one in items_of(tx, self._desk.actor.site) if one.id == item.id), None)

    def _need_medium_given(self, tx: Tx, item: Item, verb: str) -> None:
        """What was said of the medium when its notice was printed may have been taken back since."""
        if item.opens:
            site = self._desk.actor.site
            given = next((one.given for one in carried(tx, site) if one.id == item.opens), None)
            need_given_before(item.opens, given, programme_of(tx), self._desk.now(), verb)

    # -- parts ------------------------------------------------------------------------------------------------

    def _tell(self, tx: Tx, item: Item, act: Act, count: int, *, turned: bool = False) -> Item:
        from_, to = (item.to, item.from_) if turned else (item.from_, item.to)
        if act is Act.CARRY and Step.BAG in item.steps and item.stage is Stage.TAKEN:
            from_, to = item.to, item.from_  # the way back begins
        write_line(
            self._desk, tx, act, item.content, count, item.unit, medium=item.medium, from_=from_, to=to,
            handover=item.id, ref=REF + item.id,
        )  # fmt: skip
        if act is not Act.CARRY:
            tell_soon(tx)
        self._desk.log(tx, f"handover_{act.value}", f"{item.id} n={count}")
        return self._need(tx, item.id)

    def _next(self, tx: Tx, name: str, step: Step) -> Item:
        """The thing, if that step may follow here. Raises `Refused` naming what may."""
        item = self._need(tx, name)
        if step in item.steps:
            return item
        may = "、".join(STEP_WORDS[one] for one in item.steps)
        raise Refused(
            f"いまは「{STEP_WORDS[step]}」を記録できません", where=f"控番号 {item.id}",
            next_step=f"次に記録できるのは: {may}" if may else "この側で次にすることはありません。相手の記入を待ってください",
        )  # fmt: skip

    def _need(self, tx: Tx, name: str) -> Item:
        item = self._known(tx, name)
        if item is None:
            raise UsageError(
                "その控番号の受渡しは、どちらの管理簿にもありません", where=name,
                next_step="紙や媒体にある控番号を、そのまま入力してください",
            )  # fmt: skip
        return item

    def awaited(self, name: str) -> Item | None:
        """What this 控番号 means when something is taken; None where the giver's line has not come and it stands on paper alone.

        Raises `UsageError` for one that is neither known nor whole.
        """
        with self._desk.reading(Right.LEDGER_ADD) as tx:
            return self._awaited(tx, name)

    def _awaited(self, tx: Tx, name: str) -> Item | None:
        item = self._known(tx, name)
        if item is None and not ID10.fullmatch(name.strip().upper()):
            raise UsageError(
                "控番号が読めません",
                where=name,
                next_step="受渡票にある10文字を、そのまま入力してください",
            )
        return item

    def _known(self, tx: Tx, name: str) -> Item | None:
        wanted = name.strip().upper()
        meant = [one for one in items_of(tx, self._desk.actor.site) if one.id.startswith(wanted)]
        if len(meant) > 1 and wanted:
            raise UsageError(
                "その控番号は1つに決まりません", where=name, next_step="10文字すべてを入力してください"
            )
        return meant[0] if len(meant) == 1 and len(wanted) >= SHORTEST else None


def _require_count(count: int) -> None:
    if not 0 < count <= MAX_INTEGER:
        raise UsageError("数が読めません", where=str(count), next_step="1以上の数を入力してください")
