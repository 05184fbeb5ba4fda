"""The end of the contract, C11: two people, every copy, keys first, looked at again; what survives holds nobody."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.roles import Site
from tests.journeys.acting import Machine, Result, Sites, digest
from tests.journeys.erasing import NAME, agree, handler, inside, kept, prepared, second, sought
from tests.journeys.seeking import hits

At = Callable[..., Sites]


@pytest.fixture
def sites(at: At, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """After ⑪, with two managers at each site and nothing on its way."""
    return prepared(at, tmp_path_factory, tmp_path / "sites")


def printed(sites: Sites) -> Path:
    """The notices' PDF, as the program left it."""
    sites.contractor.do("papers", "notices", "--all", sites.base / "papers" / "notices.pdf")
    return sites.base / "papers" / "notices.pdf"


def run(machine: Machine) -> dict[str, object]:
    return machine.do("erase", "run", "--name", NAME)


def test_after_both_sites_have_erased_nobody_and_no_key_is_left_anywhere(sites: Sites) -> None:
    """Every file the program wrote is searched: both folders, the remote, papers, state, temporary files."""
    pdf = printed(sites)
    words = {machine.site: sought(machine) for machine in sites.both}
    everything = words[Site.CONTRACTOR] | words[Site.WARD]
    assert pdf.exists()
    for machine in sites.both:
        assert inside(machine, everything), "the search would find them"
        agree(machine)
        done = run(machine)
        assert done["left"] == 0 and done["gone"] > 20
        assert [path.name for path in machine.folder.iterdir()] == ["erased.json"]
        assert inside(kept(machine), everything) == []
    assert not pdf.exists()
    assert list(sites.remote.iterdir()) == []
    for source in (
        "export.csv",
        "medium",
    ):  # a person's own file, and what is carried by hand: ticked, not erased
        path = sites.base / source
        path.unlink() if path.is_file() else shutil.rmtree(path)
    assert hits([sites.base], everything) == []


def test_what_survives_is_ledger_log_and_published_draw_and_nothing_else(
    sites: Sites, tmp_path: Path
) -> None:
    contractor = sites.contractor
    with contractor.looking() as tx:
        lines = {org: tx.ledger.lines(org) for org in Site}
        accesses = [(row.seq, row.act, row.detail, row.chain) for row in tx.access.page(0, 10_000)]
    agree(contractor)
    run(contractor)
    left = kept(contractor)
    left.sound()
    with left.looking() as tx:
        for org in Site:
            assert tx.ledger.lines(org)[: len(lines[org])] == lines[org]
        rows = [(row.seq, row.act, row.detail, row.chain) for row in tx.access.page(0, 10_000)]
        assert rows[-len(accesses) :] == accesses
        assert tx.applications.all() == [] and tx.sources.count() == 0
        assert all(tx.draws.units(draw) == [] for draw in tx.draws.names())
        assert all(tx.bundles.content(row.name) == (b"", b"") for row in tx.bundles.list("in"))
    assert [line["act"] for line in left.do("ledger", "list")["lines"]][:3] == [
        "erase", "confirm_erasure", "propose_erasure",
    ]  # fmt: skip
    left.do("lottery", "publish", tmp_path / "public")
    assert left.do("lottery", "verify", tmp_path / "public")
    assert left.do("status")["next"].startswith("消去済み")
    assert left.do("intake", "list")["applications"] == []
    left.refused("participants", "outings", code=3)
    left.refused("intake", "send", code=3)
    left.refused("sync", code=3)
    left.refused("erase", "propose", code=3)


def test_the_old_place_says_where_the_rest_is_and_does_nothing_else(sites: Sites) -> None:
    ward = sites.ward
    agree(ward)
    run(ward)
    before = digest(ward.folder)
    for words in (["status"], ["ledger", "list"], ["intake", "list"], ["doctor"]):
        assert "消去されました" in ward.refused(*words, code=3)
    assert "消去されました" in ward.refused("sync", code=3, alone=True)
    result = ward.run("status")
    assert str(kept(ward).folder) in result.json["error"]["next_step"]
    assert ward.do("erase", "run")["kept"] == str(kept(ward).folder)
    assert digest(ward.folder) == before


