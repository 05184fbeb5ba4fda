"""What is written outside the vault is a new file, and nobody else's to read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.private_file import write_new
from core.errors import UsageError


def others_file(place: Path) -> None:
    place.write_bytes(b"theirs")
    place.chmod(0o666)


def link_to_a_file(place: Path) -> None:
    other = place.with_name("elsewhere")
    other.write_bytes(b"theirs")
    place.symlink_to(other)


def link_to_nowhere(place: Path) -> None:
    place.symlink_to(place.with_name("nowhere"))


@pytest.mark.parametrize("put", [others_file, link_to_a_file, link_to_nowhere])
def test_what_lies_there_already_is_neither_written_into_nor_through(
    tmp_path: Path, put: Callable[[Path], None]
) -> None:
    place = tmp_path / "notices.pdf"
    put(place)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.exists()}
    with pytest.raises(UsageError, match="すでにあります"):
        write_new(place, b"names")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.exists()} == before


def test_a_new_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_new(tmp_path / "new" / "notices.pdf", b"names")
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "notices.pdf").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="書けません") as caught:
        write_new(tmp_path / "file" / "notices.pdf", b"names")
    assert caught.value.next_step
