"""verify.sh with nothing but the coreutils it names."""

import os
import shutil
from pathlib import Path

import pytest

from storage.public import checking_tools
from tests.storage.public.folders import TOOLS, Checker


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
    path.write_bytes(checking_tools()["verify.sh"])
    return path


@pytest.fixture
def checker(script: Path, tools: Path, tmp_path: Path) -> Checker:
    return Checker(script, tools, tmp_path)
