"""What the stand-in and its clients say is held against Box's published contract, and the known gaps are narrow."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from box_sdk_gen import UploadFileAttributes, UploadFileAttributesParentField

from tests.box import shapes
from tests.box.conftest import World
from tests.box.contract import KNOWN_GAPS, NAME, VARIABLE, Contract, contract_path
from tests.box.faults import Fault


@pytest.fixture
def held(world: World, contract_file: Path) -> Iterator[Contract]:
    """The contract of the stand-in; what a test finds it must take away itself."""
    assert world.box.contract is not None
    yield world.box.contract


def test_the_contract_is_looked_for_where_it_is_said_or_beside_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    monkeypatch.delenv(VARIABLE, raising=False)
    assert contract_path(checkout) == tmp_path / "shared" / "reference" / NAME
    monkeypatch.setenv(VARIABLE, "/elsewhere/box.json")
    assert contract_path(checkout) == Path("/elsewhere/box.json")


def test_ordinary_traffic_goes_by_the_contract(world: World, held: Contract) -> None:
    client = world.sdk(world.ward)
    attributes = UploadFileAttributes("a.zip", UploadFileAttributesParentField(world.folder.id))
    (file,) = client.uploads.upload_file(attributes, io.BytesIO(b"abc"), fields=["sha1", "size"]).entries
    client.folders.get_folder_items(world.folder.id, fields=["name", "sha1"], limit=1000, usemarker=True)
    client.downloads.download_file(file.id).read()
    client.list_collaborations.get_folder_collaborations(world.folder.id)
    client.files.delete_file_by_id(file.id, if_match="0")
    assert held.violations == []


def test_an_answer_that_breaks_the_contract_is_found(
    world: World, held: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = shapes.folder_full

    def wrong(*of: Any) -> dict[str, Any]:
        return {**honest(*of), "item_status": "shredded"}

    monkeypatch.setattr(shapes, "folder_full", wrong)
    world.ask("GET", f"/2.0/folders/{world.folder.id}", world.ward)
    (found,) = held.violations
    assert (found.method, found.status, found.side) == ("GET", 200, "response")
    assert found.what.startswith("item_status: 'shredded' is not one of")
    held.violations.clear()


@pytest.mark.parametrize(
    ("method", "path", "more", "what"),
    [
        ("GET", "/2.0/folders/0/items", {"params": {"limit": 5000}}, "5000 is greater than the maximum"),
        ("GET", "/2.0/folders/0/items", {"params": {"sort": "colour"}}, "'colour' is not one of"),
        ("POST", "/2.0/folders", {"json": {"name": "a"}}, "'parent' is a required property"),
        ("PUT", "/2.0/folders/0", {"json": {"name": 5}}, "5 is not of type 'string'"),
        ("GET", "/2.0/nonsense", {}, "Path not found"),
        ("PUT", "/2.0/events", {}, "Operation put not found"),
        ("PUT", "/2.0/files/upload_sessions/AB", {"data": b"x"}, "Server not found"),
        ("PUT", "/api/2.0/files/upload_sessions/AB", {"data": b"x"}, "Missing required header parameter"),
    ],
)
def test_a_request_that_breaks_the_contract_is_found(
    world: World, held: Contract, method: str, path: str, more: dict[str, object], what: str
) -> None:
    world.ask(method, path, world.ward, **more)
    assert {one.side for one in held.violations} == {"request"}
    assert what in held.violations[0].what
    held.violations.clear()


def test_an_upload_without_a_parent_is_found_although_contents_are_not_looked_at(
    world: World, held: Contract
) -> None:
    files = {"attributes": (None, json.dumps({"name": "a.zip"})), "file": ("a.zip", b"abc")}
    world.ask("POST", "/api/2.0/files/content", world.ward, files=files)
    assert ["'parent' is a required property" in one.what for one in held.violations] == [True]
    held.violations.clear()


def test_what_a_fault_has_spoilt_is_not_held_against_the_contract(world: World, held: Contract) -> None:
    world.box.faults.order(Fault("GET", "/users/me", status=202))
    world.ask("GET", "/2.0/users/me", world.ward)
    assert held.violations == []


def test_the_known_gaps_have_names_and_reasons() -> None:
    assert len({gap.name for gap in KNOWN_GAPS}) == len(KNOWN_GAPS)
    assert all(len(gap.why) > 40 for gap in KNOWN_GAPS)


# ---- each gap is one: without it, what Box does is a violation


def conflict(world: World) -> None:
    world.upload(world.ward, "a.zip", b"1")
    world.upload(world.ward, "a.zip", b"2")


def denied(world: World) -> None:
    world.ask("DELETE", "/2.0/folders/0", world.ward)


def preflight(world: World) -> None:
    world.state.put(world.folder.id, "a.zip", b"1", world.contractor)
    wish = {"name": "a.zip", "parent": {"id": world.folder.id}}
    world.ask("OPTIONS", "/2.0/files/content", world.ward, json=wish)


def slash(world: World) -> None:
    wish = {"name": "a.zip", "parent": {"id": world.folder.id}}
    world.ask("OPTIONS", "/2.0/files/content/", world.ward, json=wish)


def plan(world: World) -> None:
    world.state.sessions.smallest = 1
    wish = {"folder_id": world.folder.id, "file_name": "a.zip", "file_size": 4}
    session = world.ask("POST", "/api/2.0/files/upload_sessions", world.ward, json=wish).json()
    world.ask("POST", session["session_endpoints"]["plan"], world.ward, json={"parts": []})


def unshared(world: World) -> None:
    world.ask("GET", f"/2.0/folders/{world.folder.id}", world.ward)


def shared(world: World) -> None:
    wish = {"shared_link": {"access": "open"}}
    world.ask("PUT", f"/2.0/folders/{world.folder.id}", world.contractor, json=wish)


def unshare(world: World) -> None:
    world.ask("PUT", f"/2.0/folders/{world.folder.id}", world.contractor, json={"shared_link": None})


def own_events(world: World) -> None:
    world.ask("GET", "/2.0/events", world.ward)


def all_events(world: World) -> None:
    query = {"stream_type": "admin_logs_streaming"}
    world.ask("GET", "/2.0/events", world.application.service_account, params=query)


def invited(world: World) -> None:
    world.state.collaborate(world.folder, world.stranger, "viewer", invite_email="stranger@example.com")
    world.ask("GET", f"/2.0/folders/{world.folder.id}/collaborations", world.ward)


def revoked(world: World) -> None:
    client = world.sdk(world.ward)
    client.users.get_user_me()
    client.auth.revoke_token(network_session=client.network_session)


def named_contents(world: World) -> None:
    attributes = json.dumps({"name": "a.zip", "parent": {"id": world.folder.id}})
    files = {"attributes": (None, attributes), "contents": ("a.zip", b"abc")}
    world.ask("POST", "/api/2.0/files/content", world.ward, files=files)


PROOFS: dict[str, Callable[[World], None]] = {
    "item-name-in-use": conflict,
    "error-codes": denied,
    "preflight-conflicts": preflight,
    "plan-path": plan,
    "shared-link-accessed": shared,
    "null-beside-all-of": unshared,
    "null-to-remove": unshare,
    "event-source": own_events,
    "event-session-id": all_events,
    "pending-invitation": invited,
    "revoke-grant-type": revoked,
    "preflight-slash": slash,
    "file-part-name": named_contents,
}


@pytest.mark.parametrize("name", [gap.name for gap in KNOWN_GAPS])
def test_a_known_gap_is_needed(world: World, held: Contract, contract_file: Path, name: str) -> None:
    strict = world.box.contract = Contract(contract_file, without=(name,))
    PROOFS[name](world)
    assert strict.violations != []
    world.box.contract = held
    assert held.violations == []


def test_a_gap_that_has_been_closed_is_an_error(contract_file: Path, tmp_path: Path) -> None:
    spec = json.loads(contract_file.read_bytes())
    spec["components"]["schemas"]["ClientError"]["properties"]["code"]["enum"].append("item_name_in_use")
    closed = tmp_path / NAME
    closed.write_text(json.dumps(spec))
    with pytest.raises(LookupError, match="no longer has the gap 'item-name-in-use'"):
        Contract(closed)
