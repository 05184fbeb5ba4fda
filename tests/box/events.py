"""What happened: the stream of one user's own events, and the enterprise's, which an administrator may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tests.box import shapes
from tests.box.errors import Json, bad_request, denied
from tests.box.things import Caller, Event, File, Item, User

if TYPE_CHECKING:
    from tests.box.state import BoxState

ADMIN_STREAMS = ("admin_logs", "admin_logs_streaming")
LONGEST_PAGE = 500
RETENTION = 14 * 24 * 3600
"""Seconds for which the live streams hold an event; `admin_logs` holds it for the year."""
FOR_THE_OWNER = {"download", "preview"}
"""Of these a user's own stream tells those one has done oneself, and the folder's owner all."""

#: What happened → its name in a user's stream and in the enterprise's; "" where it does not stand.
NAMES = {
    "upload": ("ITEM_UPLOAD", "UPLOAD"),
    "create": ("ITEM_CREATE", "UPLOAD"),
    "download": ("ITEM_DOWNLOAD", "DOWNLOAD"),
    "preview": ("ITEM_PREVIEW", "PREVIEW"),
    "copy": ("ITEM_COPY", "COPY"),
    "trash": ("ITEM_TRASH", "DELETE"),
    "restore": ("ITEM_UNDELETE_VIA_TRASH", "UNDELETE"),
    "rename": ("ITEM_RENAME", "RENAME"),
    "move": ("ITEM_MOVE", "MOVE"),
    "edit": ("ITEM_MODIFY", "EDIT"),
    "share": ("ITEM_SHARED_CREATE", "SHARE"),
    "unshare": ("ITEM_SHARED_UNSHARE", "UNSHARE"),
    "invite": ("COLLAB_ADD_COLLABORATOR", "COLLABORATION_INVITE"),
    "role": ("COLLAB_ROLE_CHANGE", "COLLABORATION_ROLE_CHANGE"),
    "remove": ("COLLAB_REMOVE_COLLABORATOR", "COLLABORATION_REMOVE"),
}


class EventLog:
    """Positions count events from 0; `now` is after the last. While `late` is set, events are not told yet."""

    def __init__(self, state: BoxState) -> None:
        self._state = state
        self.all: list[Event] = []
        self.late = False
        self._held: list[Event] = []
        self._count = 0

    def release(self) -> None:
        """Tell now what came late: at the end of the streams, with the time at which it happened."""
        self.late = False
        while self._held:
            self._tell(self._held.pop(0))

    def repeat(self, *, last: int) -> None:
        """Tell the `last` events once more, as Box may."""
        for event in self.all[-last:]:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        self.all.append(replace(event, number=len(self.all)))

    def add(
        self, what: str, caller: Caller, item: Item, *, whom: User | None = None, **details: object
    ) -> None:
        """Note that `caller` did `what` (a key of `NAMES`) to `item`; `whom`: the collaborator it is about."""
        user_name, admin_name = NAMES[what]
        state = self._state
        parent = next(state.ancestors(item), state.root_of(item.owner))
        self._count += 1
        seen_by = frozenset(user.id for user in state.users.values() if state.rights(item, user))
        if what in FOR_THE_OWNER:
            seen_by &= {item.owner.id, caller.user.id}
        if isinstance(item, File):
            details = {"size": item.current.blob.size, "version_id": item.current.id, **details}
        event = Event(
            number=0,
            id=f"{self._count:08d}-0000-4000-8000-000000000000",
            user_name=user_name,
            admin_name=admin_name,
            created_at=state.clock(),
            created_by=caller.user,
            ip=caller.ip,
            source=shapes.event_source(item, parent),
            full_source=shapes.picked(
                shapes.item_full(state, item, caller.user),
                None,
                shapes.STANDARD_FILE if isinstance(item, File) else shapes.STANDARD_FOLDER,
            ),
            details=dict(details),
            seen_by=seen_by,
            accessible_by=shapes.user_mini(whom) if whom else None,
        )
        if self.late:
            self._held.append(event)
        else:
            self._tell(event)

    def answer(self, user: User, query: dict[str, str]) -> Json:
        """GET /events."""
        stream = query.get("stream_type", "all")
        try:
            limit = min(int(query.get("limit", "100")), LONGEST_PAGE)
        except ValueError:
            raise bad_request("limit is not a number") from None
        if stream in ADMIN_STREAMS:
            return self._for_admins(user, query, stream, limit)
        if stream not in ("all", "changes", "sync"):
            raise bad_request("unknown stream_type")
        start = self._position(query.get("stream_position", "0"))
        own = [event for event in self.all[start:] if user.id in event.seen_by and self._held_still(event)][
            :limit
        ]
        following = own[-1].number + 1 if len(own) == limit and own else len(self.all)
        return {
            "chunk_size": len(own),
            "next_stream_position": following,
            "entries": [self._user_json(event) for event in own],
        }

    def _for_admins(self, user: User, query: dict[str, str], stream: str, limit: int) -> Json:
        if user.role == "user":
            raise denied()
        start = self._position(query.get("stream_position", "0"))
        names = set(filter(None, query.get("event_type", "").split(",")))
        after, before = (_seconds(query.get(name)) for name in ("created_after", "created_before"))
        if stream == "admin_logs_streaming" and (after, before) != (None, None):
            raise bad_request("created_after and created_before are for stream_type=admin_logs")
        found = [
            event
            for event in self.all[start:]
            if event.admin_name
            and (stream == "admin_logs" or self._held_still(event))
            and (not names or event.admin_name in names)
            and (after is None or event.created_at >= after)
            and (before is None or event.created_at <= before)
        ][:limit]
        following = found[-1].number + 1 if len(found) == limit and found else len(self.all)
        return {
            "chunk_size": len(found),
            "next_stream_position": str(following),
            "entries": [self._admin_json(event) for event in found],
        }

    def _held_still(self, event: Event) -> bool:
        return event.created_at >= self._state.clock() - RETENTION

    def _position(self, text: str) -> int:
        if text == "now":
            return len(self.all)
        if not text.isascii() or not text.isdigit():
            raise bad_request("stream_position is not one that was given out")
        return int(text)

    def _user_json(self, event: Event) -> Json:
        return {
            **self._common(event),
            "event_type": event.user_name,
            "session_id": "0",
            "source": event.full_source,
        }

    def _admin_json(self, event: Event) -> Json:
        return {
            **self._common(event),
            "event_type": event.admin_name,
            "session_id": None,
            "ip_address": event.ip,
            **({"accessible_by": event.accessible_by} if event.accessible_by else {}),
            "source": event.source,
            "additional_details": event.details,
        }

    def _common(self, event: Event) -> Json:
        return {
            "type": "event",
            "event_id": event.id,
            "created_at": shapes.moment(event.created_at),
            "recorded_at": shapes.moment(event.created_at),
            "created_by": shapes.user_mini(event.created_by),
        }


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise bad_request("not an RFC 3339 date and time") from None
