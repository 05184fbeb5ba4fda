"""`BoxRemote`: one Box folder as a `core.exchange.remote.Remote` (docs/exchange.md, "Remote")."""

from __future__ import annotations

import builtins
import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from box_sdk_gen import (
    ChunkedUploadsManager,
    FetchOptions,
    FilesManager,
    TrashedFilesManager,
)
from box_sdk_gen.networking.fetch_options import ResponseFormat

from core.errors import IkiikiError, IntegrityFailure, Refused, RemoteUnreachable
from core.exchange.happenings import Account, Page, Stream
from core.exchange.remote import (
    Put,
    Remote,
    RemoteConflict,
    RemoteFile,
    RemoteMissing,
    RemoteReadOnly,
    is_remote_name,
    require_remote_name,
)
from storage.remotes.box.access import Access
from storage.remotes.box.bin import Bin
from storage.remotes.box.dates import Dates
from storage.remotes.box.download import Download
from storage.remotes.box.events import BoxEvents
from storage.remotes.box.guard import Guard
from storage.remotes.box.network import AT_ONCE, TimeLimits, plain_session, require_allowed, sdk_session
from storage.remotes.box.pacing import REQUESTS, UPLOADS, Pace, paced
from storage.remotes.box.patience import Answer, Broken, NotYet, Patience, understood
from storage.remotes.box.settings import BoxSettings
from storage.remotes.box.sharing import Questions
from storage.remotes.box.upload import FIELDS, LARGE, Facts, InParts, measure, size_of, small

T = TypeVar("T")


@dataclass(frozen=True)
class _Lies:
    """A file as Box listed it."""

    id: str
    name: str
    size: int
    sha1: str
    etag: str


