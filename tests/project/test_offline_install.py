"""The package from its making to the installed command, on a machine without a network, by the two commands of docs/install.md.

The project in it is a small one in ikiiki's name, so that nothing need be fetched; the tool and install.sh are the real ones.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.project.wheels import pinned, repacked, small_wheel
from tools.release.assembling import BACKEND, assemble
from tools.release.building import Commit, unpack
from tools.release.locks import closure, read_lock
from tools.release.wheelhouse import Target

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
COMMIT = Commit("c" * 40, 1_790_000_000)
TARGET = Target(os.uname().machine, (PYTHON,))
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "ikiiki"
version = "0.1.0"
dependencies = ["standin>=1"]
[project.scripts]
ikiiki = "office:run"
[tool.hatch.build.targets.wheel]
only-include = ["office.py"]
"""
OFFICE = """
import os, sys, standin
def run():
    print(standin.__file__, sys.flags.isolated, "LD_LIBRARY_PATH" in os.environ, *sys.argv[1:])
"""
NO_NETWORK = ["unshare", "--map-root-user", "--net"]
Install = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the package is for Linux")


@pytest.fixture(scope="module")
def house(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would be fetched: one package to run with, what builds, what installs."""
    folder = tmp_path_factory.mktemp("house")
    pins = read_lock((repository / "requirements" / "dev.lock").read_text())
    for pin in closure(pins, BACKEND):
        repacked(folder, pin.name)
    repacked(folder, "pip")
    small_wheel(folder, "standin", "1.0", "", told="License-Expression: Zlib\n")
    return folder


@pytest.fixture(scope="module")
def source(house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commit's files."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "office.py").write_text(OFFICE)
    for name in ("requirements", "docs", "ops"):
        (folder / name).mkdir()
        (folder / name / "about.md").write_text(name)
    wheels = sorted(house.iterdir())
    runtime = [pinned(one) for one in wheels if one.name.startswith(("standin", "pip"))]
    for name, pins in (("runtime", runtime), ("dev", [pinned(one) for one in wheels])):
        (folder / "requirements" / f"{name}.lock").write_text("".join(pin.written() for pin in pins))
    return folder


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def package(
    source: Path, house: Path, key: Ed25519PrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return assemble(source, COMMIT, TARGET, key, tmp_path_factory.mktemp("made"), sources=[house])


@pytest.fixture
def folder(package: Path, tmp_path: Path) -> Path:
    """The package as it is unpacked."""
    (one,) = unpack(package, tmp_path / "unpacked").iterdir()
    return one


@pytest.fixture(scope="module")
def without_network() -> list[str]:
    """What a command is put behind. Where the system lets no one cut the network off, install.sh's own words must do."""
    try:
        cut = subprocess.run([*NO_NETWORK, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        cut = False
    return NO_NETWORK if cut else []


@pytest.fixture
def install(folder: Path, without_network: list[str]) -> Install:
    def run(*words: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*without_network, "sh", str(folder / "install.sh"), *map(str, words)],
            env={"PATH": f"{Path(sys.executable).parent}:{os.defpath}", "PYTHON": sys.executable, "LANG": "C.UTF-8",
                 "PIP_INDEX_URL": "http://127.0.0.1:9/", "PYTHONPATH": "/nowhere"},
            capture_output=True, text=True,
        )  # fmt: skip

    return run


def checks(folder: Path, public: Path) -> bool:
    """The first of the two commands, word for word as README.txt has it."""
    text = (folder / "README.txt").read_text()
    (command,) = re.findall(r"^ +(openssl .* && sha256sum .*)$", text, re.MULTILINE)
    shutil.copy(public, folder / "ikiiki-release.pub.pem")
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True).returncode == 0


def written(key: Ed25519PrivateKey, to: Path) -> Path:
    to.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return to


def test_openssl_and_sha256sum_tell_the_package_from_any_other(
    folder: Path, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    public = written(key, tmp_path / "public.pem")
    assert checks(folder, public)
    assert not checks(folder, written(Ed25519PrivateKey.generate(), tmp_path / "other.pem"))
    lock = folder / "install.lock"
    lock.write_text(lock.read_text() + "# more\n")
    assert not checks(folder, public)
    sums = folder / "SHA256SUMS"  # and with the sums made to fit
    done = subprocess.run(
        ["sha256sum", "install.lock"], cwd=folder, capture_output=True, text=True, check=True
    )
    sums.write_text(re.sub(r"^.*  install\.lock\n", done.stdout, sums.read_text(), flags=re.MULTILINE))
    assert not checks(folder, public)


def test_everything_in_it_is_under_the_sums(folder: Path) -> None:
    named = {line[66:] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    there = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert there - named == {"SHA256SUMS", "SHA256SUMS.sig"} and named < there


def test_the_bill_of_materials_tells_of_every_wheel(folder: Path) -> None:
    bill = json.loads((folder / "sbom.cdx.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    assert bill["metadata"]["timestamp"].endswith("Z")
    own = bill["metadata"]["component"]
    parts = [own, *bill["components"]]
    told = {
        reference["url"]: reference["hashes"][0]["content"]
        for part in parts
        for reference in part["externalReferences"]
    }
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert told == {name: digest for name, digest in sums.items() if name.startswith("wheels/")}
    assert {part["scope"] for part in bill["components"] if part["name"] == "standin"} == {"required"}
    assert {part["scope"] for part in bill["components"] if part["name"] == "hatchling"} == {"excluded"}
    assert all(part["licenses"] and part["purl"] == part["bom-ref"] for part in bill["components"])
    refs = [part["bom-ref"] for part in parts]
    edges = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert sorted(edges) == sorted(set(refs)) == sorted(refs)
    assert all(set(needed) <= set(refs) for needed in edges.values())
    assert edges[own["bom-ref"]] == ["pkg:pypi/standin@1.0"]


def test_the_same_commit_lock_and_key_make_the_same_package(
    source: Path, house: Path, key: Ed25519PrivateKey, package: Path, tmp_path: Path
) -> None:
    again = assemble(source, COMMIT, TARGET, key, tmp_path, sources=[house])
    assert again.read_bytes() == package.read_bytes()


def test_it_is_installed_without_a_network_beside_the_version_before(
    install: Install, folder: Path, key: Ed25519PrivateKey, tmp_path: Path
) -> None:
    assert checks(folder, written(key, tmp_path / "public.pem"))  # the key lies in the folder from here on
    home, links = tmp_path / "opt", tmp_path / "bin"
    links.mkdir()
    (home / "ikiiki-0.0.9").mkdir(parents=True)
    (home / ".venv").symlink_to("ikiiki-0.0.9")
    done = install(home, links)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "次にすること" in done.stdout and "ikiiki-0.0.9" in done.stdout
    assert (home / ".venv").readlink() == Path("ikiiki-0.1.0") and (home / "ikiiki-0.0.9").is_dir()
    assert (home / "docs" / "about.md").read_text() == "docs"
    assert (home / "ops" / "about.md").read_text() == "ops"
    hostile = {"PYTHONPATH": str(tmp_path), "LD_LIBRARY_PATH": str(tmp_path), "PATH": os.defpath}
    (tmp_path / "standin.py").write_text("raise SystemExit('not ours')")
    run = subprocess.run(
        [links / "ikiiki", "one", "two words"], env=hostile, capture_output=True, text=True, cwd=tmp_path
    )
    place, *rest = run.stdout.split(maxsplit=1)
    assert Path(place).is_relative_to(home), run.stderr
    assert rest == ["1 False one two words\n"]
    again = install(home, links)
    assert again.returncode == 1 and "もう入っています" in again.stderr


def test_what_cannot_be_installed_whole_leaves_everything_as_it_was(
    install: Install, folder: Path, tmp_path: Path
) -> None:
    home = tmp_path / "opt"
    (home / "ikiiki-0.0.9").mkdir(parents=True)
    (home / ".venv").symlink_to("ikiiki-0.0.9")
    (wheel,) = (folder / "wheels").glob("standin-*")
    wheel.write_bytes(wheel.read_bytes() + b"x")
    altered = install(home)
    assert altered.returncode == 1 and "同じではありません" in altered.stderr
    sums = folder / "SHA256SUMS"
    wheel.unlink()
    sums.write_text("".join(line for line in sums.read_text().splitlines(True) if "standin" not in line))
    lacking = install(home)
    assert lacking.returncode == 1 and "部品を入れられませんでした" in lacking.stderr
    assert (home / ".venv").readlink() == Path("ikiiki-0.0.9")
    assert sorted(one.name for one in home.iterdir()) == [".venv", "bin", "ikiiki-0.0.9"]


def a_program_in_pips_place(folder: Path) -> None:
    """The finder of a medium adds a name that a shell reads as the place of a program, and the program there.

    To the shell that is `sh` here, `echo` ends a text at a backslash with a c.
    """
    (folder / "wheels" / "pip-0\\c.whl").touch()
    program = folder / "wheels" / "pip-0" / "pip"
    program.mkdir(parents=True)
    (program / "__main__.py").write_text(f"open({str(folder.parent / 'ran')!r}, 'w')")


def a_page_of_the_manual(folder: Path) -> None:
    (folder / "docs" / "first.md").write_text("sudo sh ...")


def an_empty_folder(folder: Path) -> None:
    (folder / "wheels" / "pip-0").mkdir()


def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "ops" / "pipe")


def a_link_in_the_place_of_a_file(folder: Path) -> None:
    """Same bytes, until somebody changes them where the link leads."""
    (folder / "install.lock").rename(folder.parent / "away")
    (folder / "install.lock").symlink_to(folder.parent / "away")


def a_link_in_the_place_of_a_folder(folder: Path) -> None:
    (folder / "docs").rename(folder.parent / "docs")
    (folder / "docs").symlink_to(folder.parent / "docs")


@pytest.mark.parametrize(
    "add",
    [
        a_program_in_pips_place, a_page_of_the_manual, an_empty_folder, a_pipe,
        a_link_in_the_place_of_a_file, a_link_in_the_place_of_a_folder,
    ],
)  # fmt: skip
def test_what_nobody_signed_is_not_installed_and_nothing_of_it_runs(
    install: Install, folder: Path, key: Ed25519PrivateKey, tmp_path: Path, add: Callable[[Path], None]
) -> None:
    add(folder)
    assert checks(folder, written(key, tmp_path / "public.pem")), "the sums tell nothing of what is added"
    refused = install(tmp_path / "opt")
    assert refused.returncode == 1 and "一式にないもの" in refused.stderr and "次にすること" in refused.stderr
    assert not (folder.parent / "ran").exists() and not (tmp_path / "opt").exists()


def test_the_package_itself_is_built_again_from_what_is_signed_alone(
    folder: Path, key: Ed25519PrivateKey, tmp_path: Path, repository: Path
) -> None:
    """By the commands of docs/install.md, word for word but for where they work."""
    a_program_in_pips_place(folder)
    page = (repository / "docs" / "install.md").read_text("utf-8")
    (commands,) = re.findall(r"^## Building it again.*?^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert checks(folder, written(key, tmp_path / "public.pem"))
    done = subprocess.run(
        ["sh", "-euc", commands.replace("/tmp/again", str(tmp_path / "again"))],
        cwd=folder, capture_output=True, text=True, env={"PATH": f"{Path(sys.executable).parent}:{os.defpath}"},
    )  # fmt: skip
    assert done.stdout.endswith("same\n"), done.stdout + done.stderr
    assert not (folder.parent / "ran").exists()


@pytest.mark.parametrize(("place", "said"), [("a b", "使えない文字"), ("taken", "別の入れ方")])
def test_a_place_that_will_not_do_is_refused(install: Install, tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "taken" / ".venv").mkdir(parents=True)
    refused = install(tmp_path / place)
    assert refused.returncode == 1 and said in refused.stderr and "次にすること" in refused.stderr


def test_another_machines_package_is_refused(install: Install, folder: Path, tmp_path: Path) -> None:
    told = folder / "release.txt"
    told.write_text(re.sub("^machine=.*", "machine=s390x", told.read_text(), flags=re.MULTILINE))
    sums = folder / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(True) if "release.txt" not in line))
    refused = install(tmp_path / "opt")
    assert refused.returncode == 1 and "s390x" in refused.stderr
    assert not (tmp_path / "opt").exists()
