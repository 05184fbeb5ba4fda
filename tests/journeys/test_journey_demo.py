"""`ikiiki demo`: a whole year in one folder, which it may replace and nothing else; nobody's data where it must not be."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import chain
from pathlib import Path

import pytest

from cli.demo import MARKER
from cli.demo_staff import DEPUTIES, HANDLERS, PASSWORDS, STAFF
from core.roles import Site
from tests.journeys.acting import Machine, in_process
from tests.journeys.seeking import applicants_of, cells_of, hits, more_words_of, needles, words_of

Demo = tuple[Path, Path]


def machines(base: Path) -> dict[Site, Machine]:
    """The demo's vaults; marks and password files go beside the demo, not into it."""
    made = {}
    for site in Site:
        place = base.parent / "looking" / site.value
        place.mkdir(parents=True, exist_ok=True)
        made[site] = _Demo(place, site, staff=STAFF[site][0], password=PASSWORDS[site])
        made[site].vault_folder = base / site.value
    return made


class _Demo(Machine):
    vault_folder: Path

    @property
    def folder(self) -> Path:
        return self.vault_folder


@pytest.fixture(scope="module")
def sites(demo: Demo) -> dict[Site, Machine]:
    return machines(demo[0])


@pytest.fixture(scope="module")
def secrets(sites: dict[Site, Machine]) -> set[bytes]:
    """Kana, phones and mails of all the demo's people, as stored and as written."""
    everybody = [applicant for site in Site for applicant in applicants_of(sites[site])]
    assert len({applicant.kana for applicant in everybody}) > 300
    return needles(chain(chain.from_iterable(map(words_of, everybody)), cells_of(sites[Site.CONTRACTOR])))


def test_the_demo_leaves_what_it_says(demo: Demo) -> None:
    folder = demo[0]
    there = {path.name for path in folder.iterdir()}
    assert {"contractor", "ward", "remote", "public", "papers", "README.txt", MARKER} <= there
    assert (folder / "papers" / "notices.pdf").read_bytes().startswith(b"%PDF-")
    text = (folder / "README.txt").read_text("utf-8")
    for site in Site:
        assert PASSWORDS[site] in text and STAFF[site][0] in text


def test_both_vaults_of_the_demo_are_sound(sites: dict[Site, Machine]) -> None:
    for machine in sites.values():
        machine.sound()


def test_the_demos_draw_verifies_with_the_shell_and_with_the_command(demo: Demo) -> None:
    (public,) = (demo[0] / "public").iterdir()
    shell = subprocess.run(["/bin/sh", "verify.sh"], cwd=public, capture_output=True, check=False)
    assert shell.returncode == 0
    assert in_process(["lottery", "verify", str(public), "--json"], {}).json["ok"] is True


def test_the_search_finds_people_where_they_are(demo: Demo, secrets: set[bytes]) -> None:
    """The sources lie in exports/ in clear: a search that finds nobody there would prove nothing elsewhere."""
    files = {Path(name).name for name, _ in hits([demo[0] / "exports"], secrets)}
    assert {"web-applications.csv", "survey.csv", "counter-export.csv"} <= files


def test_nobody_is_in_clear_in_vaults_remote_medium_or_temporary_folder(
    demo: Demo, secrets: set[bytes]
) -> None:
    folder, temporary = demo
    places = [*(folder / site.value for site in Site), folder / "remote", folder / "medium", temporary]
    assert all(any(place.rglob("*")) for place in places[:-1])
    assert hits([*places, folder.parent / "state"], secrets) == []


def test_nobody_is_in_the_public_folder(demo: Demo, secrets: set[bytes], sites: dict[Site, Machine]) -> None:
    more = needles(chain.from_iterable(map(more_words_of, applicants_of(sites[Site.CONTRACTOR]))))
    assert hits([demo[0] / "public"], secrets | more) == []


