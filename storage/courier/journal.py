"""The courier's memory: one line for every bundle it sent or received, written after the fact is safe.

A crash between the fact and its line means that the fact is established once more, which changes nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from core.canonical import canonical_json
from core.errors import IntegrityFailure
from core.exchange.names import BundleName, Channel, bundle_name
from core.exchange.sequence import ChannelState
from core.exchange.strict import HASH, Fields, bad, moment, object_of
from storage.remotes.durable import append_line, read_file

SENT = "sent"
RECEIVED = "received"
_LIMIT = 64 * 1024 * 1024
_KEYS = ("at", "event", "bundle", "manifest_sha256", "manifest_sha1")


@dataclass(frozen=True)
class Noted:
    """`sha1` of the manifest file, only to spare a download where the remote tells it."""

    sha256: str
    sha1: str


class Journal:
    """`courier/journal.jsonl`: canonical JSON lines; a last line without LF was never acknowledged and is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.sent: dict[BundleName, Noted] = {}
        self.received: dict[BundleName, Noted] = {}
        data = read_file(path, _LIMIT) or b""
        if len(data) > _LIMIT:
            raise IntegrityFailure("通信係の記録が大きすぎます", where=path.name)
        for number, line in enumerate(data.split(b"\n")[:-1], start=1):
            self._read(line, f"{path.name} {number}行目")

    def note(self, event: str, bundle: BundleName, noted: Noted, now: dt.datetime) -> None:
        """Write down that `bundle` was `SENT` or `RECEIVED`."""
        line = canonical_json(
            {
                "at": moment(now),
                "event": event,
                "bundle": str(bundle),
                "manifest_sha256": noted.sha256,
                "manifest_sha1": noted.sha1,
            }
        )
        append_line(self._path, line + b"\n")
        self._of(event)[bundle] = noted

    def state(self, channel: Channel, epoch: int) -> ChannelState:
        """What was received of a channel. Raises `IntegrityFailure` when the journal has a hole."""
        hashes = {
            bundle.seq: noted.sha256
            for bundle, noted in self.received.items()
            if bundle.channel is channel and bundle.epoch == epoch
        }
        try:
            return ChannelState(channel, epoch, hashes)
        except ValueError as error:
            raise IntegrityFailure("通信係の記録に欠けた番号があります", where=self._path.name) from error

    def _of(self, event: str) -> dict[BundleName, Noted]:
        return self.sent if event == SENT else self.received

    def _read(self, line: bytes, name: str) -> None:
        fields = Fields(object_of(line, name=name), name).exactly(_KEYS)
        event, bundle = fields.text("event"), bundle_name(fields.text("bundle"))
        if event not in {SENT, RECEIVED} or bundle is None:
            raise bad("通信係の記録が読めません", name)
        fields.moment("at")
        noted = Noted(fields.text("manifest_sha256", HASH), fields.text("manifest_sha1"))
        if self._of(event).setdefault(bundle, noted) != noted:
            raise bad("通信係の記録に、同じ番号で内容の異なる束があります", name)
