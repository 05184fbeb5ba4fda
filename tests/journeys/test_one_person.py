"""One person during the year: what is held is disclosed; erased, nothing of them is left in any page of either vault."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from tests.journeys.acting import APPLICANTS, Machine, Sites, export
from tests.journeys.desks import Desk, sit
from tests.journeys.erasing import HANDLER, handler, inside
from tests.journeys.seeking import applicants_of, more_words_of, needles, words_of

At = Callable[..., Sites]
HANAKO = 1
"""サトウ ハナコ, of whom nothing but the town is anybody else's."""


def words_about(machine: Machine, kana: str) -> set[bytes]:
    found = [one for one in applicants_of(machine) if one.kana == kana]
    assert found
    return needles(chain.from_iterable(chain(words_of(one), more_words_of(one)) for one in found))


def gone_from(sites: Sites, words: set[bytes]) -> None:
    for machine in sites.both:
        assert inside(machine, words) == [], machine.site
        machine.sound()


def agreed_at(ward: Machine) -> None:
    """The ward still holds her, is told that it was asked, and gives its own word."""
    (asked,) = ward.do("person", "requests")["requests"]
    assert (asked["number"], asked["kana"], asked["hindrance"]) == (HANAKO, "サトウ ハナコ", "")
    assert "消去の依頼 1件" in str(ward.do("due")["due"])
    ward.do("person", "agree", HANAKO)
    assert ward.do("person", "requests")["requests"] == []


def seated(machine: Machine, number: int) -> bool:
    outings = [row["code"] for row in machine.do("participants", "outings")["outings"]]
    rows = [row for code in outings for row in machine.do("participants", "list", code)["rows"]]
    return any(row["number"] == number and not row["place"] for row in rows)


def test_before_the_draw_nothing_is_left_in_either_vault_and_the_draw_goes_on(at: At) -> None:
    sites = at("send")
    contractor = sites.contractor
    contractor.do("intake", "edit", HANAKO, "--set", "phone=03-5273-2001")
    words = words_about(contractor, "サトウ ハナコ")
    assert all(inside(machine, words) for machine in sites.both)
    contractor.do("intake", "withdraw", HANAKO)
    contractor.do("person", "erase", HANAKO, "--reason", "request")
    assert inside(contractor, words) == []
    contractor.do("intake", "send")
    sites.sync()
    agreed_at(sites.ward)
    gone_from(sites, words)
    left = [row for row in contractor.do("intake", "list")["applications"] if row["number"] == HANAKO]
    assert [row["state"] for row in left] == ["withdrawn"]
    (sites.base / "export.csv").write_bytes(export(APPLICANTS[:1]))
    again = contractor.do("intake", "import", sites.base / "export.csv")["files"][0]
    assert (again["accepted"], again["already"]) == (0, 1)
    sites.review()
    sites.draw()
    gone_from(sites, words)


def test_after_the_draw_the_public_lines_stay_and_nothing_opens_them(at: At, tmp_path: Path) -> None:
    sites = at("approve")
    contractor = sites.contractor
    words = words_about(contractor, "サトウ ハナコ")
    if seated(contractor, HANAKO):
        contractor.refused("person", "erase", HANAKO, "--reason", "request", code=3)
        contractor.do("participants", "cancel", HANAKO)
    # Whoever waited for outings that are over by now has nothing left to withdraw from.
    contractor.do("person", "erase", HANAKO, "--reason", "stop_use")
    contractor.do("participants", "send")
    contractor.do("intake", "send")
    sites.sync()
    agreed_at(sites.ward)
    gone_from(sites, words)
    contractor.do("lottery", "publish", tmp_path / "public")
    contractor.do("lottery", "verify", tmp_path / "public")
    for machine in sites.both:
        with machine.looking() as tx:
            record = tx.applications.get(HANAKO).record  # type: ignore[union-attr]
            salts = [
                salt
                for draw in tx.draws.names()
                for unit in tx.draws.units(draw)
                for one, salt in zip(unit.records, unit.salts, strict=True)
                if one == record
            ]
        assert salts == ["0" * 64]
        machine.do("participants", "outings")
        machine.do("participants", "list", "A")
    contractor.do("papers", "dispatch")


