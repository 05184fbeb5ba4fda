"""The endpoints that speak of folders, files, trash, collaborations, users and events, but move no contents."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from tests.box import shapes
from tests.box.errors import BoxError, Json, bad_request, denied
from tests.box.state import check_match, order
from tests.box.things import Caller, File, Folder, Item, folded
from tests.box.wire import Call, Desk, Reply, route

LONGEST_PAGE = 1000
SORTS: dict[str, Callable[[Item], Any]] = {
    "id": lambda item: int(item.id),
    "name": lambda item: folded(item.name),
    "date": lambda item: item.modified_at,
    "size": lambda item: item.current.blob.size if isinstance(item, File) else 0,
}


# ---- who is there


@route("POST", "/oauth2/token", public=True)
def token(desk: Desk, call: Call) -> Reply:
    return Reply(200, desk.state.tokens.grant(dict(parse_qsl(call.text().decode("latin-1")))))


@route("POST", "/oauth2/revoke", public=True)
def revoke(desk: Desk, call: Call) -> Reply:
    desk.state.tokens.revoke(dict(parse_qsl(call.text().decode("latin-1"))))
    return Reply(200)


@route("GET", r"/2\.0/users/me")
def me(desk: Desk, call: Call) -> Reply:
    user = call.caller.user
    used = sum(
        one.current.blob.size
        for one in desk.state.items.values()
        if isinstance(one, File) and one.owner.id == user.id
    )
    usual = tuple(name for name in shapes.user_full(user, 0) if name not in ("role", "enterprise"))
    return Reply(200, shapes.picked(shapes.user_full(user, used), call.fields, usual))


@route("GET", r"/2\.0/events")
def events(desk: Desk, call: Call) -> Reply:
    return Reply(200, desk.state.events.answer(call.caller.user, call.query))


# ---- folders


@route("POST", r"/2\.0/folders")
def create_folder(desk: Desk, call: Call) -> Reply:
    body = call.json()
    folder = desk.state.create_folder(call.caller, _id_of(body.get("parent")), body.get("name"))
    return Reply(201, _folder(desk, call, folder))


@route("GET", r"/2\.0/folders/trash/items")
def trash_items(desk: Desk, call: Call) -> Reply:
    return Reply(200, _page(desk, call, desk.state.in_trash(call.caller.user)))


@route("GET", r"/2\.0/folders/(\d+)")
def get_folder(desk: Desk, call: Call) -> Reply:
    folder = desk.state.visible(call.caller.user, call.ids[0], Folder)
    if _unchanged(call, folder):
        return Reply(304)
    return Reply(200, _folder(desk, call, folder))


@route("PUT", r"/2\.0/folders/(\d+)")
def put_folder(desk: Desk, call: Call) -> Reply:
    folder = desk.state.visible(call.caller.user, call.ids[0], Folder)
    body = call.json()
    _update(desk, call, folder, body)
    for name in (
        "can_non_owners_invite", "can_non_owners_view_collaborators",
        "is_collaboration_restricted_to_enterprise", "sync_state",
    ):  # fmt: skip
        if name in body:
            setattr(folder, name, body[name])
    if "folder_upload_email" in body:
        asked = body["folder_upload_email"]
        email = f"{folder.name}.{secrets.token_hex(4)}@u.box.com"
        folder.folder_upload_email = asked and {"access": asked.get("access", "open"), "email": email}
    return Reply(200, _folder(desk, call, folder))


@route("DELETE", r"/2\.0/folders/(\d+)")
def delete_folder(desk: Desk, call: Call) -> Reply:
    folder = desk.state.visible(call.caller.user, call.ids[0], Folder)
    recursive = call.flag("recursive")
    desk.state.trash(call.caller, folder, call.headers.get("if-match"), recursive=recursive)
    return Reply(204)


@route("GET", r"/2\.0/folders/(\d+)/items")
def folder_items(desk: Desk, call: Call) -> Reply:
    folder = desk.state.visible(call.caller.user, call.ids[0], Folder, "list")
    return Reply(200, _page(desk, call, desk.state.children(folder, call.caller.user)))


@route("GET", r"/2\.0/folders/(\d+)/collaborations")
def folder_collaborations(desk: Desk, call: Call) -> Reply:
    folder = desk.state.visible(call.caller.user, call.ids[0], Folder)
    hidden = not all(one.can_non_owners_view_collaborators for one in (folder, *desk.state.ancestors(folder)))
    if hidden and folder.owner.id != call.caller.user.id:
        raise denied()
    return Reply(200, _collaborations(desk, call, folder))


# ---- files


@route("GET", r"/2\.0/files/(\d+)")
def get_file(desk: Desk, call: Call) -> Reply:
    file = desk.state.visible(call.caller.user, call.ids[0], File)
    if _unchanged(call, file):
        return Reply(304)
    return Reply(200, _file(desk, call, file))


@route("PUT", r"/2\.0/files/(\d+)")
def put_file(desk: Desk, call: Call) -> Reply:
    file = desk.state.visible(call.caller.user, call.ids[0], File)
    _update(desk, call, file, call.json())
    return Reply(200, _file(desk, call, file))


@route("DELETE", r"/2\.0/files/(\d+)")
def delete_file(desk: Desk, call: Call) -> Reply:
    file = desk.state.visible(call.caller.user, call.ids[0], File)
    desk.state.trash(call.caller, file, call.headers.get("if-match"))
    return Reply(204)


@route("POST", r"/2\.0/files/(\d+)/copy")
def copy_file(desk: Desk, call: Call) -> Reply:
    body = call.json()
    state, user = desk.state, call.caller.user
    file = state.visible(user, call.ids[0], File, "download")
    blob = state.blobs.write([file.current.blob.read()])
    made = state.create_file(
        call.caller, _id_of(body.get("parent")), body.get("name") or file.name, blob, what="copy"
    )
    return Reply(201, _file(desk, call, made))


@route("GET", r"/2\.0/files/(\d+)/collaborations")
def file_collaborations(desk: Desk, call: Call) -> Reply:
    return Reply(200, _collaborations(desk, call, desk.state.visible(call.caller.user, call.ids[0], File)))


@route("GET", r"/2\.0/files/(\d+)/versions")
def versions(desk: Desk, call: Call) -> Reply:
    """The versions before the current one, the latest first."""
    file = desk.state.visible(call.caller.user, call.ids[0], File)
    offset, limit = call.number("offset", 0), call.number("limit", 100, LONGEST_PAGE)
    earlier = file.versions[-2::-1]
    entries = [
        {**shapes.version_json(one), "version_number": str(file.versions.index(one) + 1)}
        for one in earlier[offset : offset + limit]
    ]
    return Reply(
        200,
        {
            "total_count": len(earlier),
            "limit": limit,
            "offset": offset,
            "entries": [shapes.picked(one, call.fields, one) for one in entries],
        },
    )


# ---- trash


@route("GET", r"/2\.0/(files|folders)/(\d+)/trash")
def get_trashed(desk: Desk, call: Call) -> Reply:
    kind, usual = _kind(call.ids[0])
    item = desk.state.visible_in_trash(call.caller.user, call.ids[1], kind)
    return Reply(200, shapes.picked(shapes.item_full(desk.state, item, call.caller.user), call.fields, usual))


@route("DELETE", r"/2\.0/(files|folders)/(\d+)/trash")
def purge(desk: Desk, call: Call) -> Reply:
    kind, _ = _kind(call.ids[0])
    desk.state.purge(call.caller, desk.state.visible_in_trash(call.caller.user, call.ids[1], kind))
    return Reply(204)


@route("POST", r"/2\.0/(files|folders)/(\d+)")
def restore(desk: Desk, call: Call) -> Reply:
    kind, usual = _kind(call.ids[0])
    item = desk.state.visible_in_trash(call.caller.user, call.ids[1], kind)
    body = call.json()
    parent = _id_of(body["parent"]) if "parent" in body else None
    desk.state.restore(call.caller, item, body.get("name"), parent)
    return Reply(201, shapes.picked(shapes.item_full(desk.state, item, call.caller.user), call.fields, usual))


# ---- what they share


def _kind(word: str) -> tuple[type[Item], tuple[str, ...]]:
    return (File, shapes.STANDARD_FILE) if word == "files" else (Folder, shapes.STANDARD_FOLDER)


def _id_of(place: Any) -> str:
    found = place.get("id") if isinstance(place, dict) else None
    if not isinstance(found, str):
        raise bad_request("parent.id is missing")
    return found


def _unchanged(call: Call, item: Item) -> bool:
    return call.headers.get("if-none-match", "").strip('"') == str(item.etag)


def _file(desk: Desk, call: Call, file: File) -> Json:
    return shapes.picked(
        shapes.file_full(desk.state, file, call.caller.user), call.fields, shapes.STANDARD_FILE
    )


def _folder(desk: Desk, call: Call, folder: Folder) -> Json:
    full = shapes.folder_full(desk.state, folder, call.caller.user)
    if call.fields is None or "item_collection" in call.fields:
        inside = desk.state.children(folder, call.caller.user)
        full["item_collection"] = {
            "total_count": len(inside),
            "entries": [_entry(desk, call, item, None) for item in inside[:100]],
            "offset": 0,
            "limit": 100,
            "order": [{"by": "type", "direction": "ASC"}, {"by": "name", "direction": "ASC"}],
        }
    return shapes.picked(full, call.fields, (*shapes.STANDARD_FOLDER, "item_collection"))


def _entry(desk: Desk, call: Call, item: Item, fields: list[str] | None) -> Json:
    if fields is None:  # the common case needs no rights and paths worked out
        return shapes.conflict(item)
    usual = shapes.MINI_FILE if isinstance(item, File) else shapes.MINI_FOLDER
    return shapes.picked(shapes.item_full(desk.state, item, call.caller.user), fields, usual)


def _update(desk: Desk, call: Call, item: Item, body: Json) -> None:
    caller: Caller = call.caller
    if "edit" not in desk.state.rights(item, caller.user) or item.id == "0":
        raise denied()
    check_match(item, call.headers.get("if-match"))
    parent = _id_of(body["parent"]) if "parent" in body else item.parent
    desk.state.rename(caller, item, body.get("name", item.name), parent)
    if "shared_link" in body:
        item.shared_link = None if body["shared_link"] is None else new_link(body["shared_link"], item)
        desk.state.events.add("unshare" if item.shared_link is None else "share", caller, item)
    if "description" in body:
        item.description = str(body["description"])
    if set(body) - {"name", "parent"}:
        desk.state.touch(item, caller.user)


def new_link(asked: Json, item: Item) -> Json:
    """A shared link as it is kept; `permissions` are added where it is shown."""
    access = asked.get("access", "open")
    if access not in ("open", "company", "collaborators"):
        raise bad_request("access is not one of open, company, collaborators")
    return {
        "url": f"https://app.box.com/s/{secrets.token_hex(16)}",
        "download_url": None,
        "vanity_url": None,
        "vanity_name": None,
        "access": access,
        "effective_access": access,
        "effective_permission": "can_download",
        "unshared_at": asked.get("unshared_at"),
        "is_password_enabled": bool(asked.get("password")),
        "download_count": 0,
        "preview_count": 0,
    }


def _collaborations(desk: Desk, call: Call, item: Item) -> Json:
    places = {item.id, *(folder.id for folder in desk.state.ancestors(item))}
    every = [one for one in desk.state.collaborations.values() if one.item in places]
    limit = call.number("limit", 100, LONGEST_PAGE)
    start = int(_unmarked(call.query["marker"])[0]) if call.query.get("marker") else 0
    following = start + limit
    entries = [shapes.collaboration(desk.state, one) for one in every[start:following]]
    return {
        "limit": limit,
        "next_marker": _marked(following) if following < len(every) else "",
        "entries": [shapes.picked(one, call.fields, one) for one in entries],
    }


def _page(desk: Desk, call: Call, items: list[Item]) -> Json:
    """By offset, or by marker: a marker names the last item of the page before, so nothing is skipped after deletions.

    The last page's marker is null, on which rclone relies; after the last collaborations it is "".
    """
    limit = call.number("limit", 100, LONGEST_PAGE)
    if call.flag("usemarker"):
        if call.query.get("marker"):
            last = tuple(_unmarked(call.query["marker"]))
            items = [item for item in items if order(item) > last]
        page = items[:limit]
        more = len(items) > limit
        place: Json = {"next_marker": _marked(*order(page[-1])) if more else None}
    else:
        offset = call.number("offset", 0)
        by, descending = call.query.get("sort"), call.query.get("direction") == "DESC"
        if by in SORTS:
            items = sorted(items, key=SORTS[by], reverse=descending)
        page = items[offset : offset + limit]
        place = {
            "total_count": len(items),
            "offset": offset,
            "order": [{"by": "type", "direction": "ASC"}, {"by": by or "name", "direction": "ASC"}],
        }
    return {"entries": [_entry(desk, call, item, call.fields) for item in page], "limit": limit, **place}


def _marked(*place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _unmarked(marker: str) -> list[Any]:
    try:
        return list(json.loads(base64.urlsafe_b64decode(marker)))
    except (ValueError, TypeError):
        raise BoxError(400, "bad_request", "The marker is not one that was given out") from None
