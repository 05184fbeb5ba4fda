"""What is late stands in the flow line beside what is next, and in words above the list of the 送受信 pane."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from core.exchange.state import CourierState, Outcome
from core.office.due import Late, LateKind
from core.office.flow_line import WORDS, FlowStatus, FlowStep, Mark
from tests.tui.conftest import now
from tui.widgets.header import flow_words


def flow(sentence: str, *late: str) -> FlowStatus:
    steps = tuple(
        FlowStep(mark, words, Mark.DONE if mark == "①" else Mark.LATER) for mark, words in WORDS.items()
    )
    return FlowStatus(
        "t", steps, sentence, "F2", 0, 0, tuple(Late(LateKind.SEND, word, word, "") for word in late)
    )


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ((), ""),
        (("送信待ち2",), "遅れ: 送信待ち2 F6"),
        (("送信待ち2", "時計のずれ"), "遅れ: 送信待ち2 ほか1 F6"),
    ],
)
def test_the_flow_line_names_what_is_late_and_what_is_next(late: tuple[str, ...], expected: str) -> None:
    line = flow_words(flow("応募を取り込む、または入力する", *late), 80).plain
    assert line.endswith("つぎ: F2 応募を取り込む、または入力する") and expected in line
    assert cell_len(line) <= 80 and ("遅れ" in line) is bool(late)


@pytest.mark.parametrize("length", range(20, 32))
def test_the_words_for_what_is_late_give_way_to_what_is_next(length: int) -> None:
    line = flow_words(flow("あ" * (length - 1) + "る", "食い違い", "時計のずれ"), 80).plain
    assert "遅れ" in line and "F6" in line
    assert line.endswith("る") and (cell_len(line) <= 80 or "遅れ2 F6" in line)


async def test_the_pane_tells_what_is_late_and_what_the_courier_last_did(
    open_at: Any, app_on: Any, shown: Any, log_in: Any, tmp_path: Path
) -> None:
    opener = open_at()
    app = app_on(opener)
    at = (now() - dt.timedelta(hours=5)).isoformat(timespec="seconds")
    state = CourierState(at, at, Outcome.UNREACHABLE, unattended=at, failures=4)
    file = tmp_path / "contractor" / "courier" / "state.json"
    file.write_bytes(state.to_bytes())
    file.chmod(0o600)
    with opener.office._desk.store.write() as tx:
        tx.settings.put("partner_card", tx.settings.get("own_card") or "")
    async with app.run_test(size=(80, 24)) as pilot:
        await log_in(pilot)
        await pilot.press("f6")
        await pilot.pause()
        await pilot.pause()
        screen = shown(app)
        assert "遅れ: 送受信の失敗4 F6  つぎ: F2 応募を取り込む、または入力する" in screen.split("\n")[1]
        assert "遅れ: 送受信が4回続けてできていません（4月20日 05:00 つながらない）" in screen
        assert "遅れ: 定時の送受信が 4月20日 05:00 から動いていません" in screen
        assert "前回 4月20日 05:00 つながらない　定時 4月20日 05:00　相手 まだ" in screen
        assert all(cell_len(line) == 80 for line in screen.split("\n"))
