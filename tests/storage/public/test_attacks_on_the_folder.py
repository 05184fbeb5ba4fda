"""Attacks on the published folder, each under its own name, and which of the four checks sees which of them.

The forger is whoever writes the folder: the contractor, with its own key and all the files, or an outsider who puts a
changed copy on a page of their own, without any key. The checks: `verify` (the product's, given both true keys), verify.sh
(coreutils, no key), verify-signatures.sh (openssl, the keys in the folder), verify.html (both, the keys in the folder).
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import sync_playwright

from core.canonical import sha256_hex
from core.draw import ceremony, engine
from core.draw.events import Cancel, EventLog, Late
from core.draw.matching import Mismatch, match_roll
from core.draw.result import Result
from core.draw.roll import Roll
from core.draw.rules import Params
from core.draw.signing import SIGNED_BY, sign, signature_name
from core.draw.steps import NO_DICE, Commits, Dice, Freeze, Reveal, SeedInput
from core.draw.verify import verify
from core.roles import Site
from storage.public import checking_tools
from tests.core.draw.played import DICE, KEYS, PUBLIC, Played, after_draw, play, with_signatures
from tests.storage.public.folders import BEACON, SHELL, Checker, plain
from tests.storage.public.test_verify_html import CHROMIUM, Resident

VERIFY, SH, SIGNATURES, HTML = "verify", "verify.sh", "verify-signatures.sh", "verify.html"
ALL = frozenset({VERIFY, SH, SIGNATURES, HTML})
RECOMPUTE = frozenset({VERIFY, SH, HTML})
"""Those who begin at the rules and compute everything again."""
KEYED = frozenset({VERIFY, SIGNATURES, HTML})
"""Those who ask who signed."""
WHOLE = play(count=30, seed=3)


@pytest.fixture(scope="module")
def resident() -> Generator[Resident | None]:
    """Somebody with verify.html open, for the whole module; None where there is no browser."""
    if CHROMIUM is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Resident(browser.new_page())
        browser.close()


@pytest.fixture
def seen_by(
    checker: Checker, resident: Resident | None, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[dict[str, bytes], frozenset[str]], None]:
    """Asserts who, of the four, finds something wrong with a folder; verify.html is left out without a browser."""
    script = tmp_path_factory.mktemp("script") / SIGNATURES
    script.write_bytes(checking_tools()["verify-signatures.sh"])

    def check(files: dict[str, bytes], expected: frozenset[str]) -> None:
        checker.lay(files)
        signatures = subprocess.run(
            [SHELL, str(script), str(checker.folder)], capture_output=True, check=False, timeout=60
        )
        found = {
            VERIFY: not verify(files, PUBLIC).sound,
            SH: checker.run().returncode != 0,
            SIGNATURES: signatures.returncode != 0,
        }
        if resident is not None:
            found[HTML] = resident.choose(files) == "bad"
        assert {who for who, saw in found.items() if saw} == expected & found.keys()

    return check


# -- how a forger makes a draw ------------------------------------------------------------------------------------


def secrets_of(played: Played) -> dict[Site, Reveal]:
    return {site: Reveal.parse(played.files[f"reveal-{site}.txt"], f"reveal-{site}.txt") for site in Site}


def made_again(
    roll: Roll = WHOLE.roll,
    *,
    params: Params = WHOLE.params,
    reveals: dict[Site, Reveal] | None = None,
    absent: frozenset[Site] = frozenset(),
    digits: str = DICE,
) -> dict[str, bytes]:
    """A draw in which everything fits, without a single signature."""
    reveals = reveals or secrets_of(WHOLE)
    reveals = {site: dataclasses.replace(one, draw=params.draw) for site, one in reveals.items()}
    commits = Commits(*(reveals[site].sha256 for site in Site))
    frozen = Freeze(params.draw, params.sha256, commits.sha256, roll.sha256)
    shown = {site: one.to_bytes() for site, one in reveals.items() if site not in absent}
    opened = ceremony.open_seals(frozen, commits, shown)
    dice = {site: Dice(params.draw, opened.sha256, site, digits) for site in Site}
    seed = ceremony.seed_input(params, opened, dice)
    files = {one.file_name: one.to_bytes() for one in (params, commits, frozen, opened, *dice.values(), seed)}
    files |= {f"reveal-{site}.txt": data for site, data in shown.items()}
    return files | {"list.txt": roll.to_bytes(), "result.txt": engine.run(params, roll, seed).to_bytes()}


def signed_by_the_contractor(
    files: dict[str, bytes], before: dict[str, bytes] = WHOLE.files
) -> dict[str, bytes]:
    """The contractor's true signatures, and of the ward's those it had given for the draw as it was."""
    key = KEYS[Site.CONTRACTOR]
    signed = dict(plain(files))
    for name in plain(files):
        for site in SIGNED_BY.get(name, ()):
            mine = site is Site.CONTRACTOR
            signature = signature_name(name, site)
            if mine or signature in before:
                signed[signature] = sign(key, name, files[name]) if mine else before[signature]
    return signed | {name: data for name, data in before.items() if name.endswith(".pem")}


def loser_and_winner(played: Played = WHOLE) -> tuple[str, str]:
    lines = played.result.lines
    return next(line.id for line in lines if not line.course), next(line.id for line in lines if line.course)


def test_a_folder_that_is_all_true_is_sound_to_all(seen_by: Callable[..., None]) -> None:
    seen_by(WHOLE.files, frozenset())
    seen_by(with_signatures(made_again()), frozenset())


# -- numbers, people, seals, dice ---------------------------------------------------------------------------------


def test_numbers_changed_after_the_seed(seen_by: Callable[..., None]) -> None:
    """A friend's number is ground until the seed draws it first, and put into roll and result; the seed stays."""
    seed = SeedInput.parse(WHOLE.files["seed-input.txt"], "seed-input.txt")
    loser, _ = loser_and_winner()
    for count in itertools.count():
        better = Roll.of(
            line._replace(id=f"{count:010}") if line.id == loser else line for line in WHOLE.roll.lines
        )
        result = engine.run(WHOLE.params, better, seed)
        if result.lines[0].id == f"{count:010}":
            break
    forged = WHOLE.files | {"list.txt": better.to_bytes(), "result.txt": result.to_bytes()}
    seen_by(signed_by_the_contractor(forged), ALL)
    seen_by(plain(forged), ALL)  # an outsider, who leaves out what would accuse them


