"""Attacks on the ceremony of the draw and on promotion, each under its own name, by an office that has gone bad.

It holds its key, rewrites its own program and vault, and seals whatever it likes; it knows all that it has been sent,
and computes results for as long as it wants. What it sends is refused whole: the other office holds afterwards what
it held before. Where playing by the rules lets it do something, the test says what, and what everybody sees of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.canonical import sha256_hex
from core.draw import ceremony
from core.draw.result import RESULT
from core.draw.roll import LIST, Roll
from core.draw.rules import PARAMS, Params
from core.draw.steps import (
    COMMITS,
    FREEZE,
    OPENED,
    Commits,
    Freeze,
    Opened,
    Reveal,
    reveal_name,
)
from core.errors import IntegrityFailure, Refused
from core.roles import Site
from tests.core.office.rogue import (
    DRAW,
    FROZEN,
    MINE,
    OPENING_SIGNED,
    PAPER,
    another_secret,
    drawn_with,
    files_at,
    out_of_turn,
    play,
    prepared,
    sends,
)

# -- seals -------------------------------------------------------------------------------------------------------


def test_the_wards_secret_does_not_leave_before_it_has_signed_the_roll(bench: Any) -> None:
    """Ground numbers: a roll could be tried out until it pleases by whoever knew both secrets, and the dice."""
    play(bench, 1)
    assert reveal_name(Site.WARD) not in files_at(bench.contractor)
    with bench.ward.store.read() as tx:
        secret = Reveal.parse(tx.draws.files(DRAW)["reveal-ward.txt"], "reveal-ward.txt").secret
    assert secret not in str(bench.contractor.image())
    bench.ward.office.lottery.freeze()
    bench.sync()
    assert reveal_name(Site.WARD) in files_at(bench.contractor)


def opened_with(files: dict[str, bytes], **secrets: str | None) -> bytes:
    """opened.txt with other words than the seals have."""
    true = {
        site.value: Reveal.parse(files[reveal_name(site)], reveal_name(site)).secret for site in Site
    } | secrets
    return Opened(DRAW, sha256_hex(files[FREEZE]), true["contractor"], true["ward"]).to_bytes()


def test_a_seal_swapped_once_the_others_secret_is_known(bench: Any, leaves: Callable[..., Any]) -> None:
    """The contractor knows the ward's secret and opens another of its own than it had sealed."""
    play(bench, FROZEN)
    other = another_secret(bench)
    bent = {
        OPENED: opened_with(files_at(bench.contractor), contractor=other.secret),
        other.file_name: other.to_bytes(),
    }
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, bent, OPENED)()
    assert "開封の記録が、封印と合いません" in raised.value.what


def test_seals_swapped_after_the_dice(bench: Any, leaves: Callable[..., Any]) -> None:
    """With the dice lying there, a secret is ground that suits them; its seal, freeze and opening are sent anew."""
    play(bench, OPENING_SIGNED)
    bench.ward.office.lottery.dice(PAPER)
    bench.sync()
    files = files_at(bench.contractor)
    old, other = Commits.parse(files[COMMITS], COMMITS), another_secret(bench)
    commits = Commits(other.sha256, old.ward)
    frozen = ceremony.freeze(
        Params.parse(files[PARAMS], PARAMS), commits, Roll.parse(files[LIST], LIST)
    ).to_bytes()
    opened = opened_with(files | {FREEZE: frozen}, contractor=other.secret)
    swapped = {
        COMMITS: commits.to_bytes(), FREEZE: frozen, OPENED: opened, other.file_name: other.to_bytes(),
    }  # fmt: skip
    dice, _ = drawn_with(files | swapped, PAPER)
    for sent in (swapped, {OPENED: opened, other.file_name: other.to_bytes()}, swapped | dice):
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, sent, *sent.keys() - {other.file_name})()
        assert out_of_turn(raised)
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, dice, MINE, RESULT)()
    assert "この開封のあとに振られたさいころではありません" in raised.value.what


def test_a_seal_of_the_contractors_replaced_by_the_ward(bench: Any, leaves: Callable[..., Any]) -> None:
    """The ward lists both seals; it cannot list another for the contractor than it was sent."""
    bench.received()
    mine = bench.ward.entropy(32).hex()
    commits = Commits("0" * 64, Reveal(DRAW, Site.WARD, mine).sha256).to_bytes()
    files = {PARAMS: files_at(bench.ward)[PARAMS], COMMITS: commits}
    sent = bench.signed(bench.ward, files, PARAMS, COMMITS)
    del sent[PARAMS]
    with leaves(bench.contractor, IntegrityFailure) as raised:
        sends(bench, bench.ward, sent)()
    assert "委託先の封印が正しく入っていません" in raised.value.what


def test_a_seal_of_the_wards_opened_to_something_else(bench: Any, leaves: Callable[..., Any]) -> None:
    """It does not open: the contractor is told, and nothing is recorded until its person says how to go on."""
    play(bench, 1)
    other = Reveal(DRAW, Site.WARD, bench.ward.entropy(32).hex())
    take = bench.bent(
        bench.ward, bench.ward.office.lottery.freeze, lambda sent: {**sent, other.file_name: other.to_bytes()}
    )
    take()
    with leaves(bench.contractor, Refused) as raised:
        bench.contractor.office.lottery.open_seals()
    assert "封印と合いません" in raised.value.what


