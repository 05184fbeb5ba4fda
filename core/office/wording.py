"""The words of the notices as the contractor has them: kept in the vault, changed as a whole, each change logged."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.canonical import canonical_json, nfc, sha256_hex
from core.errors import Refused
from core.office.desk import Desk, programme_of
from core.office.ports import Tx
from core.programme import Programme
from core.roles import Right, Site
from core.wording import Wording, default_files, read_wording

_SETTING = "wording"


def wording_of(tx: Tx, programme: Programme) -> Wording:
    """The words as they stand. Raises `UsageError` when they no longer fit the programme."""
    return read_wording(_stored(tx, programme), programme.codes)


def _stored(tx: Tx, programme: Programme) -> dict[str, str]:
    text = tx.settings.get(_SETTING)
    return {str(name): str(words) for name, words in json.loads(text).items()} if text else {}


class WordingDesk:
    """`ikiiki papers wording`, and the same in the 参加者 pane."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def files(self) -> dict[str, str]:
        """Every file as it stands, by name: the contractor's own, else as the program brings it."""
        with self._desk.reading(Right.PAPERS) as tx:
            programme = programme_of(tx)
            return default_files(programme.codes) | _stored(tx, programme)

    def take(self, files: Mapping[str, str]) -> list[str]:
        """Let these files stand from now on; the others remain. The names of those that differ from what stood.

        Raises `UsageError` naming file and line of what cannot stand; nothing is changed then.
        """
        if self._desk.actor.site is not Site.CONTRACTOR:
            raise Refused("通知の言葉を決めるのは委託先です")
        with self._desk.writing(Right.PAPERS) as tx:
            programme = programme_of(tx)
            before = _stored(tx, programme)
            given = {
                nfc(name): text.removeprefix("\ufeff").replace("\r\n", "\n") for name, text in files.items()
            }
            after = before | given
            read_wording(after, programme.codes)
            standing = default_files(programme.codes) | before
            changed = [name for name in given if given[name] != standing.get(name)]
            if changed:
                document = canonical_json(after)
                tx.settings.put(_SETTING, document.decode())
                self._desk.log(tx, "wording", f"files={len(changed)} sha256={sha256_hex(document)}")
        return changed
