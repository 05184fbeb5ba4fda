"""The check before an upload: nothing goes into a folder that a stranger, or whoever has a link, can get at.

The rule is the ward's (S1, no traffic but with the named partner). Reading is never stopped by it: what lies there is sealed,
and to leave it unread helps nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.exchange.remote import RemoteExposed, RemoteReadOnly
from storage.remotes.box.settings import ACCEPT, BoxSettings
from storage.remotes.box.sharing import Questions, Sharing, sharing_of

LASTS = 10.0
"""Seconds for which one good answer serves: a round uploads hundreds of files, and asking costs as much as an upload. A
stranger let in meanwhile is met at the next question. A bad answer is never kept."""


class Guard:
    """Shared by all threads of a run; `clock` is monotonic seconds."""

    def __init__(
        self, settings: BoxSettings, questions: Questions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._questions, self._clock = settings, questions, clock
        self._asking = threading.Lock()
        self._until = float("-inf")

    def require(self) -> None:
        """Return when something may be uploaded now.

        Raises `RemoteExposed` when somebody else can get at the folder, or when it cannot be found out (a 403 is never a
        pass) and the settings do not accept that; `RemoteReadOnly` when we may not upload anyway; and `Answer`.
        """
        with self._asking:
            now = self._clock()  # before Box is asked: what is true when it answers may end right after
            if now < self._until:
                return
            _require_ours_alone(sharing_of(self._questions, self._settings.folder), self._settings)
            self._until = now + LASTS


def _require_ours_alone(sharing: Sharing, settings: BoxSettings) -> None:
    if not sharing.may_upload:
        raise RemoteReadOnly(
            "Boxのフォルダに書き込めません",
            where="can_upload",
            next_step="この拠点の権限を確かめてください。受け取りは続けられます",
        )
    if sharing.unreadable is not None and settings.collaborators_unverifiable != ACCEPT:
        raise RemoteExposed(
            "Boxのフォルダにだれが入れるかを確かめられないため、送信を止めました",
            where=str(sharing.unreadable),
            next_step=(
                "フォルダの所有者に、共同作業者の一覧を見られるようにしてもらってください"
                f'（確かめずに送ると決めるなら、設定に collaborators_unverifiable = "{ACCEPT}"）'
            ),
        )
    if not settings.collaborators:
        raise RemoteExposed(
            "Boxのフォルダに入ってよい人が決まっていないため、送信を止めました",
            where="collaborators",
            next_step='設定に collaborators = ["両拠点のログイン"] を書き、ikiiki courier box をやり直してください',
        )
    strangers = sharing.strangers(settings.collaborators)
    if strangers:
        raise RemoteExposed(
            "許可していない人がBoxのフォルダに入れるため、送信を止めました",
            where=_few(strangers),
            next_step="共同作業者から外してください。正しい相手なら、設定の collaborators に加えて ikiiki courier box をやり直します",
        )
    if sharing.linked or sharing.linked_files:
        raise RemoteExposed(
            "Boxのフォルダに共有リンクがあるため、送信を止めました",
            where="フォルダ" if sharing.linked else _few(list(sharing.linked_files)),
            next_step="Boxで共有リンクを消してから、もう一度実行してください",
        )


def _few(names: list[str]) -> str:
    rest = f" ほか{len(names) - 3}件" if len(names) > 3 else ""
    return "、".join(names[:3]) + rest