def test_who_may_not_and_when_it_is_not_yet_time(at: At) -> None:
    sites = at("send")
    contractor, ward = sites.both
    contractor.engage(HANDLER[contractor.site], "担当", "handler")
    contractor.refused("person", "erase", HANAKO, "--reason", "request", code=3)
    contractor.do("intake", "withdraw", HANAKO)
    handler(contractor).refused("person", "erase", HANAKO, "--reason", "request", code=3)
    ward.refused("person", "erase", HANAKO, "--reason", "request", code=3)
    contractor.refused("person", "erase", HANAKO, "--reason", "because", code=2)
    contractor.refused("person", "erase", 999, "--reason", "request", code=2)
    with_her = words_about(contractor, "サトウ ハナコ")
    assert inside(contractor, with_her)
    usb = sites.base / "usb"
    usb.mkdir()
    beside, carried = contractor.do("backup")["id"], contractor.do("backup", "--to", usb)["id"]
    contractor.do("person", "disclose", HANAKO, sites.base / "hanako.pdf")
    gone = contractor.do("person", "erase", HANAKO, "--reason", "request")
    left = {one["copy"]: one for one in gone["copies"]}
    assert left[beside]["rotated"] is not None and left[carried]["rotated"] is None
    assert [one["medium"] for one in left.values() if one["content"] == "applications"] == ["paper"]
    assert gone["files"] == [str(sites.base / "hanako.pdf")] and gone["sent"] == 1
    contractor.do("intake", "send")
    sites.sync()
    handler(contractor).refused("person", "agree", HANAKO, code=3)
    contractor.refused("person", "agree", HANAKO, code=3)
    ward.refused("person", "agree", 2, code=2)
    agreed_at(ward)
    sites.sync()
    of_the_contractor = [
        one for one in ward.do("person", "remains", HANAKO)["copies"] if one["site"] == "contractor"
    ]
    assert {one["copy"] for one in of_the_contractor} >= {beside, carried}
    handler(contractor).refused("person", "remains", HANAKO, code=3)
    contractor.refused("person", "erase", HANAKO, "--reason", "request", code=3)
    contractor.refused("intake", "edit", HANAKO, "--set", "phone=03-5273-2001", code=3)
    contractor.refused("intake", "resolve", HANAKO, "--accept", "--reason", "ward_decision", code=3)
    assert inside(contractor, with_her) == []


def test_what_is_disclosed_is_all_that_is_held_and_is_noted(at: At) -> None:
    sites = at("apply")
    contractor = sites.contractor
    contractor.do("intake", "edit", HANAKO, "--set", "phone=03-5273-2001")
    made = contractor.do("person", "disclose", HANAKO, sites.base / "hanako.pdf")
    done = subprocess.run(
        ["pdftotext", "-layout", sites.base / "hanako.pdf", "-"], capture_output=True, check=True
    )
    flat = "".join(done.stdout.decode().replace("\u200b", "").split())
    for word in (
        "サトウハナコ", "生年月日昭和25年3月4日", "東京都新宿区新宿1-2-3", "0352732001", "0352731001", "hanako@example.jp",
        "昭和25年3月4日", "c-boss", made["copy"],
    ):  # fmt: skip
        assert word in flat, word
    assert "タカハシ" not in flat
    for code in ("birth_date", "postal_code", "kana", "import", "edit"):
        assert code not in flat.replace("hanako@example.jp", ""), "a person reads words, not codes"
    line = contractor.do("ledger", "list")["lines"][0]
    assert (line["act"], line["ref"]) == ("print", f"medium:{made['copy']}")


async def test_at_the_keys_she_is_disclosed_to_herself_and_erased_after_her_number_is_typed(at: At) -> None:
    sites = at("apply")
    contractor = sites.contractor
    paper = sites.base / "her.pdf"
    words = words_about(contractor, "サトウ ハナコ")

    async def at_the_record(desk: Desk) -> None:
        await desk.press("f2", "home", "enter")
        await desk.choose("本人からの求め")
        await desk.press("enter")
        await desk.type_into(str(paper))
        await desk.press("enter")
        assert "本人だけに渡してください" in desk.text() and paper.exists()
        await desk.choose("本人からの求め")
        await desk.press("down", "down", "enter")
        assert "まだ応募している人です" in desk.text()
        await desk.press("enter", "w", "enter")
        await desk.choose("本人からの求め")
        await desk.press("down", "down", "enter", "enter")
        assert "her.pdf" in desk.text()
        await desk.press("enter")
        await desk.type_into("2")
        await desk.press("enter")
        assert "受付番号が違います" in desk.text() and inside(contractor, words)
        await desk.press("backspace", "0", "0", "0", "1", "enter")
        assert "消去しました" in desk.text() and "区には送っていない人です" in desk.text()

    await sit(contractor, at_the_record, Desk)
    assert inside(contractor, words) == []


