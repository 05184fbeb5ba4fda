"""Small files that would be large, or long to read: refused, or read, in a process that may not grow nor compute beyond bounds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOM = 384 * 2**20
"""Bytes of address space beyond what the process has when the modules are loaded."""
SECONDS = 300
"""Of the processor, for all of them. They take a minute; one that is read cell by cell where nothing is takes many."""
_BOUNDED = """
import io, resource, struct, sys, zipfile, zlib
from pathlib import Path
import openpyxl, pyzipper
from core.errors import IkiikiError
from storage.bundles import zips
from storage.readers import read_table

def stored(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in entries:
            package.writestr(name, data)
    return out.getvalue()

def many(count):
    # a list of entries made by hand: one local header, `count` entries in the directory
    local = struct.pack("<4s5H3I2H", b"PK\\3\\4", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    one = b"".join((struct.pack("<4s6H3I5H2I", b"PK\\1\\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0), b"%07d"))
    listing = b"".join(one[:-4] + b"%07d" % n for n in range(count)) if count < 10 else one[:-4].ljust(53, b"a") * count
    end = struct.pack("<4s4H2IH", b"PK\\5\\6", 0, 0, count % 65536, count % 65536, len(listing), len(local), 0)
    return local + listing + end

def lying(data, size):
    # every size in the directory says `size`
    changed = bytearray(data)
    at = changed.find(b"PK\\1\\2")
    while at >= 0:
        changed[at + 20 : at + 28] = struct.pack("<2I", size, size)
        at = changed.find(b"PK\\1\\2", at + 4)
    return bytes(changed)

def overlapping(data):
    # the second entry lies within the first
    changed = bytearray(data)
    first = changed.find(b"PK\\1\\2")
    second = changed.find(b"PK\\1\\2", first + 4)
    changed[second + 42 : second + 46] = changed[first + 42 : first + 46]
    return bytes(changed)

def packed(entries, method):
    # under the password, by a method of which Python unpacks all there is
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w", compression=method, encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(PASSWORD.encode())
        for name, data in entries:
            archive.writestr(name, data)
    bomb = out.getvalue()
    return lambda: zips.open_zip(bomb, PASSWORD, most=1, limit=2**20, name="x.zip")

def declaring_little(data, size, start):
    # the last entry says it has `size` bytes, `start` by their checksum, and unpacks to more
    changed = bytearray(data)
    at = changed.rfind(b"PK\1\2")
    changed[at + 16 : at + 20] = struct.pack("<I", zlib.crc32(start))
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)

TYPES = ("[Content_Types].xml", "<Types/>")
PASSWORD = "0123456789ABCDEFGHJKMNPQRS"
zeros = lambda mib: bytes(mib * 2**20)

def inner(data):
    return lambda: zips.unpack(data, most=64, name="x.zip")

def sheet(data):
    path = Path(sys.argv[1]) / "list.xlsx"
    path.write_bytes(data)
    return lambda: read_table(path)

CASES = {
    "a million entries": lambda: inner(many(1_000_000)),
    "a million entries in a workbook": lambda: sheet(many(900_000)),
    "sizes of four gigabytes": lambda: inner(lying(zips.pack({"a": b"x" * 9}), 0xFFFFFFF0)),
    "overlapping entries": lambda: inner(overlapping(zips.pack({"a": b"x" * 9, "b": b"y" * 9}))),
    "zeros under the password": lambda: (lambda bomb: lambda: zips.open_zip(bomb, PASSWORD, most=1, limit=2**20, name="x.zip"))(zips.make_zip({"bundle.zip": zeros(200)}, PASSWORD)),
    "bzip2 under the password": lambda: packed([("bundle.zip", zeros(420))], zipfile.ZIP_BZIP2),
    "a part larger than it declares": lambda: sheet(declaring_little(stored([TYPES, ("xl/workbook.xml", zeros(420))]), 9, bytes(9))),
    "nested": lambda: inner(zips.pack({"a.zip": stored([("b.zip", stored([("c", zeros(20))]))])})[:-3]),
    "shared strings": lambda: sheet(stored([TYPES, ("xl/sharedStrings.xml", b"<sst>" + zeros(210))])),
    "entities": lambda: sheet(stored([TYPES, ("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 9999 + b'">]><x>' + b"&a;" * 99999 + b"</x>")])),
}

HEADER = b"<row>" + b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % name.encode() for name in ("カナ氏名", "生年月日", "住所", "電話番号", "希望")) + b"</row>"
MAIN = b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRINGS_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"

def book(rows=b"", *, after=b"", **parts):
    # a workbook as programs write it, with these rows, and these parts for its own
    with zipfile.ZipFile(sys.argv[2]) as package:
        given = {name: package.read(name) for name in package.namelist()}
    part = given[SHEET]
    start, end = part.index(b"<sheetData>") + 11, part.index(b"</sheetData>")
    given[SHEET] = part[:start] + rows + part[end:end + 12] + after + b"</worksheet>"
    named = {"strings": STRINGS, "styles": STYLES}
    given |= {named[name]: content for name, content in parts.items()}
    if "strings" in parts:  # the sample has none
        given[TYPES[0]] = given[TYPES[0]].replace(b"</Types>", b'<Override ContentType="' + STRINGS_TYPE + b'" PartName="/' + STRINGS.encode() + b'"/></Types>')
    return sheet(stored(given.items()))

def one_text(text):
    # written once, and in every cell of 400 rows
    return book(HEADER + (b"<row>" + b'<c t="s"><v>0</v></c>' * 200 + b"</row>") * 400, strings=b"<sst xmlns=" + MAIN + b"><si><t>" + text + b"</t></si></sst>")

FORMULA = b'<c r="A1"><f t="shared" si="0">' + b"A1+" * 9_999 + b"A1</f><v>1</v></c>"
CASES |= {
    "columns": lambda: book(b'<row r="1">' + b"<c><v>1</v></c>" * 400_000 + b"</row>"),
    "one text in every cell, another each time": lambda: one_text(b"_x0041_" + b"A" * 32_000),
    "one cell longer than any": lambda: one_text(b"A" * 32_768),
    "cells of nothing in one row": lambda: book(b"<row>" + b"<c/>" * 20_000_000 + b"</row>"),
    "elements outside all rows": lambda: book(after=b"<a/>" * 20_000_000),
    "shared texts of nothing": lambda: book(strings=b"<sst xmlns=" + MAIN + b">" + b"<si/>" * 20_000_000 + b"</sst>"),
    "styles": lambda: book(styles=b"<styleSheet xmlns=" + MAIN + b"><cellXfs>" + b"<xf/>" * 20_000_000 + b"</cellXfs></styleSheet>"),
    "attributes": lambda: book(after=b"<a " + b"".join(b'a%d="" ' % n for n in range(3_000_000)) + b"/>"),
    "entities in UTF-16": lambda: book(strings=('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "' + "a" * 9_999 + '">]><x>' + "&a;" * 99 + "</x>").encode("utf-16")),
    "cells beyond the last column": lambda: book(HEADER + b'<row><c r="GT2"><v>1</v></c><c r="A2"/></row>'),
}
TAKEN = {
    "rows of which nothing but the last column is named": lambda: book(HEADER + b'<row><c r="XFD1"/></row>' * 200_000),
    "heights of rows": lambda: book(HEADER + b'<row ht="1"/>' * 200_000),
    "a formula in every cell": lambda: book(HEADER + (b"<row>" + FORMULA + b'<c r="B1"><f t="shared" si="0"/><v>1</v></c>' * 4 + b"</row>") * 1_000),
    "merged cells": lambda: book(HEADER, after=b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 90_000 + b"</mergeCells>"),
}
CASES |= TAKEN
allowed = sys.argv[3]
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[4]), int(sys.argv[4])))
for name, make in CASES.items():
    act = make()
    room = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + int(allowed)
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
    try:
        act()
        print(name, "taken", sep=": ")
    except IkiikiError as error:
        print(name, error.what, sep=": ")
    except Exception as error:
        print(name, type(error).__name__, sep=": ")
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
ENTRIES, LARGE, OTHER = (
    "束の中身を読めません",
    "展開すると大きすぎるファイルです",
    "Excelファイル（.xlsx）として読めません",
)
REFUSED = {
    "a million entries": "束の中身の数が多すぎます",
    "a million entries in a workbook": LARGE,
    "sizes of four gigabytes": ENTRIES,
    "overlapping entries": ENTRIES,
    "zeros under the password": "束の中身が大きすぎます",
    "bzip2 under the password": "束の中身の形式が正しくありません",
    "a part larger than it declares": OTHER,
    "nested": ENTRIES,
    "shared strings": LARGE,
    "entities": OTHER,
    "columns": LARGE,
    "one text in every cell, another each time": LARGE,
    "one cell longer than any": "長すぎるセルがあります（上限 32767 文字）",
    "cells of nothing in one row": LARGE,
    "elements outside all rows": LARGE,
    "shared texts of nothing": LARGE,
    "styles": LARGE,
    "attributes": LARGE,
    "entities in UTF-16": OTHER,
    "cells beyond the last column": "行か列が多すぎます（上限 100000 行、200 列）",
}
"""Why: a reader that has no more room says of a workbook that it is none."""
TAKEN = (
    "rows of which nothing but the last column is named",
    "heights of rows",
    "a formula in every cell",
    "merged cells",
)


def test_bombs_are_refused_in_little_memory(tmp_path: Path, repository: Path) -> None:
    book = repository / "tests" / "data" / "samples" / "forms.xlsx"
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, str(tmp_path), str(book), str(ROOM), str(SECONDS)],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = [f"{case}: {why}" for case, why in REFUSED.items()] + [f"{case}: taken" for case in TAKEN]
    assert done.stdout.splitlines() == told, done.stderr[-800:]
