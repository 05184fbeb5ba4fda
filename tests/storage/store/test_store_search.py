"""A search finds the same by the index as by reading the list, and the index forgets what is no longer written."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import Applicant, Application, State
from core.office.blanking import blanked
from core.office.listing import Landmark, ListFilter, Order
from core.roles import Role, Site
from storage.store import MIGRATIONS, VaultStore, VaultTx, search
from storage.vault.kdf import LIGHT_KDF
from storage.vault.staff import add_staff, remove_staff
from storage.vault.vault import NewStaff, create_vault, open_vault

Make = Callable[..., Application]

names = st.lists(st.text("アイウカガー ・ァAa1\"*'", min_size=1, max_size=6), max_size=8)
towns = st.lists(
    st.sampled_from(["新宿区西新宿1-2", "みほん区ﾐﾎﾝ町3", '"AND"区1', "東京都*区2", ""]), min_size=8
)
wanted = st.text("アイウカガー・ァAa\"*'西新宿", min_size=1, max_size=7)


def numbers(tx: VaultTx, which: ListFilter) -> list[int]:
    return [one.number for one in tx.applications.page(which, 0, 100)]


def grams(connection: Any) -> set[tuple[str, int]]:
    return set(connection.execute("SELECT term, doc FROM application_gram"))


@settings(max_examples=200)
@given(names=names, towns=towns, wanted=wanted, order=st.sampled_from([Order.NUMBER, Order.KANA]))
def test_the_index_finds_what_reading_the_list_finds(
    new_tables: Any,
    make: Make,
    at: dt.datetime,
    names: list[str],
    towns: list[str],
    wanted: str,
    order: Order,
) -> None:
    connection = new_tables()
    tx = VaultTx(connection)
    for number, (name, town) in enumerate(zip(names, towns, strict=False), start=1):
        tx.applications.add(make(number, kana=name, address=town), at)
    which = ListFilter(search=wanted, order=order)
    found = {}
    for few in (0, 2_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "FEW", few)
            found[few] = numbers(tx, which)
    assert found[0] == found[2_000]
    assert tx.applications.count(which) == len(found[0])
    accepted = replace(which, states=frozenset({State.ACCEPTED}))
    assert tx.applications.count(accepted) == len(numbers(tx, accepted))
    for offset, number in enumerate(found[0]):
        assert tx.applications.place(which, number) == Landmark(offset, number)


def test_what_many_have_is_counted_without_reading_anybody(
    connection: Any, make: Make, at: dt.datetime
) -> None:
    tx = VaultTx(connection)
    tx.applications.add_all([make(number, kana="タカハシ ハナ") for number in range(1, 31)], at)
    steps: list[str] = []
    connection.set_trace_callback(steps.append)
    for words, many in (("たかはし", 30), ("ハシハナ", 30), ("タカ", 30), ("タカハナ", 0)):
        assert tx.applications.count(ListFilter(search=words)) == many
    connection.set_trace_callback(None)
    assert steps and not [step for step in steps if "FROM application " in step or "LIKE" in step]


def test_letters_beyond_ascii_differ_by_size_as_they_do_when_the_list_is_read(
    connection: Any, make: Make, at: dt.datetime
) -> None:
    """The index takes É and é for one letter; the list, which is read where many have it, does not."""
    tx = VaultTx(connection)
    tx.applications.add(make(1, address="東京都É館町1-2"), at)
    for words, many in (("É館町", 1), ("é館町", 0), ("É館", 1), ("é館", 0)):
        which = ListFilter(search=words)
        assert len(numbers(tx, which)) == tx.applications.count(which) == many


def test_what_few_have_is_looked_up_and_what_many_have_is_read(
    connection: Any, make: Make, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tx = VaultTx(connection)
    for number in range(1, 31):
        tx.applications.add(make(number, kana="ワタヌキ ハナ" if number == 7 else "サトウ ハナ"), at)
    monkeypatch.setattr(search, "FEW", 10)

    def reads_by_index(words: str) -> bool:
        clause, values = search.contains(connection, "application.number", words)
        plan = connection.execute(f"EXPLAIN QUERY PLAN SELECT number FROM application WHERE {clause}", values)
        steps = " / ".join(step[3] for step in plan)
        assert ("SCAN application " in f"{steps} ") != ("application_search" in steps), steps
        return "application_search" in steps

    assert [reads_by_index(words) for words in ("ワタヌキハナ", "ワタヌ", "ワタ", "サトウ", "サト", "ワ")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_a_search_of_what_nobody_has_reads_nobody(connection: Any, make: Make, at: dt.datetime) -> None:
    VaultTx(connection).applications.add(make(1), at)
    for words in ("ヌヘ", "ヌヘホ"):
        clause, _ = search.contains(connection, "application.number", words)
        assert "application_search" in clause
        assert numbers(VaultTx(connection), ListFilter(search=words)) == []


def test_after_a_change_the_index_holds_nothing_of_what_was_there_before(
    new_tables: Any, make: Make, at: dt.datetime
) -> None:
    """As if the old name had never been written: no letters of it, not even with a count of none."""
    changed, never = new_tables(), new_tables()
    tx = VaultTx(changed)
    for number in range(1, 40):
        tx.applications.add(make(number, kana=f"サトウ {'アイウエオ'[number % 5]}コ"), at)
        VaultTx(never).applications.add(make(number, kana=f"サトウ {'アイウエオ'[number % 5]}コ"), at)
    known = make(40, kana="ワタヌキ ヘイゾウ")
    tx.applications.add(known, at)
    before = make(40, kana="")
    VaultTx(never).applications.add(replace(before, applicant=replace(before.applicant, address="")), at)
    blank = Applicant("", None, "", "", "", None, (), None)
    tx.applications.put(replace(known, applicant=blank, version=2), at, "sato")
    assert grams(changed) == grams(never)
    held = b"".join(block for (block,) in changed.execute("SELECT block FROM application_search_data"))
    assert "ワタ".encode() not in held and "ヌキヘ".encode() not in held
    assert numbers(tx, ListFilter(search="ワタヌキ")) == []


def test_an_index_that_is_whole_passes_the_check_and_one_that_is_not_does_not(
    connection: Any, make: Make, at: dt.datetime
) -> None:
    VaultTx(connection).applications.add(make(1), at)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.execute("UPDATE application_search_data SET block = x'00' WHERE id > 10")
    assert connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]


def test_a_vault_with_a_new_key_finds_as_before_and_goes_on_forgetting(
    tmp_path: Path, make: Make, at: dt.datetime
) -> None:
    password = "correct horse battery staple"
    folder, state = tmp_path / "vault", tmp_path / "state"
    staff = NewStaff("sato", "佐藤", Role.MANAGER, password)
    create_vault(
        folder, site=Site.CONTRACTOR, staff=staff, migrations=MIGRATIONS, now=lambda: at, kdf=LIGHT_KDF
    )
    with open_vault(
        folder, "sato", password, migrations=MIGRATIONS, now=lambda: at, state_dir=state
    ) as vault:
        with VaultStore(vault).write() as tx:
            tx.applications.add(make(1, kana="ワタヌキ ハナ"), at)
        add_staff(vault, NewStaff("mori", "森", Role.HANDLER, password), kdf=LIGHT_KDF)
        remove_staff(vault, "mori")
        with VaultStore(vault).write() as tx:
            assert numbers(tx, ListFilter(search="わたぬき")) == [1]
            tx.applications.put(make(1, kana="サトウ ハナ", version=2), at, "sato")
        with vault.read() as connection:
            assert not [term for term, _ in grams(connection) if "ヌ" in term]


def test_of_a_person_who_is_erased_not_even_the_letters_that_part_the_pages_of_the_index_stay(
    connection: Any, make: Make, at: dt.datetime
) -> None:
    """FTS5 parts its pages by terms, and keeps those when the term itself goes."""
    tx = VaultTx(connection)
    chance = random.Random(7)

    def kana() -> str:
        return "".join(chance.choices("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホ", k=8))

    people = [make(number, kana=kana(), state=State.WITHDRAWN) for number in range(1, 1_501)]
    tx.applications.add_all(people, at)

    def parting() -> set[str]:
        """A term begins with a byte that says of which index it is, and may be cut short."""
        rows = connection.execute("SELECT term FROM application_search_idx").fetchall()
        return {bytes(term)[1:].decode(errors="ignore") for (term,) in rows}

    of_one = {
        gram: one
        for one in people
        for gram in parting()
        if len(gram) == 3 and gram in one.applicant.kana
        if sum(gram in other.applicant.kana for other in people) == 1
    }
    gram, one = next(iter(of_one.items()))
    gone = blanked(one)
    tx.applications.put(gone, at, "sato")
    assert gram in parting(), "a change alone leaves it"
    tx.blanks.erase(gone, at, "sato", "request")
    assert gram not in parting()
    other = people[0] if people[0] != one else people[1]
    assert numbers(tx, ListFilter(search=other.applicant.kana)) == [other.number]
