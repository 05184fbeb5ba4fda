"""For a ward that may only download: a word told by telephone, with a one-time code, in place of its bundle.

The ward tells only what its person has done in its vault as usual; the bundle is sealed all the same and follows on a
medium. The contractor's program takes a code only as a word on what its own vault holds, and then does what the bundle
would have done. Both ledgers say what the code was for (docs/exchange.md, "Codes by telephone").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import IkiikiError, IntegrityFailure, Refused
from core.exchange.codes import LAST, CodeKind, chain, hear, place_of, speak
from core.exchange.state import Outcome
from core.ledger.codes import Act, Content, Medium, Unit
from core.office.approving import approve_heard, newest_approved
from core.office.boxes import Boxes
from core.office.code_keys import Given, given, need_codes, put_given, put_taken, refuse_distrusted, taken
from core.office.codes_compared import note, noted
from core.office.desk import Desk
from core.office.envelope import CHANNEL_FROM, place
from core.office.exchange import Exchange
from core.office.keyring import epoch_of, need_partner, site_keys
from core.office.ledger import write_line
from core.office.participants import unsent_draws
from core.office.plans import done_draws
from core.office.ports import Tx
from core.office.review import APPLICANTS, PARTICIPANTS, confirm_heard, seal_words
from core.office.saying import KIND_WORDS, Said, approval_said, receipt_of, review_of
from core.office.taken import note_heard, untaken
from core.roles import Right, Site

CONTENT: dict[CodeKind, Content] = {
    CodeKind.RECEIPT: Content.RECEIPT,
    CodeKind.REVIEW: Content.REVIEW,
    CodeKind.APPROVAL: Content.APPROVAL,
}
TELLING: dict[CodeKind, Right] = {
    CodeKind.RECEIPT: Right.SEND,
    CodeKind.REVIEW: Right.REVIEW,
    CodeKind.APPROVAL: Right.APPROVE,
}
"""At the ward: whoever may seal a word may tell it."""
NEWEST = 20
"""How many bundles back a receipt is looked for."""


@dataclass(frozen=True)
class Told:
    """A code to be read aloud."""

    said: Said
    index: int
    code: str
    """26 letters in groups of four."""


@dataclass(frozen=True)
class Heard:
    """A code accepted, and what followed from it."""

    said: Said
    index: int


class ByPhone:
    """The use cases of 「電話で伝える」, 「電話で受ける」 and `ikiiki phone`."""

    def __init__(self, desk: Desk, exchange: Exchange, boxes: Boxes) -> None:
        self._desk = desk
        self._exchange = exchange
        self._boxes = boxes

    def kinds(self) -> Sequence[CodeKind]:
        """What this person may tell or hear. A receipt is not told where the line can be written to: the courier sends it.

        What the ward's line can do the contractor does not know, and so hears all.
        """
        if not self._at_ward:
            return tuple(CodeKind)
        may = [kind for kind in CodeKind if self._desk.actor.may(TELLING[kind])]
        try:
            state = self._boxes.courier_state()
        except IntegrityFailure:
            state = None  # nothing is known of the line
        if state is not None and state.outcome is Outcome.DONE and not state.read_only:
            may = [kind for kind in may if kind is not CodeKind.RECEIPT]
        return tuple(may)

    def sayable(self, kind: CodeKind) -> Sequence[Said]:
        """What a code of this kind would speak of now, newest first; people compare the values before it is read out.

        One at the ward; at the contractor, which cannot know how far the ward is, sometimes several.
        Raises `Refused` while there is nothing, and says what is missing.
        """
        with self._desk.reading(self._right(kind)) as tx:
            need_partner(tx)
            return (self._ours(tx, kind),) if self._at_ward else self._theirs(tx, kind)

    def tell(self, kind: CodeKind, *, agreed: str = "", another: bool = False) -> Told:
        """At the ward: the code for what `sayable` shows, with its line in the ledger; the same again for the same.

        `agreed`: the hash people have compared; nothing is told when it is another now. `another`: the next code
        although nothing has changed, for a contractor that says this one was used.
        """
        if not self._at_ward:
            raise Refused("番号を伝えるのは区です", next_step="委託先は「電話で受ける」で受けてください")
        with self._desk.writing(self._right(kind)) as tx:
            need_partner(tx)
            said = self._ours(tx, kind)
            if agreed not in ("", said.hash):
                raise Refused(
                    "読み合わせている間に内容が変わりました。番号は出していません",
                    next_step="照合の値を、もう一度読み合わせてください",
                )
            before = given(tx, kind)
            index = before.index
            if another or before.said != said.hash:
                index += 1
                if index > LAST:
                    raise Refused(
                        "この世代の番号を使い切りました",
                        next_step="媒体で渡すか、取扱責任者が鍵の世代を改めてください",
                    )
                if kind is CodeKind.REVIEW:
                    seal_words(self._desk, tx, self._exchange)
                put_given(tx, kind, Given(index, said.hash))
                self._enter(tx, Act.TELL, said, index)
            self._desk.log(tx, "code_told", f"{kind} {index}")
            code = chain(site_keys(tx), epoch_of(tx), kind)[index]
        self._exchange.flush()
        return Told(said, index, speak(code, said.hash))

    def hear(self, kind: CodeKind, typed: str) -> Heard:
        """At the contractor: take the word a code stands for, as its bundle would be taken.

        Raises `Refused` for a slip, a code used before, or one of another kind; `IntegrityFailure` for one that does
        not fit what this vault holds. Whatever was no slip stands in the access log.
        """
        if self._at_ward:
            raise Refused("番号を受けるのは委託先です", next_step="区は「電話で伝える」で伝えてください")
        self._desk.actor.require(Right.IMPORT_BUNDLE)
        masked = hear(typed)
        failure: IkiikiError | None = None
        accepted: Heard | None = None
        arrived: Sequence[str] = ()
        with self._desk.writing(Right.IMPORT_BUNDLE) as tx:
            codes = need_codes(tx)
            last = taken(tx, kind, codes)
            for said in self._theirs(tx, kind):
                found = place_of(epoch_of(tx), kind, masked, said.hash, last)
                if found is not None and found.index > last.index:
                    put_taken(tx, kind, found)
                    self._enter(tx, Act.HEAR, said, found.index)
                    arrived = self._take(tx, said, found.index)
                    tx.settings.put("receipt_due", "yes")  # the ward is to see this line soon
                    self._desk.log(tx, "code_heard", f"{kind} {found.index}")
                    accepted = Heard(said, found.index)
                    break
                if found is not None:
                    failure = _used(found.index, last.index)
            if accepted is None:
                failure = failure or self._other_kind(tx, kind, masked) or _unknown()
                self._desk.log(tx, "code_refused", kind.value)
        if accepted is None:
            assert failure is not None
            raise failure
        self._exchange.tidy(arrived)
        return accepted

    # -- the ward's side ------------------------------------------------------------------------------------------

    @property
    def _at_ward(self) -> bool:
        return self._desk.actor.site is Site.WARD

    def _right(self, kind: CodeKind) -> Right:
        return TELLING[kind] if self._at_ward else Right.IMPORT_BUNDLE

    def _ours(self, tx: Tx, kind: CodeKind) -> Said:
        """What the ward has done, and may tell."""
        self._refuse_in_doubt(tx)
        if self._boxes.waiting_in():
            raise Refused(
                "届いて待っている束があります", next_step="先に送受信で取り込み、内容を確かめてください"
            )
        if kind is CodeKind.RECEIPT:
            row = tx.bundles.last(CHANNEL_FROM[Site.CONTRACTOR], epoch_of(tx), "in")
            if row is None:
                raise Refused("まだ何も受け取っていません", next_step="送受信で受け取ってください")
            return receipt_of(row)
        if kind is CodeKind.REVIEW:
            said, verdicts = review_of(tx)
            if not verdicts or verdicts.count("confirmed") != len(verdicts):
                raise Refused(
                    f"電話で伝えられるのは、全員を確認したときだけです"
                    f"（残り {verdicts.count('')}件、差戻し {verdicts.count('returned')}件）",
                    next_step="F7 点検を終えてください。差戻しは、媒体で渡すか、委託先が直して③を送るのを待ちます",
                )
            return said
        draw = newest_approved(tx)
        if draw is None:
            raise Refused(
                "いまの参加者は、まだ承認していません",
                next_step="F7 点検の⑨を終え、取扱責任者が⑩承認をしてください",
            )
        said, verdicts = approval_said(tx, draw)
        if verdicts.count("confirmed") != len(verdicts):
            raise Refused(
                "承認のあとに、内容の変わった参加者がいます",
                next_step="F7 点検の⑨でもう一度確認してください",
            )
        return said

    # -- the contractor's side ------------------------------------------------------------------------------------

    def _theirs(self, tx: Tx, kind: CodeKind) -> Sequence[Said]:
        """What the ward can have spoken of, if it holds what this vault holds."""
        self._refuse_in_doubt(tx)
        if kind is CodeKind.RECEIPT:
            series = (CHANNEL_FROM[Site.CONTRACTOR], epoch_of(tx))
            left = {row.name for row in untaken(tx, Site.CONTRACTOR)}
            open_ = [
                row
                for row in tx.bundles.list("out")
                if (row.channel, row.epoch) == series and (row.settled is None or row.name in left)
            ]
            if all(row.settled is not None and row.kind == "receipt" for row in open_):
                raise Refused("受領を待っている束はありません")
            return [receipt_of(row) for row in sorted(open_, key=lambda row: -row.seq)[:NEWEST]]
        if tx.applications.any_unsent():
            raise Refused(
                f"まだ区へ送っていない応募・変更が {len(tx.applications.unsent())}件あり、区の見たものと違います",
                next_step="③で送り、区が受け取って点検してから、番号を受けてください",
            )
        if kind is CodeKind.REVIEW:
            said, verdicts = review_of(tx)
            if not verdicts:
                raise Refused("点検を待っている応募はありません")
            return [said]
        done = done_draws(tx)
        late = unsent_draws(tx)
        if not done or set(done) == set(late):
            raise Refused(
                "いまの参加者を、まだ区へ送っていません",
                next_step="抽選のあと F4 の⑦で送り、区が受け取って点検してから、番号を受けてください",
            )
        return [approval_said(tx, draw)[0] for draw in reversed(done) if draw not in late]

    def _take(self, tx: Tx, said: Said, index: int) -> Sequence[str]:
        """What the bundle would have done; the names of bundles that have arrived by it."""
        by, now = self._desk.actor.staff_id, self._desk.now()
        if said.kind is CodeKind.RECEIPT:
            newest = tx.bundles.get(said.subject)
            assert newest is not None, "it was one of ours"
            arrived = [
                row.name
                for row in tx.bundles.list("out")
                if (row.channel, row.epoch) == (newest.channel, newest.epoch)
                and row.seq <= newest.seq
                and row.settled is None
            ]
            for name in arrived:
                tx.bundles.settle(name, now)
            note_heard(tx, newest)
            return arrived
        stage = APPLICANTS if said.kind is CodeKind.REVIEW else PARTICIPANTS
        confirm_heard(tx, stage, said.words, by, now, f"phone-{said.kind}-{index}")
        if said.kind is CodeKind.APPROVAL:
            approve_heard(tx, said.subject, said.count, by, now)
        return ()

    def _other_kind(self, tx: Tx, asked: CodeKind, masked: str) -> IkiikiError | None:
        """Whether it is a good code, but of another kind: worth saying, and never taken as what was asked for."""
        codes = need_codes(tx)
        for kind in CodeKind:
            if kind is asked:
                continue
            try:
                sayable = self._theirs(tx, kind)
            except Refused:
                continue
            last = taken(tx, kind, codes)
            if any(place_of(epoch_of(tx), kind, masked, said.hash, last) for said in sayable):
                return Refused(
                    f"これは「{KIND_WORDS[kind]}」の番号です。受けていません",
                    next_step="何を伝える電話かを確かめ、それを選び直してください",
                )
        return None

    # -- both -----------------------------------------------------------------------------------------------------

    def _enter(self, tx: Tx, act: Act, said: Said, index: int) -> None:
        write_line(
            self._desk, tx, act, CONTENT[said.kind], index, Unit.TIMES, medium=Medium.PHONE,
            from_=place(Site.WARD), to=place(Site.CONTRACTOR), ref=f"sha256:{said.hash}",
        )  # fmt: skip
        note(tx, self._desk.actor.site)

    @staticmethod
    def _refuse_in_doubt(tx: Tx) -> None:
        refuse_distrusted(tx)
        if differing := noted(tx):
            raise IntegrityFailure(
                "電話の番号が何に使われたかが、両者の管理簿で違います。番号は使えません",
                where=differing[0],
                next_step="管理簿を見比べて、取扱責任者どうしで確かめてください。受け渡しは媒体でできます",
            )


def _used(index: int, last: int) -> Refused:
    return Refused(
        f"すでに使われた番号です（第{index}番。第{last}番まで受けています）",
        next_step="受け終わっていなければ、区に「次の番号」を出してもらってください",
    )


def _unknown() -> IntegrityFailure:
    return IntegrityFailure(
        "この番号は、こちらの保管庫にある内容についての区の番号ではありません。受けていません",
        next_step="照合の値を区と読み合わせてください。同じなら相手を疑い、知っている番号にかけ直してください",
    )
