"""A release is the commit and the lock and nothing else: the same bytes everywhere, every part by its hash, sealed by one key."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as elliptic
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from tests.project.wheels import pinned, small_wheel
from tools.release import sbom
from tools.release.assembling import own_archives
from tools.release.building import Commit, commit_of, export
from tools.release.locks import Pin, Wrong, closure, read_lock
from tools.release.packing import pack, read_key
from tools.release.wheelhouse import Target, collect, held_against

EPOCH = 1_790_000_000
TOPS = ("core", "storage", "tui", "cli", "requirements", "tools", "ops")
TARGET = Target("x86_64", ("3.11",))


def private(path: Path, key: object) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))  # type: ignore[attr-defined]
    return path


def tree(repository: Path, to: Path, mode: int, time: int) -> Path:
    """The project copied, with modes and times of its own."""
    for top in TOPS:
        shutil.copytree(repository / top, to / top, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", ".gitignore"):
        shutil.copy(repository / name, to / name)
    for file in to.rglob("*"):
        if file.is_file():
            file.chmod(mode)
            os.utime(file, (time, time))
    return to


def test_two_machines_build_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    """And what is built from the sdist is the wheel again, which `own_archives` itself demands."""
    commit = Commit("0" * 40, EPOCH)
    found = []
    for name, mode, time in (("here", 0o644, 1_700_000_000), ("there", 0o600, 1_600_000_001)):
        room = tmp_path / f"room-{name}"
        room.mkdir()
        own = own_archives(tree(repository, tmp_path / name, mode, time), commit, room)
        found.append((own.wheel.read_bytes(), own.sdist.read_bytes()))
    assert found[0] == found[1]


def test_a_release_is_made_from_a_commit_and_not_from_what_lies_around(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        settings = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *settings, *words], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "in").write_text("committed")
    git("init", "-q")
    git("add", "in")
    git("commit", "-q", "-m", "one")
    commit = commit_of(tmp_path)
    (tmp_path / "stray").write_text("x")
    with pytest.raises(Wrong, match="stray"):
        commit_of(tmp_path)
    out = tmp_path / "out"
    export(tmp_path, commit, out)
    assert [one.name for one in out.iterdir()] == ["in"]


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_a_lock_read_and_written_says_the_same(repository: Path, name: str) -> None:
    pins = read_lock((repository / "requirements" / name).read_text())
    assert len(pins) > 30
    assert read_lock("".join(pin.written() for pin in pins)) == pins


@given(st.text(max_size=60))
def test_nothing_slips_into_a_lock_without_a_hash(line: str) -> None:
    pin = Pin("a", "1.0", "", ("0" * 64,))
    try:
        read = read_lock(pin.written() + line)
    except Wrong:
        return
    assert [one.name for one in read] == ["a"] and all(one.hashes for one in read)


@pytest.mark.parametrize("line", ["b==1.0", "b==1.0 \\", "-r other.txt", "--hash=sha256:00", "b @ file:///x"])
def test_a_line_that_is_no_pin_with_hashes_is_refused(line: str) -> None:
    with pytest.raises(Wrong):
        read_lock(Pin("a", "1.0", "", ("0" * 64,)).written() + line + "\n")


def test_a_marker_tells_which_python_needs_a_package() -> None:
    old, windows = Pin("a", "1", "python_version < '3.12'", ()), Pin("b", "1", "sys_platform == 'win32'", ())
    assert (old.wanted("3.11"), old.wanted("3.12"), windows.wanted("3.11")) == (True, False, False)


def test_what_builds_the_project_is_locked_too(repository: Path) -> None:
    pins = read_lock((repository / "requirements" / "dev.lock").read_text())
    names = {pin.name for pin in closure(pins, ["hatchling"])}
    assert {"hatchling", "packaging", "pathspec"} <= names < {pin.name for pin in pins}
    with pytest.raises(Wrong, match="hatchling"):
        closure([], ["hatchling"])


def test_the_wheels_are_those_of_the_lock(tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    pin = pinned(small_wheel(house, "standin", "1.0", "X = 1\n"))
    assert [one.name for one in collect([pin], TARGET, tmp_path / "out", [house])] == [
        "standin-1.0-py3-none-any.whl"
    ]
    small_wheel(house, "standin", "1.0", "X = 2\n")  # somebody put another in its place
    with pytest.raises(Wrong, match="standin"):
        collect([pin], TARGET, tmp_path / "again", [house])
    with pytest.raises(Wrong, match="standin"):
        held_against([pin], house)
    with pytest.raises(Wrong, match="standin"):
        held_against([], tmp_path / "out")


def bill(folder: Path, *wheels: Path) -> bytes:
    """The document for `wheels` and a project that needs standin."""
    own = small_wheel(folder, "ikiiki", "0.1.0", "", told="Requires-Dist: standin>=1\nSummary: x\n")
    return sbom.document([*wheels, own], [], {"builder"}, commit="c" * 40, epoch=EPOCH)


def test_a_licence_nobody_told_is_no_licence(tmp_path: Path) -> None:
    known = small_wheel(
        tmp_path, "standin", "1.0", "", told="Classifier: License :: OSI Approved :: ISC License\n"
    )
    assert b"ISC License" in bill(tmp_path, known)
    silent = small_wheel(tmp_path, "standin", "1.0", "", told="Summary: says nothing\n")
    with pytest.raises(Wrong, match="licence"):
        bill(tmp_path, silent)


def test_the_bill_of_materials_is_the_same_each_time(tmp_path: Path) -> None:
    wheel = small_wheel(tmp_path, "standin", "1.0", "")
    assert bill(tmp_path, wheel) == bill(tmp_path, wheel)


def test_a_key_is_given_and_never_made(tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    with pytest.raises(Wrong, match="cannot be read"):
        read_key(missing, None)
    assert not missing.exists()
    with pytest.raises(Wrong, match="Ed25519"):
        read_key(private(tmp_path / "other.pem", elliptic(SECP256R1())), None)
    good = private(tmp_path / "good.pem", Ed25519PrivateKey.generate())
    assert read_key(good, None)
    good.chmod(0o640)
    with pytest.raises(Wrong, match="others may read"):
        read_key(good, None)


def test_a_package_does_not_tell_who_made_it_when_or_where(tmp_path: Path) -> None:
    made = []
    for name, mode in (("one", 0o600), ("two", 0o755)):
        folder = tmp_path / name / "ikiiki-0.1.0"
        (folder / "docs").mkdir(parents=True, mode=0o700)
        (folder / "docs" / "手引き.md").write_text("x")
        (folder / "docs" / "手引き.md").chmod(mode)
        pack(folder, tmp_path / f"{name}.tar", EPOCH)
        made.append((tmp_path / f"{name}.tar").read_bytes())
    assert made[0] == made[1]
    with tarfile.open(fileobj=io.BytesIO(made[0])) as tar:
        assert {(one.uid, one.gid, one.uname, one.mtime) for one in tar} == {(0, 0, "", EPOCH)}
