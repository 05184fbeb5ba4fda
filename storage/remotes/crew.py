"""Threads that end with the program: whoever stops it does not wait for an answer that may never come.

(Those of `concurrent.futures` are waited for when the interpreter ends: a minute, for a server that says nothing.)
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

R = TypeVar("R")


class Crew:
    """`count` threads, which do what is submitted in the order in which it was."""

    def __init__(self, count: int, name: str) -> None:
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads = [Thread(target=self._run, name=name, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], R]) -> Future[R]:
        """Have it done. Until it is begun it can be cancelled."""
        future: Future[R] = Future()
        self._work.put((future, work))
        return future

    def end(self, *, wait: bool) -> None:
        """Let the threads go home when all is done; `wait` until they are."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _run(self) -> None:
        while (given := self._work.get()) is not None:
            future, work = given
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
                    future.set_exception(error)
            del given, future, work  # what was carried is not kept while there is nothing to do