# -- ABSENT ------------------------------------------------------------------------------------------------------


def test_absent_chosen_for_the_ward_after_the_dice(bench: Any, leaves: Callable[..., Any]) -> None:
    """The contractor computes both results, with the ward's secret and without, and claims that it never came."""
    play(bench, OPENING_SIGNED)
    bench.ward.office.lottery.dice(PAPER)
    bench.sync()
    opened = {OPENED: opened_with(files_at(bench.contractor), ward=None)}
    dice, _ = drawn_with(files_at(bench.contractor) | opened, PAPER)
    for sent in (opened, opened | dice):
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, sent, *sent)()
        assert out_of_turn(raised)
    with leaves(bench.ward, IntegrityFailure) as raised:
        sends(bench, bench.contractor, {MINE: dice[MINE]}, MINE)()
    assert "この開封のあとに振られたさいころではありません" in raised.value.what


def test_absent_chosen_by_the_ward_after_the_dice(bench: Any, leaves: Callable[..., Any]) -> None:
    """The ward has opened; it cannot have been absent afterwards, nor sign for an opening in which it was."""
    play(bench, OPENING_SIGNED)
    bench.contractor.office.lottery.dice(PAPER)
    bench.sync()
    with leaves(bench.ward, Refused):
        bench.ward.office.lottery.freeze(absent=True)
    opened = {OPENED: opened_with(files_at(bench.ward), ward=None)}
    only = bench.signed(bench.ward, opened, OPENED)
    del only[OPENED]
    for sent in (bench.signed(bench.ward, opened, OPENED), only):
        with leaves(bench.contractor, IntegrityFailure) as raised:
            sends(bench, bench.ward, sent)()
        assert out_of_turn(raised)


def test_absent_chosen_by_oneself_once_the_others_secret_is_known(
    bench: Any, leaves: Callable[..., Any]
) -> None:
    """The rules let the contractor do it, for the dice come after: it is a choice between two unknown results.

    Everybody sees it in opened.txt, and it cannot be taken back.
    """
    play(bench, FROZEN)
    absent = {OPENED: opened_with(files_at(bench.contractor), contractor=None)}
    cover = ("draw.txt", "ledger.hkl", "rosters.jsonl", "handover.txt")
    bench.bent(
        bench.contractor,
        bench.contractor.office.lottery.open_seals,
        lambda sent: {n: sent[n] for n in cover} | bench.signed(bench.contractor, absent, OPENED),
    )()
    held = files_at(bench.ward)
    assert b"contractor=ABSENT\n" in held[OPENED]
    assert not any(name.startswith("dice-") for name in held)
    mine = files_at(bench.contractor)
    late = {"reveal-contractor.txt": mine["reveal-contractor.txt"]}
    for sent in (late, {**late, OPENED: mine[OPENED]}):
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, sent, *(sent.keys() & {OPENED}))()
        assert out_of_turn(raised)


# -- the bytes ---------------------------------------------------------------------------------------------------


def forged_lines(data: bytes) -> dict[str, bytes]:
    """A line nobody wrote, by every way a careless reader might see one; and a last line without its end."""
    last = data[:-1].split(b"\n")[-1]
    return {
        "U+2028": data[:-1] + "\u2028".encode() + last + b"\n",
        "U+2029": data[:-1] + "\u2029".encode() + last + b"\n",
        "U+0085": data[:-1] + "\u0085".encode() + last + b"\n",
        "CR": data[:-1] + b"\r" + last + b"\n",
        "no last LF": data[:-1],
        "two last LF": data + b"\n",
        "BOM": b"\xef\xbb\xbf" + data,
    }


@pytest.mark.parametrize(
    ("parts", "name"), [(0, LIST), (0, FREEZE), (FROZEN, OPENED), (FROZEN, "reveal-contractor.txt"), (OPENING_SIGNED, MINE)]
)  # fmt: skip
def test_a_forged_line_through_u2028_and_a_missing_last_lf(
    bench: Any, leaves: Callable[..., Any], parts: int, name: str
) -> None:
    """In every file of the ceremony the contractor writes, everything else true, signed as it stands."""
    play(bench, parts)
    true = prepared(bench, bench.ceremony()[parts][1])
    for how, data in forged_lines(true[name]).items():
        sent = true | {name: data}
        if name == LIST:
            frozen = Freeze.parse(true[FREEZE], FREEZE)
            sent[FREEZE] = Freeze(DRAW, frozen.params, frozen.commits, sha256_hex(data)).to_bytes()
        with leaves(bench.ward, IntegrityFailure) as raised:
            sends(bench, bench.contractor, sent, *(sent.keys() & {FREEZE, OPENED, MINE}))()
        assert name in str(raised.value) or name.startswith("reveal-"), how
    assert sends(bench, bench.contractor, true)() is not None
