"""What is written outside the vault is a new file, and nobody else's to read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.private_file import HEADER, need_outside, write_new
from core.errors import Refused, UsageError
from storage.vault import header


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


def a_vault(folder: Path) -> Path:
    folder.mkdir()
    (folder / HEADER).write_bytes(b"{}")
    return folder


def test_where_a_vault_is_known_by_is_its_header() -> None:
    assert HEADER == header.NAME


@pytest.mark.parametrize(
    "name",
    [
        "erased.json", "erasure.jsonl", "backups/x.pdf", "new/folder/x.pdf", "../link/x.pdf", "../vault/x.pdf",
        "../vault-kept/x.pdf", "../vault-kept", "../.vault-kept.new", "../second/x.pdf", "",
    ],
)  # fmt: skip
def test_nobody_writes_by_hand_into_a_vault_or_where_the_one_after_it_will_lie(
    tmp_path: Path, name: str
) -> None:
    vault = a_vault(tmp_path / "vault")
    a_vault(tmp_path / "second")
    (tmp_path / "link").symlink_to(vault)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Refused, match="保管庫のフォルダの中") as caught:
        write_new(vault / name, b"a ledger")
    assert caught.value.next_step
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "name", ["x.pdf", "vault.pdf", "papers/x.pdf", "paper-kept/x.pdf", "vault-kept-2/x.pdf"]
)
def test_beside_a_vault_they_may(tmp_path: Path, name: str) -> None:
    a_vault(tmp_path / "vault")
    write_new(tmp_path / name, b"names")
    assert (tmp_path / name).read_bytes() == b"names"


def test_links_in_a_circle_are_said(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    with pytest.raises(UsageError) as caught:
        need_outside(tmp_path / "one" / "x.pdf")
    assert caught.value.next_step
