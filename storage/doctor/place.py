"""The place of exchange that was chosen: a folder is looked at here, Box by `hosts` and `storage.remotes.box.inspection`."""

from __future__ import annotations

import stat
from pathlib import Path

from core.checks import Check, failed, passed, unknown
from core.errors import IkiikiError
from storage.remotes.folder import FolderRemote


def folder_checks(place: Path, said_in: str) -> list[Check]:
    """Reached, and not open to everybody. What no folder tells is said to be unknown.

    `said_in` is the file that names the place: a path that is not there may be a path that was not meant.
    """
    name, title = "place.folder", "受渡しのフォルダ"
    try:
        files = FolderRemote(place).list()
        mode = stat.S_IMODE(place.stat().st_mode)
    except IkiikiError as error:
        return [failed(name, title, f"{error.what}（{place}。{said_in} にある場所）", error.next_step)]
    except OSError:
        return [
            failed(
                name,
                title,
                f"見られません（{place}。{said_in} にある場所）",
                "場所がつながっているかを確かめてください",
            )
        ]
    open_to_all = mode & 0o007
    return [
        passed(name, title, f"{place}（束などのファイル {len(files)}個）"),
        failed(
            "place.modes",
            "受渡しのフォルダの権限",
            f"だれにでも開かれています（{mode:04o}）",
            f"chmod o-rwx '{place}'",
        )
        if open_to_all
        else passed("place.modes", "受渡しのフォルダの権限", f"{mode:04o}"),
        unknown(
            "host.clock",
            "時計",
            "フォルダでの受渡しでは比べられません",
            "時刻合わせ（NTP）が動いているかを確かめてください",
        ),
        unknown(
            "place.people",
            "フォルダに入れる人",
            "フォルダの共有先は、この点検では見えません",
            "共有の設定を確かめてください",
        ),
    ]