async def test_at_the_wards_keys_the_request_is_seen_first_and_agreed_to_with_her_number(at: At) -> None:
    sites = at("send")
    contractor, ward = sites.both
    words = words_about(contractor, "サトウ ハナコ")
    contractor.do("intake", "withdraw", HANAKO)
    contractor.do("person", "erase", HANAKO, "--reason", "request")
    contractor.do("intake", "send")
    sites.sync()

    async def at_the_review(desk: Desk) -> None:
        await desk.press("f7")
        assert "消去の依頼 1件" in desk.text()
        await desk.choose("消去の依頼")
        assert "サトウ ハナコ" in desk.text()
        await desk.press("enter")
        assert "分かっていなかった" in desk.text() and inside(ward, words)
        await desk.press("down", "enter")
        await desk.type_into("0001")
        await desk.press("enter")
        assert "区の保管庫からも消去しました" in desk.text()

    await sit(ward, at_the_review, Desk)
    gone_from(sites, words)


def asked(at: At) -> Sites:
    """サトウ ハナコ is erased at the contractor, and the ward is asked."""
    sites = at("send")
    contractor = sites.contractor
    contractor.do("intake", "withdraw", HANAKO)
    assert contractor.do("person", "erase", HANAKO, "--reason", "request")["ward_asked"] is True
    contractor.do("intake", "send")
    sites.sync()
    return sites


def test_the_ward_declines_by_command_the_contractor_reads_why_and_asks_once_more(at: At) -> None:
    sites = asked(at)
    contractor, ward = sites.both
    words = words_about(ward, "サトウ ハナコ")
    ward.refused("person", "decline", HANAKO, "--reason", "because", code=2)
    contractor.refused("person", "decline", HANAKO, "--reason", "unproven", code=3)
    ward.do("person", "decline", HANAKO, "--reason", "unproven")
    ward.refused("person", "agree", HANAKO, code=2)
    assert ward.do("person", "requests")["requests"] == [] and inside(ward, words)
    sites.sync()
    (told,) = contractor.do("person", "requests")["requests"]
    assert (told["number"], told["answer"], told["reason"]) == (HANAKO, "declined", "unproven")
    assert "区が断った消去の依頼 1件" in str(contractor.do("due")["due"])
    ward.refused("person", "ask", HANAKO, code=3)
    contractor.do("person", "ask", HANAKO)
    contractor.refused("person", "ask", HANAKO, code=3)
    contractor.do("intake", "send")
    sites.sync()
    assert inside(ward, words)
    agreed_at(ward)
    sites.sync()
    assert [one["answer"] for one in contractor.do("person", "requests")["requests"]] == ["agreed"]
    gone_from(sites, words)


def test_nobody_is_asked_about_somebody_who_never_went_to_the_ward(at: At) -> None:
    contractor = at("apply").contractor
    contractor.do("intake", "withdraw", HANAKO)
    gone = contractor.do("person", "erase", HANAKO, "--reason", "request")
    assert gone["ward_asked"] is False
    assert contractor.do("person", "requests")["requests"] == []


async def test_at_the_keys_the_ward_declines_and_the_contractor_asks_once_more(at: At) -> None:
    sites = asked(at)
    contractor, ward = sites.both
    words = words_about(ward, "サトウ ハナコ")

    async def declines(desk: Desk) -> None:
        await desk.press("f7")
        await desk.choose("消去の依頼")
        await desk.press("enter", "end", "enter")
        assert "区の保管庫の記録はそのまま残ります" in desk.text()
        await desk.press("down", "enter")
        assert "断りました" in desk.text() and "確かめられない" in desk.text()
        await desk.press("enter")
        await desk.choose("消去の依頼")
        assert "答えていない消去の依頼はありません" in desk.text()

    async def asks(desk: Desk) -> None:
        await desk.press("f7", "d", "end")
        assert "区が断った消去の依頼" in desk.text()
        await desk.press("escape")
        await desk.choose("消去の依頼")
        assert "区が断った" in desk.text()
        await desk.press("enter", "end", "enter")
        assert "もう一度依頼します" in desk.text()

    await sit(ward, declines, Desk)
    assert inside(ward, words)
    sites.sync()
    await sit(contractor, asks, Desk)
    contractor.do("intake", "send")
    sites.sync()
    agreed_at(ward)
    gone_from(sites, words)


@pytest.mark.parametrize("kana", ["サトウ ハナコ"])
def test_the_search_would_find_her(at: At, kana: str) -> None:
    contractor = at("apply").contractor
    assert len(inside(contractor, words_about(contractor, kana))) >= 4
