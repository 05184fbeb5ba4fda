"""A source file is read whole and unharmed, or refused as a whole with its name and row."""

# ruff: noqa: DTZ001 - a spreadsheet's times have no zone

from __future__ import annotations

import codecs
import csv
import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.columns import Table
from core.errors import Stopped, UsageError
from storage.readers import read_table, source
from storage.readers import workbook as workbook_module

HEADER = "カナ氏名,生年月日,住所,電話番号,希望"
ROW = "サトウ ハナコ,S25.3.4,新宿区喜久井町2-14-6,03-5211-4620,A"

Read = Callable[[bytes], Table]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_bytes(data: bytes) -> Table:
        path = tmp_path / "source.csv"
        path.write_bytes(data)
        return read_table(path)

    return read_bytes


def refused(read: Read, data: bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(data)
    assert "source.csv" in caught.value.where
    assert "サトウ" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "bom", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("cp932", b"", "cp932"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_encoding_delimiter_and_line_end_gives_one_table(
    read: Read, encoding: str, bom: bytes, named: str, delimiter: str, line_end: str
) -> None:
    text = f"{HEADER}\n{ROW}\n".replace(",", delimiter).replace("\n", line_end)
    table = read(bom + text.encode(encoding))
    assert table.encoding == named
    assert table.header == tuple(HEADER.split(","))
    assert table.rows == (tuple(ROW.split(",")),)
    assert table.numbers == (1,)


def test_the_hash_is_that_of_the_bytes_read(read: Read) -> None:
    data = f"{HEADER}\n{ROW}\n".encode()
    assert read(data).sha256 == hashlib.sha256(data).hexdigest()


def test_half_width_kana_in_cp932_is_not_taken_for_letters_of_utf8(read: Read) -> None:
    data = "ﾃﾞﾝﾜ,ﾒﾓ\nﾃｺ,ﾃｺ\n".encode("cp932")
    table = read(data)
    assert table.encoding == "cp932"
    assert table.header == ("ﾃﾞﾝﾜ", "ﾒﾓ")
    ambiguous = "ﾂｱ\n".encode("cp932")
    assert ambiguous.decode("utf-8") == "±\n"
    assert read(ambiguous).header == ("ﾂｱ",)


@pytest.mark.parametrize(
    "data", [b"\xff\x00\x81", codecs.BOM_UTF8 + b"\xff", codecs.BOM_UTF16_LE + b"\x00\xd8\x00"]
)
def test_bytes_of_no_known_encoding_are_refused(read: Read, data: bytes) -> None:
    assert "文字コード" in refused(read, data).what


def test_commas_in_a_tab_file_and_tabs_in_a_comma_file_stay_in_their_cells(read: Read) -> None:
    tabs = f"{HEADER}\n{ROW}\n".replace(",", "\t").replace("2-14-6", "2,14,6,7,8,9,10,11")
    assert read(tabs.encode()).rows[0][2] == "新宿区喜久井町2,14,6,7,8,9,10,11"
    commas = f"{HEADER}\n{ROW}\n".replace("2-14-6", "2\t14\t6\t7\t8\t9")
    assert read(commas.encode()).rows[0][2] == "新宿区喜久井町2\t14\t6\t7\t8\t9"


def test_a_line_end_within_quotes_is_part_of_the_cell(read: Read) -> None:
    table = read(f'{HEADER}\n{ROW.replace("2-14-6", "2-14-6")[:-1]}"A\nB"\n{ROW}\n'.encode())
    assert table.rows[0][4] == "A\nB"
    assert table.numbers == (1, 2)


def test_a_quote_that_never_closes_is_refused_with_its_line(read: Read) -> None:
    error = refused(read, f'{HEADER}\n{ROW}\n"{ROW}\n{ROW}\n'.encode())
    assert "引用符" in error.what


def test_a_row_wider_than_the_header_is_refused_with_its_number(read: Read) -> None:
    error = refused(read, f"{HEADER}\n{ROW}\n{ROW},余り\n".encode())
    assert "見出しの下2行目" in error.where


def test_empty_cells_beyond_the_header_are_no_cells(read: Read) -> None:
    assert read(f"{HEADER}\n{ROW},,,\n".encode()).rows == (tuple(ROW.split(",")),)


def test_a_short_row_is_filled_with_empty_cells(read: Read) -> None:
    assert read(f"{HEADER}\nサトウ ハナコ,S25.3.4\n{ROW}\n".encode()).rows[0] == (
        "サトウ ハナコ",
        "S25.3.4",
        None,
        None,
        None,
    )


def test_a_file_cut_off_in_its_last_row_is_refused(read: Read) -> None:
    assert "途中で切れて" in refused(read, f"{HEADER}\n{ROW}\nサトウ ハナコ,S25.3".encode()).what
    assert len(read(f"{HEADER}\n{ROW}\n{ROW}".encode()).rows) == 2


def test_blank_rows_are_left_out_but_counted(read: Read) -> None:
    table = read(f"{HEADER}\n{ROW}\n\n,,,,\n{ROW}\n\n ,\n".encode())
    assert table.numbers == (1, 4)


def test_titles_above_the_header_are_no_rows(read: Read) -> None:
    table = read(f"応募一覧\n令和8年4月,,\n\n{HEADER}\n{ROW}\n".encode())
    assert table.header == tuple(HEADER.split(","))
    assert table.numbers == (1,)


def test_a_header_that_stands_twice_is_told_apart(read: Read) -> None:
    assert read(f"{HEADER},電話番号\n{ROW},090\n".encode()).header[-1] == "電話番号 (2)"


def test_a_spreadsheets_trick_for_leading_zeros_is_undone(read: Read) -> None:
    row = ROW.replace("03-5211-4620", '"=""0352114620"""')
    assert read(f"{HEADER}\n{row}\n".encode()).rows[0][3] == "0352114620"


def test_unknown_headers_are_found_with_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("題\nなまえ,うまれ,ところ\nア,イ,ウ\n", "utf-8")
    table = read_table(path, {"なまえ": "kana", "うまれ": "birth_date", "ところ": "address"})
    assert table.header == ("なまえ", "うまれ", "ところ")


@pytest.mark.parametrize("data", [b"", b"\n\n", b" ,\n", codecs.BOM_UTF8])
def test_an_empty_file_is_refused(read: Read, data: bytes) -> None:
    assert "空" in refused(read, data).what


def test_too_much_is_refused(read: Read) -> None:
    assert "長すぎる" in refused(read, f"{HEADER}\n{ROW}{'A' * 40_000}\n".encode()).what
    assert "列が多すぎ" in refused(read, (",".join(f"c{n}" for n in range(201)) + "\n").encode()).what


def test_a_file_too_large_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LARGEST_FILE", 10)
    with pytest.raises(UsageError, match="大きすぎ"):
        read(f"{HEADER}\n{ROW}\n".encode())


def test_links_pipes_and_folders_are_refused(tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text(f"{HEADER}\n{ROW}\n", "utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to(real)
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path):
        with pytest.raises(UsageError):
            read_table(path)
    with pytest.raises(UsageError, match="ありません"):
        read_table(tmp_path / "absent.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=8),
            min_size=1,
            max_size=5,
        ),
        max_size=6,
    ),
    st.sampled_from([",", "\t", ";"]),
)
def test_nothing_that_was_written_is_lost(read: Read, rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([HEADER.split(","), *rows])
    table = read(out.getvalue().encode("utf-8-sig"))
    written = [[cell for cell in row] for row in rows]
    got = dict(zip(table.numbers, table.rows, strict=True))
    for number, row in enumerate(written, start=1):
        if any(cell.strip() for cell in row):
            padded = [cell or None for cell in row] + [None] * (5 - len(row))
            assert [cell if cell and cell.strip() else None for cell in got[number]] == [
                _unwrapped(cell) if cell and cell.strip() else None for cell in padded
            ]
        else:
            assert number not in got


def _unwrapped(cell: str) -> str | None:
    return cell[2:-1] or None if len(cell) > 2 and cell.startswith('="') and cell.endswith('"') else cell


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: f"{HEADER}\n{text}".encode(errors="ignore")),
    )
)
def test_whatever_bytes_come_they_are_a_table_or_a_told_error(read: Read, data: bytes) -> None:
    try:
        table = read(data)
    except UsageError:
        return
    assert all(len(row) == len(table.header) for row in table.rows)
    assert len(table.rows) == len(table.numbers)


