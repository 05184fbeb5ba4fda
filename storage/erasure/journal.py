"""How far an erasure has come, in a file of its own beside the vault that survives: outside what is being destroyed.

Lines of canonical JSON, each synced before the next thing is done. First all that is to go, and the signature of who began it
(`begun`); then what became of each, and which steps are over. No personal data: places below the vault, names in the remote, and `paper-1` for files elsewhere,
whose paths lie in `erasure-papers.json` until they are dealt with.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.canonical import canonical_json, sha256_hex
from core.erasure.copies import Ended, Found, Kind, Outcome, Why
from core.errors import IntegrityFailure
from storage.erasure.begun import Beginning, Signer
from storage.remotes.durable import append_line
from storage.vault.files import read_private, replace_private, sync_folder

NAME = "erasure.jsonl"
PAPERS = "erasure-papers.json"
_LIMIT = 64 * 2**20
DONE = "done"


@dataclass(frozen=True)
class Paper:
    """A file the program wrote elsewhere: what the journal calls it, where it is, the hash it had.

    `last`: what opens the way into the remote, which goes when that is empty.
    """

    name: str
    path: str
    sha256: str
    last: bool = False


class Journal:
    """One erasure's journal. `now` gives the moment each line is written."""

    def __init__(self, kept: Path, now: Callable[[], dt.datetime]) -> None:
        self._path, self._now = kept / NAME, now
        self._papers = kept / PAPERS
        self.old = ""
        """The name of the folder that is being erased, beside this one."""
        self.beginning: Beginning | None = None
        """Of whoever began it, if anybody signed; not verified."""
        self._targets: dict[tuple[Kind, str], int] = {}
        self._ended: dict[tuple[Kind, str], Ended] = {}
        self._steps: dict[str, str] = {}
        self._read()
        if not _beside(self.old, kept):
            raise _broken(self._path)

    @classmethod
    def begin(
        cls,
        building: Path,
        old: str,
        found: Iterable[Found],
        papers: Iterable[Paper],
        now: Callable[[], dt.datetime],
        signer: Signer,
    ) -> None:
        """Write the journal of an erasure that has not begun yet into a folder nobody looks at yet."""
        lines: list[dict[str, Any]] = [{"event": "begun", "old": old, "at": _iso(now())}]
        lines += [
            {"event": "found", "kind": one.kind.value, "name": one.name, "size": one.size} for one in found
        ]
        rows = [
            {"name": one.name, "path": one.path, "sha256": one.sha256, "last": one.last} for one in papers
        ]
        elsewhere = json.dumps(rows, ensure_ascii=False).encode()
        what = b"".join(canonical_json(line) + b"\n" for line in lines)
        word = Beginning.made(what, elsewhere, signer)
        signed = {"event": "signed", "by": word.by, "papers": word.papers, "signature": word.signature}
        replace_private(building / NAME, what + canonical_json(signed) + b"\n")
        replace_private(building / PAPERS, elsewhere)

    def papers(self) -> list[Paper]:
        """Where the files elsewhere lie; nothing once they are dealt with."""
        try:
            content = read_private(self._papers, limit=_LIMIT)
        except FileNotFoundError:
            return []
        if self.beginning is None or sha256_hex(content) != self.beginning.papers:
            raise _broken(self._papers)
        try:
            rows = json.loads(content)
            papers = [Paper(row["name"], row["path"], row["sha256"], row["last"]) for row in rows]
            if not all(isinstance(text, str) for one in papers for text in (one.name, one.path, one.sha256)):
                raise TypeError("not as written")
            return papers
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _broken(self._papers) from error

    def forget_papers(self) -> None:
        self._papers.unlink(missing_ok=True)
        sync_folder(self._papers.parent)

    def find(self, one: Found) -> None:
        """Something more that is to go."""
        if (one.kind, one.name) not in self._targets:
            self._add({"event": "found", "kind": one.kind.value, "name": one.name, "size": one.size})

    def end(self, kind: Kind, name: str, outcome: Outcome, why: Why = Why.NONE) -> None:
        """What became of it, as far as another look shows."""
        self._add(
            {"event": "ended", "kind": kind.value, "name": name, "outcome": outcome.value, "why": why.value}
        )

    def step(self, name: str) -> None:
        self._add({"event": "step", "name": name})

    def open_of(self, *kinds: Kind) -> list[Found]:
        """What of these kinds is still to be dealt with."""
        return [
            Found(kind, name, size)
            for (kind, name), size in self._targets.items()
            if kind in kinds and (kind, name) not in self._ended
        ]

    def has(self, step: str) -> bool:
        return step in self._steps

    @property
    def done_at(self) -> str:
        """When all was over, RFC 3339; "" while it is not."""
        return self._steps.get(DONE, "")

    def ended(self) -> list[Ended]:
        """All copies and what became of them, in the order of erasure."""
        order = list(Kind)
        return sorted(self._ended.values(), key=lambda one: (order.index(one.kind), one.name))

    def _add(self, line: dict[str, Any]) -> None:
        line = {**line, "at": _iso(self._now())}
        append_line(self._path, canonical_json(line) + b"\n")
        self._take(line)

    def _read(self) -> None:
        try:
            content = read_private(self._path, limit=_LIMIT)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IntegrityFailure(
                "消去の記録が見つかりません。残した保管庫が動かされています",
                where=str(self._path.parent),
                next_step="残した保管庫のフォルダを、元の場所（消去した保管庫の隣）に戻してください",
            ) from error
        whole = content[: content.rfind(b"\n") + 1]  # a line torn by a crash was never acknowledged
        before = 0
        for raw in whole.splitlines(keepends=True):
            try:
                line = json.loads(raw)
                if line["event"] == "signed" and self.beginning is None:
                    told = (line["by"], sha256_hex(whole[:before]), line["papers"], line["signature"])
                    if not all(isinstance(text, str) for text in told):
                        raise TypeError("not as written")
                    self.beginning = Beginning(*told)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise _broken(self._path) from error
            self._take(line)
            before += len(raw)

    def _take(self, line: dict[str, Any]) -> None:
        try:
            if line["event"] == "begun":
                self.old = str(line["old"])
            elif line["event"] == "signed":
                pass  # what it says is taken by its place (`_read`)
            elif line["event"] == "step":
                self._steps[line["name"]] = line["at"]
            else:
                key = Kind(line["kind"]), str(line["name"])
                if line["event"] == "found":
                    self._targets[key] = int(line["size"])
                else:
                    size = self._targets.setdefault(key, 0)
                    self._ended[key] = Ended(
                        *key, size, Outcome(line["outcome"]), Why(line["why"]), line["at"]
                    )
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise _broken(self._path) from error


def _beside(name: str, kept: Path) -> bool:
    """Whether it names another folder beside `kept`, and nothing further away."""
    return name not in ("", ".", "..", kept.name) and "\0" not in name and Path(name).name == name


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _broken(path: Path) -> IntegrityFailure:
    return IntegrityFailure(
        "消去の記録が読めません。書き換えられたか、壊れています", where=str(path),
        next_step="ファイルをそのまま残し、取扱責任者に知らせてください",
    )  # fmt: skip
