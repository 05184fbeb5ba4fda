"""Box's bin: what was deleted stays there, with its old versions, until it is deleted from there too.

Each account sees in it what it may see; the enterprise's own retention is above all of them (docs/erasure.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from box_sdk_gen import TrashedFilesManager

from core.exchange.remote import RemoteFile, is_remote_name
from storage.remotes.box.patience import Answer
from storage.remotes.box.sharing import Ask, Questions
from storage.remotes.box.upload import FIELDS


class Bin:
    """What of one folder lies in the bin. Methods raise `Answer`, and what `Patience.ask` raises."""

    def __init__(self, questions: Questions, trash: TrashedFilesManager, ask: Ask[Any], folder: str) -> None:
        self._questions, self._trash, self._ask, self._folder = questions, trash, ask, folder

    def list(self) -> list[RemoteFile]:
        """One for each file: two of one name may lie there."""
        found = [
            RemoteFile(str(entry["name"]), int(entry.get("size") or 0), str(entry.get("sha1") or ""))
            for entry in self._entries()
        ]
        return sorted(found, key=lambda file: (file.name, file.sha1))

    def empty(self, which: Callable[[str], bool]) -> None:
        """For good, as far as Box lets us; what it does not is still there at the next look."""
        for entry in [*self._entries()]:
            if which(str(entry["name"])):
                self._purge(str(entry["id"]))

    def _purge(self, file_id: str) -> None:
        try:
            self._ask(lambda: self._trash.delete_trashed_file_by_id(file_id))
        except Answer as answer:
            if answer.status not in {403, 404}:
                raise

    def _entries(self) -> Iterator[dict[str, Any]]:
        for entry in self._questions.pages(
            "/folders/trash/items", needs=("type", "id", "name"), fields=f"{FIELDS},parent", usemarker="true"
        ):
            parent = entry.get("parent") or {}
            if (
                entry["type"] == "file"
                and is_remote_name(str(entry["name"]))
                and parent.get("id") == self._folder
            ):
                yield entry
