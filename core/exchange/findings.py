"""What in the remote's own log has no counterpart in what we wrote down ourselves (docs/exchange.md, "Box's own log").

Pure: the kept events on one side; on the other both ledgers, the courier's journal and its receipts, and who may have access.
Ordinary work leaves no finding: what is tried twice, resumed, or merely not yet told is counted, or waits.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum

from core.canonical import canonical_json, sha256_hex
from core.exchange.happenings import Doing, Happening, Watch
from core.exchange.names import RECEIPT, ZIP, BundleName, Channel, bundle_name
from core.exchange.receipt import heartbeat_place
from core.roles import SITE_WORDS, Site

DAY = dt.timedelta(days=1)
"""For clocks that differ, rounds that take long, and events that come late."""
GRACE = 3 * DAY
"""So much later than a download the partner's ledger must reach before a missing line is a finding."""
HELD_GRACE = 14 * DAY
"""The same where the partner's courier has signed that it holds the bundle: a person has yet to take it in."""


class Code(StrEnum):
    """What a finding is about."""

    UNKNOWN_DOWNLOAD = "unknown_download"
    UNKNOWN_ACT = "unknown_act"
    NO_LINE = "no_line"
    AGAIN = "again"
    OWN_UNKNOWN = "own_unknown"
    OWN_AGAIN = "own_again"
    SENDER = "sender"
    FOREIGN_FILE = "foreign_file"
    NEW_VERSION = "new_version"
    DELETED = "deleted"
    RESTORED = "restored"
    MOVED = "moved"
    COPIED = "copied"
    CHANGED = "changed"
    SHARED = "shared"
    COLLABORATION = "collaboration"
    NO_DOWNLOAD = "no_download"


WORDS: dict[Code, str] = {
    Code.UNKNOWN_DOWNLOAD: "登録のない利用者が取得しました",
    Code.UNKNOWN_ACT: "登録のない利用者が操作しました",
    Code.NO_LINE: "取得されましたが、相手の管理簿に受領の行がありません",
    Code.AGAIN: "相手の受領のあとに、もう一度取得されました",
    Code.OWN_UNKNOWN: "自分の利用者の取得ですが、通信係の記録にありません",
    Code.OWN_AGAIN: "自分の利用者が、受け取ったあとにもう一度取得しました",
    Code.SENDER: "送った側の利用者が、送ったファイルを取得しました",
    Code.FOREIGN_FILE: "送受信のものではないファイルが置かれました",
    Code.NEW_VERSION: "置かれたファイルに、新しい版が重ねられました",
    Code.DELETED: "削除されました",
    Code.RESTORED: "ごみ箱または前の版から戻されました",
    Code.MOVED: "名前または場所が変えられました",
    Code.COPIED: "複製されました",
    Code.CHANGED: "内容または設定が変えられました",
    Code.SHARED: "共有リンクが作られたか、変えられました",
    Code.COLLABORATION: "共同作業者が変えられました",
    Code.NO_DOWNLOAD: "受領書がありますが、Boxの記録に取得がありません",
}
NEXT: dict[Code, str] = {
    Code.OWN_UNKNOWN: "資格情報がほかで使われていないか確かめ、作り直してください",
    Code.OWN_AGAIN: "資格情報がほかで使われていないか確かめ、作り直してください",
    Code.NO_LINE: "相手方の取扱責任者へ電話で確認してください",
    Code.AGAIN: "相手方の取扱責任者へ電話で確認してください",
    Code.SENDER: "どの端末から取得したか、両方の取扱責任者で確かめてください",
    Code.NO_DOWNLOAD: "どこから受け取ったか、相手方の取扱責任者へ電話で確認してください",
    Code.UNKNOWN_DOWNLOAD: "フォルダの共同作業者と共有リンクを確かめ、事故として報告してください",
    Code.UNKNOWN_ACT: "フォルダの共同作業者と共有リンクを確かめ、事故として報告してください",
}
ASK = "だれが何のために行ったか、両方の取扱責任者で確かめてください"