# -- workbooks ----------------------------------------------------------------------------------------------


def workbook(path: Path, *sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy/mm/dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, place, cell)
    return path


def test_a_workbooks_cells_keep_their_kinds(tmp_path: Path) -> None:
    row = ["サトウ ハナコ", dt.datetime(1950, 3, 4), "新宿区", 352114620, "A\nB", True, 1.5]
    table = read_table(workbook(tmp_path / "book.xlsx", [[*HEADER.split(","), "可否", "数"], row]))
    assert table.encoding == "xlsx"
    assert table.rows == (
        ("サトウ ハナコ", dt.datetime(1950, 3, 4), "新宿区", 352114620, "A\nB", "TRUE", 1.5),
    )


def test_the_first_sheet_with_a_header_is_read(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "book.xlsx", [["説明"], ["この表は…"]], [["題"], HEADER.split(","), ROW.split(",")]
    )
    assert read_table(path).rows == (tuple(ROW.split(",")),)


def test_blank_rows_of_a_workbook_are_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", [HEADER.split(","), [], ROW.split(","), [None], ROW.split(",")])
    assert read_table(path).numbers == (2, 4)


def test_a_control_character_in_a_workbook_is_seen_as_one(tmp_path: Path) -> None:
    row = ROW.replace("ハナコ", "ハナ\x1bコ").split(",")
    assert (
        read_table(workbook(tmp_path / "book.xlsx", [HEADER.split(","), row])).rows[0][0]
        == "サトウ ハナ\x1bコ"
    )


