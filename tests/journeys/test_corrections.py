"""What happens when people write again: corrections, weekly exports, late companions, withdrawals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.acting import APPLICANTS, Machine, Sites, export

At = Callable[..., Sites]
HANAKO, KIYOSHI, UME = APPLICANTS[0], APPLICANTS[1], APPLICANTS[2]


def number_of(machine: Machine, kana: str) -> int:
    (row,) = machine.do("intake", "list", "--search", kana)["applications"]
    return int(row["number"])


def imports(machine: Machine, *rows: tuple[str, ...]) -> list[dict[str, Any]]:
    (machine.base / "weekly.csv").write_bytes(export(rows))
    return list(machine.do("intake", "import", machine.base / "weekly.csv")["files"][0]["rows"])


def changed(row: tuple[str, ...], **items: str) -> tuple[str, ...]:
    places = {
        "family": 1,
        "given": 2,
        "born": 3,
        "address": 5,
        "phone": 6,
        "mail": 7,
        "first": 8,
        "group": 10,
    }
    cells = list(row)
    for name, value in items.items():
        cells[places[name]] = value
    return tuple(cells)


# -- two people at one application ----------------------------------------------------------------------------


def test_who_corrects_what_somebody_else_corrected_meanwhile_is_told_of_it(at: At) -> None:
    machine = at("review").contractor
    number = number_of(machine, "サトウ")
    seen = machine.do("intake", "show", number)["version"]
    machine.do("intake", "edit", number, "--set", "phone=03-5273-9999", "--seen", seen)
    before = machine.tables()
    refused = machine.run("intake", "edit", number, "--set", "phone=03-5273-8888", "--seen", seen)
    error = refused.json["error"]
    assert refused.code == 3 and "ほかの人がこの応募を直しました" in error["what"]
    assert error["where"] == f"受付番号 {number:04}（電話番号）"
    assert f"--seen {seen + 1} " in error["next_step"]
    assert machine.tables() == before
    made = machine.do("intake", "edit", number, "--set", "phone=03-5273-8888", "--seen", seen + 1)
    assert "applicant" not in made, "what was corrected is opened to be seen, and that is logged"
    assert machine.do("intake", "show", number)["applicant"]["phone"] == "0352738888"


def test_a_version_that_never_was_is_refused(at: At) -> None:
    machine = at("review").contractor
    number = number_of(machine, "サトウ")
    assert "その版はありません" in machine.refused(
        "intake", "edit", number, "--set", "phone=03-5273-8888", "--seen", 99, code=2
    )


# -- ⑤ and later corrections ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reopens"),
    [
        ("kana=サトウ ハナヨ", True),
        ("birth_date=S25.3.5", True),
        ("address=東京都新宿区四谷1-2-3", True),
        ("preference=B", True),
        ("group=G9", True),
        ("phone=03-5273-9999", False),
        ("email=other@example.jp", False),
        ("address=東京都新宿区新宿1-2-3 コーポ新宿201", False),
    ],
)
def test_a_correction_after_the_wards_confirmation_reopens_what_it_confirmed(
    at: At, change: str, reopens: bool
) -> None:
    sites = at("review")
    number = number_of(sites.contractor, "サトウ")
    sites.contractor.do("intake", "edit", number, "--set", change)
    if change == "group=G9":  # nobody goes alone in a group
        sites.contractor.do("intake", "resolve", number, "--accept", "--reason", "confirmed_by_phone")
    sites.contractor.do("intake", "send")
    sites.contractor.do("sync")
    sites.ward.do("sync")
    shown = sites.ward.do("review", "list")
    (row,) = [row for row in shown["rows"] if row["number"] == number]
    assert (row["verdict"], row["changed"]) == (("", True) if reopens else ("confirmed", False))
    assert shown["open"] == int(reopens)
    if reopens:
        assert "残り 1件" in sites.contractor.refused("lottery", "freeze", code=3)
    else:
        assert sites.contractor.do("lottery", "freeze")["step"] == "freeze_ward"


def test_one_confirmed_and_then_refused_is_left_out_only_when_the_ward_names_them(at: At) -> None:
    sites = at("review")
    number = number_of(sites.contractor, "コバヤシ")
    sites.contractor.do("intake", "resolve", number, "--refuse", "--reason", "not_eligible")
    sites.contractor.do("intake", "send")
    sites.contractor.do("lottery", "freeze")
    sites.sync()
    assert sites.ward.do("lottery", "status")["dropped"]["refused"] == [number]
    told = sites.ward.runner(sites.ward.words("lottery", "status", json_=False), sites.ward.env()).out
    assert f"確認・窓口受付のあとで不受理になった応募（名簿に入りません）: {number:04}" in told
    assert "委託先が不受理にした応募があります（1件）" in sites.ward.refused("lottery", "freeze", code=3)
    assert "受付番号が読めません" in sites.ward.refused("lottery", "freeze", "--without", "x", code=2)
    assert sites.ward.do("lottery", "freeze", "--without", number)["step"] == "open_contractor"


def test_the_ward_sees_the_very_items_that_the_contractor_corrected(at: At) -> None:
    sites = at("review")
    number = number_of(sites.contractor, "サトウ")
    sites.contractor.do("intake", "edit", number, "--set", "phone=03-5273-9999", "--set", "email=")
    sites.contractor.do("intake", "send")
    sites.sync(1)
    shown = [machine.do("intake", "show", number) for machine in sites.both]
    assert shown[0]["applicant"] == shown[1]["applicant"]
    assert (shown[1]["applicant"]["phone"], shown[1]["applicant"]["email"]) == ("0352739999", None)


def test_the_roll_cannot_be_frozen_with_a_correction_the_ward_has_not_seen(at: At) -> None:
    sites = at("review")
    sites.contractor.do("intake", "edit", number_of(sites.contractor, "サトウ"), "--set", "preference=B")
    assert "残り 1件" in sites.contractor.refused("lottery", "freeze", code=3)


def test_after_the_draw_a_withdrawal_is_an_event_not_an_edit(at: At) -> None:
    """Whoever withdraws once the roll is frozen must leave by the draw's own events, or nobody is promoted."""
    sites = at("draw")
    seated = sites.contractor.do("participants", "list", "B")["rows"]
    waiting = [row for row in seated if row["standing"] == "waiting"]
    sites.contractor.do("participants", "cancel", seated[0]["number"])
    after = sites.contractor.do("participants", "list", "B")["rows"]
    assert seated[0]["number"] not in {row["number"] for row in after}
    assert {row["number"] for row in after if row["standing"] == "seated"} - {
        row["number"] for row in seated if row["standing"] == "seated"
    } <= {row["number"] for row in waiting}


