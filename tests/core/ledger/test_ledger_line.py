"""A ledger line carries closed codes and counts, and one spelling of them."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import canonical_json
from core.errors import IntegrityFailure, Refused
from core.exchange.strict import ZEROS
from core.keys import SigningKey
from core.ledger.codes import (
    ACT_WORDS,
    CONTENT_WORDS,
    MEDIUM_WORDS,
    PLACE_WORDS,
    UNIT_WORDS,
    Act,
    Content,
    Medium,
    Place,
    Unit,
)
from core.ledger.line import Seen, read_line, sign_line, verify_line

KEY = SigningKey(b"\x01" * 32)


def test_every_code_has_a_japanese_word_of_its_own() -> None:
    tables = (
        (Act, ACT_WORDS),
        (Content, CONTENT_WORDS),
        (Medium, MEDIUM_WORDS),
        (Place, PLACE_WORDS),
        (Unit, UNIT_WORDS),
    )
    for codes, words in tables:
        assert set(codes) == set(words)
        assert len(set(words.values())) == len(words)


def test_what_is_signed_reads_back_and_verifies(book: Any) -> None:
    draft = book.draft(handover="K7Q29F3MXA", seen=Seen(3, "a" * 64))
    previous, line = read_line(sign_line(draft, "b" * 64, KEY), name="x")
    assert previous == "b" * 64
    assert (line.seq, line.qty, line.handover, line.seen, line.from_) == (
        draft.seq, draft.qty, draft.handover, draft.seen, Place.CONTRACTOR,
    )  # fmt: skip
    verify_line(line, previous, KEY.public, name="x")
    with pytest.raises(IntegrityFailure):
        verify_line(line, "c" * 64, KEY.public, name="x")  # the same line in another place
    with pytest.raises(IntegrityFailure):
        verify_line(line, previous, SigningKey(b"\x02" * 32).public, name="x")


def test_the_vector_of_the_document(book: Any) -> None:
    """docs/exchange.md prints this line's hash."""
    line = sign_line(book.draft(seq=1, seen=Seen()), ZEROS, KEY)
    assert hashlib.sha256(line).hexdigest() == VECTOR


VECTOR = "9f02a0dab2b859775c488faa7530a6b032fd52d3a74af6b87c549d697e5aa1a2"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ref", "田中様の申込書"),
        ("ref", "sha256:abc"),
        ("ref", "line:ward:1\n"),
        ("ref", f"rewind:1:{'a' * 64}"),
        ("ref", f"aside:1-cw-00000001:{'a' * 64}:content"),
        ("actor", "田中"),
        ("actor", ""),
        ("actor", "site"),
        ("role", "sync"),
        ("role", "site"),
        ("handover", "K7Q29F3MXI"),
        ("qty", -1),
        ("qty", 10_000_000),
        ("qty", True),
        ("seq", 0),
        ("at", "2026-05-11 09:30:00+09:00"),
        ("at", "2026-05-11T09:30:00Z"),
        ("at", "2026-02-30T09:30:00+09:00"),
        ("act", "remark"),
        ("content", "氏名"),
        ("medium", "floppy"),
        ("seen", Seen(0, "a" * 64)),
        ("seen", Seen(1, ZEROS)),
    ],
)
def test_nothing_free_is_ever_signed(book: Any, field: str, value: object) -> None:
    with pytest.raises(Refused):
        sign_line(book.draft(**{field: value}), ZEROS, KEY)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ref", "自由記述"),
        ("qty", -1),
        ("qty", 1.5),
        ("qty", "3"),
        ("act", "remark"),
        ("note", "x"),
        ("at", "x"),
        ("seq", 0),
    ],
)
def test_nothing_free_is_ever_read(book: Any, field: str, value: object) -> None:
    raw = sign_line(book.draft(), ZEROS, KEY)
    document = json.loads(raw[65:]) | {field: value}
    with pytest.raises(IntegrityFailure):
        read_line(ZEROS.encode() + b" " + canonical_json(document) + b"\n", name="x")


def test_a_missing_field_is_refused(book: Any) -> None:
    document = json.loads(sign_line(book.draft(), ZEROS, KEY)[65:])
    for field in document:
        rest = {key: value for key, value in document.items() if key != field}
        with pytest.raises(IntegrityFailure):
            read_line(ZEROS.encode() + b" " + canonical_json(rest) + b"\n", name="x")


def test_other_spellings_of_the_same_line_are_refused(book: Any) -> None:
    raw = sign_line(book.draft(), ZEROS, KEY)
    head, body = raw[:65], raw[65:-1]
    assert json.loads(body)
    for other in (
        head + json.dumps(json.loads(body)).encode() + b"\n",
        head + body[:-1] + b',"qty":380}\n',
        head + body + b" \n",
        head + body + b"\r\n",
        head + body,
        head.upper() + body + b"\n" if head.upper() != head else b" " + raw,
        b"\xef\xbb\xbf" + raw,
    ):
        with pytest.raises(IntegrityFailure):
            read_line(other, name="x")


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_politely(data: bytes) -> None:
    with pytest.raises(IntegrityFailure):
        read_line(data, name="x")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3),
    )
)
def test_any_value_in_any_field_is_refused_politely(value: object) -> None:
    document = {key: value for key in ("seq", "at", "org", "actor", "role", "act", "content", "qty", "unit", "medium",
                                       "from", "to", "handover", "ref", "seen", "sig")}  # fmt: skip
    line = ZEROS.encode() + b" " + json.dumps(document).encode() + b"\n"
    with pytest.raises(IntegrityFailure):
        read_line(line, name="x")
