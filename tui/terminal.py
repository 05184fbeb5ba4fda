"""The terminal the screens are painted on, which may be gone at any moment: a line dropped, a window closed."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import Callable
from typing import IO, Any, cast

from textual.drivers.linux_driver import LinuxDriver

from tui.ambiguous import ASKED, ASKED_IN

GONE = (signal.SIGHUP, signal.SIGTERM)
"""The terminal hung up; the machine is being shut down."""

CLEAR = "\x1b[H\x1b[2J"
ASK_WIDTH = f"\x1b[{ASKED_IN};1H{ASKED}\x1b[6n\x1b[{ASKED_IN};1H\x1b[2K"
"""Print it, ask where the cursor is (CPR), and wipe it away: the answer comes among the keys, or never; nobody waits for it."""

_STYLE_OR_BLANKS = re.compile(r"\x1b\[([0-9;]*)m| {13,}")


def shorter(painted: str) -> str:
    """What is painted, with long runs of plain blanks said as a number: erase so many cells (ECH), go on behind them (CUF).

    A line of a list is half blanks, and over a slow line each is a byte. `painted` begins in the plain style.
    """
    plain = True

    def said(found: re.Match[str]) -> str:
        nonlocal plain
        text = found[0]
        if text[0] == " ":
            return f"\x1b[{len(text)}X\x1b[{len(text)}C" if plain else text
        plain = found[1] in ("", "0")
        return text

    return _STYLE_OR_BLANKS.sub(said, painted)


class _Forgiving:
    """A file that takes what can no longer be written. Textual's writing thread would die of it, and then the program
    would wait for ever for a place in that thread's queue."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            self._try(lambda: self._file.write(text))
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            self._try(self._file.flush)

    def fileno(self) -> int:
        return self._file.fileno()

    def _try(self, call: Callable[[], object]) -> None:
        try:
            call()
        except OSError:
            self._gone = True


class Terminal(LinuxDriver):
    """Textual's driver, which tells when the terminal is gone, and leaves nothing of the screens on it at the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert self._file is not None, "the screens are opened at a terminal"
        self._file = cast("Any", _Forgiving(self._file))
        self._when_gone: Callable[[], None] | None = None
        self._waiting_loop: asyncio.AbstractEventLoop | None = None
        self.erases = bool(getattr(self._app, "erases", False))

    def when_gone(self, call: Callable[[], None]) -> None:
        """`call` is called in the running loop once the terminal is gone; perhaps more than once."""
        self._when_gone = call
        self._waiting_loop = asyncio.get_running_loop()
        for number in GONE:
            self._waiting_loop.add_signal_handler(number, call)

    def write(self, data: str) -> None:
        super().write(shorter(data) if self.erases else data)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if getattr(self._app, "asks_width", False):
            self.write(ASK_WIDTH)

    def run_input_thread(self) -> None:
        """Reading a terminal that is gone fails, sometimes before the signal comes: one and the same thing."""
        try:
            super().run_input_thread()
        except OSError:
            if self._waiting_loop is not None and self._when_gone is not None:
                self._waiting_loop.call_soon_threadsafe(self._when_gone)

    def stop_application_mode(self) -> None:
        """Wipe the screen first: the Linux console and others like it know no second screen to come back from, and
        what was painted last, people's names with it, would stay for whoever comes next."""
        if self._writer_thread is not None:
            self.write(CLEAR)
        super().stop_application_mode()
