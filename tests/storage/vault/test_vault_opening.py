"""Making a vault and logging in: who gets in, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.canonical import canonical_json, sha256_hex
from core.errors import IkiikiError, IntegrityFailure, LoginFailed, Refused, UsageError
from core.roles import Role, Site
from storage.vault import kdf
from storage.vault import vault as vault_module
from storage.vault.errors import NewerVault, VaultClosed
from storage.vault.header import NAME, VERSION, parse_header, read_header
from storage.vault.kdf import FLOOR_KIB, LIGHT_KDF, KdfParams
from storage.vault.vault import NewStaff, create_vault


def rewrite_header(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Alter the header as somebody who knows the format but no key: canonical, with a right checksum."""
    document = json.loads((folder / NAME).read_bytes())
    change(document)
    del document["checksum"]
    document["checksum"] = sha256_hex(canonical_json(document))
    (folder / NAME).write_bytes(canonical_json(document) + b"\n")


def test_what_is_written_is_there_at_the_next_login(lab):
    with lab.open() as vault:
        with vault.write() as connection:
            connection.execute("INSERT INTO person (name) VALUES ('ヤマダ')")
        assert vault.site is Site.CONTRACTOR
        assert vault.generation == 1
    with lab.open() as vault, vault.read() as connection:
        assert connection.execute("SELECT name FROM person").fetchall() == [("ヤマダ",)]


def test_the_signing_key_is_the_same_at_every_login_and_the_one_in_the_slot(lab):
    with lab.open() as vault:
        public = vault.signing_key.public_key().public_bytes_raw()
    with lab.open() as vault:
        assert vault.signing_key.public_key().public_bytes_raw() == public
    slot = read_header(lab.folder).slot("sato")
    assert slot is not None and slot.sign_public == public


def test_the_first_person_is_entered_in_the_tables_before_the_vault_exists(tmp_path, lab):
    seen = []

    def record(connection, person, public):
        connection.execute("INSERT INTO person (name) VALUES (?)", (person.staff_id,))
        seen.append(public)

    create_vault(
        tmp_path / "new",
        site=Site.WARD,
        staff=NewStaff("abe", "阿部", Role.MANAGER, lab.password),
        migrations=lab.tables,
        now=lab.clock,
        kdf=LIGHT_KDF,
        record=record,
    )
    lab.folder = tmp_path / "new"
    with lab.open("abe") as vault, vault.read() as connection:
        assert connection.execute("SELECT name FROM person").fetchall() == [("abe",)]
        assert seen == [vault.signing_key.public_key().public_bytes_raw()]


def test_a_vault_whose_making_fails_leaves_nothing_behind(tmp_path, lab):
    def record(connection, person, public):
        raise Refused("だめ")

    (tmp_path / "place").mkdir()
    with pytest.raises(Refused):
        create_vault(
            tmp_path / "place" / "new",
            site=Site.WARD,
            staff=NewStaff("abe", "阿部", Role.MANAGER, lab.password),
            migrations=lab.tables,
            now=lab.clock,
            kdf=LIGHT_KDF,
            record=record,
        )
    assert list((tmp_path / "place").iterdir()) == []


@pytest.mark.parametrize("staff_id", ["", "-x", "さとう", "a" * 33, "a b", "unknown", "sync", "site"])
def test_impossible_staff_ids_are_refused(tmp_path, lab, staff_id):
    with pytest.raises(UsageError):
        create_vault(
            tmp_path / "new",
            site=Site.WARD,
            staff=NewStaff(staff_id, "x", Role.MANAGER, lab.password),
            migrations=[],
            now=lab.clock,
            kdf=LIGHT_KDF,
        )


def test_a_short_password_makes_no_vault(tmp_path, lab):
    with pytest.raises(Refused, match="12文字以上"):
        create_vault(
            tmp_path / "new",
            site=Site.WARD,
            staff=NewStaff("abe", "x", Role.MANAGER, "elevenchars"),
            migrations=[],
            now=lab.clock,
        )


def test_a_vault_is_never_made_over_something(lab):
    before = lab.digest()
    with pytest.raises(Refused, match="すでに何かがある"):
        create_vault(
            lab.folder,
            site=Site.WARD,
            staff=NewStaff("abe", "x", Role.MANAGER, lab.password),
            migrations=[],
            now=lab.clock,
        )
    assert lab.digest() == before


