"""The words of the notices are plain text: what is written is what is printed, and what cannot stand is named with its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UsageError
from core.notice_kinds import NoticeKind
from core.wording import NEEDED, PLACES, default_files, fill, lacks_guide, read_wording
from core.wording_texts import COMMON, FILES, GUIDE

CODES = ("A", "B")
CARD = FILES[NoticeKind.ADMISSION]
WHOLE = "[表題]\n参加証\n[はじめ]\nおめでとうございます。\n[項目]\n日: {開催日} {行き先}\n番号: {受付番号}\n抽選: {抽選番号}\n"


def refused(name: str, text: str) -> UsageError:
    with pytest.raises(UsageError) as refusal:
        read_wording({name: text}, CODES)
    return refusal.value


def test_what_the_program_brings_can_be_written_out_and_read_back() -> None:
    files = default_files(CODES)
    assert read_wording(files, CODES) == read_wording({}, CODES)
    assert set(read_wording(files, CODES).kinds) == set(NoticeKind)


def test_words_are_the_contractors_own() -> None:
    words = read_wording({CARD: WHOLE}, CODES).kinds[NoticeKind.ADMISSION]
    assert (words.lead, words.closing) == (("おめでとうございます。",), ())
    assert words.facts[0] == ("日", "{開催日} {行き先}")


def test_windows_line_ends_a_byte_order_mark_and_comments_do_no_harm() -> None:
    text = "\ufeff# 覚え書き {でたらめ}\r\n" + WHOLE.replace("\n", "\r\n")
    assert read_wording({CARD: text}, CODES) == read_wording({CARD: WHOLE}, CODES)


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        (WHOLE + "誕生日: {生年月日}\n", "{生年月日}", "9行目"),
        (WHOLE.replace("{受付番号}", "{受付番}"), "{受付番}", "7行目"),
        (WHOLE.replace("{受付番号}", "{受付番号"), "閉じていません", "7行目"),
        (WHOLE.replace("番号: {受付番号}\n", ""), "{受付番号}", "5行目"),
        (WHOLE.replace("[項目]", "[こうもく]"), "[こうもく]", "5行目"),
        (WHOLE.replace("[表題]\n参加証\n", ""), "[表題]", CARD),
        (WHOLE.replace("参加証\n", ""), "空", "1行目"),
        (WHOLE + "[表題]\nもう一度\n", "二つ", "9行目"),
        ("前書き\n" + WHOLE, "見出しより前", "1行目"),
        (WHOLE.replace("日: {開催日}", "{開催日}"), "名前: 中身", "6行目"),
        (WHOLE.replace("おめでとう", "おめ\x1b[2Jでとう"), "制御文字", "4行目"),
        (WHOLE.replace("おめでとう", "め" * 300), "長すぎ", "4行目"),
        (WHOLE + "# " + "あ" * 9000, "長すぎ", CARD),
        (WHOLE.replace("{開催日}", "{開催日.__class__}"), "知らない場所", "6行目"),
    ],
)
def test_what_cannot_stand_is_named_with_file_line_and_next_step(text: str, what: str, line: str) -> None:
    error = refused(CARD, text)
    assert what in error.what and line in error.where and CARD in error.where
    assert "まだ何も変えていません" in error.next_step
    assert "\x1b" not in str(error)


@pytest.mark.parametrize("kind", NoticeKind)
def test_each_kind_keeps_the_places_it_is_for(kind: NoticeKind) -> None:
    text = default_files(CODES)[FILES[kind]]
    for place in NEEDED[kind]:
        lines = [line for line in text.split("\n") if line.startswith("#") or f"{{{place}}}" not in line]
        assert f"{{{place}}}" in refused(FILES[kind], "\n".join(lines)).what


def test_a_name_of_a_file_nearly_right_is_guessed() -> None:
    assert CARD in refused("参加証１.txt", WHOLE).next_step
    assert COMMON in refused("x.txt", WHOLE).next_step


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[C]\n集合場所: 駅\n", "[C]"),
        ("[A]\n集合地: 駅\n", "集合地"),
        ("[A]\n駅\n", "名前: 中身"),
        ("[A]\n集合場所: {氏名}\n", "{氏名}"),
    ],
)
def test_a_guide_knows_the_outings_and_three_items_alone(text: str, what: str) -> None:
    assert what in refused(GUIDE, text).what


def test_a_card_without_where_and_when_to_meet_is_told_of() -> None:
    wording = read_wording({GUIDE: "[A]\n集合場所: 駅\n集合時間: 8時\n持ち物:\n[B]\n集合場所: 駅\n"}, CODES)
    assert not lacks_guide(wording, NoticeKind.ADMISSION, "A")
    assert lacks_guide(wording, NoticeKind.PROMOTION, "B")
    assert not lacks_guide(wording, NoticeKind.REJECTION, "")


@pytest.mark.parametrize("address", ["www.example.jp", "https://例え.jp/", "javascript:alert(1)"])
def test_only_a_web_address_is_where_the_draw_lies(address: str) -> None:
    text = default_files(CODES)[COMMON] + address + "\n"
    assert "公開場所" in refused(COMMON, text).what


def test_a_line_whose_place_is_empty_is_left_out() -> None:
    assert fill("人数: {人数}", {"人数": ""}) is None
    assert fill("{回}の{行き先}", {"回": "A", "行き先": "{回}"}) == "Aの{回}", (
        "what is filled in is not read again"
    )


@settings(max_examples=150)
@given(st.text(st.sampled_from("[]{}表題はじめ項目おわり受付番号:：#\n \r\tA\x00\u2028"), max_size=80))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        read_wording({CARD: text, GUIDE: text}, CODES)
    except UsageError as error:
        assert error.where and error.next_step


def test_the_places_are_the_programmes_facts_and_nothing_else_of_a_person() -> None:
    assert not {"生年月日", "電話番号", "メール", "住所"} & set(PLACES)
