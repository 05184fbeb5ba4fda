"""受渡票, label and パスワード通知書: one page each, everything readable, and an error that shows no password."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import IkiikiError, UsageError
from storage.papers.custody import file_name, label_pdf, notice_pdf, slip_pdf
from tools.custody_pictures import FORMS, MEDIUM, PASSWORD, STICKER


def words_of(pdf: bytes, folder: Path) -> str:
    """What stands on the paper, page ends as form feeds, spaces taken out."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils)")
    (folder / "paper.pdf").write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(folder / "paper.pdf"), "-"], capture_output=True, text=True, check=True
    )
    return "".join(done.stdout.split(" ")).replace("\n", "")


def test_the_slip_is_one_page_of_two_copies_with_both_places_to_sign(tmp_path: Path) -> None:
    words = words_of(slip_pdf(FORMS), tmp_path)
    assert words.count("\f") == 1
    for text in (
        "受渡票",
        "K7Q29F3MXA",
        "第3号",
        "12枚",
        "渡した者",
        "受け取った者",
        "令和8年4月20日",
        "区の窓口",
    ):
        assert words.count(text) == 2, text
    assert "パスワード通知書は別の機会" in words_of(slip_pdf(MEDIUM), tmp_path)


def test_the_label_says_what_how_many_until_when_and_by_what_it_opens(tmp_path: Path) -> None:
    words = words_of(label_pdf(STICKER), tmp_path)
    assert words.count("\f") == 1
    for text in ("4EA39J4R1P", "応募データ", "385件", "7-Zipで開く", "令和8年5月20日"):
        assert text in words


def test_the_notice_names_its_medium_and_what_does_not_open_it(tmp_path: Path) -> None:
    words = words_of(notice_pdf(PASSWORD), tmp_path)
    assert words.count("\f") == 1
    for text in ("4EA39J4R1P", "X3M8PW20QZ", file_name("4EA39J4R1P"), "7-Zip", "エクスプローラー"):
        assert text in words


def test_a_name_that_cannot_be_set_is_told_without_the_password() -> None:
    with pytest.raises(UsageError) as raised:
        notice_pdf(replace(PASSWORD, title="いきいき\U0001f97e"))
    assert "U+1F97E" in str(raised.value) and PASSWORD.password not in str(raised.value)


def test_the_longest_programme_name_still_fits(tmp_path: Path) -> None:
    title = "い" * 60 + " 令和8年度"
    for pdf in (slip_pdf(replace(FORMS, title=title)), label_pdf(replace(STICKER, title=title))):
        assert words_of(pdf, tmp_path).count("\f") == 1
    assert words_of(notice_pdf(replace(PASSWORD, title=title)), tmp_path).count("\f") == 1


def test_nothing_but_an_error_of_ours_leaves_the_typesetter() -> None:
    with pytest.raises(IkiikiError):
        slip_pdf(replace(FORMS, title="\U0001f97e"))
