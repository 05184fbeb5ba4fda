"""The wheel holds the whole product: installed elsewhere, without this tree, it starts and finds its data."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("core", "storage", "tui", "cli")


def run(*words: str | Path, cwd: Path) -> str:
    """Run a program with none of this process's Python paths; its output, or a failure that shows it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))
    }
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the locked backend, without a network."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=repository)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment holding the wheel; the third-party packages are lent by the one running the tests."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--isolated", "--python", python, "install"]
    run(*pip, "--quiet", "--no-index", "--no-deps", wheel, cwd=home)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip())
    # A folder named by a .pth file comes after the environment's own and its .pth files are not read: what is lent is
    # the packages, not this tree, which is installed there in place.
    lent = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "lent.pth").write_text("\n".join(sorted(lent)) + "\n")
    return home


def test_the_wheel_holds_every_file_of_the_packages(repository: Path, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    files = {
        path.relative_to(repository).as_posix()
        for package in PACKAGES
        for path in (repository / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert files - names == set()


def test_the_wheel_holds_nothing_but_the_packages(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_installed_command_starts(installed: Path) -> None:
    assert "使い方" in run(installed / "bin" / "ikiiki", "--help", cwd=installed)


def test_the_installed_packages_are_those_of_the_wheel_and_read_their_data(installed: Path) -> None:
    program = f"""
import importlib, importlib.resources, pkgutil
for name in {PACKAGES!r}:
    package = importlib.import_module(name)
    print(package.__file__)
    assert importlib.resources.files(name).joinpath("py.typed").is_file()
    for module in pkgutil.walk_packages(package.__path__, name + "."):
        importlib.import_module(module.name)
"""
    places = run(installed / "bin" / "python", "-c", program, cwd=installed).split()
    assert len(places) == len(PACKAGES)
    assert all(Path(place).is_relative_to(installed) for place in places)
