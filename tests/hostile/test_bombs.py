"""Small files that would be large: refused within bounds of memory, in a process that may not grow beyond them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOM = 384 * 2**20
"""Bytes of address space beyond what the process has when the modules are loaded."""
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
    "columns": None,
}

def columns():
    with zipfile.ZipFile(sys.argv[2]) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    cells = b"".join(b'<c><v>1</v></c>' for _ in range(400_000))
    rows = b'<row r="1">' + cells + b"</row>"
    part = parts["xl/worksheets/sheet1.xml"]
    start, end = part.index(b"<sheetData>") + 11, part.index(b"</sheetData>")
    parts["xl/worksheets/sheet1.xml"] = part[:start] + rows + part[end:]
    return sheet(stored(parts.items()))

CASES["columns"] = columns
allowed = sys.argv[3]
for name, make in CASES.items():
    act = make()
    room = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + int(allowed)
    resource.setrlimit(resource.RLIMIT_AS, (room, resource.RLIM_INFINITY))
    try:
        act()
        print(name, "taken", sep=": ")
    except IkiikiError as error:
        print(name, "refused", sep=": ")
    except Exception as error:
        print(name, type(error).__name__, sep=": ")
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
CASES = (
    "a million entries", "a million entries in a workbook", "sizes of four gigabytes", "overlapping entries",
    "zeros under the password", "bzip2 under the password", "a part larger than it declares", "nested", "shared strings", "entities", "columns",
)  # fmt: skip


def test_bombs_are_refused_in_little_memory(tmp_path: Path, repository: Path) -> None:
    book = repository / "tests" / "data" / "samples" / "forms.xlsx"
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED, str(tmp_path), str(book), str(ROOM)],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [f"{case}: refused" for case in CASES], done.stderr[-800:]
