"""Upload sessions: a large file that comes in parts, each checked, and is put together by a commit."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.box.errors import BoxError, Json, bad_request, not_found
from tests.box.shapes import moment
from tests.box.things import Caller, File

if TYPE_CHECKING:
    from tests.box.state import BoxState

RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
HASHES = {"sha": "sha1", "sha-512": "sha512"}


@dataclass(frozen=True)
class Part:
    """A part that is there whole."""

    id: str
    offset: int
    size: int
    sha1: str

    def json(self) -> Json:
        return {"part_id": self.id, "offset": self.offset, "size": self.size, "sha1": self.sha1}


@dataclass
class Session:
    """A file under way. It is written into one file of its full size, each part at its place."""

    id: str
    caller: Caller
    folder: str
    file: str | None
    name: str
    size: int
    part_size: int
    expires_at: float
    path: Path
    parts: dict[int, Part] = field(default_factory=dict)
    coming: set[int] = field(default_factory=set)
    """Where parts begin that are being written just now."""

    @property
    def total_parts(self) -> int:
        return -(-self.size // self.part_size)

    def expected(self, offset: int) -> int:
        """How long the part that begins at `offset` must be."""
        return min(self.part_size, self.size - offset)


class Sessions:
    """`part_size` and `smallest` hold for sessions to come. `commits_not_ready`: so many commits answer 202 first.

    With `kept_after_commit` a second commit finds its session and is told that the name is in use; otherwise it is
    told that there is no such session. What Box does is written nowhere: a client must live with both.
    """

    def __init__(self, state: BoxState, part_size: int, smallest: int, life: int) -> None:
        self.part_size = part_size
        self.smallest = smallest
        self.life = life
        self.commits_not_ready = 0
        self.kept_after_commit = False
        self.open: dict[str, Session] = {}
        self._state = state

    def create(self, caller: Caller, folder: str, name: str, size: int) -> Session:
        """For a new file."""
        with self._state.lock:
            self._check_size(size)
            self._state.check_new(caller, folder, name)
            return self._new(caller, folder, None, name, size)

    def create_for_version(self, caller: Caller, file_id: str, size: int, name: str | None) -> Session:
        """For another content of a file that is there."""
        with self._state.lock:
            self._check_size(size)
            file = self._state.visible(caller.user, file_id, File, "edit")
            return self._new(caller, file.parent, file.id, name or file.name, size)

    def get(self, caller: Caller, session_id: str) -> Session:
        """An open session of the same person."""
        with self._state.lock:
            session = self.open.get(session_id)
            if session is None or session.caller.user.id != caller.user.id:
                raise not_found(session_id, "session")
            if self._state.clock() >= session.expires_at:
                self._forget(session)
                raise not_found(session_id, "session")
            return session

    def put_part(
        self,
        caller: Caller,
        session_id: str,
        content_range: str,
        digest: str,
        length: int | None,
        pieces: Iterable[bytes],
    ) -> Part:
        """Take one part; nothing of it counts before its digest was found right."""
        kind, _, wanted = digest.partition("=")
        if kind not in HASHES:
            raise bad_request("The digest header must be sha=… or sha-512=…")
        with self._state.lock:
            session = self.get(caller, session_id)
            offset, size = self._place(session, content_range, length)
            session.coming.add(offset)
        try:
            hashed, sha1 = hashlib.new(HASHES[kind]), hashlib.sha1()
            with session.path.open("r+b") as file:
                file.seek(offset)
                left = size
                for piece in pieces:
                    left -= len(piece)
                    if left < 0:
                        raise _out_of_range()
                    file.write(piece)
                    hashed.update(piece)
                    sha1.update(piece)
            if left:
                raise _out_of_range()
            found = base64.b64encode(hashed.digest()).decode()
            if found != wanted:
                raise BoxError(
                    412, "digest_mismatch", f"Part digest was incorrect. Actual: {found} Expected: {wanted}"
                )
            part = Part(secrets.token_hex(4).upper(), offset, size, sha1.hexdigest())
            session.parts[offset] = part
            return part
        finally:
            session.coming.discard(offset)

    def abort(self, caller: Caller, session_id: str) -> None:
        """Give up, and forget all parts."""
        with self._state.lock:
            session = self.get(caller, session_id)
            self._forget(session)
            session.path.unlink(missing_ok=True)

    def commit(
        self,
        caller: Caller,
        session_id: str,
        parts: object,
        digest: str,
        if_match: str | None,
        created: float,
        changed: float,
    ) -> File | None:
        """Put the file where it belongs; None when the parts are still being looked at."""
        state = self._state
        with state.lock:
            session = self.get(caller, session_id)
            if session.file is None:
                state.check_new(caller, session.folder, session.name)
            if self.commits_not_ready:
                self.commits_not_ready -= 1
                return None
            self._check_parts(session, parts)
        blob = state.blobs.adopt(session.path)
        found = "sha=" + base64.b64encode(bytes.fromhex(blob.sha1)).decode()
        if found != digest:
            raise BoxError(
                400,
                "digest_mismatch",
                f"File digest was incorrect. Actual: {found[4:]} Expected: {digest[4:]}",
            )
        with state.lock:
            if session.file is None:
                file = state.create_file(caller, session.folder, session.name, blob, created, changed)
            else:
                file = state.new_version(caller, session.file, blob, session.name, if_match)
            if not self.kept_after_commit:
                self._forget(session)
            return file

    def json(self, session: Session, base: str) -> Json:
        """A session as the API tells it; `base` is where uploads go."""
        url = f"{base}/2.0/files/upload_sessions/{session.id}"
        return {
            "type": "upload_session",
            "id": session.id,
            "session_expires_at": moment(session.expires_at),
            "part_size": session.part_size,
            "total_parts": session.total_parts,
            "num_parts_processed": len(session.parts),
            "session_endpoints": {
                "upload_part": url,
                "commit": f"{url}/commit",
                "abort": url,
                "list_parts": f"{url}/parts",
                "plan": f"{url}/plan",
                "status": url,
                "log_event": f"{url}/log",
            },
        }

    def _new(self, caller: Caller, folder: str, file: str | None, name: str, size: int) -> Session:
        state = self._state
        session = Session(
            secrets.token_hex(16).upper(), caller, folder, file, name, size, self.part_size,
            state.clock() + self.life, state.blobs.new_path(),
        )  # fmt: skip
        with session.path.open("wb") as hole:
            hole.truncate(size)
        self.open[session.id] = session
        return session

    def _check_size(self, size: object) -> None:
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise bad_request("file_size is not a size", "invalid_file_size")
        if size < self.smallest:
            raise bad_request(
                f"The file size is less than the minimum of {self.smallest} bytes", "file_size_too_small"
            )

    def _place(self, session: Session, content_range: str, length: int | None) -> tuple[int, int]:
        found = RANGE.fullmatch(content_range)
        if not found:
            raise bad_request("The content-range header must be bytes FIRST-LAST/TOTAL")
        first, last, total = map(int, found.groups())
        size = last - first + 1
        if total != session.size or first % session.part_size or size != session.expected(first) or size <= 0:
            raise _out_of_range()
        if length is not None and length != size:
            raise _out_of_range()
        if first in session.parts or first in session.coming:
            raise BoxError(
                409, "range_overlaps_existing_range", "The part overlaps one that was uploaded before"
            )
        return first, size

    def _check_parts(self, session: Session, parts: Any) -> None:
        there = {(part.id, part.offset, part.size) for part in session.parts.values()}
        try:
            told = {(one["part_id"], one["offset"], one["size"]) for one in parts}
        except (TypeError, KeyError):
            raise bad_request("parts is not a list of parts") from None
        if told != there or len(there) != session.total_parts:
            raise bad_request("The parts named are not the parts that were uploaded", "parts_mismatch")

    def _forget(self, session: Session) -> None:
        self.open.pop(session.id, None)


def _out_of_range() -> BoxError:
    return BoxError(416, "bad_request", "The content range does not fit the session")
