"""`python -m tools.release OUT --key KEY`: the package that machines without a network install from (docs/install.md)."""

from __future__ import annotations

import argparse
import getpass
import sys
import tempfile
from pathlib import Path

from tools.release.assembling import assemble
from tools.release.building import commit_of, export
from tools.release.locks import Wrong
from tools.release.packing import fingerprint, read_key
from tools.release.wheelhouse import MACHINES, PYTHONS, Target, sha256

REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    asked.add_argument("out", type=Path, help="folder for the package")
    asked.add_argument(
        "--key", type=Path, required=True, help="Ed25519 private key in PEM that signs the checksums"
    )
    asked.add_argument("--passphrase", action="store_true", help="the key has one: ask for it")
    asked.add_argument(
        "--machine", choices=MACHINES, default=MACHINES[0], help="processor of the machines it is for"
    )
    asked.add_argument(
        "--python", action="append", choices=PYTHONS, help="a Python they may have (default: all)"
    )
    asked.add_argument(
        "--from", dest="sources", action="append", type=Path, default=[],
        help="a folder of wheels, to use nothing but such folders; without it pip fetches from where it always does",
    )  # fmt: skip
    given = asked.parse_args()
    try:
        key = read_key(given.key, getpass.getpass("passphrase of the key: ") if given.passphrase else None)
        commit = commit_of(REPOSITORY)
        with tempfile.TemporaryDirectory(prefix="ikiiki-release-") as room:
            source = export(REPOSITORY, commit, Path(room))
            package = assemble(
                source, commit, Target(given.machine, tuple(given.python or PYTHONS)), key, given.out,
                sources=given.sources, tell=lambda words: print(f"release: {words}", file=sys.stderr),
            )  # fmt: skip
    except Wrong as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print(f"{sha256(package)}  {package}")
    print(f"signed with the key {fingerprint(key)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
