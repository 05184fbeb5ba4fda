"""What a resident may copy: the folder of a published draw, and what checks it: a page and two scripts."""

from __future__ import annotations

from importlib.resources import files

TOOLS = ("verify.html", "verify.sh", "verify-signatures.sh")


def checking_tools() -> dict[str, bytes]:
    """By file name, what checks a published draw: the same bytes for every draw of this version.

    verify.html is for people without a command line; verify-signatures.sh needs openssl.
    """
    return {name: files(__name__).joinpath(name).read_bytes() for name in TOOLS}
