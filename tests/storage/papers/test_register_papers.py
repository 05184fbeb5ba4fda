"""A register as PDF loses no character and numbers its pages; as XLSX it is text through and through."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from core.errors import UsageError
from core.papers import Column, Paper, PaperKind, Table
from storage.papers.register_pdf import pages_in, register_pdf
from storage.papers.register_xlsx import register_xlsx
from storage.papers.registers import paper_writer
from tests.storage.papers.test_postcards import pages_of

LONG = "東京都新宿区市谷田町一丁目12-34 市ヶ谷グランドレジデンシャルタワーアネックスノースウイング 4301号室 見本株式会社"
NAME = "サイオンジ ジョセフィーヌアレクサンドラマリアテレーズヴィクトリアエリザベート"
RARE = "𠮷髙﨑邊㈱Ⅲ〜"
FORMULAS = ("=SUM(A1:A9)", "+1", "-1", "@x", '=HYPERLINK("http://example.jp")')
COLUMNS = (Column("出席", 1, "center"), Column("カナ氏名", 4), Column("電話番号", 3), Column("メモ", 4))


def paper(*rows: tuple[str, ...], **changes: object) -> Paper:
    made = Paper(
        PaperKind.ROSTER, "いきいきハイキング 参加者名簿・出欠表", [("事務局", LONG), ("名", RARE)],
        [Table("参加者", COLUMNS, rows), Table("補欠", COLUMNS, [], "補欠の人はいません")],
        dt.datetime(2026, 6, 10, 9, 5, tzinfo=dt.UTC), "見本 責任者", "ABCDEFGHJK", ticks=True, size=11.5,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


ROW = ("☐", "サトウ ハナコ", "03-5273-1001", "")


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """Every word, in the order of the page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


