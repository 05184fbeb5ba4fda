"""The tree itself: what is written down about it, and the habits that keep it small and portable."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import commands

PACKAGES = ("core", "storage", "tui", "cli")
WRITTEN_BY_US = {".py", ".md", ".sh", ".toml", ".lock", ".tcss", ".typ", ".tsv", ".sql"}
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)(?: ; (.+?))? \\$")


def sources(repository: Path) -> Iterator[Path]:
    """The Python files of the four packages."""
    for package in PACKAGES:
        yield from sorted((repository / package).rglob("*.py"))


def ours(repository: Path) -> Iterator[Path]:
    """The text files we write, test data (which may hold anything) left out."""
    yield repository / "Makefile"
    yield repository / ".ci" / "run"
    for top in (*PACKAGES, "tests", "tools", "bench", "docs", "requirements"):
        for path in sorted((repository / top).rglob("*")):
            in_data = path.is_relative_to(repository / "tests" / "data")
            if path.is_file() and path.suffix in WRITTEN_BY_US and not in_data:
                yield path
    yield from sorted(repository.glob("*.md"))
    yield from sorted(repository.glob("*.toml"))


def pins(lock: Path) -> dict[str, Version]:
    """Name → version of everything a lock pins."""
    found = (PIN.match(line) for line in lock.read_text().splitlines())
    return {canonicalize_name(pin[1]): Version(pin[2]) for pin in found if pin}


@pytest.fixture(scope="module")
def project(repository: Path) -> dict:
    """The [project] table of pyproject.toml."""
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


def test_no_file_holds_more_than_four_hundred_lines(repository: Path) -> None:
    lengths = {
        path.relative_to(repository).as_posix(): len(path.read_text().splitlines())
        for path in sources(repository)
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_declares_its_types(repository: Path, package: str) -> None:
    assert (repository / package / "py.typed").is_file()


def test_every_module_says_what_it_is_for(repository: Path) -> None:
    texts = {
        path.relative_to(repository).as_posix(): path.read_text().lstrip() for path in sources(repository)
    }
    assert [name for name, text in texts.items() if text and not text.startswith(('"""', 'r"""'))] == []


def test_every_dependency_says_why_it_is_there(repository: Path, project: dict) -> None:
    listed = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    lines = (repository / "pyproject.toml").read_text().splitlines()
    for requirement in listed:
        (line,) = [line for line in lines if line.strip().startswith(f'"{requirement}",')]
        assert re.search(r"# \S.{4,}", line), f"no reason beside {requirement}"


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_a_lock_names_no_place_to_download_from(repository: Path, name: str) -> None:
    text = (repository / "requirements" / name).read_text()
    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith("-")] == []


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_a_lock_pins_everything_by_hash(repository: Path, name: str) -> None:
    lines = (repository / "requirements" / name).read_text().splitlines()
    entries = [index for index, line in enumerate(lines) if line and not line[0].isspace() and line[0] != "#"]
    assert len(entries) > 30
    assert [lines[index] for index in entries if not PIN.match(lines[index])] == []
    assert [lines[index] for index in entries if not lines[index + 1].startswith("    --hash=sha256:")] == []


@pytest.mark.parametrize(("name", "extras"), [("runtime.lock", []), ("dev.lock", ["dev"])])
def test_a_lock_fits_the_project_file(repository: Path, project: dict, name: str, extras: list[str]) -> None:
    pinned = pins(repository / "requirements" / name)
    wanted = project["dependencies"] + [
        one for extra in extras for one in project["optional-dependencies"][extra]
    ]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), str(requirement)


def test_developers_run_the_versions_that_users_run(repository: Path) -> None:
    runtime, dev = (pins(repository / "requirements" / name) for name in ("runtime.lock", "dev.lock"))
    assert {name: version for name, version in runtime.items() if dev.get(name) != version} == {}


def test_text_has_unix_line_ends_and_no_byte_order_mark(repository: Path) -> None:
    texts = {path: path.read_bytes() for path in ours(repository)}
    assert [path for path, text in texts.items() if b"\r" in text or text.startswith(b"\xef\xbb\xbf")] == []


def test_the_list_of_commands_is_what_the_program_says(repository: Path) -> None:
    written = (repository / "docs" / "commands.md").read_text()
    assert written == commands.text(), "docs/commands.md is not up to date: run `make docs`"


def test_every_command_says_what_it_does() -> None:
    root = commands.typer.main.get_command(commands.program())
    silent = [
        " ".join(path)
        for path, command in commands.commands(root, ("ikiiki",))
        if not (command.help or "").strip()
    ]
    assert silent == []


def test_links_between_documents_lead_somewhere(repository: Path) -> None:
    broken = []
    for page in [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(repository)} → {target}")
    assert broken == []


def test_sections_named_in_the_code_are_there(repository: Path) -> None:
    lost = []
    for file in [*sources(repository), *sorted((repository / "storage").rglob("*.sh"))]:
        for page, section in re.findall(r'(docs/[a-z/-]+\.md)(?:, "([^"\n]+)")?', file.read_text()):
            path = repository / page
            text = path.read_text() if path.is_file() else ""
            begins = rf"^(?:#+ |\*\*){re.escape(section)}" if section else ""
            if not text or not re.search(begins, text, re.MULTILINE):
                lost.append(f"{file.relative_to(repository)} → {page} {section}")
    assert lost == []
