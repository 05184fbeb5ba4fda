"""Nothing goes up while somebody else can get at the folder, and reading goes on; each case made for real at the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Refused, RemoteUnreachable, UsageError
from core.exchange.remote import Put, RemoteExposed, RemoteReadOnly
from storage.remotes.box.guard import LASTS
from storage.remotes.box.settings import BoxSettings
from storage.remotes.box.sharing import grants_of
from tests.box.faults import Fault
from tests.box.pretend import PretendBox
from tests.box.things import User

DATA = b"sealed" * 100
LINK = {"url": "https://app.box.com/s/x", "access": "open", "effective_access": "open", "effective_permission": "can_download",
        "is_password_enabled": False, "download_count": 0, "preview_count": 0, "download_url": None, "vanity_url": None,
        "vanity_name": None, "unshared_at": None}  # fmt: skip


@pytest.fixture
def box() -> Iterator[PretendBox]:
    with PretendBox() as made:
        yield made


@pytest.fixture
def stranger(box: PretendBox) -> User:
    return box.state.add_user("stranger@example.com", enterprise="901")


def uploads(box: PretendBox) -> int:
    return sum(one.method == "POST" and "files" in one.path for one in box.server.requests)


def stopped(box: PretendBox, tmp_path: Path, user: User | None = None, **more: object) -> RemoteExposed:
    """An upload that is refused before a byte is sent, while what lies there can be read as before."""
    box.state.put(box.folder.id, "there", DATA, box.contractor)
    before = uploads(box)
    remote = box.remote(user or box.contractor, tmp_path, **more)
    with pytest.raises(RemoteExposed) as caught:
        remote.put("new", DATA)
    assert uploads(box) == before and [one.name for one in remote.list()] == ["there"]
    assert remote.get("there", len(DATA)) == DATA
    assert isinstance(caught.value, Refused) and caught.value.exit_code == 3 and caught.value.next_step
    return caught.value


@pytest.mark.parametrize("who", ["contractor", "ward"])
def test_between_the_two_named_sites_all_goes_up(box: PretendBox, tmp_path: Path, who: str) -> None:
    assert box.remote(getattr(box, who), tmp_path).put("new", DATA) is Put.CREATED


def test_a_stranger_among_the_collaborators_stops_it_by_name(
    box: PretendBox, tmp_path: Path, stranger: User
) -> None:
    box.state.collaborate(box.folder, stranger, "viewer")
    assert stopped(box, tmp_path).where == "stranger@example.com"


def test_one_who_is_only_invited_stops_it_too(box: PretendBox, tmp_path: Path, stranger: User) -> None:
    box.state.collaborate(box.folder, stranger, "viewer", status="pending")
    assert stopped(box, tmp_path).where == "stranger@example.com"


def test_one_invited_by_address_alone_stops_it_too(box: PretendBox, tmp_path: Path, stranger: User) -> None:
    box.state.collaborate(box.folder, stranger, "viewer", status="pending", invite_email="nobody@example.org")
    assert stopped(box, tmp_path).where == "nobody@example.org"


def test_who_declined_has_no_access(box: PretendBox, tmp_path: Path, stranger: User) -> None:
    box.state.collaborate(box.folder, stranger, "viewer", status="rejected")
    assert box.remote(box.contractor, tmp_path).put("new", DATA) is Put.CREATED


def test_one_who_came_by_a_folder_above_stops_it_too(box: PretendBox, tmp_path: Path, stranger: User) -> None:
    above = box.state.add_folder("above", box.contractor)
    box.folder.parent = above.id
    box.state.collaborate(above, stranger, "viewer")
    assert stopped(box, tmp_path).where == "stranger@example.com"


def test_a_group_stops_it_since_nobody_sees_who_is_in_it(
    box: PretendBox, tmp_path: Path, stranger: User
) -> None:
    box.state.collaborate(box.folder, stranger, "viewer").group = "everybody"
    assert "グループ" in stopped(box, tmp_path).where


def test_a_stranger_on_the_second_page_is_met(
    box: PretendBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.remotes.box.sharing._PAGE", 1)
    box.state.collaborate(box.folder, box.state.add_user("second@example.com"), "viewer")
    assert stopped(box, tmp_path).where == "second@example.com"


def test_the_owner_needs_not_be_on_the_list_where_it_is_ourselves(box: PretendBox, tmp_path: Path) -> None:
    alone = (box.ward.login,)
    assert box.remote(box.contractor, tmp_path, collaborators=alone).put("new", DATA) is Put.CREATED


def test_any_other_owner_must_be_on_the_list(box: PretendBox, tmp_path: Path) -> None:
    assert (
        stopped(box, tmp_path, box.ward, collaborators=(box.ward.login,)).where
        == f"所有者 {box.contractor.login}"
    )


def test_logins_are_compared_in_any_case(box: PretendBox, tmp_path: Path) -> None:
    shouted = tuple(f" {one.login.upper()}" for one in (box.contractor, box.ward))
    assert box.remote(box.ward, tmp_path, collaborators=shouted).put("new", DATA) is Put.CREATED


def test_without_a_list_nothing_goes_up(box: PretendBox, tmp_path: Path) -> None:
    assert stopped(box, tmp_path, collaborators=()).where == "collaborators"


def link_folder(box: PretendBox) -> None:
    box.folder.shared_link = dict(LINK)


def link_above(box: PretendBox) -> None:
    above = box.state.add_folder("above", box.contractor)
    above.shared_link = dict(LINK)
    box.folder.parent = above.id


def link_file(box: PretendBox) -> None:
    box.state.put(box.folder.id, "there", DATA, box.contractor).shared_link = dict(LINK)


@pytest.mark.parametrize(
    ("make", "where"), [(link_folder, "フォルダ"), (link_above, "フォルダ"), (link_file, "there")]
)
def test_a_shared_link_stops_it(
    box: PretendBox, tmp_path: Path, make: Callable[[PretendBox], None], where: str
) -> None:
    make(box)
    error = stopped(box, tmp_path)
    assert error.where == where and "共有リンク" in error.what


def test_what_cannot_be_seen_is_no_pass(box: PretendBox, tmp_path: Path) -> None:
    box.folder.can_non_owners_view_collaborators = False
    error = stopped(box, tmp_path, box.ward)
    assert "403" in error.where and "確かめられない" in error.what


def test_what_cannot_be_seen_passes_by_written_word_alone(box: PretendBox, tmp_path: Path) -> None:
    box.folder.can_non_owners_view_collaborators = False
    accepting = {"collaborators_unverifiable": "accept"}
    assert box.remote(box.ward, tmp_path, **accepting).put("new", DATA) is Put.CREATED
    link_folder(box)
    with pytest.raises(RemoteExposed, match="共有リンク"):
        box.remote(box.ward, tmp_path, **accepting).put("newer", DATA)


@pytest.mark.parametrize("invited", [{}, {"status": "pending", "invite_email": ""}])
def test_where_box_does_not_say_who_we_are_one_without_a_login_is_still_a_stranger(
    box: PretendBox, tmp_path: Path, stranger: User, invited: dict[str, str]
) -> None:
    """A group's members, and whoever holds an invitation without a name, are seen by nobody: no written word is about them."""
    entry = box.state.collaborate(box.folder, stranger, "viewer", **invited)
    entry.group = "" if invited else "everybody"
    box.server.faults.order(Fault("GET", "users/me", status=403))
    where = stopped(box, tmp_path, collaborators_unverifiable="accept").where
    assert where == ("名前の示されない招待" if invited else "グループ（中の人を確かめられません）")


