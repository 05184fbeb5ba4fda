"""Things as the API writes them: every field, of which an answer takes the usual ones or those asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.box.errors import Json
from tests.box.things import ROOT, Collaboration, File, Folder, Item, User, Version

if TYPE_CHECKING:
    from tests.box.state import BoxState

MINI_FILE = ("file_version", "sequence_id", "sha1", "name")
MINI_FOLDER = ("sequence_id", "name")
STANDARD = (
    "sequence_id", "name", "description", "size", "path_collection", "created_at", "modified_at", "trashed_at",
    "purged_at", "content_created_at", "content_modified_at", "created_by", "modified_by", "owned_by",
    "shared_link", "parent", "item_status",
)  # fmt: skip
STANDARD_FILE = ("file_version", "sha1", *STANDARD)
STANDARD_FOLDER = ("folder_upload_email", *STANDARD)
LINK_RIGHTS = {"can_download": True, "can_preview": True, "can_edit": False}


def moment(seconds: float | None) -> str | None:
    """RFC 3339 with whole seconds, as Box writes it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def picked(full: Json, fields: Sequence[str] | None, usual: Iterable[str]) -> Json:
    """`type`, `id` and `etag` always; beside them `fields`, or what is usual when none were named."""
    wanted = ["type", "id", "etag", *(usual if fields is None else fields)]
    return {name: full[name] for name in wanted if name in full}


def user_mini(user: User) -> Json:
    return {"type": "user", "id": user.id, "name": user.name, "login": user.login}


def user_full(user: User, space_used: int) -> Json:
    """What /users/me can tell."""
    return {
        **user_mini(user),
        "created_at": "2026-04-01T09:00:00+09:00",
        "modified_at": "2026-04-01T09:00:00+09:00",
        "language": "ja",
        "timezone": "Asia/Tokyo",
        "space_amount": 10 << 40,
        "space_used": space_used,
        "max_upload_size": 5 << 30,
        "status": "active",
        "job_title": "",
        "phone": "",
        "address": "",
        "avatar_url": "",
        "role": user.role,
        "enterprise": {"type": "enterprise", "id": user.enterprise, "name": "Enterprise"},
    }


def folder_mini(folder: Folder) -> Json:
    root = folder.id == ROOT
    return {
        "type": "folder",
        "id": folder.id,
        "etag": None if root else str(folder.etag),
        "sequence_id": None if root else str(folder.etag),
        "name": folder.name,
    }


def version_json(version: Version) -> Json:
    """A file version, with everything but its number."""
    return {
        "type": "file_version",
        "id": version.id,
        "sha1": version.blob.sha1,
        "name": version.name,
        "size": version.blob.size,
        "created_at": moment(version.created_at),
        "modified_at": moment(version.created_at),
        "modified_by": user_mini(version.created_by),
        "trashed_at": None,
        "restored_at": None,
        "purged_at": None,
        "uploader_display_name": version.created_by.name,
    }


def _shared_link(item: Item) -> Json | None:
    return None if item.shared_link is None else {**item.shared_link, "permissions": LINK_RIGHTS}


def _path(state: BoxState, item: Item, user: User) -> list[Folder]:
    """From "All Files" down; folders the user may not see are left out."""
    above = [folder for folder in state.ancestors(item) if state.rights(folder, user)]
    return [state.root_of(user), *reversed(above)]


def _may_invite(state: BoxState, item: Item, user: User) -> bool:
    """Whether nothing keeps invitations to the owner and co-owners, or `user` is one of those."""
    places = [item, *state.ancestors(item)]
    if all(one.can_non_owners_invite for one in places if isinstance(one, Folder)):
        return True
    ids = {one.id for one in places}
    return item.owner.id == user.id or any(
        one.item in ids and one.user.id == user.id and one.role == "co-owner"
        for one in state.collaborations.values()
    )


def _item(state: BoxState, item: Item, user: User) -> Json:
    path = [folder_mini(folder) for folder in _path(state, item, user)]
    trashed = state.trashed(item)
    bin_entry = {"type": "folder", "id": "1", "sequence_id": None, "etag": None, "name": "Trash"}
    rights = state.rights(item, user)
    return {
        "type": "file" if isinstance(item, File) else "folder",
        "id": item.id,
        "etag": str(item.etag),
        "sequence_id": str(item.etag),
        "name": item.name,
        "description": item.description,
        "path_collection": {
            "total_count": 1 if trashed else len(path),
            "entries": [bin_entry] if trashed else path,
        },
        "created_at": moment(item.created_at),
        "modified_at": moment(item.modified_at),
        "trashed_at": moment(item.trashed_at),
        "purged_at": None,
        "created_by": user_mini(item.created_by),
        "modified_by": user_mini(item.modified_by),
        "owned_by": user_mini(item.owner),
        "shared_link": _shared_link(item),
        "is_accessible_via_shared_link": any(
            one.shared_link is not None for one in (item, *state.ancestors(item))
        ),
        "parent": path[-1],
        "item_status": "trashed" if trashed else "active",
        "classification": item.classification,
        "has_collaborations": any(one.item == item.id for one in state.collaborations.values()),
        "is_externally_owned": item.owner.enterprise != user.enterprise,
        "allowed_invitee_roles": [
            "editor", "viewer", "previewer", "uploader", "previewer uploader", "viewer uploader", "co-owner",
        ],
        "permissions": {
            "can_delete": "delete" in rights,
            "can_download": "download" in rights,
            "can_invite_collaborator": "invite" in rights and _may_invite(state, item, user),
            "can_rename": "edit" in rights,
            "can_set_share_access": "edit" in rights,
            "can_share": "share" in rights,
        },
    }  # fmt: skip


