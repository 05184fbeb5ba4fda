"""The product's own verification of a public folder: it names what is wrong, and misses nothing."""

import dataclasses
import random

import pytest

from core.draw.events import Cancel, EventLog, Head
from core.draw.result import Result
from core.draw.signing import SIGNED_BY, TYPES, is_signed, message, sign, signature_name
from core.draw.verify import DrawReport, FindingCode, verify
from core.roles import Site
from tests.core.draw.happened import forbidden, happen
from tests.core.draw.played import KEYS, PUBLIC, Played, play, rules, with_signatures
from tests.storage.public.folders import BROKEN, FORGED, HARMLESS, forge


def whole() -> Played:
    first = play()
    return play(events=happen(first.params, first.result, 8, 1), ward_saw=5)


WHOLE = whole()
TEXTS = {name: data for name, data in WHOLE.files.items() if name.endswith(".txt")}


def check(files: dict[str, bytes]) -> DrawReport:
    return verify(files, PUBLIC)


def found(report: DrawReport) -> set[tuple[str, str]]:
    return {(finding.file, finding.code.value) for finding in report.findings}


@pytest.mark.parametrize(
    "played",
    [
        WHOLE,
        play(),
        play(rules(max_size=1, max_tickets=1), count=60),
        play(rules(beacon=("drand", "7"))),
        play(absent=frozenset({Site.CONTRACTOR})),
        play(rules(notes=("会場の抽選",))),
    ],
)
def test_an_honest_draw_has_no_findings(played: Played) -> None:
    report = check(played.files)
    assert report.findings == ()
    assert report.ok and report.sound and report.complete
    assert report.units == len(played.units)


def test_it_says_how_far_the_ward_has_seen() -> None:
    assert check(WHOLE.files).ward_seq == 5
    assert check(play().files).ward_seq is None


@pytest.mark.parametrize("name", sorted(WHOLE.files))
def test_any_changed_byte_of_any_file_is_found(name: str) -> None:
    if name.endswith(".pem"):
        return  # the keys to check with come from the caller, not from the folder
    data, chance = WHOLE.files[name], random.Random(name)
    for _ in range(25):
        at = chance.randrange(len(data))
        new = bytes([chance.choice([byte for byte in b"0A1a \n=" if byte != data[at]])])
        changed = chance.choice((data[:at] + new + data[at + 1 :], data[:at] + data[at + 1 :], data + new))
        report = check(WHOLE.files | {name: changed})
        assert not report.ok
        assert not report.sound


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_even_unsigned_the_files_bind_each_other(name: str) -> None:
    """All signatures made anew after the change: what remains is the hashes, as verify.sh sees them."""
    data, chance = TEXTS[name], random.Random(name)
    for _ in range(25):
        at = chance.randrange(len(data))
        new = bytes([chance.choice([byte for byte in b"0A1a \n=" if byte != data[at]])])
        forged = with_signatures(TEXTS | {name: data[:at] + new + data[at + 1 :]})
        assert not check(forged).sound


def test_any_missing_file_is_named() -> None:
    for name in WHOLE.files:
        if name.endswith(".pem") or name.startswith("head-ward"):
            continue
        report = check({other: data for other, data in WHOLE.files.items() if other != name})
        assert not report.ok
        assert name in {finding.file for finding in report.findings}


STEPS = [
    ("params.txt", "commits.txt"),
    ("list.txt", "freeze.txt"),
    ("reveal-contractor.txt", "reveal-ward.txt", "opened.txt"),
    ("dice-contractor.txt", "dice-ward.txt"),
]


@pytest.mark.parametrize("reached", range(1, 5))
def test_an_abandoned_draw_is_sound_as_far_as_it_went(reached: int) -> None:
    names = [name for step in STEPS[:reached] for name in step]
    report = check(with_signatures({name: TEXTS[name] for name in names}))
    assert report.sound
    assert not report.ok
    assert not report.complete
    assert {finding.code for finding in report.findings} == {FindingCode.MISSING}


