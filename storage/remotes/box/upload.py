"""A file's way up: small ones in one request, large ones in parts that a later run goes on with.

A name that is taken is answered with 409 and what lies there. The same size and SHA-1 means that our own bytes lie there: an
answer of Box's was lost. (Whoever wanted other bytes with our SHA-1 would need a second preimage, which SHA-1 still withstands;
the receiver checks SHA-256 anyway.)
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from box_sdk_gen import (
    Authentication,
    ChunkedUploadsManager,
    FetchOptions,
    MultipartItem,
    NetworkSession,
    UploadPart,
)

from core.canonical import canonical_json
from core.errors import IntegrityFailure
from storage.remotes.box.patience import Answer, NotYet
from storage.remotes.box.settings import BoxSettings
from storage.remotes.crew import Crew
from storage.remotes.digest import Digest
from storage.remotes.durable import BLOCK, read_file, replace

Ask = Callable[[Callable[[], Any]], Any]

FIELDS = "id,type,name,size,sha1,etag"
"""What is asked of a file."""
LARGE = 20_000_000
"""Bytes from which Box takes a file in parts."""
TOGETHER = 4
"""Parts on their way at once; each is held in memory, 8 MB by Box's choice."""
READY = 2
"""Parts read and hashed beforehand, so that no connection waits for the disk."""
_NOTE_LIMIT = 4096


@dataclass(frozen=True)
class Facts:
    """What is to go up, measured before. `sha1` is hex."""

    name: str
    size: int
    sha1: str


def size_of(source: BinaryIO) -> int:
    """Bytes to the end of it."""
    return source.seek(0, os.SEEK_END)


def measure(name: str, source: BinaryIO) -> Facts:
    """Read all of `source` once."""
    source.seek(0)
    digest = hashlib.sha1(usedforsecurity=False)
    while block := source.read(BLOCK):
        digest.update(block)
    return Facts(name, source.tell(), digest.hexdigest())


def small(
    network: NetworkSession, access: Authentication, settings: BoxSettings, facts: Facts, source: BinaryIO
) -> dict[str, Any]:
    """One request; Box compares the SHA-1. The file as Box has it. Raises `Answer` when the name is taken (409).

    (By the SDK's own method a third of the time went into its types.)
    """
    source.seek(0)
    done = network.network_client.fetch(
        FetchOptions(
            url=f"{settings.upload_url}/2.0/files/content",
            method="POST",
            params={"fields": FIELDS},
            headers={"content-md5": facts.sha1},
            multipart_data=[
                MultipartItem("attributes", data={"name": facts.name, "parent": {"id": settings.folder}}),
                MultipartItem("file", file_stream=cast(BufferedIOBase, source), file_name=facts.name),
            ],
            content_type="multipart/form-data",
            auth=access,
            network_session=network,
            follow_redirects=False,
        )
    )
    return _only(done.data)


