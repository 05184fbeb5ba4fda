"""A machine that has not looked since somebody was let in takes what they write, and nothing that nobody it knows let in."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.errors import IntegrityFailure
from core.roles import Role
from storage.vault.header import NAME, SIGNED, VERSION, Header, parse_header, read_header
from storage.vault.introduction import MOST, Introduction, introduced
from storage.vault.kdf import LIGHT_KDF
from storage.vault.keys import StaffKeys
from storage.vault.marks import read_mark
from storage.vault.opened import OpenVault
from storage.vault.rekey import rekey
from storage.vault.staff import add_staff, change_password, remove_staff
from storage.vault.trust import Known, check_backup_writer, check_writer
from storage.vault.vault import NewStaff, unlock

STRANGER = "この端末の知っている職員の書いたものではありません"
KEY = b"d" * 32


def let_in(lab, staff_id: str, by: str = "sato") -> None:
    with lab.open(by) as vault:
        new = NewStaff(staff_id, staff_id, Role.MANAGER, lab.password)
        add_staff(vault, new, kdf=LIGHT_KDF, record=lambda *_: None)


def renew(lab, by: str, *, without: str = "") -> None:
    with lab.open(by) as vault:
        if without:
            remove_staff(vault, without)
        else:
            rekey(vault)


@pytest.fixture
def away(lab_of_two, tmp_path):
    """Another account's state folder on the same machine: it saw the vault when sato and suzuki were in it."""
    lab_of_two.open("suzuki", state_dir=tmp_path / "away").close()
    return tmp_path / "away"


def look_again(lab, away: Path) -> OpenVault:
    return lab.open("suzuki", state_dir=away)


def test_somebody_let_in_meanwhile_may_give_the_vault_a_new_key(lab_of_two, away):
    let_in(lab_of_two, "tanaka")
    renew(lab_of_two, "tanaka")
    assert read_header(lab_of_two.folder).signed_by == "tanaka"
    assert look_again(lab_of_two, away).generation == 2


def test_it_goes_on_from_person_to_person_also_when_one_between_is_gone_or_has_new_keys(lab_of_two, away):
    lab = lab_of_two
    let_in(lab, "tanaka")
    renew(lab, "tanaka")
    let_in(lab, "ueda", by="tanaka")
    let_in(lab, "tanaka", by="sato")  # a reset: other keys than those that let ueda in
    renew(lab, "ueda", without="tanaka")
    renew(lab, "ueda", without="sato")
    assert look_again(lab, away).generation == 4


def test_who_changed_their_password_is_still_the_one_who_was_let_in(lab_of_two, away):
    lab = lab_of_two
    let_in(lab, "tanaka")
    with lab.open("tanaka") as vault:
        change_password(vault, lab.password, "another walk in May")
    with lab.open("tanaka", "another walk in May") as vault:
        rekey(vault)
    look_again(lab, away).close()


def test_a_backup_of_somebody_let_in_meanwhile_is_taken_and_a_strangers_is_not(lab_of_two, away):
    lab = lab_of_two
    let_in(lab, "tanaka")
    header = read_header(lab.folder)
    kept = read_mark(away, header.vault_id)
    assert kept is not None
    _, tanaka = unlock(lab.folder, "tanaka", lab.password, now=lab.clock, entropy=os.urandom)
    check_backup_writer(header.signed("tanaka", tanaka.signing_key), "a.ikb", kept.generation, kept.known)
    alone = replace(header.slot("tanaka"), introduced=())
    forged = header.with_slot(alone).signed("tanaka", tanaka.signing_key)
    with pytest.raises(IntegrityFailure, match="作り替えられた"):
        check_backup_writer(forged, "a.ikb", kept.generation, kept.known)


def test_the_word_is_over_what_the_page_says(lab_of_two):
    let_in(lab_of_two, "tanaka")
    document = json.loads((lab_of_two.folder / NAME).read_bytes())
    assert document["version"] == 3
    slots = {slot["staff_id"]: slot for slot in document["slots"]}
    (word,) = slots["tanaka"]["introduced"]
    assert word["by"] == slots["sato"]["sign_public"]
    key = base64.b64decode(slots["tanaka"]["sign_public"]).hex()
    message = f"ikiiki-vault-v3 introduction\n{document['vault_id']}\n{word['generation']}\n{key}"
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(word["by"]))
    public.verify(base64.b64decode(word["signature"]), message.encode())


# Attacks. Each writer here has the folder, and signs the header with a key of its own that stands in it.

SATO, ZETA, OTHER = (StaffKeys.fresh(lambda number, fill=fill: fill * number) for fill in (b"s", b"z", b"o"))
"""sato is known to the machine; zeta is who forges; the other is whoever else it takes."""


def word(lab, by: StaffKeys, to: StaffKeys, generation: int, vault_id: str = "") -> Introduction:
    vault_id = vault_id or read_header(lab.folder).vault_id
    return introduced((), vault_id, generation, to.sign_public(), by.signing_key)[0]


def judged(lab, *words: Introduction, seen: int = 3, gone: tuple[StaffKeys, ...] = ()) -> None:
    """A header of generation 4, written by zeta with `words`, before a machine that last saw generation `seen` with sato in."""
    header = replace(read_header(lab.folder), generation=4)
    slot = replace(header.slots[0], staff_id="zeta", sign_public=ZETA.sign_public(), introduced=words)
    header = header.with_slot(slot).signed("zeta", ZETA.signing_key)
    header = parse_header(header.serialise(KEY))
    header.verify(KEY)
    former = {keys.sign_public().hex(): seen for keys in gone}
    check_writer(header, KEY, seen, Known("0" * 64, frozenset({SATO.sign_public().hex()}), former))


