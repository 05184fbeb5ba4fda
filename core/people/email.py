"""E-mail addresses: odd ones are warned of, never refused; only what cannot be an address is unreadable.

Japanese carriers issued addresses such as a..b@ and a.@ that RFC 5321 forbids and that work to this day.
"""

from __future__ import annotations

import re

from core.people.text import cleaned, fold_width

LONGEST_EMAIL = 254
"""Characters (RFC 5321, 4.5.3.1.3, less the angle brackets)."""

_ATOM = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?"
_USUAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
_POSSIBLE = re.compile(r"[^@\s<>,;:()\[\]]+@[^@\s<>,;:()\[\]]+\.[^@\s<>,;:()\[\].]+")


def read_email(text: str) -> str | None:
    """The address with its domain in lower case, or None when `text` cannot be one (or is empty)."""
    address = fold_width(cleaned(text)).strip()
    if len(address) > LONGEST_EMAIL or not _POSSIBLE.fullmatch(address):
        return None
    local, _, domain = address.partition("@")
    return f"{local}@{domain.lower()}"


def is_usual(address: str) -> bool:
    """Whether an address is of the plain form every mail program takes."""
    return _USUAL.fullmatch(address) is not None
