"""Two managers of a site, an erasure they agreed to, and the search for what must be nowhere afterwards."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from core.keys import OpeningKey
from core.office.keyring import earlier_rings, site_keys
from core.roles import Site
from storage.vault.keys import database_key
from tests.journeys.acting import Machine, Sites
from tests.journeys.seeking import applicants_of, cells_of, hits, more_words_of, needles, words_of

NAME = "いきいきハイキング"
SECOND = {Site.CONTRACTOR: "c-two", Site.WARD: "w-two"}
HANDLER = {Site.CONTRACTOR: "c-hand", Site.WARD: "w-hand"}


def second(machine: Machine) -> Machine:
    """The same machine with the second manager at it."""
    return replace(machine, staff=SECOND[machine.site])


def handler(machine: Machine) -> Machine:
    return replace(machine, staff=HANDLER[machine.site])


def appoint(machine: Machine) -> None:
    """A second manager, and a handler."""
    machine.engage(SECOND[machine.site], "責任者二", "manager")
    machine.engage(HANDLER[machine.site], "担当", "handler")


_prepared: dict[str, Sites] = {}


def prepared(at: Callable[..., Sites], factory: pytest.TempPathFactory, to: Path) -> Sites:
    """A copy of the small year after ⑪ with two managers at each site, nothing on its way, no paper written yet.

    Made once for each test process. A paper's place is remembered in the vault, so each test writes its own.
    """
    if not _prepared:
        sites = at("approve", "erasing")
        sites.contractor.do("papers", "dispatch")
        for machine in sites.both:
            appoint(machine)
        sites.sync()
        _prepared["sites"] = sites.copy(factory.mktemp("erasing") / "sites")
    return _prepared["sites"].copy(to)


def agree(machine: Machine) -> None:
    """Proposed by one, confirmed by the other."""
    machine.do("erase", "propose")
    second(machine).do("erase", "confirm", "--name", NAME)


def kept(machine: Machine) -> Machine:
    """What survived, as a machine of its own: same people, same state."""
    return _Kept(machine.base, machine.site, machine.staff, machine.password, machine.runner)


class _Kept(Machine):
    @property
    def folder(self) -> Path:
        return self.base / f"{self.site.value}-kept"


def sought(machine: Machine) -> set[bytes]:
    """Everybody's items, in every form and encoding, and every key that opens anything."""
    people = needles(
        chain(
            chain.from_iterable(chain(words_of(one), more_words_of(one)) for one in applicants_of(machine)),
            cells_of(machine),
        )
    )
    return people | set(keys_of(machine))


def keys_of(machine: Machine) -> Iterator[bytes]:
    """The data key, the database's, and what opens bundles: raw, in hex and in base64."""
    with machine.vault() as vault:
        secrets = [vault.data_key, database_key(vault.data_key)]
    with machine.looking() as tx:
        opening: list[OpeningKey] = [site_keys(tx).opening]
        opening += [ring.opening for ring in earlier_rings(tx) if ring.opening]
    for secret in [*secrets, *(key.raw for key in opening), *(key.raw[:32] for key in opening)]:
        yield secret
        yield secret.hex().encode()
        yield base64.b64encode(secret)[:40]


def inside(machine: Machine, words: set[bytes]) -> list[bytes]:
    """Which of the words stand in a vault's database or its log: every page decrypted, free ones too."""
    with machine.vault() as vault:
        key, path = database_key(vault.data_key), vault.database_path
        data = path.read_bytes()
        log = path.with_name(path.name + "-wal")
        frames = log.read_bytes()[32:] if log.exists() else b""
    pages = [data[start : start + PAGE] for start in range(0, len(data), PAGE)]
    pages += [frames[start + 24 : start + 24 + PAGE] for start in range(0, len(frames), 24 + PAGE)]
    assert len(pages) > 10
    plain = machine.base / "plain"
    plain.mkdir()
    (plain / "pages").write_bytes(
        b"".join(_decrypted(page, key, first=not n) for n, page in enumerate(pages))
    )
    assert b"application_version" in (plain / "pages").read_bytes()
    try:
        return [word for _, word in hits([plain], words)]
    finally:
        shutil.rmtree(plain)


PAGE, _RESERVED, _SALT = 4096, 80, 16


def _decrypted(page: bytes, key: bytes, *, first: bool) -> bytes:
    """One page as SQLCipher 4 keeps it: AES-256-CBC, its IV before the MAC at the end; the first begins with a salt."""
    body, iv = page[_SALT if first else 0 : PAGE - _RESERVED], page[PAGE - _RESERVED :][:16]
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
