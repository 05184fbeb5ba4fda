"""New passwords are judged by how many guesses they stand against, also of somebody who knows the person and the programme."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from core.passwords.judging import GUESSES, MAXIMUM, judge, require_good
from core.passwords.phrase import BITS, SYLLABLES, make_phrase

ABOUT = ("c-handler", "ヤマダ ハナコ", "委託先", "いきいきハイキング", "新宿区")


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("password12345", "よく使われるパスワード"),
        ("yamada-hanako-1955", "職員ID・氏名・所属・事業の言葉"),
        ("ヤマダハナコ・１９５５年", "職員ID・氏名・所属・事業の言葉"),
        ("c-handler-c-handler", "同じ文字の繰返し"),
        ("いきいきハイキング2026", "職員ID・氏名・所属・事業の言葉"),
        ("suzuki ichirou 1234", "よくある日本語の言葉や名前（ローマ字を含む）"),
        ("tokyo-shinjuku-2026", "よくある日本語の言葉や名前（ローマ字を含む）"),
        ("tanaka-s30.4.1", "日付（誕生日など）"),
        ("昭和30年4月1日たなか", "日付（誕生日など）"),
        ("poiuytgfdsazx", "キーボードの並び"),
        ("abcdefgh12345678", "abc や 123 のような続き"),
        ("correct horse battery staple", "よくある日本語の言葉や名前（ローマ字を含む）"),
        ("いろはにほへとちりぬるを", "よくある日本語の言葉や名前（ローマ字を含む）"),
    ],
)
def test_what_is_guessed_first_is_refused_and_the_kind_of_weakness_is_told(
    password: str, because: str
) -> None:
    with pytest.raises(Refused, match="推測されやすい") as refused:
        require_good(password, ABOUT)
    assert because in refused.value.what
    assert password not in str(refused.value), "an error may be read by others"


@pytest.mark.parametrize(
    "password", ["a path through the cedars", "傘とストーブと月曜の新聞", "kasa-mado-tsukue-ringo"]
)
def test_several_words_that_have_nothing_to_do_with_each_other_will_do(password: str) -> None:
    require_good(password, ABOUT)


def test_what_the_manual_prints_as_an_example_is_nobodys_password(repository: Path) -> None:
    manual = (repository / "docs" / "manual" / "logins.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"`([a-z]{6}(?:-[a-z]{6}){3})`", manual)
    for typed in (shown, shown.replace("-", ""), shown.upper()):
        assert not judge(typed).good


def test_what_is_known_of_the_person_weakens_a_password() -> None:
    password = "kurokawa-tetsunosuke"
    assert judge(password, ("kurokawa", "クロカワ テツノスケ")).guesses < GUESSES <= judge(password).guesses


def test_a_short_one_an_endless_one_and_the_one_there_was_are_refused() -> None:
    for password in ("R7#kq!z9W&", "x" * (MAXIMUM + 1)):
        with pytest.raises(Refused, match="12文字以上"):
            require_good(password)
    with pytest.raises(Refused, match="いまと同じ"):
        require_good("a path through the cedars", before="a path through the cedars")


def test_a_passphrase_is_typed_with_small_letters_alone_and_holds_its_bits() -> None:
    assert len(set(SYLLABLES)) == 64 and BITS >= 60
    assert all(len(one) == 2 and one.isascii() and one.islower() for one in SYLLABLES)
    chosen = make_phrase(lambda size: bytes(range(size))).replace("-", "")
    assert [chosen[at : at + 2] for at in range(0, len(chosen), 2)] == list(SYLLABLES[: BITS // 6])
    assert 64 ** (len(chosen) // 2) == 2**BITS and math.log2(64) == 6


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=12, max_size=12))
def test_whatever_passphrase_is_made_unless_chance_repeats_itself_is_good(random: bytes) -> None:
    if len({byte % 64 for byte in random}) > 6:
        require_good(make_phrase(lambda size: random[:size]), ABOUT)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=3))
def test_whatever_is_typed_is_judged(password: str, about: list[str]) -> None:
    verdict = judge(password, about)
    assert verdict.guesses >= 1 and all(word for word in verdict.weaknesses)


def test_the_lists_of_words_are_read_when_a_password_is_judged_and_not_before() -> None:
    words = "import sys, core.office.office, cli.session; sys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
