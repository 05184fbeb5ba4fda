"""How people are told what they may choose from: every code with its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def one_of(words: Mapping[Any, str], *, lead: str = "次のどれか") -> str:
    """The next step after something that is no code of `words`: `lead`, and each code with its words on a line.

    A code whose words are "" stands alone.
    """
    return "\n  ".join(
        [f"{lead}:", *(f"{code}（{said}）" if said else f"{code}" for code, said in words.items())]
    )


def listed(words: Mapping[Any, str]) -> str:
    """The same for a command's help, which is broken at spaces."""
    return " ".join(f"{code}（{said}）" for code, said in words.items())
