"""Where one person may still stand after they were erased from the rows: backups, exports, papers, files, bundles; and until when.

The ledger tells of copies and not of who is in each, so whatever holds people and was made while this person was held is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, UNIT_WORDS, Act, Content, Medium
from core.office.acts import lines_of
from core.office.blanking import is_blanked
from core.office.desk import Desk, programme_of
from core.office.erase_answers import ward_holds
from core.office.erase_requests import reference
from core.office.inventory import Copy, copies, copies_of, copy_lines
from core.office.ports import Tx
from core.office.rotation import last_days
from core.office.seating import day_of
from core.office.written import written_files
from core.roles import SITE_WORDS, Site

OF_PEOPLE = frozenset({
    Content.APPLICATIONS, Content.FORMS, Content.ROLL, Content.PARTICIPANTS, Content.ADMISSION_CARDS,
    Content.REJECTION_NOTICES, Content.PROMOTION_CARDS, Content.WAITING_NOTICES, Content.CALLED_OFF_NOTICES,
    Content.BACKUP,
})  # fmt: skip
"""What holds people's items, of all that leaves the vault."""
_BUNDLES = frozenset({"applicants", "participants", "desk"})


@dataclass(frozen=True)
class Remaining:
    """One copy in which the person may stand."""

    site: Site
    """Whose inventory it is in."""
    copy: Copy
    rotated: dt.date | None = None
    """Of a backup beside the vault: when the rotation removes it, if one is made each day."""

    @property
    def is_backup(self) -> bool:
        return self.copy.content is Content.BACKUP


@dataclass(frozen=True)
class Remains:
    """All of them, and by when the last is gone whatever happens."""

    number: int
    erased: bool
    """The person is gone from the rows already."""
    copies: tuple[Remaining, ...]
    files: tuple[str, ...] = field(repr=False)
    """Files with people in them that this vault wrote elsewhere, where it wrote them."""
    sent: int
    """Bundles with people in them that this site sealed; they open until the keys are changed."""
    received: int
    """Bundles with people in them that this vault took in and keeps: at the contractor the ward counter's, at the ward ③."""
    end: dt.date
    """The day by which everything is erased."""
    asking: bool = False
    """At the contractor, erased: the ward holds this person too, and is asked with ③ to do the same."""


def remains_of(tx: Tx, desk: Desk, number: int) -> Remains:
    """Of an application that is there, erased or not."""
    history = tx.applications.history(number)
    first = history[0][1]
    gone = next((at for version, at, _ in history if is_blanked(version)), None)
    here, until = desk.actor.site, programme_of(tx).retention_end

    own = [
        copy
        for copy in copies_of(tx, desk)
        # A form was on paper before it was keyed.
        if _holds(copy, None if copy.content is Content.FORMS else first, gone)
    ]
    # Whether the other site has the person, the contractor knows; since when, neither; when it followed, its ledger tells.
    there = here is Site.WARD or ward_holds(tx, history[-1][0])
    followed = _followed(tx, here, gone, history[0][0].record) if here is Site.CONTRACTOR else gone
    theirs = [copy for copy in copies(copy_lines(tx, here.other)) if there and _holds(copy, None, followed)]
    found = [
        Remaining(site, copy, rotated)
        for site, some in ((here, own), (here.other, theirs))
        for copy, rotated in _rotated(tx, site, some, desk.now(), until)
    ]
    files = [
        one.path
        for one in written_files(tx)
        if not one.last and (not gone or dt.datetime.fromisoformat(one.at) <= gone)
    ]
    sent, received = (
        sum(row.kind in _BUNDLES for row in tx.bundles.list(direction)) for direction in ("out", "in")
    )
    asking = here is Site.CONTRACTOR and gone is not None and there
    return Remains(number, gone is not None, tuple(found), tuple(files), sent, received, until, asking)


def _holds(copy: Copy, first: dt.datetime | None, gone: dt.datetime | None) -> bool:
    """Whether something of it is left, and it was made while the person was held. The ledger counts in seconds."""
    made = dt.datetime.fromisoformat(copy.made_at)
    within = (first is None or made >= first.replace(microsecond=0)) and (gone is None or made <= gone)
    return copy.content in OF_PEOPLE and bool(copy.here or copy.given) and within


