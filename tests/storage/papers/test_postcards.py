"""Postcards keep to their 100 × 148 mm, lose no character, and come out the same twice."""

import re
import struct
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UsageError
from core.notices import Form, Notice, NoticeKind, Office, Published
from storage.papers import typesetting
from storage.papers.fonts import characters_of, missing_from
from storage.papers.notice_rows import CHUNK, breakable
from storage.papers.postcards import TEMPLATE, inputs, postcard_pdfs

CARD = Notice(
    kind=NoticeKind.ADMISSION,
    number="0012",
    postal_code="1600023",
    address=("東京都新宿区西新宿2-8-1", "都営住宅3-502"),
    addressee="サトウ ハナコ 様",
    heading="令和8年度 いきいきハイキング",
    title="参加証",
    lead=("抽選の結果、当選されました。", "当日はこのはがきをお持ちください。"),
    facts=(("回", "A"), ("開催日", "令和8年6月10日（水）"), ("受付番号", "0012"), ("抽選番号", "K7Q29F3MXA")),
    closing=("参加できなくなったときは、お早めにご連絡ください。",),
    check="抽選の資料は公開しています。抽選番号で結果を確かめられます。",
    published=Published("hiking-2026-1", "3f9a22bc77de0145" * 4),
    office=Office("いきいきハイキング事務局", "1600022", "東京都新宿区新宿3-1-1", "03-0000-0000"),
)
LONG_ADDRESS = (
    "東京都新宿区西新宿住友不動産新宿グランドタワー1-20-14",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZレジデンシャルアネックスノースウイング4301号室",
)
DPI = 72


def pages_of(pdf: bytes) -> list[tuple[float, float]]:
    """Page sizes in mm."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    return [(round(float(w) / 72 * 25.4, 1), round(float(h) / 72 * 25.4, 1)) for w, h in boxes]


def pictures(notices: list[Notice]) -> list[bytes]:
    """The pages as PNG, by the same template and inputs."""
    worded = [notice.on(Form.POSTCARD) for notice in notices]
    return typesetting.pictures(TEMPLATE, inputs(worded, frames=False), ppi=DPI)


def postcards_pdf(notices: list[Notice]) -> bytes:
    return next(postcard_pdfs(notices))


def ink(png: bytes) -> tuple[int, int, list[tuple[int, int]]]:
    """Width, height and the dark pixels of an 8-bit RGB(A) PNG (filters: the PNG specification, section 9)."""
    width, height, _, colour = struct.unpack(">LLBB", png[16:26])
    size = {2: 3, 6: 4}[colour]
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">L", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(data), width * size
    previous, dark = bytearray(stride), []
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for x in range(stride):
            left = line[x - size] if x >= size else 0
            up, corner = previous[x], previous[x - size] if x >= size else 0
            guess = left + up - corner
            nearest = min(
                (abs(guess - value), order, value) for order, value in enumerate((left, up, corner))
            )[2]
            line[x] = (line[x] + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
        dark += [(x, y) for x in range(width) if line[x * size] < 200]
        previous = line
    return width, height, dark


def test_every_notice_is_two_pages_of_a_postcard() -> None:
    assert pages_of(postcards_pdf([CARD, CARD, CARD])) == [(100.0, 148.0)] * 6


def test_the_same_notices_give_the_same_bytes() -> None:
    assert postcards_pdf([CARD]) == postcards_pdf([CARD])


def test_the_longest_address_and_name_stay_on_the_card() -> None:
    card = replace(CARD, address=LONG_ADDRESS, addressee="サイオンジ ジョセフィーヌアレクサンドラマリア 様")
    images = pictures([card])
    assert len(images) == 2
    for image in images:
        width, height, dark = ink(image)
        border = round(4 / 25.4 * DPI)
        assert len(dark) > 500
        assert all(border <= x < width - border and border <= y < height - border for x, y in dark)


def test_only_the_postal_code_stands_in_the_postal_code_region() -> None:
    def region(postal_code: str) -> int:
        _, _, dark = ink(pictures([replace(CARD, postal_code=postal_code)])[0])
        return sum(y < 30 / 25.4 * DPI for _, y in dark)

    assert region("1600023") > 50
    assert region("") == 0


def test_postal_digits_stand_in_the_seven_boxes_of_the_post_office() -> None:
    _, _, dark = ink(pictures([CARD])[0])
    lefts = [44.3, 51.3, 58.3, 65.9, 72.7, 79.5, 86.3]
    columns = {x * 25.4 / DPI for x, y in dark if y < 30 / 25.4 * DPI}
    for left in lefts:
        assert any(left <= column <= left + 5.7 for column in columns)
    assert all(any(left - 0.4 <= column <= left + 6.1 for left in lefts) for column in columns)


def test_a_text_that_would_have_to_be_unreadably_small_stops_the_run_and_is_named() -> None:
    card = replace(CARD, address=("東京都新宿区西新宿2-8-1" * 40,))
    with pytest.raises(UsageError) as refusal:
        postcards_pdf([CARD, card])
    assert "住所" in str(refusal.value)
    assert "0012" in str(refusal.value)
    assert "西新宿" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None


def test_a_character_without_a_glyph_is_named_before_anything_is_printed() -> None:
    card = replace(CARD, number="0345", address=("東京都新宿区\U0001f3e0町1-2",))
    with pytest.raises(UsageError) as refusal:
        postcard_pdfs([CARD, card])
    assert "0345" in str(refusal.value)
    assert "U+1F3E0" in str(refusal.value)
    assert "住所" in str(refusal.value)
    assert "\U0001f3e0" not in str(refusal.value)
    assert "サトウ" not in str(refusal.value)


def test_the_fonts_show_rare_surnames_and_variants() -> None:
    assert missing_from("髙﨑𠮷邉邊辻\U000e0100—〜ヵヶヴ゛①㈱") == []


def test_the_fonts_do_not_claim_what_they_lack() -> None:
    assert missing_from("a\U0001f3e0あ\u0e01\U0001f3e0") == ["\U0001f3e0", "\u0e01"]


def test_a_file_that_is_no_font_is_no_font() -> None:
    with pytest.raises(ValueError, match="cmap"):
        characters_of(b"OTTO\x00\x00" + bytes(20))


def test_nothing_to_print_is_said() -> None:
    with pytest.raises(UsageError):
        postcards_pdf([])


def test_more_than_a_chunk_comes_as_several_files() -> None:
    files = [len(pages_of(pdf)) for pdf in postcard_pdfs([CARD] * (CHUNK + 1))]
    assert files == [2 * CHUNK, 2]


def test_markup_in_a_name_is_only_text() -> None:
    card = replace(CARD, address=("#panic(1) *_[x]_* $x$ `y` <z> @w \\",))
    assert len(pages_of(postcards_pdf([card]))) == 2


def test_the_inputs_carry_no_field_beyond_what_is_printed() -> None:
    assert set(inputs([CARD])) == {"notices", "shapes", "codes", "frames"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\u200b"), max_size=80))
def test_places_to_break_change_no_sign(text: str) -> None:
    assert breakable(text).replace("\u200b", "") == text


@settings(max_examples=15)
@given(st.text("ABCxyz123-ーア新宿区　 ・", min_size=1, max_size=90))
def test_any_address_makes_two_pages_or_is_refused(text: str) -> None:
    try:
        assert len(pages_of(postcards_pdf([replace(CARD, address=(text,))]))) == 2
    except UsageError as refusal:
        assert "住所" in str(refusal)