def file_full(state: BoxState, file: File, user: User) -> Json:
    """Everything known of a file, as `user` sees it."""
    full = _item(state, file, user)
    rights = state.rights(file, user)
    full["permissions"].update(
        can_annotate="edit" in rights,
        can_comment="preview" in rights,
        can_preview="preview" in rights,
        can_upload="edit" in rights,
        can_view_annotations_all="preview" in rights,
        can_view_annotations_self="preview" in rights,
    )
    version = file.current
    full.update(
        file_version={"type": "file_version", "id": version.id, "sha1": version.blob.sha1},
        sha1=version.blob.sha1,
        size=version.blob.size,
        content_created_at=moment(file.content_created_at),
        content_modified_at=moment(file.content_modified_at),
        version_number=str(len(file.versions)),
        extension=file.name.rpartition(".")[2] if "." in file.name else "",
        uploader_display_name=file.created_by.name,
    )
    return full


def folder_full(state: BoxState, folder: Folder, user: User) -> Json:
    """Everything known of a folder but its items."""
    root = folder.id == ROOT
    full = _item(state, folder, user)
    full["permissions"]["can_upload"] = "upload" in state.rights(folder, user)
    full.update(
        size=0,
        content_created_at=full["created_at"],
        content_modified_at=full["modified_at"],
        folder_upload_email=folder.folder_upload_email,
        sync_state=folder.sync_state,
        can_non_owners_invite=folder.can_non_owners_invite,
        can_non_owners_view_collaborators=folder.can_non_owners_view_collaborators,
        is_collaboration_restricted_to_enterprise=folder.is_collaboration_restricted_to_enterprise,
        allowed_shared_link_access_levels=["collaborators", "open", "company"],
    )
    if root:
        full.update(
            folder_mini(folder), parent=None, created_at=None, modified_at=None, content_created_at=None,
            content_modified_at=None, path_collection={"total_count": 0, "entries": []},
        )  # fmt: skip
    return full


def item_full(state: BoxState, item: Item, user: User) -> Json:
    if isinstance(item, File):
        return file_full(state, item, user)
    assert isinstance(item, Folder)
    return folder_full(state, item, user)


def conflict(item: Item) -> Json:
    """What is in the way, as a refusal names it."""
    if isinstance(item, Folder):
        return folder_mini(item)
    assert isinstance(item, File)
    sha1 = item.current.blob.sha1
    return {
        "type": "file",
        "id": item.id,
        "file_version": {"type": "file_version", "id": item.current.id, "sha1": sha1},
        "sequence_id": str(item.etag),
        "etag": str(item.etag),
        "sha1": sha1,
        "name": item.name,
    }


def collaboration(state: BoxState, one: Collaboration) -> Json:
    """Somebody's access to an item."""
    item = state.items[one.item]
    mini = conflict(item) if isinstance(item, File) else folder_mini(item)  # type: ignore[arg-type]
    return {
        "type": "collaboration",
        "id": one.id,
        "created_by": user_mini(one.created_by),
        "created_at": moment(one.created_at),
        "modified_at": moment(one.created_at),
        "expires_at": moment(one.expires_at),
        "status": one.status,
        "accessible_by": _grantee(one) if one.invite_email is None else None,
        "invite_email": one.invite_email,
        "role": one.role,
        "acknowledged_at": moment(one.created_at),
        "item": mini,
        "is_access_only": one.is_access_only,
    }


def _grantee(one: Collaboration) -> Json:
    if one.group:
        return {"type": "group", "id": one.user.id, "name": one.group, "group_type": "managed_group"}
    return {**user_mini(one.user), "is_active": True}


def event_source(item: Item, parent: Folder) -> Json:
    """An item as the enterprise's events name it."""
    return {
        "item_type": "file" if isinstance(item, File) else "folder",
        "item_id": item.id,
        "item_name": item.name,
        "parent": {"type": "folder", "name": parent.name, "id": parent.id},
        "owned_by": user_mini(item.owner),
    }
