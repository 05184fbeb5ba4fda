"""拠点の点検 over the 送受信 pane: the list, and a line that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from core.checks import failed, passed, unknown
from core.roles import Site
from tests.snapshots.pictures import going_to, then

CHECKS = [
    passed("files.modes", "ファイルの権限", "保管庫のファイルは、本人だけが読めます"),
    unknown("machine.swap", "スワップ", "暗号化されているか分かりません", "情報担当に確かめてください"),
    passed("box.login", "Boxへのログイン", "ward-courier@example.jp"),
    failed(
        "box.collaborators", "共同作業者", "許可していない人: dareka@example.com",
        "共同作業者から外してください。それまで送信は止まります",
    ),
    unknown("box.region", "保存の地域", "Boxが地域を答えません", "Boxの契約と管理コンソール（Box Zones）で確かめてください"),
    passed("vault.integrity", "保管庫の検査", "すべてのページと、行のつながりを確かめました"),
]  # fmt: skip
LIST = then(going_to("exchange"), "d", until="CheckupSheet")


@pytest.fixture(autouse=True)
def examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a real machine would show is another test's (`tests/journeys/test_doctor_command.py`)."""
    monkeypatch.setattr("cli.doctoring.examine", lambda folder, session, **_: CHECKS)


@pytest.mark.parametrize("site", Site)
def test_the_list(picture: Any, site: Site) -> None:
    words = picture("review", site, LIST)
    assert "不合格 1、確認できない 2、合格 3" in words


def test_what_to_do(picture: Any) -> None:
    words = picture("review", Site.WARD, then(LIST, "enter", until="Message"))
    assert "次にすること" in words and "dareka@example.com" in words
