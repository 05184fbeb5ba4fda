"""The hostile texts in what a partner gone bad seals and signs: refused as a whole, or kept as texts that steer nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from core.applicant import State
from core.errors import IntegrityFailure
from core.office.records import RECORDS, to_row
from core.office.review import APPLICANTS
from tests.hostile.texts import HOSTILE, steers

FIELDS = ("kana", "address", "phone", "email", "receipt", "source", "group", "postal_code", "preferences")


@pytest.fixture
def ready(bench: Any) -> Any:
    bench.received()
    return bench


def line_of(row: dict[str, Any]) -> bytes:
    """As a changed program could write it, lone surrogates and all."""
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


@pytest.mark.parametrize("field", FIELDS)
def test_a_record_brings_texts_that_steer_nothing_or_none(
    ready: Any, leaves: Callable[..., Any], field: str
) -> None:
    with ready.contractor.store.read() as tx:
        row = to_row(tx.applications.all((State.ACCEPTED,))[0])
    taken = 0
    for number, text in enumerate(HOSTILE, start=1):
        new = row | {"number": 200 + number, "record": f"{number:010}", field: text}
        if field == "preferences":
            new[field] = [text]
        take = ready.forge(ready.contractor, "applicants", {RECORDS: line_of(new)}, {"applications": 1})
        if steers(text):
            with leaves(ready.ward, IntegrityFailure):
                take()
            continue
        try:
            taken += take() is not None
        except IntegrityFailure as error:
            assert not steers(str(error))
    with ready.ward.store.read() as tx:
        kept = [one for one in tx.applications.all() if one.number > 200]
    assert len(kept) == taken
    for one in kept:
        assert not steers(json.dumps(to_row(one), ensure_ascii=False))
    for item in ready.ward.office.review.rows(APPLICANTS):
        assert not steers(repr(item).replace("\\n", " "))
    assert taken or field == "postal_code", (
        "a text that does nothing to a terminal is a text, and no post code"
    )


def test_an_error_over_a_partners_text_quotes_it_harmlessly(ready: Any) -> None:
    """The names of what is in a bundle are the sender's too."""
    for text in HOSTILE:
        if not text.encode("utf-8", "ignore") or "\x00" in text:
            continue
        with pytest.raises(IntegrityFailure) as error:
            ready.forge(ready.contractor, "applicants", {text: b"x"}, {"applications": 1})()
        assert not steers(str(error.value))
