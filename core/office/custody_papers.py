"""What is printed for a thing carried by hand: the 受渡票 both sides sign, and the label on a medium. No personal data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.errors import Refused
from core.ledger.codes import CONTENT_WORDS, MEDIUM_WORDS, PLACE_WORDS, UNIT_WORDS, Content
from core.ledger.handover import Stage
from core.office.custody import Custody
from core.office.custody_items import DATA, Item
from core.office.desk import Desk, programme_of
from core.office.seating import today
from core.people.eras import wareki
from core.roles import SITE_WORDS, Right


@dataclass(frozen=True)
class SlipPaper:
    """受渡票: two copies on one page, with places for both signatures."""

    id: str
    title: str
    number: int
    """Running number at the giver."""
    day: dt.date
    content: str
    medium: str
    count: str
    """With its unit: 12枚."""
    from_: str
    to: str
    return_by: dt.date | None
    records: str
    """What a medium holds: 385件; "" for paper."""


@dataclass(frozen=True)
class LabelPaper:
    """What is stuck on a medium."""

    id: str
    title: str
    content: str
    records: str
    day: dt.date
    to: str
    return_by: dt.date | None
    by: str
    """The site that gives it: an organisation, no person."""


class CustodyPapers:
    """The use cases behind `ikiiki handover slip` and `label`. Both may be printed again at any time."""

    def __init__(self, desk: Desk, custody: Custody) -> None:
        self._desk, self._custody = desk, custody

    def slip(self, name: str) -> SlipPaper:
        """Raises `Refused` for what is not this site's to give, or has come to its end."""
        item = self._ours(name)
        title, day = self._printed(item, "slip")
        return SlipPaper(
            item.id, title, item.number, day, CONTENT_WORDS[item.content], MEDIUM_WORDS[item.medium],
            f"{item.qty}{UNIT_WORDS[item.unit]}", PLACE_WORDS[item.from_], PLACE_WORDS[item.to], item.return_by,
            _records(item),
        )  # fmt: skip

    def label(self, name: str) -> LabelPaper:
        """Raises `Refused` as `slip` does, and for paper."""
        item = self._ours(name)
        if item.medium not in DATA:
            raise Refused(
                "ラベルを貼るのは、データの媒体だけです",
                where=f"控番号 {item.id}",
                next_step="紙には受渡票を添えてください",
            )
        title, day = self._printed(item, "label")
        return LabelPaper(
            item.id, title, CONTENT_WORDS[item.content], _records(item), day, PLACE_WORDS[item.to], item.return_by,
            SITE_WORDS[self._desk.actor.site],
        )  # fmt: skip

    def _ours(self, name: str) -> Item:
        item = self._custody.find(name)
        if item.giver is not self._desk.actor.site or item.stage in (Stage.ENDED, Stage.BACK):
            raise Refused(
                "この側から渡すものではありません",
                where=f"控番号 {item.id}",
                next_step="控番号を確かめてください",
            )
        return item

    def _printed(self, item: Item, what: str) -> tuple[str, dt.date]:
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            programme = programme_of(tx)
            self._desk.log(tx, "slip", f"{what} {item.id}")  # nothing of anybody is on it
        return f"{programme.name} 令和{programme.fiscal_year - 2018}年度", today(self._desk)


def _records(item: Item) -> str:
    unit = "行" if item.content is Content.LEDGER else "件"
    return f"{item.records}{unit}" if item.records else ""


def dated(day: dt.date | None) -> str:
    """As papers have it: 令和8年5月11日."""
    return wareki(day) if day else ""
