"""Every verdict on the Box folder, made at the stand-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from storage.remotes.box import inspection
from storage.remotes.box.inspection import box_checks
from storage.remotes.box.patience import Patience
from tests.box.clients import CLIENT_SECRET
from tests.box.faults import Fault
from tests.box.items_api import new_link
from tests.box.pretend import PretendBox

Verdicts = Callable[..., dict[str, str]]
IN_ORDER = {
    "box.login": "passed", "box.folder": "passed", "box.owner": "passed", "box.collaborators": "passed",
    "box.links": "passed", "box.files": "passed", "box.invitations": "passed", "box.enterprise": "passed",
    "box.email": "passed", "box.classification": "unknown", "box.rights": "passed", "box.scope": "passed",
    "box.region": "unknown",
}  # fmt: skip


def look(box: PretendBox, user: Any = None, **more: Any) -> Any:
    return box_checks(
        box.settings(user or box.ward, **more), patience=Patience(sleep=box.waited.append, attempts=2)
    )


def test_a_folder_in_order_passes_and_what_box_does_not_tell_is_said(
    box: PretendBox, verdicts: Verdicts
) -> None:
    assert verdicts(look(box)) == IN_ORDER


def owned_by_another(box: PretendBox) -> None:
    box.folder.owner = box.state.add_user("elsewhere@example.com")


def stranger(box: PretendBox) -> None:
    box.state.collaborate(box.folder, box.state.add_user("stranger@example.com"), "viewer")


def invited(box: PretendBox) -> None:
    box.state.collaborate(box.folder, box.state.add_user("s@example.com"), "viewer", status="pending")


def link(box: PretendBox) -> None:
    box.folder.shared_link = new_link({}, box.folder)


def link_above(box: PretendBox) -> None:
    above = box.state.add_folder("above", box.contractor)
    above.shared_link = new_link({}, above)
    box.folder.parent = above.id


def link_on_a_file(box: PretendBox) -> None:
    file = box.state.put(box.folder.id, "a.zip", b"x", box.contractor)
    file.shared_link = new_link({}, file)


def stranger_on_a_file(box: PretendBox) -> None:
    file = box.state.put(box.folder.id, "a.zip", b"x", box.contractor)
    box.state.collaborate(file, box.state.add_user("stranger@example.com"), "viewer")


def anybody_invites(box: PretendBox) -> None:
    box.folder.can_non_owners_invite = True


def invites_go_out(box: PretendBox) -> None:
    box.folder.is_collaboration_restricted_to_enterprise = False


def mail(box: PretendBox) -> None:
    box.folder.folder_upload_email = {"access": "open", "email": "x@u.box.com"}


def no_download(box: PretendBox) -> None:
    box.state.collaborate(box.folder, box.ward, "uploader")


def co_owner(box: PretendBox) -> None:
    box.state.collaborate(box.folder, box.ward, "co-owner")


def administrator(box: PretendBox) -> None:
    _become(box, role="admin")


def abroad(box: PretendBox) -> None:
    _become(box, role="admin")
    box.state.users[box.contractor.id] = replace(box.contractor, zone="Tokyo / Dublin")


def _become(box: PretendBox, **changes: Any) -> None:
    """The ward's account with other rights; tokens given from now on speak for that."""
    changed = replace(box.ward, **changes)
    box.state.users[changed.id] = changed
    for application in box.state.tokens.applications.values():
        application.users[changed.id] = changed


@pytest.mark.parametrize(
    ("make", "name", "says"),
    [
        (owned_by_another, "box.owner", "elsewhere@example.com"),
        (stranger, "box.collaborators", "stranger@example.com"),
        (invited, "box.collaborators", "s@example.com"),
        (link, "box.links", "フォルダにあります"),
        (link_above, "box.links", "上のフォルダ"),
        (link_on_a_file, "box.links", "a.zip"),
        (stranger_on_a_file, "box.files", "a.zip: stranger@example.com"),
        (anybody_invites, "box.invitations", "所有者でない人も"),
        (invites_go_out, "box.enterprise", "外"),
        (mail, "box.email", "だれからでも"),
        (no_download, "box.rights", "ダウンロード"),
        (co_owner, "box.rights", "招待できます"),
        (administrator, "box.scope", "一覧を見られます"),
        (abroad, "box.region", "Tokyo / Dublin"),
    ],
)  # fmt: skip
def test_each_thing_out_of_order_fails_by_its_own_line(
    box: PretendBox, verdicts: Verdicts, make: Callable[[PretendBox], None], name: str, says: str
) -> None:
    make(box)
    checks = look(box)
    assert verdicts(checks)[name] == "failed"
    assert says in next(one.said for one in checks if one.name == name)


def shared_files(box: PretendBox, count: int, stranger: bool = False) -> list[str]:
    """Files that the ward was also let in to by name; the last one, where asked for, a stranger too. Their numbers."""
    files = [box.state.put(box.folder.id, f"{n}.zip", b"x", box.contractor) for n in range(count)]
    for file in files:
        box.state.collaborate(file, box.ward, "viewer")
    if stranger:
        box.state.collaborate(files[-1], box.state.add_user("stranger@example.com"), "viewer")
    return [file.id for file in files]


