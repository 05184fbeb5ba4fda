"""The steps of a mail are kept as they were written, and a vault from before them knows its notices as postcards."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from core.applicant import Application
from core.office.mails import MailState, MailStep
from storage.store import MIGRATIONS, VaultTx
from storage.vault.migrations import migrate
from tests.storage.store.test_store_fates import opened

Make = Callable[[int], Application]
RECORD = "K7Q29F3MXA"


def step(make: Make, number: int, state: MailState, at: dt.datetime, **changes: Any) -> MailStep:
    made = MailStep(f"{number:032x}", make(number).record, "admission:A", "admission", state, at, "sato")
    return dataclasses.replace(made, **changes)


def test_of_several_steps_the_newest_counts(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    for number in (1, 2, 3):
        tx.applications.add(make(number), at)
    sent = step(make, 1, MailState.SENT, at, code=250, batch="B")
    later = step(make, 2, MailState.LATER, at, code=450)
    begun = step(make, 3, MailState.BEGUN, at)
    for one in (step(make, 1, MailState.BEGUN, at), step(make, 2, MailState.UNCLEAR, at), sent, later, begun):
        tx.mails.put(one)
    assert tx.mails.latest() == {one.key: one for one in (sent, later, begun)}
    assert tx.mails.last(sent.key) == sent and tx.mails.last("f" * 32) is None
    assert tx.mails.unclear() == {(begun.record, "admission:A")}
    assert (tx.mails.kinds_of("B"), tx.mails.kinds_of("C")) == (["admission"], [])


def test_a_notice_tells_on_what_it_went_out_last(tx: VaultTx, make: Make, at: dt.datetime) -> None:
    tx.applications.add(make(1), at)
    record = make(1).record
    assert tx.notices.form(record, "admission:A") == "postcard"
    tx.notices.put("one", record, "admission:A", at, "mail")
    tx.notices.put("two", record, "rejection", at)
    assert (tx.notices.form(record, "admission:A"), tx.notices.form(record, "rejection")) == (
        "mail",
        "postcard",
    )


def test_a_vault_from_before_takes_its_notices_for_postcards_and_keeps_every_step() -> None:
    old = opened(4)
    old.execute(
        "INSERT INTO application VALUES (1, ?, 1, 'accepted', 'post', 'keyed', NULL, 'サトウ ハナコ', NULL, '', '',"
        " '', NULL, '[]', NULL, '[]', '[]', NULL, '2026', 'a', NULL, '', 'x')",
        (RECORD,),
    )
    old.execute(
        "INSERT INTO notice (batch, record, kind, at) VALUES ('b', ?, 'admission:A', '2026-05-20T09:00:00+09:00')", (RECORD,)
    )  # fmt: skip
    migrate(old, MIGRATIONS)
    tx = VaultTx(old)
    assert (tx.notices.all(), tx.notices.form(RECORD, "admission:A")) == (
        [(RECORD, "admission:A")],
        "postcard",
    )
    tx.mails.put(
        MailStep("0" * 32, RECORD, "admission:A", "admission", MailState.BEGUN, dt.datetime(2026, 5, 20, tzinfo=dt.UTC), "sato")
    )  # fmt: skip
    for change in (
        "DELETE FROM mail_step",
        "UPDATE mail_step SET state = 'sent'",
        "UPDATE notice SET form = 'mail'",
    ):
        with pytest.raises(dbapi2.IntegrityError):  # type: ignore[attr-defined]
            old.execute(change)
