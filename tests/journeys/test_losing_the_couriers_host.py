"""Losing the courier's host loses no applicant's data to anyone: all that it holds and all that lies in Box opens nothing.

What the thief has: the three folders the unit shows the courier, its credential, and with what that opens, whatever lies in Box.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
import pyzipper

from core.errors import IntegrityFailure
from core.exchange.manifest import info, read_manifest, read_sealed
from core.exchange.names import MANIFEST, ZIP, bundle_name
from core.keys import OPENING_BYTES, OpeningKey
from core.office.keyring import need_partner, site_keys
from core.roles import Site
from storage.courier.credential import unseal
from tests.box.pretend import PretendBox
from tests.journeys.acting import Machine, Sites
from tests.journeys.seeking import applicants_of, cells_of, hits, more_words_of, needles, words_of
from tests.journeys.test_exchange_over_box import settings

At = Callable[..., Sites]


@dataclass
class Loot:
    """A folder with everything, and what the vaults know that would open it."""

    folder: Path
    people: set[bytes]
    keys: dict[Site, OpeningKey]
    passwords: dict[str, str]
    """The real passwords of the bundles' zips, by name."""
    signers: dict[Site, object]

    def bundles(self) -> dict[str, tuple[bytes, bytes]]:
        """(zip, manifest) of every bundle that lies anywhere in the loot."""
        found = {}
        for path in sorted(self.folder.rglob(f"*{MANIFEST}")):
            zip_file = path.with_name(path.name.removesuffix(MANIFEST) + ZIP)
            if bundle_name(path.name, MANIFEST) and zip_file.exists():
                found[path.name.removesuffix(MANIFEST)] = (zip_file.read_bytes(), path.read_bytes())
        return found

    def everything(self) -> bytes:
        return b"\n".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


def _copy_box(box: PretendBox, to: Path) -> None:
    """Every version of every file, those in the trash too."""
    to.mkdir()
    for blob in sorted(path for path in Path(box.state.blobs._folder.name).rglob("*") if path.is_file()):
        (to / f"blob-{blob.name}").write_bytes(blob.read_bytes())
    for item in box.state.children(box.folder, box.contractor):
        (to / item.name).write_bytes(item.current.blob.read())  # type: ignore[attr-defined]


def _opened(sites: Sites, machine: Machine, into: dict[str, str]) -> tuple[OpeningKey, object]:
    """The key of one site, and the passwords of what was sealed to it."""
    with machine.looking() as tx:
        keys, partner = site_keys(tx), need_partner(tx)
        for row in tx.bundles.list("in"):
            name = bundle_name(row.name)
            assert name is not None
            manifest = read_manifest(tx.bundles.content(row.name)[1], partner.signing, name=name)
            plain = keys.opening.open(manifest.sealed, info(name, manifest.sha256), name=row.name)
            into[row.name] = read_sealed(plain, name).password
    return keys.opening, partner.signing