@pytest.mark.parametrize("kind", ["added", "left out", "moved"])
def test_people_changed_with_everything_after_it_made_to_fit(
    seen_by: Callable[..., None], resident: Resident | None, kind: str
) -> None:
    """People added, left out, a winning number moved: another draw, whole in itself.

    verify.sh recomputes it and agrees: it cannot know that this is not the roll both signed. The signatures tell.
    """
    lines = list(WHOLE.roll.lines)
    loser, winner = loser_and_winner()
    of = {line.id: line.commitment for line in lines}
    roll = Roll.of(
        {
            "added": [*lines, lines[0]._replace(id="0000000000", commitment="0" * 64)],
            "left out": lines[1:],
            "moved": [line._replace(commitment=of[_other(line.id, loser, winner)]) for line in lines],
        }[kind]
    )
    forged = made_again(roll)
    seen_by(signed_by_the_contractor(forged), KEYED)
    seen_by(
        forged, frozenset({VERIFY, SIGNATURES})
    )  # no signatures, no keys: as an outsider would hand it on
    if resident is not None:
        assert "署名は確かめていません" in resident.verdict


def test_one_commitment_on_two_numbers(seen_by: Callable[..., None]) -> None:
    """One person could show either number to be theirs: in the roll, or as a late unit of somebody who was drawn."""
    loser, winner = loser_and_winner()
    of = {line.id: line.commitment for line in WHOLE.roll.lines}
    roll = Roll.of(
        line._replace(commitment=of[winner]) if line.id == loser else line for line in WHOLE.roll.lines
    )
    forged = made_again(roll)
    seen_by(signed_by_the_contractor(forged), ALL)
    seen_by(forged, ALL)
    for lates in ((of[winner],), ("0" * 64, "0" * 64)):
        late = [Late(f"{n:010}", 1, ("A",), sealed, "0" * 64) for n, sealed in enumerate(lates)]
        files = plain(WHOLE.files) | after_draw(WHOLE.params, WHOLE.result, late)
        seen_by(signed_by_the_contractor(files), RECOMPUTE)