@pytest.mark.parametrize("dice", ["dice-contractor.txt", "dice-ward.txt"])
def test_dice_that_nobody_signed_are_not_sound_where_a_draw_ended_at_them(dice: str) -> None:
    """They would be a reason to abandon it, in the name of the other."""
    names = [name for step in STEPS[:4] for name in step]
    files = with_signatures({name: TEXTS[name] for name in names})
    del files[f"{dice}.{dice[5:-4]}.sig"]
    report = check(files)
    assert not report.sound
    assert (f"{dice}.{dice[5:-4]}.sig", "gone") in found(report)


def test_a_step_taken_away_from_the_middle_is_not_an_abandoned_draw() -> None:
    for name in ("commits.txt", "freeze.txt", "list.txt", "opened.txt", "dice-ward.txt", "reveal-ward.txt"):
        left = {other: data for other, data in play().files.items() if not other.startswith(name)}
        report = check(left)
        assert not report.sound
        assert (name, "gone") in found(report)


def test_a_signature_of_the_other_site_or_of_another_file_does_not_count() -> None:
    freeze = WHOLE.files["freeze.txt"]
    wrong = (
        WHOLE.files["freeze.txt.contractor.sig"],
        sign(KEYS[Site.WARD], "opened.txt", freeze),
        b"",
    )
    for signature in wrong:
        report = check(WHOLE.files | {"freeze.txt.ward.sig": signature})
        assert found(report) == {("freeze.txt.ward.sig", "signature")}


def test_a_missing_signature_under_a_result_is_named() -> None:
    files = {name: data for name, data in play().files.items() if name != "opened.txt.ward.sig"}
    assert found(check(files)) == {("opened.txt.ward.sig", "gone")}


def test_additional_signatures_must_be_good_too() -> None:
    good = sign(KEYS[Site.WARD], "params.txt", WHOLE.files["params.txt"])
    assert check(WHOLE.files | {"params.txt.ward.sig": good}).ok
    assert not check(WHOLE.files | {"params.txt.ward.sig": good[::-1]}).ok


def test_an_unknown_file_is_named() -> None:
    report = check(WHOLE.files | {"名簿.xlsx": b""})
    assert found(report) == {("名簿.xlsx", "unknown_file")}


def test_a_reveal_of_an_absent_site_is_a_finding() -> None:
    absent = play(absent=frozenset({Site.WARD})).files
    late = play().files["reveal-ward.txt"]
    assert ("reveal-ward.txt", "mismatch") in found(check(absent | {"reveal-ward.txt": late}))


def test_events_rewritten_after_the_ward_saw_them_are_found() -> None:
    log = EventLog.parse(WHOLE.files["events.txt"], WHOLE.result.sha256)
    seated = [line.id for line in WHOLE.result.lines if line.course]
    other = play(events=[Cancel(unit_id) for unit_id in seated[: len(log.events)]])
    report = check(
        WHOLE.files | {n: d for n, d in other.files.items() if n.startswith(("events", "standing", "head-c"))}
    )
    assert found(report) == {("head-ward.txt", "mismatch")}


def test_events_cut_short_behind_the_wards_back_are_found() -> None:
    log = EventLog.parse(WHOLE.files["events.txt"], WHOLE.result.sha256)
    shorter = play(events=log.events[:3])
    kept = {n: d for n, d in WHOLE.files.items() if n.startswith("head-ward")}
    assert found(check(shorter.files | kept)) == {("head-ward.txt", "mismatch")}


def test_an_event_the_rules_forbid_is_a_finding() -> None:
    log = EventLog(WHOLE.result.sha256)
    worse = log.append(forbidden(WHOLE.params, WHOLE.result, (), random.Random(1)))
    report = check(WHOLE.files | {"events.txt": worse.to_bytes()})
    assert ("events.txt", "mismatch") in found(report)


def test_every_file_has_a_type_and_a_message_of_its_own() -> None:
    assert message("freeze.txt", b"x\n") == b"hk-freeze-v1\nx\n"
    assert message("dice-ward.txt", b"x\n") == b"hk-dice-v1\nx\n"
    assert set(SIGNED_BY) <= set(TYPES)
    assert signature_name("dice-ward.txt", Site.WARD) == "dice-ward.txt.ward.sig"
    signature = sign(KEYS[Site.WARD], "freeze.txt", b"x\n")
    assert is_signed(PUBLIC[Site.WARD], "freeze.txt", b"x\n", signature)
    assert not is_signed(PUBLIC[Site.WARD], "opened.txt", b"x\n", signature)
    assert not is_signed(PUBLIC[Site.CONTRACTOR], "freeze.txt", b"x\n", signature)
    with pytest.raises(KeyError):
        message("unknown.txt", b"")