def test_folders_are_0700_and_files_0600_whatever_the_umask(lab, add_people):
    with lab.open() as vault:
        add_people(vault, 3)
        paths = [lab.folder, *lab.folder.rglob("*"), lab.state_dir, *lab.state_dir.rglob("*")]
        assert any(path.name.endswith("-wal") for path in paths)
        for path in paths:
            expected = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_wrong_password_and_unknown_person_get_the_same_words(lab):
    before = lab.digest()
    with pytest.raises(LoginFailed) as wrong:
        lab.open(password="not the password")
    with pytest.raises(LoginFailed) as unknown:
        lab.open("nobody")
    assert str(wrong.value) == str(unknown.value)
    assert wrong.value.exit_code == 4
    assert lab.digest() == before


def test_a_password_typed_in_decomposed_form_is_the_same_password(tmp_path, lab):
    create_vault(
        tmp_path / "new",
        site=Site.WARD,
        staff=NewStaff("abe", "x", Role.MANAGER, "ガッコウノウラヤマノミチ"),
        migrations=lab.tables,
        now=lab.clock,
        kdf=LIGHT_KDF,
    )
    lab.folder = tmp_path / "new"
    lab.open("abe", "カ\u3099ッコウノウラヤマノミチ").close()


def test_no_vault_says_so(lab, tmp_path):
    lab.folder = tmp_path / "elsewhere"
    with pytest.raises(IkiikiError, match="ここに保管庫がありません"):
        lab.open()
    lab.folder.mkdir(mode=0o700)
    with pytest.raises(IkiikiError, match="ここに保管庫がありません"):
        lab.open()


@pytest.mark.parametrize("name", ["vault.json", "vault-1.db", "lock", "gate"])
def test_a_file_open_to_others_is_refused_with_the_command_that_closes_it(lab, name):
    (lab.folder / name).chmod(0o640)
    with pytest.raises(Refused) as refusal:
        lab.open()
    assert f"chmod 600 '{lab.folder / name}'" in str(refusal.value)
    (lab.folder / name).chmod(0o600)
    lab.open()


def test_a_folder_open_to_others_is_refused_with_the_command_that_closes_it(lab):
    lab.folder.chmod(0o750)
    with pytest.raises(Refused) as refusal:
        lab.open()
    assert f"chmod 700 '{lab.folder}'" in str(refusal.value)


@pytest.mark.parametrize("name", ["vault.json", "vault-1.db", "lock", "gate", "knocks.lock"])
def test_a_link_in_place_of_a_file_is_an_integrity_failure(lab, tmp_path, name):
    (lab.folder / name).rename(tmp_path / "moved")
    (lab.folder / name).symlink_to(tmp_path / "moved")
    with pytest.raises(IntegrityFailure):
        lab.open(password="wrong for once" if name == "knocks.lock" else lab.password)


def test_a_link_in_place_of_the_folder_is_an_integrity_failure(lab, tmp_path):
    (tmp_path / "link").symlink_to(lab.folder)
    lab.folder = tmp_path / "link"
    with pytest.raises(IntegrityFailure):
        lab.open()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_file_is_an_integrity_failure(lab):
    os.chown(lab.folder / NAME, 12345, 12345)
    with pytest.raises(IntegrityFailure, match="所有者"):
        lab.open()


def set_in_slot(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["slots"][0].__setitem__(name, value)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(site="ward"),
        lambda document: document.update(generation=2, database="vault-2.db"),
        lambda document: document.update(vault_id="0" * 32),
        lambda document: document.update(mac="0" * 64),
        lambda document: document["slots"].append({**document["slots"][0], "staff_id": "tanaka"}),
    ],
    ids=["site", "generation", "vault id", "mac", "added slot"],
)
def test_a_header_altered_with_a_right_checksum_is_an_integrity_failure_or_locks_out(lab, change):
    rewrite_header(lab.folder, change)
    before = lab.digest()
    with pytest.raises((IntegrityFailure, LoginFailed)):
        lab.open()
    assert lab.digest() == before


@pytest.mark.parametrize("change", ["site", "added slot"])
def test_what_the_slot_does_not_depend_on_is_covered_by_the_mac(lab, change):
    def alter(document):
        if change == "site":
            document["site"] = "ward"
        else:
            document["slots"].append({**document["slots"][0], "staff_id": "tanaka"})

    rewrite_header(lab.folder, alter)
    with pytest.raises(IntegrityFailure, match="ヘッダーが書き換えられています"):
        lab.open()


