"""One contestant carrying bundles once, in a process of its own: `python -m bench.carrying WHO WAY` and an `Errand` as JSON.

It prints the seconds it took and the most memory it ever held, in kilobytes. What it needs is loaded before the clock starts.
Signing in is part of it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.box import LOGIN, Road
from bench.sites import NOW
from core.exchange.happenings import begun, read_on
from storage.courier import run
from storage.courier.box_log import WATCH
from storage.remotes.box.remote import BoxRemote
from storage.remotes.box.settings import BoxSettings
from storage.remotes.box.upload import LARGE, TOGETHER
from storage.remotes.durable import replace

BLOCK = 1 << 20


@dataclass(frozen=True)
class Errand:
    """From or to `vault`, a site's folder, over `road`, to or from the Box folder `folder`, so many requests at once."""

    road: Road
    folder: str
    vault: str
    together: int
    receipts: int = 0
    """So many receipts the floor writes on its way down, as the protocol wants them written."""
    size: int = 0
    """Bytes carried in all."""


def ours(errand: Errand) -> Callable[[], object]:
    """A round of the courier, both ways alike: it finds out by itself what is to be done. Its session is there before, as the floor's is."""
    remote = our_remote(errand)
    return lambda: run(Path(errand.vault), remote, NOW)


def our_remote(errand: Errand) -> BoxRemote:
    road = errand.road
    settings = BoxSettings(
        errand.folder, road.client_id, road.client_secret, user=road.user, proxy=road.proxy, ca_bundle=road.ca,
        api_url=road.api_url, upload_url=road.upload_url, collaborators=(LOGIN,),
    )  # fmt: skip
    return BoxRemote(settings, Path(errand.vault) / "courier" / "uploads")


def read_the_log(errand: Errand) -> None:
    """Before the clock starts: as on any day but its first, the courier has read Box's log up to an hour ago. Otherwise it would
    read what all runs before this one left there."""
    remote, before = our_remote(errand), NOW - dt.timedelta(hours=1)
    account = remote.account()
    watch = begun(None, account, before)
    while not watch.polled:
        page = remote.happenings(account, watch.stream, watch.position, watch.after, ())
        watch = read_on(watch, page, before)
    replace(Path(errand.vault) / "courier" / WATCH, watch.data())


