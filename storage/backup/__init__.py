"""Encrypted backups of a vault (docs/vault.md, "Backups"): made while people work, restored, and rehearsed.

`digests` says what every table holds, `container` is the file, `making`, `restoring` and `names` the work with it.
"""
