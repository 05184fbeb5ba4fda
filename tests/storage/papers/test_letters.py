"""Letters show the address in the window however the sheet lies in it, and nothing else; the 2-D code can be read."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import UsageError
from core.notice_kinds import Form, NoticeKind
from core.notices import Notice
from core.office.letter_window import LEFT, TOP, Window
from storage.papers.fonts import BIZ, BIZ_FILES, font_folder, fonts_among
from storage.papers.letters import USUAL, letter_pdfs
from tests.storage.papers.test_postcards import CARD, DPI, LONG_ADDRESS, pages_of
from tools.paper_pictures import example, letter, postcard

MM = DPI / 25.4


def dark(item: Notice, below: int = 200, window: Window = USUAL) -> list[tuple[float, float]]:
    """Where there is ink on the page, in mm."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm is not installed (poppler-utils)")
    picture = subprocess.run(
        ["pdftoppm", "-gray", "-r", str(DPI), "-"],
        input=next(letter_pdfs([item], window)),
        capture_output=True,
        check=True,
    ).stdout
    kind, width, height, _ = picture.split(maxsplit=4)[:4]
    assert kind == b"P5"
    pixels = picture[-int(width) * int(height) :]
    return [(n % int(width) / MM, n // int(width) / MM) for n, level in enumerate(pixels) if level < below]


@pytest.mark.parametrize("address", [CARD.address, LONG_ADDRESS], ids=["short", "long"])
def test_the_address_stands_where_the_window_always_shows_it_and_nothing_else_where_it_could(
    address: tuple[str, ...],
) -> None:
    item = replace(CARD, address=address)
    window = [(x, y) for x, y in dark(item) if x <= 110 and y <= 57]
    assert len(window) > 100
    assert all(20 <= x <= 85 and 12 <= y <= 36.5 for x, y in window)
    bare = replace(item, address=("　",), addressee="　", postal_code="")
    assert [spot for spot in dark(bare) if spot[0] <= 110 and spot[1] <= 57] == []


@pytest.mark.parametrize("left", [LEFT[0], LEFT[-1]])
@pytest.mark.parametrize("top", [TOP[0], TOP[-1]])
def test_so_it_is_for_every_place_of_the_window_that_may_be_set(left: int, top: int) -> None:
    item = replace(CARD, address=LONG_ADDRESS)
    seen = [(x, y) for x, y in dark(item, window=Window(left, top)) if x <= left + 90 and y <= top + 45]
    assert len(seen) > 100
    assert all(left <= x <= left + 65 and top <= y <= top + 24.5 for x, y in seen)


def test_a_letter_is_one_page_of_a4_with_two_marks_where_to_fold() -> None:
    assert pages_of(next(letter_pdfs([CARD, CARD]))) == [(210.0, 297.0)] * 2
    marks = sorted({round(y) for x, y in dark(CARD, 250) if x < 11})
    assert marks == [99, 198]


def test_an_address_the_window_cannot_show_is_named() -> None:
    with pytest.raises(UsageError) as refusal:
        next(letter_pdfs([CARD, replace(CARD, number="0077", address=("あ" * 200,))]))
    assert "受付番号 0077" in refusal.value.where and "封書" in refusal.value.what


def test_all_who_do_not_fit_are_named_at_once() -> None:
    long = [replace(CARD, number=f"{n:04}", address=("い" * 300,)) for n in (3, 9)]
    with pytest.raises(UsageError) as refusal:
        next(letter_pdfs([CARD, *long]))
    assert (
        "0003" in refusal.value.where and "0009" in refusal.value.where and "0012" not in refusal.value.where
    )


def test_the_code_can_be_read_by_somebody_elses_reader(tmp_path: Path) -> None:
    if shutil.which("zbarimg") is None:
        pytest.skip("zbarimg is not installed (zbar-tools)")
    item = example(NoticeKind.ADMISSION)
    for name, picture in (("card", postcard(item, 200)[1]), ("letter", letter(item, 150)[0])):
        file = tmp_path / f"{name}.png"
        file.write_bytes(picture)
        read = subprocess.run(
            ["zbarimg", "--quiet", "--raw", file], capture_output=True, text=True, check=True
        )
        assert read.stdout.strip() == item.published.code


def test_a_letter_calls_itself_a_sheet_of_paper_and_a_card_a_card() -> None:
    item = example(NoticeKind.ADMISSION)
    assert any("この用紙" in line for line in item.on(Form.LETTER).lead)
    assert any("このはがき" in line for line in item.on(Form.POSTCARD).lead)


def test_biz_ud_is_asked_first_where_the_machine_has_it(tmp_path: Path) -> None:
    folder = tmp_path / "truetype" / "bizud-gothic"
    folder.mkdir(parents=True)
    assert fonts_among((tmp_path,)).families == ("Noto Sans JP", "Noto Serif JP")
    font = next(path for path in sorted(font_folder().iterdir()) if "Sans" in path.name)
    shutil.copy(font, folder / BIZ_FILES[0])
    found = fonts_among((tmp_path / "nowhere", tmp_path))
    assert found.families == (BIZ, "Noto Sans JP", "Noto Serif JP")
    assert found.folders == (folder, font_folder())


@pytest.mark.parametrize("content", [b"", b"not a font at all", b"ttcf" + bytes(8)])
def test_a_file_that_only_has_its_name_is_not_used(tmp_path: Path, content: bytes) -> None:
    (tmp_path / BIZ_FILES[1]).write_bytes(content)
    assert BIZ not in fonts_among((tmp_path,)).families
