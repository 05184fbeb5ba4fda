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


#: What opens a vault, and what converts what was typed.
FOR_WORK = {"cryptography", "sqlcipher3", "sqlite3", "pydantic"}


def modules_after(program: str, cwd: Path) -> set[str]:
    """Names of the modules a fresh interpreter holds after running `program`."""
    report = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program + report], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def loaded_after(program: str, cwd: Path) -> set[str]:
    """The same, top-level modules alone."""
    return {name.partition(".")[0] for name in modules_after(program, cwd)}


def use_cases(modules: set[str]) -> set[str]:
    """Those that belong to `core.office`."""
    return {name for name in modules if name.startswith("core.office.")}


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


def test_the_help_of_every_command_loads_no_use_case_and_nothing_that_only_its_work_needs(
    repository: Path,
) -> None:
    program = """
import sys
from typer.main import get_command
from cli.main import called, program

def there(command, *path):
    below = getattr(command, "commands", None)
    return [path] if below is None else [one for name in below for one in there(below[name], *path, name)]

every = there(get_command(program()))
assert len(every) > 100
for command in every:
    try:
        called(program(command[0]), [*command, "--help"])
    except SystemExit as left:
        assert not left.code
"""
    modules = modules_after(program, repository)
    assert "cli.commands.papers" in modules
    assert use_cases(modules) <= {"core.office.choices", "core.office.listing"}
    assert {name.partition(".")[0] for name in modules} & (HEAVY | FOR_WORK) == set()


def test_whoever_opens_a_vault_has_no_use_case_loaded_before_it_is_asked_for(repository: Path) -> None:
    assert use_cases(modules_after("import core.office.office", repository)) == {
        "core.office.office", "core.office.once",
    }  # fmt: skip


def test_opening_a_vault_loads_no_courier(repository: Path) -> None:
    modules = modules_after("import cli.session", repository)
    assert "storage.vault.vault" in modules
    assert not [name for name in modules if name.startswith(("storage.courier", "storage.remotes"))]


def test_the_courier_by_itself_loads_neither_vault_nor_use_cases(repository: Path) -> None:
    modules = modules_after("import cli.carrying", repository)
    assert "storage.courier.runner" in modules
    assert "storage.vault.vault" not in modules and "core.office.office" not in modules


def test_the_login_is_painted_before_anything_of_the_vault_is_loaded(repository: Path) -> None:
    modules = modules_after("import cli.start, cli.opening, tui.app", repository)
    assert "tui.login" in modules
    assert use_cases(modules) == set()
    top = {name.partition(".")[0] for name in modules}
    assert top & ((HEAVY | FOR_WORK | {"typer"}) - {"textual"}) == set()


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
