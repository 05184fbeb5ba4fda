"""docs/box-faults.md has the shape of what the program writes; under `make faults` it is played and printed anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.storage.courier.striking import DISTURBED, HANDED, WAYS
from tools import box_faults


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "box-faults.md").read_text("utf-8")


def rows(page: str) -> list[list[str]]:
    """The cells of the table of ways."""
    table = page.split(f"{box_faults.COLUMNS}\n{box_faults.RULE}\n")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_the_page_has_the_head_and_the_ways_the_program_has(page: str) -> None:
    assert page.startswith(box_faults.HEAD)
    assert [row[0] for row in rows(page)] == list(WAYS)


def test_every_request_is_struck_in_every_way_and_the_sums_are_right(page: str) -> None:
    count = int(re.findall(r"^The (\d+) requests:$", page, re.M)[0])
    times = {kind: int(n) for kind, n in re.findall(r"^\| `(.+)` \| (\d+) \|$", page, re.M)}
    assert sum(times.values()) == count
    struck = {row[0]: int(row[1]) for row in rows(page)}
    uploads = times["POST /api/2.0/files/content"]
    assert struck == {way: uploads if way in HANDED else count for way in WAYS}
    assert page.endswith(
        f"\n{len(WAYS)} ways, {sum(struck.values())} requests struck: {box_faults.VERDICT}.\n"
    )


def test_what_is_not_delivered_on_the_page_is_refused_in_words(page: str) -> None:
    for way, struck, delivered, missing, words in rows(page):
        rounds = {int(number): int(n) for number, n in re.findall(r"(\d+): (\d+)", delivered)}
        assert sum(rounds.values()) + int(missing.replace("—", "0")) == int(struck), way
        assert missing == "—" or way == "409 with other bytes"
        if missing != "—" or max(rounds) > DISTURBED:
            assert re.search(r"[ぁ-ヶ].* \(\d+\)", words), way


@pytest.mark.faults
def test_every_request_in_every_way_is_delivered_once_or_refused_clearly(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def say(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)

    told = box_faults.text(
        tmp_path, say
    )  # raises where one is lost, doubled or altered, or a refusal says nothing
    assert [row[:2] for row in rows(told)] == [row[:2] for row in rows(page)]
    assert told.endswith(page.splitlines()[-1] + "\n")
