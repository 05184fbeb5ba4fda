"""Erasure at the contract's end (measure C11): what is erased, in which order, and what is written down about it.

No files here: `storage/erasure` does the work, `core/office/erasing.py` decides who may start it. docs/erasure.md.
"""
