"""What the stand-in says of tokens, folders, files, trash, people and events, as Box does."""

from __future__ import annotations

import base64
import io
import json
import uuid
from typing import Any

import pytest
from box_sdk_gen import BoxAPIError, UploadFileAttributes, UploadFileAttributesParentField
from box_sdk_gen.managers.folders import CreateFolderParent
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.box.clients import CLIENT_ID, CLIENT_SECRET, ENTERPRISE
from tests.box.conftest import World
from tests.box.things import RIGHTS, File
from tests.box.tokens import AUDIENCE, JWT_BEARER, public_key


def put(client: Any, folder: str, name: str, content: bytes) -> Any:
    attributes = UploadFileAttributes(name, UploadFileAttributesParentField(folder))
    return client.uploads.upload_file(attributes, io.BytesIO(content)).entries[0]


def refusal(action: Any) -> tuple[int, str]:
    """Status and code with which Box refuses."""
    with pytest.raises(BoxAPIError) as caught:
        action()
    return caught.value.response_info.status_code, caught.value.response_info.code


# ---- tokens


def test_a_courier_and_the_service_account_log_in_by_client_credentials(world: World) -> None:
    assert world.sdk(world.ward).users.get_user_me().login == world.ward.login
    assert world.sdk(None).users.get_user_me().login == world.application.service_account.login


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"box_subject_id": "0"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_refuses_as_oauth_does(world: World, change: dict[str, str], error: str) -> None:
    form = {
        "grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        "box_subject_type": "user", "box_subject_id": world.ward.id,
    }  # fmt: skip
    answer = world.plain.post(f"{world.box.api_url}/oauth2/token", data=form | change)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == error


def test_an_app_the_administrator_has_not_approved_gets_no_token(world: World) -> None:
    world.application.authorized = False
    with pytest.raises(BoxAPIError) as caught:
        world.sdk(world.ward).users.get_user_me()
    assert caught.value.response_info.body["error"] == "unauthorized_client"


def test_a_token_expires_by_the_clock_and_the_sdk_fetches_another(world: World) -> None:
    client = world.sdk(world.ward, attempts=2)
    client.users.get_user_me()
    world.clock.now += world.state.tokens.life
    assert client.users.get_user_me().id == world.ward.id
    assert [one.status for one in world.box.requests] == [200, 200, 401, 200, 200]


