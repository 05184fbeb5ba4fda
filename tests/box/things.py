"""What lies in the pretend Box: users, folders, files, versions, collaborations, events, and what a role may do."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Literal

from tests.box.blobs import Blob
from tests.box.errors import Json, invalid_name

ROOT = "0"  # every user's own "All Files" has this id

ALL = frozenset({"list", "preview", "download", "upload", "edit", "delete", "share", "invite"})

#: Role of a collaborator → rights, after Box's table of permission levels.
RIGHTS: dict[str, frozenset[str]] = {
    "owner": ALL,
    "co-owner": ALL,
    "editor": ALL,
    "viewer uploader": frozenset({"list", "preview", "download", "upload", "share"}),
    "viewer": frozenset({"list", "preview", "download", "share"}),
    "previewer uploader": frozenset({"list", "preview", "upload"}),
    "previewer": frozenset({"list", "preview"}),
    "uploader": frozenset({"list", "upload"}),
}


@dataclass(frozen=True)
class User:
    """Somebody who logs in, or the service account of an application. An `admin` may read the enterprise's events."""

    id: str
    login: str
    name: str
    role: Literal["admin", "coadmin", "user"] = "user"
    enterprise: str = ""
    zone: str = ""
    """The name of the storage policy for what this user owns; "" where none is told."""


@dataclass(frozen=True)
class Version:
    """One content a file has or had."""

    id: str
    blob: Blob
    name: str
    created_at: float
    created_by: User


@dataclass
class Item:
    """What folders and files have in common. `etag` counts changes."""

    id: str
    name: str
    parent: str
    owner: User
    created_by: User
    created_at: float
    modified_by: User
    modified_at: float
    etag: int = 0
    description: str = ""
    shared_link: Json | None = None
    classification: Json | None = None
    trashed_at: float | None = None


@dataclass
class Folder(Item):
    """`folder_upload_email` is None or {"access": …, "email": …}."""

    folder_upload_email: Json | None = None
    can_non_owners_invite: bool = True
    can_non_owners_view_collaborators: bool = True
    is_collaboration_restricted_to_enterprise: bool = False
    sync_state: str = "synced"


@dataclass
class File(Item):
    """`versions` begins with the oldest and ends with the current one."""

    versions: list[Version] = field(default_factory=list)
    content_created_at: float = 0.0
    content_modified_at: float = 0.0
    answers_before_ready: int = 0
    """So many downloads are answered with 202 first."""

    @property
    def current(self) -> Version:
        """What a download gives."""
        return self.versions[-1]


@dataclass
class Collaboration:
    """One person's access to one folder or file, and all in it."""

    id: str
    item: str
    user: User
    role: str
    created_by: User
    created_at: float
    status: Literal["accepted", "pending", "rejected"] = "accepted"
    expires_at: float | None = None
    is_access_only: bool = False
    invite_email: str | None = None
    """Set while the invited has no account at Box: then nobody is named in `accessible_by`."""
    group: str = ""
    """The name of the group that has the access, in place of the user."""


@dataclass(frozen=True)
class Event:
    """Something that happened. The two streams call it differently; an empty name leaves it out of that stream."""

    number: int
    id: str
    user_name: str
    admin_name: str
    created_at: float
    created_by: User
    ip: str
    source: Json
    full_source: Json
    details: Json
    seen_by: frozenset[str]
    """Ids of the users in whose own stream it stands."""
    accessible_by: Json | None = None
    """Whom a collaboration is about."""


def folded(name: str) -> str:
    """Names that fold to the same are the same to Box."""
    return unicodedata.normalize("NFC", name).casefold()


def checked_name(name: object) -> str:
    """`name`, if a file or folder may be called so."""
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= 255
        or name != name.strip()
        or name in (".", "..")
        or any(letter in "/\\" or not letter.isprintable() for letter in name)
    ):
        raise invalid_name(str(name))
    return name


@dataclass(frozen=True)
class Caller:
    """Who asks, and from where."""

    user: User
    ip: str = "127.0.0.1"
