"""What a lock pins, and the parts of one that another needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import requires

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?: ; (.+?))? \\$")
_HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})(?: \\)?$")


class Wrong(Exception):
    """A release that cannot be made; its words are for whoever makes it."""


@dataclass(frozen=True)
class Pin:
    """One entry of a lock."""

    name: str
    """As packaging's `canonicalize_name` has it."""
    version: str
    marker: str
    hashes: tuple[str, ...]
    """SHA-256, hex: of every archive that may be installed."""

    def written(self) -> str:
        condition = f" ; {self.marker}" if self.marker else ""
        hashes = " \\\n".join(f"    --hash=sha256:{one}" for one in self.hashes)
        return f"{self.name}=={self.version}{condition} \\\n{hashes}\n"

    def wanted(self, python: str) -> bool:
        """Whether CPython `python` ("3.11") on Linux needs it."""
        known = {
            "python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "os_name": "posix",
            "platform_system": "Linux", "implementation_name": "cpython", "platform_python_implementation": "CPython",
        }  # fmt: skip
        return not self.marker or Marker(self.marker).evaluate(known)


def read_lock(text: str) -> list[Pin]:
    """Raises `Wrong` for a line that is neither a pin, nor a hash, nor a comment: nothing may slip in unhashed."""
    found: list[Pin] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if entry := _ENTRY.match(line):
            found.append(Pin(canonicalize_name(entry[1]), entry[2], entry[3] or "", ()))
        elif (digest := _HASH.match(line)) and found:
            last = found[-1]
            found[-1] = Pin(last.name, last.version, last.marker, (*last.hashes, digest[1]))
        else:
            raise Wrong(f"line {number} of the lock is no pin with hashes: {line.strip()[:80]}")
    if bare := [pin.name for pin in found if not pin.hashes]:
        raise Wrong(f"the lock has no hashes for {', '.join(bare)}")
    return found


def closure(pins: Iterable[Pin], roots: Iterable[str]) -> list[Pin]:
    """Of `pins` those that `roots` need, by what the installed packages say of themselves."""
    known = {pin.name: pin for pin in pins}
    needed: set[str] = set()
    waiting = [canonicalize_name(name) for name in roots]
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        if name not in known:
            raise Wrong(f"the lock does not pin {name}, which the build needs")
        needed.add(name)
        for line in requires(name) or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(wanted.name))
    return [known[name] for name in sorted(needed)]
