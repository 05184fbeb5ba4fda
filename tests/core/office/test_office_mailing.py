"""⑪ by mail: a run of 280 through a server that fails at random and a machine that is killed, each exactly once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.errors import IkiikiError, Refused, RemoteUnreachable, UsageError
from core.ledger.codes import Act, Medium
from core.ledger.line import read_line
from core.mail_settings import MailSettings
from core.notice_kinds import Form
from core.office.mails import Answer, MailState, Outgoing
from core.roles import Role, Site
from storage.mail.postman import SmtpPostman
from tests.storage.mail.server import serving

KANA = "アイウエオカキクケコサシスセソタチツテト"
FOUR = ("ユウビン ハナコ", "ユウビン イチロウ", "ユウビン ミツコ", "ユウビン イワオ")


class Killed(BaseException):
    """The machine stops here."""


def with_mail(bench: Any, *names: str) -> Any:
    """Everybody gave an address; ⑩ has come."""
    key = bench.contractor.key
    bench.contractor.key = lambda kana: key(
        kana, email=f"p{sum(map(ord, kana))}-{len(kana)}-{hash_of(kana)}@example.jp"
    )
    bench.approved(*names)
    return bench.contractor.office


def hash_of(kana: str) -> str:
    return kana.encode().hex()[-12:]


class Scripted:
    """A postman who answers what he is told."""

    def __init__(self, *answers: MailState | type[BaseException]) -> None:
        self.answers = list(answers)
        self.carried: list[str] = []

    def deliver(self, letter: Outgoing, begin: Callable[[], bool]) -> Answer:
        answer = self.answers.pop(0) if self.answers else MailState.SENT
        if answer is RemoteUnreachable:
            raise RemoteUnreachable("つながりません")
        if not begin():
            return Answer(None)
        self.carried.append(letter.key)
        if not isinstance(answer, MailState):
            raise answer
        return Answer(answer, 250 if answer is MailState.SENT else 450)

    def close(self) -> None:
        pass


def mailed(bureau: Any) -> int:
    """Mails the ledger tells of."""
    with bureau.store.read() as tx:
        lines = [read_line(raw, name="ledger")[1] for raw in tx.ledger.lines(Site.CONTRACTOR)]
    return sum(line.qty for line in lines if line.act is Act.DISPATCH and line.medium is Medium.EMAIL)


def names(count: int) -> list[str]:
    return [
        f"{KANA[n % 20]}{KANA[n // 20 % 20]}ダ {KANA[(n * 7 + 3) % 20]}{KANA[(n * 3 + 1) % 20]}コ"
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [36, pytest.param(280, marks=pytest.mark.faults)])
def test_through_a_failing_server_and_a_killed_machine_each_mail_goes_exactly_once(
    bench: Any, tmp_path: Path, count: int
) -> None:
    office = with_mail(bench, *names(count))
    dice = random.Random(20260521)

    def fault(place: str) -> str:
        roll = dice.random()
        if place == "rcpt":
            return "450 later" if roll < 0.04 else "drop" if roll < 0.07 else ""
        return "lose" if roll < 0.03 else "drop" if roll < 0.06 else "451 later" if roll < 0.09 else ""

    class Frail(SmtpPostman):
        """Dies now and then: before the text leaves, or after it has and before that is noted."""

        def deliver(self, letter: Outgoing, begin: Callable[[], bool]) -> Answer:
            if dice.random() < 0.02:
                raise Killed
            answer = super().deliver(letter, partial(self._begin, begin))
            if dice.random() < 0.02:
                raise Killed
            return answer

        def _begin(self, begin: Callable[[], bool]) -> bool:
            yes = begin()
            if dice.random() < 0.01:
                raise Killed
            return yes

    with serving(tmp_path, fault) as (port, authority, taken):
        settings = MailSettings(
            "127.0.0.1", "office@example.jp", port=port, ca_bundle=str(authority), per_minute=0
        )
        office.mailing.set_up(settings)
        items = office.notices.prepare()
        taken.refuse = {item.email for item in items[5:8]}
        for _ in range(60):
            postman = Frail(office.mailing.settings(), bench.contractor.now)
            try:
                office.mailing.run(postman)
            except (Killed, RemoteUnreachable):
                pass
            finally:
                postman.close()
            status = office.mailing.status()
            for line in status.doubtful:  # a person looks the number up at the server
                arrived = line.message_id in taken.ids
                office.mailing.settle(line.number, MailState.SENT if arrived else MailState.AGAIN)
            if not status.due and not status.doubtful:
                break
        else:
            pytest.fail("it never came to an end")

    assert len(items) == count
    assert set(Counter(taken.ids).values()) == {1}
    assert {to for _, to, _ in taken.mails} | taken.refuse == {item.email for item in items}
    assert len(taken.mails) == count - 3
    assert mailed(bench.contractor) == count - 3
    assert {item.email for item in office.notices.prepare()} == taken.refuse, "these three get paper"
    said = bench.contractor.details()
    assert "@" not in said and not any(item.notice.addressee[:3] in said for item in items)


def test_a_mail_in_doubt_waits_for_a_person_and_gets_no_paper_meanwhile(bench: Any) -> None:
    office = with_mail(bench, *FOUR)
    office.mailing.run(Scripted(MailState.UNCLEAR))
    (line,) = office.mailing.status().doubtful
    assert office.mailing.run(postman := Scripted()).sent == 0 and not postman.carried
    assert office.notices.prepare() == []
    office.mailing.settle(line.number, MailState.PAPER)
    assert [int(item.notice.number) for item in office.notices.prepare()] == [line.number]


def test_a_kill_between_giving_away_and_noting_leaves_a_doubt_with_the_same_number(bench: Any) -> None:
    office = with_mail(bench, *FOUR)
    first = Scripted(Killed)
    with pytest.raises(Killed):
        office.mailing.run(first)
    (line,) = office.mailing.status().doubtful
    assert line.message_id.startswith(f"<{first.carried[0]}@")
    office.mailing.settle(line.number, MailState.AGAIN)
    again = Scripted()
    assert office.mailing.run(again).sent == 4
    assert first.carried[0] in again.carried and len(set(again.carried)) == 4


def test_what_a_killed_run_had_sent_is_in_the_ledger_after_the_next(bench: Any) -> None:
    office = with_mail(bench, *FOUR)
    batches = office.mailing._close_batch
    office.mailing._close_batch = lambda tx: None  # the machine is gone before the run can end
    with pytest.raises(Killed):
        office.mailing.run(Scripted(MailState.SENT, MailState.SENT, Killed))
    office.mailing._close_batch = batches
    assert mailed(bench.contractor) == 0
    office.mailing.run(Scripted())
    assert mailed(bench.contractor) == 3


def test_two_people_who_send_at_once_send_each_mail_once(bench: Any) -> None:
    office = with_mail(bench, *FOUR)
    other = bench.contractor.office_of(Role.HANDLER)
    second = Scripted()

    class Slow(Scripted):
        def deliver(self, letter: Outgoing, begin: Callable[[], bool]) -> Answer:
            if not self.carried:
                other.mailing.run(second)
            return super().deliver(letter, begin)

    first = Slow()
    office.mailing.run(first)
    assert sorted(first.carried + second.carried) == sorted({*first.carried, *second.carried})
    assert len(first.carried + second.carried) == 4 and mailed(bench.contractor) == 4


def test_a_line_that_keeps_breaking_ends_the_run_and_loses_nothing(bench: Any) -> None:
    office = with_mail(bench, *FOUR)

    class Cut(Scripted):
        def deliver(self, letter: Outgoing, begin: Callable[[], bool]) -> Answer:
            return Answer(MailState.LATER)

    with pytest.raises(RemoteUnreachable) as stopped:
        office.mailing.run(Cut())
    assert "残りから" in stopped.value.next_step
    with pytest.raises(RemoteUnreachable):
        office.mailing.run(Scripted(MailState.SENT, RemoteUnreachable))
    assert (office.mailing.status().sent, office.mailing.status().due, mailed(bench.contractor)) == (1, 3, 1)


def test_what_comes_back_goes_on_paper(bench: Any) -> None:
    office = with_mail(bench, *FOUR)
    office.mailing.run(Scripted())
    number = int(office.notices.prepare(only_unsent=False)[0].notice.number)
    assert office.mailing.bounced(number) == [Form.MAIL]
    (item,) = office.notices.prepare()
    assert int(item.notice.number) == number
    assert office.mailing.status().due == 0, "not by mail again"
    office.notices.printed([item], Form.LETTER)
    batch, posted = office.notices.posted()
    assert batch and posted == [item] and office.notices.prepare() == []
    assert office.mailing.bounced(number) == [Form.LETTER]
    assert len(office.notices.prepare()) == 1


def test_nothing_that_was_not_sent_can_come_back_or_be_settled(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    office = with_mail(bench, *FOUR)
    number = int(office.notices.prepare()[0].notice.number)
    for act in (office.mailing.bounced, partial(office.mailing.settle, state=MailState.SENT)):
        with leaves(bench.contractor, UsageError):
            act(number)


def test_without_a_server_the_manager_is_named_and_only_managers_set_one_up(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    with pytest.raises(Refused, match="サーバ"):
        bench.contractor.office.mailing.settings()
    settings = MailSettings("smtp.example.jp", "office@example.jp", login="x", password="secret-word")
    with leaves(bench.contractor, Refused):
        bench.contractor.office_of(Role.HANDLER).mailing.set_up(settings)
    bench.contractor.office.mailing.set_up(settings)
    assert bench.contractor.office_of(Role.HANDLER).mailing.settings() == settings
    assert "secret-word" not in bench.contractor.details() + repr(settings)


@pytest.fixture(params=["host = 1", "hosst = 'x'", "host = 'a b'\nsender = 'x@example.jp'", "password = 'p'",
                        "host = 'smtp.example.jp'", "host = 'smtp.example.jp'\nsender = 'x'",
                        "host = 'smtp.example.jp'\nsender = 'x@example.jp'\ntls = 'none'",
                        "host = 'smtp.example.jp'\nsender = 'x@example.jp'\nport = 70000", "host = "])  # fmt: skip
def wrong(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def test_settings_that_cannot_be_meant_are_refused_in_words(wrong: str) -> None:
    with pytest.raises(IkiikiError) as refusal:
        MailSettings.from_toml(wrong)
    assert refusal.value.where or refusal.value.next_step
