"""Two sites, set up by command, exchange over Box: unattended by a credential, and with a person logged in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.box.pretend import PretendBox
from tests.journeys.acting import Machine, Sites

At = Callable[..., Sites]


@pytest.fixture
def box() -> Iterator[PretendBox]:
    with PretendBox() as made:
        yield made


def settings(box: PretendBox, machine: Machine) -> str:
    """What a manager writes down."""
    user = box.contractor if machine.site.value == "contractor" else box.ward
    chosen = box.settings(user)
    names = ("folder", "client_id", "client_secret", "user", "api_url", "upload_url")
    written = "".join(f'{name} = "{getattr(chosen, name)}"\n' for name in names)
    return f"{written}collaborators = {json.dumps(chosen.collaborators)}\n"


@pytest.fixture
def sites(at: At, box: PretendBox, monkeypatch: pytest.MonkeyPatch) -> Sites:
    """Both set up for Box, `IKIIKI_COURIER_CREDENTIAL_FILE` not yet given."""
    sites = at("found")
    for machine in sites.both:
        file = sites.base / f"{machine.site}-box.toml"
        file.write_text(settings(box, machine), encoding="utf-8")
        machine.do("courier", "box", file, "--credential", sites.base / f"{machine.site}.credential")
    return sites


def test_what_is_sealed_at_one_site_reaches_the_other_over_box(sites: Sites, box: PretendBox) -> None:
    contractor, ward = sites.contractor, sites.ward
    contractor.do("intake", "add", "--kana", "モリ ハナ", "--birth-date", "S22.2.2", "--address", "新宿区榎町1-1",
                  "--phone", "03-5273-4000", "--preferences", "A", "--route", "post")  # fmt: skip
    contractor.do("intake", "send")
    assert len(contractor.do("sync")["sent"]) >= 1
    assert ward.do("sync")["imported"]
    with ward.looking() as tx:
        assert [one.applicant.kana for one in tx.applications.all()] == ["モリ ハナ"]
    names = {one.name for one in box.state.children(box.folder, box.contractor)}
    assert any(name.endswith(".zip") for name in names) and not any("森" in name for name in names)


def test_no_secret_lies_in_clear_in_the_vaults_folder(sites: Sites, box: PretendBox) -> None:
    secret = box.settings(box.contractor).client_secret.encode()
    credential = (sites.base / "contractor.credential").read_bytes().strip()
    for path in sites.contractor.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert secret not in data and credential not in data, path
    assert (sites.base / "contractor.credential").stat().st_mode & 0o777 == 0o600


def test_the_courier_alone_needs_its_credential_and_nothing_of_the_vault(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.carrying import courier_run
    from core.errors import LoginFailed

    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.delenv("IKIIKI_COURIER_CREDENTIAL_FILE", raising=False)
    with pytest.raises(LoginFailed, match="資格情報") as caught:
        courier_run(sites.contractor.folder)
    assert caught.value.exit_code == 4
    monkeypatch.setenv("IKIIKI_COURIER_CREDENTIAL_FILE", str(sites.base / "ward.credential"))
    with pytest.raises(LoginFailed, match="この拠点のものではありません"):
        courier_run(sites.contractor.folder)
    monkeypatch.setenv("IKIIKI_COURIER_CREDENTIAL_FILE", str(sites.base / "contractor.credential"))
    assert json.dumps(courier_run(sites.contractor.folder).document())


def test_an_existing_file_is_never_overwritten_by_a_credential(sites: Sites, box: PretendBox) -> None:
    file = sites.base / "contractor-box.toml"
    sites.contractor.refused("courier", "box", file, "--credential", file, code=2)
    assert "client_secret" in file.read_text()


def test_handlers_may_not_change_the_way_into_box(sites: Sites) -> None:
    sites.contractor.engage("c-one", "取扱者", "handler")
    one = Machine(sites.base, sites.contractor.site, staff="c-one")
    one.refused(
        "courier", "box", sites.base / "contractor-box.toml", "--credential", sites.base / "x", code=3
    )
    assert not Path(sites.base / "x").exists()


def test_a_stranger_in_the_folder_stops_what_goes_out_and_nothing_else(sites: Sites, box: PretendBox) -> None:
    contractor, ward = sites.contractor, sites.ward
    contractor.do("sync")
    before = {one.name for one in box.state.children(box.folder, box.contractor)}
    box.state.collaborate(box.folder, box.state.add_user("stranger@example.com"), "viewer")
    assert "許可していない人" in ward.refused("sync", code=3)
    with ward.looking() as tx:
        assert [row.kind for row in tx.bundles.list("in")] == ["programme"], "what had come was taken in"
    assert {one.name for one in box.state.children(box.folder, box.contractor)} == before


def test_what_boxs_log_cannot_explain_is_told_by_every_sync_and_ends_the_command_with_1(
    sites: Sites, box: PretendBox
) -> None:
    contractor = sites.contractor
    assert contractor.do("sync")["box_log"] == []
    assert contractor.do("log", "box")["findings"] == [], "and it ends with 0"
    box.state.put(box.folder.id, "names.xlsx", b"names", box.ward)
    (
        contractor.folder / "courier" / "box-watch.json"
    ).unlink()  # or it would be asked again in a quarter of an hour
    (told,) = contractor.do("sync")["box_log"]
    assert "1件" in told["what"] and "ikiiki log box" in told["next_step"]
    spoken = contractor.runner(contractor.words("log", "box", json_=False), contractor.env())
    assert spoken.code == 1 and "names.xlsx" in spoken.out
    seen = contractor.run("log", "box")
    assert seen.code == 1
    (finding,) = seen.json["findings"]
    assert told["what"] in [one["what"] for one in contractor.do("status")["late"]]
    contractor.do("log", "answer", finding["id"], "--reason", "partner")
    assert contractor.do("log", "box")["findings"] == [] and contractor.do("sync")["box_log"] == []


def test_the_courier_alone_cannot_hold_boxs_log_against_the_ledgers(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.carrying import courier_run

    monkeypatch.setenv("IKIIKI_COURIER_CREDENTIAL_FILE", str(sites.base / "contractor.credential"))
    assert courier_run(sites.contractor.folder).document()["box_log"] is None