def test_a_formula_is_its_saved_value_and_refused_without_one(tmp_path: Path) -> None:
    for value, fits in ((352114620, True), ("", False)):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADER.split(","))
            sheet.write_row(1, 0, ROW.split(","))
            sheet.write_formula(1, 3, "=A1", None, value)
        if fits:
            assert read_table(path).rows[0][3] == 352114620
        else:
            with pytest.raises(UsageError) as caught:
                read_table(path)
            assert "2行目 4列目" in caught.value.where


def rezipped(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with its parts changed."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, change(name, data))
    return path


def rows_of(path: Path, rows: str, *, sheet: int = 1) -> Path:
    """The workbook with its rows below the header written so."""
    return rezipped(
        path,
        lambda name, data: (
            data.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            if name.endswith(f"sheet{sheet}.xml")
            else data
        ),
    )


def text(place: str, words: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def test_cells_count_by_their_place_in_whatever_order_they_are_written(tmp_path: Path) -> None:
    path = rows_of(
        workbook(tmp_path / "book.xlsx", [HEADER.split(",")]),
        f'<row r="2">{text("E2", "A")}{text("A2", "サトウ ハナコ")}</row>',
    )
    assert read_table(path).rows == (("サトウ ハナコ", None, None, None, "A"),)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f'<row r="2">{text("GS2", "A")}{text("A2", "サトウ")}</row>', "列が多すぎ"),
        (f'<row r="3">{text("A3", "サトウ")}</row><row r="2">{text("A2", "スズキ")}</row>', "読めません"),
        (f'<row r="1">{text("A1", "スズキ")}</row>', "読めません"),
        (f'<row r="1048577">{text("A2", "スズキ")}</row>', "読めません"),
    ],
)
def test_what_stands_where_no_row_of_the_table_is_makes_the_file_refused_not_shorter(
    tmp_path: Path, rows: str, said: str
) -> None:
    path = rows_of(workbook(tmp_path / "book.xlsx", [HEADER.split(",")]), rows)
    with pytest.raises(UsageError, match=said):
        read_table(path)


