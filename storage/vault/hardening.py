"""Keep the keys in memory out of core dumps, other programs' reach and swap, as far as an ordinary user may.

Called first by every way in (`cli.start`). Without privileges this much is possible: no core files; on Linux no reading or
attaching by another process of the same user, and the pages that hold a key kept out of swap (`lock_in_memory`; SQLCipher
does so with its own). What Python copies on the way is out of reach, and cannot be wiped: docs/threat-model.md says so, and
asks for encrypted swap. SQLCipher's `cipher_memory_security` stays off: it would lock every page of the database as well,
which uses up what an ordinary user may lock (8 MiB) before the keys of the next connection come, and makes sorting slower.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
"""linux/prctl.h"""

_LINUX = sys.platform.startswith("linux")
_LISTENED_TO = (
    "SSLKEYLOGFILE",  # Python's ssl writes every session's keys there
    "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES",  # name code for both copies of OpenSSL to load
    "GCONV_PATH", "LOCPATH", "NLSPATH", "MALLOC_TRACE", "GLIBC_TUNABLES",  # glibc's: code, files, guards
    "SQLITE_TMPDIR",  # where SQLite would lay down what it sorts
    "BASH_ENV", "ENV",  # what a shell runs first
)  # fmt: skip
_LISTENED_TO_PREFIXES = ("LD_", "DYLD_", "PYTHON")
"""What is read while a program starts: too late for this one, in time for those it starts itself (a printed draw's scripts)."""

_found: set[str] = set()


@dataclass(frozen=True)
class Protection:
    """What holds for this process now. None: this system has no such thing, or does not tell."""

    core_files: bool | None
    """Whether it could leave a core file of its own."""
    readable: bool | None
    """Whether another process of the same user may read or trace it."""
    lockable: int | None
    """Bytes it may lock in memory."""


def harden_start(environment: MutableMapping[str, str] = os.environ) -> bool:
    """First of all in every program of ours: close the environment, make new files private, then `harden_process`.

    Before TLS or OpenSSL is loaded, for they read the environment then.
    """
    for name in [name for name in environment if is_listened_to(name)]:
        _found.add(name)
        del environment[name]
    os.umask(0o077)
    return harden_process()


def harden_process() -> bool:
    """Forbid core dumps and, on Linux, reading this process's memory. True when all the system offers took hold.

    Harmless when repeated, and where it is not supported: whoever opens a vault calls it again, for programs not of ours.
    """
    try:
        import resource
    except ImportError:  # not a Unix
        return False
    # systemd may have set it and forbidden the call: what counts is how it stands, and the next step is taken anyhow
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = _libc()
    if libc is None:
        return False
    hidden = libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    return bool(hidden and resource.getrlimit(resource.RLIMIT_CORE)[0] == 0)


def is_listened_to(name: str) -> bool:
    """Whether a variable of this name could bring foreign code or open keys in, or let what is secret out."""
    return name in _LISTENED_TO or name.startswith(_LISTENED_TO_PREFIXES)


def found_at_start() -> tuple[str, ...]:
    """The names, never the values, of the variables `harden_start` took away."""
    return tuple(sorted(_found))


def lock_in_memory(secret: bytes) -> bool:
    """Keep the page of memory where `secret` lies out of swap. False where that is not possible, which is no error.

    It stays locked for the life of the process: other keys may lie in the same page. One page for each login.
    """
    libc = _libc()
    if libc is None:
        return False
    import ctypes

    held = ctypes.c_char_p(secret)  # points at the bytes themselves; CPython does not move them
    address = ctypes.cast(held, ctypes.c_void_p)
    return bool(libc.mlock(address, ctypes.c_size_t(len(secret))) == 0)


def protection() -> Protection:
    """As the kernel tells it."""
    try:
        import resource
    except ImportError:
        return Protection(None, None, None)
    libc = _libc()
    dumpable = libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0) if libc is not None else -1
    lockable = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] if hasattr(resource, "RLIMIT_MEMLOCK") else None
    if lockable == resource.RLIM_INFINITY:
        lockable = sys.maxsize
    return Protection(
        core_files=resource.getrlimit(resource.RLIMIT_CORE)[0] != 0 and dumpable != 0,
        readable=None if dumpable < 0 else dumpable != 0,
        lockable=lockable,
    )


def _libc() -> ctypes.CDLL | None:
    """The C library on Linux; None elsewhere."""
    if not _LINUX:
        return None
    import ctypes

    try:
        found = ctypes.CDLL(None, use_errno=True)
        found.prctl, found.mlock  # noqa: B018 - looked up now: without them there is nothing to call
    except (OSError, AttributeError):
        return None
    return found
