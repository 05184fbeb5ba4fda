"""The five signed steps of the draw, in their order, by the site whose turn it is, and by no other file or hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.cells import cell_len

from core.applicant import Route
from core.canonical import sha256_hex
from core.draw.events import EVENTS, Cancel, Close, EventLog, Head, Late
from core.draw.result import RESULT, Result
from core.draw.roll import LIST
from core.draw.signing import sign, signature_name
from core.draw.steps import COMMITS, FREEZE, OPENED, SEED_INPUT, Dice, dice_name, reveal_name
from core.errors import IntegrityFailure, Refused
from core.office.drawing import OPENINGS, SEAL, SENTENCES, Step
from core.office.lines import from_jsonl, jsonl
from core.people.fields import Field
from core.roles import Site

DICE = "08365512907744019283"


def files_at(bureau: Any) -> dict[str, bytes]:
    with bureau.store.read() as tx:
        names = tx.draws.names()
        return dict(tx.draws.files(names[0])) if names else {}


def draw_bundle(bench: Any, sender: Any, files: dict[str, bytes]) -> Callable[[], Any]:
    take: Callable[[], Any] = bench.forge(
        sender, "draw", {"draw.txt": b"hiking-2026-1\n", **files}, {"files": len(files)}
    )
    return take


def test_the_ceremony_in_its_order_gives_the_same_files_at_both_sites(bench: Any) -> None:
    bench.confirmed()
    for bureau, act in bench.ceremony():
        assert bureau.office.lottery.status().mine
        act()
        bench.sync()
    mine, theirs = files_at(bench.contractor), files_at(bench.ward)
    assert mine == theirs
    assert bench.ward.office.lottery.status().step is Step.DONE


def test_no_part_is_done_out_of_turn_by_a_person(bench: Any, leaves: Callable[..., Any]) -> None:
    """At every step, everything but what is due is refused at both sites, and leaves nothing."""
    bench.confirmed()
    for _, act in [*bench.ceremony(), (None, lambda: None)]:
        for bureau in (bench.contractor, bench.ward):
            lottery = bureau.office.lottery
            step = lottery.status().step
            due = {
                Step.FREEZE_CONTRACTOR: ("freeze", Site.CONTRACTOR), Step.FREEZE_WARD: ("freeze", Site.WARD),
                Step.OPEN_CONTRACTOR: ("open", Site.CONTRACTOR), Step.OPEN_WARD: ("open", Site.WARD),
            }.get(step)  # fmt: skip
            for name, call in {
                "seal": lottery.seal, "freeze": lottery.freeze, "open": lottery.open_seals,
                "dice": lambda lottery=lottery: lottery.dice(DICE), "draw": lottery.draw,
            }.items():  # fmt: skip
                if (name, bureau.site) == due or (name == "dice" and step.value.startswith("dice")):
                    continue
                if name == "draw" and step in (Step.DRAW_CONTRACTOR, Step.DRAW_WARD):
                    continue
                with leaves(bureau, Refused):
                    call()
        act()
        bench.sync()


def test_what_was_sent_once_is_not_taken_again_nor_at_another_step(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    """Every file of the finished draw, alone and with its signature, at every step before the one it belongs to."""
    bench.drawn()
    whole = {Site.CONTRACTOR: files_at(bench.contractor), Site.WARD: files_at(bench.ward)}
    for sender in (bench.contractor, bench.ward):
        for name, data in whole[sender.site].items():
            with leaves(bench.other(sender), IntegrityFailure):
                draw_bundle(bench, sender, {name: data})()
    with leaves(bench.ward, IntegrityFailure):
        draw_bundle(bench, bench.contractor, whole[Site.CONTRACTOR])()


def test_before_the_wards_seal_no_roll_is_taken(bench: Any, leaves: Callable[..., Any]) -> None:
    """Else the ward would sign a freeze over seals that are not those of commits.txt."""
    bench.received()
    invented = {
        LIST: b"x\n",
        FREEZE: b"hkr1 freeze\n",
        OPENED: b"",
        COMMITS: b"",
        dice_name(Site.CONTRACTOR): b"",
    }
    for name, data in invented.items():
        with leaves(bench.ward, IntegrityFailure):
            draw_bundle(bench, bench.contractor, {name: data})()
    with leaves(bench.ward, IntegrityFailure):
        draw_bundle(bench, bench.contractor, {**invented, OPENINGS: b""})()


def test_a_signature_over_what_is_no_file_of_the_draw_is_refused(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    bench.received()
    for name in (
        f"{SEAL}.contractor.sig",
        f"{SEAL}.ward.sig",
        "x.contractor.sig",
        ".contractor.sig",
        "x.sig",
    ):
        for sender in (bench.contractor, bench.ward):
            with leaves(bench.other(sender), IntegrityFailure):
                draw_bundle(bench, sender, {name: b"0" * 64})()


@pytest.mark.parametrize(
    "seal", [b"", b"\xff" * 64, b"0" * 64 + b"  reveal-ward.txt\n", b"g" * 64 + b"  reveal-contractor.txt\n"]
)
def test_the_first_seal_must_be_one(bench: Any, leaves: Callable[..., Any], seal: bytes) -> None:
    bench.pair()
    take = bench.bent(
        bench.contractor, bench.contractor.office.lottery.seal, lambda sent: {**sent, SEAL: seal}
    )
    with leaves(bench.ward, IntegrityFailure):
        take()


def frozen(bench: Any, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Callable[[], Any]:
    """The contractor's freeze with other openings, signed as it should be."""
    take: Callable[[], Any] = bench.bent(
        bench.contractor,
        bench.contractor.office.lottery.freeze,
        lambda sent: {**sent, OPENINGS: jsonl(change(from_jsonl(sent[OPENINGS], OPENINGS)))},
    )
    return take


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [{**rows[0], "members": []}, *rows[1:]],
        lambda rows: [{**rows[0], "members": "x"}, *rows[1:]],
        lambda rows: [{"id": rows[0]["id"]}, *rows[1:]],
        lambda rows: [{**rows[0], "id": "short"}, *rows[1:]],
        lambda rows: [{**rows[0], "members": [{"record": "ZZZZZZZZZZ", "salt": "00"}]}, *rows[1:]],
        lambda rows: [*rows, rows[0] | {"id": "ZZZZZZZZZZ"}],
        lambda rows: [*rows, {"id": rows[0]["id"], "members": rows[1]["members"]}],
    ],
)
def test_openings_that_open_nothing_are_refused(
    bench: Any, leaves: Callable[..., Any], change: Callable[..., Any]
) -> None:
    bench.confirmed()
    take = frozen(bench, change)
    with leaves(bench.ward, IntegrityFailure):
        take()


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1:],
        lambda rows: [
            {**rows[0], "members": rows[1]["members"]},
            {**rows[1], "members": rows[0]["members"]},
            *rows[2:],
        ],
        lambda rows: [{**rows[0], "members": [rows[0]["members"][0] | {"salt": "ab" * 32}]}, *rows[1:]],
        lambda rows: [*rows, {"id": "ZZZZZZZZZZ", "members": [{"record": "ZZZZZZZZZZ", "salt": "ab" * 32}]}],
        lambda rows: [{**rows[0], "members": [{"record": "ZZZZZZZZZZ", "salt": "ab" * 32}]}, *rows[1:]],
    ],
)
def test_the_ward_signs_a_roll_only_if_it_is_one_to_one(
    bench: Any, leaves: Callable[..., Any], change: Callable[..., Any]
) -> None:
    """Left out, swapped, wrongly salted, a ghost beside the roll, a ghost on it."""
    bench.confirmed()
    frozen(bench, change)()
    with leaves(bench.ward, IntegrityFailure):
        bench.ward.office.lottery.freeze()


