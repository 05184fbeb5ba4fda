"""A mark outside the vault of how far it had come, so that an old copy put back is noticed.

From inside, a whole old folder looks like a good vault. So this machine keeps, outside, the generation and the number
of commits it has seen. The mark may lag behind the vault (a process may die between a commit and its mark); a vault
that lags behind its mark was put back. Without a mark (another machine, first opening) nothing is known, and the
other site's checkpoints stand guard alone. It also keeps who was in the vault then (`trust`).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.canonical import canonical_json
from core.disk import is_full
from core.errors import IkiikiError, IntegrityFailure
from storage.vault.errors import RolledBack
from storage.vault.files import check_private, open_private, private_folder, read_private, replace_private
from storage.vault.trust import Known

_MAXIMUM_BYTES = 65536


@dataclass(frozen=True)
class Mark:
    """How far a vault has come."""

    vault_id: str
    generation: int
    counter: int
    """Commits since the vault was made; grows over generations too."""
    known: Known | None = field(default=None, compare=False)
    """Who was in it, and its data key; None in a mark of an earlier version of the program."""

    def is_behind(self, other: Mark) -> bool:
        """Whether this state is older than `other` in any way."""
        return self.generation < other.generation or self.counter < other.counter


def default_state_dir() -> Path:
    """`$XDG_STATE_HOME/ikiiki`, or `~/.local/state/ikiiki` (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return home / "ikiiki"


def read_mark(state_dir: Path, vault_id: str) -> Mark | None:
    """The kept mark, or None when this machine has none. Raises `IntegrityFailure` when it cannot be read."""
    path = _path(state_dir, vault_id)
    try:
        check_private(state_dir, folder=True)
        content = read_private(path, limit=_MAXIMUM_BYTES)
    except FileNotFoundError:
        return None
    try:
        document = json.loads(content)
        known = Known.from_document(document["known"]) if "known" in document else None
        mark = Mark(document["vault_id"], document["generation"], document["counter"], known)
        if content != _bytes(mark) or mark.vault_id != vault_id:
            raise ValueError("not as written")
        if type(mark.generation) is not int or type(mark.counter) is not int:
            raise ValueError("not numbers")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IntegrityFailure(
            "巻き戻しを見つけるための控えが壊れています",
            where=str(path),
            next_step="保管庫の内容が新しいことを相手方の記録と照らして確かめてから、このファイルを消してください",
        ) from error
    return mark


def check_mark(current: Mark, kept: Mark | None) -> None:
    """Raises `RolledBack` when the vault is older than the kept mark. Read the mark before the vault: both only grow.

    So it is, too, when the write-ahead log a killed process left is damaged: SQLite leaves out what follows, without a word.
    """
    if kept is not None and current.is_behind(kept):
        raise RolledBack(
            "保管庫が古い状態に戻されています。この端末が最後に見た状態より前のものです",
            where=f"世代 {current.generation}（控え {kept.generation}）、"
            f"変更 {current.counter}回（控え {kept.counter}回）",
            next_step="書き込みをせず、取扱責任者に知らせてください。控えから復元したのであれば、復元の手順"
            "（ikiiki restore）で記録してください。停電やディスクの故障のあとであれば、"
            f"vault-{kept.generation}.db-wal が壊れたか失われています。控えから復元してください",
        )


def advance_mark(state_dir: Path, mark: Mark) -> None:
    """Keep `mark` unless a later one is kept already. Durable when it returns."""
    path = _path(state_dir, mark.vault_id)
    try:
        with _locked(state_dir, mark.vault_id):
            kept = read_mark(state_dir, mark.vault_id)
            if kept is not None and mark.known is not None:
                mark = replace(mark, known=mark.known.after(kept.known, kept.generation))
            if kept is None or kept.is_behind(mark) or (kept == mark and kept.known != mark.known):
                replace_private(path, _bytes(mark))
    except OSError as error:
        raise IkiikiError(
            "変更は保存されましたが、巻き戻しを見つけるための控えを書けませんでした",
            where=str(state_dir),
            next_step="ディスクがいっぱいです。空きを作ってください"
            if is_full(error)
            else "この場所に書き込めるようにしてください",
        ) from error


def forget_mark(state_dir: Path, vault_id: str) -> None:
    """Drop the mark, after a restore that people have agreed to and recorded, or when the vault is erased."""
    if state_dir.is_dir():
        with _locked(state_dir, vault_id):
            _path(state_dir, vault_id).unlink(missing_ok=True)


@contextmanager
def _locked(state_dir: Path, vault_id: str) -> Iterator[None]:
    state_dir.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    private_folder(state_dir)
    descriptor = open_private(state_dir / f"{vault_id}.lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _path(state_dir: Path, vault_id: str) -> Path:
    return state_dir / f"{vault_id}.json"


def _bytes(mark: Mark) -> bytes:
    document = {"vault_id": mark.vault_id, "generation": mark.generation, "counter": mark.counter}
    return canonical_json(document | ({"known": mark.known.document()} if mark.known else {})) + b"\n"
