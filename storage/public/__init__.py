"""What a resident may copy: the folder of a published draw, and what checks it: a page and two scripts."""

from __future__ import annotations

from importlib.resources import files

from core.canonical import sha256_hex


def verify_sh() -> bytes:
    """verify.sh, the same bytes for every draw of this version."""
    return files(__name__).joinpath("verify.sh").read_bytes()


def verify_signatures_sh() -> bytes:
    """verify-signatures.sh, which needs openssl."""
    return files(__name__).joinpath("verify-signatures.sh").read_bytes()


def verify_html() -> bytes:
    """verify.html, for people without a command line: the same bytes for every draw of this version."""
    return files(__name__).joinpath("verify.html").read_bytes()


def verify_html_sha256() -> str:
    """What the ward's notice may print beside that of verify.sh."""
    return sha256_hex(verify_html())


def verify_sh_sha256() -> str:
    """What the ward's notice prints: the party under test must not supply the test."""
    return sha256_hex(verify_sh())
