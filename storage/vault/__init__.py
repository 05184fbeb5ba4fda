"""The encrypted vault: a folder with one SQLCipher database, a header of key slots, locks and failed logins.

Use `create.create_vault`, then `vault.open_vault`; work inside `OpenVault.read()` and `OpenVault.write()`. People
come and go through `staff`. The tables inside belong to `storage.store`; this package knows only its own one-row
table `vault`. The formats are in docs/vault.md. Roles are not enforced here: whoever unlocks the vault holds its key.
"""
