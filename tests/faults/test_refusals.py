"""What is not as it should be is refused with a sentence and a code of its own, and nothing is changed by it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from core.canonical import canonical_json, sha256_hex
from core.exchange.card import read_card
from core.keys import SITE_KEY_BYTES, SiteKeys
from core.office.keyring import site_keys
from storage.bundles.sealer import BundleSealer
from tests.journeys.acting import Machine, Sites, digest

At = Callable[..., Sites]
ARRIVED = ("knocks.jsonl", "courier", "inbox", "outbox")
"""Where the courier may leave what it met (docs: evidence is kept); everything else must stay as it was."""


def flip(path: Path, place: int, mask: int = 1) -> None:
    """One bit of a file, the way a disc or a hand changes it."""
    data = bytearray(path.read_bytes())
    data[place] ^= mask
    path.write_bytes(bytes(data))


def unchanged(machine: Machine, *words: object, code: int) -> str:
    """The refusal's sentence; the whole vault folder is, to the byte, as before."""
    before = digest(machine.folder)
    said = machine.refused(*words, code=code)
    assert digest(machine.folder) == before
    return said


# -- the vault ------------------------------------------------------------------------------------------------


def test_a_wrong_password(at: At) -> None:
    machine = at("found").contractor
    machine.password = "a path through the cedarz"
    assert "パスワード" in unchanged(machine, "status", code=4)


def test_a_person_who_is_not_in_the_vault(at: At) -> None:
    machine = at("found").contractor
    machine.staff = "nobody"
    assert "パスワード" in unchanged(machine, "status", code=4)