def test_an_unknown_or_revoked_token_is_challenged(world: World) -> None:
    client = world.sdk(world.ward)
    client.users.get_user_me()
    client.auth.revoke_token(network_session=client.network_session)
    world.state.tokens.revoke_all()
    answer = world.plain.get(f"{world.box.api_url}/2.0/users/me", headers={"Authorization": "Bearer nothing"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="Service", error="invalid_token"')


def test_an_assertion_counts_once_and_only_when_its_signature_holds(world: World) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    world.application.public_keys["k1"] = public_key(pem)

    def asked(**more: object) -> dict[str, Any]:
        claims = {
            "iss": CLIENT_ID, "sub": ENTERPRISE, "box_sub_type": "enterprise", "aud": AUDIENCE,
            "jti": uuid.uuid4().hex, "exp": int(world.clock.now) + 30,
        }  # fmt: skip
        parts = [
            base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=")
            for one in ({"alg": "RS256", "kid": "k1"}, claims | more)
        ]
        signature = key.sign(b".".join(parts), PKCS1v15(), hashes.SHA256())
        form["assertion"] = b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()
        return sent()

    def sent() -> dict[str, Any]:
        found: dict[str, Any] = world.plain.post(f"{world.box.api_url}/oauth2/token", data=form).json()
        return found

    form = {"grant_type": JWT_BEARER, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    token = asked()["access_token"]
    assert world.state.tokens.user_of(f"Bearer {token}") == world.application.service_account
    assert sent()["error"] == "invalid_grant"  # the same once more
    assert asked(exp=int(world.clock.now) + 61)["error"] == "invalid_grant"
    assert asked(exp=int(world.clock.now))["error"] == "invalid_grant"
    assert asked(aud="https://example.jp/")["error"] == "invalid_grant"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert asked()["error_description"] == "OAuth JWT signature verification error"


# ---- names


def test_names_that_fold_alike_are_one_name(world: World) -> None:
    client = world.sdk(world.ward)
    there = put(client, world.folder.id, "Bündel.zip", b"1")
    with pytest.raises(BoxAPIError) as caught:
        put(client, world.folder.id, "BU\u0308NDEL.ZIP", b"2")
    info = caught.value.response_info
    assert (info.status_code, info.code) == (409, "item_name_in_use")
    conflict = info.context_info["conflicts"]
    assert (conflict["id"], conflict["name"], conflict["sha1"]) == (there.id, "Bündel.zip", there.sha_1)
    assert conflict["etag"] == "0"


@pytest.mark.parametrize("name", ["", ".", "..", " a", "a ", "a/b", "a\\b", "a\x07", "a" * 256])
def test_some_names_are_not_allowed(world: World, name: str) -> None:
    parent = CreateFolderParent(world.folder.id)
    answer = world.ask(
        "OPTIONS", "/2.0/files/content", world.ward, json={"name": name, "parent": {"id": world.folder.id}}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "item_name_invalid")
    if 0 < len(name) <= 255:  # the contract itself forbids to ask for the others
        action = lambda: world.sdk(world.ward).folders.create_folder(name, parent)  # noqa: E731
        assert refusal(action) == (400, "item_name_invalid")


def test_a_folder_in_the_way_of_a_folder_is_told_in_a_list(world: World) -> None:
    client = world.sdk(world.ward)
    made = client.folders.create_folder("2026", CreateFolderParent(world.folder.id))
    with pytest.raises(BoxAPIError) as caught:
        client.folders.create_folder("2026", CreateFolderParent(world.folder.id))
    conflicts = caught.value.response_info.context_info["conflicts"]
    assert [one["id"] for one in conflicts] == [made.id]


# ---- folders and files


def test_a_folder_is_listed_by_offset_and_by_marker(world: World) -> None:
    for number in range(5):
        world.state.put(world.folder.id, f"{number}.zip", b"x", world.contractor)
    client = world.sdk(world.ward)
    by_offset = client.folders.get_folder_items(world.folder.id, offset=3, limit=3)
    assert [one.name for one in by_offset.entries] == ["3.zip", "4.zip"]
    assert (by_offset.total_count, by_offset.offset, by_offset.limit) == (5, 3, 3)
    first = client.folders.get_folder_items(world.folder.id, usemarker=True, limit=3)
    client.files.delete_file_by_id(first.entries[0].id)
    rest = client.folders.get_folder_items(world.folder.id, usemarker=True, limit=3, marker=first.next_marker)
    assert [one.name for one in (*first.entries, *rest.entries)] == [f"{number}.zip" for number in range(5)]
    assert rest.next_marker is None
    last = client.folders.get_folder_items(world.folder.id, sort="name", direction="DESC", limit=1)
    assert last.entries[0].name == "4.zip"


def test_only_the_fields_asked_for_are_told(world: World) -> None:
    world.state.put(world.folder.id, "a.zip", b"abc", world.contractor)
    client = world.sdk(world.ward)
    (entry,) = client.folders.get_folder_items(world.folder.id, fields=["name", "size", "sha1"]).entries
    assert entry.to_dict() == {
        "type": "file", "id": entry.id, "etag": "0", "name": "a.zip", "size": 3,
        "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    }  # fmt: skip
    root = client.folders.get_folder_by_id("0")
    assert [one.name for one in root.item_collection.entries] == ["exchange"]


def test_a_folder_tells_and_takes_its_settings(world: World) -> None:
    client = world.sdk(world.contractor)
    world.folder.classification = {"name": "個人情報", "color": "#ff0000"}
    path = f"/2.0/folders/{world.folder.id}"
    changes = {
        "shared_link": {"access": "open"}, "folder_upload_email": {"access": "open"},
        "can_non_owners_invite": False, "is_collaboration_restricted_to_enterprise": True,
    }  # fmt: skip
    assert world.ask("PUT", path, world.contractor, json=changes).status_code == 200
    fields = [*changes, "classification", "permissions", "owned_by", "has_collaborations"]
    told = client.folders.get_folder_by_id(world.folder.id, fields=fields)
    assert told.shared_link.access == "open"
    assert told.folder_upload_email.access == "open"
    assert told.can_non_owners_invite is False
    assert told.is_collaboration_restricted_to_enterprise is True
    assert told.classification.name == "個人情報"
    assert told.permissions.can_upload is True
    assert told.has_collaborations is True
    closed = {"shared_link": None, "folder_upload_email": None}
    assert world.ask("PUT", path, world.contractor, json=closed).json()["shared_link"] is None


def test_a_file_is_renamed_moved_and_guarded_by_its_etag(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"a", world.contractor)
    client = world.sdk(world.ward)
    inner = client.folders.create_folder("inner", CreateFolderParent(world.folder.id))
    moved = client.files.update_file_by_id(
        file.id, name="b.zip", parent=CreateFolderParent(inner.id), if_match="0"
    )
    assert (moved.name, moved.parent.id, moved.etag) == ("b.zip", inner.id, "1")
    assert [one.name for one in moved.path_collection.entries] == ["All Files", "exchange", "inner"]
    assert refusal(lambda: client.files.update_file_by_id(file.id, name="c", if_match="0"))[0] == 412
    assert refusal(lambda: client.files.delete_file_by_id(file.id, if_match="0"))[0] == 412
    assert (
        world.ask("GET", f"/2.0/files/{file.id}", world.ward, headers={"If-None-Match": "1"}).status_code
        == 304
    )
    assert refusal(lambda: client.folders.delete_folder_by_id(inner.id)) == (400, "folder_not_empty")
    client.folders.delete_folder_by_id(inner.id, recursive=True)
    assert refusal(lambda: client.files.get_file_by_id(file.id)) == (404, "trashed")


def test_what_is_deleted_lies_in_the_trash_until_it_is_restored_or_purged(world: World) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"a", world.contractor)
    client = world.sdk(world.ward)
    client.files.delete_file_by_id(file.id)
    assert client.folders.get_folder_items(world.folder.id).entries == []
    assert [one.id for one in client.trashed_items.get_trashed_items().entries] == [file.id]
    assert client.trashed_files.get_trashed_file_by_id(file.id).item_status == "trashed"
    world.state.put(world.folder.id, "A.zip", b"b", world.contractor)
    assert refusal(lambda: client.trashed_files.restore_file_from_trash(file.id)) == (409, "item_name_in_use")
    client.trashed_files.restore_file_from_trash(file.id, name="a-1.zip")
    assert world.state.content(file.id) == b"a"
    client.files.delete_file_by_id(file.id)
    client.trashed_files.delete_trashed_file_by_id(file.id)
    assert refusal(lambda: client.trashed_files.get_trashed_file_by_id(file.id)) == (404, "not_found")


# ---- who may do what


@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_decides_what_its_holder_may_do(world: World, role: str) -> None:
    file = world.state.put(world.folder.id, "a.zip", b"a", world.contractor)
    world.state.collaborate(world.folder, world.ward, role)
    client = world.sdk(world.ward)
    may = {
        "list": lambda: client.folders.get_folder_items(world.folder.id),
        "upload": lambda: put(client, world.folder.id, "b.zip", b"b"),
        "download": lambda: client.downloads.get_download_file_url(file.id),
        "edit": lambda: client.files.update_file_by_id(file.id, name="c.zip"),
        "delete": lambda: client.files.delete_file_by_id(file.id),
    }
    for right, action in may.items():
        if right in RIGHTS[role]:
            action()
        else:
            assert refusal(action) == (403, "access_denied_insufficient_permissions"), right


@pytest.mark.parametrize("change", ["withdrawn", "expired", "pending"])
def test_without_access_a_folder_does_not_exist(world: World, change: str) -> None:
    if change == "withdrawn":
        world.state.withdraw(world.folder, world.ward)
    elif change == "expired":
        world.state.collaborate(world.folder, world.ward, "editor", expires_at=world.clock.now)
    else:
        world.state.collaborate(world.folder, world.ward, "editor", status="pending")
    client = world.sdk(world.ward)
    assert refusal(lambda: client.folders.get_folder_items(world.folder.id)) == (404, "not_found")
    assert client.folders.get_folder_items("0").entries == []


def test_collaborations_are_listed_with_those_of_the_folders_above(world: World) -> None:
    inner = world.state.add_folder("inner", world.contractor, world.folder.id)
    file = world.state.put(inner.id, "a.zip", b"a", world.contractor)
    world.state.collaborate(
        inner, world.stranger, "viewer", status="pending", invite_email="stranger@example.com"
    )
    listed = world.sdk(world.ward).list_collaborations
    entries = listed.get_folder_collaborations(inner.id).entries
    assert [(one.role, one.status) for one in entries] == [("editor", "accepted"), ("viewer", "pending")]
    assert entries[0].accessible_by.login == world.ward.login
    assert (entries[1].accessible_by, entries[1].invite_email) == (None, "stranger@example.com")
    page = listed.get_folder_collaborations(inner.id, limit=1)
    rest = listed.get_folder_collaborations(inner.id, limit=1, marker=page.next_marker)
    assert ([one.id for one in rest.entries], rest.next_marker) == ([entries[1].id], "")
    assert len(listed.get_file_collaborations(file.id).entries) == 2
    world.folder.can_non_owners_view_collaborators = False
    assert refusal(lambda: listed.get_folder_collaborations(inner.id))[0] == 403


# ---- events


def test_events_tell_who_did_what_and_from_where(world: World) -> None:
    client, admin = world.sdk(world.ward), world.sdk(None)
    start = client.events.get_events(stream_position="now").next_stream_position
    admin_start = admin.events.get_events(
        stream_type="admin_logs_streaming", stream_position="now"
    ).next_stream_position
    file = put(client, world.folder.id, "a.zip", b"a")
    client.downloads.download_file(file.id).read()
    client.files.delete_file_by_id(file.id)
    world.state.collaborate(world.folder, world.stranger, "viewer", by=world.ward)
    own = client.events.get_events(stream_position=str(start))
    assert [one.event_type for one in own.entries] == [
        "ITEM_UPLOAD", "ITEM_DOWNLOAD", "ITEM_TRASH", "COLLAB_ADD_COLLABORATOR",
    ]  # fmt: skip
    assert client.events.get_events(stream_position=str(own.next_stream_position)).entries == []
    first = admin.events.get_events(stream_type="admin_logs_streaming", stream_position=admin_start, limit=3)
    rest = admin.events.get_events(
        stream_type="admin_logs_streaming", stream_position=first.next_stream_position
    )
    events = [*first.entries, *rest.entries]
    assert [one.event_type for one in events] == ["UPLOAD", "DOWNLOAD", "DELETE", "COLLABORATION_INVITE"]
    assert {one.created_by.login for one in events} == {world.ward.login}
    assert {one.ip_address for one in events} == {"127.0.0.1"}
    assert {one.event_id for one in events} >= {one.event_id for one in own.entries}


def test_the_enterprises_events_are_for_administrators_and_can_be_dated(world: World) -> None:
    assert refusal(lambda: world.sdk(world.ward).events.get_events(stream_type="admin_logs"))[0] == 403
    world.clock.now += 3600
    world.state.put(world.folder.id, "a.zip", b"a", world.contractor)
    query = {
        "stream_type": "admin_logs", "event_type": "UPLOAD", "created_after": "2026-09-21T23:30:00+09:00"
    }  # fmt: skip
    answer = world.ask("GET", "/2.0/events", world.application.service_account, params=query).json()
    assert [one["source"]["item_name"] for one in answer["entries"]] == ["a.zip"]


def test_what_box_does_not_have_is_not_found_and_nothing_else(world: World) -> None:
    assert refusal(lambda: world.sdk(world.ward).files.get_file_by_id("1")) == (404, "not_found")
    assert isinstance(world.state.put(world.folder.id, "a", b"", world.contractor), File)
    answer = world.ask("GET", "/2.0/files/999", world.ward).json()
    assert {"type", "status", "code", "help_url", "message", "request_id", "context_info"} == set(answer)