def test_nobody_is_named_in_either_ledger_or_log_of_access(
    demo: Demo, secrets: set[bytes], sites: dict[Site, Machine], tmp_path: Path
) -> None:
    for site, machine in sites.items():
        (tmp_path / f"{site}.log").write_text(
            "\n".join(str(row) for row in machine.do("log", "list", "--limit", 100_000)["rows"]),
            encoding="utf-8",
        )
        for org in Site:
            machine.do("ledger", "export", tmp_path / f"{site}-{org}.hkl", "--org", org)
    assert hits([tmp_path], secrets) == []


def test_file_and_bundle_names_tell_nothing(demo: Demo) -> None:
    names = [path.name for place in ("remote", "medium") for path in (demo[0] / place).iterdir()]
    known = r"\.fonts|[1-9]-(cw|wc|wd)-[0-9]{8}\.(zip|manifest|receipt)|heartbeat-(contractor|ward)-[0-9]+-[0-9]{8}t[0-9]{2}\.json"
    assert names and [name for name in names if not re.fullmatch(known, name)] == []


@pytest.mark.parametrize("what", ["a file", "a folder", "a hidden file"])
def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(tmp_path: Path, what: str) -> None:
    mine = tmp_path / "documents"
    mine.mkdir()
    if what == "a folder":
        (mine / "letters").mkdir()
    else:
        (mine / (".hidden" if what == "a hidden file" else "letter.txt")).write_text("dear", encoding="utf-8")
    before = sorted(path.relative_to(mine) for path in mine.rglob("*"))
    refused = in_process(["demo", str(mine), "--json"], {})
    assert refused.code == 3
    assert "何も消していません" in refused.json["error"]["what"]
    assert sorted(path.relative_to(mine) for path in mine.rglob("*")) == before


def test_a_file_in_the_demos_place_is_refused_and_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "letter.txt"
    mine.write_text("dear", encoding="utf-8")
    refused = in_process(["demo", str(mine), "--json"], {})
    assert refused.code == 3, refused.err
    assert mine.read_text("utf-8") == "dear"


def test_a_link_to_a_folder_in_the_demos_place_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / MARKER).write_text("ikiiki demo\n", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    assert in_process(["demo", str(tmp_path / "link"), "--json"], {}).code == 3
    assert (tmp_path / "mine" / MARKER).exists()


def test_an_earlier_demo_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import cli.demo

    old = tmp_path / "demo"
    old.mkdir()
    (old / MARKER).write_text("ikiiki demo\n", encoding="utf-8")
    (old / "left.txt").write_text("of the demo before", encoding="utf-8")

    class Enough(Exception):
        """The year itself is played elsewhere."""

    def stop(days: object) -> str:
        raise Enough

    monkeypatch.setattr(cli.demo, "demo_programme", stop)
    with pytest.raises(Enough):
        cli.demo.play(old, tell=print)
    assert (old / MARKER).is_file() and not (old / "left.txt").exists()


@pytest.mark.parametrize("site", Site)
def test_the_year_leaves_nothing_to_ask_about_in_either_log(
    demo: Demo, sites: dict[Site, Machine], site: Site, tmp_path: Path
) -> None:
    """Looked at as a whole, and as the first manager's next review finds it; the year's own was signed by the other."""
    whole = sites[site].run("log", "review", "--since", "2000-01-01").json
    assert whole["review"] is None and not whole["begun"]
    assert {one["staff"] for one in whole["accounts"]} == {
        who[site][0] for who in (STAFF, DEPUTIES, HANDLERS)
    }
    lines = sites[site].do("ledger", "list", "--org", site)["lines"]
    (signed,) = [line for line in lines if (line["act"], line["content"]) == ("inspect", "access_log")]
    assert signed["actor"] == DEPUTIES[site][0]
    shutil.copytree(demo[0], tmp_path / "demo")
    after = machines(tmp_path / "demo")[site].run("log", "review").json
    assert after["begun"] and after["first"] > 1
    for seen in (whole, after):
        findings = {one["code"] for one in seen["items"] if one["part"] == "finding"}
        assert findings <= {"hours", "holiday"}, "it is played at whatever hour this runs"