def test_a_survivor_that_was_moved_away_is_asked_for(sites: Sites) -> None:
    contractor = sites.contractor
    agree(contractor)
    run(contractor)
    kept(contractor).folder.rename(sites.base / "elsewhere")
    assert "動かされています" in contractor.refused("status", code=6)
    (sites.base / "elsewhere").rename(kept(contractor).folder)
    contractor.refused("status", code=3)


def test_a_copy_of_the_old_vault_put_back_is_refused_as_older_than_its_mark(
    sites: Sites, tmp_path: Path
) -> None:
    contractor = sites.contractor
    shutil.copytree(contractor.folder, tmp_path / "put by")
    agree(contractor)
    run(contractor)
    shutil.rmtree(contractor.folder)
    shutil.copytree(tmp_path / "put by", contractor.folder)
    assert "古い状態" in contractor.refused("status", code=6)


# -- who may ------------------------------------------------------------------------------------------------------


def test_nothing_begins_without_two_managers(sites: Sites) -> None:
    contractor = sites.contractor
    handler(contractor).refused("erase", "propose", code=3)
    contractor.refused("erase", "run", "--name", NAME, code=3)
    second(contractor).refused("erase", "confirm", "--name", NAME, code=3)
    contractor.do("erase", "propose")
    assert "本人" in contractor.refused("erase", "confirm", "--name", NAME, code=3)
    handler(contractor).refused("erase", "confirm", "--name", NAME, code=3)
    assert "決裁していません" in contractor.refused("erase", "run", "--name", NAME, code=3)
    assert "名前が違います" in second(contractor).refused("erase", "confirm", "--name", "別の事業", code=2)
    second(contractor).do("erase", "confirm", "--name", NAME)
    handler(contractor).refused("erase", "run", "--name", NAME, code=3)
    contractor.refused("erase", "run", "--name", "別の事業", code=2)
    second(contractor).do("erase", "drop")
    contractor.refused("erase", "run", "--name", NAME, code=3)
    assert contractor.do("erase", "plan")["agreement"] is None
    assert not kept(contractor).folder.exists()
    contractor.sound()


def test_what_is_still_on_its_way_stops_it_and_is_said(sites: Sites) -> None:
    contractor = sites.contractor
    contractor.do(
        "intake", "add", "--kana", "おそ きた", "--birth-date", "S20.1.1", "--address", "新宿区榎町2-2",
        "--phone", "03-5273-1099", "--preferences", "A", "--route", "fax",
    )  # fmt: skip
    contractor.refused("erase", "propose", code=3)
    assert any("送っていない応募" in one for one in contractor.do("erase", "plan")["obstacles"])
    contractor.do("intake", "send")
    assert any("確かめられていない束" in one for one in contractor.do("erase", "plan")["obstacles"])
    sites.sync()
    assert contractor.do("erase", "plan")["obstacles"] == []
    agree(contractor)
    contractor.do("intake", "edit", 1, "--set", "phone=03-5273-1098")
    assert "済んでいない" in contractor.refused("erase", "run", "--name", NAME, code=3)
    contractor.do("erase", "propose", "--anyway")
    second(contractor).do("erase", "confirm", "--name", NAME)
    assert run(contractor)["left"] == 0


def test_nobody_else_may_be_inside_when_it_begins(sites: Sites) -> None:
    contractor = sites.contractor
    agree(contractor)
    session = second(contractor).session()
    try:
        assert "開いています" in contractor.refused("erase", "run", "--name", NAME, code=3)
    finally:
        session.close()
    contractor.sound()
    assert run(contractor)["left"] == 0


