"""The vault's tables: `VaultStore` over an open vault, `VaultTx` over a connection, `MIGRATIONS` for the runner.

Plain parameterised SQL; nothing here opens, keys, locks or commits: `storage.vault` does.
"""

from storage.store.schema import MIGRATIONS
from storage.store.tx import OpenVault, VaultStore, VaultTx

__all__ = ["MIGRATIONS", "OpenVault", "VaultStore", "VaultTx"]