def squeezed(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert register_pdf(paper(ROW)) == register_pdf(paper(ROW))


def test_it_takes_as_many_pages_as_its_rows_need_and_each_says_which_it_is(tmp_path: Path) -> None:
    pdf = register_pdf(paper(*[ROW] * 60))
    pages = pages_in(pdf)
    assert pages == len(pages_of(pdf)) > 2
    assert set(pages_of(pdf)) == {(210.0, 297.0)}
    words = text_of(pdf, tmp_path)
    for number in range(1, pages + 1):
        assert f"{number}／{pages}ページ" in words
    assert words.count("控番号 ABCDEFGHJK") == words.count("令和8年6月10日 09:05") == pages
    assert words.count("カナ氏名") > pages - 1  # the heading comes again on every page


def test_a_wide_paper_lies_on_its_side() -> None:
    assert pages_of(register_pdf(paper(ROW, wide=True))) == [(297.0, 210.0)]


def test_long_and_rare_names_are_all_there(tmp_path: Path) -> None:
    words = squeezed(
        text_of(
            register_pdf(paper(("☑", NAME, "090-1234-5678", RARE), lead="令和8年6月10日", to="新宿区長　様")),
            tmp_path,
        )
    )
    assert squeezed(RARE) in words and "090-1234-5678" in words and "新宿区長" in words
    for part in ("サイオンジ", "エリザベート", "市ヶ谷グランドレジデンシャル", "4301号室"):
        assert all(letter in words for letter in part)


def test_a_character_no_font_has_is_named_before_there_is_a_page() -> None:
    with pytest.raises(UsageError) as refusal:
        register_pdf(paper(ROW, ("☐", "サトウ\U0001f3e0", "", "")))
    for part in ("参加者", "2行目", "カナ氏名", "U+1F3E0"):
        assert part in str(refusal.value)
    assert "\U0001f3e0" not in str(refusal.value)


def test_markup_is_only_text(tmp_path: Path) -> None:
    sly = '#panic(1) *_[x]_* $x$ `y` <z> @w \\ "'
    assert squeezed("#panic(1)") in squeezed(text_of(register_pdf(paper(("☐", sly, "", ""))), tmp_path))


def test_every_cell_of_the_workbook_is_text_whatever_it_begins_with() -> None:
    rows = [("☐", formula, "03", "") for formula in FORMULAS]
    book = load_workbook(io.BytesIO(register_xlsx(paper(*rows))))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    sheet = book.worksheets[1]
    assert [sheet.cell(number, 2).value for number in range(2, 2 + len(FORMULAS))] == list(FORMULAS)


def test_the_workbook_prints_with_page_numbers_its_id_and_who_made_it() -> None:
    book = load_workbook(io.BytesIO(register_xlsx(paper(ROW, wide=True))))
    assert [sheet.title for sheet in book] == ["表紙", "1 参加者", "2 補欠"]
    for sheet in book:
        assert "&P" in str(sheet.oddFooter.right.text) and "&N" in str(sheet.oddFooter.right.text)
        assert "見本 責任者" in str(sheet.oddFooter.left.text)
        assert "ABCDEFGHJK" in str(sheet.oddHeader.right.text)
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    cover = [cell.value for row in book["表紙"] for cell in row]
    assert LONG in cover and RARE in cover
    assert book["2 補欠"]["A2"].value == "補欠の人はいません"


@pytest.mark.parametrize("name", ["a.docx", "a.pdfx", "a"])
def test_only_two_endings_are_known(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.pdf か \.xlsx"):
        paper_writer(name)


def test_no_sheet_of_a_workbook_passes_through_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed half-way, one would lie there in clear."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was made")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp"):
        monkeypatch.setattr(f"tempfile.{name}", refuse)
    monkeypatch.setattr("openpyxl.worksheet._writer.NamedTemporaryFile", refuse)
    assert load_workbook(io.BytesIO(register_xlsx(paper(ROW)))).sheetnames


def test_a_workbook_counts_no_sheets_of_paper() -> None:
    assert paper_writer("a.XLSX")(paper(ROW)).pages == 0
    assert paper_writer("a.pdf")(paper(ROW)).pages == 1


def test_no_row_is_parted_between_two_pages(tmp_path: Path) -> None:
    rows = [("☐", f"ハジメ{n:03}", "電話", f"{LONG * 3}オワリ{n:03}") for n in range(30)]
    pages = squeezed(text_of(register_pdf(paper(*rows)), tmp_path).replace("\f", "頁")).split("頁")
    for n in range(30):
        (page,) = (one for one in pages if f"ハジメ{n:03}" in one)
        assert f"オワリ{n:03}" in page


REMARK = "返却を受けた人"


def last_page(pdf: bytes, tmp_path: Path) -> str:
    return text_of(pdf, tmp_path).rstrip("\f").split("\f")[-1]


@pytest.mark.parametrize("ticks", [False, True])
def test_no_row_and_no_remark_begins_the_last_page_alone(tmp_path: Path, ticks: bool) -> None:
    """However many rows there are: two at least, and the remark with them."""
    pages = set()
    for count in range(18, 48):
        rows = [(*ROW[:1], f"{number:04}番の人", *ROW[2:]) for number in range(1, count + 1)]
        pdf = register_pdf(paper(tables=[Table("参加者", COLUMNS, rows)], notes=(REMARK,), ticks=ticks))
        last = last_page(pdf, tmp_path)
        assert last.count("番の人") >= 2 and REMARK in last, count
        assert text_of(pdf, tmp_path).count("番の人") == count
        pages.add(pages_in(pdf))
    assert len(pages) > 1, "some of them went over to another page"


def test_what_says_that_there_is_nobody_stays_with_its_caption_and_the_remark(tmp_path: Path) -> None:
    for count in range(18, 48):
        pdf = register_pdf(paper(*[ROW] * count, notes=(REMARK,)))
        last = last_page(pdf, tmp_path)
        assert all(word in last for word in ("補欠", "補欠の人はいません", REMARK)), count


def test_two_long_rows_are_not_tied_and_lose_nothing(tmp_path: Path) -> None:
    long = "".join(f"第{number}。" for number in range(1, 400))
    pdf = register_pdf(paper(tables=[Table("", (Column("内容"),), [(long,), (long,)])], ticks=False))
    assert squeezed(text_of(pdf, tmp_path)).count("第399。") == 2
