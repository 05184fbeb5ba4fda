"""Files for people without a vault, on a medium carried by hand (C7): one zip under a password nobody has seen.

The password is made here, kept in the vault alone, and leaves it on the パスワード通知書: no sooner than the medium was given
and the programme's `handover.notice_hours` have passed, on paper, and as a handover of its own.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.applicant import Application, State
from core.canonical import canonical_json, crockford_id, sha256_hex
from core.choosing import one_of
from core.errors import Refused, UsageError
from core.ledger.codes import MEDIUM_WORDS, PLACE_WORDS, Act, Content, Medium, Place, Unit
from core.ledger.handover import Stage
from core.office.carried import carried
from core.office.choices import WHAT_WORDS, What
from core.office.custody_items import DATA, Item, items_of, need_given_before
from core.office.desk import Desk, programme_of
from core.office.inventory import REF, SHORTEST, new_copy
from core.office.kept import Kept, keep, kept_of
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.records import plain_cell, to_sheet
from core.office.seating import Seat, seated_people, today
from core.office.second import Deed, Subject, need_second
from core.roles import Right, Site

PASSWORD_LETTERS = 26
"""Of Crockford's base32: 130 bits."""
TABLE = "data.csv"
"""A name inside the zip is in clear: it says nothing."""


TO = (Place.WARD, Place.CONTRACTOR, Place.SUBCONTRACTOR)
"""To whom a medium may go. Another section of one's own house is one's own site."""


@dataclass(frozen=True)
class Draft:
    """An export to be written. Nothing is noted of it until `Exporting.exported`."""

    id: str
    password: str = field(repr=False)
    entries: Mapping[str, bytes] = field(repr=False)
    content: Content
    records: int
    unit: Unit
    medium: Medium
    to: Place
    return_by: dt.date
    subject: Subject | None = None
    """What two people may have to agree on first; None where nobody is in it."""


@dataclass(frozen=True)
class NoticePaper:
    """パスワード通知書, to be printed."""

    id: str
    """Its own 控番号."""
    opens: str
    """Of the medium it opens."""
    content: Content
    given: dt.date
    password: str = field(repr=False)
    day: dt.date
    to: Place
    title: str