@pytest.mark.parametrize("field", [Field.KANA, Field.BIRTH_DATE, Field.PREFERENCE])
def test_a_person_changed_after_the_wards_word_is_not_drawn(bench: Any, field: Field) -> None:
    """⑤ is about a version: a later one is left out of the roll, and named, until the ward has confirmed it."""
    made = bench.confirmed()
    value = {Field.KANA: "スズキ ジロウ", Field.BIRTH_DATE: "1951-01-01", Field.PREFERENCE: "B"}[field]
    bench.contractor.office.intake.edit(made[1].number, {field: value})
    assert bench.contractor.office.lottery.status().left_out == (made[1].number,)
    with pytest.raises(Refused):
        bench.contractor.office.lottery.freeze()
    bench.contractor.office.records.send()
    bench.sync()
    assert bench.ward.office.review.status("applicants").open == 1


@pytest.mark.parametrize("field", [Field.KANA, Field.BIRTH_DATE])
def test_a_person_changed_under_the_freeze_is_not_signed_for(
    bench: Any, leaves: Callable[..., Any], field: Field
) -> None:
    made = bench.confirmed()
    bench.contractor.office.lottery.freeze()
    bench.contractor.office.intake.edit(
        made[1].number, {field: "スズキ ジロウ" if field is Field.KANA else "1951-01-01"}
    )
    bench.contractor.office.records.send()
    bench.sync()
    with leaves(bench.ward, IntegrityFailure):
        bench.ward.office.lottery.freeze()
    with pytest.raises(Refused):
        bench.contractor.office.intake.edit(made[1].number, {Field.PREFERENCE: "B"})
    with pytest.raises(Refused):
        bench.contractor.office.intake.withdraw(made[1].number)


