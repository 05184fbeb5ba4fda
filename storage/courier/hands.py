"""Several calls to the remote at once, while one thread decides.

Workers talk to the remote and read what is to be sent. The thread that asks takes what they found in the order in which it
asked, and alone writes inbox, receipts and journal: so a round leaves the same behind however the answers came in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillAtWork
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from storage.courier.meter import Meter
from storage.remotes.crew import Crew

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Pieces of work given out for each worker: one under way, one that waits, so that nobody idles while one is slow."""
LOOK = 0.2
"""Seconds after which a wait is interrupted to tell how far things are."""


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """What a piece of work found, or how it failed."""

    _found: Callable[[], R]

    def get(self) -> R:
        """Raises what the work raised."""
        return self._found()


class Hands(Protocol):
    """Who does the work."""

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Generator[tuple[T, Outcome[R]], None, None]:
        """`work` on each of `items`, in their order. `items` is drawn from by the asking thread, a little ahead.

        When the iterator is closed, nothing more is begun, and what is under way is waited for.
        """
        ...

    def begin(self, work: Callable[[], R]) -> Outcome[R]:
        """Something that nothing waits for until its outcome is asked for."""
        ...


class OneHand(Hands):
    """No thread at all: each piece of work is done when it is asked for. What is no `Exception` is raised where it falls."""

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Generator[tuple[T, Outcome[R]], None, None]:
        for item in items:
            yield item, self._done(work, item)

    def begin(self, work: Callable[[], R]) -> Outcome[R]:
        return Outcome(work)

    def _done(self, work: Callable[[T], R], item: T) -> Outcome[R]:
        settled: Future[R] = Future()
        try:
            settled.set_result(work(item))
        except Exception as error:  # noqa: BLE001 - raised again by whoever takes the outcome
            settled.set_exception(error)
        return Outcome(settled.result)


class ManyHands(Hands):
    """A crew of threads. While the asking thread waits it looks at the meter; what that raises ends the asking.

    Then, and when the program is interrupted, nobody waits for what is under way: it breaks off at its next block, and what it
    holds aside is worth nothing.
    """

    def __init__(self, crew: Crew, count: int, meter: Meter) -> None:
        self._crew, self._count, self._meter = crew, count, meter

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> Generator[tuple[T, Outcome[R]], None, None]:
        source = iter(items)
        under_way: deque[tuple[T, Future[R]]] = deque()
        try:
            while True:
                while len(under_way) < self._count * AHEAD:
                    try:
                        item = next(source)
                    except StopIteration:
                        break
                    under_way.append((item, self._crew.submit(partial(work, item))))
                if not under_way:
                    return
                item, future = under_way[0]
                self._wait(future)
                under_way.popleft()
                yield item, Outcome(future.result)
        finally:
            for _, future in under_way:
                future.cancel()
            for _, future in under_way:
                if not future.cancelled() and not self._meter.stopped:
                    future.exception()

    def begin(self, work: Callable[[], R]) -> Outcome[R]:
        future = self._crew.submit(work)

        def found() -> R:
            self._wait(future)
            return future.result()

        return Outcome(found)

    def _wait(self, future: Future[R]) -> None:
        try:
            while not future.done():
                self._meter.look()
                with suppress(StillAtWork):
                    future.exception(LOOK)
        except BaseException:
            self._meter.stopped = True
            raise


@contextmanager
def hands(count: int, meter: Meter) -> Iterator[Hands]:
    """As many as the remote can take at once."""
    if count <= 1:
        yield OneHand()
        return
    crew = Crew(count, "courier")
    try:
        yield ManyHands(crew, count, meter)
    finally:
        crew.end(wait=not meter.stopped)
