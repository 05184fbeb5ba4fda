"""Columns are found by what their headers say; the others are dropped by name and never read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.columns import Columns, header_score, parse_mapping, recognise
from core.errors import UsageError
from core.people.fields import Field
from core.people.headers import meaning_of

NEEDED = ["生年月日", "住所", "電話番号"]


def kept(header: list[str], columns: Columns) -> dict[Field, list[str]]:
    return {field: [header[column.place] for column in found] for field, found in columns.kept.items()}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("カナ氏名", Field.KANA),
        ("氏名（カナ）", Field.KANA),
        ("お名前（フリガナ）【必須】", Field.KANA),
        ("ふりがな", Field.KANA),
        ("ﾌﾘｶﾞﾅ", Field.KANA),
        ("フリガナ（全角カタカナ）", Field.KANA),
        ("氏名よみ", Field.KANA),
        ("セイ", Field.KANA_FAMILY),
        ("フリガナ（姓）", Field.KANA_FAMILY),
        ("姓（カナ）", Field.KANA_FAMILY),
        ("メイ", Field.KANA_GIVEN),
        ("フリガナ（名）", Field.KANA_GIVEN),
        ("生年月日", Field.BIRTH_DATE),
        ("生年月日（西暦）", Field.BIRTH_DATE),
        ("お誕生日", Field.BIRTH_DATE),
        ("郵便番号（ハイフンなし）", Field.POSTAL_CODE),
        ("〒", Field.POSTAL_CODE),
        ("ご住所", Field.ADDRESS),
        ("現住所", Field.ADDRESS),
        ("建物名・部屋番号", Field.BUILDING),
        ("マンション名等（任意）", Field.BUILDING),
        ("お電話番号", Field.PHONE),
        ("携帯電話番号", Field.PHONE),
        ("TEL", Field.PHONE),
        ("メールアドレス（任意）", Field.EMAIL),
        ("E-mail", Field.EMAIL),
        ("Ｅメールアドレス", Field.EMAIL),
        ("グループ", Field.GROUP),
        ("グループコード", Field.GROUP),
        ("受付番号", Field.RECEIPT),
        ("レコード番号", Field.RECEIPT),
        ("申込No.", Field.RECEIPT),
        ("ID", Field.RECEIPT),
        ("タイムスタンプ", Field.SUBMITTED_AT),
        ("申請日時", Field.SUBMITTED_AT),
        ("完了時刻", Field.SUBMITTED_AT),
        ("第1希望", Field.PREFERENCE),
        ("希望コース（第一希望）", Field.PREFERENCE),
        ("参加希望日", Field.PREFERENCE),
        ("希望", Field.PREFERENCE),
    ],
)
def test_a_header_says_what_its_column_holds(header: str, field: Field) -> None:
    meaning = meaning_of(header)
    assert meaning is not None
    assert (meaning.field, meaning.strong) == (field, True)


@pytest.mark.parametrize(
    "header",
    [
        "性別",
        "同意",
        "年齢",
        "備考",
        "健康状態",
        "お名前（漢字）",
        "住所フリガナ",
        "緊急連絡先電話番号",
        "同行者カナ氏名",
        "メールアドレス（確認用）",
        "FAX番号",
        "勤務先電話番号",
        "希望理由",
        "希望の連絡方法",
        "携帯会社",
        "",
        "ヤマダ タロウ",
        "03-5211-4620",
    ],
)
def test_other_headers_say_nothing(header: str) -> None:
    assert meaning_of(header) is None


def test_an_unclear_header_counts_only_without_a_better_one() -> None:
    header = ["メール", "名前", "カナ氏名", "メールアドレス（任意）", *NEEDED]
    columns = recognise(header, name="x.csv")
    assert kept(header, columns)[Field.KANA] == ["カナ氏名"]
    assert kept(header, columns)[Field.EMAIL] == ["メールアドレス（任意）"]
    assert columns.dropped == ("メール", "名前")
    header = ["お名前", "メール", *NEEDED]
    assert kept(header, recognise(header, name="x.csv"))[Field.KANA] == ["お名前"]


def test_kana_halves_go_before_a_whole_name_that_may_be_kanji() -> None:
    header = ["氏名", "セイ", "メイ", *NEEDED]
    columns = recognise(header, name="x.csv")
    assert Field.KANA not in columns.kept
    assert columns.dropped == ("氏名",)
    header = ["姓", "名", "フリガナ", *NEEDED]
    assert recognise(header, name="x.csv").dropped == ("姓", "名")


def test_wishes_stand_in_their_order_wherever_their_columns_stand() -> None:
    header = ["カナ", *NEEDED, "第三希望", "第1希望", "②希望"]
    columns = recognise(header, name="x.csv")
    row = ["ア", "S25.3.4", "新宿区", "03", "C", "A", "B"]
    assert columns.fields_of(row)[Field.PREFERENCE] == ("A", "B", "C")


def test_an_address_in_pieces_is_put_together() -> None:
    header = ["カナ", "生年月日", "都道府県", "市区町村", "番地", "建物名", "携帯電話", "自宅電話"]
    columns = recognise(header, name="x.csv")
    fields = columns.fields_of(
        ["ア", "S25.3.4", "東京都", "新宿区", "喜久井町1-2", "メゾン", "", "03-5211-4620"]
    )
    assert fields[Field.ADDRESS] == "東京都新宿区喜久井町1-2"
    assert fields[Field.PHONE] == "03-5211-4620"
    again = columns.fields_of(["ア", "S25.3.4", "東京都", "東京都新宿区", "喜久井町1-2", None, "", ""])
    assert again[Field.ADDRESS] == "東京都新宿区喜久井町1-2"


def test_a_short_row_is_read_as_far_as_it_goes() -> None:
    columns = recognise(["カナ", *NEEDED, "メールアドレス"], name="x.csv")
    assert columns.fields_of(["ア", "S25.3.4", "新宿区", "03"])[Field.EMAIL] is None


def test_the_second_of_two_equal_headers_is_dropped_and_told() -> None:
    columns = recognise(["カナ", *NEEDED, "メールアドレス", "メールアドレス (2)", ""], name="x.csv")
    assert columns.dropped == ("メールアドレス (2)", "（見出しなし・7列目）")


def test_missing_columns_are_named_with_an_example_of_a_mapping() -> None:
    with pytest.raises(UsageError) as caught:
        recognise(["カナ氏名", "住所"], name="x.csv")
    assert "生年月日、電話番号" in caught.value.what
    assert caught.value.where == "x.csv"
    assert '"見出しの文字" = "birth_date"' in caught.value.next_step
    with pytest.raises(UsageError, match="希望"):
        recognise(["カナ氏名", *NEEDED], name="x.csv", needs_preference=True)


def test_where_no_header_is_nothing_of_the_first_row_is_shown() -> None:
    with pytest.raises(UsageError) as caught:
        recognise(["サトウ ハナコ", "S25.3.4", "新宿区喜久井町", "03-5211-4620"], name="x.csv")
    assert "サトウ" not in str(caught.value)
    assert "見出しの行" in caught.value.what


def test_a_mapping_goes_before_the_words() -> None:
    mapping = parse_mapping(
        '[columns]\n"なまえ" = "kana"\n"その2" = "preference2"\n"その1" = "preference1"\n"メモ" = "drop"\n'
    )
    header = ["なまえ", "カナ氏名", *NEEDED, "その2", "その１", "メモ"]
    columns = recognise(header, mapping, name="x.csv")
    assert kept(header, columns)[Field.KANA] == ["なまえ"]
    assert kept(header, columns)[Field.PREFERENCE] == ["その１", "その2"]
    assert columns.dropped == ("カナ氏名", "メモ")
    assert header_score(["なまえ", "その1", "メモ"], mapping) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[columns", "TOML"),
        ("x = 1", "[columns]"),
        ("[columns]\na = 1", "[columns]"),
        ('[columns]\na = "kanna"', "kana ですか"),
        ('[columns]\na = "kana1"', "知らない項目"),
    ],
)
def test_a_wrong_mapping_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_mapping(text)
    assert says in str(caught.value)


def test_a_mapping_for_another_file_is_refused() -> None:
    with pytest.raises(UsageError, match="ありません"):
        recognise(["カナ", *NEEDED], {"ほか": "kana"}, name="x.csv")


@given(st.text(max_size=80))
def test_whatever_a_header_says_it_means_something_or_nothing(header: str) -> None:
    meaning = meaning_of(header)
    assert meaning is None or (meaning.field in Field and 0 <= meaning.rank <= 9)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=10), st.sampled_from(["カナ", *NEEDED, "セイ", "希望", "第2希望", "名前"])
        ),
        max_size=12,
    )
)
def test_every_column_is_kept_or_dropped(header: list[str]) -> None:
    try:
        columns = recognise(header, name="x.csv")
    except UsageError:
        return
    taken = [column.place for found in columns.kept.values() for column in found]
    assert len(taken) == len(set(taken))
    assert len(taken) + len(columns.dropped) == len(header)
