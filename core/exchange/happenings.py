"""What a place in between tells of itself: who touched our folder, by its own log (docs/exchange.md, "Box's own log").

The courier keeps it as it came, one canonical JSON line an event; what it means is judged in `core.exchange.findings`.
A kept line holds logins and network addresses: they are the evidence. It never holds a bundle's content, or a secret.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Protocol, runtime_checkable

from core.canonical import canonical_json, nfc
from core.exchange.names import MANIFEST, RECEIPT, ZIP, BundleName, bundle_name
from core.exchange.receipt import heartbeat_place
from core.exchange.strict import Fields, bad, is_moment, moment, object_of
from core.roles import Site

PROTOCOL = "hke1"
LOOKBACK = dt.timedelta(days=14)
"""How far back a stream of Box's reaches when it is read from its start: at least so far."""
_LONGEST = 200
_NO_ID = "2"
"""Box's id for somebody who was not logged in: whoever opened a shared link."""


class Reach(StrEnum):
    """How much of what happens in the folder our account is told."""

    ENTERPRISE = "enterprise"  # the enterprise's log: everything, with network addresses
    OWNER = "owner"  # the folder is our account's: others' downloads too, as far as Box cares to tell
    MEMBER = "member"  # we are a guest in it: others' downloads are not told

    @property
    def tells_downloads(self) -> bool:
        return self is not Reach.MEMBER


class Doing(StrEnum):
    """What was done, whichever of its streams Box told it in."""

    DOWNLOAD = "download"
    UPLOAD = "upload"
    CREATE = "create"
    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"
    RENAME = "rename"
    COPY = "copy"
    EDIT = "edit"
    SHARE = "share"
    INVITE = "invite"
    ROLE = "role"
    LEAVE = "leave"
    SETTINGS = "settings"
    OTHER = "other"


ENTERPRISE_TYPES: dict[str, Doing] = {
    "DOWNLOAD": Doing.DOWNLOAD, "PREVIEW": Doing.DOWNLOAD,
    "FILE_WATERMARKED_DOWNLOAD": Doing.DOWNLOAD, "UPLOAD": Doing.UPLOAD, "DELETE": Doing.DELETE,
    "UNDELETE": Doing.RESTORE, "FILE_VERSION_RESTORE": Doing.RESTORE, "MOVE": Doing.MOVE, "RENAME": Doing.RENAME,
    "COPY": Doing.COPY, "EDIT": Doing.EDIT, "SHARE": Doing.SHARE, "SHARED_LINK_SEND": Doing.SHARE,
    "UNSHARE": Doing.OTHER, "COLLABORATION_INVITE": Doing.INVITE, "COLLABORATION_ACCEPT": Doing.INVITE,
    "COLLABORATION_ROLE_CHANGE": Doing.ROLE, "COLLABORATION_REMOVE": Doing.LEAVE, "COLLABORATION_EXPIRATION": Doing.LEAVE,
    "CHANGE_FOLDER_PERMISSION": Doing.SETTINGS, "ADVANCED_FOLDER_SETTINGS_UPDATE": Doing.SETTINGS,
    "EMAIL_UPLOAD_ENABLED": Doing.SETTINGS,
}  # fmt: skip
"""What the enterprise's log is asked for, in Box's words: an enterprise does much else."""

USER_TYPES: dict[str, Doing] = {
    "ITEM_DOWNLOAD": Doing.DOWNLOAD, "ITEM_PREVIEW": Doing.DOWNLOAD, "ITEM_OPEN": Doing.DOWNLOAD,
    "ITEM_SYNC": Doing.DOWNLOAD, "CONTENT_ACCESS": Doing.DOWNLOAD, "ITEM_UPLOAD": Doing.UPLOAD, "ITEM_CREATE": Doing.CREATE, "ITEM_TRASH": Doing.DELETE,
    "ITEM_UNDELETE_VIA_TRASH": Doing.RESTORE, "ITEM_MOVE": Doing.MOVE, "ITEM_RENAME": Doing.RENAME,
    "ITEM_COPY": Doing.COPY, "ITEM_MODIFY": Doing.EDIT, "ITEM_MAKE_CURRENT_VERSION": Doing.RESTORE,
    "ITEM_SHARED": Doing.SHARE, "ITEM_SHARED_CREATE": Doing.SHARE, "ITEM_SHARED_UPDATE": Doing.SHARE,
    "ITEM_EMAIL_SEND": Doing.SHARE, "COLLAB_ADD_COLLABORATOR": Doing.INVITE, "COLLAB_INVITE_COLLABORATOR": Doing.INVITE,
    "COLLAB_ROLE_CHANGE": Doing.ROLE, "COLLAB_REMOVE_COLLABORATOR": Doing.LEAVE,
}  # fmt: skip
_ACCEPTED = "COLLABORATION_ACCEPT"
_ABOVE = {
    Doing.INVITE,
    Doing.ROLE,
    Doing.LEAVE,
    Doing.SHARE,
    Doing.MOVE,
    Doing.DELETE,
    Doing.RESTORE,
    Doing.SETTINGS,
}
"""What reaches down into our folder when it is done to one above."""


