"""A sealed bundle opens for its receiver, whole, or not at all."""

import datetime as dt
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import pyzipper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.canonical import sha256_hex
from core.errors import IntegrityFailure
from core.exchange.manifest import EntryFact, Kind, Sealed, info, read_sealed, sealed_bytes, write_manifest
from core.exchange.names import BundleName, Channel
from core.exchange.strict import ZEROS
from core.keys import SITE_KEY_BYTES, SiteKeys
from core.ledger.checkpoint import Checkpoint, make_checkpoint
from core.roles import Site
from storage.bundles import zips
from storage.bundles.sealing import INNER, Bundle, SealedBundle, open_bundle, seal_bundle

SENDER = SiteKeys.from_random(bytes(range(SITE_KEY_BYTES)))
RECEIVER = SiteKeys.from_random(bytes(reversed(range(SITE_KEY_BYTES))))
NAME = BundleName(1, Channel.TO_WARD, 1)
CREATED = dt.datetime(2026, 5, 11, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=9)))
ENTRIES = {"applicants.csv": "\ufeffカナ\n".encode() * 40, "records.jsonl": b"", "ledger.hkl": b"line\n"}
PASSWORD = "0123456789ABCDEFGHJKMNPQRS"


def checkpoint(site: Site = Site.CONTRACTOR, epoch: int = 1, keys: SiteKeys = SENDER) -> Checkpoint:
    return make_checkpoint(keys.signing, org=site, epoch=epoch, size=0, head=ZEROS, access_log_head=ZEROS)


def seal(entries: dict[str, bytes] | None = None, name: BundleName = NAME, **changes: Any) -> SealedBundle:
    values = {
        "counts": {"records": 3}, "created": CREATED, "checkpoint": checkpoint(), "signer": SENDER.signing,
        "recipient": RECEIVER.opening.public, "random_bytes": bytes(range(26)),
    }  # fmt: skip
    return seal_bundle(name, Kind.APPLICANTS, ENTRIES if entries is None else entries, **(values | changes))


def unseal(zip_bytes: bytes, manifest: bytes, name: BundleName = NAME, keys: SiteKeys = RECEIVER) -> Bundle:
    return open_bundle(name, zip_bytes, manifest, signer=SENDER.signing.public, recipient=keys.opening)


def forged(zip_bytes: bytes, entries: dict[str, bytes], **changes: Any) -> tuple[bytes, bytes]:
    """A zip of a dishonest sender, who signs whatever they like: (zip, manifest) that says `entries` are inside."""
    facts = tuple(EntryFact(name, len(data), sha256_hex(data)) for name, data in sorted(entries.items()))
    sealed = Sealed(Kind.APPLICANTS, {}, facts, "2026-05-11T09:30:00+09:00", checkpoint().data, PASSWORD)
    plain = sealed_bytes(replace(sealed, **changes), NAME)
    digest = sha256_hex(zip_bytes)
    manifest = write_manifest(
        NAME, previous=ZEROS, size=len(zip_bytes), sha256=digest,
        sealed=RECEIVER.opening.public.seal(plain, info(NAME, digest)), key=SENDER.signing,
    )  # fmt: skip
    return zip_bytes, manifest.data


def test_a_bundle_opens_as_it_was_sealed() -> None:
    sealed = seal()
    bundle = unseal(sealed.zip_bytes, sealed.manifest_bytes)
    assert bundle.entries == ENTRIES
    assert (bundle.kind, bundle.counts, bundle.created) == (
        Kind.APPLICANTS,
        {"records": 3},
        "2026-05-11T09:30:00+09:00",
    )
    assert bundle.checkpoint == checkpoint()
    assert bundle.manifest == sealed.manifest


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=20)
@given(
    st.dictionaries(
        st.from_regex(r"[0-9a-z][0-9a-z._-]{0,9}", fullmatch=True), st.binary(max_size=50), max_size=5
    )
)
def test_any_entries_survive(entries: dict[str, bytes]) -> None:
    sealed = seal(entries)
    assert unseal(sealed.zip_bytes, sealed.manifest_bytes).entries == entries


