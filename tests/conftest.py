"""What every test may rely on: no setting of the person running them, one time zone, no silent skip.

This file is read before any test imports the product, so what is set here is what Textual and the product see.
"""

import contextlib
import gc
import importlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI") == "true"

#: The only reason for which a test may be skipped in CI: data that is not ours to commit and is not there.
REFERENCE_ABSENT = "reference data absent"

_CLEARED_PREFIXES = ("TEXTUAL_", "IKIIKI_")
_CLEARED = (
    *("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "TERM", "COLORTERM", "TERM_PROGRAM", "COLUMNS", "LINES"),
    "PYTHONDONTWRITEBYTECODE",  # tests start the program as a process: it would be compiled anew each time
)

for _name in list(os.environ):
    if _name in _CLEARED or _name.startswith(_CLEARED_PREFIXES):
        del os.environ[_name]

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # so in the background of a shell, and so for every process started
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
# The screens' package clears TEXTUAL_* when first imported: here, before a plugin of pytest sets its own.
importlib.import_module("tui")
importlib.import_module("tests.derived_once").install()

# What the tests write need not outlive them: it goes into memory where there is room, for the product waits for the
# disk after every file. (pytest's own variable for where tmp_path is made.)
_MEMORY, _ROOM = Path("/dev/shm"), 3 << 30
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Each test process has its own, so that neither the person's state nor another worker's is seen or changed.
_STATE_HOME = tempfile.mkdtemp(prefix="ikiiki-tests-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
os.environ["XDG_STATE_HOME"] = _STATE_HOME

# Timing is never asserted. CI draws the same examples every time; at the desk they differ from run to run.
_UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # a busy machine is no failure
settings.register_profile("ci", derandomize=True, print_blob=True, **_UNTIMED)
settings.register_profile("desk", **_UNTIMED)
settings.load_profile("ci" if IN_CI else "desk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shuffle",
        metavar="SEED",
        help="run the tests in an order drawn from SEED, the same for all workers",
    )


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: many tests wait, for a terminal, a server, a line that falls silent, a command."""
    return (os.cpu_count() or 1) + 2


_WAITING = ("tests/ops/", "tests/terminals/", "tests/journeys/test_year_as_processes.py")
"""Tests that mostly wait for another process. First in the order they wait in one worker while the others are busy; last they
would be what the end of the run waits for."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that wait come first. And no test may need another to have run before it: `pytest tests/snapshots --shuffle 1` tries."""
    items.sort(key=lambda item: not item.nodeid.startswith(_WAITING))
    seed = config.getoption("--shuffle")
    if seed:
        random.Random(seed).shuffle(items)


def pytest_collection_finish() -> None:
    """What has been loaded lives to the end: it is not searched for garbage again and again, nor the rest as often as usual.

    (A sixth of what the tests of the screens took of a processor.)
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the state folder of this test process away, and let go of what was kept from the search for garbage."""
    gc.unfreeze()
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(_STATE_HOME)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this project's tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Path]:
    """Path of a file in the folder of reference papers beside this repository; the test is skipped without it."""

    def find(name: str) -> Path:
        path = REPOSITORY.parent / "shared" / "reference" / name
        if not path.exists():
            pytest.skip(f"{REFERENCE_ABSENT}: {name}")
        return path

    return find


def skip_is_failure(longrepr: object) -> bool:
    """Whether a skip, told by pytest as (file, line, 'Skipped: reason'), must count as a failure in CI."""
    reason = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return not str(reason).removeprefix("Skipped: ").startswith(REFERENCE_ABSENT)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if (
        IN_CI
        and report.outcome == "skipped"
        and not hasattr(report, "wasxfail")
        and skip_is_failure(report.longrepr)
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {report.longrepr}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a file that skips itself as a whole has failed."""
    report = yield
    _refuse_skip(report)
    return report
