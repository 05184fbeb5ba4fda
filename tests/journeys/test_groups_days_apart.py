"""Three who go together write on three days; by command, and at the screens: the same comes of it at both sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.office.listing import Order
from tests.journeys.acting import APPLICANTS, PROGRAMME, Machine, Sites, export
from tests.journeys.desks import Desk, sit

At = Callable[..., Sites]
CARDS = (
    ("さとう はなこ", "03-5273-2001", "3人"),
    ("わたなべ さちこ", "03-5273-2002", "さとう はなこ"),
    ("たかはし きよし", "03-5273-2003", "わたなべさちこ"),
)
"""Name, telephone, and what the card says of the companions, in the order in which they come."""
AGREES = {1: ("down", "enter"), 2: ("enter",), 3: ("enter",)}
"""At the screen: kept as held, as the first is; tied to the one who is proposed."""


@pytest.fixture
def sites(at: At) -> Sites:
    made = at("found")
    (made.base / "three.toml").write_text(PROGRAMME.replace("largest_group = 2", "largest_group = 3"))
    made.contractor.do("programme", "set", made.base / "three.toml")
    made.sync()
    return made


def key(machine: Machine, card: tuple[str, str, str], *more: object) -> Any:
    kana, phone, group = card
    return machine.do(
        "intake", "add", "--kana", kana, "--birth-date", "S25.3.4", "--address", "新宿区新宿1-2-3", "--phone", phone,
        "--preferences", "BA", "--group", group, *more,
    )  # fmt: skip


def standing(machine: Machine) -> dict[int, tuple[str, str | None]]:
    return {
        row["number"]: (row["state"], row["group"]) for row in machine.do("intake", "list")["applications"]
    }


def by_command(contractor: Machine) -> None:
    first = key(contractor, CARDS[0])
    assert (first["state"], first["problems"], first["companions"]) == ("held", ["group_incomplete"], [])
    second = key(contractor, CARDS[1])
    assert [one["number"] for one in second["companions"]] == [first["number"]]
    tied = contractor.do("intake", "group", second["number"], first["number"])
    assert tied["group"] == "L0001"
    third = key(contractor, CARDS[2], "--with", second["number"])
    assert third["state"] == "accepted"


async def at_the_screens(contractor: Machine) -> None:
    async def keying(desk: Desk) -> None:
        await desk.press("f2", "n")
        for number, (kana, phone, group) in enumerate(CARDS, start=1):
            for text in ("1600022", "新宿区新宿1-2-3", kana, "S25.3.4", phone, "", "BA", group):
                if text:
                    await desk.type_into(text)
                await desk.press("enter")
            await desk.press("f10", *AGREES[number])
            assert f"{number:04} で保存しました" in desk.text()

    await sit(contractor, keying, Desk)


@pytest.mark.parametrize("face", ["command", "screens"])
async def test_three_cards_days_apart_become_one_group_that_the_ward_confirms(
    sites: Sites, face: str
) -> None:
    contractor, ward = sites.both
    if face == "command":
        by_command(contractor)
    else:
        await at_the_screens(contractor)
    assert standing(contractor) == {number: ("accepted", "L0001") for number in (1, 2, 3)}
    assert contractor.do("intake", "show", 1)["applicant"]["preferences"] == ["B", "A"]
    contractor.do("intake", "send")
    sites.sync()
    rows = ward.do("review", "list")["rows"]
    assert [row["together"] for row in rows] == [[2, 3], [1, 3], [1, 2]]
    assert not any(row["problems"] for row in rows)
    for machine in sites.both:
        with machine.looking() as tx:
            kept = repr([tx.sources.of_application(number) for number in (1, 2, 3)])
        assert "わたなべさちこ" not in kept and kept.count("ワタナベ") <= 1


async def test_who_waited_in_vain_goes_alone_or_is_refused_by_one_command(sites: Sites) -> None:
    contractor = sites.contractor
    for card in CARDS:
        key(contractor, (card[0], card[1], "友人と"))
    held = contractor.do("intake", "resolve", "1-9", "--accept", "--reason", "goes_alone")
    assert (held["done"], held["failed"]) == ([1, 2, 3], [])
    assert set(standing(contractor).values()) == {("accepted", None)}


# -- many at once ---------------------------------------------------------------------------------------------


def test_many_are_settled_by_numbers_and_ranges_with_one_reason_and_one_summary(at: At) -> None:
    machine = at("found").contractor
    for number in range(1, 6):
        phone = "" if number != 3 else "03-5273-1111"
        key_plain(machine, number, phone)
    done = machine.do("intake", "resolve", "1", "2-4", "--accept", "--reason", "confirmed_by_phone")
    assert (done["done"], done["failed"], done["not_held"]) == ([1, 2, 4], [], [3])
    result = machine.run("intake", "resolve", "4", "5", "99", "--refuse", "--reason", "cannot_reach")
    assert result.code == 3
    report = result.json["report"]
    assert report["done"] == [5]
    assert [(one["number"], one["what"]) for one in report["failed"]] == [
        (4, "保留中の応募ではありません"),
        (99, "その受付番号の応募はありません"),
    ]
    assert "0004" in result.err and "1件は不受理にしました" in result.err
    machine.refused("intake", "resolve", "4", "x", "--refuse", "--reason", "cannot_reach", code=2)
    machine.refused("intake", "resolve", "9-4", "1", "--refuse", "--reason", "cannot_reach", code=2)


def key_plain(machine: Machine, number: int, phone: str) -> Any:
    ending = "アイウエオ"[number - 1]
    return machine.do(
        "intake", "add", "--kana", f"サトウ {ending}", "--birth-date", f"S{30 - number}.3.4",
        "--address", f"新宿区四谷{number}", "--phone", phone, "--preferences", "A",
    )  # fmt: skip


def test_the_list_comes_in_the_orders_of_the_screen_a_page_at_a_time(at: At) -> None:
    machine = at("found").contractor
    (machine.base / "weekly.csv").write_bytes(export(APPLICANTS))
    machine.do("intake", "import", machine.base / "weekly.csv")
    for order in Order:
        for way in ((), ("--reverse",)):
            whole = machine.do("intake", "list", "--sort", order, *way)
            assert (whole["total"], whole["next"]) == (9, None)
            numbers = [row["number"] for row in whole["applications"]]
            paged, after = [], ()
            while True:
                page = machine.do("intake", "list", "--sort", order, *way, "--limit", 4, *after)
                paged += [row["number"] for row in page["applications"]]
                if page["next"] is None:
                    break
                after = ("--after", page["next"])
            assert paged == numbers and sorted(numbers) == list(range(1, 10))
    kana = [row["kana"] for row in machine.do("intake", "list", "--sort", "kana")["applications"]]
    assert kana == sorted(kana)
    ages = [row["age"] for row in machine.do("intake", "list", "--sort", "age")["applications"]]
    assert ages == sorted(ages, reverse=True)
    held = machine.do("intake", "list", "--held", "--after", 1)  # 1 is not held itself
    assert [row["number"] for row in held["applications"]] == [9]
    machine.refused("intake", "list", "--after", 99, code=2)
    machine.refused("intake", "list", "--sort", "colour", code=2)
