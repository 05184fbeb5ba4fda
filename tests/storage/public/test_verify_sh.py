"""verify.sh recomputes every draw the engine makes, with coreutils alone, and notices any changed character."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from core.draw.events import Cancel, Decline, EventLog, Head, Release
from core.draw.rules import Course
from core.roles import Site
from storage.public import verify_sh
from tests.core.draw.happened import forbidden, happen
from tests.core.draw.played import Played, play, rules

TOOLS = [
    "sha256sum",
    "sort",
    "cut",
    "paste",
    "join",
    "uniq",
    "tr",
    "wc",
    "tail",
    "expr",
    "mktemp",
    "cp",
    "rm",
    "mkdir",
]
SHELL = shutil.which("dash") or shutil.which("sh") or "/bin/sh"


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PATH with nothing but the coreutils that verify.sh names."""
    folder = tmp_path_factory.mktemp("bin")
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(os.path.realpath(found))
    return folder


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("script") / "verify.sh"
    path.write_bytes(verify_sh())
    return path


class Checker:
    """Runs verify.sh over a folder that is changed file by file."""

    def __init__(self, script: Path, tools: Path, folder: Path, shell: str = SHELL) -> None:
        self.folder, self._command, self._tools = folder, [shell, str(script), str(folder)], tools

    def lay(self, files: dict[str, bytes]) -> None:
        for old in self.folder.iterdir():
            old.unlink()
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def run(self) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self._command, env={"PATH": str(self._tools)}, capture_output=True, check=False, timeout=60
        )


@pytest.fixture
def checker(script: Path, tools: Path, tmp_path: Path) -> Checker:
    return Checker(script, tools, tmp_path)


def plain(files: dict[str, bytes]) -> dict[str, bytes]:
    """What verify.sh reads: no signatures, no keys."""
    return {name: data for name, data in files.items() if name.endswith(".txt")}


