"""Backups and restores as the ledger tells of them: each copy in the inventory, each rehearsal, each restore.

What a backup is made of is `storage.backup`; here is who may, what is noted, and when a restored vault may send again.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import IntegrityFailure, Refused, UsageError
from core.exchange.strict import HASH, ZEROS
from core.ledger.codes import Act, Content, Medium, Place, Unit
from core.ledger.line import line_hash, read_line
from core.office.desk import Desk, iso
from core.office.inventory import REF, copies_of, new_copy, write_copy
from core.office.ledger import write_line
from core.office.ports import Tx
from core.roles import SITE_WORDS, Right

RESTORED = "restored"
"""Setting: this vault was restored, and what the partner holds of its ledger has not been compared yet."""
SHORTEST_HEAD = 8
"""Letters of a line's hash that people read to each other: 32 bits, against a slip of the ear, not against a forger."""


@dataclass(frozen=True)
class Restored:
    """How this site's ledger stood in the backup: what the partner may hold at most."""

    size: int
    backup: str
    """The backup's id in the inventory."""


def restored_of(tx: Tx) -> Restored | None:
    """What is still to be settled after a restore; None when there is nothing."""
    kept = json.loads(tx.settings.get(RESTORED) or "null")
    return Restored(kept["size"], kept["backup"]) if kept else None


def need_settled(tx: Tx) -> None:
    """Raises `Refused` while a restored vault does not know whether its partner has seen more than it remembers.

    What it sealed anew under a number it has used before would be a second history, which the partner must refuse.
    """
    restored = restored_of(tx)
    if restored is not None:
        raise Refused(
            "控えから復元した保管庫です。相手の手もとと照らすまで、新しい束は送れません",
            where=f"管理簿 {restored.size}行目",
            next_step="相手に電話で「相手の管理簿」の行数と末尾の符号を聞き、ikiiki ledger settle で照らしてください",
        )


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
            lines = [raw for raw in tx.ledger.lines(self._desk.actor.site) if b'"act":"backup"' in raw]
        if not lines:
            return None
        return dt.datetime.fromisoformat(read_line(lines[-1], name="ledger.hkl")[1].at)

    def due_today(self) -> bool:
        """Whether this person may take a backup and nobody has today: asked when they leave."""
        if not self._desk.actor.may(Right.BACKUP):
            return False
        last, now = self.last(), self._desk.now()
        return last is None or last.astimezone(now.tzinfo).date() < now.date()

    def rehearsed(self, name: str, *, equal: bool) -> None:
        """Note a rehearsal of the backup `name`: a drill when all was equal, an incident when not."""
        with self._desk.writing(Right.BACKUP) as tx:
            act = Act.DRILL if equal else Act.INCIDENT
            write_line(self._desk, tx, act, Content.BACKUP, 1, Unit.TIMES, ref=REF + name)
            self._desk.log(tx, "backup_rehearsed", f"{name} equal={'yes' if equal else 'no'}")

    def restored(self, name: str) -> Restored:
        """Note in the restored vault that it is one; it seals nothing new until `settle`. Raises `Refused` without the right."""
        with self._desk.writing(Right.RESTORE) as tx:
            restored = Restored(tx.ledger.size(self._desk.actor.site), name)
            write_line(self._desk, tx, Act.RESTORE, Content.BACKUP, 1, Unit.FILES, ref=REF + name)
            self._desk.log(tx, "restore", name)
            if tx.settings.get("partner_card") is not None:
                tx.settings.put(
                    RESTORED,
                    json.dumps({"size": restored.size, "backup": name, "at": iso(self._desk.now())}),
                )
        return restored

    def standing(self) -> Restored | None:
        """What is still to be settled."""
        with self._desk.reading() as tx:
            return restored_of(tx)

    def told(self) -> tuple[int, str]:
        """What this site holds of the partner's ledger, to be read out to it: lines, and the last line's hash."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            other = self._desk.actor.site.other
            return tx.ledger.size(other), tx.ledger.head(other)

    def settle(self, size: int, head: str) -> None:
        """The partner, asked by telephone, holds `size` lines of our ledger, the last hashing to `head` (or its beginning).

        When the backup already had them the history is whole, and the vault may send again. Raises `Refused` when the
        partner has seen more, `IntegrityFailure` when it holds another history, `UsageError` for what is no hash.
        """
        head = head.strip().lower()
        readable = SHORTEST_HEAD <= len(head) <= 64 and HASH.fullmatch(head.ljust(64, "0"))
        if size < 0 or not readable:
            raise UsageError(
                "行数か符号が読めません", where=f"{size} {head}",
                next_step=f"相手の画面の行数と、末尾の符号の先頭{SHORTEST_HEAD}文字以上を、そのまま入力してください",
            )  # fmt: skip
        site = self._desk.actor.site
        with self._desk.writing(Right.RESTORE) as tx:
            restored = restored_of(tx)
            if restored is None:
                raise Refused("復元のあとに照らすものは残っていません", next_step="そのままお使いください")
            if size > restored.size:
                raise Refused(
                    f"相手は{SITE_WORDS[site]}の管理簿を、この控えより{size - restored.size}行先まで持っています。"
                    "控えのあとに送ったものが、この保管庫にはありません",
                    where=f"相手 {size}行、この保管庫 {restored.size}行",
                    next_step="この保管庫からは送らず、より新しい控えがないかを確かめてください。"
                    "なければ両拠点の取扱責任者で、手引きの「バックアップと復元」を開いてください",
                )
            held = line_hash(*tx.ledger.lines(site, size - 1, 1)) if size else ZEROS
            if not held.startswith(head):
                raise IntegrityFailure(
                    "相手の持つ管理簿の行が、この保管庫のものと違います", where=f"管理簿 {size}行目",
                    next_step="聞き間違いでないかを確かめ、同じなら作業を止めて、両拠点の取扱責任者で確認してください",
                )  # fmt: skip
            tx.settings.put(RESTORED, "null")
            write_line(self._desk, tx, Act.CONFIRM, Content.LEDGER, size, Unit.LINES, ref=f"sha256:{held}")
            self._desk.log(tx, "restore_settled", str(size))
