"""What is made when it is first asked for, and then kept: once for all threads."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Generic, Protocol, TypeVar, overload


class Making(Protocol):
    """Whoever has such things, with the lock under which each is made: making one may ask for others."""

    @property
    def making(self) -> RLock: ...


H = TypeVar("H", bound=Making)
T = TypeVar("T")


class once(Generic[H, T]):
    """`functools.cached_property`, whose own lock is gone since Python 3.12: two threads would each make one."""

    def __init__(self, make: Callable[[H], T]) -> None:
        self._make, self._name = make, make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, holder: None, kind: type[H]) -> once[H, T]: ...
    @overload
    def __get__(self, holder: H, kind: type[H]) -> T: ...
    def __get__(self, holder: H | None, kind: type[H]) -> once[H, T] | T:
        """The thing itself. It then lies in the holder's own `__dict__`, where Python finds it without asking here again."""
        if holder is None:
            return self
        with holder.making:
            kept = vars(holder)
            if self._name not in kept:
                kept[self._name] = self._make(holder)
            made: T = kept[self._name]
        return made
