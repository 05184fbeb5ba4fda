"""Whether a password stands against guessing: judged by `zxcvbn`, with what is guessed in Japan, and told in Japanese.

How many guesses it takes is the measure, not kinds of characters (NIST SP 800-63B, 5.1.1.2). The texts name the kind of
weakness and never a part of the password.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.errors import Refused

MINIMUM = 12
"""Characters, at least (NIST SP 800-63B asks for 8, and for 15 where there is no second factor; guessing decides the rest)."""
MAXIMUM = 1024
GUESSES = 10**10
"""At least so many. A guess costs Argon2id over 256 MiB: at a hundred machines of ten a second, four months."""
_JUDGED = 64
"""Characters that are looked at: the work grows with the square, and what is strong so far is strong."""

_ERA_YEARS = {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}
_ERA = re.compile(
    "(?:(明治|大正|昭和|平成|令和|meiji|taishou|taisho|shouwa|showa|syowa|heisei|reiwa)|(?<![a-z])([mtshr]))"
    "[ ./-]?([0-9]{1,2})(?:[年./-]?([0-9]{1,2}))?(?:[月./-]?([0-9]{1,2}))?日?"
)
_ERA_LETTERS = {"明": "m", "大": "t", "昭": "s", "平": "h", "令": "r"}


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a password."""

    guesses: int
    """How many tries it stands against, at most 10^18."""
    weaknesses: tuple[str, ...]
    """Japanese words for what makes it guessable, none of them a part of it."""

    @property
    def good(self) -> bool:
        return self.guesses >= GUESSES


def judge(password: str, about: Iterable[str] = ()) -> Verdict:
    """How `password` stands against somebody who knows `about` (the person's id and name, site, programme)."""
    import zxcvbn

    from core.passwords.words import common_words

    count_guesses: Any = zxcvbn.zxcvbn
    own = tuple(dict.fromkeys(_parts(about)))
    words = [*own, *(word for word in common_words() if word not in own)]
    worst: Any = None
    for spelling in filter(None, dict.fromkeys(_readings(password))):
        found = count_guesses(spelling[:_JUDGED], user_inputs=words)
        if worst is None or found["guesses"] < worst["guesses"]:
            worst = found
    if worst is None:
        return Verdict(1, ())
    weaknesses = dict.fromkeys(told for match in worst["sequence"] if (told := _weakness(match, own)))
    return Verdict(min(int(worst["guesses"]), 10**18), tuple(weaknesses))


def require_good(password: str, about: Iterable[str] = (), *, before: str | None = None) -> None:
    """Raises `Refused` for a new password that is too short, easy to guess, or the one there was `before`."""
    require_length(password)
    if before is not None and unicodedata.normalize("NFC", password) == unicodedata.normalize("NFC", before):
        raise Refused("いまと同じパスワードです", next_step="別のパスワードにしてください")
    verdict = judge(password, about)
    if not verdict.good:
        held = "、".join(verdict.weaknesses)
        raise Refused(
            "このパスワードは、推測されやすいため使えません" + (f"。入っているもの: {held}" if held else "。短すぎます"),
            next_step="関係のない言葉をいくつか並べて長くするか、「合言葉をつくる」（ikiiki staff phrase）を使ってください",
        )  # fmt: skip


def require_length(password: str) -> None:
    """Raises `Refused` for a new password that is too short or too long."""
    if not MINIMUM <= len(unicodedata.normalize("NFC", password)) <= MAXIMUM:
        raise Refused(
            f"パスワードは{MINIMUM}文字以上{MAXIMUM}文字以下にしてください",
            next_step="いくつかの言葉をつないで長くするか、「合言葉をつくる」（ikiiki staff phrase）を使ってください",
        )


def _readings(password: str) -> Iterator[str]:
    """As typed; in half-width small letters with kana as romaji; with Japanese years as Western ones; without strokes."""
    from jaconv import kana2alphabet, kata2hira

    yield password
    plain = unicodedata.normalize("NFKC", password).lower()
    yield plain
    latin = kana2alphabet(kata2hira(plain))
    yield latin
    for dated in (_ERA.sub(_western, plain), _ERA.sub(_western, latin)):
        yield dated
        yield re.sub(r"[\s_.,/・-]+", "", dated)  # a stroke between two names is no third word


def _western(found: re.Match[str]) -> str:
    era = found[1] or found[2]
    year = _ERA_YEARS[_ERA_LETTERS.get(era[0], era[0])] + int(found[3])
    return f"{year}{int(found[4] or 0):02}{int(found[5] or 0):02}" if found[4] else str(year)


def _parts(about: Iterable[str]) -> Iterator[str]:
    """The words of `about`, whole and in parts, as typed and in romaji."""
    from jaconv import kana2alphabet, kata2hira

    from core.passwords.words import spellings

    for text in about:
        plain = unicodedata.normalize("NFKC", text).lower()
        for word in (plain, *re.split(r"[\s._・,-]+", plain)):
            for reading in (word, kana2alphabet(kata2hira(word))):
                if len(reading) > 1:
                    yield from spellings(reading)


def _weakness(match: dict[str, Any], own: tuple[str, ...]) -> str:
    """Words for one part as `zxcvbn` understood it; "" for a part that is as good as random."""
    kind = match["pattern"]
    if kind == "dictionary":
        if match["dictionary_name"] == "user_inputs":
            mine = match["matched_word"].lower() in own
            return (
                "職員ID・氏名・所属・事業の言葉" if mine else "よくある日本語の言葉や名前（ローマ字を含む）"
            )
        if match["dictionary_name"] == "passwords":
            return "よく使われるパスワード"
        return "よくある英語の言葉や名前"
    return {
        "spatial": "キーボードの並び",
        "repeat": "同じ文字の繰返し",
        "sequence": "abc や 123 のような続き",
        "regex": "年",
        "date": "日付（誕生日など）",
    }.get(kind, "")
