"""Nobody else on the machine reads a name off a running command's arguments."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.arguments import masked

GROUPS, ALONE = {b"intake", b"review"}, {b"sync"}
WORDS = st.lists(
    st.binary(max_size=12).filter(lambda one: b"\0" not in one) | st.sampled_from([*GROUPS, *ALONE])
)


def test_names_of_options_stay_and_their_values_do_not() -> None:
    words = [
        "python",
        "ikiiki",
        "--vault",
        "/srv/v",
        "intake",
        "add",
        "--kana",
        "サトウ",
        "--email=a@b.jp",
        "3",
    ]
    shown = [one.decode() for one in masked([one.encode() for one in words], GROUPS, ALONE)]
    assert shown[:7] == words[:7]
    assert shown[7:] == ["*" * 9, "--email=******", "*"]


@given(WORDS)
def test_every_word_keeps_its_length(words: list[bytes]) -> None:
    assert [len(one) for one in masked(words, GROUPS, ALONE)] == [len(one) for one in words]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="arguments are not hidden on this system")
def test_the_kernel_tells_others_no_more_of_it() -> None:
    code = (
        "from cli.arguments import hide_arguments as h; assert h({'intake'}, set());"
        "print(open('/proc/self/cmdline').read())"
    )
    words = ["intake", "add", "--kana", "サトウ ハナコ", "--birth-date", "S22.2.2"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert "--birth-date" in done.stdout
    assert "サトウ" not in done.stdout and "S22" not in done.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="arguments are not hidden on this system")
def test_the_program_hides_them_whatever_comes_of_the_command() -> None:
    code = "import cli.main\ntry: cli.main.run()\nfinally: print(open('/proc/self/cmdline').read())"
    words = ["--vault", "/nowhere", "--staff", "x", "intake", "list", "--search", "サトウ"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, input=""
    )
    assert done.returncode and "--search" in done.stdout and "サトウ" not in done.stdout
