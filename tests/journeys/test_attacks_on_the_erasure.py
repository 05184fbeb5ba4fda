"""What an erasure goes on by lies in plain files: whoever can write a vault's folder destroys nothing outside it by them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.clock import now
from cli.session import open_session
from core.canonical import canonical_json, sha256_hex
from core.erasure.copies import Found, Kind, Outcome
from core.errors import RemoteUnreachable
from core.exchange.remote import Remote
from core.keys import SigningKey
from core.roles import Site
from storage.erasure.begun import Signer
from storage.erasure.execute import Execution
from storage.erasure.journal import Journal, Paper
from storage.erasure.survey import survey
from storage.vault.erased import write_pointer
from storage.vault.header import read_header
from tests.journeys.acting import Machine, Sites, digest
from tests.journeys.desks import Desk, sit
from tests.journeys.erasing import NAME, agree, kept, prepared, second
from tests.journeys.forging import forge

At = Callable[..., Sites]
Files = Sequence[tuple[str, str]]
OVER = ("papers", "remote", "courier", "folder")


@pytest.fixture
def machine(at: At, tmp_path: Path) -> Machine:
    """A living vault that this machine knows, and a file that is nobody's but the account's."""
    machine = at("found").contractor
    machine.do("status")
    (tmp_path / "precious.txt").write_text("precious")
    return machine


def mark_of(machine: Machine) -> Path:
    return machine.base / "state" / "ikiiki" / f"{read_header(machine.folder).vault_id}.json"


def lay(folder: Path, *lines: dict[str, Any], old: str, over: Sequence[str] = ()) -> None:
    """A journal nobody signed."""
    folder.mkdir(mode=0o700, exist_ok=True)
    rows = [{"event": "begun", "old": old, "at": "x"}, *lines]
    rows += [{"event": "step", "name": name, "at": "x"} for name in over]
    path = folder / "erasure.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    path.chmod(0o600)


def found(*files: Path) -> list[dict[str, Any]]:
    return [{"event": "found", "kind": "other", "name": str(file), "size": 1} for file in files]


def signed(
    kept: Path, old: str, signer: Signer, found: Sequence[Found] = (), papers: Sequence[Paper] = ()
) -> None:
    """A journal as an erasure begins it, by whomever."""
    kept.mkdir(mode=0o700, exist_ok=True)
    Journal.begin(kept, old, found, papers, now, signer)


def nobody(machine: Machine) -> Signer:
    """Somebody with a key of their own."""
    key = SigningKey(os.urandom(32))
    return Signer(read_header(machine.folder).vault_id, key.public.raw, key.sign)


def everywhere(machine: Machine) -> dict[str, str]:
    """All there is below the account's folder, but for what a failed login leaves and tests put there."""
    there = digest(machine.base, but=("knocks.jsonl", "tmp"))
    return {name: hash_ for name, hash_ in there.items() if not name.startswith("password-")}


@pytest.mark.parametrize("over", [OVER, ()], ids=["steps told as done", "from the beginning"])
@pytest.mark.parametrize("command", [("status",), ("sync",), ("erase", "run", "--name", NAME)])
def test_a_journal_laid_into_a_living_vault_removes_nothing(
    machine: Machine, tmp_path: Path, over: Sequence[str], command: tuple[str, ...]
) -> None:
    other = machine.base / "other year"
    other.mkdir(mode=0o700)
    (other / "list.csv").write_text("people")
    machine.env()
    for old in (machine.folder.name, other.name, "..", ".", "../..", str(other), ""):
        lay(machine.folder, *found(mark_of(machine), tmp_path / "precious.txt"), old=old, over=over)
        before = everywhere(machine)
        machine.refused(*command, code=6)
        machine.refused(*command, code=6, alone=command[0] == "sync")
        assert everywhere(machine) == before
        assert (tmp_path / "precious.txt").exists() and mark_of(machine).exists()


def test_a_forged_vault_does_not_get_rid_of_the_mark_by_it(machine: Machine) -> None:
    forge(machine)
    machine.refused("status", code=6)
    lay(machine.folder, *found(mark_of(machine)), old=machine.folder.name, over=OVER)
    machine.refused("status", code=6)
    (machine.folder / "erasure.jsonl").unlink()
    assert "この端末の知っている職員の書いたものではありません" in machine.refused("status", code=6)


def test_a_pointer_to_itself_or_to_a_journal_of_nobody_known_removes_nothing(machine: Machine) -> None:
    beside = machine.folder.with_name("beside")
    signed(beside, machine.folder.name, nobody(machine), [Found(Kind.OTHER, "vault.json", 1)])
    shutil.copy2(machine.folder / "vault.json", beside / "vault.json")
    for name in (machine.folder.name, beside.name):
        write_pointer(machine.folder, machine.folder.with_name(name))
        before, mark = digest(machine.folder), mark_of(machine).read_bytes()
        for folder in (machine.folder, beside):
            machine.refused("--vault", folder, "status", code=6)
        assert (digest(machine.folder), mark_of(machine).read_bytes()) == (before, mark)


