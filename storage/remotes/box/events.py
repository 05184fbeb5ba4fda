"""Box's own log, polled: which of its streams our account may read, and its events as the courier keeps them.

Found in Box's guides and by its users: the enterprise's streams need an administrator's rights (403 otherwise), reach back
two weeks (`admin_logs_streaming`) or a year (`admin_logs`), and tell everything with a network address. A user's own
stream reaches back two weeks at least; downloads by others stand in it for the folder's owner alone. All may tell an event
twice, or late; none says when it is complete. `EventStream` of the SDK swallows errors, and its classes drop what they do not know, the network
address among it: pages are asked for one by one, as plain JSON.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from core.errors import Refused, RemoteUnreachable
from core.exchange.happenings import (
    ENTERPRISE_TYPES,
    Account,
    Happening,
    Page,
    Reach,
    Stream,
    concerning,
    told,
)
from core.exchange.strict import moment
from storage.remotes.box.patience import AGAIN, Answer
from storage.remotes.box.settings import BoxSettings
from storage.remotes.box.sharing import Questions

_PAGE = 500


class BoxEvents:
    """`questions` are the remote's own: its patience, its token."""

    def __init__(self, questions: Questions, settings: BoxSettings) -> None:
        self._questions, self._settings = questions, settings

    def account(self) -> Account:
        """Who we are, whose the folder is, and whether the enterprise's log is open to us."""
        fields = "owned_by,is_externally_owned,path_collection"
        try:
            me = self._questions.get("/users/me", fields="id,login")
            folder = self._questions.get(f"/folders/{self._settings.folder}", fields=fields)
            own = _object(folder.get("owned_by")).get("id") == me.get("id")
            reach = Reach.OWNER if own else Reach.MEMBER
            if not folder.get("is_externally_owned") and self._may_read_all():
                reach = Reach.ENTERPRISE
        except Answer as answer:
            raise _refused(answer) from None
        path = _object(folder.get("path_collection")).get("entries") or []
        above = tuple(told(one.get("id")) for one in path if told(one.get("id")) != "0")
        return Account(
            told(me.get("id")), told(me.get("login")), reach, self._settings.folder, above, self._settings.collaborators
        )  # fmt: skip

    def _may_read_all(self) -> bool:
        try:
            self._questions.get("/events", stream_type=Stream.LIVE.value, stream_position="now", limit="1")
        except Answer as answer:
            if answer.status not in {401, 403, 404}:
                raise
            return False
        return True

    def happenings(
        self, account: Account, stream: Stream, position: str, after: str, known: Collection[str]
    ) -> Page:
        """One page of a stream, what does not concern us left out."""
        try:
            raw = self._page(stream, position, after)
        except Answer as answer:
            raise _refused(answer) from None
        entries = [one for one in raw.get("entries") or [] if isinstance(one, dict)]
        following = told(raw.get("next_stream_position"))
        return Page(
            concerning(map(happening, entries), account, known),
            following or position,
            last=not entries or following in {"", position},
            short=len(entries) < _PAGE,
        )

    def _page(self, stream: Stream, position: str, after: str) -> Mapping[str, Any]:
        query = {"stream_type": stream.value, "limit": str(_PAGE)}
        history = stream is Stream.HISTORY
        if not history or position != "0":
            query["stream_position"] = position
        if history and after:
            query["created_after"] = after
        if stream is not Stream.USER:
            query["event_type"] = ",".join(ENTERPRISE_TYPES)
        raw = self._questions.get("/events", **query)
        if not isinstance(raw.get("entries", []), list):
            raise RemoteUnreachable("Boxの記録の応答を読めません", next_step=AGAIN)
        return raw


def happening(raw: Mapping[str, Any]) -> Happening:
    """An event as Box told it in either stream, whatever is missing in it."""
    source, by, more = (_object(raw.get(key)) for key in ("source", "created_by", "additional_details"))
    folder = source.get("folder_id") or source.get("file_id")
    item = _object(source.get("item")) or source  # a collaboration names its item within
    whom = _object(raw.get("accessible_by")) or _object(source.get("accessible_by"))
    kind = told(item.get("item_type") or item.get("type"))
    return Happening(
        id=told(raw.get("event_id")) or _made_id(raw),
        at=_when(raw.get("created_at")) or _when(raw.get("recorded_at")) or "2000-01-01T00:00:00+00:00",
        type=told(raw.get("event_type")),
        actor=told(by.get("id")),
        login=told(by.get("login")),
        item=told(item.get("item_id") or folder or item.get("id")),
        name=told(
            item.get("item_name") or source.get("folder_name") or source.get("file_name") or item.get("name")
        ),
        kind=kind if kind in {"file", "folder"} else ("folder" if source.get("folder_id") else ""),
        parent=told(_object(item.get("parent")).get("id")),
        ip=told(raw.get("ip_address")),
        whom=told(whom.get("login") or more.get("login") or source.get("user_email")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _when(value: object) -> str:
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment(at.astimezone(dt.UTC)) if at is not None and at.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


def _made_id(raw: Mapping[str, Any]) -> str:
    """For an event without one: the same event, told again, has the same."""
    text = json.dumps(raw, sort_keys=True, ensure_ascii=True, default=str)
    return f"sha256-{hashlib.sha256(text.encode()).hexdigest()}"


def _refused(answer: Answer) -> Refused:
    return Refused(
        "Boxの記録を読めません",
        where=str(answer),
        next_step="アプリの権限とフォルダの設定を確かめてください",
    )