def test_a_place_of_exchange_used_before_is_named_and_left_to_people(sites: Sites, tmp_path: Path) -> None:
    contractor = sites.contractor
    before, between = sites.remote, tmp_path / "between"
    for place in (between, tmp_path / "now"):
        shutil.copytree(before, place)
        contractor.do("sync", "--remote", f"folder:{place}", alone=True)
    contractor.do("sync", "--remote", f"folder:{between}", alone=True)
    contractor.do("sync", "--remote", f"folder:{tmp_path / 'now'}", alone=True)
    kept_there = sorted(path.name for path in between.iterdir())
    seen = contractor.do("erase", "plan")
    assert [one["id"] for one in seen["former_places"]] == [f"folder:{before}", f"folder:{between}"]
    assert all(one["until"] for one in seen["former_places"])
    agree(contractor)
    assert run(contractor)["left"] == 2
    assert sorted(path.name for path in between.iterdir()) == kept_there, (
        "another programme may use it by now"
    )
    survivor = kept(contractor)
    by_hand = [one for one in survivor.do("erase", "plan")["by_hand"] if one["content"] == "bundle"]
    assert [(one["medium"], one["here"]) for one in by_hand] == [("file", 1), ("file", 1)]
    assert [one["id"] for one in survivor.do("erase", "plan")["former_places"]] == [
        f"folder:{before}",
        f"folder:{between}",
    ]
    for one in by_hand:
        survivor.do("erase", "tick", one["copy"])
    survivor.do("erase", "report", tmp_path / "report.pdf")
    record = (tmp_path / "report.evidence").read_text(encoding="utf-8")
    assert "folder-1" in record and str(tmp_path) not in record and str(before) not in record
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    said = "".join(told.replace("\u200b", "").split())
    assert "ほかの事業が使っていれば、その束まで消すおそれがあります" in said
    assert "2の控番号で記録します" in said


def test_registers_go_only_when_they_are_printed_or_it_is_said_why_not(sites: Sites, tmp_path: Path) -> None:
    contractor, ward = sites.both
    for machine in sites.both:
        machine.do("register", "add", "contact", "role=head", "office=事務局", "phone=03-5273-4001")
        agree(machine)
        assert machine.do("erase", "plan")["registers_unprinted"]
        assert "監査の報告を印刷していません" in machine.refused("erase", "run", "--name", NAME, code=3)
    contractor.do("papers", "audit", tmp_path / "part.pdf", "--from", "2026-04-01")
    assert "監査の報告を印刷していません" in contractor.refused("erase", "run", "--name", NAME, code=3)
    contractor.do("papers", "audit", tmp_path / "audit.pdf")
    seen = contractor.do("erase", "plan")
    assert (seen["registers"], seen["registers_unprinted"]) == (1, False)
    contractor.do("register", "add", "contact", "role=deputy", "office=事務局", "phone=03-5273-4002")
    assert contractor.do("erase", "plan")["registers_unprinted"]
    contractor.do("papers", "audit", tmp_path / "again.pdf")
    assert run(contractor)["left"] == 0
    assert "符号" in ward.refused("erase", "run", "--name", NAME, "--unprinted", "because", code=2)
    ward.do("erase", "run", "--name", NAME, "--unprinted", "kept")
    for machine, said in ((contractor, False), (ward, True)):
        kept(machine).do("erase", "report", tmp_path / f"{machine.site}.pdf")
        record = (tmp_path / f"{machine.site}.evidence").read_text(encoding="utf-8")
        assert ("台帳（1件）は、印刷せずに消去しました" in record) is said


# -- what goes on --------------------------------------------------------------------------------------------------


def test_an_unplugged_remote_stops_it_and_any_command_goes_on(sites: Sites) -> None:
    """Once begun there is no way back: the vault is gone at once, the remote follows when it can."""
    contractor = sites.contractor
    agree(contractor)
    away = sites.remote.rename(sites.base / "away")
    contractor.refused("erase", "run", "--name", NAME, code=5)
    assert not (contractor.folder / "vault.json").exists()
    contractor.refused("status", code=5)
    kept(contractor).refused("ledger", "list", code=5)
    away.rename(sites.remote)
    result: Result = contractor.run("status")
    assert result.code == 3 and "続けます" in result.err and "消去されました" in result.err
    assert list(sites.remote.iterdir()) == []
    assert kept(contractor).do("erase", "plan")["erased"] is True


