"""What the environment may not do to the screens."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tui.environment import close_hazards

PROBE = """
import sys
import tui
assert not any(name == "textual" or name.startswith("textual.") for name in sys.modules), "too early"
from textual import constants
from tui.app import IkiikiApp
print(constants.DRIVER, constants.LOG_FILE, constants.PRESS == "", constants.SCREENSHOT_DELAY,
      constants.DISABLE_KITTY_KEY, constants.TEXTUAL_ANIMATIONS, "evil" in sys.modules)
"""


def test_every_textual_variable_goes_and_ours_are_set() -> None:
    environ = {"TEXTUAL_DRIVER": "evil:Driver", "TEXTUAL_NEW_IN_9": "1", "LANG": "ja_JP.UTF-8"}
    close_hazards(environ)
    assert "TEXTUAL_DRIVER" not in environ
    assert "TEXTUAL_NEW_IN_9" not in environ
    assert environ["LANG"] == "ja_JP.UTF-8"
    assert environ["TEXTUAL_DISABLE_KITTY_KEY"] == "1"


def test_a_hostile_environment_changes_nothing(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit('imported')")
    hostile = {
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_LOG": str(tmp_path / "log.txt"),
        "TEXTUAL_PRESS": "f10",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_DISABLE_KITTY_KEY": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, **hostile, "PYTHONPATH": f"{repository}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["None", "None", "True", "-1", "True", "none", "False"]
    assert not (tmp_path / "log.txt").exists()


def test_the_login_is_painted_before_the_use_cases_are_read(repository: Path) -> None:
    probe = "import sys, tui.app, tui.login; print('core.office' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False"], done.stderr
