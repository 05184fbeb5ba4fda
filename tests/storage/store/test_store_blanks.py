"""One person erased: rows that never change let through exactly that, for that person alone, and nothing comes in again."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from core.applicant import Applicant, Application, Route, State
from core.errors import IntegrityFailure
from core.office.blanking import blanked
from core.office.ports import DrawUnit, ReviewRow, SourceRow
from storage.store import VaultTx

DRAW = "hiking-2026-1"


def person(number: int, kana: str) -> Application:
    who = Applicant(
        kana,
        dt.date(1950, 3, 4),
        "1600022",
        f"東京都新宿区新宿{number}",
        f"035273100{number}",
        f"{number}@example.jp",
        ("A",),
        None,
    )
    return Application(
        number, f"{number}BCDEFGHJK", who, State.ACCEPTED, Route.WEB, "export.csv", f"W{number}", (), (), 1
    )


@pytest.fixture
def two(tx: VaultTx, at: dt.datetime) -> VaultTx:
    """Two people who have been through everything; the first has withdrawn."""
    for one in (person(1, "サトウ ハナコ"), person(2, "タカハシ キヨシ")):
        tx.applications.add(one, at)
        tx.sources.add(
            SourceRow(
                "form",
                "export.csv",
                "0" * 64,
                one.number,
                one.receipt,
                f"f{one.number}",
                {"kana": one.applicant.kana},
                "accepted",
                one.number,
                at,
            )
        )
        tx.reviews.add(ReviewRow("applicants", one.record, one.version_hash, "confirmed", "", "w-boss", at))
        tx.draws.put_units([DrawUnit(DRAW, f"U{one.number}", (one.record,), ("ab" * 32,))])
    tx.settings.put(
        "review_list_ABCD", json.dumps({"id": "x", "rows": [["1BCDEFGHJK", "aa"], ["2BCDEFGHJK", "bb"]]})
    )
    tx.drafts.put("c-hand", {"kana": "サトウ ハナコ"})
    return tx


def erase(tx: VaultTx, number: int, at: dt.datetime) -> None:
    known = tx.applications.get(number)
    assert known is not None
    gone = blanked(known)
    tx.applications.put(gone, at, "c-boss")
    tx.blanks.erase(gone, at, "c-boss", "request")


def dumped(connection: Any) -> str:
    tables = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    ]
    rows = [(name, row) for name in tables for row in connection.execute(f'SELECT * FROM "{name}"')]
    return "\n".join(f"{name} {row!r}" for name, row in rows)


def test_one_is_gone_from_every_table_and_the_other_is_untouched(
    two: VaultTx, connection: Any, at: dt.datetime
) -> None:
    before = [line for line in dumped(connection).splitlines() if "タカハシ" in line]
    erase(two, 1, at)
    after = dumped(connection)
    for word in (
        "サトウ",
        "0352731001",
        "1@example.jp",
        "新宿1",
        person(1, "サトウ ハナコ").version_hash,
    ):
        assert word not in after, word
    assert [line for line in after.splitlines() if "タカハシ" in line] == before and before
    assert [one.state for one, _, _ in two.applications.history(1)] == [State.ACCEPTED, State.WITHDRAWN]
    assert two.draws.units(DRAW)[1].salts == ("ab" * 32,)
    assert json.loads(two.settings.get("review_list_ABCD") or "")["rows"] == [
        ["1BCDEFGHJK", ""],
        ["2BCDEFGHJK", "bb"],
    ]
    assert two.drafts.get("c-hand") is None


HERS = {
    "edit:1": {"phone": "０９０－１２３４－５６７８", "version": "1"},
    "entry": {"kana": "さとう", "phone": "03-5273-1001"},
    "line:kana": {"text": "さとう　はなこ さんから電話"},
    "line:phone": {"text": "０３−５２７３−１００１"},
    "line:mail": {"text": "1@EXAMPLE.JP"},
    "line:house": {"text": "東京都 新宿区新宿１"},
    "writing": {"ref": "S25.3.4"},
}
OTHERS = {
    "edit:2": {"address": "東京都新宿区新宿1", "birth_date": "1950-03-04", "version": "1"},
    "edit:11": {"phone": "03-9999-0000"},
    "line:two": {"text": "タカハシ キヨシ 03-5273-1002"},
    "register:drill": {"on": "2026-06-10"},
}


@pytest.mark.parametrize("form", sorted(HERS))
def test_unfinished_forms_about_the_person_go_however_they_were_typed_and_others_stay(
    two: VaultTx, connection: Any, at: dt.datetime, form: str
) -> None:
    """A correction holds the changed fields alone; a form holds what was typed."""
    two.drafts.put("c-hand", {"forms": [*OTHERS.items(), (form, HERS[form])]})
    two.drafts.put("c-boss", {"forms": [(form, HERS[form])]})
    erase(two, 1, at)
    assert dict(two.drafts.get("c-hand")["forms"]) == OTHERS  # type: ignore[index]
    assert two.drafts.get("c-boss") is None


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM application WHERE number = 1",
        "DELETE FROM application_version WHERE number = 1",
        "DELETE FROM source_row WHERE number = 1",
        "DELETE FROM review WHERE record = '1BCDEFGHJK'",
        "DELETE FROM draw_member WHERE record = '1BCDEFGHJK'",
        "DELETE FROM person_erased",
        "UPDATE person_erased SET number = 2",
        "UPDATE application SET kana = 'ア', version = version + 1 WHERE number = 1",
        "UPDATE application_version SET kana = 'ア' WHERE number = 1",
        "UPDATE application_version SET state = 'accepted' WHERE number = 1 AND version = 2",
        "UPDATE application_version SET changed_by = 'x' WHERE number = 1",
        "UPDATE application_version SET kana = '', birth_date = NULL WHERE number = 2",
        "UPDATE source_row SET cells = '{\"kana\":\"x\"}' WHERE number = 1",
        "UPDATE source_row SET cells = '{}', fingerprint = '' WHERE number = 2",
        "UPDATE source_row SET number = 1 WHERE number = 2",
        "UPDATE review SET verdict = 'returned' WHERE record = '1BCDEFGHJK'",
        "UPDATE review SET version_hash = printf('%064d', 0) WHERE record = '2BCDEFGHJK'",
        "UPDATE draw_member SET salt = printf('%064d', 0) WHERE record = '2BCDEFGHJK'",
        "UPDATE draw_member SET salt = printf('%064d', 1) WHERE record = '1BCDEFGHJK'",
        "INSERT INTO person_erased SELECT number, record, 'request', '', '' FROM application WHERE number = 2",
        "INSERT INTO source_row SELECT 99, source, file_name, file_sha256, row, receipt, fingerprint, cells, outcome, 1, at"
        " FROM source_row WHERE number = 2",
    ],
)  # fmt: skip
def test_nothing_else_can_be_changed_or_taken_away(
    two: VaultTx, connection: Any, at: dt.datetime, refused_by_table: type[Exception], sql: str
) -> None:
    erase(two, 1, at)
    before = dumped(connection)
    with pytest.raises(refused_by_table):
        connection.execute(sql)
    assert dumped(connection) == before


def test_nobody_is_erased_who_still_takes_part(
    two: VaultTx, connection: Any, at: dt.datetime, refused_by_table: type[Exception]
) -> None:
    current = two.applications.get(1)
    assert current is not None
    with pytest.raises((refused_by_table, IntegrityFailure)):
        two.blanks.erase(current, at, "c-boss", "request")
    assert two.applications.get(1) == current