@pytest.mark.parametrize("how", ["a character", "the generation", "a slot's key", "the site"])
def test_an_altered_header(at: At, how: str) -> None:
    machine = at("found").contractor
    header = machine.folder / "vault.json"
    if how == "a character":
        flip(header, len(header.read_bytes()) // 2)
    else:
        document = json.loads(header.read_bytes())
        if how == "the generation":
            document["generation"] += 1
            document["database"] = f"vault-{document['generation']}.db"
        elif how == "the site":
            document["site"] = "ward"
        else:
            document["slots"][0]["kdf"]["iterations"] += 1
        del document["checksum"]
        document["checksum"] = sha256_hex(canonical_json(document))
        header.write_bytes(canonical_json(document) + b"\n")
    before = digest(machine.folder)
    result = machine.run("status")
    expected = {"a slot's key": 4}.get(
        how, 6
    )  # other parameters derive another key: a wrong password by all signs
    assert result.code == expected, result.err
    assert digest(machine.folder) == before


@pytest.mark.parametrize("place", [0, 100, 4095])
def test_an_altered_database(at: At, place: int) -> None:
    machine = at("found").contractor
    flip(machine.folder / "vault-1.db", place)
    assert "データベース" in unchanged(machine, "status", code=6)


def test_a_database_cut_short(at: At) -> None:
    machine = at("apply").contractor
    path = machine.folder / "vault-1.db"
    os.truncate(path, path.stat().st_size - 4096)
    unchanged(machine, "status", code=6)


def test_a_database_that_is_gone(at: At) -> None:
    machine = at("found").contractor
    (machine.folder / "vault-1.db").unlink()
    assert "データベース" in unchanged(machine, "status", code=6)


def test_another_vaults_database(at: At) -> None:
    sites = at("found")
    shutil.copy(sites.ward.folder / "vault-1.db", sites.contractor.folder / "vault-1.db")
    unchanged(sites.contractor, "status", code=6)


def test_an_older_copy_put_back(at: At) -> None:
    sites = at("apply")
    machine = sites.contractor
    machine.do("ledger", "verify")
    older = sites.base / "older"
    shutil.copytree(machine.folder, older)
    machine.do("intake", "withdraw", 1)
    shutil.rmtree(machine.folder)
    older.rename(machine.folder)
    assert "古い状態" in unchanged(machine, "status", code=6)
    assert "古い状態" in unchanged(machine, "intake", "list", code=6)


def test_a_header_of_a_newer_version(at: At) -> None:
    machine = at("found").contractor
    header = machine.folder / "vault.json"
    document = json.loads(header.read_bytes())
    document["version"] = 99
    del document["checksum"]
    document["checksum"] = sha256_hex(canonical_json(document))
    header.write_bytes(canonical_json(document) + b"\n")
    assert "新しい版" in unchanged(machine, "status", code=1)


def test_tables_of_a_newer_version(at: At) -> None:
    machine = at("found").contractor
    with machine.vault() as vault, vault.connection() as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "新しい版" in unchanged(machine, "status", code=1)


# -- what comes over the line ---------------------------------------------------------------------------------


def waiting(sites: Sites) -> str:
    """Let the contractor send ③, whose bundle now waits in the remote; its name."""
    name = str(sites.contractor.do("intake", "send")["bundle"])
    assert name in sites.contractor.do("sync")["sent"]
    return name


def stopped(machine: Machine, *, alone: bool = False) -> str:
    """A sync that must end with 6: nothing entered the vault, nothing wears off."""
    before = machine.tables(), digest(machine.folder, but=ARRIVED) if alone else {}
    for _ in range(2):
        said = machine.refused("sync", code=6, alone=alone)
        assert machine.tables() == before[0]
    if alone:
        assert digest(machine.folder, but=ARRIVED) == before[1]
    return said


@pytest.mark.parametrize("alone", [True, False], ids=["courier", "person"])
@pytest.mark.parametrize("part", ["zip", "manifest"])
def test_an_altered_bundle(at: At, part: str, alone: bool) -> None:
    sites = at("apply")
    path = sites.remote / f"{waiting(sites)}.{part}"
    right = path.read_bytes()
    flip(path, len(right) // 2)
    stopped(sites.ward, alone=alone)
    evidence = sites.ward.folder / "courier" / "evidence"
    assert any(file.name.startswith(path.name) for file in evidence.iterdir())
    path.write_bytes(right)  # the right one, sent again, is taken in as if nothing had been
    sites.ward.do("sync")
    assert len(sites.ward.do("intake", "list")["applications"]) == 11


def test_an_altered_bundle_in_the_inbox(at: At) -> None:
    """The courier's own check is not what the vault relies on."""
    sites = at("apply")
    name = waiting(sites)
    sites.ward.do("sync", alone=True)
    flip(sites.ward.folder / "inbox" / f"{name}.zip", 200)
    before = sites.ward.tables()
    assert "受け取ったあとに" in sites.ward.refused("sync", code=6)
    assert sites.ward.tables() == before
    sites.ward.do("sync")  # the courier brings it once more
    assert len(sites.ward.do("intake", "list")["applications"]) == 11


def test_an_empty_file_named_as_the_receipt_of_a_bundle(at: At) -> None:
    """The courier sends nothing that has one beside it; whoever opens the vault has it looked at first."""
    sites = at("apply")
    sites.contractor.do("intake", "edit", 1, "--set", "phone=03-5273-4321")
    sites.contractor.do("intake", "send")
    outbox = sites.contractor.folder / "outbox"
    name = max(path.stem for path in outbox.glob("*.manifest"))
    receipt = outbox / f"{name}.receipt"
    receipt.touch(mode=0o600)
    sites.contractor.do("sync", alone=True)
    assert not (sites.remote / f"{name}.manifest").exists()
    assert f"outbox/{name}.receipt" in sites.contractor.run("doctor", alone=True).out
    sites.contractor.do("sync")
    sites.contractor.do("sync")
    assert (sites.remote / f"{name}.manifest").exists() and not receipt.exists()
    assert name in sites.ward.do("sync")["imported"]
    sites.contractor.do("sync")
    assert receipt.stat().st_size > 0


def forged(sites: Sites, name: str, keys: SiteKeys, previous: str) -> tuple[bytes, bytes]:
    """A bundle for the ward under a name of the contractor's, signed with `keys`."""
    from cli.clock import now
    from core.ledger.checkpoint import make_checkpoint
    from core.roles import Site

    with sites.contractor.looking() as tx:
        card = read_card((tx.settings.get("partner_card") or "").encode())
    checkpoint = make_checkpoint(
        keys.signing, org=Site.CONTRACTOR, epoch=1, size=0, head="0" * 64, access_log_head="0" * 64
    )
    return BundleSealer(os.urandom).seal(
        keys=keys, partner=card, channel="cw", epoch=1, seq=int(name[-8:]), previous=previous, kind="applicants",
        entries={"records.jsonl": b""}, counts={"applications": 0}, created=now(), checkpoint=checkpoint.data,
    )  # fmt: skip


def put(sites: Sites, name: str, bundle: tuple[bytes, bytes]) -> None:
    for ending, data in zip(("zip", "manifest"), bundle, strict=True):
        (sites.remote / f"{name}.{ending}").write_bytes(data)


def last_manifest(sites: Sites) -> tuple[int, str]:
    """(seq, hash) of the last bundle the contractor sealed."""
    with sites.contractor.looking() as tx:
        row = tx.bundles.last("cw", 1, "out")
        assert row is not None
        return row.seq, row.manifest_sha256


@pytest.mark.parametrize("alone", [True, False], ids=["courier", "person"])
def test_a_bundle_with_somebody_elses_signature(at: At, alone: bool) -> None:
    sites = at("apply")
    seq, previous = last_manifest(sites)
    name = f"1-cw-{seq + 1:08d}"
    stranger = SiteKeys.from_random(os.urandom(SITE_KEY_BYTES))
    put(sites, name, forged(sites, name, stranger, previous))
    assert "署名" in stopped(sites.ward, alone=alone)


@pytest.mark.parametrize("alone", [True, False], ids=["courier", "person"])
def test_a_second_content_under_a_known_number(at: At, alone: bool) -> None:
    """Even with the contractor's own key: one of the two was not meant for the ward's eyes, or for its ledger."""
    sites = at("send")
    with sites.contractor.looking() as tx:
        keys = site_keys(tx)
        row = tx.bundles.last("cw", 1, "out")
        assert row is not None
        before = tx.bundles.get(f"1-cw-{row.seq - 1:08d}")
    put(sites, row.name, forged(sites, row.name, keys, before.manifest_sha256 if before else "0" * 64))
    assert "同じ番号" in stopped(sites.ward, alone=alone)


def test_the_same_bundle_once_more_is_harmless(at: At) -> None:
    sites = at("send")
    sites.sync()
    kept = {
        path.name: path.read_bytes()
        for path in sites.remote.iterdir()
        if path.suffix in (".zip", ".manifest")
    }
    before = [machine.tables() for machine in sites.both]
    for path in list(sites.remote.iterdir()):
        if path.is_file():
            path.unlink()
    sites.sync()
    for name, data in kept.items():
        (sites.remote / name).write_bytes(data)
    for machine in sites.both:
        report = machine.do("sync")
        assert (report["received"], report["imported"]) == ([], [])
    assert [machine.tables() for machine in sites.both] == before


def test_a_bundle_already_taken_in_and_laid_into_the_inbox_again_is_harmless(at: At) -> None:
    sites = at("send")
    name = "1-cw-00000001"
    for ending in ("zip", "manifest"):
        shutil.copy(sites.remote / f"{name}.{ending}", sites.ward.folder / "inbox" / f"{name}.{ending}")
    before = sites.ward.tables()
    assert sites.ward.do("sync")["imported"] == []
    assert sites.ward.tables() == before
    assert list((sites.ward.folder / "inbox").iterdir()) == []


def test_the_remote_out_of_reach(at: At) -> None:
    sites = at("apply")
    sites.contractor.do("intake", "send")
    away = sites.remote.rename(sites.base / "away")
    before = sites.contractor.tables()
    for alone in (True, False):
        sites.contractor.refused("sync", code=5, alone=alone)
    assert sites.contractor.tables() == before
    away.rename(sites.remote)
    sites.sync()
    assert len(sites.ward.do("intake", "list")["applications"]) == 11


@pytest.mark.parametrize("what", ["another card", "a slip", "another fingerprint"])
def test_a_partner_whose_fingerprint_does_not_fit(at: At, what: str) -> None:
    sites = at("found")
    fresh = Sites(sites.base / "fresh")
    fresh.base.mkdir()
    fresh.contractor.do(
        "init", fresh.contractor.folder, "--site", "contractor", "--staff", "c-boss", "--name", "責任者", "--kdf-mib", 64,
        "--programme", sites.base / "programme.toml", alone=True,
    )  # fmt: skip
    spoken = sites.ward.do("partner", "export", fresh.base / "ward.card")["fingerprint"]
    other = sites.contractor.do("partner", "export", fresh.base / "other.card")["fingerprint"]
    machine = fresh.contractor
    if what == "another card":
        before = machine.tables()
        machine.refused("partner", "trust", fresh.base / "other.card", "--fingerprint", spoken, code=3)
    elif what == "a slip":
        slip = ("1" if spoken[0] != "1" else "2") + spoken[1:]
        before = machine.tables()
        machine.refused("partner", "trust", fresh.base / "ward.card", "--fingerprint", slip, code=3)
    else:
        before = machine.tables()
        machine.refused("partner", "trust", fresh.base / "ward.card", "--fingerprint", other, code=6)
    assert machine.tables() == before


@pytest.mark.parametrize(("words", "role"), [(("staff", "list"), "auditor"), (("status",), "auditor")])
def test_an_auditor_reads_and_changes_nothing(at: At, words: tuple[str, ...], role: str) -> None:
    sites = at("apply")
    sites.contractor.engage("c-audit", "監査", role)
    machine = Machine(sites.base, sites.contractor.site, staff="c-audit")
    machine.do(*words)
    assert machine.do("ledger", "verify")["ok"] is True
    before = machine.tables()
    for refused in (
        ("intake", "edit", 1, "--set", "phone=03-1111-2222"), ("intake", "show", 1), ("intake", "send"), ("lottery", "seal"),
        ("staff", "revoke", "c-boss"), ("partner", "trust", sites.base / "ward.card", "--fingerprint", "x"),
    ):  # fmt: skip
        machine.refused(*refused, code=3)
    assert machine.tables() == before
