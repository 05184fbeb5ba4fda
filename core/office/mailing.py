"""Notices ⑪ by mail: one by one, each noted before and after, so that none goes twice and none is forgotten.

What a crash or a lost answer leaves in doubt is shown to a person, who finds out (the mail's Message-ID is always the same)
and says: it arrived, send it again, or send paper. See docs/formats.md, "Mail".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from core.canonical import crockford_id, sha256_hex
from core.errors import Refused, RemoteUnreachable, UsageError
from core.ledger.codes import Act, Place, Unit
from core.mail_settings import MailSettings
from core.notice_kinds import Form, NoticeKind
from core.notices import as_mail
from core.office.desk import Desk
from core.office.ledger import write_line
from core.office.mails import DOUBTFUL, DUE, Answer, MailState, MailStep, Outgoing, Postman
from core.office.notices import CONTENTS, MEDIA, NoticeItem, all_items, note_dispatch
from core.office.ports import Progress, Tx
from core.office.telling import returned
from core.roles import Right

_SETTINGS = "mail_settings"
_BATCH = "mail_batch"
"""Setting: the dispatch that sent mails count in and that has no ledger line yet; "" for none."""
MOST_FAILURES = 3
"""So many mails in a row without the server's answer end the run: it is the line, not the mail."""


@dataclass(frozen=True)
class MailLine:
    """A mail that is not simply sent, for a list: no name, no address."""

    number: int
    kind: NoticeKind
    state: MailState
    code: int
    message_id: str


@dataclass(frozen=True)
class MailStatus:
    """Where the notices by mail stand."""

    ready: bool
    """Whether a server is set up."""
    due: int
    """Mails the next run sends."""
    sent: int
    """Of those that still tell what is so."""
    doubtful: tuple[MailLine, ...]
    paper: tuple[MailLine, ...]
    """Refused, come back, or settled so: these people are told on paper."""
    without: int
    """People not told yet who gave no address."""


@dataclass
class MailReport:
    """What one run did."""

    sent: int = 0
    later: int = 0
    refused: int = 0
    unclear: int = 0
    stopped: str = ""
    """Why it ended before all was tried, or ""."""

    def count(self, state: MailState) -> None:
        name = {MailState.SENT: "sent", MailState.LATER: "later", MailState.REFUSED: "refused"}.get(
            state, "unclear"
        )
        setattr(self, name, getattr(self, name) + 1)


def key_of(item: NoticeItem) -> str:
    """The mail's id: the same for the same notice to the same person, however often it is tried.

    The record is random and known to nobody outside, so the id tells nothing of the person.
    """
    return sha256_hex(f"hkm1 mail\n{item.record}\n{item.told}\n{item.nth}\n".encode())[:32]


