"""Where the courier goes is what its file says, or nowhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.errors import UsageError
from storage.courier.destination import REMOTE, chosen, destination, place_of, set_folder, shared_folder

NOW = dt.datetime(2026, 5, 11, 9, 0, tzinfo=dt.UTC)
NO_PLACE = [
    'kind = "fomder"\npath = "/srv/share"\n',
    'path = "/srv/share"\n',
    'kind = "folder"\n',
    'kind = "folder"\npath = 5\n',
    "kind",
    "",
]


@pytest.mark.parametrize("text", NO_PLACE)
def test_a_file_that_names_no_place_is_named_by_all_who_ask(tmp_path: Path, text: str) -> None:
    """Whoever asks for the folder wants to keep something out of it: "none" would let that in."""
    (tmp_path / REMOTE).write_text(text, encoding="utf-8")
    for ask in (chosen, place_of, shared_folder, lambda courier: destination(courier, lambda: "")):
        with pytest.raises(UsageError, match="読めません") as refused:
            ask(tmp_path)
        assert refused.value.where == f"courier/{REMOTE}" and refused.value.next_step


@pytest.mark.parametrize("text", NO_PLACE)
def test_it_is_mended_by_setting_a_place(tmp_path: Path, text: str) -> None:
    (tmp_path / REMOTE).write_text(text, encoding="utf-8")
    set_folder(tmp_path, "folder:/srv/share", NOW)
    assert place_of(tmp_path) == "folder:/srv/share" and shared_folder(tmp_path) == Path("/srv/share")


def test_before_one_was_set_there_is_none_and_nobody_goes_anywhere(tmp_path: Path) -> None:
    assert chosen(tmp_path) is None and place_of(tmp_path) == "" and shared_folder(tmp_path) is None
    with pytest.raises(UsageError, match="まだ決まっていません"):
        destination(tmp_path, lambda: "")
