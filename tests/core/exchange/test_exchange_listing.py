"""The lists of bundles inside a bundle: one spelling, whole, and of a void only the stretch right before it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.exchange.listing import read_listing, read_void, write_listing
from core.exchange.names import BundleName, Channel

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
VOIDS = st.builds(
    lambda epoch, channel, first, hashes: (
        BundleName(epoch, channel, first + len(hashes)),
        {BundleName(epoch, channel, first + place): digest for place, digest in enumerate(hashes)},
    ),
    st.integers(1, 99), st.sampled_from(Channel), st.integers(1, 10_000), st.lists(HASHES, min_size=1, max_size=6),
)  # fmt: skip


def written(listed: Any) -> bytes:
    return write_listing((str(name), digest) for name, digest in listed.items())


@given(VOIDS)
def test_a_void_reads_as_it_was_written(case: Any) -> None:
    void, listed = case
    read = read_void(written(listed), void)
    assert list(read.items()) == list(listed.items())
    assert written(read) == written(listed)


@given(VOIDS, st.data())
def test_any_other_byte_is_another_list_or_none(case: Any, data: st.DataObject) -> None:
    """Two spellings of one list would be two hashes for one thing."""
    void, listed = case
    good = written(listed)
    place = data.draw(st.integers(0, len(good) - 1))
    bad = (
        good[:place]
        + bytes([data.draw(st.integers(0, 255).filter(lambda b: b != good[place]))])
        + good[place + 1 :]
    )
    try:
        read = read_void(bad, void)
    except IntegrityFailure:
        return
    assert read != listed
    assert written(read) == bad
    assert list(read) == list(listed)


@given(VOIDS, st.data())
def test_a_void_leaves_nothing_out_and_names_nothing_else(case: Any, data: st.DataObject) -> None:
    void, listed = case
    rows = list(listed.items())
    other = Channel.TO_WARD if void.channel is not Channel.TO_WARD else Channel.TO_CONTRACTOR
    elsewhere = BundleName(void.epoch, other, rows[-1][0].seq)
    wrong: list[tuple[bytes, BundleName]] = [
        (written(dict(rows[:-1])), void),
        (written({**listed, void: "0" * 64}), void),
        (written({**dict(rows[:-1]), elsewhere: rows[-1][1]}), void),
        (written({BundleName(one.epoch + 1, one.channel, one.seq): digest for one, digest in rows}), void),
        (written(listed), BundleName(void.epoch, void.channel, void.seq + 1)),
        (written(listed) + written(dict(rows[:1])), void),
    ]
    if len(rows) > 1:
        wrong.append((written(dict(reversed(rows))), void))
    for content, name in wrong:
        with pytest.raises(IntegrityFailure):
            read_void(content, name)


@given(st.binary(max_size=200))
def test_whatever_is_no_list_is_refused_as_such(content: bytes) -> None:
    try:
        read = read_listing(content, name="void.txt")
    except IntegrityFailure:
        return
    assert written(read) == content