@pytest.mark.parametrize("path", ["users/me", r"folders/\d+$", "collaborations", "items"])
def test_each_question_that_is_refused_stops_it(box: PretendBox, tmp_path: Path, path: str) -> None:
    box.server.faults.order(Fault("GET", path, status=403))
    assert "403" in stopped(box, tmp_path).where


def test_who_may_only_read_is_told_that_and_not_of_strangers(
    box: PretendBox, tmp_path: Path, stranger: User
) -> None:
    box.state.collaborate(box.folder, box.ward, "viewer")
    box.state.collaborate(box.folder, stranger, "viewer")
    with pytest.raises(RemoteReadOnly):
        box.remote(box.ward, tmp_path).put("new", DATA)


def test_one_good_answer_serves_ten_seconds_and_no_longer(
    box: PretendBox, tmp_path: Path, stranger: User
) -> None:
    now = [0.0]
    remote = box.remote(box.contractor, tmp_path, ageing=lambda: now[0])
    asked = lambda: sum("collaborations" in one.path for one in box.server.requests)  # noqa: E731
    remote.put("a", DATA)
    now[0] = LASTS - 0.1
    remote.put("b", DATA)
    assert asked() == 1
    box.state.collaborate(box.folder, stranger, "viewer")
    now[0] = LASTS
    with pytest.raises(RemoteExposed):
        remote.put("c", DATA)
    box.state.withdraw(box.folder, stranger)
    assert remote.put("c", DATA) is Put.CREATED, "a bad answer is never kept"
    assert asked() == 3


def test_threads_that_upload_together_ask_once_together(box: PretendBox, tmp_path: Path) -> None:
    remote = box.remote(box.contractor, tmp_path)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda number: remote.put(f"a{number}", DATA), range(16))) == {Put.CREATED}
    assert sum("collaborations" in one.path for one in box.server.requests) == 1


def test_what_a_stranger_is_called_cannot_write_into_an_error() -> None:
    odd = {"accessible_by": {"type": "user", "login": "a\x1b[2J\u202e" + "x" * 200}, "status": "accepted"}
    (grant,) = grants_of([odd])
    assert grant.who.startswith("a??2J?x") and len(grant.who) == 60


def test_an_answer_that_makes_no_sense_stops_it(box: PretendBox, tmp_path: Path) -> None:
    box.server.faults.order(Fault("GET", "users/me", status=200, body=b"{}"))
    with pytest.raises(RemoteUnreachable):
        box.remote(box.contractor, tmp_path).put("new", DATA)
    assert uploads(box) == 0


def test_settings_without_names_are_refused_when_they_are_given() -> None:
    text = 'folder = "1"\nclient_id = "a"\nclient_secret = "b"\nuser = "2"\n'
    with pytest.raises(UsageError, match="collaborators"):
        BoxSettings.from_toml(text)
    chosen = BoxSettings.from_toml(text + 'collaborators = ["a@example.jp"]\n')
    assert BoxSettings.from_bytes(chosen.to_bytes()) == chosen
    with pytest.raises(UsageError, match="collaborators_unverifiable"):
        replace(chosen, collaborators_unverifiable="yes")
