"""Somebody before the ward's screens by SSH: a terminal of a kind, an ssh client in it, and what its server sent."""

from __future__ import annotations

import time
from pathlib import Path

from tools.private_sshd import PrivateSshd
from tools.tmux import PATIENCE, Tmux

KINDS = ("xterm-256color", "linux")
"""What the terminal says it is, as TERM."""

FUNCTION_KEYS = {
    "xterm-256color": dict(enumerate(("\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[15~"), 1)),
    "linux": dict(enumerate(("\x1b[[A", "\x1b[[B", "\x1b[[C", "\x1b[[D", "\x1b[[E"), 1)),
}
"""What F1 to F5 send, which differs; from F6 on they send the same."""
LATER_KEYS = {6: "\x1b[17~", 7: "\x1b[18~", 8: "\x1b[19~", 9: "\x1b[20~", 10: "\x1b[21~"}


class SshScreens(Tmux):
    """One login. `words` stand behind the host on the client's command line, `options` before it."""

    def __init__(
        self,
        server: PrivateSshd,
        kind: str,
        folder: Path,
        *words: str,
        port: int = 0,
        options: tuple[str, ...] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.kind = kind
        self.keys = 0
        self._bytes = folder / "bytes"
        self._log = folder / "client.log"
        self._bytes.write_bytes(b"")
        client = server.client(
            *words, port=port, options=("-tt", "-e", "none", "-v", "-E", str(self._log), *options)
        )
        # The client writes into tee, so that what the server sent is kept; the terminal it reads from stays its own.
        script = 'TERM="$0"; export TERM; file=$1; shift; "$@" | tee "$file"'
        super().__init__(["sh", "-c", script, kind, str(self._bytes), *client], folder)

    @property
    def sent(self) -> bytes:
        """What came out of the client: every byte the screens painted with."""
        return self._bytes.read_bytes()

    @property
    def log(self) -> str:
        """What the client had to say."""
        return self._log.read_text("utf-8", "replace")

    @property
    def over_the_line(self) -> tuple[int, int]:
        """(from the client to the server, from the server to the client): all bytes of the connection, once it is over."""
        last = next(line for line in self.log.splitlines() if "Transferred: sent" in line)
        numbers = [int(word.strip(",")) for word in last.split() if word.strip(",").isdigit()]
        return numbers[0], numbers[1]

    def function(self, number: int, *words: str, gone: str = "") -> str:
        """A function key as this kind of terminal sends it, then wait for what it must bring."""
        self.keys += 1
        self.type(FUNCTION_KEYS[self.kind].get(number) or LATER_KEYS[number])
        return self.until(*words, gone=gone)

    def press(self, key: str, *words: str, gone: str = "") -> str:
        """One key by tmux's name, then wait for what it must bring."""
        self.keys += 1
        self.send(key)
        return self.until(*words, gone=gone)

    def enter(self, text: str, *words: str) -> str:
        """Text and Enter, then wait for what that must bring."""
        self.keys += len(text)
        self.type(text)
        return self.press("Enter", *words)

    def next_field(self) -> None:
        """Enter, then wait until the cursor has gone on: what is typed in the same moment still goes where it was."""
        before, end = self.row, time.monotonic() + PATIENCE
        self.press("Enter")
        while self.row == before:
            assert time.monotonic() < end, f"the cursor stays\n{self.screen()}"
            time.sleep(0.1)

    def log_in(self, staff: str, password: str) -> str:
        """From the empty login to the panes."""
        self.until("職員ID", "パスワード")
        self.keys += len(staff)
        self.type(staff)
        self.until(staff)
        self.next_field()
        self.enter(password)
        return self.until_in()
