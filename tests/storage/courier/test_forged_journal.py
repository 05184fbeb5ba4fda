"""Somebody writes the courier's journal, which nothing signs: what that gains them, as docs/threat-model.md has it."""

from __future__ import annotations

from typing import Any

from core.exchange.names import Channel
from storage.courier.journal import RECEIVED, SENT, Journal, Noted
from tests.storage.courier.posts import NOW, Post

CW = Channel.TO_WARD


def journal_of(post: Post) -> Any:
    return post.folder / "courier" / "journal.jsonl"


def test_without_its_journal_a_courier_sends_and_takes_in_nothing_twice(posts: Any) -> None:
    contractor, ward = posts
    made = contractor.post(CW, ward)
    contractor.run()
    ward.run()
    inbox, remote = ward.inbox(), sorted(one.name for one in contractor.remote.list())
    for post in posts:
        journal_of(post).unlink()
    contractor.run()
    ward.run()
    assert ward.inbox() == inbox
    assert sorted(one.name for one in contractor.remote.list()) == remote
    assert contractor.run().problems == ()
    assert list(Journal(journal_of(ward)).received) == [made.name]


def test_a_bundle_that_is_said_to_have_gone_and_has_not_goes_all_the_same(posts: Any) -> None:
    contractor, ward = posts
    made = contractor.post(CW, ward)
    Journal(journal_of(contractor)).note(SENT, made.name, Noted(made.manifest.hash, ""), NOW)
    contractor.run()
    assert {made.name.zip, made.name.manifest} <= {one.name for one in contractor.remote.list()}
    assert ward.run().received == (str(made.name),)


def test_a_bundle_that_is_said_to_have_come_is_signed_for_and_not_fetched(posts: Any) -> None:
    """What the page admits: it is held back, and the partner's courier believes it."""
    contractor, ward = posts
    made = contractor.post(CW, ward)
    contractor.run()
    listed = {one.name: one.sha1 for one in ward.remote.list()}
    noted = Noted(made.manifest.hash, listed[made.name.manifest])
    Journal(journal_of(ward)).note(RECEIVED, made.name, noted, NOW)
    report = ward.run()
    assert (report.received, report.answered, ward.inbox()) == ((), (str(made.name),), {})
    assert contractor.run().receipts == (str(made.name),)
