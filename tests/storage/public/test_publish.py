"""The folder a resident may copy: whole or not at all, checkable, and without anybody's data."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from core.draw.abandoned import Abandoned, Reached, Reason
from core.errors import IntegrityFailure, Refused
from core.roles import Site
from storage.public import checking_tools
from storage.public.publish import MARKER, READ_ME, publish
from tests.core.draw.happened import happen
from tests.core.draw.played import Played, play, rules, with_signatures


def whole() -> Played:
    first = play()
    return play(events=happen(first.params, first.result, 5, 2), ward_saw=3)


PLAYED = whole()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_folder_holds_the_files_what_checks_them_and_how_to_read_them(tmp_path: Path) -> None:
    report = publish(tmp_path / "public" / "hiking-2026-1", PLAYED.files)
    assert report.ok
    held = contents(tmp_path / "public" / "hiking-2026-1")
    assert held.items() >= PLAYED.files.items()
    assert held["verify.sh"] == checking_tools()["verify.sh"]
    assert held["verify-signatures.sh"] == checking_tools()["verify-signatures.sh"]
    assert "結果まで行われました" in held[READ_ME].decode()
    assert held["verify.html"] == checking_tools()["verify.html"]
    checking = {"verify.html", "verify.sh", "verify-signatures.sh"}
    assert set(held) == set(PLAYED.files) | checking | {READ_ME, MARKER}


def test_people_without_a_command_line_are_told_of_the_page_first(tmp_path: Path) -> None:
    publish(tmp_path / "p", PLAYED.files)
    told = (tmp_path / "p" / READ_ME).read_text("utf-8")
    assert told.index("verify.html") < told.index("sha256sum verify.sh")


def test_a_resident_can_check_the_copy_as_it_says(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    publish(folder, PLAYED.files)
    for script in ("verify.sh", "verify-signatures.sh"):
        done = subprocess.run(["/bin/sh", script], cwd=folder, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    listed = subprocess.run(
        ["sha256sum", "verify.sh"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert listed.stdout.split()[0] == hashlib.sha256(checking_tools()["verify.sh"]).hexdigest()


def test_nothing_about_a_person_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    publish(folder, PLAYED.files)
    everything = b"\n".join(contents(folder).values())
    for entry in PLAYED.entries:
        for word in (entry.kana, entry.kana.split()[0], entry.birth_date.isoformat(), entry.record):
            assert word.encode() not in everything
    for unit in PLAYED.units:
        for _, salt in unit.opening.salts:
            assert salt not in everything
            assert salt.hex().encode() not in everything


def test_a_name_that_is_no_file_of_a_draw_cannot_get_out(tmp_path: Path) -> None:
    for name in ("openings.jsonl", "../elsewhere.txt", "applicants.csv"):
        with pytest.raises(IntegrityFailure) as refused:
            publish(tmp_path / "p", PLAYED.files | {name: b"secret"})
        assert refused.value.where == name
    assert list(tmp_path.iterdir()) == []


def test_text_around_a_key_cannot_get_out(tmp_path: Path) -> None:
    pem = PLAYED.files["ward.pem"]
    with pytest.raises(IntegrityFailure):
        publish(tmp_path / "p", PLAYED.files | {"ward.pem": "サトウ\n".encode() + pem})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["ward.pem", "contractor.pem"])
def test_without_a_key_nothing_is_published(tmp_path: Path, missing: str) -> None:
    with pytest.raises(IntegrityFailure):
        publish(tmp_path / "p", {n: d for n, d in PLAYED.files.items() if n != missing})


def test_a_draw_that_does_not_verify_is_not_published(tmp_path: Path) -> None:
    bad = PLAYED.files["result.txt"].replace(b" A\n", b" -\n", 1)
    with pytest.raises(IntegrityFailure) as refused:
        publish(tmp_path / "p", PLAYED.files | {"result.txt": bad})
    assert refused.value.where.startswith("result.txt")
    assert list(tmp_path.iterdir()) == []


FROZEN = ("params.txt", "commits.txt", "list.txt", "freeze.txt")


def given_up(*parties: Site, names: tuple[str, ...] = FROZEN) -> dict[str, bytes]:
    """The draw as far as `names`, with the word of `parties` that it cannot go on."""
    words = [
        Abandoned(PLAYED.params.draw, party, PLAYED.params.sha256, Reached.FREEZE, Reason.ROLL_WRONG)
        for party in parties
    ]
    files = {name: PLAYED.files[name] for name in names} | {one.file_name: one.to_bytes() for one in words}
    return with_signatures(files)


def test_an_abandoned_draw_is_published_as_far_as_it_went(tmp_path: Path) -> None:
    report = publish(tmp_path / "p", given_up(*Site))
    assert report.over and not report.complete
    told = (tmp_path / "p" / READ_ME).read_text("utf-8")
    assert "途中で取りやめ" in told
    assert told.count("「名簿の確定」") == told.count("抽選名簿に誤りがあった") == 2


def test_a_draw_that_one_site_wants_to_abandon_is_published_as_one_that_stands_still(tmp_path: Path) -> None:
    assert not publish(tmp_path / "p", given_up(Site.WARD)).over
    told = (tmp_path / "p" / READ_ME).read_text("utf-8")
    assert "止まっています" in told
    assert "途中で取りやめとなりました" not in told


def test_a_draw_under_way_is_not_published(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        publish(tmp_path / "p", given_up())
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_one_site_has_not_signed_yet_is_not_published(tmp_path: Path) -> None:
    files = {name: data for name, data in play().files.items() if name != "result.txt.ward.sig"}
    with pytest.raises(Refused, match="まだ終わっていません"):
        publish(tmp_path / "p", files)
    assert not (tmp_path / "p").exists()


def test_openssl_asks_for_the_word_of_each_site_to_be_signed_by_it(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    publish(folder, given_up(*Site))
    assert run_signatures(folder).returncode == 0
    for party in Site:
        signature = folder / f"abandoned-{party}.txt.{party}.sig"
        kept = signature.read_bytes()
        for bad in (kept[::-1], None):
            signature.unlink()
            if bad:
                signature.write_bytes(bad)
            done = run_signatures(folder)
            assert done.returncode != 0
            assert signature.name in done.stderr
        signature.write_bytes(kept)


def test_of_an_abandoned_draw_only_the_last_step_may_lack_a_signature(tmp_path: Path) -> None:
    reveals = ("reveal-contractor.txt", "reveal-ward.txt")
    for name, names in (("freeze.txt", FROZEN), ("opened.txt", (*FROZEN, *reveals, "opened.txt"))):
        folder = tmp_path / name
        publish(folder, given_up(*Site, names=names))
        (folder / f"{name}.ward.sig").unlink()
        assert run_signatures(folder).returncode == 0
        if name == "opened.txt":
            (folder / "freeze.txt.ward.sig").unlink()
            assert run_signatures(folder).returncode != 0


def test_a_seal_is_not_published_before_it_was_opened(tmp_path: Path) -> None:
    names = ("params.txt", "commits.txt", "list.txt", "freeze.txt", "reveal-ward.txt")
    with pytest.raises(Refused):
        publish(tmp_path / "p", with_signatures({name: PLAYED.files[name] for name in names}))
    assert list(tmp_path.iterdir()) == []


def test_a_newer_state_of_the_same_draw_takes_the_place_of_the_older(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    publish(folder, play().files)
    assert not (folder / "events.txt").exists()
    publish(folder, PLAYED.files)
    assert (folder / "events.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def other_draw(folder: Path) -> None:
    params = rules()
    other = type(params)("hiking-2025-1", None, params.courses, 3, 3)
    publish(folder, play(other).files)


def somebodys_files(folder: Path) -> None:
    folder.mkdir()
    (folder / "letter.txt").write_text("mine")


def a_file(folder: Path) -> None:
    folder.write_text("mine")


def a_link(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)


@pytest.mark.parametrize("occupy", [other_draw, somebodys_files, a_file, a_link])
def test_nothing_else_is_ever_replaced(tmp_path: Path, occupy) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "p"
    occupy(folder)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    with pytest.raises(Refused):
        publish(folder, PLAYED.files)
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    publish(tmp_path / "p", PLAYED.files)
    assert (tmp_path / "p" / MARKER).is_file()


def test_anyone_may_read_the_folder(tmp_path: Path) -> None:
    publish(tmp_path / "p", PLAYED.files)
    assert (tmp_path / "p").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "p" / "result.txt").stat().st_mode & 0o777 == 0o644


def test_a_failure_half_way_leaves_the_older_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "p"
    publish(folder, play().files)
    before = contents(folder)
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no"):
        publish(folder, PLAYED.files)
    assert contents(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def run_signatures(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(folder / "verify-signatures.sh"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_openssl_refuses_what_was_changed_after_signing(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    publish(folder, PLAYED.files)
    signed = [name for name in PLAYED.files if name.endswith(".sig")]
    for name in signed:
        whole_file = folder / name.rsplit(".", 2)[0]
        kept = whole_file.read_bytes()
        whole_file.write_bytes(kept + b"\n")
        done = run_signatures(folder)
        assert done.returncode != 0
        assert whole_file.name in done.stderr
        whole_file.write_bytes(kept)
    assert run_signatures(folder).returncode == 0


def test_openssl_refuses_missing_and_foreign_signatures(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    publish(folder, PLAYED.files)
    target = folder / "result.txt.ward.sig"
    kept = target.read_bytes()
    shutil.copy(folder / "result.txt.contractor.sig", target)
    assert run_signatures(folder).returncode != 0
    target.unlink()
    done = run_signatures(folder)
    assert done.returncode != 0
    assert target.name in done.stderr
    target.write_bytes(kept)
    assert run_signatures(folder).returncode == 0
