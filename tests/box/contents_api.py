"""The endpoints that move contents: uploads whole and in parts, downloads and the addresses they go by."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any

from tests.box import shapes
from tests.box.blobs import Blob
from tests.box.errors import BoxError, Json, bad_request, not_found
from tests.box.multipart import Multipart, boundary_of
from tests.box.state import check_match
from tests.box.things import File
from tests.box.wire import Call, Desk, Reply, Ticket, parsed, route

SESSIONS = r"/api/2\.0/files/upload_sessions"
LONGEST_ATTRIBUTES = 1 << 16


# ---- uploads in one piece


@route("OPTIONS", r"/2\.0/files/content/?")
def preflight(desk: Desk, call: Call) -> Reply:
    body = call.json()
    parent = (body.get("parent") or {}).get("id") or "0"
    desk.state.check_new(call.caller, parent, body.get("name"))
    token = secrets.token_hex(8)
    url = f"{call.bases.upload}/2.0/files/content?upload_session_id={token}"
    return Reply(200, {"upload_url": url, "upload_token": token})


@route("POST", r"/api/2\.0/files/content", streams=True, upload=True)
def upload(desk: Desk, call: Call) -> Reply:
    state = desk.state
    reader, attributes = _attributes(call)
    name, parent = attributes.get("name"), (attributes.get("parent") or {}).get("id")
    if not isinstance(name, str) or not isinstance(parent, str):
        raise bad_request("attributes need a name and a parent.id")
    state.check_new(call.caller, parent, name)
    blob = _content(desk, call, reader)
    created, changed = (_seconds(attributes.get(f"content_{what}_at")) for what in ("created", "modified"))
    file = state.create_file(call.caller, parent, name, blob, created, changed)
    return _uploaded(desk, call, file, 201)


@route("POST", r"/api/2\.0/files/(\d+)/content", streams=True, upload=True)
def upload_version(desk: Desk, call: Call) -> Reply:
    state = desk.state
    reader, attributes = _attributes(call)
    if_match = call.headers.get("if-match")
    check_match(state.visible(call.caller.user, call.ids[0], File, "edit"), if_match)
    blob = _content(desk, call, reader)
    file = state.new_version(call.caller, call.ids[0], blob, attributes.get("name") or "", if_match)
    return _uploaded(desk, call, file, 200)


# ---- uploads in parts


@route("POST", SESSIONS, upload=True)
def create_session(desk: Desk, call: Call) -> Reply:
    body = call.json()
    folder, name, size = body.get("folder_id"), body.get("file_name"), body.get("file_size")
    if not isinstance(folder, str):
        raise bad_request("No folder_id was provided", "missing_destination")
    if size is None:
        raise bad_request("file_size was not provided", "missing_file_size")
    session = desk.state.sessions.create(call.caller, folder, name, size)  # type: ignore[arg-type]
    return Reply(201, desk.state.sessions.json(session, call.bases.upload))


@route("POST", r"/api/2\.0/files/(\d+)/upload_sessions", upload=True)
def create_version_session(desk: Desk, call: Call) -> Reply:
    body = call.json()
    session = desk.state.sessions.create_for_version(
        call.caller, call.ids[0], body.get("file_size"), body.get("file_name")  # type: ignore[arg-type]
    )  # fmt: skip
    return Reply(201, desk.state.sessions.json(session, call.bases.upload))


@route("GET", SESSIONS + r"/(\w+)")
def get_session(desk: Desk, call: Call) -> Reply:
    session = desk.state.sessions.get(call.caller, call.ids[0])
    return Reply(200, desk.state.sessions.json(session, call.bases.upload))


@route("PUT", SESSIONS + r"/(\w+)", streams=True)
def put_part(desk: Desk, call: Call) -> Reply:
    part = desk.state.sessions.put_part(
        call.caller,
        call.ids[0],
        call.headers.get("content-range", ""),
        call.headers.get("digest", ""),
        call.body.length,
        call.body.pieces(),
    )
    return Reply(200, {"part": part.json()})


@route("DELETE", SESSIONS + r"/(\w+)")
def abort_session(desk: Desk, call: Call) -> Reply:
    desk.state.sessions.abort(call.caller, call.ids[0])
    return Reply(204)


@route("GET", SESSIONS + r"/(\w+)/parts")
def list_parts(desk: Desk, call: Call) -> Reply:
    parts = sorted(desk.state.sessions.get(call.caller, call.ids[0]).parts.items())
    offset, limit = call.number("offset", 0), call.number("limit", 100, 1000)
    return Reply(
        200,
        {
            "entries": [part.json() for _, part in parts[offset : offset + limit]],
            "offset": offset,
            "limit": limit,
            "total_count": len(parts),
            "order": [{"by": "type", "direction": "ASC"}],
        },
    )


@route("POST", SESSIONS + r"/(\w+)/plan")
def plan(desk: Desk, call: Call) -> Reply:
    """Nothing is ever there already: this Box compares no contents between uploads."""
    session = desk.state.sessions.get(call.caller, call.ids[0])
    misses = call.json().get("parts", [])
    return Reply(200, {"upload_session_id": session.id, "hits": [], "misses": misses})


@route("POST", SESSIONS + r"/(\w+)/commit", streams=True)
def commit(desk: Desk, call: Call) -> Reply:
    body = call.json()
    attributes = body.get("attributes") or {}
    created, changed = (_seconds(attributes.get(f"content_{what}_at")) for what in ("created", "modified"))
    file = desk.state.sessions.commit(
        call.caller, call.ids[0], body.get("parts"), call.headers.get("digest", ""),
        call.headers.get("if-match"), created, changed,
    )  # fmt: skip
    if file is None:
        return Reply(202, headers={"Retry-After": str(desk.retry_after)})
    return _uploaded(desk, call, file, 201)


# ---- downloads


@route("GET", r"/2\.0/files/(\d+)/content")
def download(desk: Desk, call: Call) -> Reply:
    """Not the content: the address where it is to be had, for a while."""
    file = desk.state.visible(call.caller.user, call.ids[0], File, "download")
    wanted = call.query.get("version", file.current.id)
    version = next((one for one in file.versions if one.id == wanted), None)
    if version is None:
        raise not_found(wanted, "version")
    if file.answers_before_ready:
        file.answers_before_ready -= 1
        return Reply(202, headers={"Retry-After": str(desk.retry_after)})
    name = secrets.token_urlsafe(24)
    desk.tickets[name] = Ticket(file, version.blob, call.caller, desk.state.clock() + desk.download_life)
    return Reply(302, headers={"Location": f"{call.bases.download}/d/1/{name}/download"})


@route("GET", r"/d/1/([\w-]+)/download", public=True)
def content(desk: Desk, call: Call) -> Reply:
    """The bytes themselves. Who has the address needs no token."""
    ticket = desk.tickets.get(call.ids[0])
    if ticket is None or desk.state.clock() >= ticket.expires_at or not ticket.blob.path.exists():
        raise BoxError(403, "forbidden", "This address is not good any more")
    desk.state.events.add("download", ticket.caller, ticket.file)
    size = ticket.blob.size
    start, end = _range(call.headers.get("range"), size)
    headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
    if (start, end) == (0, size):
        return Reply(200, headers=headers, blob=ticket.blob, length=size)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Reply(206, headers=headers, blob=ticket.blob, start=start, length=end - start)


# ---- what they share


def _attributes(call: Call) -> tuple[Multipart, Json]:
    """The first part of an upload, and a reader that stands where the second, the contents, begins.

    What the second is called does not matter: clients call it `file` or `contents`.
    """
    reader = Multipart(call.body.read, boundary_of(call.headers.get("content-type", "")))
    part = reader.next_part()
    if part is None or part[0] != "attributes":
        call.parts.append((part[0] if part else "", None))
        raise bad_request(
            "The attributes must come before the file's contents", "metadata_after_file_contents"
        )
    text = b""
    for piece in reader.chunks():
        text += piece
        if len(text) > LONGEST_ATTRIBUTES:
            raise bad_request("The attributes are too long")
    part = reader.next_part()
    if part is None or part[1] is None:
        raise bad_request("The file's contents are missing")
    call.parts += [("attributes", text), (part[0], None)]
    return reader, parsed(text)


def _content(desk: Desk, call: Call, reader: Multipart) -> Blob:
    """The second part of an upload, kept."""
    blob = desk.state.blobs.write(reader.chunks())
    wanted = call.headers.get("content-md5")
    if wanted is not None and wanted.lower() != blob.sha1:
        blob.path.unlink()
        raise bad_request("The specified content-md5 did not match what we received", "bad_digest")
    return blob


def _uploaded(desk: Desk, call: Call, file: File, status: int) -> Reply:
    with desk.state.lock:
        full = shapes.file_full(desk.state, file, call.caller.user)
        entry = shapes.picked(full, call.fields, shapes.STANDARD_FILE)
    return Reply(status, {"total_count": 1, "entries": [entry]}, created=file)


def _seconds(text: Any) -> float:
    if text is None:
        return 0.0
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        raise bad_request("not an RFC 3339 date and time") from None


def _range(asked: str | None, size: int) -> tuple[int, int]:
    """Where to begin and where to end. What is not one plain range is answered whole (RFC 9110, 14.2)."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "")
    if not match or match[0] == "bytes=-":
        return 0, size
    if match[1]:
        start, end = int(match[1]), min(int(match[2] or size) + bool(match[2]), size)
    else:
        start, end = max(0, size - int(match[2])), size
    if start >= size or start >= end:
        raise BoxError(
            416,
            "bad_request",
            "The range lies outside the file",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end