@dataclass(frozen=True)
class Finding:
    """One thing to be explained. `subject` is a file's or folder's name, `who` a login or "", `events` the ids it rests on."""

    code: Code
    subject: str
    who: str
    first: str
    last: str
    events: tuple[str, ...]
    ips: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """SHA-256 over what it rests on: an answer speaks of exactly these events."""
        return sha256_hex(canonical_json({"code": self.code.value, "events": sorted(self.events)}))

    @property
    def sentence(self) -> str:
        return WORDS[self.code]

    @property
    def next_step(self) -> str:
        return NEXT.get(self.code, ASK)


@dataclass(frozen=True)
class Facts:
    """What we know without the log. Bundles by name; moments know their offset."""

    site: Site
    sealed: AbstractSet[BundleName]
    """By our vault."""
    unwritten: AbstractSet[BundleName]
    """Of a kind for which no ledger has a line of receipt."""
    sent: AbstractSet[BundleName]
    """By our courier's journal."""
    fetched: Mapping[BundleName, dt.datetime]
    """By our courier's journal."""
    taken: Mapping[BundleName, dt.datetime]
    """By the partner's ledger: a person took it in."""
    receipted: Mapping[BundleName, dt.datetime]
    """The partner's courier signed for it; when we saw that."""
    by_medium: AbstractSet[BundleName]
    """Also carried by hand, by either ledger."""
    partner_until: dt.datetime | None
    """The newest line of the partner's ledger that we hold."""


@dataclass
class Judged:
    """The outcome. `counts` are of the kept events, by doing; `waiting` and `unchecked` are Japanese sentences."""

    findings: list[Finding] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


Group = tuple[Code, str, str]


def judge(
    happenings: Sequence[Happening],
    watch: Watch,
    facts: Facts,
    answered: AbstractSet[tuple[str, str]] = frozenset(),
) -> Judged:
    """Match the log (oldest first) against what is known. `answered`: (code, event id) that a person has accounted for."""
    desk = _Desk(watch, facts)
    groups: dict[Group, list[Happening]] = {}
    waits: Counter[str] = Counter()
    for one in happenings:
        desk.judged.counts[one.doing.value] += 1
        said = desk.of(one)
        if isinstance(said, Code):
            if (said.value, one.id) not in answered:
                groups.setdefault((said, _subject(one), one.login), []).append(one)
        elif said:
            waits[said] += 1
    made = [_finding(group, found) for group, found in groups.items()]
    made += [one for one in desk.undelivered(happenings) if (one.code.value, one.events[0]) not in answered]
    desk.judged.findings = sorted(made, key=lambda one: (one.last, one.id), reverse=True)
    desk.judged.waiting = [f"{words} {count}件" for words, count in waits.items()]
    desk.unchecked()
    return desk.judged


def _subject(one: Happening) -> str:
    return f"{one.name}（相手 {one.whom}）" if one.whom else one.name


def _finding(group: Group, found: Sequence[Happening]) -> Finding:
    code, name, who = group
    ips = tuple(sorted({one.ip for one in found if one.ip}))
    return Finding(code, name, who, found[0].at, found[-1].at, tuple(one.id for one in found), ips)


WAITS_LEDGER = "相手の新しい管理簿を待っている取得"
WAITS_OWN = "通信係の記録を待っている自分の取得"