@dataclass(frozen=True)
class Happening:
    """One event. `type` is Box's word; `kind` is "file", "folder" or ""; `whom` is the login somebody was invited by, or
    loses; what Box did not tell is ""."""

    id: str
    at: str
    type: str
    actor: str
    login: str
    item: str
    name: str
    kind: str = ""
    parent: str = ""
    ip: str = ""
    whom: str = ""

    @property
    def doing(self) -> Doing:
        return ENTERPRISE_TYPES.get(self.type) or USER_TYPES.get(self.type) or Doing.OTHER

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.at)

    @property
    def invited(self) -> str:
        """The login a collaboration is about: whoever accepts one invites nobody but himself."""
        return self.whom or (self.login if self.type == _ACCEPTED else "")

    @property
    def bundle(self) -> BundleName | None:
        """The bundle whose zip, manifest or receipt this is."""
        found = (bundle_name(self.name, ending) for ending in (ZIP, MANIFEST, RECEIPT))
        return next((name for name in found if name is not None), None)

    def line(self) -> bytes:
        """As it is kept."""
        return canonical_json(asdict(self)) + b"\n"


_HAPPENING = tuple(field.name for field in fields(Happening))


def told(text: object) -> str:
    """What Box told, fit to be kept and shown: one line, nothing that steers a terminal, 200 characters at most."""
    if not isinstance(text, str | int) or isinstance(text, bool):
        return ""
    plain = "".join(
        char if unicodedata.category(char)[0] not in "CZ" or char == " " else "?"
        for char in str(text)[:_LONGEST]
    )
    return nfc(plain)[:_LONGEST]


def read_happenings(data: bytes, *, name: str = "box-log.jsonl") -> list[Happening]:
    """The kept log, each event once, oldest first. A last line without LF was never acknowledged.

    Raises `IntegrityFailure` naming the line that is not as the courier writes them.
    """
    found: dict[str, Happening] = {}
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        where = f"{name} {number}行目"
        parts = Fields(object_of(line, name=where), where).exactly(_HAPPENING)
        parts.moment("at")
        one = Happening(**{key: parts.text(key) for key in _HAPPENING})
        found.setdefault(one.id, one)
    return sorted(found.values(), key=lambda one: (one.moment, one.id))


@dataclass(frozen=True)
class Account:
    """Who we are at Box, and what our folder is there. `above`: ids of the folders it lies in."""

    id: str
    login: str
    reach: Reach
    folder: str
    above: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    """Logins that may have access, by the settings; empty: nobody wrote them down."""

    def knows(self, login: str) -> bool:
        """Whether that is ours, or one that may have access."""
        return login.casefold() in {one.casefold() for one in (self.login, *self.allowed)} if login else False

    def is_us(self, one: Happening) -> bool:
        return bool(one.actor) and one.actor == self.id


@dataclass(frozen=True)
class Page:
    """Some of a stream. `position` is where it goes on; `last`: there is no more at present; `short`: fewer came than
    were asked for, so that hardly more can be."""

    happenings: tuple[Happening, ...]
    position: str
    last: bool
    short: bool = False

    def ends(self, now: dt.datetime) -> bool:
        """Whether a reader who began at `now` has read to the end. Else a round chases its own doings in the log, page by page."""
        return self.last or (self.short and any(one.moment >= now for one in self.happenings))


class Stream(StrEnum):
    """Box's own names."""

    USER = "all"
    LIVE = "admin_logs_streaming"  # two weeks back, roughly in order, late ones too, some twice
    HISTORY = "admin_logs"  # a year back, from a moment on, in order, what comes late is left out


@runtime_checkable
class Watched(Protocol):
    """A remote that keeps a log of who touched it. Methods raise `RemoteUnreachable` and `Refused`."""

    def account(self) -> Account: ...

    def happenings(
        self, account: Account, stream: Stream, position: str, after: str, known: Collection[str]
    ) -> Page:
        """What concerns our folder, or an item of `known` ids. `position` "0": from the start, or, in `HISTORY`, from the
        moment `after`."""
        ...


