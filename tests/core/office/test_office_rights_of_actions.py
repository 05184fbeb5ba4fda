"""Whoever is not offered an action on the screens is refused by the use case behind it: the command has no table of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from core.draw.abandoned import Reason
from core.errors import Refused
from core.exchange.codes import CodeKind
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.notice_kinds import Form
from core.office.choices import AsideReason, Callees, LogReason, What
from core.office.office import Office
from core.office.paper_desk import Wanted
from core.office.review import APPLICANTS
from core.papers import PaperKind
from core.people.fields import Field
from core.register_kinds import Kind
from core.roles import RIGHTS, Actor, Role
from tui.action import Action
from tui.actions import ACTIONS

SITE = re.compile("(のは|は)(委託先|区)(です|だけです)|区が行います|委託先が行い|委託先だけ")
"""That it is the other site's to do."""
Calls = tuple[Callable[[Office], object], ...]
PHONE = {Field.PHONE: "03-5273-0001"}
WORK = LogReason.WORK
DICE = "08365512907744019283"

PERSON: Calls = (lambda o: o.person.disclose(1), lambda o: o.person.remains(1))
BEHIND: dict[str, Calls] = {
    "intake.open": (lambda o: o.intake.open(1),),
    "intake.link": (lambda o: o.groups.tie([1, 2]), lambda o: o.groups.part([1]), lambda o: o.intake.link([1], "G1")),
    "intake.send": (lambda o: o.records.send(),),
    "intake.carry": (lambda o: o.records.seal_desk(), lambda o: o.records.desk_on_the_way()),
    "intake.accept_marked": (lambda o: o.intake.resolve(1, True, "confirmed_by_phone"),),
    "intake.refuse_marked": (lambda o: o.intake.resolve(1, False, "cannot_reach"),),
    "record.edit": (lambda o: o.intake.edit(1, PHONE),),
    "record.accept": (lambda o: o.intake.resolve(1, True, "confirmed_by_phone"),),
    "record.refuse": (lambda o: o.intake.resolve(1, False, "cannot_reach"),),
    "record.link": (lambda o: o.groups.tie([1, 2]),),
    "record.withdraw": (lambda o: o.intake.withdraw(1),),
    "record.sources": (lambda o: o.intake.sources(1),),
    "record.rights": PERSON,
    "outing.rights": PERSON,
    "lottery.next": (
        lambda o: o.lottery.seal(), lambda o: o.lottery.freeze(), lambda o: o.lottery.open_seals(), lambda o: o.lottery.draw(),
    ),
    "lottery.dice": (lambda o: o.lottery.dice(DICE),),
    "lottery.open_absent": (lambda o: o.lottery.open_seals(absent=True),),
    "lottery.keep_sealed": (lambda o: o.lottery.freeze(absent=True),),
    "lottery.seal_beacon": (lambda o: o.lottery.seal(("https://example.jp", "1")),),
    "lottery.next_round": (lambda o: o.lottery.seal(),),
    "lottery.abandon": (lambda o: o.lottery.abandon(next(iter(Reason))),),
    "lottery.publish": (lambda o: o.publication.published("x"),),
    "participants.send": (lambda o: o.participants.send(),),
    "participants.notices": (
        lambda o: o.notices.prepare(), lambda o: o.notices.posted(), lambda o: o.notices.printed([], Form.POSTCARD),
        lambda o: o.notices.dispatch([]),
    ),
    "participants.late": (lambda o: o.participants.late(1), lambda o: o.participants.late_candidates()),
    "outing.attend": (lambda o: o.participants.attend("A", "X", True),),
    "outing.absent": (lambda o: o.participants.attend("A", "X", False),),
    "outing.no_shows": (lambda o: o.outing_day.no_shows("A"),),
    "outing.phones": (lambda o: o.outing_day.phones("A", next(iter(Callees))),),
    "outing.cancel": (lambda o: o.participants.withdraw(1), lambda o: o.participants.cancel("X")),
    "outing.decline": (lambda o: o.participants.decline("X", "A"),),
    "outing.shrink": (lambda o: o.participants.shrink([1]),),
    "outing.reserve": (lambda o: o.participants.reserve("X", "A"),),
    "outing.release": (lambda o: o.participants.release("A"),),
    "outing.disqualify": (lambda o: o.participants.disqualify("X"),),
    "outing.close": (lambda o: o.participants.close("A"),),
    "outing.reprint": (lambda o: o.notices.one(1),),
    "outing.bounced": (lambda o: o.mailing.bounced(1),),
    "outing.roster": (lambda o: o.papers.draft(Wanted(PaperKind.ROSTER, outing="A")),),
    "ledger.add": (lambda o: o.ledger.add(Act.STORE, Content.FORMS, 1, Unit.SHEETS),),
    "ledger.access": (lambda o: o.ledger.access_page(0, 9), lambda o: o.ledger.access_count()),
    "ledger.box": (lambda o: o.box_log.look(),),
    "ledger.erase": (lambda o: o.erasing.propose([]), lambda o: o.erasing.confirm("x"), lambda o: o.erasing.drop()),
    "ledger.backup": (lambda o: o.backups.made("ABCDEFGHJK", Medium.VAULT),),
    "ledger.rehearse": (lambda o: o.backups.rehearsed("ABCDEFGHJK", equal=True),),
    "ledger.log_review": (lambda o: o.log_reviews.look(), lambda o: o.log_reviews.begin()),
    "log_review.answer": (lambda o: o.log_reviews.answer("x", WORK, ""),),
    "log_review.sign": (lambda o: o.log_reviews.sign(),),
    "evidence.answer": (lambda o: o.log_reviews.answer("x", WORK, ""),),
    "ledger.second": (lambda o: o.second.confirm("ABCD"), lambda o: o.second.drop("ABCD")),
    "ledger.safeguards": (lambda o: o.rules.agree("abcd"), lambda o: o.rules.decline("abcd")),
    "erased.tick": (lambda o: o.inventory.destroyed("ABCDEFGHJK"),),
    "erased.report": (lambda o: o.erasing.report(),),
    "exchange.take_in": (lambda o: o.exchange.import_waiting(), lambda o: o.exchange.take_in("1-cw-00000009", b"", b"")),
    "exchange.medium": (lambda o: o.records.take_in_desk("1-wd-00000009", b"", b""),),
    "exchange.tell": (lambda o: o.by_phone.tell(next(iter(CodeKind))),),
    "exchange.hear": (lambda o: o.by_phone.hear(next(iter(CodeKind)), "x"),),
    "exchange.card": (lambda o: o.exchange.partner_card(),),
    "exchange.trust": (lambda o: o.exchange.trust(b"", "x"),),
    "exchange.renew": (lambda o: o.exchange.renew(), lambda o: o.exchange.cancel_renew()),
    "exchange.aside": (lambda o: o.refusals.set_aside("1-cw-00000009", next(iter(AsideReason))),),
    "exchange.void": (lambda o: o.voiding.void("1-cw-00000009"),),
    "inventory.forms": (lambda o: o.custody.prepare_forms(1),),
    "inventory.export": (lambda o: o.exporting.draft(What.APPLICATIONS, Place.SUBCONTRACTOR, Medium.USB),),
    "inventory.take": (lambda o: o.custody.take("ABCDEFGHJK", 1),),
    "inventory.retract": (lambda o: o.custody.retract("ABCDEFGHJK", "count"),),
    "review.confirm": (lambda o: o.review.confirm(APPLICANTS, ["X"]),),
    "review.undo": (lambda o: o.review.undo(APPLICANTS),),
    "review.return_": (lambda o: o.review.return_(APPLICANTS, ["X"], "unclear"),),
    "review.range": (lambda o: o.review_paper.read("KTQM 1"),),
    "review.paper": (lambda o: o.review_paper.draft(APPLICANTS),),
    "review.rest": (lambda o: o.review.confirm_rest(APPLICANTS),),
    "review.approve": (lambda o: o.participants.approve(),),
    "review.send": (lambda o: o.review.send(),),
    "review.requests": (
        lambda o: o.erase_requests.list(), lambda o: o.erase_requests.agree(1), lambda o: o.erase_requests.decline(1, "unproven"),
        lambda o: o.erase_answers.list(), lambda o: o.erase_answers.ask(1),
    ),
    "duties.new": (lambda o: o.registers.add(Kind.DRILL, {}),),
    "duties.audit": (lambda o: o.papers.draft(Wanted(PaperKind.AUDIT)),),
    "register.new": (lambda o: o.registers.add(Kind.DRILL, {}),),
    "register.end": (lambda o: o.registers.end(Kind.SUBCONTRACTOR, "x"),),
}  # fmt: skip
"""By action: what its command and its window call."""