class BoxRemote(Remote):
    """Methods may be called from several threads. `notes` is a folder of ours for uploads that broke off.

    Before anything goes up the folder must be ours alone (`guard`); `clock`, monotonic, says how long that was known.
    """

    together = AT_ONCE

    def __init__(
        self,
        settings: BoxSettings,
        notes: Path,
        *,
        patience: Patience | None = None,
        limits: TimeLimits | None = None,
        uploads: Pace | None = None,
        requests: Pace | None = None,
        dates: Dates | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._patience = patience or Patience()
        self._limits = limits or TimeLimits()
        self._uploads, self._requests = uploads or Pace(UPLOADS), requests or Pace(REQUESTS)
        self._session = plain_session(settings)
        self._dates = dates or Dates()
        self._dates.listen(self._session)
        self._network = sdk_session(settings, self._session, self._limits)
        self._access = Access(settings)
        both: dict[str, Any] = {"auth": self._access, "network_session": self._network}
        self._files, self._trash = FilesManager(**both), TrashedFilesManager(**both)
        self._in_parts = InParts(ChunkedUploadsManager(**both), settings.folder, notes, self._ask)
        self._questions = Questions(settings, self._network, self._access, self._ask)
        self._guard = Guard(settings, self._questions, clock=clock)
        self._events = BoxEvents(self._questions, settings)
        self._bin = Bin(self._questions, self._trash, self._ask, settings.folder)
        self._known: dict[str, _Lies] = {}
        self._ahead: dict[str, str] = {}
        """Where files lie, by id, asked for before they are wanted. Each is used once."""
        self._knowing = threading.Lock()

    def skew(self) -> dt.timedelta | None:
        """How far Box's clock is ahead of ours (`core.exchange.remote.Clocked`)."""
        return self._dates.skew()

    def prepare(self) -> None:
        try:
            self._guard.require()
        except Answer as answer:
            raise self._refused(answer, writing=True) from None

    def find_ahead(self, name: str) -> None:
        with self._knowing:
            lies = self._known.get(name)
        if lies is None:
            return
        with suppress(Answer, Broken, NotYet, IkiikiError):
            self._ahead[lies.id] = understood(paced(lambda: self._place(lies.id), self._requests))

    def put_from(self, name: str, source: BinaryIO) -> Put:
        require_remote_name(name)
        self.prepare()
        size = size_of(source)
        try:
            if size >= LARGE:
                self._uploads.wait()
                facts, done = self._in_parts.send(name, size, source)
                lies = _lies(done)
            else:
                facts = measure(name, source)
                lies = self._ask(lambda: self._one(facts, source))
        except Answer as answer:
            return self._taken(measure(name, source), answer)
        if (lies.size, lies.sha1) != (facts.size, facts.sha1):
            raise IntegrityFailure(
                "Boxに置かれた内容が、送ったものと違います",
                where=name,
                next_step="通信の途中で書き換えられていないか、情報担当に確認してください",
            )
        self._know(lies)
        return Put.CREATED

    def _one(self, facts: Facts, source: BinaryIO) -> _Lies:
        self._uploads.wait()
        return _lies(small(self._network, self._access, self._settings, facts, source))

    def list(self) -> list[RemoteFile]:
        found = {str(entry["name"]): _lies(entry) for entry in self._entries() if _is_ours(entry)}
        with self._knowing:
            self._known = found
        return [RemoteFile(one.name, one.size, one.sha1) for _, one in sorted(found.items())]

    def _entries(self) -> Iterator[dict[str, Any]]:
        """Everything in the folder, page by page."""
        try:
            yield from self._questions.pages(
                f"/folders/{self._settings.folder}/items",
                needs=("type", "id", "name"),
                fields=FIELDS,
                usemarker="true",
            )
        except Answer as answer:
            raise self._refused(answer) from None

    def get_into(self, name: str, target: BinaryIO, limit: int) -> None:
        require_remote_name(name)
        lies = self._find(name)
        try:
            self._fetch(lies, target, limit)
        except Answer as answer:
            if answer.status != 404:
                raise self._refused(answer) from None
            self._forget(name)
            self._fetch_again(name, target, limit)
        except IntegrityFailure:
            # It may have been given a new version since we listed it: look once more before anybody is blamed.
            self._forget(name)
            if self._find(name).sha1 == lies.sha1:
                raise
            self._fetch_again(name, target, limit)

    def delete(self, name: str) -> bool:
        require_remote_name(name)
        try:
            lies = self._find(name)
        except RemoteMissing:
            return False
        gone = True
        try:
            self._ask(lambda: self._files.delete_file_by_id(lies.id, if_match=lies.etag or None))
        except Answer as answer:
            if answer.status != 404:
                raise self._refused(answer, writing=True) from None
            gone = False
        self._forget(name)
        try:  # and out of the trash, with its old versions; where that is kept from us it lies there until Box empties it
            self._ask(lambda: self._trash.delete_trashed_file_by_id(lies.id))
        except Answer as answer:
            if answer.status not in {403, 404}:
                raise self._refused(answer, writing=True) from None
        return gone

    def binned(self) -> builtins.list[RemoteFile]:
        """`core.exchange.remote.Binned`."""
        try:
            return self._bin.list()
        except Answer as answer:
            raise self._refused(answer) from None

    def empty_bin(self, which: Callable[[str], bool]) -> None:
        try:
            self._bin.empty(which)
        except Answer as answer:
            raise self._refused(answer, writing=True) from None

    def account(self) -> Account:
        return self._events.account()

    def happenings(
        self, account: Account, stream: Stream, position: str, after: str, known: Collection[str]
    ) -> Page:
        with self._knowing:
            lie = {one.id for one in self._known.values()}
        return self._events.happenings(account, stream, position, after, lie.union(known))

    # -- asking -----------------------------------------------------------------------------------------------

    def _ask(self, call: Callable[[], T]) -> T:
        return self._patience.ask(paced(call, self._requests), renew=self._access.refused)

    def _refused(self, answer: Answer, *, writing: bool = False) -> Refused | RemoteUnreachable:
        """What Box's no means to people."""
        where = str(answer)
        if answer.status == 403 and writing:
            return RemoteReadOnly(
                "Boxのフォルダに書き込めません",
                where=where,
                next_step="この拠点の権限を確かめてください。受け取りは続けられます",
            )
        if answer.status == 403:
            return Refused(
                "Boxのフォルダを見る権限がありません",
                where=where,
                next_step="フォルダの共同作業者の設定を確かめてください",
            )
        if answer.status == 404:
            return Refused(
                "Boxのフォルダが見つかりません",
                where=where,
                next_step="設定のフォルダ番号と、この拠点の権限を確かめてください",
            )
        return RemoteUnreachable(
            "Boxが要求を受け付けませんでした", where=where, next_step="ikiiki doctor で設定を確かめてください"
        )

    # -- what lies there --------------------------------------------------------------------------------------

    def _taken(self, facts: Facts, answer: Answer) -> Put:
        """The answer to an upload was no. `Put.SAME` when our own bytes lie there already."""
        if answer.status != 409:
            raise self._refused(answer, writing=True) from None
        lies = self._find_any_case(facts.name)
        if lies is None:
            raise RemoteUnreachable(
                "Boxのファイルが、調べる間に変わりました",
                where=facts.name,
                next_step="もう一度実行してください",
            ) from None
        if (lies.name, lies.size, lies.sha1) == (facts.name, facts.size, facts.sha1):
            self._know(lies)
            return Put.SAME
        raise RemoteConflict(
            "共有先に、同じ名前で内容の異なるファイルがあります",
            where=facts.name,
            next_step="消さずに、相手方の取扱責任者と確認してください",
        ) from None

    def _find_any_case(self, name: str) -> _Lies | None:
        """What stands in the way of `name`: Box takes names differing in case for one, and folders count."""
        entries = (entry for entry in self._entries() if str(entry["name"]).casefold() == name.casefold())
        return next(map(_lies, entries), None)

    def _find(self, name: str) -> _Lies:
        with self._knowing:
            lies = self._known.get(name)
        if lies is None:
            self.list()
            with self._knowing:
                lies = self._known.get(name)
        if lies is None:
            raise RemoteMissing("共有先にファイルがありません", where=name)
        return lies

    def _know(self, lies: _Lies) -> None:
        with self._knowing:
            self._known[lies.name] = lies

    def _forget(self, name: str) -> None:
        with self._knowing:
            self._known.pop(name, None)

    # -- bytes ------------------------------------------------------------------------------------------------

    def _fetch_again(self, name: str, target: BinaryIO, limit: int) -> None:
        try:
            self._fetch(self._find(name), target, limit)
        except Answer as answer:
            if answer.status == 404:
                raise RemoteMissing("共有先にファイルがありません", where=name) from None
            raise self._refused(answer) from None

    def _fetch(self, lies: _Lies, target: BinaryIO, limit: int) -> None:
        if lies.size > limit:
            raise IntegrityFailure("ファイルが大きすぎます", where=lies.name)
        download = Download(lies.name, lies.size, lies.sha1, target)
        early = self._ahead.pop(lies.id, "")
        places = [early] if early else []

        def place() -> str:
            return places.pop() if places else self._place(lies.id)

        def take() -> None:
            download.take(place, self._session, self._limits)

        try:
            self._ask(take)
        except Answer:
            if not early:
                raise
            self._ask(take)  # what was asked for early may have been too early

    def _place(self, file_id: str) -> str:
        """Where Box has a file's bytes today: an address that carries its own leave.."""
        answer = self._network.network_client.fetch(
            FetchOptions(
                url=f"{self._settings.api_url}/2.0/files/{file_id}/content",
                method="GET",
                response_format=ResponseFormat.NO_CONTENT,
                auth=self._access,
                network_session=self._network,
                follow_redirects=False,
            )
        )
        if answer.status == 202:
            raise Answer(202, retry_after=answer.headers.get("Retry-After", ""))
        place = answer.headers.get("Location", "")
        if not place:
            raise Broken("取得先の答えがありません")
        return require_allowed(place, self._settings)


def _is_ours(entry: dict[str, Any]) -> bool:
    return entry["type"] == "file" and is_remote_name(str(entry["name"]))


def _lies(entry: dict[str, Any]) -> _Lies:
    return _Lies(
        str(entry["id"]),
        str(entry["name"]),
        int(entry.get("size") or 0),
        str(entry.get("sha1") or ""),
        str(entry.get("etag") or ""),
    )
