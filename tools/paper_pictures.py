"""Draws every paper of the notices ⑪ as pictures, with people who do not exist: `python -m tools.paper_pictures [DIR]`.

Long addresses and rare characters are among them. The pictures are looked at before they are kept in docs/pictures/papers.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from core.applicant import Applicant, Application, Route, State
from core.notices import Form, Notice, NoticeKind, Office, Outcome, Published, as_mail, notice
from core.programme import Programme, parse_programme
from core.wording import default_files, read_wording
from core.wording_texts import COMMON, GUIDE
from storage.papers import letters, postcards
from storage.papers.typesetting import pictures

FOLDER = Path(__file__).parent.parent / "docs" / "pictures" / "papers"
PPI = 80
PROGRAMME = """\
name = "いきいきハイキング"
fiscal_year = 2026
applications_close = 2026-05-08
[[outing]]
code = "A"
date = 2026-06-10
place = "高尾山"
capacity = 80
[[outing]]
code = "B"
date = 2026-06-17
place = "御岳山"
capacity = 80
[contact]
name = "いきいきハイキング事務局"
postal_code = "162-0000"
address = "東京都新宿区神楽河岸0-0 架空ビル3階"
phone = "03-1234-5678"
"""
GUIDE_TEXT = """\
[A]
集合場所: JR高尾駅 北口広場
集合時間: 午前8時30分
持ち物: 弁当、飲み物、雨具、帽子、歩きやすい靴
"""
COMMON_TEXT = """\
[確かめ方 公開]
抽選の資料は公開しています。抽選番号で結果を確かめられます。
[確かめ方 窓口]
抽選の資料は区の窓口でご覧になれます。抽選番号をお知らせください。
[公開場所]
https://example.jp/hiking/draw/
"""
PEOPLE = {
    "usual": ("サトウ ハナコ", "1600023", "東京都新宿区西新宿2-8-1 都営住宅3-502"),
    "long": (
        "サイオンジ ジョセフィーヌアレクサンドラマリア",
        "1620843",
        "東京都新宿区市谷田町一丁目12-34 市ヶ谷グランドレジデンシャルタワーアネックスノースウイング 4301号室",
    ),
    "rare": ("ワタナベ ヴェロニカ", "1620808", "東京都新宿区天神町𠮷髙1-2 﨑邊ハイツⅢ ﾊﾟｰｸ㈱寮〜Ａ棟"),
}
OUTCOMES = {
    NoticeKind.ADMISSION: Outcome("K7Q29F3MXA", "A"),
    NoticeKind.PROMOTION: Outcome("M2W8RT4ZQ1", "A", 2, promoted=True),
    NoticeKind.WAITING: Outcome("B5H0KD9VXE", None, 1, (("A", 3), ("B", 17))),
    NoticeKind.REJECTION: Outcome("Q8T3JX6NPA", None),
    NoticeKind.CALLED_OFF: Outcome("Z1C7SF5GHM", None, 1, (("B", 2),), called_off="A"),
}


def programme() -> Programme:
    return parse_programme(PROGRAMME)


def example(kind: NoticeKind, person: str = "usual", number: int = 12) -> Notice:
    """A notice of that kind to one of `PEOPLE`."""
    kana, postal_code, address = PEOPLE[person]
    applicant = Applicant(
        kana=kana, birth_date=dt.date(1950, 3, 4), postal_code=postal_code, address=address, phone="0300000000",
        email="someone@example.jp", preferences=("A", "B"), group="",
    )  # fmt: skip
    rules = programme()
    wording = read_wording(default_files(rules.codes) | {GUIDE: GUIDE_TEXT, COMMON: COMMON_TEXT}, rules.codes)
    contact = rules.contact
    return notice(
        rules,
        Application(
            number, "AAAAABBBBB", applicant, State.ACCEPTED, Route.WEB, "web", "W1", (), (), version=1
        ),
        OUTCOMES[kind],
        wording=wording,
        office=Office(contact.name, contact.postal_code, contact.address, contact.phone),
        published=Published(
            "hiking-2026-1", "3f9a22bc77de01455c0e8d91a6b4f2730d18e95fc2ab647f80135e7d9b6cf24a"
        ),
    )


def postcard(item: Notice, ppi: float = PPI) -> list[bytes]:
    """Address side and message side."""
    return pictures(postcards.TEMPLATE, postcards.inputs([item.on(Form.POSTCARD)]), ppi=ppi)


def letter(item: Notice, ppi: float = PPI) -> list[bytes]:
    return pictures(letters.TEMPLATE, letters.inputs(letters.USUAL, [item.on(Form.LETTER)]), ppi=ppi)


def main(words: Sequence[str]) -> int:
    folder = Path(words[0]) if words else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for kind in NoticeKind:
        item = example(kind)
        name = kind.replace("_", "-")
        (folder / f"postcard-{name}-message.png").write_bytes(postcard(item)[1])
        mail = as_mail(item)
        (folder / f"mail-{name}.txt").write_text(f"件名: {mail.subject}\n\n{mail.body}", encoding="utf-8")
    for who in PEOPLE:
        item = example(NoticeKind.ADMISSION, who)
        name = f"admission-{who}".removesuffix("-usual")
        (folder / f"postcard-{name}-address.png").write_bytes(postcard(item)[0])
        (folder / f"letter-{name}.png").write_bytes(letter(item, 72)[0])
    for kind in (NoticeKind.WAITING, NoticeKind.CALLED_OFF):
        (folder / f"letter-{kind.replace('_', '-')}.png").write_bytes(letter(example(kind), 72)[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