# -- the weekly cumulative export -----------------------------------------------------------------------------


def test_a_row_changed_at_the_source_changes_its_application_and_no_other(at: At) -> None:
    machine = at("found").contractor
    first = imports(machine, *APPLICANTS)
    again = imports(machine, changed(HANAKO, phone="03-5273-7777"), *APPLICANTS[1:])
    assert [row["outcome"] for row in again] == ["changed", *["already"] * 8]
    assert [row["number"] for row in again] == [row["number"] for row in first]
    assert machine.do("intake", "show", again[0]["number"])["applicant"]["phone"] == "0352737777"
    with machine.looking() as tx:
        assert len(tx.applications.all()) == 9
        (_, old), (_, new) = [
            (version.version, version.applicant.phone)
            for version, _, _ in tx.applications.history(again[0]["number"])
        ]
        assert (old, new) == ("0352731001", "0352737777")


def test_importing_again_shows_what_the_file_says_and_not_what_was_corrected_since(at: At) -> None:
    """What the vault holds of a person is opened one by one, and each opening is logged."""
    machine = at("found").contractor
    number = imports(machine, *APPLICANTS)[0]["number"]
    machine.do("intake", "edit", number, "--set", "phone=03-5273-8888")
    assert imports(machine, *APPLICANTS)[0]["applicant"]["phone"] == "0352731001"
    (row,) = imports(machine, changed(HANAKO, mail="new@example.jp"))
    assert (row["applicant"]["phone"], row["applicant"]["email"]) == ("0352731001", "new@example.jp")


def test_a_correction_by_hand_survives_the_next_export(at: At) -> None:
    machine = at("found").contractor
    number = imports(machine, *APPLICANTS)[0]["number"]
    machine.do("intake", "edit", number, "--set", "kana=サトウ ハナヨ", "--set", "phone=03-5273-8888")
    assert {row["outcome"] for row in imports(machine, *APPLICANTS)} == {"already"}
    shown = machine.do("intake", "show", number)["applicant"]
    assert (shown["kana"], shown["phone"]) == ("サトウ ハナヨ", "0352738888")
    (again,) = imports(machine, changed(HANAKO, mail="new@example.jp"))
    assert again["outcome"] == "changed"
    shown = machine.do("intake", "show", number)["applicant"]
    assert (shown["kana"], shown["phone"], shown["email"]) == (
        "サトウ ハナヨ",
        "0352738888",
        "new@example.jp",
    )


