"""Sealed bundles: `sealing.seal_bundle` and `sealing.open_bundle`; `zips` is the AES zip underneath.

A bundle is made and opened in memory; nothing of it touches a disk in clear. See docs/exchange.md, "Bundles".
"""
