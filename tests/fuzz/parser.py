"""What a reader is to the fuzzer, and when its error says enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import IkiikiError


@dataclass(frozen=True)
class Parser:
    """One reader. `good` gives inputs it takes."""

    name: str
    read: Callable[[bytes], object]
    good: Callable[[], list[bytes]]


def untold(error: IkiikiError) -> str:
    """What the error does not tell people; "" when it tells all three."""
    if not any("ぁ" <= letter <= "ヶ" for letter in error.what):
        return "what, in Japanese"
    return "where" if not error.where else "what next" if not error.next_step else ""


def text_of(data: bytes) -> str:
    """Any text there can be, lone surrogates among them."""
    return data.decode("utf-8", "surrogateescape")