class Mailing:
    """`ikiiki papers mail`, and the same in the 参加者 pane."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- the server -------------------------------------------------------------------------------------

    def set_up(self, settings: MailSettings) -> None:
        """Keep these, with the password, in the vault; those before are forgotten."""
        with self._desk.writing(Right.PARTNER) as tx:
            tx.settings.put(_SETTINGS, settings.to_text())
            self._desk.log(tx, "mail_settings", f"port={settings.at_port} tls={settings.tls}")

    def settings(self) -> MailSettings:
        """Raises `Refused` when there are none."""
        with self._desk.reading(Right.PAPERS) as tx:
            text = tx.settings.get(_SETTINGS)
        if not text:
            raise Refused(
                "メールを送るサーバがまだ決まっていません",
                next_step="取扱責任者が ikiiki papers mail-server 設定ファイル で登録してください",
            )
        return MailSettings.from_text(text)

    # -- what is where ----------------------------------------------------------------------------------

    def status(self) -> MailStatus:
        """Raises as `all_items`."""
        with self._desk.reading(Right.PAPERS) as tx:
            items = all_items(self._desk, tx)
            steps = tx.mails.latest()
            settings = tx.settings.get(_SETTINGS)
        domain = MailSettings.from_text(settings).domain if settings else ""
        lines = [
            MailLine(
                int(item.notice.number), item.notice.kind, steps[key].state, steps[key].code, f"<{key}@{domain}>"
            )
            for item in items
            if (key := key_of(item)) in steps
        ]  # fmt: skip
        return MailStatus(
            ready=settings is not None,
            due=len(_due(items, steps)),
            sent=sum(line.state is MailState.SENT for line in lines),
            doubtful=tuple(line for line in lines if line.state in DOUBTFUL),
            paper=tuple(line for line in lines if line.state in _PAPER),
            without=sum(not item.sent and not item.email for item in items),
        )

    # -- sending ----------------------------------------------------------------------------------------

    def run(self, postman: Postman, progress: Progress | None = None) -> MailReport:
        """Send all that are due, one by one. Stopping it, at any moment, loses and doubles nothing.

        Raises what the postman raises where the server cannot be spoken to, and `Cancelled` of `progress`; what was sent
        until then is in the ledger.
        """
        report = MailReport()
        with self._desk.writing(Right.PAPERS) as tx:
            items = _due(all_items(self._desk, tx), tx.mails.latest())
            self._close_batch(tx)  # what a run that was killed had sent
            self._desk.log(tx, "mail", f"due={len(items)}")
        silent = 0
        try:
            for done, item in enumerate(items):
                if progress:
                    progress(done, len(items))
                answer = self._deliver(postman, item)
                if answer.state is None:
                    continue
                report.count(answer.state)
                silent = silent + 1 if answer.code == 0 else 0
                if silent >= MOST_FAILURES:
                    raise RemoteUnreachable(
                        "メールサーバとの接続が続けて切れました。送れた分は記録してあります",
                        next_step="しばらく待って、もう一度「メールで送る」を行うと、残りから続きます",
                    )
        finally:
            with self._desk.writing(Right.PAPERS) as tx:
                self._close_batch(tx)
        return report

    def _deliver(self, postman: Postman, item: NoticeItem) -> Answer:
        mail = as_mail(item.notice)

        def begin() -> bool:
            """Whether nobody else has begun it meanwhile."""
            with self._desk.writing(Right.PAPERS) as tx:
                last = tx.mails.last(key_of(item))
                if last is not None and last.state not in DUE:
                    return False
                self._step(tx, item, MailState.BEGUN)
                return True

        answer = postman.deliver(Outgoing(key_of(item), item.email, mail.subject, mail.body), begin)
        if answer.state is not None:
            with self._desk.writing(Right.PAPERS) as tx:
                self._settle(tx, item, answer.state, answer.code)
        return answer

    def _settle(self, tx: Tx, item: NoticeItem, state: MailState, code: int = 0) -> None:
        batch = ""
        if state is MailState.SENT:
            batch = tx.settings.get(_BATCH) or crockford_id(self._desk.entropy(10))
            tx.settings.put(_BATCH, batch)
            tx.notices.put(batch, item.record, item.told, self._desk.now(), Form.MAIL)
        self._step(tx, item, state, code, batch)

    def _step(self, tx: Tx, item: NoticeItem, state: MailState, code: int = 0, batch: str = "") -> None:
        tx.mails.put(
            MailStep(
                key_of(item), item.record, item.told, item.notice.kind, state, self._desk.now(),
                self._desk.actor.staff_id, code, batch,
            )
        )  # fmt: skip
        self._desk.log(tx, "mail", f"no={item.notice.number} {state}" + (f" {code}" if code else ""))

    def _close_batch(self, tx: Tx) -> None:
        """The mails sent since the last batch, in the ledger by kind."""
        batch = tx.settings.get(_BATCH)
        if not batch:
            return
        counts = Counter((NoticeKind(kind), Form.MAIL) for kind in tx.mails.kinds_of(batch))
        note_dispatch(self._desk, tx, batch, counts)
        tx.settings.put(_BATCH, "")

    # -- what a person says -----------------------------------------------------------------------------

    def settle(self, number: int, state: MailState) -> None:
        """A person's word on mails to this 受付番号: `SENT` (it arrived) or `UNCLEAR`'s two ways out, `AGAIN` and `PAPER`.

        `AGAIN` also for one that was refused, came back or was left to paper: the address has been corrected.
        Raises `UsageError` when there is nothing to be said on.
        """
        allowed = DOUBTFUL | (_PAPER if state is MailState.AGAIN else frozenset())
        with self._desk.writing(Right.PAPERS) as tx:
            items = self._of(tx, number, allowed)
            for item in items:
                self._settle(tx, item, state)
            self._close_batch(tx)

    def bounced(self, number: int) -> list[Form]:
        """What was sent to this 受付番号 has come back: it does not count as told, and goes out anew, on paper.

        The forms in which it had gone. Raises `UsageError` when nothing had.
        """
        with self._desk.writing(Right.PAPERS) as tx:
            items = [item for item in all_items(self._desk, tx, number) if item.sent]
            if not items:
                raise _nothing(number)
            steps = tx.mails.latest()
            forms = []
            for item in items:
                form = Form(tx.notices.form(item.record, item.told))
                step = steps.get(key_of(item))
                if form is Form.MAIL and step is not None and step.state is MailState.SENT:
                    self._step(tx, item, MailState.BOUNCED)
                tx.notices.put(
                    crockford_id(self._desk.entropy(10)), item.record, returned(item.told), self._desk.now(), form
                )  # fmt: skip
                write_line(
                    self._desk, tx, Act.BOUNCE, CONTENTS[item.notice.kind], 1, Unit.POSTCARDS, medium=MEDIA[form],
                    from_=Place.APPLICANTS, to=Place.CONTRACTOR,
                )  # fmt: skip
                forms.append(form)
            self._desk.log(tx, "bounced", f"no={number:04}")
        return forms

    def _of(self, tx: Tx, number: int, states: frozenset[MailState]) -> list[NoticeItem]:
        steps = tx.mails.latest()
        found = [
            item
            for item in all_items(self._desk, tx, number)
            if (step := steps.get(key_of(item))) is not None and step.state in states
        ]
        if not found:
            raise _nothing(number)
        return found


_PAPER = frozenset({MailState.REFUSED, MailState.BOUNCED, MailState.PAPER})


def _due(items: list[NoticeItem], steps: dict[str, MailStep]) -> list[NoticeItem]:
    """Not told yet, with an address, and not in doubt nor left to paper."""
    return [
        item
        for item in items
        if not item.sent and item.email and ((step := steps.get(key_of(item))) is None or step.state in DUE)
    ]


def _nothing(number: int) -> UsageError:
    return UsageError(
        "この受付番号には、そう記録できる通知がありません",
        where=f"受付番号 {number:04}",
        next_step="ikiiki papers mail --status で確かめてください",
    )
