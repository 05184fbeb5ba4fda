"""Places of exchange used before: noted when another is set, known after each login, without anything that opens them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.office.places import Former, Used, former_places, former_words
from storage.courier.destination import REMOTE, place_of, set_box, set_folder
from storage.courier.places import NAME, used_places

DAY = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)


def test_each_change_is_kept_with_its_day_and_no_secret(tmp_path: Path) -> None:
    set_folder(tmp_path, "folder:/mnt/a", DAY)
    set_folder(tmp_path, "folder:/mnt/a", DAY + dt.timedelta(days=1))
    set_box(tmp_path, "1234", DAY + dt.timedelta(days=2))
    set_box(tmp_path, "5678", DAY + dt.timedelta(days=3))
    assert place_of(tmp_path) == "box:5678"
    assert [one.id for one in used_places(tmp_path)] == ["folder:/mnt/a", "box:1234", "box:5678"]
    found = former_places(used_places(tmp_path), place_of(tmp_path))
    assert [former_words(one) for one in found] == [
        "フォルダ /mnt/a（2026年4月1日〜2026年4月3日）",
        "Boxのフォルダ 1234（2026年4月3日〜2026年4月4日）",
    ]


def test_what_an_earlier_version_set_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / REMOTE).write_text('kind = "box"\n')
    set_folder(tmp_path, "folder:/mnt/a", DAY)
    (one,) = former_places(used_places(tmp_path), place_of(tmp_path))
    assert former_words(one) == "Boxのフォルダ （番号は分からない）（時期不明〜2026年4月1日）"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{}\n")
    with pytest.raises(IntegrityFailure):
        used_places(tmp_path)
    assert place_of(tmp_path / "none") == ""


@given(st.lists(st.sampled_from("abcd"), max_size=8))
def test_all_but_the_present_one_are_former_each_once(ids: list[str]) -> None:
    used = [Used(one, f"2026-04-{n + 1:02}T00:00:00+09:00") for n, one in enumerate(ids)]
    current = ids[-1] if ids else ""
    found: list[Former] = former_places(used, current)
    assert [one.id for one in found] == list(dict.fromkeys(one for one in ids if one != current))
    assert all(one.since < one.until for one in found)