def _other(unit_id: str, one: str, other: str) -> str:
    return {one: other, other: one}.get(unit_id, unit_id)


def test_a_winning_number_moved_to_another_person_under_true_signatures() -> None:
    """Were the ward made to sign it, no public check could tell: numbers have no names. Its own openings tell before."""
    loser, winner = loser_and_winner()
    of = {line.id: line.commitment for line in WHOLE.roll.lines}
    moved = Roll.of(line._replace(commitment=of[_other(line.id, loser, winner)]) for line in WHOLE.roll.lines)
    assert verify(with_signatures(made_again(moved)), PUBLIC).ok
    findings = match_roll(WHOLE.params, moved, [unit.opening for unit in WHOLE.units], WHOLE.entries)
    assert {(one.problem, one.id) for one in findings} == {
        (Mismatch.WRONG_COMMITMENT, loser),
        (Mismatch.WRONG_COMMITMENT, winner),
    }


def test_seals_swapped_after_the_dice(seen_by: Callable[..., None]) -> None:
    """Another secret, ground to suit dice that have fallen: alone, with its seal, with all that follows."""
    other = Reveal(WHOLE.params.draw, Site.CONTRACTOR, "ab" * 32)
    alone = WHOLE.files | {other.file_name: other.to_bytes()}
    seen_by(alone, RECOMPUTE)
    commits = Commits(other.sha256, Commits.parse(WHOLE.files["commits.txt"], "commits.txt").ward)
    seen_by(alone | {"commits.txt": commits.to_bytes()}, RECOMPUTE)
    forged = made_again(reveals=secrets_of(WHOLE) | {Site.CONTRACTOR: other})
    seen_by(signed_by_the_contractor(forged), KEYED)


def test_absent_chosen_late(seen_by: Callable[..., None]) -> None:
    """The ward's opening is dropped once both results are known. Its signature is under the other opening."""
    kept = {name: data for name, data in WHOLE.files.items() if name != "reveal-ward.txt"}
    seen_by(kept, RECOMPUTE)
    forged = made_again(absent=frozenset({Site.WARD}))
    seen_by(signed_by_the_contractor(forged), KEYED)
    shown = {"reveal-ward.txt": WHOLE.files["reveal-ward.txt"]}
    seen_by(signed_by_the_contractor(forged | shown), ALL)


def test_ground_dice(seen_by: Callable[..., None]) -> None:
    """Digits tried until a loser comes first: in one dice file, or in both and in all that follows."""
    loser, _ = loser_and_winner()
    for count in itertools.count():
        forged = made_again(digits=f"{count:020}")
        if Result.parse(forged["result.txt"], "result.txt").lines[0].id == loser:
            break
    name = "dice-contractor.txt"
    seen_by(signed_by_the_contractor(WHOLE.files | {name: forged[name]}), RECOMPUTE)
    seen_by(signed_by_the_contractor(forged), KEYED)


def test_digits_beside_a_beacon_that_both_sites_have_signed(seen_by: Callable[..., None]) -> None:
    """Who may choose digits once the beacon's value is out looks for those that suit: there are none to choose."""
    played = play(BEACON)
    files = plain(played.files)
    for name in ("dice-contractor.txt", "dice-ward.txt", "seed-input.txt"):
        files[name] = files[name].replace(NO_DICE.encode(), DICE.encode())
    seed = SeedInput.parse(files["seed-input.txt"], "seed-input.txt")
    files["result.txt"] = engine.run(played.params, played.roll, seed).to_bytes()
    seen_by(with_signatures(files), RECOMPUTE)


