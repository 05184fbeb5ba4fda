"""Backups, rehearsals and restores as both faces have them: the files of `storage.backup` and what the ledger says of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.clock import now
from cli.entering import enter
from cli.inside import Inside
from cli.private_file import need_new, need_outside
from core.choosing import one_of
from core.errors import IntegrityFailure, LoginFailed, Refused, UsageError
from core.exchange.handback import HEAD_LIMIT, ZIP_LIMIT
from core.ledger.codes import MEDIUM_WORDS, Medium
from core.office.hand_back import HandedBack
from core.office.ports import Progress
from core.office.rotation import DEFAULT, Keeping, kept
from core.office.take_back import TakenBack
from core.roles import Right, Site
from storage.backup.making import WORK, State, make_backup, state_of, working
from storage.backup.names import BackupName, backup_name, backups_in
from storage.backup.restoring import Unpacked, unpack, vault_id_of
from storage.store.tx import VaultTx
from storage.vault.files import FOLDER_MODE, sync_folder
from storage.vault.hardening import harden_process
from storage.vault.knocks import shut_out, trying, withdraw
from storage.vault.marks import advance_mark, default_state_dir, read_mark
from storage.vault.migrations import BACKUPS
from storage.vault.opened import rollback_mark

MEDIA = {"usb": Medium.USB, "disc": Medium.DISC, "disk": Medium.VAULT}
"""What a backup outside the vault's folder lies on; another disk of the same machine is part of the system."""


@dataclass(frozen=True)
class Backup:
    """A backup that was made."""

    path: Path
    id: str
    """It stands in the file's name, and in the inventory."""
    size: int
    removed: tuple[str, ...]
    """Older ones of the same place, by their ids, that need not stay."""