def test_what_the_attacks_below_change_is_good_as_it_stands(lab):
    judged(lab, word(lab, SATO, ZETA, 3))
    judged(lab, word(lab, SATO, OTHER, 3), word(lab, OTHER, ZETA, 4))


def refused(lab, *words: Introduction, **world) -> None:
    with pytest.raises(IntegrityFailure, match=STRANGER):
        judged(lab, *words, **world)


def test_nobody_lets_themselves_in(lab):
    refused(lab)
    refused(lab, word(lab, ZETA, ZETA, 4))


def test_a_word_of_somebody_unknown_is_nothing(lab):
    refused(lab, word(lab, OTHER, ZETA, 4))
    refused(lab, word(lab, ZETA, OTHER, 4), word(lab, OTHER, ZETA, 4))


def test_a_word_that_only_names_somebody_known_is_nothing(lab):
    refused(lab, replace(word(lab, OTHER, ZETA, 4), by=SATO.sign_public()))


def test_a_word_for_another_vault_is_nothing(lab):
    refused(lab, word(lab, SATO, ZETA, 4, vault_id="0" * 32))


def test_a_word_for_another_key_is_nothing(lab):
    refused(lab, word(lab, SATO, OTHER, 4))
    refused(lab, word(lab, SATO, OTHER, 4), word(lab, ZETA, ZETA, 4))


def test_a_word_of_before_is_of_somebody_who_has_left(lab):
    """zeta was let in, in generation 2, and removed before the machine looked at generation 3; the slot was kept."""
    refused(lab, word(lab, SATO, ZETA, 2))
    judged(lab, word(lab, SATO, ZETA, 2), seen=2)


def test_a_word_of_before_under_a_later_generation_is_nothing(lab):
    refused(lab, replace(word(lab, SATO, ZETA, 2), generation=4))


def test_who_has_left_lets_nobody_in(lab):
    gone = (OTHER,)
    refused(lab, word(lab, OTHER, ZETA, 4), gone=gone)
    refused(lab, word(lab, SATO, OTHER, 3), word(lab, OTHER, ZETA, 4), gone=gone)


def test_whose_password_was_reset_does_not_come_back_with_the_keys_of_before(lab):
    refused(lab, word(lab, SATO, ZETA, 3), gone=(ZETA,))


def test_keys_of_before_a_reset_that_a_machine_never_saw_are_refused_once_it_has_seen_a_new_data_key(lab):
    """zeta was let in and had their password reset in generation 2, between two looks of the machine."""
    before = word(lab, SATO, ZETA, 2)
    judged(lab, before, seen=2)  # as anybody who was let in since
    refused(lab, before, seen=3)


def test_one_bad_word_among_good_ones_ends_the_way(lab):
    good, bad = word(lab, SATO, OTHER, 3), word(lab, OTHER, ZETA, 4)
    refused(lab, good, replace(bad, signature=bytes(64)))
    refused(lab, replace(good, signature=bytes(64)), bad)
    refused(lab, bad, good)


def test_the_signature_of_a_header_that_nobody_signed_is_no_ones(lab):
    header = replace(read_header(lab.folder), generation=4, signed_by="", signature=b"")
    known = Known("0" * 64, frozenset(slot.sign_public.hex() for slot in header.slots))
    with pytest.raises(IntegrityFailure, match=STRANGER):
        check_writer(header, KEY, 3, known)


# The form


def test_vaults_where_nobody_was_let_in_keep_the_form_that_earlier_programs_read(lab):
    assert read_header(lab.folder).version == SIGNED
    let_in(lab, "tanaka")
    assert read_header(lab.folder).version == VERSION


def of_three(lab) -> Header:
    let_in(lab, "tanaka")
    with lab.open() as vault:
        return vault.header


def test_introductions_stand_in_no_header_of_an_earlier_version(lab):
    header = of_three(lab)
    unsigned = replace(header, signed_by="", signature=b"")
    with pytest.raises(IntegrityFailure, match="形式の版"):
        parse_header(unsigned.serialise(KEY))


def test_more_introductions_than_are_kept_or_of_a_generation_to_come_are_refused(lab):
    header = of_three(lab)
    slot = header.slot("tanaka")
    (one,) = slot.introduced
    for words in ((one,) * (MOST + 1), (replace(one, generation=header.generation + 1),)):
        with pytest.raises(IntegrityFailure):
            parse_header(header.with_slot(replace(slot, introduced=words)).serialise(KEY))
    parse_header(header.with_slot(replace(slot, introduced=(one,) * MOST)).serialise(KEY))


def test_the_oldest_introductions_go_first():
    words: tuple[Introduction, ...] = ()
    for generation in range(1, MOST + 3):
        words = introduced(words, "0" * 32, generation, ZETA.sign_public(), SATO.signing_key)
    assert [each.generation for each in words] == list(range(3, MOST + 3))


def test_a_key_of_small_order_lets_nobody_in():
    """One signature under it fits every message: whoever left such a key behind would have let in the whole world."""
    anybodys = bytes([1, *bytes(31)])
    Ed25519PublicKey.from_public_bytes(anybodys).verify(anybodys + bytes(32), b"whatever")
    assert not Introduction(anybodys, 1, anybodys + bytes(32)).holds("0" * 32, KEY)
