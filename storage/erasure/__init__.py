"""Carrying out an erasure: the vault that survives, the keys, the files, the remote, each looked at again (docs/erasure.md)."""