def test_of_a_sheet_that_is_not_taken_no_more_than_the_beginning_is_read(tmp_path: Path) -> None:
    remarks = rows_of(
        workbook(tmp_path / "book.xlsx", [["説明"]] * 40, [HEADER.split(","), ROW.split(",")]),
        f'<row r="60">{text("GS60", "メモ")}</row>',
    )
    assert read_table(remarks).rows == (tuple(ROW.split(",")),)


@pytest.mark.parametrize(("bound", "most"), [("MOST_CELLS", 9), ("MOST_LETTERS", 50)])
def test_cells_or_letters_beyond_bearing_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    path = workbook(tmp_path / "book.xlsx", [HEADER.split(","), ROW.split(",")])
    assert len(read_table(path).rows) == 1
    monkeypatch.setattr(workbook_module, bound, most)
    with pytest.raises(UsageError, match="大きすぎ"):
        read_table(path)


def test_a_cell_too_long_is_named_by_its_row(tmp_path: Path) -> None:
    path = rows_of(
        workbook(tmp_path / "book.xlsx", [HEADER.split(",")]), f'<row r="7">{text("A7", "ア" * 32_768)}</row>'
    )
    with pytest.raises(UsageError, match="長すぎるセル") as caught:
        read_table(path)
    assert "7行目" in caught.value.where


def test_the_reading_of_a_workbook_can_be_stopped_wherever_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", [HEADER.split(","), *[ROW.split(",")] * 3_000])
    looks = 0

    def count(done: int, total: int) -> None:
        nonlocal looks
        looks += 1

    read_table(path, progress=count)
    assert looks > path.stat().st_size // 4_096, "from its first part to the last rows"
    for stop in range(1, looks + 1):

        def ask(done: int, total: int, left: list[int] = [stop]) -> None:  # noqa: B006 - a counter of its own
            left[0] -= 1
            if not left[0]:
                raise Stopped("取りやめました")

        with pytest.raises(Stopped):
            read_table(path, progress=ask)


def test_a_part_of_nobodys_business_may_be_in_any_encoding(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", [HEADER.split(","), ROW.split(",")])
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(
            "customXml/item1.xml", '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16")
        )
    assert read_table(path).rows == (tuple(ROW.split(",")),)


def test_a_workbook_too_large_unpacked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "LARGEST_UNPACKED", 100_000)
    path = rezipped(
        workbook(tmp_path / "book.xlsx", [HEADER.split(",")]),
        lambda name, data: data + b" " * 1_000_000 if name == "docProps/app.xml" else data,
    )
    assert path.stat().st_size < 20_000
    with pytest.raises(UsageError, match="展開すると大きすぎ"):
        read_table(path)


def test_a_workbook_with_a_document_type_is_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    path = rezipped(
        workbook(tmp_path / "book.xlsx", [HEADER.split(",")]),
        lambda name, data: bomb + data.split(b"?>", 1)[1] if name.endswith("sheet1.xml") else data,
    )
    with pytest.raises(UsageError, match="xlsx"):
        read_table(path)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "xl/sharedStrings.xml"]
)
def test_a_damaged_workbook_is_refused_without_quoting_it(tmp_path: Path, part: str) -> None:
    path = rezipped(
        workbook(tmp_path / "book.xlsx", [HEADER.split(","), ROW.split(",")]),
        lambda name, data: data[: len(data) // 2] if name == part else data,
    )
    with pytest.raises(UsageError) as caught:
        read_table(path)
    assert caught.value.__cause__ is None or "サトウ" not in str(caught.value.__cause__)


def test_other_packages_and_old_workbooks_are_named_for_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("a.txt", "a")
    with pytest.raises(UsageError, match="Excel"):
        read_table(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100))
    with pytest.raises(UsageError, match="xls"):
        read_table(path)
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(UsageError, match="Excel"):
        read_table(path)


def test_openpyxl_loads_only_where_a_workbook_is_read() -> None:
    code = "import sys, storage.readers; print('openpyxl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
