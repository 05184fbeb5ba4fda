"""What starts up fast stays fast: what is heavy loads where it is used, and arrows between packages point one way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

#: Each costs a start from tens of milliseconds to some tenths of a second.
HEAVY = {
    "textual", "box_sdk_gen", "requests", "typst", "pyzipper", "openpyxl", "sqlite_utils", "phonenumbers", "pylopdf_fonts_jp",
    "zxcvbn",
}  # fmt: skip


def loaded_after(program: str, cwd: Path) -> set[str]:
    """Names of the top-level modules a fresh interpreter holds after running `program`."""
    report = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", program + report], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules_of(package: str, repository: Path) -> list[str]:
    """Every module of a package, in dotted form, read from the files."""
    files = (repository / package).rglob("*.py")
    dotted = (".".join(path.relative_to(repository).with_suffix("").parts) for path in files)
    return sorted(name.removesuffix(".__init__") for name in dotted if not name.endswith("__main__"))


def test_the_command_starts_without_anything_heavy(repository: Path) -> None:
    loaded = loaded_after("import cli.main", repository)
    assert "typer" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("words", [[], ["--help"]])
def test_asking_for_help_loads_nothing_heavy(repository: Path, words: list[str]) -> None:
    program = f"""
import sys
from cli.main import run
sys.argv = ["ikiiki", *{words!r}]
try:
    run()
except SystemExit:
    pass
"""
    assert loaded_after(program, repository) & HEAVY == set()


def test_core_loads_neither_storage_nor_faces_nor_anything_heavy(repository: Path) -> None:
    modules = modules_of("core", repository)
    assert "core.canonical" in modules
    loaded = loaded_after(
        "import importlib\nfor name in " + repr(modules) + ": importlib.import_module(name)", repository
    )
    assert loaded & ({"storage", "tui", "cli", "sqlcipher3", "sqlite3"} | HEAVY) == set()


def test_storage_loads_no_face_and_nothing_heavy_but_for_box_itself(repository: Path) -> None:
    every = modules_of("storage", repository)
    modules = [name for name in every if not name.startswith("storage.remotes.box")]
    assert len(modules) < len(every) and "storage.courier.destination" in modules
    loaded = loaded_after(
        "import importlib\nfor name in " + repr(modules) + ": importlib.import_module(name)", repository
    )
    assert loaded & ({"tui", "cli"} | HEAVY) == set()


def test_the_screens_load_no_storage(repository: Path) -> None:
    modules = modules_of("tui", repository)
    loaded = loaded_after(
        "import importlib\nfor name in " + repr(modules) + ": importlib.import_module(name)", repository
    )
    assert loaded & ({"storage", "cli"} | (HEAVY - {"textual"})) == set()
