"""The demo's invented staff: two managers and a handler at each site, and the review of the log, which takes two."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from cli.session import Session, open_session
from core.office.choices import LogReason
from core.office.log_review import Part
from core.office.staff import NewPerson
from core.roles import ROLE_WORDS, Role, Site

PASSWORDS = {Site.CONTRACTOR: "mihon-no-itakusaki-komorebi", Site.WARD: "mihon-no-kuyakusho-komorebi"}
STAFF = {Site.CONTRACTOR: ("c-manager", "見本 責任者"), Site.WARD: ("w-manager", "見本 係長")}
DEPUTIES = {Site.CONTRACTOR: ("c-deputy", "見本 副責任者"), Site.WARD: ("w-deputy", "見本 主査")}
HANDLERS = {Site.CONTRACTOR: ("c-handler", "見本 受付"), Site.WARD: ("w-handler", "見本 担当")}
ALL = ((STAFF, Role.MANAGER), (DEPUTIES, Role.MANAGER), (HANDLERS, Role.HANDLER))
_REMARKS = {
    Part.FINDING: "本人に聞き、この見本の年の仕事であることを確かめた",
    Part.SAMPLE: "本人に聞き、受付の控えと合うことを確かめた",
    Part.OWN: "はじめのログインとパスワードの変更だけであることを、一緒に見た",
}


def engage(manager: Session) -> None:
    """The others are named by the first manager, and choose a password at the first login."""
    site = manager.office.actor.site
    for people, role in ALL[1:]:
        staff_id, name = people[site]
        first = manager.office.staff.phrase()
        manager.office.staff.add(NewPerson(staff_id, name, role, first))
        with closing(open_session(manager.folder, staff_id, first, terminal="demo")) as theirs:
            theirs.office.staff.change_password(first, PASSWORDS[site])


def review_log(manager: Session, tell: Callable[[str], None]) -> None:
    """The deputy looks at what the manager did, and signs; the manager answers for what the deputy did."""
    site = manager.office.actor.site
    staff_id, _ = DEPUTIES[site]
    with closing(open_session(manager.folder, staff_id, PASSWORDS[site], terminal="demo")) as deputy:
        seen = deputy.office.log_reviews.begin()
        for item in seen.open_for(staff_id):
            who = manager if item.who == staff_id else deputy
            who.office.log_reviews.answer(item.id, LogReason.WORK, _REMARKS[item.part])
        line = deputy.office.log_reviews.sign()
    tell(
        f"点検  {site.value}: 操作ログ {seen.span.last}行を{staff_id}が点検し、署名した。要確認 {line.qty}件、"
        f"抜取り {sum(item.part is Part.SAMPLE for item in seen.items)}件"
    )


def accounts(site: Site) -> str:
    """Who can log in, for README.txt."""
    return "・".join(f"{people[site][0]}（{ROLE_WORDS[role]}）" for people, role in ALL)
