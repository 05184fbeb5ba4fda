"""Writes docs/fuzz.md: what a coverage-guided fuzzer found in every reader of bytes that others wrote (minutes to hours).

`python -m tools.fuzz 20` gives each reader 20 seconds. It wants atheris (libFuzzer for Python): `pip install -e .[fuzz]`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "fuzz.md"
COMMAND = "python -m tools.fuzz"
LARGEST = 32_768
"""Bytes of an input."""
MEMORY_MIB, PATIENCE = 1024, 10
"""No input may make the process larger than this, or take longer than so many seconds."""
HEAD = f"""# Every reader of foreign bytes, under a fuzzer

Written by `{COMMAND} SECONDS`; not to be mended by hand. `tests/fuzz/parsers.py` has the readers: each is a function of bytes
alone, and what lies behind a signature or a password is reached, because the test signs and encrypts whatever the fuzzer
makes up. [Atheris](https://pypi.org/project/atheris/) (libFuzzer for Python) changes good inputs and keeps what reaches
code that nothing before it reached.

An input *fails* when a reader does anything else than give a value or raise an error that says in Japanese what, where and
what next: any other exception, more than {MEMORY_MIB} MiB, more than {PATIENCE} s, for at most {LARGEST:,} bytes. *Places reached* are the
branches of our own code, as Atheris counts them, the good inputs included.

Inputs that once failed are kept in `tests/fuzz/corpus/` and read in every run of the tests, beside some hundreds that Hypothesis
makes up anew each time.
"""
COLUMNS = "| reader | inputs | places reached | failures |"
RULE = "|---|---|---|---|"


@dataclass(frozen=True)
class Tried:
    """What came of one reader."""

    name: str
    inputs: int
    reached: int
    failures: tuple[str, ...]

    @property
    def line(self) -> str:
        return f"| {self.name} | {self.inputs:,} | {self.reached:,} | {len(self.failures)} |"


def one(name: str, seconds: int, room: Path) -> None:
    """The fuzzer itself, in a process of its own, which it ends. Failures are written into `room`/failed as they come."""
    import atheris

    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["core", "storage", "tui"]):
        from tests.fuzz.parsers import CORPUS, PARSERS, untold
    from core.errors import IkiikiError

    parser, seen = PARSERS[name], set()
    corpus, failed = room / "corpus", room / "failed"
    for folder in (corpus, failed):
        folder.mkdir(exist_ok=True)
    kept = [path.read_bytes() for path in sorted((CORPUS / folder_of(name)).glob("*"))]
    for number, data in enumerate([*parser.good(), *kept]):
        (corpus / f"good-{number}").write_bytes(data)

    def failure(data: bytes) -> str:
        try:
            parser.read(data)
        except IkiikiError as error:
            missing = untold(error)
            return f"untold {missing}: {error.what}" if missing else ""
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
        return ""

    def test(data: bytes) -> None:
        what = failure(data)
        if what and what not in seen:
            seen.add(what)
            (failed / f"{len(seen)}").write_bytes(data)
            with (failed / "what").open("a", encoding="utf-8") as file:
                file.write(what.replace("\n", " ") + "\n")

    atheris.Setup(
        [
            "fuzz", f"-max_total_time={seconds}", f"-max_len={LARGEST}", f"-rss_limit_mb={MEMORY_MIB}", f"-timeout={PATIENCE}",
            "-print_final_stats=1", f"-artifact_prefix={failed}/", str(corpus),
        ],
        test,
    )  # fmt: skip
    atheris.Fuzz()


def folder_of(name: str) -> str:
    """Where a reader's kept inputs lie."""
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def tried(name: str, seconds: int, room: Path) -> Tried:
    """Run the fuzzer on one reader. What it left in `room` may be kept."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.fuzz", "--one", name, str(seconds), str(room)],
        cwd=ROOT, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "TMPDIR": str(room)},
    )  # fmt: skip
    numbers = re.findall(r"^stat::number_of_executed_units: (\d+)", done.stderr, re.M)
    reached = re.findall(r"\bcov: (\d+)", done.stderr)
    what = room / "failed" / "what"
    failures = what.read_text("utf-8").splitlines() if what.exists() else []
    failures += re.findall(r"ERROR: libFuzzer: (.*)", done.stderr)
    if not numbers or not reached:
        failures.append(f"the fuzzer ended with {done.returncode}: {done.stderr[-300:]}")
    return Tried(
        name, int(numbers[-1]) if numbers else 0, int(reached[-1]) if reached else 0, tuple(failures)
    )


def page(all_of: list[Tried], seconds: int) -> str:
    """The whole page."""
    total = sum(one.inputs for one in all_of)
    failures = sum(len(one.failures) for one in all_of)
    lines = [HEAD, f"{seconds} seconds for each:", "", COLUMNS, RULE, *(one.line for one in all_of)]
    return "\n".join([*lines, "", f"{len(all_of)} readers, {total:,} inputs, {failures} failures.", ""])


def main(words: list[str]) -> int:
    """Exit code 1 where anything failed; the page is written all the same."""
    if words[:1] == ["--one"]:
        one(words[1], int(words[2]), Path(words[3]))
    from tests.fuzz.parsers import PARSERS

    seconds = int(words[0]) if words else 20
    chosen = [name for name in PARSERS if not words[1:] or name in words[1:]]
    results = []
    keep = Path(tempfile.mkdtemp(prefix="ikiiki-fuzz-"))
    for name in chosen:
        room = keep / folder_of(name)
        room.mkdir()
        results.append(tried(name, seconds, room))
        print(results[-1].line, flush=True)
        for what in results[-1].failures:
            print(f"    {what}  ({room / 'failed'})", flush=True)
    if chosen == list(PARSERS):
        TARGET.write_text(page(results, seconds), encoding="utf-8")
    return int(any(one.failures for one in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
