"""Names come in any kana and are stored in one; what is no kana is not guessed at."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people import kana
from core.people.kana import LONGEST_NAME, fold_kana, read_kana, to_katakana
from core.people.text import clean, fold_width, one_line

KANA = st.text(st.sampled_from("ｱｶﾞﾊﾟｳﾞｰャゃッっがかヂづをヴアーン゛ﾞ 　・"), max_size=20)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("ｳﾞｫｰﾝ ｻﾁｺ", "ヴォーン サチコ"),
        ("う゛ぉーん　さちこ", "ヴォーン サチコ"),
        ("ヂュウモンジ　チヅコ", "ヂュウモンジ チヅコ"),
        ("  カトウ　 ヒデオ ", "カトウ ヒデオ"),
        ("ササキヒロシ", "ササキヒロシ"),
        ("ヴォ-ン サチコ", "ヴォーン サチコ"),
        ("センタ－ タロウ", "センター タロウ"),
        ("ジョン・スミス", "ジョン・スミス"),
        ("やまだ\nたろう", "ヤマダ タロウ"),
    ],
)
def test_kana_of_every_kind_is_stored_in_one(written: str, stored: str) -> None:
    assert read_kana(written) == stored


@pytest.mark.parametrize(
    "written", ["", "山田 太郎", "Yamada", "ー", "ヤマダ（父）", "ア゛", "ヤマダ1", "ア" * (LONGEST_NAME + 1)]
)
def test_what_is_no_kana_is_not_read(written: str) -> None:
    assert read_kana(written) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ヂュウモンジ タロウ", "ジユウモンジタロウ"),
        ("チヅコ", "チズコ"),
        ("ヴォーン", "ヴオン"),
        ("ｻﾄｳ ﾊﾅｺ", "さとう はなこ"),
        ("カヲル", "カオル"),
        ("サヽキ", "ササキ"),
        ("ミスヾ", "ミスズ"),
        ("いすゞ", "イスズ"),
        ("ババヽ ハヽコ", "ババハ ハハコ"),  # ヽ has no voice of its own
        ("サㇳウ", "サトウ"),
        ("ㇰㇻㇼㇿ", "クラリロ"),
    ],
)
def test_two_spellings_of_one_name_fold_to_one(one: str, other: str) -> None:
    assert fold_kana(one) == fold_kana(other)


@pytest.mark.parametrize(
    ("one", "other"), [("サトウ", "カトウ"), ("ハナコ", "バナコ"), ("ユウジ", "ユウイチ")]
)
def test_two_names_fold_to_two(one: str, other: str) -> None:
    assert fold_kana(one) != fold_kana(other)


@given(st.one_of(KANA, st.text(max_size=20)))
def test_a_stored_name_is_stored_as_it_is(text: str) -> None:
    assert to_katakana(to_katakana(text)) == to_katakana(text)
    name = read_kana(text)
    if name is not None:
        assert read_kana(name) == name
        assert re.fullmatch("[ァ-ヺー・ヽヾㇰ-ㇿ]+( [ァ-ヺー・ヽヾㇰ-ㇿ]+)*", name)
        assert fold_kana(fold_kana(name)) == fold_kana(name)


@given(st.from_regex(kana._NAME, fullmatch=True))
def test_a_name_as_it_is_stored_is_read_as_it_is(name: str) -> None:
    line = one_line(fold_width(clean(name).text)).translate(kana._TO_KATAKANA)
    assert name == fold_width(kana._DASH_IN_WORD.sub("ー", line)) == kana.to_katakana(name)