@dataclass(frozen=True)
class Span:
    """From `since` to `until` the log is whole, as far as `reach` goes."""

    reach: Reach
    since: str
    until: str


@dataclass(frozen=True)
class Watch:
    """`courier/box-watch.json`: how far the log has been read, and as whom. Written after the lines are safe."""

    account: Account
    stream: Stream
    position: str
    after: str
    began: str
    """When it was read for the first time."""
    polled: str
    """When it was last read to its end; "" never yet."""
    spans: tuple[Span, ...] = ()

    def data(self) -> bytes:
        return canonical_json({"protocol": PROTOCOL} | asdict(self)) + b"\n"

    def covers(self, since: dt.datetime, until: dt.datetime) -> bool:
        """Whether others' downloads between the two moments stand in the log."""
        return any(
            span.reach.tells_downloads
            and dt.datetime.fromisoformat(span.since) <= since
            and until <= dt.datetime.fromisoformat(span.until)
            for span in self.spans
        )


def read_watch(data: bytes, *, name: str = "box-watch.json") -> Watch:
    """Raises `IntegrityFailure`."""
    top = Fields(object_of(data.removesuffix(b"\n"), name=name), name)
    top.exactly(("protocol", "account", "stream", "position", "after", "began", "polled", "spans"))
    top.literal("protocol", PROTOCOL)
    try:
        account = dict(top.object("account").values)
        for key in ("above", "allowed"):
            account[key] = tuple(str(one) for one in account[key])
        account["reach"] = Reach(account["reach"])
        spans = tuple(
            Span(Reach(one.text("reach")), one.moment("since"), one.moment("until"))
            for one in top.objects("spans", 1000)
        )
        return Watch(
            Account(**account), Stream(top.text("stream")), top.text("position"), top.text("after"),
            top.moment("began"), top.text("polled"), spans,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError) as error:
        raise bad("Boxの記録をどこまで読んだかの控えが読めません", name) from error


def begun(before: Watch | None, account: Account, now: dt.datetime) -> Watch:
    """How to go on reading at `now`. Where Box no longer has what was missed, a new span begins."""
    live = Stream.LIVE if account.reach is Reach.ENTERPRISE else Stream.USER
    began = before.began if before else moment(now)
    spans = before.spans if before else ()
    fresh = Span(account.reach, moment(now - LOOKBACK), moment(now - LOOKBACK))
    if before is None or (before.account.id, before.account.reach, before.account.folder) != (
        account.id, account.reach, account.folder,
    ):  # fmt: skip
        return Watch(account, live, "0", "", began, "", (*spans, fresh))
    late = is_moment(before.polled) and now - dt.datetime.fromisoformat(before.polled) > LOOKBACK * 0.9
    if not late or before.stream is Stream.HISTORY:
        return replace(before, account=account)
    if live is Stream.LIVE:  # the year's history has what the stream has dropped
        after = moment(dt.datetime.fromisoformat(before.polled) - dt.timedelta(days=1))
        return replace(before, account=account, stream=Stream.HISTORY, position="0", after=after)
    return replace(before, account=account, position="0", polled="", spans=(*spans, fresh))


def read_on(watch: Watch, page: Page, now: dt.datetime) -> Watch:
    """After `page` has been kept."""
    if not page.last:
        return replace(watch, position=page.position)
    if watch.stream is Stream.HISTORY:
        return replace(watch, stream=Stream.LIVE, position="0", after="")
    *earlier, span = watch.spans
    return replace(
        watch, position=page.position, polled=moment(now), spans=(*earlier, replace(span, until=moment(now)))
    )


def concerning(found: Iterable[Happening], account: Account, known: Collection[str]) -> tuple[Happening, ...]:
    """Those about our folder, what lies or lay in it (ids of `known`), the folders above it, and copies made of bundles."""
    found, ids = list(found), {account.folder, *known} - {"", "0"}
    for one in found:
        if one.parent in ids and one.item:
            ids.add(one.item)
    return tuple(
        one
        for one in found
        if one.item in ids
        or one.parent in ids
        or (one.item in account.above and one.doing in _ABOVE)
        or (one.doing is Doing.COPY and one.bundle is not None)
    )


def is_pulse(one: Happening, account: Account, own: Site) -> bool:
    """Whether this is a courier leaving, reading or clearing away a heartbeat as it should: several a day, kept by nobody."""
    place = heartbeat_place(one.name)
    if place is None or not (account.is_us(one) or (account.knows(one.login) or not account.allowed)):
        return False
    if one.doing is Doing.DOWNLOAD:
        return bool(one.login)
    return one.doing in {Doing.UPLOAD, Doing.DELETE} and (place[0] is own) is account.is_us(one)