ELSEWHERE = {
    "intake.new", "intake.new_desk", "intake.take_in",  # offered at both sites under two names: see test_office_rights
    "intake.mark", "intake.unmark",  # a mark on the screen: what is done with it is above
    "review.open",  # the same as `intake.open`
    "exchange.carry",  # both directions at once: `exchange.take_in`, and sending does nothing for who may not
}  # fmt: skip


EVERYBODYS = frozenset.intersection(*RIGHTS.values())
SHARED = {
    "intake.link": "record.link",
    "lottery.open_absent": "lottery.next",
    "lottery.next_round": "lottery.next",
}
"""At the other site the same call is behind another action, which is in the table too."""


@pytest.fixture
def ready(bench: Any) -> Any:
    """With a programme and people at both sites, and the first seal made."""
    bench.received()
    return bench


def test_every_action_with_a_right_is_in_the_table() -> None:
    limited = {action.id for action in ACTIONS if action.right not in (None, *EVERYBODYS)}
    assert limited == BEHIND.keys() | ELSEWHERE
    assert SHARED.keys() | set(SHARED.values()) <= BEHIND.keys()


@pytest.mark.parametrize(
    "action", [action for action in ACTIONS if action.id in BEHIND], ids=lambda one: one.id
)
def test_whom_an_action_is_not_offered_to_the_use_case_refuses(ready: Any, action: Action) -> None:
    """By the right it lacks, before anything else is looked at; or because it is the other site's to do."""
    asked = 0
    for bureau in (ready.contractor, ready.ward):
        before = bureau.image()
        for role in Role:
            actor = Actor("x", "見本", role, bureau.site)
            if action.open_to(actor) or (action.id in SHARED and action.site is not bureau.site):
                continue
            for call in BEHIND[action.id]:
                with pytest.raises(Refused) as raised:
                    call(bureau.office_of(role))
                words = raised.value.what
                assert "権限" in words or SITE.search(words), (bureau.site, role, words)
                asked += 1
        assert bureau.image() == before
    assert asked
