"""Who may do what: the one table both faces ask. Roles are rules of the program, not of the cipher."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import Refused


class Site(StrEnum):
    """The two sites. A vault belongs to one for ever."""

    CONTRACTOR = "contractor"
    WARD = "ward"

    @property
    def other(self) -> Site:
        return Site.WARD if self is Site.CONTRACTOR else Site.CONTRACTOR


SITE_WORDS = {Site.CONTRACTOR: "委託先", Site.WARD: "区"}


class Role(StrEnum):
    MANAGER = "manager"
    HANDLER = "handler"
    AUDITOR = "auditor"


ROLE_WORDS = {Role.MANAGER: "取扱責任者", Role.HANDLER: "取扱者", Role.AUDITOR: "監査"}


class Right(StrEnum):
    """What a use case may need. Names follow the use cases."""

    READ = "read"  # lists, masked
    OPEN_RECORD = "open_record"  # one record with all five items; logged
    INTAKE = "intake"  # import, key, edit, resolve, group, withdraw at the contractor
    DESK = "desk"  # key applications at the ward's counter and hand them over
    SEND = "send"  # seal a bundle for the other site
    IMPORT_BUNDLE = "import_bundle"  # take a received bundle into the vault
    REVIEW = "review"  # ⑤ and ⑨
    APPROVE = "approve"  # ⑩
    DRAW = "draw"  # every step of the ceremony
    PARTICIPANTS = "participants"  # withdrawal, decline, attendance
    PAPERS = "papers"
    LEDGER_ADD = "ledger_add"
    LEDGER_READ = "ledger_read"
    ACCESS_LOG = "access_log"
    STAFF = "staff"
    PARTNER = "partner"  # pairing with the other site
    EXPORT = "export"
    ERASE = "erase"  # propose, confirm and carry out the erasure; erase one person
    BACKUP = "backup"  # an encrypted copy of the vault, and the rehearsal of one
    RESTORE = "restore"  # go on from a backup
    SECOND = "second"  # propose, and confirm what somebody else proposed ([accounts] second_person)
    VOID = "void"  # set a refused bundle aside; void one of ours that the other site has set aside


_BOTH = {Right.READ, Right.LEDGER_READ}
_HANDLER = _BOTH | {
    Right.OPEN_RECORD,
    Right.LEDGER_ADD,
    Right.IMPORT_BUNDLE,
    Right.SEND,
    Right.BACKUP,
    Right.SECOND,
}
_MANAGER = _HANDLER | {
    Right.DRAW,
    Right.STAFF,
    Right.PARTNER,
    Right.EXPORT,
    Right.ACCESS_LOG,
    Right.VOID,
    Right.ERASE,
    Right.RESTORE,
}

RIGHTS: dict[tuple[Site, Role], frozenset[Right]] = {
    (Site.CONTRACTOR, Role.HANDLER): frozenset(_HANDLER | {Right.INTAKE, Right.PARTICIPANTS, Right.PAPERS}),
    (Site.CONTRACTOR, Role.MANAGER): frozenset(_MANAGER | {Right.INTAKE, Right.PARTICIPANTS, Right.PAPERS}),
    (Site.WARD, Role.HANDLER): frozenset(_HANDLER | {Right.DESK, Right.REVIEW}),
    (Site.WARD, Role.MANAGER): frozenset(_MANAGER | {Right.DESK, Right.REVIEW, Right.APPROVE}),
    (Site.CONTRACTOR, Role.AUDITOR): frozenset(_BOTH | {Right.ACCESS_LOG}),
    (Site.WARD, Role.AUDITOR): frozenset(_BOTH | {Right.ACCESS_LOG}),
}

LEFT_AFTER_ERASURE = frozenset(
    {Right.READ, Right.LEDGER_READ, Right.LEDGER_ADD, Right.ACCESS_LOG, Right.EXPORT, Right.ERASE}
)
"""What there is still to do in the vault that survives an erasure: ledger, published draw, report."""


@dataclass(frozen=True)
class Actor:
    """The person logged in."""

    staff_id: str
    name: str
    role: Role
    site: Site
    erased: bool = False
    """The vault is what survived an erasure: there is nobody in it."""
    must_change: bool = False
    """A password has to be chosen first (`core.office.logins`): until then nothing else can be done."""

    def may(self, right: Right) -> bool:
        if self.must_change:
            return False
        return right in RIGHTS[self.site, self.role] and (not self.erased or right in LEFT_AFTER_ERASURE)

    def require(self, right: Right) -> None:
        """Raises `Refused` when the actor's role at this site lacks `right`, or a password has to be chosen first."""
        if self.must_change:
            raise Refused(
                "自分のパスワードを決めるまで、ほかのことはできません",
                next_step="ikiiki staff password（画面ではログインのあとに出る窓）で、新しいパスワードに変えてください",
            )
        if self.erased and right not in LEFT_AFTER_ERASURE:
            raise Refused(
                "この保管庫は消去されています。応募者と参加者の記録はもうありません",
                next_step="管理簿と抽選の記録、消去の報告だけを見られます",
            )
        if not self.may(right):
            raise Refused(
                f"{SITE_WORDS[self.site]}の{ROLE_WORDS[self.role]}には、この操作の権限がありません",
                next_step="取扱責任者に依頼してください",
            )