def of_files(checks: Any) -> Any:
    return next(one for one in checks if one.name == "box.files")


def test_every_file_that_has_people_of_its_own_is_asked(box: PretendBox) -> None:
    shared_files(box, 60, stranger=True)
    assert of_files(look(box)).said == "59.zip: stranger@example.com"


@pytest.mark.parametrize(("stranger", "verdict"), [(False, "unknown"), (True, "failed")])
def test_beyond_the_most_files_it_is_said_how_many_were_asked(
    box: PretendBox, monkeypatch: pytest.MonkeyPatch, stranger: bool, verdict: str
) -> None:
    shared_files(box, 3, stranger)
    monkeypatch.setattr(inspection, "MOST_FILES", 3)
    whole = of_files(look(box))
    assert whole.verdict.value == ("failed" if stranger else "passed") and "個まで" not in whole.said
    shared_files(box, 4)
    found = of_files(look(box))
    assert found.verdict.value == verdict and "4個のうち3個まで確かめました" in found.said and found.next_step


def test_a_file_that_goes_while_it_is_looked_at_is_nobody_s(box: PretendBox, verdicts: Verdicts) -> None:
    gone, _ = shared_files(box, 2)
    box.server.faults.order(Fault("GET", f"/files/{gone}/collaborations", status=404))
    assert verdicts(look(box)) == IN_ORDER


@pytest.mark.parametrize("key", ["can_non_owners_invite", "is_collaboration_restricted_to_enterprise"])
def test_a_setting_that_box_does_not_tell_is_no_lock(
    box: PretendBox, verdicts: Verdicts, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    get = inspection.Questions.get

    def silent(self: Any, path: str, **query: str) -> dict[str, Any]:
        return {name: value for name, value in get(self, path, **query).items() if name != key}

    monkeypatch.setattr(inspection.Questions, "get", silent)
    name = "box.invitations" if "invite" in key else "box.enterprise"
    assert verdicts(look(box)) == IN_ORDER | {name: "failed"}


def test_the_owner_of_the_folder_has_more_rights_than_a_courier_needs(
    box: PretendBox, verdicts: Verdicts
) -> None:
    assert verdicts(look(box, box.contractor)) == IN_ORDER | {"box.rights": "failed"}


def test_a_ward_that_may_only_read_is_in_order(box: PretendBox, verdicts: Verdicts) -> None:
    box.state.collaborate(box.folder, box.ward, "viewer")
    assert verdicts(look(box)) == IN_ORDER


def test_a_region_in_japan_passes_where_box_tells_it(box: PretendBox, verdicts: Verdicts) -> None:
    abroad(box)
    box.state.users[box.contractor.id] = replace(box.contractor, zone="Tokyo / Osaka")
    assert verdicts(look(box))["box.region"] == "passed"


@pytest.mark.parametrize(("there", "verdict"), [("機密", "passed"), ("公開", "failed"), (None, "failed")])
def test_the_classification_asked_for_must_be_there(
    box: PretendBox, verdicts: Verdicts, there: str | None, verdict: str
) -> None:
    box.folder.classification = there and {"name": there, "definition": "", "color": "#FF0000"}
    assert verdicts(look(box, classification="機密"))["box.classification"] == verdict


def test_without_a_list_of_names_nobody_can_be_right(box: PretendBox, verdicts: Verdicts) -> None:
    found = verdicts(look(box, collaborators=()))
    assert found["box.collaborators"] == found["box.owner"] == "failed"


def test_hidden_collaborators_are_unknown_never_passed(box: PretendBox, verdicts: Verdicts) -> None:
    box.folder.can_non_owners_view_collaborators = False
    assert verdicts(look(box)) == IN_ORDER | {"box.collaborators": "unknown"}


@pytest.mark.parametrize("status", [403, 500])
def test_whatever_box_does_not_answer_is_unknown(box: PretendBox, verdicts: Verdicts, status: int) -> None:
    box.server.faults.order(Fault("GET", "/items|/collaborations", status=status, times=99))
    found = verdicts(look(box))
    assert {found[name] for name in ("box.collaborators", "box.links", "box.files")} == {"unknown"}
    box.server.faults.clear()


def test_an_answer_that_makes_no_sense_is_unknown(box: PretendBox, verdicts: Verdicts) -> None:
    box.server.faults.order(Fault("GET", "/collaborations", status=200, body=b'{"entries": [7]}', times=9))
    assert verdicts(look(box))["box.collaborators"] == "unknown"
    box.server.faults.clear()


def test_a_folder_that_is_not_there_fails_and_ends_it(box: PretendBox, verdicts: Verdicts) -> None:
    box.state.withdraw(box.folder, box.ward)
    assert verdicts(look(box)) == {"box.login": "passed", "box.folder": "failed"}


def test_credentials_that_are_refused_fail_and_end_it(box: PretendBox, verdicts: Verdicts) -> None:
    next(iter(box.state.tokens.applications.values())).authorized = False
    checks = look(box)
    assert verdicts(checks) == {"box.login": "failed"}
    assert CLIENT_SECRET not in repr(checks)


def test_nothing_is_changed_by_looking(box: PretendBox) -> None:
    look(box)
    assert {one.method for one in box.server.requests if "oauth2" not in one.path} == {"GET"}
