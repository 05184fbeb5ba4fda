"""What a site hands back after a restore opens for the site it is for, whole, or not at all."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import IntegrityFailure
from core.exchange import handback
from core.exchange.handback import Returned, Stand, info, read_head, split_file, write_head
from core.exchange.strict import ZEROS
from core.keys import SITE_KEY_BYTES, SiteKeys
from core.roles import Site
from storage.bundles.handback import make_handback, open_handback

GIVING = SiteKeys.from_random(bytes(range(SITE_KEY_BYTES)))
RESTORED = SiteKeys.from_random(bytes(reversed(range(SITE_KEY_BYTES))))
SAID = Returned(Site.CONTRACTOR, "0a-1", 1, Stand(3, "a" * 64), Stand(5, "b" * 64))
ENTRIES = {"ledger.hkl": b"x\n" * 40, "1-cw-00000001.zip": bytes(300), "checkpoint": b"c"}


def made(said: Returned = SAID, entries: dict[str, bytes] | None = None) -> bytes:
    return make_handback(
        said, ENTRIES if entries is None else entries, signer=GIVING.signing,
        recipient=RESTORED.opening.public, random_bytes=bytes(range(26)),
    )  # fmt: skip


def opened(data: bytes, keys: SiteKeys = RESTORED) -> Any:
    return open_handback(data, signer=GIVING.signing.public, recipient=keys.opening, name="file")


ONE = made()


@given(
    entries=st.dictionaries(st.from_regex(r"[0-9a-z][0-9a-z._-]{0,20}", fullmatch=True), st.binary(max_size=300)),
    since=st.integers(0, 10**6), more=st.integers(1, 10**6), site=st.sampled_from(list(Site)), epoch=st.integers(1, 10**6),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_what_was_handed_back_is_what_comes_out(
    entries: dict[str, bytes], since: int, more: int, site: Site, epoch: int
) -> None:
    said = Returned(
        site, "v-1", epoch, Stand(since, "c" * 64 if since else ZEROS), Stand(since + more, "d" * 64)
    )
    head, out = opened(made(said, entries))
    assert (head.returned, out) == (said, entries)


@given(place=st.integers(0, len(ONE) - 1), flip=st.integers(1, 255))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_one_byte_changed_anywhere_and_nothing_comes_out(place: int, flip: int) -> None:
    data = bytearray(ONE)
    data[place] ^= flip
    with pytest.raises(IntegrityFailure):
        opened(bytes(data))


@given(length=st.integers(0, len(ONE) - 1))
@settings(max_examples=50, deadline=None)
def test_a_file_cut_short_is_no_file(length: int) -> None:
    with pytest.raises(IntegrityFailure):
        opened(ONE[:length])


@given(data=st.binary(max_size=400))
@settings(max_examples=100, deadline=None)
def test_whatever_else_is_no_file(data: bytes) -> None:
    with pytest.raises(IntegrityFailure):
        opened(data)


def test_nobody_else_opens_it_not_even_who_made_it() -> None:
    with pytest.raises(IntegrityFailure):
        opened(ONE, GIVING)


@pytest.mark.parametrize(
    "change",
    [
        {"to": Site.WARD}, {"vault_id": "0a-2"}, {"epoch": 2}, {"since": Stand(2, "a" * 64)}, {"since": Stand(3, "c" * 64)},
        {"told": Stand(6, "b" * 64)}, {"told": Stand(5, "c" * 64)},
    ],
)  # fmt: skip
def test_the_password_is_sealed_for_just_what_is_said_outside(change: dict[str, Any]) -> None:
    """Whoever may sign cannot put another head before a sealed password."""
    lines, zip_bytes = split_file(ONE, name="file")
    sealed = read_head(lines, GIVING.signing.public).sealed
    said = dataclasses.replace(SAID, **change)
    assert info(said, "e" * 64) != info(SAID, "e" * 64)
    with pytest.raises(IntegrityFailure):
        opened(write_head(said, zip_bytes, sealed, GIVING.signing).data + zip_bytes)


@pytest.mark.parametrize(
    "said",
    [
        dataclasses.replace(SAID, told=Stand(SAID.since.size, "c" * 64)), dataclasses.replace(SAID, told=Stand(2, "c" * 64)), dataclasses.replace(SAID, vault_id="a b"),
        dataclasses.replace(SAID, vault_id=""), dataclasses.replace(SAID, since=Stand(0, "a" * 64)),
        dataclasses.replace(SAID, since=Stand(3, ZEROS)), dataclasses.replace(SAID, epoch=0),
    ],
)  # fmt: skip
def test_a_head_of_another_form_is_not_written(said: Returned) -> None:
    with pytest.raises(IntegrityFailure):
        made(said)


def test_where_no_line_was_lost_it_ends_where_it_begins() -> None:
    said = dataclasses.replace(SAID, told=SAID.since)
    lines, _ = split_file(made(said), name="file")
    assert read_head(lines, GIVING.signing.public).returned == said


def test_more_than_there_is_room_for_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.bundles import handback as files

    monkeypatch.setattr(files, "ZIP_LIMIT", len(ONE) + 100)
    monkeypatch.setattr(files, "_ROOM", 0)
    big = made(entries={"a": bytes(10**6)})  # deflates to little
    with pytest.raises(IntegrityFailure, match="大きすぎます"):
        opened(big)
    with pytest.raises(IntegrityFailure, match="大きすぎます"):
        made(entries={"a": bytes(range(256)) * 100 + ONE})
    assert handback.HEAD_LIMIT >= 4096


def test_openssl_checks_who_handed_it_back(tmp_path: Path) -> None:
    """As docs/exchange.md has it for every signed document."""
    (tmp_path / "f").write_bytes(ONE)
    (tmp_path / "site.pem").write_bytes(GIVING.signing.public.pem)
    script = r"""
{ printf 'hk-handback-v1\n'; head -n 1 f; } > message; sed -n 2p f | base64 -d > signature
openssl pkeyutl -verify -rawin -pubin -inkey site.pem -sigfile signature -in message
"""
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
