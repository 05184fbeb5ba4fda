"""A file's bytes: in large blocks, resumed where they broke off, and checked against Box's SHA-1.

(The SDK reads a kilobyte at a time and checks nothing. What the bytes are worth is said by the signed manifest, not by Box.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import requests

from core.errors import IntegrityFailure
from core.exchange.remote import Knowing
from storage.remotes.box.network import TimeLimits
from storage.remotes.box.patience import Answer, Broken
from storage.remotes.digest import Digest
from storage.remotes.durable import BLOCK


@dataclass
class Download:
    """One file on its way into `target`. `take` is called until it returns; each call goes on where the last broke off."""

    name: str
    size: int
    sha1: str
    target: BinaryIO
    altered: int = 0

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.target.seek(0)
        self.target.truncate()
        self._got = 0
        self._digest = None if self._trusts_target() else Digest("sha1")

    def _trusts_target(self) -> bool:
        """The first time, what knows by itself what should come need not be told by SHA-1. Once it says no, both are asked."""
        return isinstance(self.target, Knowing) and not self.altered

    def take(self, url: Callable[[], str], session: requests.Session, limits: TimeLimits) -> None:
        """Raises `Answer` or `Broken` when it is to be tried again, `IntegrityFailure` when that is no use."""
        headers = {"Accept-Encoding": "identity"}
        if self._got:
            headers["Range"] = f"bytes={self._got}-"
        with session.get(
            url(), headers=headers, stream=True, timeout=(limits.connect, limits.read), allow_redirects=False
        ) as response:
            if response.status_code not in {200, 206}:
                raise Answer(response.status_code, retry_after=response.headers.get("Retry-After", ""))
            going_on = response.headers.get("Content-Range", "").startswith(f"bytes {self._got}-")
            if response.status_code == 200 or not going_on:
                self._begin()
                if response.status_code == 206:
                    raise Broken("求めた範囲と違う応答です")
            for block in response.iter_content(BLOCK):
                self._got += len(block)
                if self._got > self.size:
                    break
                if self._digest is not None:
                    self._digest.update(block)
                self.target.write(block)
        self._check()

    def _check(self) -> None:
        if self._got < self.size:
            raise Broken("途中で切れました")
        if self._got == self.size and self._is_right():
            return
        self.altered += 1
        self._begin()
        if self.altered > 1:
            raise IntegrityFailure(
                "届いた内容が、Boxの示すハッシュと合いません",
                where=self.name,
                next_step="通信の途中で書き換えられていないか、情報担当に確認してください",
            )
        raise Broken("内容がハッシュと合いません")

    def _is_right(self) -> bool:
        if self._digest is not None:
            return self._digest.hexdigest() == self.sha1
        assert isinstance(self.target, Knowing)
        return self.target.sound()
