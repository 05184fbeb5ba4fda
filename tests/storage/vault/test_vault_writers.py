"""Nobody without a staff key can make a vault, or a backup, that a machine which knows the vault takes for it."""

from __future__ import annotations

import base64
import json
import os
import shutil
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.errors import IntegrityFailure, LoginFailed
from core.roles import Role
from storage.vault import sqlcipher
from storage.vault.errors import VaultChanged
from storage.vault.header import NAME, SIGNED, UNSIGNED, VERSION, Header, parse_header, read_header
from storage.vault.kdf import LIGHT_KDF
from storage.vault.keys import StaffKeys, database_key, seal_data_key
from storage.vault.locks import gate
from storage.vault.marks import forget_mark, read_mark
from storage.vault.migrations import migrate
from storage.vault.rekey import rekey
from storage.vault.sqlcipher import Identity
from storage.vault.staff import add_staff, change_password, remove_staff
from storage.vault.trust import fingerprint
from storage.vault.vault import NewStaff, unlock

CHOSEN = b"A" * 32
"""The data key of somebody who has the folder and no password."""


def sealed_to(header: Header, data_key: bytes) -> Header:
    for slot in header.slots:
        sealed = seal_data_key(data_key, slot.hpke_public, header.seal_info(slot.staff_id))
        header = header.with_slot(replace(slot, sealed=sealed))
    return header


def forged(lab, ahead: int, signer: tuple[str, StaffKeys] | None = None) -> Header:
    """A vault of the same people under a key the forger chose, put in the place of the true one."""
    header = read_header(lab.folder)
    header = replace(header, generation=header.generation + ahead, signed_by="", signature=b"")
    header = sealed_to(header, CHOSEN)
    path = lab.folder / header.database
    path.unlink(missing_ok=True)
    identity = Identity(header.vault_id, header.site.value, header.generation, 10**6)
    connection = sqlcipher.create(path, database_key(CHOSEN), identity, lab.clock().isoformat())
    migrate(connection, lab.tables)
    sqlcipher.checkpoint(connection)
    connection.close()
    if signer is not None:
        header = header.signed(signer[0], signer[1].signing_key)
    (lab.folder / NAME).write_bytes(header.serialise(CHOSEN))
    return header


@pytest.mark.parametrize("ahead", [0, 1, 7])
def test_a_vault_under_a_key_somebody_chose_is_refused_and_nothing_removed(lab, ahead):
    lab.open().close()
    forged(lab, ahead)
    before = lab.digest()
    with pytest.raises(IntegrityFailure, match="この端末の知っている職員の書いたものではありません") as error:
        lab.open()
    assert error.value.next_step
    assert lab.digest() == before


def test_a_forger_who_makes_a_slot_of_their_own_and_signs_with_it_is_refused(lab):
    lab.open().close()
    own = StaffKeys.fresh(os.urandom)
    header = read_header(lab.folder)
    mine = replace(
        header.slots[0], staff_id="zeta", hpke_public=own.hpke_public(), sign_public=own.sign_public()
    )
    (lab.folder / NAME).write_bytes(header.with_slot(mine).serialise(CHOSEN))  # what `forged` starts from
    forged(lab, 1, ("zeta", own))
    with pytest.raises(IntegrityFailure, match="この端末の知っている職員"):
        lab.open()


def test_somebody_removed_cannot_put_themselves_back_from_an_old_copy(lab_of_two, tmp_path):
    lab = lab_of_two
    lab.open().close()
    _, gone = unlock(lab.folder, "suzuki", lab.password, now=lab.clock, entropy=os.urandom)
    shutil.copy2(lab.folder / NAME, tmp_path / "old.json")
    with lab.open() as vault:
        remove_staff(vault, "suzuki")
    shutil.copy2(tmp_path / "old.json", lab.folder / NAME)
    forged(lab, 2, ("suzuki", gone))
    with pytest.raises(IntegrityFailure, match="この端末の知っている職員"):
        lab.open("suzuki")


def test_an_unsigned_header_of_a_later_generation_is_no_way_round(lab):
    lab.open().close()
    assert forged(lab, 1).signed_by == ""
    assert json.loads((lab.folder / NAME).read_bytes())["version"] == UNSIGNED
    with pytest.raises(IntegrityFailure):
        lab.open()


def test_a_signature_that_is_not_of_its_header_is_refused(lab):
    lab.open().close()
    header = read_header(lab.folder)
    with lab.open() as vault:
        key = vault.data_key
    (lab.folder / NAME).write_bytes(replace(header, signature=bytes(64)).serialise(key))
    with pytest.raises(IntegrityFailure, match="書き換えられています"):
        lab.open()


def test_the_signature_is_over_what_the_page_says(lab):
    document = json.loads((lab.folder / NAME).read_bytes())
    signature = base64.b64decode(document.pop("signature"))
    for made_later in ("mac", "checksum"):
        document.pop(made_later)
    (public,) = (
        slot["sign_public"] for slot in document["slots"] if slot["staff_id"] == document["signed_by"]
    )
    message = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(
        signature, b"ikiiki-vault-v2 header\n" + message
    )