def test_a_paper_changed_since_is_left_and_told(sites: Sites) -> None:
    contractor = sites.contractor
    pdf = printed(sites)
    pdf.write_bytes(pdf.read_bytes() + b"note")
    foreign = sites.remote / "readme.txt"
    foreign.write_text("not ours")
    agree(contractor)
    assert run(contractor)["left"] == 2
    assert pdf.exists() and foreign.exists()
    text = report_text(kept(contractor), sites.base)
    assert "書き換えられている" in text and "このソフトの置いたものではない" in text
    assert "readme" not in text and "notices.pdf" not in text


# -- the report ----------------------------------------------------------------------------------------------------


def report_text(machine: Machine, base: Path) -> str:
    machine.do("erase", "report", base / "report.pdf")
    done = subprocess.run(["pdftotext", "-layout", base / "report.pdf", "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_the_report_names_every_copy_both_people_and_what_was_ticked(sites: Sites) -> None:
    contractor, left = sites.contractor, kept(sites.contractor)
    agree(contractor)
    gone = run(contractor)["gone"]
    by_hand = left.do("erase", "plan")["by_hand"]
    assert {(one["content"], one["medium"]) for one in by_hand} >= {("forms", "web"), ("forms", "paper")}
    left.do("erase", "tick", by_hand[0]["copy"])
    text = report_text(left, sites.base)
    flat = "".join(text.replace("\u200b", "").split())
    for word in (
        "c-boss",
        "c-two",
        by_hand[0]["copy"],
        "vault-1.db",
        "1-cw-00000001.zip",
        "ページ",
        "控番号",
    ):
        assert "".join(word.split()) in flat, word
    line, signature, _ = (sites.base / "report.evidence").read_bytes().split(b"\n")
    record = json.loads(line)
    assert len(record["copies"]) >= gone
    assert {one["outcome"] for one in record["copies"]} <= {"gone", "absent"}
    assert signature.decode()[:40] in flat
    assert left.refused("erase", "tick", by_hand[0]["copy"], code=3)


def test_the_record_is_verified_with_openssl_alone(sites: Sites, tmp_path: Path) -> None:
    """As docs/erasure.md tells it."""
    import base64

    contractor, left = sites.contractor, kept(sites.contractor)
    agree(contractor)
    run(contractor)
    left.do("erase", "report", sites.base / "report.pdf")
    left.do("lottery", "publish", tmp_path / "public")
    line, signature, _ = (sites.base / "report.evidence").read_bytes().split(b"\n")
    (tmp_path / "signed").write_bytes(b"hk-erasure-v1\n" + line + b"\n")
    (tmp_path / "sig").write_bytes(base64.b64decode(signature))
    words = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        tmp_path / "public" / "contractor.pem",
    ]
    checked = subprocess.run([*words, "-in", tmp_path / "signed", "-sigfile", tmp_path / "sig"], check=False)
    assert checked.returncode == 0


def test_a_report_before_the_erasure_is_refused(sites: Sites) -> None:
    sites.contractor.refused("erase", "report", sites.base / "report.pdf", code=3)
    assert not (sites.base / "report.pdf").exists()


def test_whoever_logs_in_first_and_may_puts_it_on_record_once(sites: Sites) -> None:
    """It is signed by the site's key, and told by a line in that person's name."""
    contractor, left = sites.contractor, kept(sites.contractor)
    agree(contractor)
    run(contractor)
    handler(left).do("ledger", "list")
    lines = [line for line in second(left).do("ledger", "list")["lines"] if line["act"] == "erase"]
    assert [line["actor"] for line in lines] == ["c-boss"]
