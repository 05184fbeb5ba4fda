"""How the rows of the 点検 are searched and sorted: at the ward who is reviewed, at the contractor what came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from core.applicant import town_of
from core.office.list_row import ListRow
from core.office.review import ReviewItem
from tui.view import PEOPLE_ORDERS, Rows, age_key

REVIEW_ORDERS: Mapping[str, str] = {
    "": "要注意の人が先",
    "number": "受付番号順",
    **PEOPLE_ORDERS,
    "state": "答えていない人が先",
}
ITEMS = Rows[ReviewItem](
    texts=lambda item: (item.applicant.kana, town_of(item.applicant.address)),
    keys={
        "number": lambda item: item.number,
        "kana": lambda item: item.applicant.kana,
        "age": lambda item: item.applicant.birth_date or dt.date.min,
        "town": lambda item: town_of(item.applicant.address),
        "state": lambda item: (bool(item.verdict), item.verdict, not item.exception),
    },
    number=lambda item: item.number,
)
RETURNED = Rows[ListRow](
    texts=lambda row: (row.kana, row.town),
    keys={
        "number": lambda row: row.number,
        "kana": lambda row: row.kana,
        "age": lambda row: age_key(row.age),
        "town": lambda row: row.town,
        "state": lambda row: row.confirmed,
    },
    number=lambda row: row.number,
)
