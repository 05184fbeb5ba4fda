"""What was typed behind a command's name, out of other people's sight: every user of a machine may read the arguments of any process.

A name given as an option would stand there for as long as the password takes to be stretched. (The shell's own history is its
user's: docs/threat-model.md.)
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

ARG_START, ARG_END = 47, 48
"""Fields of /proc/PID/stat, from 0 (proc(5): arg_start, arg_end)."""


def hide_arguments(groups: Collection[str], alone: Collection[str]) -> bool:
    """Overwrite in this process's memory whatever `masked` leaves out; whether that was possible (on Linux).

    `groups`: commands followed by the name of one of theirs; `alone`: commands by themselves.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        fields = Path("/proc/self/stat").read_text(errors="replace").rpartition(")")[2].split()
        # Behind the name, which may hold anything, the third field comes first.
        start, end = (int(fields[field - 2]) for field in (ARG_START, ARG_END))
        there = ctypes.string_at(start, end - start)
    except (OSError, ValueError, IndexError):
        return False
    words = there.split(b"\0")
    hidden = b"\0".join(masked(words, {one.encode() for one in groups}, {one.encode() for one in alone}))
    if len(hidden) != len(there):
        return False
    ctypes.memmove(start, hidden, len(hidden))
    return True


def masked(words: Sequence[bytes], groups: Collection[bytes], alone: Collection[bytes]) -> list[bytes]:
    """`words`, each as long as before: behind the command's name nothing is left but the options' names."""
    shown: list[bytes] = []
    left = -1
    """Words of the command's name still to come; -1 before it."""
    for word in words:
        if left != 0:
            shown.append(word)
            left = left - 1 if left > 0 else 1 if word in groups else 0 if word in alone else -1
        elif word.startswith(b"--"):
            name, equals, value = word.partition(b"=")
            shown.append(name + equals + b"*" * len(value))
        else:
            shown.append(b"*" * len(word))
    return shown