@dataclass(frozen=True)
class Rehearsal:
    """What came of restoring a backup to try it."""

    path: Path
    tables: int
    rows: int
    differences: tuple[str, ...]
    """In Japanese, where what was restored is not what the vault held at that moment, or does not lie in its history."""
    changed: int
    """Tables that have changed in the vault since: that much would be lost."""

    @property
    def equal(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class Restore:
    """A vault that goes on from a backup."""

    folder: Path
    site: Site
    ledger: int
    """Lines of this site's ledger in the backup."""
    head: str
    """The last one's hash: what is read out to the partner when it has seen more."""
    staff: tuple[str, ...]
    """Who can log in now: everybody who could on that day."""
    lost: int | None
    """Changes that this machine saw and the backup does not have; None when it has never seen the vault."""
    unsettled: bool
    """The partner is to be asked how much it has seen (`core.office.backups.Backups.settle`)."""


def back_up(
    inside: Inside, to: Path | None, progress: Progress | None = None, *, keep: str = "", medium: str = ""
) -> Backup:
    """See `Session.back_up`. Raises as `storage.backup.making.make_backup`, and `UsageError` for what cannot be read."""
    keeping = Keeping.of(keep) if keep else DEFAULT
    own = inside.vault.folder / BACKUPS
    folder = to.absolute() if to is not None else own
    if folder != own:
        need_outside(folder)
    if medium and (folder == own or medium not in MEDIA):
        raise UsageError(
            "媒体が読めません",
            where=medium,
            next_step=one_of(
                {one: MEDIUM_WORDS[on] for one, on in MEDIA.items()}, lead="別の場所に書くときに、次のどれか"
            ),
        )
    on = Medium.VAULT if folder == own else MEDIA[medium or "usb"]
    desk = inside.office.backups
    name = BackupName(inside.vault.site, now(), desk.new_id())
    path = make_backup(
        inside.vault, folder, name, noted=lambda: desk.made(name.id, on), step=_step(progress)
    )  # fmt: skip
    return Backup(path, name.id, path.stat().st_size, _rotate(inside, folder, keeping))


def _rotate(inside: Inside, folder: Path, keeping: Keeping) -> tuple[str, ...]:
    """Remove this vault's backups there that need not stay: those its ledger knows, and no other's."""
    known = inside.office.backups.known()
    here = [(name, path) for name, path in backups_in(folder) if name.id in known]
    stay = kept((name.made.astimezone(now().tzinfo) for name, _ in here), keeping)
    gone = [(name, path) for name, path in here if name.made.astimezone(now().tzinfo) not in stay]
    for _, path in gone:
        path.unlink()
    if gone:
        sync_folder(folder)
    names = tuple(name.id for name, _ in gone)
    inside.office.backups.removed(names)
    return names


def rehearse(
    inside: Inside, password: str, backup: Path | None = None, progress: Progress | None = None
) -> Rehearsal:
    """See `Session.rehearse`. `password`: the person's own, as it was when the backup was made.

    What is laid down for it is encrypted like any vault, in a folder of its own in backups/. Raises `Refused` when there is
    no backup, `LoginFailed`.
    """
    desk = inside.office.backups
    inside.office.actor.require(Right.BACKUP)
    path = backup or _newest(inside)
    if not path.is_file():
        raise UsageError(
            "控えのファイルがありません", where=str(path), next_step="場所と名前を確かめてください"
        )
    if vault_id_of(path) != inside.vault.vault_id:
        raise Refused(
            "この保管庫の控えではありません", where=path.name, next_step="ファイルを確かめてください"
        )
    seen = read_mark(inside.vault.state_dir, inside.vault.vault_id)
    with (
        _counted(inside),
        working(inside.vault.folder) as work,
        _room(work / f"{WORK}{os.urandom(8).hex()}") as room,
    ):
        try:
            unpacked = unpack(
                path, room / "vault", inside.vault.staff_id, password, kept=seen, declared=True,
                entropy=os.urandom, step=_step(progress), trial=True,
            )  # fmt: skip
            restored = enter(
                room / "vault",
                inside.vault.staff_id,
                password,
                terminal="rehearsal",
                state_dir=room / "marks",
                restoring=True,
            )
            try:
                _need_same(restored, unpacked)
                found = [f"管理簿: {one.what}" for one in restored.office.ledger.verify() if one.chain]
            finally:
                restored.close()
        except IntegrityFailure as error:
            name = backup_name(path.name)
            if name is not None:
                desk.rehearsed(name.id, equal=False)
            return Rehearsal(path, 0, 0, (str(error),), 0)
        with inside.vault.read() as connection:
            living = state_of(connection, inside.vault.database_path.name)
            found += _astray(VaultTx(connection), unpacked.state)
    tables = unpacked.state.tables
    changed = sum(living.tables.get(one) != digest for one, digest in tables.items())
    desk.rehearsed(unpacked.id, equal=not found)
    return Rehearsal(path, len(tables), sum(rows for rows, _ in tables.values()), tuple(found), changed)


@contextmanager
def _counted(inside: Inside) -> Iterator[None]:
    """A wrong password is a failed login here too: an unlocked screen is no place to guess at its owner's password."""
    folder, staff_id = inside.vault.folder, inside.vault.staff_id
    knock_id = os.urandom(8).hex()
    with trying(folder, staff_id, now(), terminal=inside.vault.terminal) as trial:
        trial.begin(knock_id)
        if trial.waiting:
            raise shut_out(trial.waiting)
    try:
        yield
    except LoginFailed:
        raise
    except BaseException:
        withdraw(folder, knock_id, now())  # it went wrong for another reason
        raise
    withdraw(folder, knock_id, now())


def _astray(tx: VaultTx, was: State) -> list[str]:
    """Where the living vault's own history does not pass through what the backup holds."""
    found = []
    for site in Site:
        size, head = was.ledgers[site.value]
        lines = tx.ledger.lines(site, size - 1, 1) if size else []
        if size and (not lines or _hash(lines[0]) != head):
            found.append(f"{site.value} の管理簿 {size}行目が、いまの保管庫と違います")
    count, chain = was.access
    now_count = tx.access.count()
    if count and (now_count < count or tx.access.page(now_count - count, 1)[0].chain != chain):
        found.append(f"操作ログ {count}行目が、いまの保管庫と違います")
    return found


def restore(
    backup: Path,
    to: Path,
    staff_id: str,
    password: str,
    *,
    declared: bool,
    terminal: str,
    progress: Progress | None = None,
) -> Restore:
    """A vault at `to`, missing or empty, that goes on from `backup`: the one this machine knows is given up for it.

    It appears whole or not at all. Raises `Refused` for who may not, for a place that is taken, and as
    `storage.backup.restoring.unpack`.
    """  # fmt: skip
    harden_process()
    to = to.absolute()
    if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
        raise Refused(
            "すでに何かがある場所には、復元できません",
            where=str(to),
            next_step="空の場所を選んでください。いまの保管庫は消しません",
        )
    state_dir = default_state_dir()
    seen = read_mark(state_dir, vault_id_of(backup))
    to.parent.mkdir(parents=True, exist_ok=True)
    with _room(to.with_name(f".{to.name}.{os.urandom(8).hex()}.new")) as room:
        unpacked = unpack(
            backup, room / "vault", staff_id, password,
            kept=seen, declared=declared, entropy=os.urandom, step=_step(progress),
        )  # fmt: skip
        inside = enter(
            room / "vault", staff_id, password, terminal=terminal, state_dir=room / "marks", restoring=True
        )
        try:
            _need_same(inside, unpacked)
            noted = inside.office.backups.restored(unpacked.id)
            head = inside.office.backups.own()[1]
            unsettled = inside.office.backups.standing() is not None
            people = tuple(row.staff_id for row in inside.office.staff.list() if row.until is None)
            mark, site = rollback_mark(inside.vault), inside.vault.site
        finally:
            inside.close()
        (room / "vault").replace(to)
        sync_folder(to.parent)
    advance_mark(state_dir, mark)
    lost = None if seen is None else max(0, seen.counter - unpacked.state.commits)
    return Restore(to, site, noted.size, head, people, lost, unsettled)


def _need_same(inside: Inside, unpacked: Unpacked) -> None:
    """Raises `IntegrityFailure` unless what was opened is what was laid down: no mark guards it yet, and this machine would
    take the people and the key it opens with for those of the vault."""
    if inside.vault.known() != unpacked.mark.known:
        raise IntegrityFailure(
            "控えから置いたばかりの保管庫が、開くまでの間に差し替えられました",
            where=inside.folder.name,
            next_step="だれがこの場所に書けるかを確かめ（ikiiki doctor）、ほかの場所でやり直してください",
        )


def hand_back(inside: Inside, file: Path, size: int, head: str) -> HandedBack:
    """Write at `file`, a new one, what a restored partner has lost (`core.office.hand_back`). Raises `UsageError` for a taken name."""
    need_new(file)
    back = inside.office.handing_back.hand_back(size, head)
    inside.leave(file, back.data)
    return back


def take_back(inside: Inside, file: Path, size: int, head: str) -> TakenBack:
    """Take back what the partner wrote (`core.office.take_back`). Raises `UsageError` for a file that cannot be read."""
    try:
        if file.stat().st_size > ZIP_LIMIT + HEAD_LIMIT:
            raise UsageError(
                "大きすぎるファイルです", where=str(file), next_step="相手から届いたファイルを選んでください"
            )
        data = file.read_bytes()
    except OSError:
        raise UsageError(
            "ファイルを読めません", where=str(file), next_step="場所と名前を確かめてください"
        ) from None
    return inside.office.taking_back.take_back(data, size, head, name=file.name)


def list_backups(inside: Inside, folder: Path | None = None) -> list[tuple[BackupName, Path]]:
    """The backups that lie in the vault's own folder or in that one, oldest first."""
    return backups_in(folder or inside.vault.folder / BACKUPS)


def _newest(inside: Inside) -> Path:
    found = list_backups(inside)
    if not found:
        raise Refused("控えがまだありません", next_step="先に ikiiki backup で控えを取ってください")
    return found[-1][1]


@contextmanager
def _room(path: Path) -> Iterator[Path]:
    """A private folder that is gone afterwards; `vault` is made in it."""
    path.mkdir(mode=FOLDER_MODE)
    try:
        (path / "vault").mkdir(mode=FOLDER_MODE)
        yield path
    finally:
        shutil.rmtree(path)


def _step(progress: Progress | None) -> Callable[[], None]:
    """How far it is cannot be said; that it may be stopped, can."""
    return (lambda: progress(0, 0)) if progress is not None else (lambda: None)


def _hash(line: bytes) -> str:
    from core.ledger.line import line_hash

    return line_hash(line)


def document_of(one: Backup) -> dict[str, Any]:
    """For `--json`."""
    return {"file": str(one.path), "id": one.id, "size": one.size, "removed": list(one.removed)}