def test_somebody_elses_public_key_put_into_a_slot_is_an_integrity_failure(lab_of_two):
    other = json.loads((lab_of_two.folder / NAME).read_bytes())["slots"][1]
    rewrite_header(lab_of_two.folder, set_in_slot("sign_public", other["sign_public"]))
    with pytest.raises(IntegrityFailure):
        lab_of_two.open()


def test_every_broken_byte_of_the_header_is_noticed(lab):
    original = (lab.folder / NAME).read_bytes()
    for place in range(0, len(original), 7):
        altered = bytearray(original)
        altered[place] ^= 1
        with pytest.raises((IntegrityFailure, NewerVault)):
            parse_header(bytes(altered))


def test_a_header_of_a_newer_format_asks_for_a_newer_program_and_changes_nothing(lab):
    rewrite_header(lab.folder, lambda document: document.update(version=VERSION + 1, new_thing=True))
    before = lab.digest()
    with pytest.raises(NewerVault, match="新しい版のikiiki") as error:
        lab.open()
    assert error.value.exit_code == 1
    assert lab.digest() == before


def test_a_header_asking_for_40_gib_is_refused_before_anything_is_derived(lab, monkeypatch):
    def must_not_derive(*_):
        raise AssertionError("derived")

    monkeypatch.setattr(vault_module, "derive", must_not_derive)
    rewrite_header(
        lab.folder, lambda document: document["slots"][0]["kdf"].update(memory_kib=40 * 1024 * 1024)
    )
    with pytest.raises(IntegrityFailure, match="範囲"):
        lab.open()


@pytest.mark.parametrize(
    ("memory", "passes", "lanes"),
    [
        (FLOOR_KIB - 1, 3, 4),
        (FLOOR_KIB, 2, 4),
        (FLOOR_KIB, 3, 0),
        (2 << 20, 3, 4),
        (FLOOR_KIB, 17, 4),
        (FLOOR_KIB, 3, 17),
    ],
)
def test_no_slot_has_parameters_below_the_floor_or_above_the_ceiling(memory, passes, lanes):
    with pytest.raises(ValueError, match="outside"):
        KdfParams(memory, passes, lanes)


def test_the_environment_cannot_lower_the_parameters(monkeypatch):
    for name in ("IKIIKI_KDF", "IKIIKI_KDF_MEMORY", "IKIIKI_ARGON2"):
        monkeypatch.setenv(name, "8")
    assert KdfParams(256 * 1024, 3, 4) == kdf.DEFAULT_KDF


def test_after_closing_nothing_can_be_read_written_or_signed(lab):
    vault = lab.open()
    vault.close()
    vault.close()
    for attempt in (vault.read, vault.write):
        with pytest.raises(VaultClosed), attempt():
            pass
    with pytest.raises(VaultClosed):
        _ = vault.signing_key
    with pytest.raises(VaultClosed):
        _ = vault.data_key
    assert list((lab.folder / "inside").iterdir()) == []


def test_a_failed_login_leaves_nobody_inside(lab):
    (lab.folder / "vault-1.db").write_bytes(b"x" * 8192)
    with pytest.raises(IntegrityFailure):
        lab.open()
    assert list((lab.folder / "inside").iterdir()) == []


def test_keys_and_passwords_do_not_show_in_representations(lab):
    with lab.open() as vault:
        assert vault.data_key.hex() not in repr(vault) + repr(vars(vault).get("header"))
    assert lab.password not in repr(NewStaff("a", "b", Role.MANAGER, lab.password))


def test_opening_loads_none_of_the_heavy_libraries():
    program = (
        "import sys; import storage.vault.vault, storage.vault.staff, storage.vault.integrity, storage.vault.hardening;"
        "heavy = {'sqlite_utils', 'pyzipper', 'openpyxl', 'typst', 'box_sdk_gen', 'phonenumbers'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


def test_hardening_forbids_core_dumps_and_attaching():
    program = (
        "import ctypes, resource; from storage.vault.hardening import harden_process;"
        "done = harden_process();"
        "assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0);"
        "import sys;"
        "assert not sys.platform.startswith('linux') or (done and ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


def test_the_key_of_an_open_vault_is_kept_out_of_swap(lab, monkeypatch):
    asked = []
    monkeypatch.setattr("storage.vault.opened.lock_in_memory", asked.append)
    with lab.open() as vault:
        assert asked == [vault.data_key]