def _followed(tx: Tx, site: Site, gone: dt.datetime | None, record: str) -> dt.datetime | None:
    """When the other site agreed and erased the person too, by its own ledger; None while it has not."""
    if gone is None:
        return None
    mine = reference(record)
    told = (line for line in lines_of(tx, site.other, Act.ERASE) if line.ref == mine)
    return next((dt.datetime.fromisoformat(line.at) for line in told), None)


def _rotated(
    tx: Tx, site: Site, found: Sequence[Copy], now: dt.datetime, until: dt.date
) -> list[tuple[Copy, dt.date | None]]:
    """Each copy with the day on which the rotation takes it. What lies on a medium waits for a person."""
    zone = now.tzinfo
    made = {
        line.ref.partition(":")[2]: dt.datetime.fromisoformat(line.at).astimezone(zone)
        for line in lines_of(tx, site, Act.BACKUP)
        if line.medium is Medium.VAULT
    }
    standing = {copy.id for copy in found if copy.content is Content.BACKUP}
    days = last_days([at for name, at in made.items() if name in standing], now, until)
    return [(copy, days.get(made[copy.id]) if copy.id in made else None) for copy in found]


def remains_words(remains: Remains, site: Site) -> list[str]:
    """Lines: what is left, and what is to be done with each, the same on the screen and by the command."""
    backups = [one for one in remains.copies if one.is_backup]
    others = [one for one in remains.copies if not one.is_backup]
    end = _day(remains.end)
    lines = ["この人が載っているかもしれない写し（保管庫の外）"]
    if backups:
        lines.append("控え（バックアップ）")
        lines += [f"  {_backup(one, site, end)}" for one in backups]
        lines.append("  早く消すときは、控えのファイルを消して、F5 の m で「廃棄した」を記入する")
    if others:
        lines.append(
            "書出し・印刷物・媒体・応募用紙: 中を見て、載っていれば廃棄し、F5 の m で「廃棄した」を記入する"
        )
        lines += [f"  {_copy(one, site)}" for one in others]
    if remains.files:
        lines.append("書き出したファイル: まだあれば、人が消す")
        lines += [f"  {path}" for path in remains.files]
    bundles = [
        f"{words}束 {count}件"
        for words, count in (("すでに送った", remains.sent), ("受け取って保管庫にある", remains.received))
        if count
    ]
    if bundles:
        lines.append(
            f"{'、'.join(bundles)}: 中身は変えられない。F6 の r（ikiiki partner renew）で鍵を替えると、だれにも開けなくなる"
        )
    if len(lines) == 1:
        return ["この人が載っている写しは、保管庫の外に記録されていません"]
    return [*lines, f"どれも、契約の終わりの消去（{end}まで）で、なくなったことを確かめます"]


def _backup(one: Remaining, site: Site, end: str) -> str:
    when = dt.datetime.fromisoformat(one.copy.made_at).date()
    where = "" if one.site is site else f"{SITE_WORDS[one.site]}の "
    fate = (
        f"毎日控えを取れば {_day(one.rotated)} に消える"
        if one.rotated
        else f"{end}の消去で消える"
        if one.copy.medium is Medium.VAULT
        else "自動では消えない。人が消す"
    )
    return f"{where}{one.copy.id} {_day(when)}（{MEDIUM_WORDS[one.copy.medium]}）: {fate}"


def _copy(one: Remaining, site: Site) -> str:
    copy, unit = one.copy, UNIT_WORDS[one.copy.unit]
    where = "" if one.site is site else f"{SITE_WORDS[one.site]}の "
    given = f"、渡してある {copy.given}{unit}" if copy.given else ""
    return (
        f"{where}{copy.id} {CONTENT_WORDS[copy.content]}（{MEDIUM_WORDS[copy.medium]}）"
        f" {_day(day_of(copy.made_at))} 手もと {copy.here}{unit}{given}"
    )


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"
