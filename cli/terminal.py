"""Where the person sits, for the access log: the terminal, and the address it is used from where that is over SSH."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

CONNECTION = "SSH_CONNECTION"
"""Set by sshd itself; `ops/sshd/ikiiki.conf` hands it on as it is, and nothing else of the client's comes through."""


def terminal_name() -> str:
    """The terminal's name, or `batch` where there is none; behind a space the client's address, where sshd tells one."""
    try:
        name = os.ttyname(sys.stdin.fileno())
    except (OSError, ValueError, AttributeError):
        name = "batch"
    return " ".join(filter(None, [name, client_address(os.environ)]))


def client_address(environment: Mapping[str, str]) -> str:
    """The address in `<client> <port> <server> <port>`; "" where there is none, or what stands there is no address.

    Whoever has a shell of the vault's account can set it as they like; in front of the screens nobody has one
    (docs/over-ssh.md).
    """
    first = environment.get(CONNECTION, "").partition(" ")[0]
    if not first:
        return ""
    import ipaddress  # not while the screens start at this machine

    try:
        return str(ipaddress.ip_address(first.partition("%")[0]))
    except ValueError:
        return ""
