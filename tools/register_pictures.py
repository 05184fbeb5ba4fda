"""Draws the first page of every register and report as a picture, from a played demo: `python -m tools.register_pictures DEMO`.

Beside them a 名簿 with the longest names, rare characters and a long address. The pictures are looked at before they are kept
in docs/pictures/papers. Nothing is entered in the demo's ledger: a paper is drafted and drawn, never written.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cli.demo_staff import PASSWORDS, STAFF
from cli.session import open_session
from cli.software import software
from core.office.paper_desk import Wanted
from core.office.roster_paper import PEOPLE
from core.papers import Paper, PaperKind, Table
from core.roles import Site
from storage.doctor.machine import shipped_lock
from storage.papers.register_pdf import TEMPLATE, check_glyphs, inputs
from storage.papers.typesetting import pictures

FOLDER = Path(__file__).parent.parent / "docs" / "pictures" / "papers"
PPI = 62
SHOTS = {
    "ledger": (Site.CONTRACTOR, Wanted(PaperKind.LEDGER)),
    "staff": (Site.CONTRACTOR, Wanted(PaperKind.STAFF)),
    "ceremony": (Site.CONTRACTOR, Wanted(PaperKind.CEREMONY)),
    "roster": (Site.CONTRACTOR, Wanted(PaperKind.ROSTER, outing="A")),
    "review": (Site.WARD, Wanted(PaperKind.REVIEW)),
    "audit": (Site.WARD, Wanted(PaperKind.AUDIT)),
}
LONG = (
    ("☐", "☑", "0012", "サイオンジ ジョセフィーヌアレクサンドラマリアテレーズヴィクトリア", "101", "090-0000-0000", "組12", ""),
    ("☑", "☐", "0013", "ヴァン・デル・ヴァール ヘンドリク", "75", "03-0000-0000", "", "𠮷髙﨑邊ハイツⅢ ㈱寮〜Ａ棟の前で待つ"),
)  # fmt: skip
ADDRESS = (
    "東京都新宿区市谷田町一丁目12-34 市ヶ谷グランドレジデンシャルタワーアネックスノースウイング 4301号室"
)


def longest() -> Paper:
    """A 名簿 of people who do not exist, with everything that could be cut."""
    return Paper(
        PaperKind.ROSTER, "いきいきハイキング 参加者名簿・出欠表", [("事務局（緊急のとき）", f"{ADDRESS} 03-0000-0000")],
        [Table("参加者（カナ氏名の順）", PEOPLE, LONG * 5)], dt.datetime(2026, 6, 10, 8, 0, tzinfo=dt.UTC), "見本 責任者",
        "ABCDEFGHJK", size=11.5, ticks=True,
    )  # fmt: skip


def main(words: Sequence[str]) -> int:
    demo = Path(words[0])
    for name, (site, wanted) in SHOTS.items():
        session = open_session(demo / site.value, STAFF[site][0], PASSWORDS[site], terminal="pictures")
        try:
            draw(name, session.office.papers.draft(replace(wanted, software=software(shipped_lock()))))
        finally:
            session.close()
    draw("roster-long", longest())
    return 0


def draw(name: str, paper: Paper) -> None:
    """The first page."""
    check_glyphs(paper)
    (FOLDER / f"register-{name}.png").write_bytes(pictures(TEMPLATE, inputs(paper), ppi=PPI)[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
