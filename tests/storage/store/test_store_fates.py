"""What the tables hold of bundles that are never in force, and what a void alone lets be sent again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from core.office.fates import Fate
from storage.store import MIGRATIONS, VaultTx
from storage.vault.migrations import migrate

AT = dt.datetime(2026, 4, 20, 9, 0, tzinfo=dt.UTC)
ASIDE = Fate("1-cw-00000003", "in", False, "a" * 64, AT)
VOID = Fate("1-cw-00000003", "in", True, "a" * 64, AT)


def opened(version: int) -> Any:
    connection: Any = dbapi2.connect(":memory:", isolation_level=None)  # type: ignore[attr-defined]
    migrate(connection, MIGRATIONS[:version])
    return connection


@pytest.fixture
def old() -> Any:
    """A vault of the first version with one application and one word, both sent."""
    connection = opened(1)
    connection.execute(
        "INSERT INTO application VALUES (1, 'K7Q29F3MXA', 1, 'accepted', 'post', 'keyed', NULL, 'サトウ ハナコ', NULL, '', '',"
        " '', NULL, '[]', NULL, '[]', '[]', NULL, '2026', 'a', NULL, '', 'x')"
    )
    connection.execute("INSERT INTO application_sent (number, version) VALUES (1, 1)")
    connection.execute(
        "INSERT INTO review (stage, record, version_hash, verdict, code, actor, at, sent_in)"
        " VALUES ('applicants', 'K7Q29F3MXA', 'x', 'confirmed', '', 'w', '2026-04-20T09:00:00+00:00', '1-wc-00000002')"
    )
    migrate(connection, MIGRATIONS)
    return connection


def test_the_last_word_on_a_bundle_is_that_it_is_void() -> None:
    fates = VaultTx(opened(2)).fates
    assert fates.get(ASIDE.name) is None
    fates.add(ASIDE)
    assert fates.get(ASIDE.name) == ASIDE
    fates.add(VOID)
    assert fates.get(ASIDE.name) == VOID
    assert fates.list("in") == [ASIDE, VOID]
    assert fates.list("out") == []


def test_a_fate_is_written_once_and_stays() -> None:
    connection = opened(2)
    VaultTx(connection).fates.add(ASIDE)
    for change in ("DELETE FROM bundle_fate", "UPDATE bundle_fate SET at = ''"):
        with pytest.raises(dbapi2.IntegrityError):  # type: ignore[attr-defined]
            connection.execute(change)
    with pytest.raises(dbapi2.IntegrityError):  # type: ignore[attr-defined]
        VaultTx(connection).fates.add(ASIDE)


def test_marks_from_before_bundles_were_noted_are_sent_again_rather_than_lost(old: Any) -> None:
    applications = VaultTx(old).applications
    assert applications.unsent() == []
    applications.take_back(["1-cw-00000003"])
    assert [one.number for one in applications.unsent()] == [1]


def test_only_what_a_void_bundle_carried_is_unsent_again(old: Any) -> None:
    applications = VaultTx(old).applications
    applications.mark_sent([1], "1-cw-00000002")
    applications.take_back(["1-cw-00000003"])
    assert applications.unsent() == []
    applications.take_back(["1-cw-00000002"])
    assert [one.number for one in applications.unsent()] == [1]


def test_a_word_that_was_sent_waits_again_only_when_its_bundle_is_void(old: Any) -> None:
    tx = VaultTx(old)
    with pytest.raises(dbapi2.IntegrityError):  # type: ignore[attr-defined]
        tx.reviews.take_back(["1-wc-00000002"])
    tx.fates.add(Fate("1-wc-00000002", "out", True, "b" * 64, AT))
    tx.reviews.take_back(["1-wc-00000002"])
    assert [one.record for one in tx.reviews.unsent()] == ["K7Q29F3MXA"]
    tx.reviews.mark_sent(tx.reviews.unsent(), "1-wc-00000004")
    with pytest.raises(dbapi2.IntegrityError):  # type: ignore[attr-defined]
        old.execute("UPDATE review SET sent_in = ''")


def test_whom_a_void_bundle_carried_first_was_never_sent(old: Any) -> None:
    """Of one sent before the first bundle was noted, that stays unknown: it counts as sent."""
    applications = VaultTx(old).applications
    applications.take_back(["1-cw-00000003"])
    assert applications.was_sent(1)
    old.execute("DELETE FROM application_sent")
    applications.mark_sent([1], "1-cw-00000004")
    applications.mark_sent([1], "1-cw-00000005")
    applications.take_back(["1-cw-00000005"])
    assert applications.was_sent(1), "the ward has it from the first"
    applications.take_back(["1-cw-00000004"])
    assert not applications.was_sent(1) and [one.number for one in applications.unsent()] == [1]


@pytest.mark.parametrize(("earlier", "first"), [("held", "1-cw-00000004"), ("accepted", "")])
def test_in_which_bundle_one_went_first_is_known_of_those_that_were_never_accepted_before_it(
    earlier: str, first: str
) -> None:
    connection = opened(12)
    connection.execute(
        "INSERT INTO application SELECT 1, 'K7Q29F3MXA', 1, ?, 'post', 'keyed', NULL, 'サトウ ハナコ', NULL, '', '',"
        " '', NULL, '[]', NULL, '[]', '[]', NULL, '2026', 'a', NULL, '', 'x'",
        (earlier,),
    )
    connection.execute("UPDATE application SET version = 2, state = 'accepted'")
    connection.execute("INSERT INTO application_sent VALUES (1, 2, '1-cw-00000004')")
    migrate(connection, MIGRATIONS)
    assert connection.execute("SELECT first_bundle FROM application_sent").fetchall() == [(first,)]
