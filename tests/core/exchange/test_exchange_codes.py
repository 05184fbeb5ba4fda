"""One-time codes: a chain nobody but the ward can go up, read aloud and typed by people."""

import hashlib
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import CROCKFORD
from core.errors import IntegrityFailure, Refused
from core.exchange import codes
from core.exchange.codes import CodeKind, Place, chain, hear, make_codes, place_of, read_codes, speak
from core.exchange.letters import check_letter
from core.exchange.signed import split_signed, write_signed

SAID, OTHER = hashlib.sha256(b"this").hexdigest(), hashlib.sha256(b"that").hexdigest()
REVIEW = CodeKind.REVIEW
LETTER = st.sampled_from(CROCKFORD)
CODE = st.text(LETTER, min_size=25, max_size=25)


@pytest.fixture(scope="module")
def review(two: Any) -> tuple[str, ...]:
    return chain(two.ward, 1, REVIEW)


def heard(code: str, index: int, said: str = SAID, *, last: Place, kind: CodeKind = REVIEW) -> Place | None:
    return place_of(1, kind, hear(speak(code, said)), said, last)


def test_each_code_hashes_to_the_one_before_it_as_a_shell_can_see(review: tuple[str, ...]) -> None:
    """docs/exchange.md says how."""
    line = f"hko1 1 review 7 {review[7]}\n"
    hexed = subprocess.run(["sha256sum"], input=line, capture_output=True, text=True, check=True).stdout[:64]
    bits = f"{int(hexed, 16):0256b}"
    assert review[6] == "".join(CROCKFORD[int(bits[at : at + 5], 2)] for at in range(0, 125, 5))
    assert len(review) == codes.LAST + 1 and len(set(review)) == len(review)


def test_chains_of_another_kind_epoch_or_key_have_nothing_in_common(
    two: Any, review: tuple[str, ...]
) -> None:
    others = [chain(two.ward, 2, REVIEW), chain(two.contractor, 1, REVIEW)]
    others += [chain(two.ward, 1, kind) for kind in CodeKind if kind is not REVIEW]
    assert not set(review) & {code for other in others for code in other}


def test_the_document_holds_the_ward_s_codes_0_and_reads_back(two: Any, review: tuple[str, ...]) -> None:
    data = make_codes(two.ward, 1)
    read = read_codes(data, two.ward.signing.public)
    assert (read.epoch, read.anchors[REVIEW]) == (1, review[0])
    assert review[1].encode() not in data
    with pytest.raises(IntegrityFailure):
        read_codes(data, two.contractor.signing.public)


@pytest.mark.parametrize(
    "changes", [{"review": "X"}, {"review": "O" * 25}, {"site": "contractor"}, {"protocol": "hko2"}, {"epoch": 0}, {"x": 1}]
)  # fmt: skip
def test_a_well_signed_document_of_another_form_is_refused(two: Any, changes: dict[str, object]) -> None:
    document, _, _ = split_signed(make_codes(two.ward, 1), limit=9999, name="x")
    with pytest.raises(IntegrityFailure):
        read_codes(write_signed("codes", document | changes, two.ward.signing), two.ward.signing.public)


def test_the_next_code_is_known_and_what_was_read_out_and_never_typed_is_skipped(
    review: tuple[str, ...],
) -> None:
    start = Place(0, review[0])
    assert heard(review[1], 1, last=start) == Place(1, review[1])
    assert heard(review[codes.SKIP], codes.SKIP, last=start) == Place(codes.SKIP, review[codes.SKIP])
    assert heard(review[codes.SKIP + 1], codes.SKIP + 1, last=start) is None


def test_a_used_code_and_those_before_it_are_told_from_new_ones(review: tuple[str, ...]) -> None:
    last = Place(5, review[5])
    for index in range(1, 6):
        found = heard(review[index], index, last=last)
        assert found is not None and found.index == index <= last.index
    assert heard(review[0], 0, last=last) is None, "code 0 is public and says nothing"
    assert heard(review[0], 0, last=Place(0, review[0])) is None


def test_a_code_of_another_kind_is_none_of_this(two: Any, review: tuple[str, ...]) -> None:
    receipt = chain(two.ward, 1, CodeKind.RECEIPT)
    assert heard(receipt[1], 1, last=Place(0, review[0])) is None


def test_a_code_is_known_only_as_a_word_on_what_it_was_spoken_on(review: tuple[str, ...]) -> None:
    assert place_of(1, REVIEW, hear(speak(review[1], SAID)), OTHER, Place(0, review[0])) is None


def test_the_end_of_a_chain_is_its_end(review: tuple[str, ...]) -> None:
    last = Place(codes.LAST - 1, review[codes.LAST - 1])
    assert heard(review[codes.LAST], codes.LAST, last=last) == Place(codes.LAST, review[codes.LAST])
    assert heard("0" * 25, 0, last=Place(codes.LAST, review[codes.LAST])) is None


@given(CODE, st.sampled_from([SAID, OTHER]), st.randoms())
def test_a_code_is_known_however_it_is_typed(code: str, said: str, chance: Any) -> None:
    read = speak(code, said)
    assert len(read.replace(" ", "")) == 26
    typed = "".join(
        chance.choice(["", " ", "-", "ー", "\u3000"]) + chance.choice(_ways(one))
        for one in read
        if one != " "
    )
    assert speak(hear(typed), said) == speak(hear(read), said)
    assert codes._masked(hear(typed), said) == code


def _ways(letter: str) -> list[str]:
    ways = [letter, letter.lower(), chr(ord(letter) + 0xFEE0)]
    return ways + {"0": ["O", "o"], "1": ["I", "l", "L", "i"]}.get(letter, [])


@given(CODE, st.integers(0, 25), LETTER)
def test_every_single_wrong_letter_is_a_slip(code: str, place: int, letter: str) -> None:
    read = code + check_letter(code)
    if read[place] != letter:
        with pytest.raises(Refused):
            hear(read[:place] + letter + read[place + 1 :])


@given(CODE, st.integers(0, 24))
def test_two_neighbours_exchanged_are_a_slip_but_for_0_and_z(code: str, place: int) -> None:
    """Luhn's algorithm sees every exchange of neighbours but that of the first and the last letter."""
    read = code + check_letter(code)
    pair = read[place : place + 2]
    if pair[0] != pair[1] and set(pair) != {"0", "Z"}:
        with pytest.raises(Refused):
            hear(read[:place] + pair[::-1] + read[place + 2 :])


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_slip_or_25_letters(typed: str) -> None:
    try:
        found = hear(typed)
    except Refused:
        return
    assert len(found) == 25 and not set(found) - set(CROCKFORD)


def test_a_card_file_is_a_card_and_what_comes_after_it() -> None:
    assert codes.split_card_file(b"a\nb\nc\nd\n") == (b"a\nb\n", b"c\nd\n")
    assert codes.split_card_file(b"a\nb\n") == (b"a\nb\n", b"")
    assert codes.split_card_file(b"a") == (b"a", b"")
