"""The floors of the screens: a Textual app that shows one line. `python -m bench.bare [--vault]`.

With `--vault` it also has a vault open, as no screen of ours can do without: OpenSSL and SQLCipher in memory, one table, one row.
"""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("ready")


def open_vault() -> object:
    """A database in memory, enciphered, and a passphrase stretched for it with little memory."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    from storage.vault.sqlcipher import dbapi2

    key = Argon2id(salt=bytes(16), length=32, iterations=1, lanes=1, memory_cost=64).derive(b"bare")
    database = dbapi2.connect("")  # a file of its own that has no name
    database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    database.execute("CREATE TABLE one (word TEXT)")
    database.execute("INSERT INTO one VALUES ('ready')")
    database.commit()
    return database


if __name__ == "__main__":
    kept = open_vault() if "--vault" in sys.argv else None
    Bare().run()
