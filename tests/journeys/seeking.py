"""Looking for people in files: as any program might have written them, in any of four encodings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import jaconv

from core.applicant import Applicant
from core.people.eras import wareki, wareki_short
from tests.journeys.acting import Machine

ENCODINGS = ("utf-8", "cp932", "utf-16-le", "utf-16-be")
_WINDOW = 6
"""Bytes of a needle by which a file is sifted before the whole needle is looked for."""


def kana_forms(kana: str) -> Iterator[str]:
    """Full and half width, hiragana, decomposed; with either space and without."""
    for text in (kana, jaconv.z2h(kana), jaconv.kata2hira(kana), unicodedata.normalize("NFD", kana)):
        yield text
        yield text.replace(" ", "\u3000")
        yield text.replace(" ", "")


def phone_forms(phone: str) -> Iterator[str]:
    yield phone
    yield jaconv.h2z(phone, digit=True, ascii=True)
    for first in (2, 3, 4):
        for second in (3, 4):
            if len(phone) - first - second == 4:
                yield f"{phone[:first]}-{phone[first : first + second]}-{phone[-4:]}"


def words_of(applicant: Applicant) -> Iterator[str]:
    """Kana, phone and mail, in every form."""
    if applicant.kana:
        yield from kana_forms(applicant.kana)
    if applicant.phone:
        yield from phone_forms(applicant.phone)
    if applicant.email:
        yield applicant.email


def more_words_of(applicant: Applicant) -> Iterator[str]:
    """Birth date and address too."""
    born = applicant.birth_date
    if born is not None:
        yield from (born.isoformat(), f"{born:%Y/%m/%d}", f"{born.year}年{born.month}月{born.day}日")
        yield from (wareki(born), wareki_short(born))
    if applicant.address:
        yield applicant.address
        yield applicant.address.removeprefix("東京都新宿区")


def needles(words: Iterable[str]) -> set[bytes]:
    """The words in every encoding that can write them, long enough to be no accident."""
    found = set()
    for word in words:
        for encoding in ENCODINGS:
            try:
                data = word.encode(encoding)
            except UnicodeEncodeError:
                continue
            if len(data) >= _WINDOW:
                found.add(data)
        found.add(word.encode("ascii", "backslashreplace"))  # as JSON writers that escape would
    return {needle for needle in found if len(needle) >= _WINDOW}


def hits(folders: Iterable[Path], sought: set[bytes]) -> list[tuple[str, bytes]]:
    """(file, needle) of everything found below the folders."""
    by_window: dict[bytes, list[bytes]] = {}
    for needle in sought:
        by_window.setdefault(needle[:_WINDOW], []).append(needle)
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            data = path.read_bytes()
            for start in range(0, len(data), 1 << 19):
                chunk = data[start : start + (1 << 19) + _WINDOW]
                windows = {chunk[place : place + _WINDOW] for place in range(len(chunk))}
                for window in windows & by_window.keys():
                    found += [(str(path), needle) for needle in by_window[window] if needle in data]
    return found


def applicants_of(machine: Machine) -> list[Applicant]:
    """Everybody the vault has ever held, in every version."""
    with machine.looking() as tx:
        return [
            version.applicant
            for application in tx.applications.all()
            for version, _, _ in tx.applications.history(application.number)
        ]


def cells_of(machine: Machine) -> list[str]:
    """Name, phone and mail as the sources wrote them."""
    with machine.looking() as tx:
        rows = [
            row
            for application in tx.applications.all()
            for row in tx.sources.of_application(application.number)
        ]
    named = ("kana", "phone", "email")
    return [value for row in rows for key, value in row.cells.items() if key in named and len(value) >= 6]
