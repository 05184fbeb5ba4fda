"""What 拠点の点検 finds in the pictures: what a real machine would show is another test's (`tests/journeys/test_doctor_command.py`)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from core.checks import failed, passed, unknown
from core.erasure.copies import Found, Kind

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

FOUND = [
    Found(Kind.HEADER, "vault.json", 11_367), Found(Kind.DATABASE, "vault-1.db", 1_708_032),
    Found(Kind.OUTBOX, "outbox/1-cw-00000001.receipt", 266), Found(Kind.PAPER, "paper-1", 0),
]  # fmt: skip
"""What an erasure would find (a real folder is another test's: `tests/journeys/test_erasure.py`)."""

MADE = SimpleNamespace(path=Path("/media/usb/ward-20260513-1530.backup"), id="7KQ2M4XT", removed=("one",))
SEEN = SimpleNamespace(
    path=Path("ward-20260513-1530.backup"), tables=31, rows=1_284, changed=2, differences=()
)
"""What comes of taking a backup, and of rehearsing one."""
