"""docs/vault.md, followed step by step with nothing of the product: whoever has the page can open a vault.

The vector in `data/` was made once. It must open for ever; when it no longer does, the format's version must change.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlcipher3
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from storage.vault.errors import NewerVault
from storage.vault.header import NAME, parse_header, read_header
from storage.vault.keys import StaffKeys, database_key, seal_data_key, unwrap, wrap

DATA = Path(__file__).parent / "data"
PASSWORD = "いきいき Vector 2026"
DATA_KEY = bytes.fromhex("e7070ce3541fbbcd0fb4d4b1dff41033c9c4c697cbde120092762f88bc10f820")
VAULT_ID = "70dd1404ad3acd95b13ea08f5166dc50"


def hkdf(key, info):
    return HKDF(hashes.SHA256(), 32, None, info.encode()).derive(key)


def canonical(document):
    """RFC 8785 for what a header holds: ASCII keys and texts, whole numbers."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def test_the_page_alone_opens_the_vector(tmp_path):
    content = (DATA / "vector.vault.json").read_bytes()
    document = json.loads(content)
    assert content == canonical(document) + b"\n"

    checksum = document.pop("checksum")
    assert checksum == hashlib.sha256(canonical(document)).hexdigest()

    (slot,) = document["slots"]
    raw = {name: base64.b64decode(value) for name, value in slot.items() if name not in ("kdf", "staff_id")}
    params = slot["kdf"]
    password_key = Argon2id(
        salt=base64.b64decode(params["salt"]),
        length=32,
        iterations=params["iterations"],
        lanes=params["lanes"],
        memory_cost=params["memory_kib"],
    ).derive(PASSWORD.encode())
    context = f"\n{document['vault_id']}\n{slot['staff_id']}"
    assert raw["commitment"] == hkdf(password_key, "ikiiki-vault-v1 commitment" + context)

    secret = AESGCM(hkdf(password_key, "ikiiki-vault-v1 wrap" + context)).decrypt(
        raw["wrapped"][:12],
        raw["wrapped"][12:],
        b"ikiiki-vault-v1 slot\n" + raw["hpke_public"] + raw["sign_public"],
    )
    mlkem, x25519 = (
        MLKEM768PrivateKey.from_seed_bytes(secret[:64]),
        X25519PrivateKey.from_private_bytes(secret[64:96]),
    )
    signing = Ed25519PrivateKey.from_private_bytes(secret[96:])
    assert (
        raw["hpke_public"] == mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    )
    assert raw["sign_public"] == signing.public_key().public_bytes_raw()

    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    info = f"ikiiki-vault-v1 data key{context}\n{document['generation']}"
    data_key = suite.decrypt(raw["sealed"], hpke.MLKEM768X25519PrivateKey(mlkem, x25519), info=info.encode())
    assert data_key == DATA_KEY

    mac = document.pop("mac")
    assert (
        mac == hmac.digest(hkdf(data_key, "ikiiki-vault-v1 header mac"), canonical(document), "sha256").hex()
    )

    shutil.copy(DATA / "vector.vault-1.db", tmp_path / document["database"])
    connection = sqlcipher3.connect(str(tmp_path / document["database"]))
    connection.execute(f"PRAGMA key = \"x'{hkdf(data_key, 'ikiiki-vault-v1 database').hex()}'\"")
    row = connection.execute("SELECT vault_id, site, generation, commits FROM vault").fetchone()
    assert row == (VAULT_ID, "ward", 1, 0)
    assert connection.execute("PRAGMA application_id").fetchone() == (0x696B696B,)
    connection.close()


def test_the_vector_reads_and_writes_back_to_the_same_bytes():
    content = (DATA / "vector.vault.json").read_bytes()
    assert parse_header(content).serialise(DATA_KEY) == content


def keys_of(text):
    return StaffKeys.fresh(lambda number: hashlib.shake_256(text.encode()).digest(number))


def test_a_sealed_data_key_opens_for_its_vault_person_and_generation_alone():
    header = parse_header((DATA / "vector.vault.json").read_bytes())
    keys = keys_of("somebody")
    sealed = seal_data_key(DATA_KEY, keys.hpke_public(), header.seal_info("abe"))
    assert keys.open_data_key(sealed, header.seal_info("abe")) == DATA_KEY
    for info in (
        header.seal_info("bbe"),
        replace(header, generation=2).seal_info("abe"),
        replace(header, vault_id="0" * 32).seal_info("abe"),
    ):
        with pytest.raises(IntegrityFailure):
            keys.open_data_key(sealed, info)
    with pytest.raises(IntegrityFailure):
        keys_of("somebody else").open_data_key(sealed, header.seal_info("abe"))


