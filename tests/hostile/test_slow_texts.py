"""Long cells that a reader would go over again from each of their letters: read in one go, in a process that may not compute for long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SECONDS = 60
"""Of the processor. All of it takes five; a reader that begins anew at each letter takes minutes for one text."""
_BOUNDED = f"""
import datetime as dt, resource
from core.people.company import read_company
from core.people.fields import Field
from core.people.reading import ReadingRules, kept_text, read_applicant

LETTERS = 400_000
PIECES = ("1", "一", "第", "第1", "1希", "希望", "(", "「", "[(", "-", "A-", "ー", " ", "、", "A", "A1", "A、", "@", "a.", "1丁目", "号室")
rules = ReadingRules(dt.date(2026, 4, 1), 60, "東京都", "新宿区", frozenset("AB"), dt.date(2026, 5, 8), {{}}, {{"高尾山": "A"}})
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
for piece in PIECES:
    text = piece * (LETTERS // len(piece))
    for field in Field:
        read_applicant({{field: text}}, rules)
        kept_text(field, text)
    read_company(text)
    print(piece)
print("read")
"""


def test_no_cell_is_gone_over_again_from_each_of_its_letters(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BOUNDED], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["read"], (done.stdout, done.stderr[-800:])