def with_events(count: int = 12, seed: int = 3) -> Played:
    first = play(seed=seed)
    events = happen(first.params, first.result, count, seed)
    return play(seed=seed, events=events, ward_saw=count // 2)


def test_a_whole_draw_is_accepted_in_one_calm_line(checker: Checker) -> None:
    checker.lay(play().files)
    done = checker.run()
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().count("\n") == 1
    assert "hiking-2026-1" in done.stdout.decode()


@pytest.mark.parametrize(
    "played",
    [
        pytest.param(lambda: play(rules(max_size=1, max_tickets=1), count=60), id="nobody tied to anybody"),
        pytest.param(lambda: play(rules(notes=("会場の抽選", "2枚目"))), id="notes in the rules"),
        pytest.param(lambda: play(rules(beacon=("drand-quicknet", "31415926"))), id="a beacon"),
        pytest.param(lambda: play(absent=frozenset({Site.WARD})), id="one site absent"),
        pytest.param(lambda: play(absent=frozenset(Site)), id="both absent: the dice alone"),
        pytest.param(
            lambda: play(rules(courses=(Course("A1", 0), Course("B", 3)))), id="an outing without room"
        ),
        pytest.param(lambda: play(count=1, seed=4), id="a single unit"),
    ],
)
def test_every_kind_of_draw_is_accepted(checker: Checker, played) -> None:  # type: ignore[no-untyped-def]
    checker.lay(played().files)
    done = checker.run()
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("seed", range(12))
def test_the_shell_replays_events_as_the_product_does(checker: Checker, seed: int) -> None:
    checker.lay(with_events(25, seed).files)
    done = checker.run()
    assert done.returncode == 0, done.stderr.decode()
    assert "25件" in done.stdout.decode()


@pytest.mark.parametrize("seed", range(12))
def test_an_event_the_rules_forbid_is_refused_as_the_product_refuses_it(checker: Checker, seed: int) -> None:
    played = with_events(10, seed)
    log = EventLog.parse(played.files["events.txt"], played.result.sha256)
    worse = log.append(forbidden(played.params, played.result, log.events, random.Random(seed)))
    head = Head(played.params.draw, Site.CONTRACTOR, len(worse.events), worse.head)
    checker.lay(played.files | {"events.txt": worse.to_bytes(), head.file_name: head.to_bytes()})
    done = checker.run()
    assert done.returncode != 0
    assert "events.txt" in done.stderr.decode()  # the event itself, not the list that follows from it


def test_other_shells_agree(script: Path, tools: Path, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no second shell here")
    checker = Checker(script, tools, tmp_path, bash)
    checker.lay(with_events().files)
    done = checker.run()
    assert done.returncode == 0, done.stderr.decode()


def test_a_missing_tool_is_named_and_nothing_is_accepted(script: Path, tmp_path: Path) -> None:
    empty, folder = tmp_path / "bin", tmp_path / "draw"
    empty.mkdir()
    folder.mkdir()
    checker = Checker(script, empty, folder)
    checker.lay(play().files)
    done = checker.run()
    assert done.returncode != 0
    assert "sha256sum" in done.stderr.decode()


def test_any_missing_file_is_named(checker: Checker) -> None:
    files = plain(with_events().files)
    for name in files:
        if name == "head-ward.txt":
            continue  # the ward countersigns when it next logs in: until then there is none
        checker.lay({other: data for other, data in files.items() if other != name})
        done = checker.run()
        assert done.returncode != 0, name
        assert name in done.stderr.decode()


def change(data: bytes, chance: random.Random) -> bytes:
    """One character replaced, taken away or put in, at a place chance picks."""
    at = chance.randrange(len(data))
    kind = chance.choice(("replace", "digit", "flip", "delete", "insert", "swap", "append", "cut"))
    if kind == "replace":
        return data[:at] + bytes([chance.choice(b"0A az\n\r\t\x00\xe3-=,")]) + data[at + 1 :]
    if kind == "digit":
        return data[:at] + bytes([chance.choice(b"0123456789abcdefABC")]) + data[at + 1 :]
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if kind == "delete":
        return data[:at] + data[at + 1 :]
    if kind == "insert":
        return data[:at] + bytes([chance.choice(b"0A \n\x00=")]) + data[at:]
    if kind == "swap":
        return data[:at] + data[at : at + 2][::-1] + data[at + 2 :]
    return data + b"\n" if kind == "append" else data[:-1]


def test_any_changed_character_is_refused(checker: Checker) -> None:
    files = plain(with_events(6).files)
    chance = random.Random(20260610)
    names = sorted(files)
    tampers = 0
    while tampers < 6 * len(names):
        name = names[tampers % len(names)]
        changed = change(files[name], chance)
        if changed == files[name]:
            continue
        tampers += 1
        checker.lay(files | {name: changed})
        done = checker.run()
        assert done.returncode != 0, (name, changed)
        assert done.stdout == b""
        assert "確認できませんでした" in done.stderr.decode(errors="replace")


def test_a_line_taken_from_the_end_of_the_events_is_noticed(checker: Checker) -> None:
    played = play()
    seated = [line for line in played.result.lines if line.course]
    events = [Cancel(seated[0].id), Decline(seated[1].id, seated[1].course or ""), Release("A", 1)]
    longer = play(events=events).files
    shorter = play(events=events[:2]).files
    for name in ("events.txt", "standing.txt", "head-contractor.txt"):
        checker.lay(longer | {name: shorter[name]})
        assert checker.run().returncode != 0, name


def test_a_better_seat_with_all_later_hashes_made_to_fit_is_noticed(checker: Checker) -> None:
    files = dict(play().files)
    lines = files["result.txt"].decode().splitlines()
    loser = next(at for at, line in enumerate(lines) if line.endswith(" -"))
    lines[loser] = lines[loser][:-1] + lines[loser].split(" ")[3].split(",")[0]
    checker.lay(files | {"result.txt": ("\n".join(lines) + "\n").encode()})
    done = checker.run()
    assert done.returncode != 0
    assert "result.txt" in done.stderr.decode()


def test_what_the_files_say_is_never_run(checker: Checker, tmp_path: Path) -> None:
    files = plain(play().files)
    trap = b"$(mkdir ran)`mkdir ran`;mkdir ran"
    for name in ("params.txt", "list.txt", "result.txt", "seed-input.txt", "dice-ward.txt"):
        lines = files[name].split(b"\n")
        checker.lay(files | {name: b"\n".join([lines[0], lines[1] + trap, *lines[2:]])})
        assert checker.run().returncode != 0
    assert not list(tmp_path.rglob("ran"))


def test_nothing_is_left_behind(checker: Checker, tmp_path: Path, tools: Path) -> None:
    files = play().files
    checker.lay(files)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert checker.run().returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == before
