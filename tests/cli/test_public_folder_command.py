"""`ikiiki lottery hashes` and `lottery verify`: what the ward's notice gives, and what anybody can check with it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cli.public_folder import TOLD_IN_THE_NOTICE
from core.draw.abandoned import Reached
from core.roles import Site
from storage.public.publish import publish
from tests.core.draw.played import play
from tests.core.draw.test_draw_abandoned import folder as abandoned_folder
from tests.core.draw.test_draw_abandoned import word
from tests.journeys.acting import Sites, in_process
from tests.journeys.staging import at, steady
from tests.storage.public.folders import BEACON

__all__ = ["at", "steady"]

PLAYED = play(seed=11)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    publish(tmp_path / "public", PLAYED.files)
    return tmp_path / "public"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_notice_gives_the_hashes_of_the_tools_and_of_both_keys_as_they_are_published(
    steady: Sites, tmp_path: Path
) -> None:
    told = steady.ward.do("lottery", "hashes")["sha256"]
    assert told == steady.contractor.do("lottery", "hashes")["sha256"]
    assert set(told) == set(TOLD_IN_THE_NOTICE)
    publish(tmp_path / "public", PLAYED.files)
    for name in ("verify.html", "verify.sh", "verify-signatures.sh"):
        assert told[name] == sha256(tmp_path / "public" / name)


def test_a_good_folder_is_said_to_agree_with_its_own_keys_and_shows_what_to_compare(folder: Path) -> None:
    done = in_process(["lottery", "verify", str(folder)], {})
    assert done.code == 0
    assert "フォルダにある2つの鍵" in done.out and "お知らせと見比べてください" in done.out
    for name in ("verify.html", "verify.sh", "contractor.pem", "ward.pem"):
        assert f"{sha256(folder / name)}  {name}" in done.out


def test_a_beacons_value_is_told_for_it_must_be_looked_up(tmp_path: Path, folder: Path) -> None:
    """Nothing in the folder can show that it is the one its operator published."""
    publish(tmp_path / "by-beacon", play(BEACON).files)
    done = in_process(["lottery", "verify", str(tmp_path / "by-beacon")], {})
    value = hashlib.sha256(b"beacon").hexdigest()
    assert done.code == 0 and f"drand-quicknet 31415926 {value}" in done.out and "発表元" in done.out
    assert "発表元" not in in_process(["lottery", "verify", str(folder)], {}).out


def test_with_the_keys_of_the_notice_nothing_is_left_to_compare(folder: Path) -> None:
    keys = ["--contractor-key", sha256(folder / "contractor.pem"), "--ward-key", sha256(folder / "ward.pem")]
    done = in_process(["lottery", "verify", str(folder), *keys], {})
    assert done.code == 0 and "鍵は2つとも、お知らせのものです" in done.out


@pytest.mark.parametrize("site", ["contractor", "ward"])
def test_a_folder_signed_with_other_keys_than_the_notices_is_refused(folder: Path, site: str) -> None:
    done = in_process(["lottery", "verify", str(folder), f"--{site}-key", "0" * 64], {})
    assert done.code == 6
    assert f"{site}.pem" in done.out and "次にすること: " in done.err


def test_a_changed_folder_is_named_file_by_file_in_words_and_in_one_document(folder: Path) -> None:
    lines = (folder / "result.txt").read_text("ascii").splitlines(keepends=True)
    (folder / "result.txt").write_text("".join(lines[1:]), "ascii")
    spoken = in_process(["lottery", "verify", str(folder)], {})
    assert spoken.code == 6 and "result.txt" in spoken.out
    assert "公開フォルダに合わないところ" in spoken.err and "次にすること: " in spoken.err
    written = in_process(["lottery", "verify", str(folder), "--json"], {})
    document = json.loads(written.out)
    assert written.code == 6 and document["ok"] is False and "result.txt" in document["findings"][0]


def test_what_is_no_published_folder_is_asked_for_again(tmp_path: Path) -> None:
    done = in_process(["lottery", "verify", str(tmp_path)], {})
    assert done.code == 2 and "公開フォルダとして読めません" in done.err and "次にすること: " in done.err


def test_a_value_that_is_no_hash_is_asked_for_again_and_one_in_two_lines_is_read(folder: Path) -> None:
    """The notice, and the screen, print it in two lines."""
    done = in_process(["lottery", "verify", str(folder), "--ward-key", "abc"], {})
    assert done.code == 2 and "--ward-key" in done.err and "次にすること: " in done.err
    digest = sha256(folder / "ward.pem").upper()
    spaced = f"{digest[:32]}\n {digest[32:]}"
    assert in_process(["lottery", "verify", str(folder), "--ward-key", spaced], {}).code == 0


@pytest.mark.parametrize("content", [None, b"junk\n"], ids=["gone", "junk"])
def test_a_key_that_is_gone_or_none_is_named(folder: Path, content: bytes | None) -> None:
    (folder / "ward.pem").unlink()
    if content is not None:
        (folder / "ward.pem").write_bytes(content)
    done = in_process(["lottery", "verify", str(folder)], {})
    assert done.code == 6 and "ward.pem" in done.err and "次にすること: " in done.err


@pytest.mark.parametrize("reached", list(Reached))
def test_an_abandoned_draw_is_told_as_one_and_not_as_recomputed(tmp_path: Path, reached: Reached) -> None:
    publish(tmp_path / "p", abandoned_folder(reached, *(word(site, reached) for site in Site)))
    done = in_process(["lottery", "verify", str(tmp_path / "p")], {})
    assert done.code == 0, done.out
    assert "取りやめ" in done.out and "計算し直せました" not in done.out


def test_a_result_taken_away_is_no_abandoned_draw(folder: Path) -> None:
    (folder / "result.txt").unlink()
    done = in_process(["lottery", "verify", str(folder)], {})
    assert done.code == 6 and "result.txt" in done.out
