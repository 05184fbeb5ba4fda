"""`ikiiki sync` as a timer's command: one JSON report whatever happens, an exit code to act on, and a stop that loses nothing."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from tests.box.faults import Fault, Kind
from tests.box.pretend import PretendBox
from tests.journeys.acting import Machine, Result, Sites, start
from tests.journeys.staging import at

__all__ = ["at"]
At = Callable[..., Sites]
REPORT = {
    "sent", "received", "imported", "sealed", "receipts", "waiting", "partner_seen", "read_only", "busy", "problems",
    "remarks", "box_log",
}  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_a_terminal(words: list[str], env: Mapping[str, str]) -> Result:
    """The command with a person looking."""
    from cli import main

    out, err = Terminal(), io.StringIO()
    with (
        mock.patch.dict(os.environ, env),
        mock.patch.object(sys, "argv", ["ikiiki", *words]),
        mock.patch.object(sys, "stdin", io.StringIO()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main.run()
            code = 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return Result(code, out.getvalue(), err.getvalue())


def alone(machine: Machine, *more: object) -> Result:
    """As a timer has it: nobody logged in, no terminal, and no `--json`."""
    return machine.runner(machine.words("sync", *more, json_=False, alone=True), machine.env())  # type: ignore[no-any-return]


def state(machine: Machine) -> Any:
    return json.loads((machine.folder / "courier" / "state.json").read_bytes())


def test_without_a_terminal_it_is_one_json_report_and_with_one_it_is_sentences(at: At) -> None:
    machine = at("apply").contractor
    done = alone(machine)
    assert done.code == 0 and set(done.json) == REPORT
    spoken = at_a_terminal(machine.words("sync", json_=False, alone=True), machine.env())
    assert spoken.code == 0 and spoken.out.startswith("送った束 0、受け取った束 0")
    with pytest.raises(ValueError):
        json.loads(spoken.out)


def test_each_kind_of_failure_is_one_json_document_with_its_code_and_is_remembered(at: At) -> None:
    sites = at("apply")
    machine = sites.contractor

    def fails(code: int, outcome: str) -> Any:
        done = alone(machine)
        assert done.code == code, done
        assert set(done.json) == {"error", "report"} and done.json["error"]["exit_code"] == code
        assert state(machine)["outcome"] == outcome and state(machine)["code"] == code
        assert any(done.json["error"]["what"] in problem for problem in done.json["report"]["problems"])
        assert "Traceback" not in done.err and done.json["error"]["next_step"] in done.err
        return done.json

    sites.remote.rename(sites.base / "away")
    told = fails(5, "unreachable")
    assert str(sites.remote) in told["error"]["where"]
    fails(5, "unreachable")
    assert state(machine)["failures"] == 2
    (sites.base / "away").rename(sites.remote)
    assert alone(machine).code == 0 and state(machine)["failures"] == 0

    cards = machine.folder / "courier" / "partner.json"
    cards.rename(machine.base / "partner.json")
    fails(3, "refused")
    (machine.base / "partner.json").rename(cards)
    (machine.folder / "courier" / "remote.toml").write_text('kind = "box"\n')
    (machine.folder / "courier" / "box.sealed").write_bytes(b"hkx1\n" + bytes(64))
    fails(4, "login")
    (machine.folder / "courier" / "remote.toml").write_text(f'kind = "folder"\npath = "{sites.remote}"\n')
    (sites.remote / "1-wc-00000001.receipt").unlink(missing_ok=True)
    for name in ("1-cw-00000001.receipt", "1-wc-00000001.manifest"):
        (sites.remote / name).write_bytes(b"forged\n")
    fails(6, "integrity")


def test_what_cannot_be_understood_is_json_too(at: At) -> None:
    machine = at("apply").contractor
    done = alone(machine, "--nosuch")
    assert done.code == 2 and done.json["error"]["exit_code"] == 2


def test_a_run_that_meets_another_leaves_the_work_to_it(at: At) -> None:
    machine = at("apply").contractor
    before = state(machine)
    descriptor = os.open(machine.folder / "courier" / "lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    done = alone(machine)
    assert (done.code, done.json["busy"]) == (0, True)
    assert "進行中" in machine.refused("sync", code=5), "a person wanted it taken in, and it was not"
    os.close(descriptor)
    assert state(machine) == before
    assert alone(machine).json["busy"] is False


def test_people_are_told_what_was_done_before_it_failed(at: At) -> None:
    sites = at("apply")
    machine = sites.contractor
    sites.remote.rename(sites.base / "away")
    spoken = at_a_terminal(machine.words("sync", json_=False, alone=True), machine.env())
    assert spoken.code == 5 and spoken.out == ""
    assert "送った束 0、受け取った束 0" in spoken.err and "共有先のフォルダがありません" in spoken.err


# -- stopping -------------------------------------------------------------------------------------------------


@pytest.fixture
def box() -> Iterator[PretendBox]:
    with PretendBox() as made:
        yield made


@pytest.fixture
def over_box(at: At, box: PretendBox) -> Sites:
    """Both over Box; the contractor has sealed two bundles."""
    from tests.journeys.test_exchange_over_box import settings

    sites = at("apply")
    for machine in sites.both:
        file = sites.base / f"{machine.site}-box.toml"
        file.write_text(settings(box, machine), encoding="utf-8")
        machine.do("courier", "box", file, "--credential", sites.base / f"{machine.site}.credential")
    sites.contractor.do("intake", "send")
    sites.contractor.do(
        "intake", "add", "--kana", "モリ ハナ", "--birth-date", "S22.2.2", "--address", "新宿区榎町1-1",
        "--phone", "03-5273-4000", "--preferences", "A", "--route", "post",
    )  # fmt: skip
    sites.contractor.do("intake", "send")
    return sites


def by_credential(machine: Machine) -> dict[str, str]:
    credential = machine.base / f"{machine.site}.credential"
    return machine.env() | {"IKIIKI_COURIER_CREDENTIAL_FILE": str(credential)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_the_next_run_goes_on(over_box: Sites, box: PretendBox, number: int) -> None:
    machine = over_box.contractor
    stuck = threading.Event()
    strike = box.server.faults.strike

    def struck(method: str, path: str) -> Fault | None:
        fault = strike(method, path)
        if fault is not None:
            stuck.set()
        return fault

    box.server.faults.strike = struck  # type: ignore[method-assign]
    box.server.faults.order(Fault("POST", "/files/content", nth=3, kind=Kind.SLOW))
    started = start(["sync"], by_credential(machine))
    assert stuck.wait(60), "it never came so far"
    started.send_signal(number)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 5, err
    told = json.loads(out)
    assert told["error"]["exit_code"] == 5 and "途中で止めました" in told["error"]["what"]
    assert "続きから" in told["error"]["next_step"] and "Traceback" not in err
    assert (state(machine)["outcome"], state(machine)["failures"]) == ("stopped", 0)
    box.server.faults.clear()
    there = over_box.ward.do("sync")["imported"]
    told_of = set(told["report"]["sent"])
    assert told_of <= set(there), "what is told to be sent is there; what was under way may be there untold"
    done = machine.runner(machine.words("sync", json_=False, alone=True), by_credential(machine))
    assert done.code == 0 and state(machine)["outcome"] == "done"
    rest = over_box.ward.do("sync")["imported"]
    assert sorted([*there, *rest]) == ["1-cw-00000002", "1-cw-00000003"], "each of the two exactly once"


# -- what the courier needs -----------------------------------------------------------------------------------


def test_it_runs_on_a_folder_that_holds_nothing_but_its_own_three(at: At, tmp_path: Path) -> None:
    """As the unit shows it the vault: no database, no header, no backups."""
    sites = at("apply")
    machine = sites.contractor
    machine.do("intake", "send")
    bare = tmp_path / "bare"
    bare.mkdir(mode=0o700)
    for name in ("outbox", "inbox", "courier"):
        (machine.folder / name).rename(bare / name)
    done = machine.runner(["sync"], {"IKIIKI_VAULT": str(bare)})
    assert done.code == 0 and done.json["sent"], done
    assert sorted(path.name for path in bare.iterdir()) == ["courier", "inbox", "outbox"]


def test_it_opens_no_file_of_the_vault(at: At, tmp_path: Path) -> None:
    """What it opens, as the interpreter is asked for it: the three folders, the remote and the program, nothing else below the vault."""
    machine = at("apply").contractor
    machine.do("intake", "send")
    program = """
import sys
seen = []
sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event in ("open", "os.listdir", "os.scandir") else None)
from cli import main
sys.argv = ["ikiiki", "sync"]
try:
    main.run()
finally:
    with open(sys.argv[0] + ".seen", "w") as file:
        file.write("\\n".join(seen))
"""
    env = {key: value for key, value in os.environ.items() if not key.startswith("IKIIKI_")}
    repository = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=env | machine.env() | {"PYTHONPATH": str(repository)}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    touched = {
        Path(line).relative_to(machine.folder).parts[0]
        for line in (tmp_path / "ikiiki.seen").read_text().splitlines()
        if Path(line).is_relative_to(machine.folder) and Path(line) != machine.folder
    }
    assert touched == {"courier", "inbox", "outbox"}
