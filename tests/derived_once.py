"""The key that comes of a password takes a third of a second of a processor, and thousands of tests log in with a few passwords
to copies of a few vaults: in a test process each is derived once, and those it starts to kill them are handed what it knows."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from storage.vault import kdf

_derive = kdf.derive
_known: dict[tuple[str, bytes, kdf.KdfParams], bytes] = {}


def _once(password: str, salt: bytes, params: kdf.KdfParams) -> bytes:
    asked = password, salt, params
    if asked not in _known:
        _known[asked] = _derive(*asked)
    return _known[asked]


def install(handed: Path | None = None) -> None:
    """From now on, also where it was imported by name. `handed`: what another test process knew."""
    if handed is not None:
        _known.update(pickle.loads(handed.read_bytes()))
    for module in list(sys.modules.values()):
        if vars(module).get("derive") is _derive:
            module.derive = _once  # type: ignore[attr-defined]


def hand_on(file: Path) -> None:
    """Write what is known here to a new file, for a process that this test starts."""
    file.write_bytes(pickle.dumps(_known))
