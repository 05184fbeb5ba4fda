"""An invented crowd as a web form exports it, in files as long as the intake takes, hardly anybody in them twice."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from storage.readers.shape import MOST_ROWS

HEADER = ("受付番号", "申請日時", "カナ氏名", "生年月日", "郵便番号", "住所", "電話番号", "メールアドレス", "第1希望", "第2希望")  # fmt: skip
_SOUNDS = "アイウエオカキクケコサシスセソタチツテトナニヌネノマミムメモヤユヨラリルレロ"
_TOWNS = ("西新宿", "早稲田町", "榎町", "高田馬場", "中落合", "四谷", "若葉", "大久保", "百人町", "戸山")


def export_rows(first: int, count: int, outings: str) -> Iterator[tuple[str, ...]]:
    """As the form writes them, the receipts from `first` on; every third with a mail address."""
    chance = random.Random(first)
    for number in range(first, first + count):
        kana = f"{''.join(chance.choices(_SOUNDS, k=3))} {''.join(chance.choices(_SOUNDS, k=4))}"
        born = f"昭和{chance.randrange(11, 31)}年{chance.randrange(1, 13)}月{chance.randrange(1, 29)}日"
        address = f"東京都新宿区{chance.choice(_TOWNS)}{chance.randrange(1, 9)}-{chance.randrange(1, 30)}"
        phone = f"03-{chance.randrange(3000, 6999)}-{chance.randrange(10_000):04}"
        mail = f"p{number}@example.jp" if number % 3 == 0 else ""
        yield (
            f"W{number}",
            "2026/05/02 10:00",
            kana,
            born,
            "",
            address,
            phone,
            mail,
            *chance.sample(outings, 2),
        )


def exports(folder: Path, count: int, outings: str) -> list[Path]:
    """Files that hold `count` people in all."""
    files = []
    for first in range(1, count + 1, MOST_ROWS):
        path = folder / f"export{count}-{first}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(export_rows(first, min(MOST_ROWS, count + 1 - first), outings))
        files.append(path)
    return files
