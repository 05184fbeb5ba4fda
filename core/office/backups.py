"""Backups and restores as the ledger tells of them: each copy in the inventory, each rehearsal, each restore.

What a backup is made of is `storage.backup`; here is who may, what is noted, and when a restored vault may send again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable

from core.errors import Refused
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.office.acts import lines_of
from core.office.code_keys import pass_over
from core.office.desk import Desk, iso
from core.office.inventory import REF, copies_of, new_copy, write_copy
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.uncopied import uncopied_keys
from core.office.unsettled import (
    RESTORED,
    SHORTEST_HEAD,
    Restored,
    head_at,
    other_history,
    restored_of,
    spoken,
)
from core.roles import SITE_WORDS, Right, Site


class Backups:
    """The use cases of `ikiiki backup`, `ikiiki restore` and F5 の「控えを取る」."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def new_id(self) -> str:
        """An id for a backup about to be made. Raises `Refused` for who may not make one."""
        self._desk.actor.require(Right.BACKUP)
        return new_copy(self._desk)

    def made(self, name: str, medium: Medium) -> None:
        """Note the backup `name`, which is checked and about to take its place at `medium`."""
        with self._desk.writing(Right.BACKUP) as tx:
            write_copy(self._desk, tx, Act.BACKUP, Content.BACKUP, 1, Unit.FILES, medium, copy=name)
            self._desk.log(tx, "backup", name)

    def known(self) -> frozenset[str]:
        """The ids of this vault's backups that are still here."""
        with self._desk.reading() as tx:
            return frozenset(
                copy.id for copy in copies_of(tx, self._desk) if copy.content is Content.BACKUP and copy.here
            )

    def removed(self, names: Iterable[str]) -> None:
        """Note that these backups were removed, each a line."""
        names = sorted(names)
        if not names:
            return
        with self._desk.writing(Right.BACKUP) as tx:
            here = {copy.id: copy for copy in copies_of(tx, self._desk)}
            for name in names:
                write_line(
                    self._desk, tx, Act.DESTROY, Content.BACKUP, 1, Unit.FILES, medium=here[name].medium,
                    from_=here[name].place, to=Place.DISPOSAL, ref=REF + name,
                )  # fmt: skip
            self._desk.log(tx, "backup_rotated", f"n={len(names)}")

    def last(self) -> dt.datetime | None:
        """When the newest backup was made, by the ledger."""
        with self._desk.reading() as tx:
            lines = lines_of(tx, self._desk.actor.site, Act.BACKUP)
        return dt.datetime.fromisoformat(lines[-1].at) if lines else None

    def due_today(self) -> str:
        """Why this person should take a backup before they leave, in words: nobody has today, or keys were changed since. "" where
        there is no reason, or they may not."""
        if not self._desk.actor.may(Right.BACKUP) or self.standing() is not None:
            return ""
        last, now = self.last(), self._desk.now()
        with self._desk.reading() as tx:
            changed = uncopied_keys(tx, self._desk.actor.site)
        if last is None or last.astimezone(now.tzinfo).date() < now.date():
            return "きょうの控えは、まだ取っていません"
        return "鍵を替えてからの控えを、まだ取っていません" if changed else ""

    def rehearsed(self, name: str, *, equal: bool) -> None:
        """Note a rehearsal of the backup `name`: a drill when all was equal, an incident when not."""
        with self._desk.writing(Right.BACKUP) as tx:
            act = Act.DRILL if equal else Act.INCIDENT
            write_line(self._desk, tx, act, Content.BACKUP, 1, Unit.TIMES, ref=REF + name)
            self._desk.log(tx, "backup_rehearsed", f"{name} equal={'yes' if equal else 'no'}")

    def restored(self, name: str) -> Restored:
        """Note in the restored vault that it is one. Raises `Refused` without the right.

        With a partner its ledger waits: the line that tells of the restore follows on what the partner holds, and is written
        when that is settled.
        """
        with self._desk.writing(Right.RESTORE) as tx:
            restored = Restored(tx.ledger.size(self._desk.actor.site), name)
            if tx.settings.get("partner_card") is None:
                write_restored(self._desk, tx, restored)
            else:
                tx.settings.put(
                    RESTORED,
                    json.dumps({"size": restored.size, "backup": name, "at": iso(self._desk.now())}),
                )
            self._desk.log(tx, "restore", name)
        return restored

    def standing(self) -> Restored | None:
        """What is still to be settled."""
        with self._desk.reading() as tx:
            return restored_of(tx)

    def own(self) -> tuple[int, str]:
        """How this site's own ledger stands, to be read out to the partner after a restore: lines, and the last line's hash."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            site = self._desk.actor.site
            return tx.ledger.size(site), tx.ledger.head(site)

    def settle(self, size: int, head: str) -> None:
        """The partner, asked by telephone, holds `size` lines of our ledger, the last hashing to `head` (or its beginning).

        When the backup already had them the history is whole, and the vault may go on. Raises `Refused` when the
        partner has seen more, `IntegrityFailure` when it holds another history, `UsageError` for what is no hash.
        """
        told = spoken(size, head)
        site = self._desk.actor.site
        with self._desk.writing(Right.RESTORE) as tx:
            restored = restored_of(tx)
            if restored is None:
                raise Refused("復元のあとに照らすものは残っていません", next_step="そのままお使いください")
            own = tx.ledger.head(site)
            if told.size > restored.size:
                raise Refused(
                    f"相手は{SITE_WORDS[site]}の管理簿を、この控えより{told.size - restored.size}行先まで持っています。"
                    "控えのあとに送ったものが、この保管庫にはありません",
                    where=f"相手 {told.size}行、この保管庫 {restored.size}行",
                    next_step="より新しい控えがあれば、そちらから復元し直してください。なければ相手に電話で "
                    f"ikiiki ledger hand-back {restored.size} {own[:SHORTEST_HEAD]} --to ファイル を頼み、"
                    "届いたファイルを ikiiki ledger take-back で取り戻してください",
                )
            held = head_at(tx.ledger, site, told.size)
            if not told.fits(held):
                raise other_history(told.size)
            tx.settings.put(RESTORED, "null")
            write_restored(self._desk, tx, restored)
            write_line(
                self._desk, tx, Act.CONFIRM, Content.LEDGER, told.size, Unit.LINES, ref=f"sha256:{held}"
            )
            self._desk.log(tx, "restore_settled", str(told.size))


def write_restored(desk: Desk, tx: Tx, restored: Restored) -> None:
    """The line that tells of the restore."""
    if desk.actor.site is Site.WARD and tx.settings.get("partner_card") is not None:
        pass_over(tx)
    write_line(desk, tx, Act.RESTORE, Content.BACKUP, 1, Unit.FILES, ref=REF + restored.backup)
