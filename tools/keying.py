"""Key ten postcards into the form at the speed of a person, and write down what it took: `python -m tools.keying EMPTY_FOLDER docs/keying.md`.

Beside it stands what the same ten cost as rows of a plain spreadsheet: every cell typed in full, a key to leave it. Kana, kanji
and digits count one key each on both sides, though an address costs an input method several for each of its letters: what the
form spares is therefore counted low. Needs tmux.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from cli.demo import KDF_MIB
from cli.demo_people import demo_programme
from cli.demo_staff import PASSWORDS, STAFF
from cli.founding import create_vault_folder
from core.people.towns import towns_with
from core.roles import Site
from tools.terminal import Terminal

A_KEY = 0.2
"""Seconds: five keys a second, an ordinary typist's speed for what is copied from paper."""
SITE = Site.CONTRACTOR


@dataclass(frozen=True)
class Postcard:
    """What stands on it. `rest`: the address behind the town; `kana` as the input method gives it at once."""

    postal_code: str
    rest: str
    kana: str
    birth: str
    phone: str
    wishes: str

    def typed(self) -> list[str]:
        """Field by field, as the form is filled: the town stands there already."""
        return [self.postal_code, self.rest, self.kana, self.birth, self.phone, "", self.wishes, "", ""]

    def row(self) -> list[str]:
        """Cell by cell, as a spreadsheet's row is filled."""
        (town,) = towns_with(self.postal_code)
        code = f"{self.postal_code[:3]}-{self.postal_code[3:]}"
        return ["郵送", code, f"{town.name}{self.rest}", self.kana, self.birth, self.phone, self.wishes]


POSTCARDS = (
    Postcard("1600023", "2-8-1", "さとう はなこ", "S22.2.2", "0352730001", "A"),
    Postcard("1620805", "5", "たかはし きよし", "S15.11.30", "0352730002", "B,A"),
    Postcard("1620041", "12-3", "すずき よしこ", "240101", "0352730003", "C"),
    Postcard("1690075", "1-4-7", "たなか みのる", "S20.8.15", "09012340004", "A,C"),
    Postcard("1610032", "3-1", "いとう かずこ", "S24.7.7", "0352730005", "D"),
    Postcard("1600004", "4-2-9", "わたなべ いさむ", "S18.12.1", "0352730006", "B"),
    Postcard("1600011", "1", "やまもと ふみこ", "230503", "0352730007", "A"),
    Postcard("1690072", "2-2-2", "なかむら たけし", "S12.1.9", "09012340008", "D,B"),
    Postcard("1690073", "1-20", "こばやし さちこ", "S19.3.21", "0352730009", "C"),
    Postcard("1620052", "3-18", "かとう ひろし", "S25.10.10", "0352730010", "A"),
)


def key_in(folder: Path) -> tuple[int, float, float, str]:
    """Keys, seconds, how many of these the screen was waited for, and the screen after the last."""
    create_vault_folder(
        folder / SITE.value, SITE, *STAFF[SITE], PASSWORDS[SITE],
        programme=demo_programme(), remote=f"folder:{folder}", kdf_mib=KDF_MIB,
    )  # fmt: skip
    terminal = Terminal(SITE, folder)
    try:
        terminal.press("F2", "受付")
        terminal.press("n", "応募の入力")
        terminal.keys, terminal.waited = 0, 0.0
        begun = time.monotonic()
        for count, postcard in enumerate(POSTCARDS, start=1):
            for text in postcard.typed():
                for letter in text:
                    time.sleep(A_KEY)
                    terminal.type(letter)
                time.sleep(A_KEY)
                terminal.press("Enter", "応募の入力")
            screen = terminal.until(f"受付番号 {count:04} で保存しました")
        return terminal.keys, time.monotonic() - begun, terminal.waited, screen
    finally:
        terminal.close()


def page(keys: int, seconds: float, waited: float, screen: str) -> str:
    count = len(POSTCARDS)
    cells = sum(len(cell) + 1 for postcard in POSTCARDS for cell in postcard.row())
    return f"""# はがき10枚の入力

`python -m tools.keying 空のフォルダ docs/keying.md` が、端末（tmux、80×24）に1秒5打で打ち込んで書き出したものです。応募者は架空です。

| | 打鍵 | 1枚あたり | 秒 | 1枚あたり |
|---|---:|---:|---:|---:|
| 入力画面 | {keys} | {keys / count:.1f} | {seconds:.0f} | {seconds / count:.1f} |
| 表計算の1行（全項目を打つ） | {cells} | {cells / count:.1f} | {cells * A_KEY:.0f} | {cells * A_KEY / count:.1f} |

入力画面の秒数のうち、画面を待ったのは{waited:.1f}秒です。表計算の行は打つだけで、読み取りの確かめ、年齢と期限の検査、二重応募の知らせは
ありません。入力画面では、郵便番号から町名が入り、和暦は打ったその場で西暦と年齢に読み替えて示され、10枚とも項目を離れるたびに検査されました。

最後の1枚を保存したところ:

```
{screen.rstrip()}
```
"""


def main() -> None:
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    target.write_text(page(*key_in(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