class _Desk:
    def __init__(self, watch: Watch, facts: Facts) -> None:
        self._watch, self._facts, self._account = watch, facts, watch.account
        self._polled = dt.datetime.fromisoformat(watch.polled or watch.began)
        self._uploaded: set[str] = set()
        self._setup = 0
        self._nobody = 0
        self.judged = Judged()
        self._rules: dict[Doing, Callable[[Happening], Code | str]] = {
            Doing.DOWNLOAD: self._download,
            Doing.UPLOAD: self._upload,
            Doing.CREATE: self._create,
            Doing.DELETE: self._delete,
            Doing.INVITE: self._collaboration,
            Doing.ROLE: self._collaboration,
            Doing.LEAVE: self._collaboration,
        }

    def of(self, one: Happening) -> Code | str:
        """A finding's code, what it waits for, or "" when it is in order."""
        if not self._account.is_us(one) and not self._account.knows(one.login):
            if self._account.allowed or not one.login:
                return Code.UNKNOWN_DOWNLOAD if one.doing is Doing.DOWNLOAD else Code.UNKNOWN_ACT
            self._nobody += 1
        rule = self._rules.get(one.doing)
        return rule(one) if rule else _ALWAYS.get(one.doing, "")

    # -- downloads ---------------------------------------------------------------------------------------------

    def _download(self, one: Happening) -> Code | str:
        bundle = one.bundle
        if bundle is None or one.name.endswith(RECEIPT):
            return ""  # heartbeats and receipts are read every round; other files are a finding when they are put there
        ours = bundle.channel.sender is self._facts.site
        if self._account.is_us(one):
            return self._own_download(one, bundle, ours)
        if not ours:
            return Code.SENDER
        return self._partner_download(one, bundle)

    def _own_download(self, one: Happening, bundle: BundleName, ours: bool) -> Code | str:
        if not one.name.endswith(ZIP):
            return ""  # a manifest is looked at as often as need be
        if ours:
            return Code.SENDER
        fetched = self._facts.fetched.get(bundle)
        if fetched is not None:
            return Code.OWN_AGAIN if one.moment > fetched + DAY else ""
        return Code.OWN_UNKNOWN if self._polled > one.moment + DAY else WAITS_OWN

    def _partner_download(self, one: Happening, bundle: BundleName) -> Code | str:
        facts = self._facts
        taken = facts.taken.get(bundle)
        if taken is not None:
            return Code.AGAIN if one.name.endswith(ZIP) and one.moment > taken + DAY else ""
        if bundle in facts.unwritten or bundle not in facts.sealed:  # the latter is found where it was put
            return ""
        grace = HELD_GRACE if bundle in facts.receipted else GRACE
        if facts.partner_until is not None and facts.partner_until > one.moment + grace:
            return Code.NO_LINE
        return WAITS_LEDGER

    # -- files -------------------------------------------------------------------------------------------------

    def _upload(self, one: Happening) -> Code | str:
        if one.item == self._account.folder:
            return ""
        if not self._belongs(one):
            return Code.FOREIGN_FILE
        again = one.item in self._uploaded
        self._uploaded.add(one.item)
        bundle = bundle_name(one.name, ZIP)
        if bundle is not None and bundle.channel.sender is not self._facts.site:
            fetched = self._facts.fetched.get(bundle)
            again |= fetched is not None and one.moment > fetched + DAY
        return Code.NEW_VERSION if again else ""

    def _create(self, one: Happening) -> Code | str:
        return "" if one.item == self._account.folder or self._belongs(one) else Code.FOREIGN_FILE

    def _belongs(self, one: Happening) -> bool:
        """Whether this is one of the exchange's files, put there by the side it comes from."""
        bundle, place, own = one.bundle, heartbeat_place(one.name), self._facts.site
        if one.kind == "folder":
            return False
        if place is not None:
            return (place[0] is own) is self._account.is_us(one)
        if bundle is None or bundle.channel is Channel.WARD_DESK:
            return False
        sender = bundle.channel.sender
        by = sender.other if one.name.endswith(RECEIPT) else sender
        if (by is own) is not self._account.is_us(one):
            return False
        return (
            sender is not own
            or one.name.endswith(RECEIPT)
            or bundle in self._facts.sealed
            or bundle in self._facts.sent
        )

    def _delete(self, one: Happening) -> Code | str:
        place = heartbeat_place(one.name)
        if place is not None and (place[0] is self._facts.site) is self._account.is_us(one):
            return ""
        return Code.DELETED

    def _collaboration(self, one: Happening) -> Code | str:
        whom = one.invited
        if not whom:
            if one.at and one.moment <= dt.datetime.fromisoformat(self._watch.began):
                self._setup += 1
                return ""
            return Code.COLLABORATION
        if not self._account.allowed:
            self._nobody += 1
            return ""
        known = self._account.knows(whom)
        return "" if known is not (one.doing is Doing.LEAVE) else Code.COLLABORATION

    # -- the other way round -----------------------------------------------------------------------------------

    def undelivered(self, happenings: Iterable[Happening]) -> list[Finding]:
        """Receipts for bundles that nobody downloaded, where the log would have told."""
        zips = [one for one in happenings if one.doing is Doing.DOWNLOAD and one.name.endswith(ZIP)]
        by_us = {one.bundle for one in zips if self._account.is_us(one)}
        by_others = {one.bundle for one in zips if not self._account.is_us(one)}
        put = {one.bundle: one for one in happenings if one.doing is Doing.UPLOAD and one.name.endswith(ZIP)}
        facts, found, unclear = self._facts, [], 0
        own_missing = [
            bundle
            for bundle, at in facts.fetched.items()
            if bundle not in by_us
            and bundle not in facts.by_medium
            and self._watch.covers(at - DAY, at + DAY)
        ]
        for bundle, at in sorted(facts.receipted.items()):
            if bundle in by_others or bundle in facts.by_medium or bundle.channel is Channel.WARD_DESK:
                continue
            upload = put.get(bundle)
            if upload is None and at < dt.datetime.fromisoformat(self._watch.began):
                continue  # went before there was a log, perhaps not over Box at all
            if upload is None or not self._watch.covers(upload.moment, at + DAY) or own_missing:
                unclear += 1
                continue
            name, key = bundle.zip, f"receipt:{bundle}"
            found.append(Finding(Code.NO_DOWNLOAD, name, "", upload.at, at.isoformat("T", "seconds"), (key,)))
        if unclear:
            self.judged.unchecked.append(
                f"受領書のある{unclear}個の束の取得（Boxの記録が及ばないか、届いていません）"
            )
        if own_missing:
            self.judged.unchecked.append(
                f"自分の取得のうち{len(own_missing)}個がBoxの記録にありません。記録は揃っていません"
            )
        return found

    def unchecked(self) -> None:
        """What the log cannot tell at all."""
        say = self.judged.unchecked.append
        if not self._watch.polled:
            say("Boxの記録をまだ最後まで読めていません")
        if not self._account.reach.tells_downloads:
            say(
                f"{SITE_WORDS[self._facts.site]}以外の利用者の取得（フォルダの所有者か管理者の記録にだけ残ります）"
            )
        if self._nobody:
            say(f"利用者が登録されたものか（設定に collaborators がありません。{self._nobody}件）")
        if self._setup:
            say(
                f"記録を始める前の共同作業者の変更 {self._setup}件（相手が記録にありません。現在の一覧を確かめてください）"
            )
        holes = sum(
            later.since > earlier.until
            for earlier, later in zip(self._watch.spans, self._watch.spans[1:], strict=False)
        )
        if holes:
            say(f"送受信を2週間以上しなかった間の記録（{holes}回。Boxが消しました）")


_ALWAYS: dict[Doing, Code] = {
    Doing.RESTORE: Code.RESTORED,
    Doing.MOVE: Code.MOVED,
    Doing.RENAME: Code.MOVED,
    Doing.COPY: Code.COPIED,
    Doing.EDIT: Code.CHANGED,
    Doing.SETTINGS: Code.CHANGED,
    Doing.SHARE: Code.SHARED,
}