@pytest.fixture
def loot(at: At, tmp_path: Path) -> Loot:
    """After ⑤, when applicants lie in Box, and with a bundle still in the outbox, another in the inbox."""
    sites, folder, passwords = at("apply"), tmp_path / "loot", dict[str, str]()
    folder.mkdir()
    with PretendBox() as box:
        for machine in sites.both:
            file = sites.base / f"{machine.site}-box.toml"
            file.write_text(settings(box, machine), encoding="utf-8")
            machine.do("courier", "box", file, "--credential", sites.base / f"{machine.site}.credential")
        sites.send()
        sites.review()
        sites.contractor.do(
            "intake", "add", "--kana", "モリ ハナコ", "--birth-date", "S22.2.2", "--address", "新宿区榎町1-1",
            "--phone", "03-5273-4000", "--preferences", "A", "--route", "post",
        )  # fmt: skip
        sites.contractor.do("intake", "send")
        credential = {"IKIIKI_COURIER_CREDENTIAL_FILE": str(sites.base / "contractor.credential")}
        done = sites.contractor.runner(["sync"], sites.contractor.env() | credential)
        assert done.code == 0 and done.json["sent"]
        done = sites.ward.runner(
            ["sync"],
            sites.ward.env() | {k: v.replace("contractor.c", "ward.c") for k, v in credential.items()},
        )
        assert done.json["received"], "it lies in the ward's inbox, and no person has taken it in"
        for machine in sites.both:
            for name in ("outbox", "inbox", "courier"):
                for path in sorted((machine.folder / name).rglob("*")):
                    if path.is_file():
                        place = folder / machine.site / path.relative_to(machine.folder)
                        place.parent.mkdir(parents=True, exist_ok=True)
                        place.write_bytes(path.read_bytes())
            secret = (sites.base / f"{machine.site}.credential").read_text().strip()
            (folder / f"{machine.site}.credential").write_text(secret)
            (folder / f"{machine.site}.unsealed").write_bytes(unseal(machine.folder / "courier", secret))
        _copy_box(box, folder / "box")
    sites.ward.do("sync", "--remote", f"folder:{sites.remote}")
    people = [one for machine in sites.both for one in applicants_of(machine)]
    known = {machine.site: _opened(sites, machine, passwords) for machine in sites.both}
    words = chain(chain.from_iterable(chain(words_of(one), more_words_of(one)) for one in people))
    return Loot(
        folder, needles(chain(words, cells_of(sites.contractor))),
        {site: key for site, (key, _) in known.items()}, passwords, {site.other: signer for site, (_, signer) in known.items()},
    )  # fmt: skip


def test_nobody_s_data_stands_in_it(loot: Loot) -> None:
    assert len(loot.people) > 500 and len(loot.bundles()) >= 6
    assert hits([loot.folder], loot.people) == []


def test_no_key_and_no_password_that_opens_a_bundle_is_in_it(loot: Loot) -> None:
    everything = loot.everything()
    assert set(loot.bundles()) - set(loot.passwords) == set(), "each bundle's password is known to this test"
    for key in loot.keys.values():
        for half in (key.raw[:64], key.raw[64:], key.raw):
            for form in (half, half.hex().encode(), base64.b64encode(half), base64.b64encode(half)[:40]):
                assert form not in everything
    for password in loot.passwords.values():
        assert password.encode() not in everything


def test_no_secret_that_is_in_it_opens_a_bundle(loot: Loot) -> None:
    """Each is tried, as a zip's password and as key material of the right length."""
    secrets = [path.read_bytes().strip() for path in loot.folder.glob("*.credential")]
    secrets += [path.read_bytes().strip() for path in loot.folder.glob("*/courier/key")]
    secrets += [value for path in loot.folder.glob("*.unsealed") for value in path.read_bytes().split(b'"')]
    assert len(secrets) > 20
    raw = [base64.b64decode(secret) for secret in secrets[:4]]
    for name, (zip_bytes, manifest_bytes) in loot.bundles().items():
        bundle = bundle_name(name)
        assert bundle is not None
        manifest = read_manifest(manifest_bytes, loot.signers[bundle.channel.sender], name=bundle)  # type: ignore[arg-type]
        for secret in {*secrets, *raw, name.encode(), b""}:
            archive = pyzipper.AESZipFile(io.BytesIO(zip_bytes))
            archive.setpassword(secret or b"-")
            with pytest.raises(RuntimeError):
                archive.read("bundle.zip")
            key = OpeningKey((secret * OPENING_BYTES)[:OPENING_BYTES] if secret else bytes(OPENING_BYTES))
            with pytest.raises(IntegrityFailure):
                key.open(manifest.sealed, info(bundle, manifest.sha256), name=name)


def test_the_right_key_would_open_them(loot: Loot) -> None:
    """So the bundles are whole, and what the thief lacks is the key."""
    for name, (zip_bytes, manifest_bytes) in loot.bundles().items():
        bundle = bundle_name(name)
        assert bundle is not None
        manifest = read_manifest(manifest_bytes, loot.signers[bundle.channel.sender], name=bundle)  # type: ignore[arg-type]
        loot.keys[bundle.channel.sender.other].open(manifest.sealed, info(bundle, manifest.sha256), name=name)
        archive = pyzipper.AESZipFile(io.BytesIO(zip_bytes))
        archive.setpassword(loot.passwords[name].encode())
        assert archive.read("bundle.zip")