# -- the keys -----------------------------------------------------------------------------------------------------


def test_another_draw_under_a_key_passed_off_as_the_wards(
    seen_by: Callable[..., None], checker: Checker, resident: Resident | None
) -> None:
    """All four files signed anew by a "ward" of the forger's own. Only who has the true key, or its hash, sees it.

    verify-signatures.sh and verify.html show the hash of each key, which is not the one in the ward's notice.
    """
    false = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
    pem = false.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = signed_by_the_contractor(made_again(digits="1" * 20))
    for name in plain(forged):
        if Site.WARD in SIGNED_BY.get(name, ()):
            forged[signature_name(name, Site.WARD)] = sign(false, name, forged[name])
    forged["ward.pem"] = pem
    seen_by(forged, frozenset({VERIFY}))
    notice = hashlib.sha256(WHOLE.files["ward.pem"]).hexdigest()
    told = subprocess.run(
        [SHELL, "-s", str(checker.folder)],
        input=checking_tools()["verify-signatures.sh"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert hashlib.sha256(pem).hexdigest() in told and notice not in told
    if resident is not None:
        assert resident.page.locator("#hash-ward").text_content() == hashlib.sha256(pem).hexdigest()


# -- a second draw ------------------------------------------------------------------------------------------------


def test_keys_exchanged_while_the_signatures_are_checked(tmp_path: Path) -> None:
    """Signatures of the forger's under a key of the forger's; the true key lies there again before its hash is printed."""
    forger = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    files = dict(WHOLE.files)
    for name in WHOLE.files:
        if name.endswith(".ward.sig"):
            about = name.removesuffix(".ward.sig")
            files[name] = sign(forger, about, files[about])
    files["ward.pem"] = forger.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    folder, tools = tmp_path / "folder", tmp_path / "tools"
    for made in (folder, tools):
        made.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (tmp_path / "true.pem").write_bytes(WHOLE.files["ward.pem"])
    true_sum = shutil.which("sha256sum")
    (tools / "sha256sum").write_text(
        f'#!/bin/sh\ncp "{tmp_path}/true.pem" "{folder}/ward.pem"\nexec {true_sum} "$@"\n', encoding="ascii"
    )
    (tools / "sha256sum").chmod(0o755)
    script = tmp_path / SIGNATURES
    script.write_bytes(checking_tools()["verify-signatures.sh"])
    done = subprocess.run(
        [SHELL, str(script), str(folder)], env={"PATH": f"{tools}:{os.environ['PATH']}"},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (folder / "ward.pem").read_bytes() == WHOLE.files["ward.pem"], "the exchange took place"
    assert sha256_hex(WHOLE.files["ward.pem"]) not in done.stdout.decode()
    assert sha256_hex(files["ward.pem"]) in done.stdout.decode()


def test_a_second_draw_published_as_if_it_were_the_first(seen_by: Callable[..., None]) -> None:
    """The contractor draws again alone, in silence, and publishes what pleases it: the ward never signed that."""
    other = {site: Reveal(WHOLE.params.draw, site, f"{n}{n}" * 32) for n, site in enumerate(Site, start=1)}
    seen_by(signed_by_the_contractor(made_again(reveals=other)), KEYED)


def test_a_second_draw_tells_that_it_is_one(seen_by: Callable[..., None]) -> None:
    """Its number and `previous` say so; without them it is no draw. That the first was given up, its folder says."""
    silent = made_again(params=WHOLE.params)
    for draw, previous in (("hiking-2026-2", b"none"), ("hiking-2026-1", b"0" * 64)):
        params = silent["params.txt"].replace(b"draw=hiking-2026-1", f"draw={draw}".encode())
        params = params.replace(b"previous=none", b"previous=" + previous)
        seen_by(signed_by_the_contractor(silent | {"params.txt": params}), RECOMPUTE)
    second = dataclasses.replace(
        WHOLE.params, draw="hiking-2026-2", previous=sha256_hex(WHOLE.files["freeze.txt"])
    )
    seen_by(signed_by_the_contractor(made_again(params=second)), KEYED)
    seen_by(with_signatures(made_again(params=second)), frozenset())


# -- promotion ----------------------------------------------------------------------------------------------------


def eventful() -> tuple[Played, EventLog]:
    _, winner = loser_and_winner()
    leaving = [line.id for line in WHOLE.result.lines if line.course and line.id != winner][:2]
    log = EventLog(WHOLE.result.sha256)
    for event in (Cancel(winner), *map(Cancel, leaving)):
        log = log.append(event)
    files = plain(WHOLE.files) | after_draw(WHOLE.params, WHOLE.result, log.events, 2)
    return dataclasses.replace(WHOLE, files=with_signatures(files)), log


EVENTFUL, LOG = eventful()


def standing_with(change: Callable[[list[list[str]]], None]) -> dict[str, bytes]:
    rows = [line.split(" ") for line in EVENTFUL.files["standing.txt"].decode().splitlines()]
    change(rows)
    bent = "".join(" ".join(row) + "\n" for row in rows).encode()
    assert bent != EVENTFUL.files["standing.txt"]
    return signed_by_the_contractor(EVENTFUL.files | {"standing.txt": bent}, EVENTFUL.files)


def test_an_invented_promotion(seen_by: Callable[..., None]) -> None:
    """standing.txt seats a friend whom no event has promoted."""

    def promote(rows: list[list[str]]) -> None:
        row = next(row for row in rows if row[2] == "waiting")
        row[2:] = ["seated", row[3].split(",")[0]]

    seen_by(standing_with(promote), RECOMPUTE)


def test_batched_promotions(seen_by: Callable[..., None]) -> None:
    """Withdrawals in one line, or counted before anybody moves up: the first is no event, the second another list."""
    once = after_draw(WHOLE.params, WHOLE.result, LOG.events[:1])
    for name in ("events.txt", "standing.txt"):
        seen_by(signed_by_the_contractor(EVENTFUL.files | {name: once[name]}, EVENTFUL.files), RECOMPUTE)
    joined = EVENTFUL.files["events.txt"].replace(b"\n", b" ", 1)
    seen_by(signed_by_the_contractor(EVENTFUL.files | {"events.txt": joined}, EVENTFUL.files), RECOMPUTE)


def test_events_cut_or_rewritten_after_the_ward_has_countersigned(seen_by: Callable[..., None]) -> None:
    """The ward has seen two of three. Fewer, or others, do not lead to what it signed; it says so without a key."""
    first, second, third = LOG.events
    for events in ((first,), (second, first, third), (third, first, second)):
        bent = plain(WHOLE.files) | after_draw(WHOLE.params, WHOLE.result, events)
        bent["head-ward.txt"] = EVENTFUL.files["head-ward.txt"]
        seen_by(signed_by_the_contractor(bent, EVENTFUL.files), RECOMPUTE)
    unseen = plain(WHOLE.files) | after_draw(WHOLE.params, WHOLE.result, (first, second), 2)
    seen_by(signed_by_the_contractor(unseen, EVENTFUL.files), frozenset())


def test_the_wards_head_left_out_so_that_events_could_be_rewritten(
    seen_by: Callable[..., None],
    checker: Checker,
    resident: Resident | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A folder from before the ward has looked is as sound; so each check says how far the ward stands behind the events."""
    script = tmp_path_factory.mktemp("script") / SIGNATURES
    script.write_bytes(checking_tools()["verify-signatures.sh"])
    first, second, _ = LOG.events
    rewritten = plain(WHOLE.files) | after_draw(WHOLE.params, WHOLE.result, (second, first))
    told = {}
    for name, files in (("true", EVENTFUL.files), ("rewritten", signed_by_the_contractor(rewritten))):
        seen_by(files, frozenset())
        signatures = subprocess.run(
            [SHELL, str(script), str(checker.folder)], capture_output=True, check=False, timeout=60
        )
        told[name] = {
            VERIFY: verify(files, PUBLIC).seen_by_the_ward,
            SH: checker.run().stdout.decode(),
            SIGNATURES: signatures.stdout.decode(),
        }
        if resident is not None:
            told[name][HTML] = resident.verdict
    for who, words in told["true"].items():
        assert "まだ1件も" not in words and "2件" in words, who
    for who, words in told["rewritten"].items():
        assert "まだ1件も確かめていません" in words or "そのうち0件" in words, who


def test_ground_late_ids(seen_by: Callable[..., None]) -> None:
    """A late number ground to be the smallest, and listed where it would stand had it been drawn."""
    late = Late("0000000000", 1, ("A",), "0" * 64, "0" * 64)
    files = plain(WHOLE.files) | after_draw(WHOLE.params, WHOLE.result, (late,))
    rows = files["standing.txt"].splitlines(keepends=True)
    assert rows[-1].startswith(b"0000000000 ")
    seen_by(signed_by_the_contractor(files), frozenset())
    seen_by(signed_by_the_contractor(files | {"standing.txt": b"".join([rows[-1], *rows[:-1]])}), RECOMPUTE)


# -- the bytes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["U+2028", "no last LF"])
def test_a_forged_line_through_u2028_and_a_missing_last_lf(seen_by: Callable[..., None], how: str) -> None:
    """In a roll to which freeze, opening, dice, seed and every signature are made to fit, of both sites."""
    true = WHOLE.files["list.txt"]
    last = true[:-1].split(b"\n")[-1]
    forged = true[:-1] if how == "no last LF" else true[:-1] + "\u2028".encode() + last + b"\n"
    files, old = dict(plain(WHOLE.files)), {"list.txt": sha256_hex(true)}
    files["list.txt"] = forged
    for name in ("freeze.txt", "opened.txt", "dice-contractor.txt", "dice-ward.txt", "seed-input.txt"):
        old[name] = sha256_hex(files[name])
        for before, hashed in list(old.items()):
            files[name] = files[name].replace(hashed.encode(), sha256_hex(files[before]).encode())
    seen_by(with_signatures(files), RECOMPUTE)
    for name in ("result.txt", "events.txt", "standing.txt"):
        data = EVENTFUL.files[name]
        last = data[:-1].split(b"\n")[-1]
        bent = data[:-1] if how == "no last LF" else data[:-1] + "\u2028".encode() + last + b"\n"
        seen_by(with_signatures(plain(EVENTFUL.files) | {name: bent}), RECOMPUTE)


def test_a_line_forged_in_a_note(checker: Checker, resident: Resident | None) -> None:
    """A note with U+2028 in it, which an editor may show as another rule; everything after it is made to fit.

    verify.sh reads bytes and LF alone, so it computes with the rules as they are; it does not judge what a note says.
    """
    noted = WHOLE.files["params.txt"] + "note=x\u2028course=C 99\n".encode()
    files = dict(plain(WHOLE.files))
    old = {"params.txt": sha256_hex(files["params.txt"])}
    files["params.txt"] = noted
    for name in ("freeze.txt", "opened.txt", "dice-contractor.txt", "dice-ward.txt", "seed-input.txt"):
        old[name] = sha256_hex(files[name])
        for before, hashed in list(old.items()):
            files[name] = files[name].replace(hashed.encode(), sha256_hex(files[before]).encode())
    assert not verify(with_signatures(files), PUBLIC).sound
    if resident is not None:
        assert resident.choose(with_signatures(files)) == "bad"
