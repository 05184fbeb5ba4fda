"""Draws the papers of what is carried by hand as pictures, with made-up numbers: `python -m tools.custody_pictures [DIR]`.

The password shown opens nothing. The pictures are looked at before they are kept in docs/pictures/papers.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from core.ledger.codes import Content, Place
from core.office.custody_papers import LabelPaper, SlipPaper
from core.office.exporting import NoticePaper
from storage.papers.custody import LABEL, NOTICE, SLIP, label_inputs, notice_inputs, slip_inputs
from storage.papers.typesetting import pictures

FOLDER = Path(__file__).parent.parent / "docs" / "pictures" / "papers"
PPI = 80
TITLE = "いきいきハイキング 令和8年度"
DAY, END = dt.date(2026, 4, 20), dt.date(2026, 12, 31)
FORMS = SlipPaper("K7Q29F3MXA", TITLE, 3, DAY, "応募用紙", "紙", "12枚", "区の窓口", "委託先", END, "")
MEDIUM = SlipPaper(
    "4EA39J4R1P",
    TITLE,
    4,
    DAY,
    "応募データ",
    "USBメモリ",
    "1個",
    "委託先",
    "区",
    dt.date(2026, 5, 20),
    "385件",
)
STICKER = LabelPaper("4EA39J4R1P", TITLE, "応募データ", "385件", DAY, "区", dt.date(2026, 5, 20), "委託先")
PASSWORD = NoticePaper(
    "X3M8PW20QZ", "4EA39J4R1P", Content.APPLICATIONS, DAY, "ABCDEFGHJKMNPQRSTVWXYZ0123", dt.date(2026, 4, 21),
    Place.WARD, "いきいきハイキング",
)  # fmt: skip


def main(words: Sequence[str]) -> int:
    folder = Path(words[0]) if words else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, template, inputs in (
        ("handover-slip", SLIP, slip_inputs(FORMS)),
        ("handover-slip-medium", SLIP, slip_inputs(MEDIUM)),
        ("medium-label", LABEL, label_inputs(STICKER)),
        ("password-notice", NOTICE, notice_inputs(PASSWORD)),
    ):
        (folder / f"{name}.png").write_bytes(pictures(template, inputs, ppi=PPI)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
