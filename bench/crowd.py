"""A contractor's vault with as many applicants as one likes, invented, all alike in what they cost."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from cli.demo import KDF_MIB
from cli.demo_people import demo_programme
from cli.demo_staff import PASSWORDS, STAFF
from cli.founding import create_vault_folder
from core.applicant import Applicant, Application, Route, State
from core.canonical import CROCKFORD
from core.roles import Site
from storage.store import MIGRATIONS, VaultStore
from storage.vault.vault import open_vault

STAFF_ID, PASSWORD = STAFF[Site.CONTRACTOR][0], PASSWORDS[Site.CONTRACTOR]
AT = dt.datetime(2026, 5, 20, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
_SURNAMES = [
    "サトウ",
    "スズキ",
    "タカハシ",
    "タナカ",
    "イトウ",
    "ワタナベ",
    "ヤマモト",
    "ナカムラ",
    "コバヤシ",
    "カトウ",
    "ヨシダ",
    "ヤマダ",
]
_NAMES = ["ハナコ", "キヨシ", "ヨシコ", "タケシ", "カズコ", "ヒロシ", "フミコ", "ミノル", "サチコ", "イサム"]
_SOUNDS = "アイウエオカキクケコサシスセソタチツテトナニヌネノマミムメモヤユヨラリルレロ"
_TOWNS = ["西新宿", "早稲田町", "榎町", "高田馬場", "中落合", "四谷", "若葉", "大久保", "百人町", "戸山"]


def crowd(count: int) -> Iterator[Application]:
    """Receipt numbers from 1; every fiftieth is held. Half of them have one of a dozen family names, half one that few share."""
    chance = random.Random(count)
    for number in range(1, count + 1):
        family = chance.choice(_SURNAMES) if number % 2 else "".join(chance.choices(_SOUNDS, k=3))
        kana = f"{family} {chance.choice(_NAMES)}"
        born = dt.date(1936, 1, 1) + dt.timedelta(days=chance.randrange(30 * 365))
        address = f"東京都新宿区{chance.choice(_TOWNS)}{chance.randrange(1, 9)}-{chance.randrange(1, 30)}"
        phone = f"03{chance.randrange(3000, 6999)}{chance.randrange(10_000):04}"
        yield Application(
            number, "".join(chance.choices(CROCKFORD, k=10)),
            Applicant(kana, born, "1600023", address, phone, None, (chance.choice("ABCDEFGH"),), None),
            State.HELD if number % 50 == 0 else State.ACCEPTED,
            Route.WEB, "crowd.csv", str(number), (), (), 1,
        )  # fmt: skip


def crowded_vault(folder: Path, count: int) -> Path:
    """The vault's folder."""
    vault = folder / f"vault{count}"
    create_vault_folder(
        vault, Site.CONTRACTOR, *STAFF[Site.CONTRACTOR], PASSWORD,
        programme=demo_programme(), remote=f"folder:{folder}", kdf_mib=KDF_MIB,
    )  # fmt: skip
    opened = open_vault(vault, STAFF_ID, PASSWORD, migrations=MIGRATIONS, now=lambda: AT)
    try:
        with VaultStore(opened).write() as tx:
            people = crowd(count)
            while some := list(islice(people, 1_000)):
                tx.applications.add_all(some, AT)
    finally:
        opened.close()
    return vault
