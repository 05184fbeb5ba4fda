"""A multipart/form-data body read as it comes: no part is ever held whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import Message
from email.parser import BytesHeaderParser

from tests.box.errors import bad_request

BLOCK = 1 << 18
LONGEST_HEAD = 16 << 10


def boundary_of(content_type: str) -> str:
    """The boundary a Content-Type header names."""
    head = Message()
    head["content-type"] = content_type
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise bad_request("The body is not multipart/form-data")
    return boundary


class Multipart:
    """`read(n)` gives at most n bytes of the body, b"" at its end. Parts are taken strictly one after the other."""

    def __init__(self, read: Callable[[int], bytes], boundary: str) -> None:
        self._read = read
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        self._held = b"\r\n"  # so that the first delimiter looks like all others
        self._in_part = True  # the preamble is passed over like a part nobody asked for

    def next_part(self) -> tuple[str, str | None] | None:
        """(name, file name) of the next part, or None after the last."""
        if self._in_part:
            for _ in self.chunks():
                pass
        while len(self._held) < 2 and self._more():
            pass
        if self._held.startswith(b"--"):
            return None
        while (end := self._held.find(b"\r\n\r\n")) < 0:
            if len(self._held) > LONGEST_HEAD or not self._more():
                raise bad_request("A part of the multipart body has no head")
        head = BytesHeaderParser().parsebytes(self._held[: end + 4].lstrip())
        self._held = self._held[end + 4 :]
        self._in_part = True
        disposition = head.get("content-disposition", "")
        name = re.search(r'\bname="([^"]*)"', disposition)
        file_name = re.search(r'\bfilename="((?:[^"\\]|\\.)*)"', disposition)
        if not name:
            raise bad_request("A part of the multipart body has no name")
        return name[1], file_name[1] if file_name else None

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the part that `next_part` gave."""
        keep = len(self._delimiter) - 1
        while self._in_part:
            at = self._held.find(self._delimiter)
            if at >= 0:
                data, self._held = self._held[:at], self._held[at + len(self._delimiter) :]
                self._in_part = False
                if data:
                    yield data
                return
            if len(self._held) > keep:
                data, self._held = self._held[:-keep], self._held[-keep:]
                yield data
            if not self._more():
                raise bad_request("The multipart body breaks off")

    def _more(self) -> bool:
        piece = self._read(BLOCK)
        self._held += piece
        return bool(piece)