def test_a_true_signature_is_of_one_vault_and_one_list(machine: Machine, at: At) -> None:
    """Signed by a manager of this very machine, but for another vault; or for this one, and something was added to it."""
    beside = machine.folder.with_name("beside")
    with machine.vault() as vault:
        key = vault.signing_key
        here, elsewhere = (
            Signer(one, key.public_key().public_bytes_raw(), key.sign) for one in (vault.vault_id, "0" * 32)
        )
    write_pointer(machine.folder, beside)
    signed(beside, machine.folder.name, elsewhere)
    shutil.copy2(machine.folder / "vault.json", beside / "vault.json")
    machine.refused("status", code=6)
    signed(beside, machine.folder.name, here)
    journal = beside / "erasure.jsonl"
    begun, word = journal.read_bytes().splitlines(keepends=True)
    more = json.dumps(found(Path("vault.json"))[0]).encode() + b"\n"
    journal.write_bytes(begun + more + word)
    machine.refused("status", code=6)
    assert (machine.folder / "vault.json").exists()
    (machine.folder / "erased.json").unlink()
    machine.sound()


def test_a_list_of_papers_nobody_signed_takes_no_file_away(machine: Machine, tmp_path: Path) -> None:
    """The vault it speaks of is not there: then only files elsewhere would be left to erase."""
    precious = tmp_path / "precious.txt"
    rows = [{"name": "paper-1", "path": str(precious), "sha256": sha256_hex(b"precious"), "last": False}]
    lay(
        machine.folder,
        {"event": "found", "kind": "paper", "name": "paper-1", "size": 0},
        old="nothing of that name",
    )
    (machine.folder / "erasure-papers.json").write_text(json.dumps(rows))
    (machine.folder / "erasure-papers.json").chmod(0o600)
    machine.refused("status", code=6)
    assert precious.exists()


def unreachable() -> Remote:
    raise RemoteUnreachable("届きません")


def test_even_a_signed_journal_reaches_nothing_but_what_lies_in_the_old_folder(tmp_path: Path) -> None:
    old, beside, outside = tmp_path / "vault", tmp_path / "vault-kept", tmp_path / "precious.txt"
    for folder in (old, old / "sub", tmp_path / "away"):
        folder.mkdir(mode=0o700)
    for file in (old / "vault.json", outside, tmp_path / "away" / "far.txt"):
        file.write_text("x")
    (old / "link").symlink_to(tmp_path / "away")
    key = SigningKey(os.urandom(32))
    names = ["vault.json", str(outside), "../precious.txt", "sub/../../precious.txt", "link/far.txt"]
    signed(
        beside, "vault", Signer("0" * 32, key.public.raw, key.sign), [Found(Kind.OTHER, n, 1) for n in names]
    )
    write_pointer(old, beside)
    execution = Execution(old, beside, now, unreachable)
    execution.run()
    assert outside.exists() and (tmp_path / "away" / "far.txt").exists()
    assert [path.name for path in old.iterdir()] == ["erased.json"]
    ended = {one.name: one.outcome for one in execution.journal.ended()}
    assert ended.pop("vault.json") is Outcome.GONE and ended.pop("link") is Outcome.GONE
    assert set(ended.values()) == {Outcome.ABSENT}


def test_an_old_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    from core.errors import IntegrityFailure

    away = tmp_path / "away"
    away.mkdir()
    (away / "list.csv").write_text("people")
    (tmp_path / "vault").symlink_to(away)
    key = SigningKey(os.urandom(32))
    signed(tmp_path / "vault-kept", "vault", Signer("0" * 32, key.public.raw, key.sign))
    write_pointer(away, away.with_name("vault-kept"))
    with pytest.raises(IntegrityFailure, match="別のものがあります"):
        Execution(tmp_path / "vault", tmp_path / "vault-kept", now, unreachable)
    assert (away / "list.csv").exists()


# -- true ones -----------------------------------------------------------------------------------------------------