def test_every_changed_bit_of_the_zip_is_refused() -> None:
    sealed = seal()
    for place in range(len(sealed.zip_bytes) * 8):
        changed = bytearray(sealed.zip_bytes)
        changed[place // 8] ^= 1 << (place % 8)
        with pytest.raises(IntegrityFailure, match="送り状と合いません"):
            unseal(bytes(changed), sealed.manifest_bytes)


def test_every_changed_byte_of_the_manifest_is_refused() -> None:
    sealed = seal()
    for place in range(len(sealed.manifest_bytes)):
        changed = bytearray(sealed.manifest_bytes)
        changed[place] ^= 1 << (place % 8)
        with pytest.raises(IntegrityFailure):
            unseal(sealed.zip_bytes, bytes(changed))


def test_only_the_receiver_opens_it() -> None:
    sealed = seal()
    with pytest.raises(IntegrityFailure, match="封印"):
        unseal(sealed.zip_bytes, sealed.manifest_bytes, keys=SENDER)


def test_the_sealed_half_cannot_be_moved_to_another_bundle() -> None:
    sealed, name = seal(), BundleName(1, Channel.TO_WARD, 2)
    moved = write_manifest(
        name, previous=ZEROS, size=sealed.manifest.size, sha256=sealed.manifest.sha256,
        sealed=sealed.manifest.sealed, key=SENDER.signing,
    )  # fmt: skip
    with pytest.raises(IntegrityFailure, match="封印"):
        unseal(sealed.zip_bytes, moved.data, name)


def test_neither_names_nor_words_inside_show_outside() -> None:
    sealed = seal()
    everything = sealed.zip_bytes + sealed.manifest_bytes
    for word in (*ENTRIES, "applicants", "records", "カナ", "2026-05-11"):
        assert word.encode() not in everything
    with zipfile.ZipFile(io.BytesIO(sealed.zip_bytes)) as archive:
        assert archive.namelist() == [INNER]
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_the_zip_is_aes_256_ae_2() -> None:
    with pyzipper.AESZipFile(io.BytesIO(seal().zip_bytes)) as archive:
        (entry,) = archive.infolist()
    assert (entry.wz_aes_version, entry.wz_aes_strength, entry.CRC) == (2, 3, 0)


def test_two_sealings_share_no_ciphertext() -> None:
    assert seal().zip_bytes != seal().zip_bytes
    assert seal().manifest.sealed != seal().manifest.sealed


def test_nothing_is_written_to_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal()

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("io.open", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert unseal(sealed.zip_bytes, sealed.manifest_bytes).entries == ENTRIES
    seal()


def test_a_checkpoint_of_another_site_or_epoch_is_a_slip_of_the_program() -> None:
    for wrong in (checkpoint(Site.WARD), checkpoint(epoch=2)):
        with pytest.raises(ValueError, match="checkpoint"):
            seal(checkpoint=wrong)


def test_a_checkpoint_somebody_else_signed_is_refused() -> None:
    good = zips.make_zip({INNER: zips.pack({})}, PASSWORD)
    for wrong in (checkpoint(keys=RECEIVER), checkpoint(Site.WARD), checkpoint(epoch=2)):
        with pytest.raises(IntegrityFailure, match=r"検査点|署名|世代"):
            unseal(*forged(good, {}, checkpoint=wrong.data))


LIES: dict[str, Callable[[], tuple[bytes, bytes]]] = {
    "renamed": lambda: forged(zips.make_zip({INNER: zips.pack({"b": b"x"})}, PASSWORD), {"a": b"x"}),
    "swapped": lambda: forged(
        zips.make_zip({INNER: zips.pack({"a": b"x", "b": b"y"})}, PASSWORD), {"a": b"y", "b": b"x"}
    ),
    "one more": lambda: forged(
        zips.make_zip({INNER: zips.pack({"a": b"x", "b": b""})}, PASSWORD), {"a": b"x"}
    ),
    "one less": lambda: forged(zips.make_zip({INNER: zips.pack({})}, PASSWORD), {"a": b"x"}),
    "outer renamed": lambda: forged(zips.make_zip({"other.zip": zips.pack({})}, PASSWORD), {}),
    "outer doubled": lambda: forged(zips.make_zip({INNER: zips.pack({}), "x": b""}, PASSWORD), {}),
    "other password": lambda: forged(zips.make_zip({INNER: zips.pack({})}, "Z" * 26), {}),
    "no zip": lambda: forged(b"PK not a zip", {}),
    "no zip inside": lambda: forged(zips.make_zip({INNER: b"PK not a zip"}, PASSWORD), {}),
    "not encrypted": lambda: forged(zips.pack({INNER: zips.pack({})}), {}),
    "bomb": lambda: forged(zips.make_zip({INNER: bytes(20_000_000)}, PASSWORD), {}),
    "bomb within": lambda: forged(
        zips.make_zip({INNER: deflated({"a": bytes(50_000)})}, PASSWORD), {"a": bytes(50_000)}
    ),
    "path": lambda: forged(zips.make_zip({INNER: deflated({"../a": b""}, zipfile.ZIP_STORED)}, PASSWORD), {}),
    "case": lambda: forged(
        zips.make_zip({INNER: deflated({"a": b"", "A": b""}, zipfile.ZIP_STORED)}, PASSWORD), {"a": b""}
    ),
    "twice": lambda: forged(zips.make_zip({INNER: twice("a", b"x", b"y")}, PASSWORD), {"a": b"x"}),
    "many": lambda: forged(
        zips.make_zip({INNER: deflated({f"{n:03d}": b"" for n in range(65)}, zipfile.ZIP_STORED)}, PASSWORD),
        {},
    ),
}


def deflated(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def twice(name: str, *contents: bytes) -> bytes:
    data = zips.pack({f"{name}{index}": content for index, content in enumerate(contents)})
    for index in range(len(contents)):
        data = data.replace(f"{name}{index}".encode(), f"{name}0".encode())
    return data


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_dishonest_sender_s_zip_is_refused(lie: str) -> None:
    with pytest.raises(IntegrityFailure):
        unseal(*LIES[lie]())


def test_a_bomb_is_stopped_while_it_unpacks() -> None:
    """20 MB of zeros fit in 20 kB; unpacking ends at what the manifest promised."""
    bomb = zips.make_zip({"a": bytes(20_000_000)}, PASSWORD)
    assert len(bomb) < 40_000
    with pytest.raises(IntegrityFailure, match="大きすぎ"):
        zips.open_zip(bomb, PASSWORD, most=1, limit=1000, name="x")


@given(st.binary(max_size=200), st.booleans())
def test_whatever_bytes_are_shown_as_a_zip_are_refused_politely(data: bytes, plain: bool) -> None:
    with pytest.raises(IntegrityFailure):
        zips.unpack(data, most=9, name="x") if plain else zips.open_zip(
            data, PASSWORD, most=9, limit=999, name="x"
        )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0), st.integers(0, 255))
def test_a_damaged_zip_is_refused_read_right_or_of_another_size(place: int, value: int) -> None:
    """The zip's own list of sizes is authenticated by nothing in it: the signed manifest's sizes and hashes are."""
    data = bytearray(ZIP)
    data[place % len(data)] = value
    try:
        entries = zips.open_zip(bytes(data), PASSWORD, most=9, limit=999, name="x")
    except IntegrityFailure:
        return
    right = b"content" * 9
    assert all(content == right or len(content) != len(right) for content in entries.values())


ZIP = zips.make_zip({"a.txt": b"content" * 9}, PASSWORD)


def test_odd_or_doubled_names_are_never_packed() -> None:
    for entries in ({"../a": b""}, {"a": b"", "A": b""}, {"名簿": b""}, {"": b""}):
        with pytest.raises(ValueError, match="names"):
            zips.make_zip(entries, PASSWORD)
        with pytest.raises(ValueError, match="names"):
            zips.pack(entries)


def test_packing_is_reproducible() -> None:
    assert zips.pack(ENTRIES) == zips.pack(dict(reversed(ENTRIES.items())))


def test_the_sealed_half_holds_the_password_that_opens_the_zip() -> None:
    """In an emergency the password alone, told by the program, opens the bundle in 7-Zip."""
    sealed = seal()
    plain = RECEIVER.opening.open(sealed.manifest.sealed, info(NAME, sealed.manifest.sha256), name="x")
    password = read_sealed(plain, NAME).password
    with pyzipper.AESZipFile(io.BytesIO(sealed.zip_bytes)) as outer:
        outer.setpassword(password.encode())
        with zipfile.ZipFile(io.BytesIO(outer.read(INNER))) as inner:
            assert inner.read("applicants.csv") == ENTRIES["applicants.csv"]


def test_the_zip_library_is_loaded_only_when_used() -> None:
    code = "import sys, storage.bundles.sealing, storage.courier; sys.exit('pyzipper' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
