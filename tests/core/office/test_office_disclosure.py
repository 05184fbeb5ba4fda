"""開示: all that is held about one person, whichever way it was written down."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from typing import Any

from core.notice_kinds import Form
from core.office.mails import Answer, MailState, Outgoing
from core.office.person import PersonDesk
from core.roles import Role
from storage.papers.disclosure import disclosure_pdf


class NoSlots:
    """Nobody is erased here."""

    def renew(self, *_: object) -> None:
        raise AssertionError


class Postman:
    """Every mail arrives."""

    def deliver(self, letter: Outgoing, begin: Any) -> Answer:
        begin()
        return Answer(MailState.SENT, 250)

    def close(self) -> None:
        pass


def test_every_notice_every_mail_and_each_line_about_the_person_is_in_it(bench: Any) -> None:
    contractor = bench.contractor
    key = contractor.key
    contractor.key = lambda kana: key(kana, email=f"p{kana.encode().hex()[-12:]}@example.jp")
    bench.approved("カイジ ハナコ", "カイジ イチロウ", "カイジ ミツコ", "カイジ イワオ")
    office = contractor.office
    person = office.participants.list("A")[0]
    number = person.number
    office.mailing.run(Postman())
    office.mailing.bounced(number)
    items = office.notices.one(number)
    office.notices.printed(items, Form.POSTCARD)
    office.notices.posted()
    office.notices.printed(office.notices.one(number), Form.POSTCARD, again=True)
    contractor.moment = dt.datetime(2026, 6, 10, 9, tzinfo=contractor.moment.tzinfo)
    office.participants.attend("A", person.record, True)
    held = PersonDesk(contractor.desk_of(Role.MANAGER), NoSlots()).disclose(number)
    told = [f"{words} {form}" for _, words, form in held.notices]
    assert sum("メール" in one and "送信済み" in one for one in told) == 1
    assert sum("戻ってきた" in one and "（" in one for one in told) == 1
    assert any(one.endswith("はがき") for one in told), "the card that went out instead"
    acts = {row.act for row in held.accesses}
    assert {"key", "mail", "bounced", "reprint", "notice", "attend"} <= acts
    assert dict(held.attendance) == {"A": True}
    assert [verdict for _, _, verdict in held.reviews] == ["確認", "確認"]
    paper = disclosure_pdf(held)
    assert paper.startswith(b"%PDF")
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True)
    words = "".join(read.stdout.decode().split())
    assert "令和8年6月10日9:00" in words, "days as the resident writes them"
    assert set(re.findall(r"\d{4}-\d\d-\d\d", words)) == {"1950-03-04"}, "only what was keyed, word for word"


def test_lines_about_others_are_not_in_it(bench: Any) -> None:
    """Number 1 is not number 10, nor 0012 number 1."""
    bench.received()
    desk = bench.contractor.desk_of(Role.MANAGER)
    with bench.contractor.store.write() as tx:
        for detail in ("no=10", "no=0012", "no=3,11", "n=1", "stage=1"):
            desk.log(tx, "others", detail)
        desk.log(tx, "login_failed", "opened no=1")  # comes from a file that is not sealed
        desk.log(tx, "hers", "A no=0003,0001 no")
    held = PersonDesk(desk, NoSlots()).disclose(1)
    acts = [row.act for row in held.accesses]
    assert "hers" in acts and not {"others", "login_failed"} & set(acts)
