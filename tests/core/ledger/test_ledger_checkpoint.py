"""What was told once cannot be told otherwise: rewritten, rolled back and forked ledgers are refused, with evidence."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.exchange.strict import ZEROS
from core.keys import SigningKey
from core.ledger.checkpoint import (
    Forked,
    Rewritten,
    RolledBack,
    compare,
    make_checkpoint,
    read_checkpoint,
)
from core.ledger.codes import Act, Content, Unit
from core.roles import Site


def grown(book: Any) -> Any:
    later = book.copy()
    later.add(qty=1)
    later.add(qty=2)
    return later


def test_a_first_meeting_takes_everything(book: Any) -> None:
    assert compare(None, b"", book.data, book.checkpoint()) == book.data


def test_only_the_new_lines_come_out_whatever_stretch_is_shown(book: Any) -> None:
    later = grown(book)
    news = b"".join(later.raw[4:])
    for first in range(5):
        assert compare(book.checkpoint(), book.data, b"".join(later.raw[first:]), later.checkpoint()) == news


def test_nothing_new_is_nothing_new(book: Any) -> None:
    assert compare(book.checkpoint(), book.data, b"", book.checkpoint()) == b""
    assert compare(book.checkpoint(), book.data, book.data, book.checkpoint()) == b""


def test_a_shorter_ledger_is_a_rollback(book: Any) -> None:
    later = grown(book)
    with pytest.raises(RolledBack) as caught:
        compare(later.checkpoint(), later.data, book.data, book.checkpoint())
    assert caught.value.evidence.known_checkpoint == later.checkpoint().data
    assert caught.value.evidence.shown_checkpoint == book.checkpoint().data
    assert caught.value.exit_code == 6


def test_a_rollback_that_grew_again_is_rewriting(book: Any) -> None:
    later, other = grown(book), book.copy()
    for qty in (7, 8, 9):
        other.add(qty=qty)
    with pytest.raises(Rewritten) as caught:
        compare(later.checkpoint(), later.data, other.data, other.checkpoint())
    assert "5行目" in caught.value.where
    assert (caught.value.evidence.known_lines, caught.value.evidence.shown_lines) == (later.data, other.data)


def test_new_lines_that_do_not_join_the_known_ones_are_rewriting(book: Any) -> None:
    later, other = grown(book), book.copy()
    for qty in (7, 8, 9):
        other.add(qty=qty)
    with pytest.raises(Rewritten):
        compare(later.checkpoint(), later.data, other.raw[6], other.checkpoint())


def test_two_checkpoints_of_one_size_are_a_fork(book: Any) -> None:
    one, two = book.copy(), book.copy()
    one.add(qty=1)
    two.add(qty=2)
    with pytest.raises(Forked):
        compare(one.checkpoint(), one.data, two.data, two.checkpoint())
    with pytest.raises(Forked):
        compare(one.checkpoint(), one.data, b"", two.checkpoint())


def test_a_checkpoint_of_an_older_epoch_is_a_rollback(book: Any) -> None:
    with pytest.raises(RolledBack):
        compare(book.checkpoint(epoch=2), book.data, b"", book.checkpoint(epoch=1))


def test_a_hole_or_a_cut_end_is_not_taken(book: Any) -> None:
    later = grown(book)
    with pytest.raises(IntegrityFailure, match="間の行"):
        compare(book.checkpoint(), book.data, later.raw[5], later.checkpoint())
    with pytest.raises(IntegrityFailure, match="短く"):
        compare(book.checkpoint(), book.data, later.raw[4], later.checkpoint())


def test_lines_beyond_the_checkpoint_are_not_taken(book: Any) -> None:
    later = grown(book)
    with pytest.raises(IntegrityFailure):
        compare(None, b"", later.data, book.checkpoint())


def test_our_own_copy_is_not_believed_blindly(book: Any) -> None:
    damaged = book.data.replace(b'"qty":379', b'"qty":378')
    with pytest.raises(IntegrityFailure, match="手元"):
        compare(book.checkpoint(), damaged, b"", book.checkpoint())


def test_a_checkpoint_reads_back_and_only_under_its_key(book: Any) -> None:
    made = book.checkpoint()
    assert read_checkpoint(made.data, book.keys.signing.public) == made
    with pytest.raises(IntegrityFailure):
        read_checkpoint(made.data, SigningKey(b"\x09" * 32).public)
    for place in range(len(made.data)):
        data = bytearray(made.data)
        data[place] ^= 1
        with pytest.raises(IntegrityFailure):
            read_checkpoint(bytes(data), book.keys.signing.public)


def test_a_checkpoint_that_contradicts_itself_is_not_made(book: Any) -> None:
    with pytest.raises(IntegrityFailure):
        book.checkpoint(size=0)
    with pytest.raises(IntegrityFailure):
        book.checkpoint(head=ZEROS)


@given(st.integers(0, 4), st.integers(0, 6), st.data())
def test_no_history_but_a_continuation_is_taken(known: int, shown: int, data: st.DataObject) -> None:
    """Model: the shown history is acceptable exactly when it begins with the known one."""
    quantities = [data.draw(st.integers(0, 1)) for _ in range(shown)]
    before, after = _plain_book([0] * known), _plain_book(quantities)
    try:
        news = compare(before.checkpoint(), before.data, after.data, after.checkpoint())
    except IntegrityFailure:
        assert not after.data.startswith(before.data)
    else:
        assert before.data + news == after.data


def _plain_book(quantities: list[int]) -> Any:
    from types import SimpleNamespace

    from core.ledger.line import LedgerLine, line_hash, sign_line

    key, raw = SigningKey(b"\x01" * 32), list[bytes]()
    for seq, qty in enumerate(quantities, start=1):
        line = LedgerLine(
            seq,
            "2026-05-11T09:30:00+09:00",
            Site.WARD,
            "h1",
            "handler",
            Act.RECEIVE,
            Content.REVIEW,
            qty,
            Unit.RECORDS,
        )
        raw.append(sign_line(line, line_hash(raw[-1]) if raw else ZEROS, key))
    head = line_hash(raw[-1]) if raw else ZEROS

    def checkpoint() -> Any:
        return make_checkpoint(key, org=Site.WARD, epoch=1, size=len(raw), head=head, access_log_head=ZEROS)

    return SimpleNamespace(data=b"".join(raw), checkpoint=checkpoint)
