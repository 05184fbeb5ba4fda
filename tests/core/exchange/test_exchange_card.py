"""Partner cards: strict bytes, and a fingerprint two people can compare over the telephone."""

import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import CROCKFORD
from core.errors import IntegrityFailure, Refused
from core.exchange.card import PartnerCard, fingerprint, make_card, read_card, same_fingerprint
from core.exchange.signed import split_signed, write_signed
from core.roles import Site

CREATED = dt.datetime(2026, 4, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))


@pytest.fixture
def card(two: Any) -> PartnerCard:
    return make_card(
        two.ward, site=Site.WARD, vault_id="v1", epoch=1, courier=two.courier.public, created=CREATED
    )


def resigned(card: PartnerCard, two: Any, **changes: object) -> bytes:
    document, _, _ = split_signed(card.data, limit=9999, name="x")
    return write_signed("card", document | changes, two.ward.signing)


def test_a_card_reads_back(card: PartnerCard, two: Any) -> None:
    assert read_card(card.data) == card
    assert (card.signing, card.sealing) == (two.ward.signing.public, two.ward.opening.public)
    assert card.created == "2026-04-01T09:00:00+09:00"


def test_the_same_bytes_are_read_once_and_refused_every_time(card: PartnerCard) -> None:
    assert read_card(card.data) is read_card(bytes(bytearray(card.data)))
    for _ in range(2):
        with pytest.raises(IntegrityFailure):
            read_card(card.data + b"\n")


def test_one_changed_bit_anywhere_spoils_a_card(card: PartnerCard) -> None:
    for place in range(0, len(card.data), 5):
        data = bytearray(card.data)
        data[place] ^= 1 << (place % 8)
        with pytest.raises(IntegrityFailure):
            read_card(bytes(data))


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "city"},
        {"epoch": 0},
        {"epoch": "1"},
        {"vault_id": "../x"},
        {"protocol": "hkc2"},
        {"created": "2026-04-01"},
        {"extra": 1},
        {"sealing": "AAAA"},
    ],
)
def test_a_well_signed_card_of_another_form_is_refused(
    card: PartnerCard, two: Any, changes: dict[str, object]
) -> None:
    with pytest.raises(IntegrityFailure):
        read_card(resigned(card, two, **changes))


def test_the_courier_s_key_may_not_be_the_site_s(card: PartnerCard, two: Any) -> None:
    with pytest.raises(IntegrityFailure):
        read_card(resigned(card, two, courier=two.ward.signing.public.base64))


def test_a_card_signed_by_another_key_than_it_names_is_refused(card: PartnerCard, two: Any) -> None:
    document, _, _ = split_signed(card.data, limit=9999, name="x")
    with pytest.raises(IntegrityFailure):
        read_card(write_signed("card", document, two.contractor.signing))


def test_a_fingerprint_is_eight_groups_of_four(card: PartnerCard) -> None:
    assert re.fullmatch(f"([{CROCKFORD}]{{4}} ){{7}}[{CROCKFORD}]{{4}}", card.fingerprint)
    assert fingerprint(card.data) == card.fingerprint


def test_the_fingerprint_vector_of_the_document(card: PartnerCard) -> None:
    """docs/exchange.md prints it."""
    assert card.fingerprint == "YSXR X1F1 7SK4 8N0S XQX2 VZB7 49BK AMBJ"


def test_any_change_of_the_card_changes_the_fingerprint(card: PartnerCard, two: Any) -> None:
    assert fingerprint(resigned(card, two, vault_id="v2")) != card.fingerprint


def test_a_fingerprint_is_known_as_people_type_it(card: PartnerCard) -> None:
    typed = card.fingerprint.lower().replace(" ", "-").replace("0", "o").replace("1", "l")
    assert same_fingerprint(card.data, typed)


def test_another_card_s_fingerprint_is_told_from_a_slip(card: PartnerCard, two: Any) -> None:
    assert not same_fingerprint(card.data, fingerprint(resigned(card, two, vault_id="v2")))


def test_every_single_wrong_letter_is_a_slip(card: PartnerCard) -> None:
    letters = card.fingerprint.replace(" ", "")
    for place in range(32):
        for letter in CROCKFORD:
            if letter != letters[place]:
                with pytest.raises(Refused):
                    same_fingerprint(card.data, letters[:place] + letter + letters[place + 1 :])


@given(st.text(max_size=40))
def test_whatever_is_typed_is_answered_politely(typed: str) -> None:
    with pytest.raises(Refused):
        same_fingerprint(b"", typed)


@given(st.binary(max_size=200))
def test_whatever_bytes_are_shown_as_a_card_are_refused_politely(data: bytes) -> None:
    with pytest.raises(IntegrityFailure):
        read_card(data)
