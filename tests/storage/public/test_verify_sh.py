"""verify.sh recomputes every draw the engine makes, with coreutils alone, and notices any changed character."""

import random
import shutil
from pathlib import Path

import pytest

from core.draw.events import Cancel, Decline, EventLog, Head, Release
from core.draw.rules import Course
from core.roles import Site
from tests.core.draw.happened import forbidden
from tests.core.draw.played import play, rules
from tests.storage.public.folders import (
    BEACON,
    BROKEN,
    FORGED,
    HARMLESS,
    Checker,
    change,
    forge,
    plain,
    with_events,
)


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
        pytest.param(lambda: play(BEACON), id="a beacon"),
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


@pytest.mark.parametrize("allowed", HARMLESS)
def test_what_the_rules_allow_is_accepted_with_all_later_hashes_made_to_fit(
    checker: Checker, allowed: tuple[str, str, str]
) -> None:
    checker.lay(forge(FORGED, *allowed))
    done = checker.run()
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_rule_is_refused_though_all_later_hashes_fit(checker: Checker, kind: str) -> None:
    checker.lay(forge(FORGED, *BROKEN[kind]))
    done = checker.run()
    assert done.returncode != 0
    assert BROKEN[kind][0] in done.stderr.decode() or kind == "an opening of another freeze"


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


@pytest.mark.parametrize("name", ["dice-contractor.txt", "dice-ward.txt", "seed-input.txt"])
def test_the_beacon_stands_where_the_rules_name_it_and_nowhere_else(checker: Checker, name: str) -> None:
    without = play().files
    named = play(BEACON).files
    line = next(line for line in named[name].splitlines(keepends=True) if line.startswith(b"beacon="))
    for files, changed in (
        (named, named[name].replace(line, b"")),
        (named, named[name].replace(b"31415926", b"31415927")),
        (named, named[name].replace(b"drand-quicknet", b"nist")),
        (named, named[name].replace(line, line[:-2] + b"\n")),
        (without, without[name] + line),
    ):
        checker.lay(files | {name: changed})
        done = checker.run()
        assert done.returncode != 0
        assert name in done.stderr.decode() or "dice-ward.txt" in done.stderr.decode()