def test_the_programme_travels_before_what_is_judged_by_it(bench: Any) -> None:
    """Changed and sealed without a round of the courier between, the ward must still be able to take both in."""
    bench.pair()
    bench.sync()
    text = bench.contractor.office.intake.programme()
    with bench.contractor.store.read() as tx:
        changed = (tx.settings.get("programme") or "").replace("capacity = 2", "capacity = 3")

    bench.contractor.office.rules.set(changed)
    assert bench.contractor.office.intake.programme() != text
    bench.contractor.key("サトウ ハナコ")
    bench.contractor.office.lottery.seal()
    bench.contractor.office.records.send()
    assert {"programme", "draw", "applicants"} <= set(bench.sync())


def test_different_dice_stop_the_draw(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.confirmed()
    for _, act in bench.ceremony()[:4]:
        act()
        bench.sync()
    contractor, ward = bench.contractor.office.lottery, bench.ward.office.lottery
    contractor.dice(DICE)
    ward.dice(DICE[::-1])  # before the contractor's came
    bench.sync()
    for bureau in (bench.contractor, bench.ward):
        with leaves(bureau, Refused):
            bureau.office.lottery.draw()


def test_dice_belong_to_their_opening_and_their_party(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.confirmed()
    for _, act in bench.ceremony()[:4]:
        act()
        bench.sync()
    opened = files_at(bench.contractor)[OPENED]
    name = dice_name(Site.CONTRACTOR)
    for dice in (
        Dice("hiking-2026-1", "0" * 64, Site.CONTRACTOR, DICE), Dice("hiking-2026-2", sha256_hex(opened), Site.CONTRACTOR, DICE),
    ):  # fmt: skip
        files = bench.signed(bench.contractor, {name: dice.to_bytes()}, name)
        with leaves(bench.ward, IntegrityFailure):
            draw_bundle(bench, bench.contractor, files)()
    good = Dice("hiking-2026-1", sha256_hex(opened), Site.CONTRACTOR, DICE).to_bytes()
    with leaves(bench.ward, IntegrityFailure):
        draw_bundle(bench, bench.contractor, {name: good})()  # not signed
    for extra in (SEED_INPUT, RESULT, signature_name(RESULT, Site.CONTRACTOR), reveal_name(Site.WARD)):
        files = bench.signed(bench.contractor, {name: good}, name) | {extra: b"x"}
        with leaves(bench.ward, IntegrityFailure):
            draw_bundle(bench, bench.contractor, files)()


# -- the events after it --------------------------------------------------------------------------------------


def participants_bundle(
    bench: Any, log: EventLog, *, head: Head | None = None, rows: bytes = b""
) -> Callable[[], Any]:
    key = Ed25519PrivateKey.from_private_bytes(bench.contractor.keys.signing.raw)
    head = head or Head("hiking-2026-1", Site.CONTRACTOR, len(log.events), log.head)
    entries = {
        "draw.txt": b"hiking-2026-1\n", EVENTS: log.to_bytes(), head.file_name: head.to_bytes(),
        signature_name(head.file_name, Site.CONTRACTOR): sign(key, head.file_name, head.to_bytes()),
        "participants.jsonl": rows,
    }  # fmt: skip
    take: Callable[[], Any] = bench.forge(bench.contractor, "participants", entries, {"participants": 1})
    return take


def test_events_that_bring_in_a_stranger_are_refused(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.drawn()
    result = Result.parse(files_at(bench.contractor)[RESULT])
    log = EventLog(result.sha256).append(Late("ZZZZZZZZZZ", 1, ("A",), "0" * 64, "0" * 64))
    with leaves(bench.ward, IntegrityFailure):
        participants_bundle(bench, log)()


def test_events_are_signed_for_this_draw_and_this_end(bench: Any, leaves: Callable[..., Any]) -> None:
    bench.drawn()
    result = Result.parse(files_at(bench.contractor)[RESULT])
    log = EventLog(result.sha256).append(Cancel(result.lines[0].id))
    for head in (
        Head("hiking-2026-2", Site.CONTRACTOR, 1, log.head), Head("hiking-2026-1", Site.CONTRACTOR, 0, result.sha256),
    ):  # fmt: skip
        with leaves(bench.ward, IntegrityFailure):
            participants_bundle(bench, log, head=head)()
    for senseless in (log.append(Cancel(result.lines[0].id)), log.append(Close("Z"))):
        with leaves(bench.ward, IntegrityFailure):
            participants_bundle(bench, senseless)()


@pytest.mark.parametrize("step", Step)
def test_what_is_next_is_one_sentence_that_fits_one_line_of_a_narrow_screen(step: Step) -> None:
    """80 columns, less the frame, its padding and the word before it."""
    assert 0 < cell_len(SENTENCES[step]) <= 70


def test_neither_site_sees_the_others_dice_before_it_has_typed_its_own(bench: Any) -> None:
    """Two people who read one paper catch a slip; one who copies the other's screen does not."""
    bench.confirmed()
    c, w = bench.contractor.office.lottery, bench.ward.office.lottery
    for act in (c.freeze, w.freeze, c.open_seals, w.open_seals, lambda: c.dice(DICE)):
        assert not c.status().unopened, "the ward's opening is here: nobody is absent"
        act()
        bench.sync()
    assert dict(c.status().digits) == {Site.CONTRACTOR: DICE}
    assert not w.status().digits and "dice-contractor.txt" in w.status().hashes
    w.dice(DICE)
    assert dict(w.status().digits) == {Site.CONTRACTOR: DICE, Site.WARD: DICE}


def test_how_many_are_on_hold_is_told_to_the_contractor_before_the_freeze(bench: Any) -> None:
    bench.confirmed()
    people = bench.contractor.office
    people.intake.add(
        {Field.KANA: "スズキ ハル", Field.BIRTH_DATE: "1950-01-01", Field.PREFERENCE: "A"}, Route.POST
    )
    assert people.lottery.status().held == 1
    assert bench.ward.office.lottery.status().held == 0