@pytest.fixture
def cut_short(at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """An erasure of the contractor's that has begun, and that waits for the place of exchange."""
    sites = prepared(at, tmp_path_factory, tmp_path / "sites")
    agree(sites.contractor)
    sites.remote.rename(sites.base / "away")
    sites.contractor.refused("erase", "run", "--name", NAME, code=5)
    (sites.base / "away").rename(sites.remote)
    return sites


def test_what_survives_an_erasure_that_never_began_erases_nothing(
    at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the one that survives and the mark of no return: whichever of the two is named next."""
    contractor = prepared(at, tmp_path_factory, tmp_path / "sites").contractor
    agree(contractor)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("cli.erasing.write_pointer", die)
        assert contractor.run("erase", "run", "--name", NAME).code != 0
    before = digest(contractor.folder)
    assert "まだ始まっていません" in kept(contractor).refused("status", code=3)
    assert digest(contractor.folder) == before
    contractor.sound()
    assert contractor.do("erase", "run", "--name", NAME)["left"] == 0


def test_a_machine_that_knows_nothing_goes_on_only_when_a_person_says_so_anew(cut_short: Sites) -> None:
    contractor = cut_short.contractor
    bundles = sorted(path.name for path in cut_short.remote.iterdir())
    shutil.rmtree(contractor.base / "state")
    for _ in range(2):  # having been refused once opens nothing
        assert "初めて開きます" in contractor.refused("sync", code=3, alone=True)
        assert "初めて開きます" in kept(contractor).refused("status", code=3)
        contractor.refused("erase", "run", code=2)
        assert "名前が違います" in contractor.refused("erase", "run", "--name", "別の事業", code=2)
        replace(contractor, password="not this one").refused("erase", "run", "--name", NAME, code=4)
    assert sorted(path.name for path in cut_short.remote.iterdir()) == bundles
    done = contractor.run("erase", "run", "--name", NAME)
    assert done.code == 0 and "鍵の指紋" in done.err and str(cut_short.remote) in done.err
    assert list(cut_short.remote.iterdir()) == []
    assert kept(contractor).do("erase", "plan")["erased"] is True


def test_a_machine_that_knows_others_of_the_vault_goes_on_once_somebody_has_logged_in(
    at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The mark is of before whoever began the erasure was let in: the header says by whom."""
    sites = prepared(at, tmp_path_factory, tmp_path / "sites")
    contractor, away = sites.contractor, sites.base / "away"
    mark = mark_of(contractor)
    document = json.loads(mark.read_bytes())
    begins = second(contractor)
    with begins.vault() as vault:
        gone = vault.signing_key.public_key().public_bytes_raw().hex()
    document["known"]["signers"].remove(gone)
    agree(contractor)
    sites.remote.rename(away)
    begins.refused("erase", "run", "--name", NAME, code=5)
    away.rename(sites.remote)
    mark.write_bytes(canonical_json(document) + b"\n")
    contractor.refused("sync", code=4, alone=True)
    assert list(sites.remote.iterdir()) != []
    assert "消去されました" in contractor.refused("status", code=3)
    assert list(sites.remote.iterdir()) == []


def test_files_elsewhere_that_were_put_on_the_list_afterwards_stay(
    at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    contractor = prepared(at, tmp_path_factory, tmp_path / "sites").contractor
    contractor.do("papers", "notices", "--all", contractor.base / "papers" / "notices.pdf")
    agree(contractor)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("storage.erasure.execute.Execution._papers", die)
        assert contractor.run("erase", "run", "--name", NAME).code != 0
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    papers = kept(contractor).folder / "erasure-papers.json"
    rows = json.loads(papers.read_bytes())
    papers.write_text(json.dumps([{**rows[0], "path": str(precious), "sha256": sha256_hex(b"precious")}]))
    contractor.refused("status", code=6)
    assert precious.exists()


# -- at the keys ---------------------------------------------------------------------------------------------------


async def test_nobody_at_the_screens_can_lay_such_a_file_into_a_vault(machine: Machine) -> None:
    """Under such a name any file would stop every command; nor where the one that survives will be built."""
    places = [
        machine.folder / "erased.json", machine.folder / "erasure.jsonl", machine.folder / "backups" / "x.hkl",
        machine.base / "other" / ".." / machine.folder.name / "erasure.jsonl", machine.base / "link" / "erased.json",
        machine.base / Site.WARD.value / "erased.json", kept(machine).folder / "x.hkl", machine.base / f".{kept(machine).folder.name}.new",
    ]  # fmt: skip
    (machine.base / "link").symlink_to(machine.folder)
    may = machine.base / "ledger.hkl"

    async def export(desk: Desk) -> None:
        await desk.press("f5")
        for place in [*places, may]:
            await desk.choose("書き出す")
            await desk.type_into(str(place))
            await desk.press("enter")
            assert ("保管庫のフォルダの中" in desk.text()) is (place != may), (place, desk.text())
            if place != may:
                await desk.press("enter")

    await sit(machine, export, Desk)
    assert may.exists() and not [place for place in places if os.path.lexists(place)]
    assert not kept(machine).folder.exists()
    for folder in (machine.folder, machine.base / "link"):
        machine.refused("ledger", "export", folder / "erased.json", code=3)
    machine.do("status")


def test_a_word_taken_back_before_the_vault_is_held_alone_stops_the_erasure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second manager drops it, and leaves, while the first one's command has looked and not yet begun."""
    machine.engage("c-two", "責任者二", "manager")
    agree(machine)

    def looked(folder: Path) -> list[Found]:
        with closing(open_session(folder, "c-two", machine.password, terminal="")) as other:
            other.office.erasing.drop()
        return survey(folder)

    monkeypatch.setattr("cli.erasing.survey", looked)
    assert "まだ何も消していません" in machine.refused("erase", "run", "--name", NAME, code=3)
    monkeypatch.undo()
    assert not kept(machine).folder.exists()
    assert "発議されていません" in machine.refused("erase", "run", "--name", NAME, code=3)