def test_wrapped_keys_open_for_their_password_vault_and_person_alone():
    keys, key = keys_of("somebody"), b"p" * 32
    public = (keys.hpke_public(), keys.sign_public())
    wrapped, commitment = wrap(keys, key, VAULT_ID, "abe", b"n" * 12)
    assert unwrap(wrapped, commitment, key, VAULT_ID, "abe", public) == keys
    assert unwrap(wrapped, commitment, b"q" * 32, VAULT_ID, "abe", public) is None
    assert unwrap(wrapped, commitment, key, "0" * 32, "abe", public) is None
    assert unwrap(wrapped, commitment, key, VAULT_ID, "bbe", public) is None
    with pytest.raises(IntegrityFailure):
        unwrap(wrapped[:-1] + bytes([wrapped[-1] ^ 1]), commitment, key, VAULT_ID, "abe", public)
    with pytest.raises(IntegrityFailure):
        unwrap(wrapped, commitment, key, VAULT_ID, "abe", (public[0], b"s" * 32))


def test_database_and_header_keys_are_not_the_data_key():
    assert database_key(DATA_KEY) != DATA_KEY
    assert database_key(DATA_KEY).hex() == "dc525c323b7bbf9120ebf39c07fcf3ff8ea0ca69b215027dcb56bc6ee2ee1167"


def spoil(document, path, value):
    *way, last = path
    for step in way:
        document = document[step]
    if value is None:
        del document[last]
    else:
        document[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "other"),
        (["version"], 0),
        (["version"], True),
        (["version"], "2"),
        (["site"], "elsewhere"),
        (["generation"], 0),
        (["generation"], 10_000_000),
        (["generation"], 1.5),
        (["database"], "../../etc/passwd"),
        (["vault_id"], "A" * 32),
        (["slots"], []),
        (["slots"], {}),
        (["mac"], "zz"),
        (["mac"], None),
        (["extra"], 1),
        (["slots", 0, "staff_id"], "../x"),
        (["slots", 0, "sealed"], ""),
        (["slots", 0, "salt"], "x"),
        (["slots", 0, "wrapped"], 7),
        (["slots", 0, "commitment"], None),
        (["slots", 0, "kdf", "algorithm"], "argon2d"),
        (["slots", 0, "kdf", "salt"], "AAAA"),
        (["slots", 0, "kdf", "memory_kib"], 40 * 1024 * 1024),
        (["slots", 0, "kdf", "memory_kib"], 8),
        (["slots", 0, "kdf", "iterations"], True),
        (["slots", 0, "kdf", "lanes"], 0),
    ],
)
def test_a_header_this_version_would_not_write_is_refused_even_with_a_right_checksum(path, value):
    document = json.loads((DATA / "vector.vault.json").read_bytes())
    spoil(document, path, value)
    document.pop("checksum")
    document["checksum"] = hashlib.sha256(canonical(document)).hexdigest()
    with pytest.raises(IntegrityFailure):
        parse_header(canonical(document) + b"\n")


def test_more_slots_than_64_or_out_of_order_are_refused():
    document = json.loads((DATA / "vector.vault.json").read_bytes())
    document.pop("checksum")
    slot = document["slots"][0]
    for ids in ([f"p{number:03d}" for number in range(65)], ["b", "a"], ["a", "a"]):
        document["slots"] = [{**slot, "staff_id": each} for each in ids]
        checked = {**document, "checksum": hashlib.sha256(canonical(document)).hexdigest()}
        with pytest.raises(IntegrityFailure, match="職員の枠"):
            parse_header(canonical(checked) + b"\n")


@pytest.mark.parametrize(
    "spoiled", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"x" * (1024 * 1024 + 1)]
)
def test_what_is_no_header_at_all_is_refused(spoiled):
    with pytest.raises(IntegrityFailure):
        parse_header(spoiled)


def test_other_spellings_of_the_same_json_are_refused():
    content = (DATA / "vector.vault.json").read_bytes()
    twice = content.replace(b'{"checksum"', b'{"version":1,"checksum"', 1)
    for spoiled in (
        content.rstrip(b"\n"),
        content + b"\n",
        content.replace(b":", b": ", 1),
        twice,
        b"\xef\xbb\xbf" + content,
    ):
        with pytest.raises(IntegrityFailure):
            parse_header(spoiled)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_bytes_make_the_parser_fail_in_another_way(data):
    content = bytearray((DATA / "vector.vault.json").read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    content[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    if bytes(content) == (DATA / "vector.vault.json").read_bytes():
        return
    with pytest.raises((IntegrityFailure, NewerVault)):
        parse_header(bytes(content))


def test_a_header_too_long_is_not_read_whole(lab):
    with (lab.folder / NAME).open("ab") as file:
        file.write(b" " * (2 * 1024 * 1024))
    with pytest.raises(IntegrityFailure, match="大きすぎます"):
        read_header(lab.folder)