def wake_memory(folder: Path, size: int) -> None:
    """Before the clock starts: as much memory as will be written has just been in use, for every contestant alike.

    A virtual machine gives memory that lay idle for two seconds back to its host, and touching it again costs half a second for
    200 MB: without this, whoever needs less time to load its program would win what the last run's files have left.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(0, size, BLOCK):
            file.write(bytes(BLOCK))


class Floor:
    """The least that moves the same files: `requests`, a token, and the requests Box cannot be moved files without."""

    def __init__(self, errand: Errand) -> None:
        self.errand, self.road = errand, errand.road
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = self.road.ca or True
        if self.road.proxy:
            self.session.proxies = {"https": self.road.proxy}
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=errand.together)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def sign_in(self) -> None:
        told = self.ask(
            "POST",
            f"{self.road.api_url}/oauth2/token",
            data={
                "grant_type": "client_credentials", "client_id": self.road.client_id,
                "client_secret": self.road.client_secret, "box_subject_type": "user", "box_subject_id": self.road.user,
            },
        )  # fmt: skip
        self.session.headers["Authorization"] = f"Bearer {told.json()['access_token']}"

    def ask(self, method: str, url: str, **more: Any) -> requests.Response:
        answer = self.session.request(method, url, allow_redirects=False, **more)
        answer.raise_for_status()
        return answer

    def up(self) -> None:
        """Every zip before its manifest, so many bundles at once; a large one in parts, so many at once."""
        self.sign_in()
        outbox = Path(self.errand.vault) / "outbox"
        zips = sorted(outbox.glob("*.zip"))
        with ThreadPoolExecutor(TOGETHER) as parts:
            for zip_file in [one for one in zips if one.stat().st_size >= LARGE]:
                self.put_in_parts(zip_file, parts)
                self.put(zip_file.with_suffix(".manifest"))
        with ThreadPoolExecutor(self.errand.together) as pool:
            list(pool.map(self.put_bundle, [one for one in zips if one.stat().st_size < LARGE]))

    def put_bundle(self, zip_file: Path) -> None:
        self.put(zip_file)
        self.put(zip_file.with_suffix(".manifest"))

    def put(self, file: Path) -> None:
        with file.open("rb") as stream:
            self.post(file.name, stream)

    def post(self, name: str, content: Any) -> None:
        attributes = json.dumps({"name": name, "parent": {"id": self.errand.folder}})
        files = {"attributes": (None, attributes), "file": (name, content)}
        self.ask("POST", f"{self.road.upload_url}/2.0/files/content", files=files)

    def put_in_parts(self, file: Path, pool: ThreadPoolExecutor) -> None:
        """Box takes no file over 50 MB in one request, and wants the digest of each part and of the whole."""
        sessions = f"{self.road.upload_url}/2.0/files/upload_sessions"
        size = file.stat().st_size
        wanted = {"folder_id": self.errand.folder, "file_size": size, "file_name": file.name}
        session = self.ask("POST", sessions, json=wanted).json()
        part_size = int(session["part_size"])

        def part(offset: int) -> Any:
            with file.open("rb") as stream:
                stream.seek(offset)
                data = stream.read(part_size)
            headers = {
                "Digest": f"sha={_base64(hashlib.sha1(data).digest())}",
                "Content-Range": f"bytes {offset}-{offset + len(data) - 1}/{size}",
                "Content-Type": "application/octet-stream",
            }
            return self.ask("PUT", f"{sessions}/{session['id']}", data=data, headers=headers).json()["part"]

        coming = [pool.submit(part, offset) for offset in range(0, size, part_size)]
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha1").digest()
        self.ask(
            "POST",
            f"{sessions}/{session['id']}/commit",
            json={"parts": [one.result() for one in coming]},
            headers={"Digest": f"sha={_base64(digest)}"},
        )

    def down(self) -> None:
        """List, then every manifest and its zip after it, so many bundles at once, each written and synced; then the receipts."""
        self.sign_in()
        listed = self.ask(
            "GET",
            f"{self.road.api_url}/2.0/folders/{self.errand.folder}/items",
            params={"usemarker": "true", "limit": "1000", "fields": "id,name,size,sha1"},
        ).json()["entries"]
        by_name = {entry["name"]: entry for entry in listed}
        inbox = Path(self.errand.vault) / "inbox"
        inbox.mkdir()

        def get(entry: Any) -> None:
            place = self.ask("GET", f"{self.road.api_url}/2.0/files/{entry['id']}/content").headers[
                "Location"
            ]
            with (
                self.ask("GET", place, stream=True) as answer,
                (inbox / entry["name"]).open("wb") as file,
            ):
                for block in answer.iter_content(BLOCK):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())

        def get_bundle(manifest: str) -> None:
            get(by_name[manifest])
            get(by_name[manifest.replace(".manifest", ".zip")])

        with ThreadPoolExecutor(self.errand.together) as pool:
            list(pool.map(get_bundle, [name for name in by_name if name.endswith(".manifest")]))
            receipts = [f"{number}.receipt" for number in range(self.errand.receipts)]
            list(pool.map(lambda name: self.post(name, bytes(300)), receipts))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _peak() -> int:
    """The most memory this program held, in kilobytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def main(who: str, way: str, errand: Errand) -> None:
    floor = Floor(errand)
    work: Callable[[], object] = ours(errand) if who == "ours" else floor.up if way == "up" else floor.down
    if who == "ours":
        read_the_log(errand)
    wake_memory(Path(errand.vault), errand.size)
    idle, started = time.process_time(), time.perf_counter()
    work()
    took = time.perf_counter() - started
    print(f"{took:.3f} {_peak()} {time.process_time() - idle:.3f}")


if __name__ == "__main__":
    document = json.loads(sys.stdin.read())
    main(sys.argv[1], sys.argv[2], Errand(**document | {"road": Road(**document["road"])}))
