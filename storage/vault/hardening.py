"""Keep the keys in memory out of core dumps and other programs' reach (Linux; elsewhere only the first half).

Without privileges this much is possible: no core files, and no attaching by another process of the same user.
Swap is not covered; docs/threat-model.md asks for it to be encrypted.
"""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4
"""linux/prctl.h"""


def harden_process() -> bool:
    """Forbid core dumps and, on Linux, reading this process's memory. True when all the system offers took hold.

    Call it once at start, before a password is read. Harmless when repeated, and where it is not supported.
    """
    try:
        import resource
    except ImportError:  # not a Unix
        return False
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return False
    return bool(prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