def test_new_rows_of_next_weeks_export_are_taken_on(at: At) -> None:
    machine = at("found").contractor
    imports(machine, *APPLICANTS[:4])
    outcomes = [row["outcome"] for row in imports(machine, *APPLICANTS)]
    assert outcomes == ["already"] * 4 + ["accepted"] * 4 + ["held"]
    assert len(machine.do("intake", "list")["applications"]) == 9


@pytest.mark.parametrize("together", [1, 2, 1000])
def test_a_receipt_that_stands_twice_in_one_file_is_one_application(
    at: At, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """Whether the rows are stored together or not."""
    monkeypatch.setattr("core.office.importing._AT_ONCE", together)
    machine = at("found").contractor
    later = changed(HANAKO, mail="new@example.jp")
    rows = imports(machine, HANAKO, later, later, KIYOSHI)
    assert [row["outcome"] for row in rows] == ["accepted", "changed", "already", "held"]
    assert [row["number"] for row in rows] == [1, 1, 1, 2]
    assert machine.do("intake", "show", 1)["applicant"]["email"] == "new@example.jp"
    assert [row["outcome"] for row in imports(machine, later, KIYOSHI)] == ["already", "already"]


@pytest.mark.parametrize("together", [2, 1000])
def test_a_file_that_needs_more_numbers_than_are_left_is_refused_as_a_whole(
    at: At, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr("core.office.importing._AT_ONCE", together)
    monkeypatch.setattr("core.office.forms.OWN_NUMBERS", range(1, 4))
    machine = at("found").contractor
    (machine.base / "full.csv").write_bytes(export(APPLICANTS[:4]))
    assert "使い切りました" in machine.refused("intake", "import", machine.base / "full.csv", code=3)
    assert machine.do("intake", "list")["applications"] == []
    assert [row["number"] for row in imports(machine, *APPLICANTS[:3])] == [1, 2, 3]
    assert {row["outcome"] for row in imports(machine, *APPLICANTS[:3])} == {"already"}


def test_a_known_receipt_that_names_somebody_else_is_refused_as_a_whole(at: At) -> None:
    machine = at("found").contractor
    imports(machine, *APPLICANTS[:2])
    (machine.base / "other.csv").write_bytes(export((APPLICANTS[4], ("W1", *APPLICANTS[5][1:]))))
    before = machine.tables()
    assert "別の人" in machine.refused("intake", "import", machine.base / "other.csv", code=2)
    assert machine.tables() == before


def test_of_several_files_those_before_a_bad_one_stay_and_are_told(at: At) -> None:
    machine = at("found").contractor
    (machine.base / "good.csv").write_bytes(export(APPLICANTS[:3]))
    (machine.base / "bad.csv").write_text("色,形\n赤,丸\n", encoding="utf-8")
    result = machine.run("intake", "import", machine.base / "good.csv", machine.base / "bad.csv")
    assert result.code == 2 and "bad.csv" in result.json["error"]["where"]
    assert "good.csv" in result.err and "受付 3" in result.err
    assert len(machine.do("intake", "list")["applications"]) == 3
    assert machine.do("intake", "import", machine.base / "good.csv")["files"][0]["already"] == 3


def test_a_file_that_is_no_table_is_refused_before_any_is_taken_in(at: At) -> None:
    machine = at("found").contractor
    (machine.base / "good.csv").write_bytes(export(APPLICANTS[:3]))
    (machine.base / "bad.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    before = machine.tables()
    machine.refused("intake", "import", machine.base / "good.csv", machine.base / "bad.xlsx", code=2)
    machine.refused("intake", "import", machine.base / "good.csv", machine.base / "missing.csv", code=2)
    assert machine.tables() == before


# -- groups and duplicates ------------------------------------------------------------------------------------


def test_a_companion_who_comes_later_frees_the_one_who_waited(at: At) -> None:
    machine = at("found").contractor
    (alone,) = imports(machine, KIYOSHI)
    assert (alone["outcome"], alone["problems"]) == ("held", ["group_incomplete"])
    rows = imports(machine, KIYOSHI, UME)
    assert [(row["outcome"], row["problems"]) for row in rows] == [("already", []), ("accepted", [])]
    assert machine.do("intake", "list", "--held")["applications"] == []


def test_a_companion_who_writes_a_card_of_their_own_is_linked_by_hand(at: At) -> None:
    machine = at("found").contractor
    imports(machine, KIYOSHI, changed(UME, group=""))
    one, two = number_of(machine, "キヨシ"), number_of(machine, "ウメ")
    assert [row["number"] for row in machine.do("intake", "list", "--held")["applications"]] == [one]
    machine.do("intake", "group", one, two, "--code", "G1")
    assert machine.do("intake", "list", "--held")["applications"] == []


def test_a_third_companion_is_one_too_many_and_all_wait(at: At) -> None:
    machine = at("found").contractor
    rows = imports(machine, KIYOSHI, UME, changed(APPLICANTS[4], group="G1"))
    assert [row["problems"] for row in rows] == [["group_too_large"]] * 3


def test_a_companion_who_withdraws_leaves_the_other_to_be_asked(at: At) -> None:
    machine = at("found").contractor
    imports(machine, KIYOSHI, UME)
    machine.do("intake", "withdraw", number_of(machine, "ウメ"))
    (left,) = machine.do("intake", "list", "--held")["applications"]
    assert left["problems"] == ["group_incomplete"]
    assert machine.do("intake", "group", left["number"], "--code", "")["group"] is None
    assert machine.do("intake", "show", left["number"])["state"] == "accepted"


def twice(machine: Machine) -> tuple[int, int]:
    """サトウ ハナコ by the form and, half a year older in kana, by post."""
    first = imports(machine, HANAKO)[0]["number"]
    second = machine.do(
        "intake", "add", "--kana", "ｻﾄｳ ﾊﾅｺ", "--birth-date", "S25.3.4", "--address", "新宿区新宿1-2-3",
        "--phone", "03-5273-1001", "--preferences", "B", "--route", "post",
    )  # fmt: skip
    assert (second["state"], second["problems"]) == ("held", ["duplicate"])
    return first, second["number"]


def test_the_earlier_of_two_applications_stands_until_it_is_withdrawn(at: At) -> None:
    machine = at("found").contractor
    first, second = twice(machine)
    assert machine.do("intake", "show", first)["state"] == "accepted"
    machine.do("intake", "withdraw", first)
    freed = machine.do("intake", "show", second)
    assert (freed["state"], freed["problems"]) == ("accepted", [])


def test_a_duplicate_refused_stays_refused_and_frees_nobody(at: At) -> None:
    machine = at("found").contractor
    first, second = twice(machine)
    machine.do("intake", "resolve", second, "--refuse", "--reason", "duplicate_application")
    assert [machine.do("intake", "show", n)["state"] for n in (first, second)] == ["accepted", "refused"]
    machine.do("intake", "withdraw", first)
    assert machine.do("intake", "show", second)["state"] == "refused"


def test_a_correction_of_the_birth_date_ends_a_duplicate(at: At) -> None:
    machine = at("found").contractor
    first, second = twice(machine)
    machine.do("intake", "edit", second, "--set", "birth_date=S26.3.4")
    assert [machine.do("intake", "show", n)["problems"] for n in (first, second)] == [[], []]


# -- ※ --------------------------------------------------------------------------------------------------------


def at_the_counter(machine: Machine, kana: str = "イケダ トオル", phone: str = "03-5273-1011") -> int:
    return int(
        machine.do(
            "intake", "add", "--kana", kana, "--birth-date", "S21.9.9", "--address", "新宿区榎町5-5", "--phone", phone,
            "--preferences", "B", "--route", "desk",
        )["number"]
    )  # fmt: skip


def hand_over(sites: Sites) -> str:
    """Carry a medium from the ward's counter to the contractor; the bundle's name."""
    medium = sites.base / "medium"
    medium.mkdir(exist_ok=True)
    bundle = sites.ward.do("intake", "hand-over", medium)["bundle"]
    assert bundle
    sites.contractor.do("intake", "receive", medium)
    return str(bundle)


def test_the_counters_application_has_one_number_at_both_sites(at: At) -> None:
    sites = at("found")
    number = at_the_counter(sites.ward)
    hand_over(sites)
    shown = [machine.do("intake", "show", number) for machine in sites.both]
    assert shown[0]["applicant"] == shown[1]["applicant"]
    assert shown[0]["record"] == shown[1]["record"] and shown[0]["route"] == "desk"
    sites.contractor.do("intake", "send")
    sites.sync()
    (row,) = sites.ward.do("review", "list")["rows"]
    assert row["number"] == number


def test_both_sites_ledgers_share_the_id_of_the_handover(at: At) -> None:
    sites = at("found")
    at_the_counter(sites.ward)
    bundle = hand_over(sites)

    def line(machine: Machine, act: str) -> dict[str, Any]:
        (found,) = [
            x
            for x in machine.do("ledger", "list")["lines"]
            if (x["act"], x["ref"]) == (act, f"bundle:{bundle}")
        ]
        return dict(found)

    gone, come = line(sites.ward, "send"), line(sites.contractor, "receive")
    assert gone["handover"] and gone["handover"] == come["handover"]
    for key in ("medium", "from", "to", "qty", "content"):
        assert gone[key] == come[key], key
    assert (gone["medium"], gone["qty"]) == ("usb", 1)
    sites.sync()
    for machine in sites.both:
        machine.sound()


def test_the_counters_applications_never_go_over_the_line(at: At) -> None:
    sites = at("found")
    at_the_counter(sites.ward)
    (sites.base / "medium").mkdir()
    sites.ward.do("intake", "hand-over", sites.base / "medium")
    sites.sync()
    assert not [path.name for path in sites.remote.iterdir() if "-wd-" in path.name]
    assert sites.contractor.do("intake", "list")["applications"] == []


def test_a_medium_taken_in_twice_changes_nothing(at: At) -> None:
    sites = at("found")
    at_the_counter(sites.ward)
    hand_over(sites)
    before = sites.contractor.tables()
    assert sites.contractor.do("intake", "receive", sites.base / "medium")["bundles"] == []
    assert sites.contractor.tables() == before


def test_once_on_the_medium_the_application_is_the_contractors_to_correct(at: At) -> None:
    """Two desks correcting one application would each overwrite the other."""
    sites = at("found")
    number = at_the_counter(sites.ward, phone="")
    sites.ward.do("intake", "edit", number, "--set", "address=新宿区榎町6-6")
    hand_over(sites)
    before = sites.ward.tables()
    sites.ward.refused("intake", "edit", number, "--set", "phone=03-5273-1011", code=3)
    assert sites.ward.tables() == before
    edited = sites.contractor.do("intake", "edit", number, "--set", "phone=03-5273-1011")
    assert (edited["state"], edited["town"]) == ("accepted", "東京都新宿区榎町")
    opened = sites.contractor.do("intake", "show", number)["applicant"]
    assert opened["address"] == "東京都新宿区榎町6-6"
    sites.contractor.do("intake", "send")
    sites.sync(1)
    assert sites.ward.do("intake", "show", number)["applicant"] == opened


def test_without_the_medium_nothing_is_sealed_for_it(at: At) -> None:
    sites = at("found")
    at_the_counter(sites.ward)
    before = sites.ward.tables()
    sites.ward.refused("intake", "hand-over", sites.base / "not plugged in", code=5)
    assert sites.ward.tables() == before
    hand_over(sites)
    assert len(sites.contractor.do("intake", "list")["applications"]) == 1


def test_a_lost_medium_is_made_good_by_the_next(at: At) -> None:
    sites = at("found")
    first = at_the_counter(sites.ward)
    lost = sites.base / "lost"
    lost.mkdir()
    assert sites.ward.do("intake", "hand-over", lost)["bundle"]
    second = at_the_counter(sites.ward, "イケダ ウメコ", "03-5273-1012")
    hand_over(sites)
    assert [row["number"] for row in sites.contractor.do("intake", "list")["applications"]] == [first, second]


def test_the_ward_does_not_edit_what_the_contractor_took_on(at: At) -> None:
    """A change made at the ward alone would make the two vaults differ until the roll fails to match."""
    sites = at("send")
    number = number_of(sites.ward, "サトウ")
    for words in (
        ("edit", number, "--set", "preference=B"), ("withdraw", number), ("group", number, "--code", "G7"),
    ):  # fmt: skip
        before = sites.ward.tables()
        sites.ward.refused("intake", *words, code=3)
        assert sites.ward.tables() == before
