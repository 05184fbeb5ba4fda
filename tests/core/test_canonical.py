"""What is hashed or signed is written in one way, that of RFC 8785."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import canonical_json

words = st.text(max_size=12)
plain = st.none() | words | st.lists(words, max_size=3)
other = (
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.dictionaries(words, plain | other | st.dictionaries(words, other, max_size=2), max_size=6))
def test_the_short_way_writes_what_the_standard_writes(value: dict[str, Any]) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


def test_half_a_pair_of_surrogates_is_refused() -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json({"kana": "\ud800"})
