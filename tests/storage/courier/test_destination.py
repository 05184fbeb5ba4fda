"""Where the courier goes is what its file says, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UsageError
from storage.courier.destination import REMOTE, destination


@pytest.mark.parametrize("text", ['kind = "fomder"\npath = "/srv/share"\n', 'path = "/srv/share"\n', "kind"])
def test_a_file_that_names_no_place_is_named_and_nowhere_is_gone(tmp_path: Path, text: str) -> None:
    (tmp_path / REMOTE).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        destination(tmp_path, lambda: "")
    assert refused.value.where == f"courier/{REMOTE}" and refused.value.next_step