@pytest.mark.parametrize("name", ["seed-input.txt", "list.txt", "freeze.txt", "opened.txt"])
def test_half_a_step_is_not_a_step_reached(name: str) -> None:
    """A finished draw without its seed was never recomputed; a freeze without its roll binds nothing."""
    last = {"seed-input.txt": 5, "list.txt": 2, "freeze.txt": 2, "opened.txt": 3}[name]
    steps = [*STEPS, ("seed-input.txt", "result.txt")]
    names = [one for step in steps[:last] for one in step if one != name]
    report = check(with_signatures({one: TEXTS[one] for one in names}))
    assert not report.sound
    assert (name, "gone") in found(report)


def heads(**changed: Head) -> dict[str, bytes]:
    """The finished draw with other heads, signed by whom they name."""
    files = {name: data for name, data in WHOLE.files.items() if not name.startswith("head-")}
    files |= {f"head-{party}.txt": head.to_bytes() for party, head in changed.items()}
    return with_signatures({name: data for name, data in files.items() if name.endswith(".txt")})


def test_the_contractors_head_is_the_end_and_every_head_is_of_this_draw() -> None:
    log = EventLog.parse(WHOLE.files["events.txt"], WHOLE.result.sha256)
    draw, last = WHOLE.params.draw, len(log.events)
    mine = Head(draw, Site.CONTRACTOR, last, log.head)
    theirs = Head(draw, Site.WARD, last - 1, log.hash_at(last - 1))
    assert check(heads(contractor=mine, ward=theirs)).ok
    behind = Head(draw, Site.CONTRACTOR, last - 1, log.hash_at(last - 1))
    assert ("head-contractor.txt", "mismatch") in found(check(heads(contractor=behind)))
    for head in (mine, theirs):
        other = dataclasses.replace(head, draw="hiking-2026-2")
        bent = heads(**({"contractor": mine, "ward": theirs} | {head.party.value: other}))
        assert (head.file_name, "mismatch") in found(check(bent))


def test_a_signature_under_nothing_is_a_finding() -> None:
    files = {name: data for name, data in WHOLE.files.items() if not name.startswith("head-ward.txt")}
    assert check(files).ok
    left = files | {"head-ward.txt.ward.sig": WHOLE.files["head-ward.txt.ward.sig"]}
    assert ("head-ward.txt.ward.sig", "signature") in found(check(left))


@pytest.mark.parametrize("allowed", HARMLESS)
def test_what_the_rules_allow_is_no_finding_once_it_is_signed(allowed: tuple[str, str, str]) -> None:
    assert check(with_signatures(forge(FORGED, *allowed))).ok


@pytest.mark.parametrize("kind", BROKEN)
def test_one_rule_broken_and_all_that_follows_made_to_fit_and_signed_is_found(kind: str) -> None:
    """Whatever both sites sign, it must have been a draw: no signature and no hash tells here, only the rule."""
    report = check(with_signatures(forge(FORGED, *BROKEN[kind])))
    assert not report.sound
    assert {one.code for one in report.findings} & {FindingCode.MALFORMED, FindingCode.MISMATCH}


@pytest.mark.parametrize("seat", [None, "ZZ"])
def test_an_outing_nobody_knows_in_a_result_with_events_is_a_finding(seat: str | None) -> None:
    lines = play().result.lines
    at = next(n for n, line in enumerate(lines) if (line.course is None) is (seat is None))
    bent = lines[at]._replace(courses=("ZZ",), course=seat)
    forged = Result((*lines[:at], bent, *lines[at + 1 :]))
    log = EventLog(forged.sha256).append(Cancel(lines[0].id))
    files = TEXTS | {"result.txt": forged.to_bytes(), "events.txt": log.to_bytes()}
    assert ("result.txt", "mismatch") in found(check(files))
