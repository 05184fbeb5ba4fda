"""A pretend Box in a process of its own, 60 ms further away than this machine: `with FarBox(folder) as box:`.

`python -m bench.box FOLDER SECONDS` is that process. It says where it listens as one JSON line, then answers one JSON line
for each line it is asked, until its input ends. Contents lie on its disk; what it holds in memory is names.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOGIN = "courier@example.jp"
DELAY = 0.06
"""Seconds before any request is answered. Requests made at once wait at once, as they would on a long line."""


@dataclass(frozen=True)
class Road:
    """How a client reaches the Box, in plain words that can be handed to another process."""

    api_url: str
    upload_url: str
    proxy: str
    ca: str
    client_id: str
    client_secret: str
    user: str


class FarBox:
    """The other end of the process's input and output."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told = self._told()
        self.straight = Road(**told["straight"])
        """Plain HTTP on loopback."""
        self.through_proxy = Road(**told["proxy"])
        """TLS, by Box's own names, through a proxy: as a ward reaches it."""

    def ask(self, what: str, **more: Any) -> Any:
        """One question."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"what": what, **more}) + "\n")
        self._process.stdin.flush()
        return self._told()

    def folder(self, name: str, like: str = "") -> str:
        """The id of a new folder both sites may write to, holding what the folder `like` (an id) holds."""
        return str(self.ask("folder", name=name, like=like))

    def names(self, folder: str) -> dict[str, str]:
        """What lies in a folder: SHA-1 by name."""
        return dict(self.ask("names", folder=folder))

    def _told(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the pretend Box has ended")
        return json.loads(line)


@contextmanager
def far_box(folder: Path, delay: float = DELAY) -> Iterator[FarBox]:
    """Start it; it ends with the block. `folder` takes the certificates of its proxy."""
    words = [sys.executable, "-m", "bench.box", str(folder), str(delay)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield FarBox(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def _serve(folder: Path, delay: float) -> None:
    from tests.box.clients import CLIENT_ID, CLIENT_SECRET, ENTERPRISE
    from tests.box.proxy import Proxy
    from tests.box.server import StandIn
    from tests.box.state import BoxState
    from tests.box.things import Caller, File

    state = BoxState()
    user = state.add_user(LOGIN)
    state.add_application(CLIENT_ID, CLIENT_SECRET, users=(user,), enterprise=ENTERPRISE)

    def files(folder_id: str) -> list[File]:
        return [one for one in state.items.values() if one.parent == folder_id and isinstance(one, File)]

    def new_folder(name: str, like: str) -> str:
        made = state.add_folder(name, user)
        for one in files(like):
            state.create_file(Caller(user), made.id, one.name, one.current.blob, 0.0, 0.0)
        return made.id

    answers: dict[str, Callable[..., Any]] = {
        "folder": new_folder,
        "names": lambda folder: {one.name: one.current.blob.sha1 for one in files(folder)},
        "token": lambda: state.tokens.issue(user),
    }
    with StandIn(state, latency=delay) as box, Proxy(box, folder) as proxy:
        known = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "user": user.id}
        straight = {"api_url": box.api_url, "upload_url": box.upload_url, "proxy": "", "ca": ""}
        by_name = {"api_url": "https://api.box.com", "upload_url": "https://upload.box.com/api"}
        through = {**by_name, "proxy": proxy.url, "ca": str(proxy.ca)}
        _say({"straight": known | straight, "proxy": known | through})
        for line in sys.stdin:
            asked = json.loads(line)
            _say(answers[asked.pop("what")](**asked))
    state.close()


def _say(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), float(sys.argv[2]))