class Exporting:
    """The use cases behind `ikiiki export` and `ikiiki handover notice`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def draft(
        self, what: What, to: Place, medium: Medium, *, outing: str = "", return_by: dt.date | None = None
    ) -> Draft:
        """What is to be written, and a fresh password. Raises `Refused` when there is nobody in it, `UsageError`."""
        if medium not in DATA or to not in TO:
            raise UsageError("媒体はUSBメモリか光ディスク、渡す先は区・委託先・再委託先です")
        with self._desk.reading(Right.EXPORT) as tx:
            content, entries, listed = self._entries(tx, what, outing)
            records = len(listed)
            if not records:
                raise Refused("書き出すものがありません", where=WHAT_WORDS[what])
            unit = Unit.LINES if what is What.LEDGER else Unit.RECORDS
            by = self._return_by(tx, return_by)
            subject = None if what is What.LEDGER else _subject(what, to, medium, outing, listed)
            if subject is not None:
                need_second(self._desk, tx, subject, enact=False)
        password = crockford_id(self._desk.entropy(PASSWORD_LETTERS), PASSWORD_LETTERS)
        return Draft(new_copy(self._desk), password, entries, content, records, unit, medium, to, by, subject)

    def exported(self, draft: Draft, zip_bytes: bytes) -> Item:
        """Note, before the file gets its name, that this leaves the vault: two lines, and the password kept."""
        site = Place(self._desk.actor.site.value)
        with self._desk.writing(Right.EXPORT) as tx:
            if draft.subject is not None:
                need_second(self._desk, tx, draft.subject)
            keep(tx, draft.id, Kept(draft.return_by, draft.records, draft.password, draft.to))
            write_line(
                self._desk, tx, Act.EXPORT, draft.content, draft.records, draft.unit, medium=draft.medium,
                from_=site, to=site, handover=draft.id, ref=f"sha256:{sha256_hex(zip_bytes)}",
            )  # fmt: skip
            write_line(
                self._desk, tx, Act.COPY, draft.content, 1, Unit.MEDIA, medium=draft.medium,
                from_=site, to=site, handover=draft.id, ref=REF + draft.id,
            )  # fmt: skip
            self._desk.log(tx, "export", f"{draft.id} {draft.content.value} n={draft.records}")
            return _one(tx, self._desk.actor.site, draft.id)

    def notice(self, name: str) -> NoticePaper:
        """The notice for that export. Nothing is noted until `printed`.

        Raises `Refused` before the medium was given, before the interval has passed, while another notice of it is
        under way, and when its password is no more.
        """
        with self._desk.reading(Right.EXPORT) as tx:
            return self._notice(tx, name)

    def printed(self, paper: NoticePaper) -> Item:
        """Note, before the page is written, that it leaves the vault."""
        site = Place(self._desk.actor.site.value)
        with self._desk.writing(Right.EXPORT) as tx:
            self._notice(tx, paper.opens)  # it may have been given, or printed, since
            keep(tx, paper.id, Kept(to=paper.to, opens=paper.opens))
            write_line(
                self._desk, tx, Act.PRINT, Content.PASSWORD_NOTICE, 1, Unit.SHEETS, medium=Medium.PAPER,
                from_=site, to=site, handover=paper.id, ref=REF + paper.id,
            )  # fmt: skip
            self._desk.log(tx, "password_notice", f"{paper.id} opens={paper.opens}")
            return _one(tx, self._desk.actor.site, paper.id)

    # -- parts ------------------------------------------------------------------------------------------------

    def _notice(self, tx: Tx, name: str) -> NoticePaper:
        wanted = name.strip().upper()
        site = self._desk.actor.site
        mine = [
            one
            for one in items_of(tx, site)
            if one.id.startswith(wanted) and one.medium in DATA and one.giver is site
        ]
        if len(mine) != 1 or len(wanted) < SHORTEST:
            raise UsageError(
                "その控番号の媒体は、ここから書き出されていません", where=name,
                next_step="媒体のラベルにある控番号を入力してください",
            )  # fmt: skip
        item = mine[0]
        kept, given = kept_of(tx, item.id), next(one.given for one in carried(tx, site) if one.id == item.id)
        if kept is None or not kept.password:
            raise Refused(
                "この媒体のパスワードは、もう保管庫にありません", where=f"控番号 {item.id}",
                next_step="通知書を渡したか、媒体を廃棄したためです。要るときは、書き出し直してください",
            )  # fmt: skip
        programme = programme_of(tx)
        given = need_given_before(item.id, given, programme, self._desk.now(), "印刷できません")
        for one in items_of(tx, site):
            if one.opens == item.id and one.stage not in (Stage.ENDED, Stage.BACK):
                raise Refused(
                    "この媒体のパスワード通知書は、もう印刷してあります", where=f"控番号 {one.id}",
                    next_step="その通知書を渡すか、なくしたときは取扱責任者が確かめて「廃棄」を記録してください",
                )  # fmt: skip
        return NoticePaper(
            new_copy(self._desk), item.id, item.content, dt.datetime.fromisoformat(given.at).date(), kept.password,
            today(self._desk), item.to, programme.name,
        )  # fmt: skip

    def _return_by(self, tx: Tx, wanted: dt.date | None) -> dt.date:
        programme, day = programme_of(tx), today(self._desk)
        usual = day + dt.timedelta(days=programme.handover.return_days)
        by = wanted or max(day, min(programme.retention_end, usual))
        if by < day or by > max(day, programme.retention_end):
            raise UsageError(
                "返却期限は、今日から消去の期限までの日です", where=by.isoformat(),
                next_step=f"{day} から {programme.retention_end} までの日にしてください",
            )  # fmt: skip
        return by

    @staticmethod
    def _entries(
        tx: Tx, what: What, outing: str
    ) -> tuple[Content, dict[str, bytes], list[tuple[str, int, str]]]:
        """(what it is, the files, what is in them: of people the record, its version and the outing, in this order)."""
        if what is What.LEDGER:
            lines = {org: tx.ledger.lines(org) for org in Site}
            named = {f"ledger-{org.value}.hkl": b"".join(raw) for org, raw in lines.items() if raw}
            return (
                Content.LEDGER,
                named,
                [(org.value, seq, "") for org, raw in lines.items() for seq in range(len(raw))],
            )
        if what is What.APPLICATIONS:
            found = tx.applications.all((State.ACCEPTED, State.HELD))
            return Content.APPLICATIONS, {TABLE: to_sheet(found)}, [(a.record, a.version, "") for a in found]
        programme = programme_of(tx)
        if what is What.OUTING and outing not in programme.codes:
            raise UsageError(
                "その回はありません",
                where=outing,
                next_step=one_of({one.code: one.place for one in programme.outings}),
            )
        seats = [one for one in seated_people(tx) if what is What.PARTICIPANTS or one.outing == outing]
        listed = [(one.application.record, one.application.version, one.outing) for one in seats]
        return Content.PARTICIPANTS, {TABLE: seats_sheet(seats)}, listed


def seats_sheet(seats: Sequence[Seat]) -> bytes:
    """Who goes, with all five items, as a CSV that spreadsheets take as text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["回", "受付番号", "カナ氏名", "生年月日", "郵便番号", "住所", "電話番号", "メールアドレス"]
    )
    for seat in sorted(seats, key=lambda one: (one.outing, one.application.number)):
        writer.writerow([plain_cell(cell) for cell in (seat.outing, *_cells(seat.application))])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cells(application: Application) -> tuple[str, ...]:
    a = application.applicant
    born = a.birth_date.isoformat() if a.birth_date else ""
    return (f"{application.number:04}", a.kana, born, a.postal_code, a.address, a.phone, a.email or "")


def _subject(
    what: What, to: Place, medium: Medium, outing: str, listed: Sequence[tuple[str, int, str]]
) -> Subject:
    """These people as they stand, to there: whoever comes to it, or is changed, after the second person's word needs another."""
    facts: dict[str, str | int] = {
        "what": what.value, "to": to.value, "medium": medium.value, "outing": outing, "people": len(listed),
        "list": sha256_hex(canonical_json({"records": [list(one) for one in sorted(listed)]})),
    }  # fmt: skip
    told = (
        f"{WHAT_WORDS[what]}{f' 回 {outing}' if outing else ''} {len(listed)}人、"
        f"{MEDIUM_WORDS[medium]}で{PLACE_WORDS[to]}へ"
    )
    return Subject(Deed.EXPORT, facts, told)


def _one(tx: Tx, site: Site, name: str) -> Item:
    return next(one for one in items_of(tx, site) if one.id == name)