class InParts:
    """A large file. `notes` is a folder in which the session's number is kept, so that a later run goes on.

    Several files may be under way: together they hold `TOGETHER` and `READY` parts in memory, no more.
    """

    def __init__(self, uploads: ChunkedUploadsManager, folder: str, notes: Path, ask: Ask) -> None:
        self._uploads, self._folder, self._notes, self._ask = uploads, folder, notes, ask
        self._room = threading.BoundedSemaphore(TOGETHER + READY)

    def send(self, name: str, size: int, source: BinaryIO) -> tuple[Facts, Any]:
        """What went up, and the file as Box has it. Raises `Answer` when the name is taken (409).

        The file is read once, in order; Box compares the whole with our digest of it before it comes into being.
        """
        note = self._notes / f"{name}.session"
        session, part_size, there = self._resumed(note, size) or self._begun(note, name, size)
        try:
            sha1, parts = self._parts(session, size, part_size, there, source)
            done = self._commit(session, sha1, parts)
        except Answer as answer:
            if answer.status in {404, 409, 410}:
                # the session is gone, holds other bytes, or the name is taken: it is of no more use
                note.unlink(missing_ok=True)
            raise
        note.unlink(missing_ok=True)
        return Facts(name, size, sha1), done

    def _begun(self, note: Path, name: str, size: int) -> tuple[str, int, dict[int, UploadPart]]:
        made = self._ask(lambda: self._uploads.create_file_upload_session(self._folder, size, name))
        session, part_size = str(made.id), int(made.part_size)
        document = {"session": session, "part_size": part_size, "size": size}
        self._notes.mkdir(mode=0o700, exist_ok=True)
        replace(note, canonical_json(document) + b"\n")
        return session, part_size, {}

    def _resumed(self, note: Path, size: int) -> tuple[str, int, dict[int, UploadPart]] | None:
        """The session an earlier run began for a file of this name and size, when Box still knows it."""
        try:
            kept = json.loads(read_file(note, _NOTE_LIMIT) or b"null")
            if kept is None or kept["size"] != size:
                return None
            session, part_size = str(kept["session"]), int(kept["part_size"])
            there: dict[int, UploadPart] = {}
            offset = 0
            while True:
                page = self._ask(
                    lambda offset=offset: self._uploads.get_file_upload_session_parts(  # type: ignore[misc]
                        session, offset=offset, limit=1000
                    )
                )
                entries = list(page.entries or [])
                there |= {int(part.offset): part for part in entries}
                offset += len(entries)
                if not entries or offset >= int(page.total_count or 0):
                    return session, part_size, there
        except (Answer, ValueError, KeyError, TypeError):
            return None  # gone, or not ours: begin again, Box forgets the old one by itself

    def _parts(
        self, session: str, size: int, part_size: int, there: dict[int, UploadPart], source: BinaryIO
    ) -> tuple[str, list[UploadPart]]:
        """SHA-1 of the whole (hex), and all parts in order. `there` are those of an earlier run."""
        whole = Digest("sha1")
        coming: list[Future[UploadPart]] = []
        source.seek(0)
        crew = Crew(TOGETHER, "parts")
        try:
            for offset in range(0, size, part_size):
                self._room.acquire()
                try:
                    data = source.read(part_size)
                    whole.update(data)
                    work = crew.submit(partial(self._part, session, size, offset, data, there.get(offset)))
                except BaseException:
                    self._room.release()
                    raise
                work.add_done_callback(lambda _: self._room.release())
                coming.append(work)
                del data
                for one in coming:
                    if one.done():
                        one.result()  # a part that failed ends it here
            sha1 = whole.hexdigest()
            if source.read(1):
                raise IntegrityFailure("送る間にファイルが変わりました")
            return sha1, [one.result() for one in coming]
        finally:
            for one in coming:
                one.cancel()
            crew.end(wait=True)

    def _part(
        self, session: str, size: int, offset: int, data: bytes, there: UploadPart | None
    ) -> UploadPart:
        digest = hashlib.sha1(data, usedforsecurity=False)
        if there is not None:
            if (there.size, there.sha_1) != (len(data), digest.hexdigest()):
                raise Answer(409, "part_differs")
            return there
        told = f"sha={base64.b64encode(digest.digest()).decode('ascii')}"
        span = f"bytes {offset}-{offset + len(data) - 1}/{size}"

        def put() -> Any:
            return self._uploads.upload_file_part(session, BytesIO(data), told, span).part

        part: UploadPart = self._ask(put)
        if int(part.offset or 0) != offset or int(part.size or 0) != len(data):
            raise Answer(409, "part_differs")
        return part

    def _commit(self, session: str, sha1: str, parts: list[UploadPart]) -> object:
        digest = base64.b64encode(bytes.fromhex(sha1)).decode("ascii")

        def commit() -> Any:
            done = self._uploads.create_file_upload_session_commit(session, parts, f"sha={digest}")
            if done is None:  # 202: Box is still putting the parts together
                raise NotYet
            return _only(done.raw_data)

        return self._ask(commit)


def _only(done: Any) -> dict[str, Any]:
    """The one file an upload made."""
    made: dict[str, Any] = done["entries"][0]
    if not {"id", "name"} <= made.keys():
        raise ValueError("no file")
    return made