@pytest.mark.parametrize("ahead", [0, 1])
@pytest.mark.parametrize("moment", ["before", "during"])
def test_a_header_laid_down_while_a_password_is_changed_is_not_signed(lab, monkeypatch, ahead, moment):
    with lab.open() as vault:
        own = StaffKeys.fresh(os.urandom)
        true = read_header(lab.folder)
        mine = replace(
            true.slots[0], staff_id="zeta", hpke_public=own.hpke_public(), sign_public=own.sign_public()
        )

        def lay_down() -> None:
            (lab.folder / NAME).write_bytes(true.with_slot(mine).serialise(CHOSEN))
            forged(lab, ahead, ("zeta", own))

        def derived(*arguments):
            keys = unlock(*arguments[0], **arguments[1])
            lay_down()
            return keys

        if moment == "before":
            lay_down()
        else:
            monkeypatch.setattr("storage.vault.staff.unlock", lambda *words, **named: derived(words, named))
        with pytest.raises((VaultChanged, IntegrityFailure)):
            change_password(vault, lab.password, "another walk in May")
    assert read_header(lab.folder).signed_by == "zeta"
    for password in (lab.password, "another walk in May"):
        with pytest.raises((IntegrityFailure, LoginFailed)):
            lab.open("sato", password)


def test_an_older_slot_put_back_while_a_password_is_changed_changes_nothing(lab):
    """The header of before, of the same generation, opens with the password of before; what is open has another slot."""
    old = (lab.folder / NAME).read_bytes()
    with lab.open() as vault:
        change_password(vault, lab.password, "another walk in May")
        newer = (lab.folder / NAME).read_bytes()

        def swapped(*words, **named):
            (lab.folder / NAME).write_bytes(old)
            found = unlock(*words, **named)
            (lab.folder / NAME).write_bytes(newer)
            return found

        with (
            pytest.MonkeyPatch.context() as patched,
            pytest.raises(VaultChanged, match="登録が変わりました"),
        ):
            patched.setattr("storage.vault.staff.unlock", swapped)
            change_password(vault, lab.password, "a third one, wholly other")
    assert (lab.folder / NAME).read_bytes() == newer


def test_whoever_writes_a_header_signs_it(lab):
    def writer() -> str:
        header = read_header(lab.folder)
        assert json.loads((lab.folder / NAME).read_bytes())["version"] in {SIGNED, VERSION}
        return header.signed_by

    assert writer() == "sato"
    with lab.open() as vault:
        add_staff(vault, NewStaff("suzuki", "鈴木", Role.MANAGER, lab.password), kdf=LIGHT_KDF)
        assert writer() == "sato"
    with lab.open("suzuki") as vault:
        change_password(vault, lab.password, "another walk in May")
    assert writer() == "suzuki"
    with lab.open("suzuki", "another walk in May") as vault:
        rekey(vault)
        remove_staff(vault, "sato")
        assert writer() == "suzuki"
    lab.open("suzuki", "another walk in May").close()


def test_a_vault_of_before_opens_and_is_signed_when_its_header_is_next_written(lab):
    with lab.open() as vault:
        key = vault.data_key
    header = replace(read_header(lab.folder), signed_by="", signature=b"")
    (lab.folder / NAME).write_bytes(header.serialise(key))
    mark = lab.state_dir / f"{header.vault_id}.json"
    document = json.loads(mark.read_bytes())
    document.pop("known")
    mark.write_bytes(json.dumps(document, separators=(",", ":"), sort_keys=True).encode() + b"\n")
    with lab.open() as vault:
        kept = read_mark(lab.state_dir, header.vault_id)
        assert kept is not None
        assert kept.known == vault.known()
        assert not read_header(lab.folder).signed_by
        with gate(vault.folder):
            vault.write_header(vault.header)
    assert read_header(lab.folder).signed_by == "sato"
    lab.open().close()


def test_where_nothing_is_known_the_vault_says_so_and_removes_no_other_database(lab):
    with lab.open() as vault:
        assert vault.first_seen
        true, vault_id = vault.database_path, vault.vault_id
        known = fingerprint(vault.known())
    with lab.open() as vault:
        assert not vault.first_seen
        assert fingerprint(vault.known()) == known
    forged(lab, 1)
    forget_mark(lab.state_dir, vault_id)
    with lab.open() as vault:
        assert vault.first_seen
        assert fingerprint(vault.known()) != known
    assert true.exists()


def test_a_mark_of_an_earlier_version_of_the_program_keeps_its_own_database(lab):
    with lab.open() as vault:
        true, vault_id = vault.database_path, vault.vault_id
    mark = lab.state_dir / f"{vault_id}.json"
    document = json.loads(mark.read_bytes())
    document.pop("known")
    mark.write_bytes(json.dumps(document, separators=(",", ":"), sort_keys=True).encode() + b"\n")
    forged(lab, 1)
    lab.open().close()
    assert true.exists()


ANYBODYS = bytes([1, *bytes(31)])
"""The neutral point, as a key: under it one signature fits every message."""
FITS_ALL = ANYBODYS + bytes(32)


def test_a_header_signed_under_a_key_of_small_order_is_signed_by_nobody(lab):
    """Somebody of the staff could put such a key into their own slot, for anybody to sign with; OpenSSL lets it pass."""
    Ed25519PublicKey.from_public_bytes(ANYBODYS).verify(FITS_ALL, b"whatever")
    header = read_header(lab.folder)
    (slot,) = header.slots
    header = replace(header.with_slot(replace(slot, sign_public=ANYBODYS)), signature=FITS_ALL)
    read = parse_header(header.serialise(CHOSEN))
    with pytest.raises(IntegrityFailure, match="書き換えられています"):
        read.verify(CHOSEN)
