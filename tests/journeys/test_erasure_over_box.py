"""Erasure over Box: the folder, its bin and old versions are empty afterwards; what the account may not see is said."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.remotes.box.patience import Patience
from tests.box.faults import Fault
from tests.box.pretend import PretendBox
from tests.box.things import File
from tests.journeys.acting import Machine, Sites
from tests.journeys.erasing import NAME, agree, kept, prepared, second

At = Callable[..., Sites]


@pytest.fixture
def box() -> Iterator[PretendBox]:
    with PretendBox() as made:
        yield made


@pytest.fixture
def sites(at: At, box: PretendBox, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """After ⑪, both over Box from now on, with something put there by each."""
    sites = prepared(at, tmp_path_factory, tmp_path / "sites")
    for machine in sites.both:
        user = box.contractor if machine.site.value == "contractor" else box.ward
        chosen = box.settings(user)
        names = ("folder", "client_id", "client_secret", "user", "api_url", "upload_url")
        text = "".join(f'{name} = "{getattr(chosen, name)}"\n' for name in names)
        file = sites.base / f"{machine.site}-box.toml"
        file.write_text(f"{text}collaborators = {json.dumps(chosen.collaborators)}\n", encoding="utf-8")
        machine.do("courier", "box", file, "--credential", credential(machine))
    sites.contractor.do("intake", "edit", 1, "--set", "phone=03-5273-1098")
    sites.contractor.do("intake", "send")
    for _ in range(2):
        for machine in sites.both:
            machine.do("sync")
    return sites


def credential(machine: Machine) -> Path:
    return machine.base / f"{machine.site}.credential"


def ours(box: PretendBox, *, binned: bool) -> list[str]:
    return sorted(
        one.name
        for one in box.state.items.values()
        if isinstance(one, File) and (one.trashed_at is not None) is binned
    )


def test_the_folder_the_bin_and_old_versions_are_empty(sites: Sites, box: PretendBox) -> None:
    contractor = sites.contractor
    put = ours(box, binned=False)
    assert any(name.endswith(".zip") for name in put)
    client = box.remote(box.contractor, sites.base / "notes")
    thrown = next(name for name in put if name.endswith(".manifest"))
    entry = next(one for one in box.state.items.values() if one.name == thrown)
    client._files.delete_file_by_id(entry.id)  # somebody, in Box's own pages
    twice = next(one for one in box.state.children(box.folder, box.contractor) if one.name.endswith(".zip"))
    box.state.put(box.folder.id, twice.name, b"another version of it", box.contractor)
    blobs = [version.blob.path for version in twice.versions]
    assert len(blobs) == 2 and all(path.exists() for path in blobs)
    assert ours(box, binned=True) == [thrown]
    agree(contractor)
    done = contractor.do("erase", "run", "--name", NAME)
    assert done["left"] == 1, "the folder of before Box was used is left to people"
    assert ours(box, binned=False) == [] and ours(box, binned=True) == []
    assert not [path for path in blobs if path.exists()]
    assert not credential(contractor).exists()
    left = kept(contractor)
    left.do("erase", "report", sites.base / "report.pdf")
    copies = json.loads((sites.base / "report.evidence").read_bytes().split(b"\n")[0])["copies"]
    assert [one["name"] for one in copies if one["outcome"] == "left"] == ["folder-1"]
    assert {one["name"] for one in copies if one["kind"] == "remote"} == set(put) - {thrown}
    assert [one["name"].split()[0] for one in copies if one["kind"] == "bin"] == [thrown]
    with left.looking() as tx:
        assert not tx.settings.get("courier_credential")


@pytest.fixture
def unreachable(box: PretendBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Box answers no deletion, and nobody waits between two tries."""
    monkeypatch.setattr(
        "storage.remotes.box.remote.Patience", functools.partial(Patience, sleep=lambda _: None)
    )
    box.server.faults.order(Fault("DELETE", "", times=10_000))


@pytest.mark.usefixtures("unreachable")
def test_box_out_of_reach_is_gone_on_with_by_whoever_logs_in(sites: Sites, box: PretendBox) -> None:
    """The keys are gone at once; the way into Box is kept, for people and for the timer, until Box is empty."""
    contractor = sites.contractor
    agree(contractor)
    contractor.refused("erase", "run", "--name", NAME, code=5)
    assert not (contractor.folder / "vault.json").exists()
    assert (contractor.folder / "courier" / "box.sealed").exists() and credential(contractor).exists()
    box.server.faults.clear()
    contractor.refused("sync", code=4, alone=True)  # nobody is there to open the way
    assert ours(box, binned=False)
    assert second(kept(contractor)).do("ledger", "list")["lines"]
    assert ours(box, binned=False) == [] and ours(box, binned=True) == []
    assert [path.name for path in contractor.folder.iterdir()] == ["erased.json"]
    assert not credential(contractor).exists()


@pytest.mark.usefixtures("unreachable")
def test_the_timer_alone_completes_it_with_its_credential(sites: Sites, box: PretendBox) -> None:
    contractor = sites.contractor
    agree(contractor)
    contractor.refused("erase", "run", "--name", NAME, code=5)
    box.server.faults.clear()
    env = contractor.env() | {"IKIIKI_COURIER_CREDENTIAL_FILE": str(credential(contractor))}
    done = contractor.runner(contractor.words("sync", alone=True), env)
    assert done.code == 3 and "消去されました" in done.err
    assert ours(box, binned=False) == []


def test_where_the_bin_may_not_be_looked_into_the_report_says_so(sites: Sites, box: PretendBox) -> None:
    contractor = sites.contractor
    agree(contractor)
    box.server.faults.order(Fault("GET", "/folders/trash/items", times=10_000, status=403))
    assert contractor.do("erase", "run", "--name", NAME)["left"] == 2
    assert "ごみ箱を見られない" in report(kept(contractor), sites.base)


def report(machine: Machine, base: Path) -> str:
    machine.do("erase", "report", base / "report.pdf")
    done = subprocess.run(["pdftotext", base / "report.pdf", "-"], capture_output=True, check=True)
    return "".join(done.stdout.decode().split())
