"""An open vault: transactions, one connection per thread, and a way to have the vault alone."""

from __future__ import annotations

import datetime as dt
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.errors import IntegrityFailure
from core.roles import Site
from storage.vault import header as headers
from storage.vault import sqlcipher
from storage.vault.errors import VaultChanged, VaultClosed
from storage.vault.files import replace_private
from storage.vault.hardening import lock_in_memory
from storage.vault.header import Header
from storage.vault.keys import Entropy, database_key
from storage.vault.locks import Presence
from storage.vault.marks import Mark, advance_mark
from storage.vault.sqlcipher import (
    SQLITE_READONLY,
    Connection,
    Identity,
    dbapi2,
    deciphered,
    require_deciphered,
    room_to_write,
    translated,
    unreadable,
)
from storage.vault.trust import Known

Clock = Callable[[], dt.datetime]


class _ThreadState(threading.local):
    """What one thread has of a vault."""

    connection: Connection | None = None
    epoch: int = -1
    depth: int = 0


class OpenVault:
    """A vault somebody has logged in to. Made by `vault.open_vault`; `close` it when the screen is locked.

    May be used by many threads at once, each with its own connection, but not after a fork. `read` and `write` hold a
    transaction: parse first, and never keep one across a person or the network.
    """

    def __init__(
        self,
        folder: Path,
        header: Header,
        header_bytes: bytes,
        data_key: bytes,
        staff_id: str,
        signing_key: Ed25519PrivateKey,
        presence: Presence,
        *,
        state_dir: Path,
        entropy: Entropy,
        now: Clock,
        first_seen: bool = False,
        terminal: str = "",
    ) -> None:
        self.folder = folder
        self.staff_id = staff_id
        self.state_dir = state_dir
        self.entropy = entropy
        self.now = now
        self.first_seen = first_seen
        """Whether this machine knew nothing of the vault, so that nothing could be compared."""
        self.terminal = terminal
        """Where the person sits, for tries at a password made from within."""
        self._header = header
        self._header_bytes = header_bytes
        self._data_key: bytes | None = data_key
        self._signing_key: Ed25519PrivateKey | None = signing_key
        self._sign_public = signing_key.public_key().public_bytes_raw()
        lock_in_memory(data_key)
        self._presence = presence
        self._known: tuple[bytes, Known] | None = None
        self._pid = os.getpid()
        self._turn = threading.Condition()
        self._active = 0
        self._frozen = False
        self._closed = False
        self._epoch = 0
        self._mine = _ThreadState()
        self._connections: list[tuple[weakref.ref[threading.Thread], Connection]] = []

    @property
    def vault_id(self) -> str:
        return self._header.vault_id

    @property
    def site(self) -> Site:
        return self._header.site

    @property
    def generation(self) -> int:
        return self._header.generation

    @property
    def header(self) -> Header:
        """The header as last read and authenticated."""
        return self._header

    @property
    def database_path(self) -> Path:
        return self.folder / self._header.database

    @property
    def signing_key(self) -> Ed25519PrivateKey:
        """The person's own. Raises `VaultClosed` after `close`."""
        if self._signing_key is None:
            raise _closed()
        return self._signing_key

    @property
    def data_key(self) -> bytes:
        """For this package's own work on header and database. Raises `VaultClosed` after `close`."""
        if self._data_key is None:
            raise _closed()
        return self._data_key

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent state of the vault, of which nothing can be changed. Inside `write`, joins that transaction.

        Raises `VaultChanged`, `VaultClosed`, `IntegrityFailure`.
        """
        if self._mine.depth and self._mine.connection is not None:
            yield self._mine.connection
            return
        with self.connection() as connection:
            self.check_header()
            connection.execute("PRAGMA query_only = ON")
            try:
                connection.execute("BEGIN")
                connection.execute(
                    "SELECT commits FROM vault"
                ).fetchone()  # the state is fixed by the first read
                yield connection
            except dbapi2.OperationalError as error:
                if error.sqlite_errorcode == SQLITE_READONLY:
                    raise RuntimeError("a read transaction cannot write") from error
                raise
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                connection.execute("PRAGMA query_only = OFF")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One write transaction, begun at once; committed whole on leaving, undone by any exception.

        Raises `VaultChanged` when the vault got a new key or this person lost their slot, `VaultClosed`,
        `IntegrityFailure`, and `IkiikiError` when another writer does not end within 5 seconds. Not nestable.
        """
        if self._mine.depth:
            raise RuntimeError("a transaction is open in this thread already")
        with self.connection() as connection, room_to_write(connection):
            connection.execute("BEGIN IMMEDIATE")
            try:
                self.check_header()
                yield connection
                counter = count_commit(connection)
                require_deciphered(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            advance_mark(self.state_dir, Mark(self.vault_id, self.generation, counter, self.known()))

    @contextmanager
    def connection(self, *, damaged: bool = False) -> Iterator[Connection]:
        """This thread's connection outside any transaction; waits while somebody has the vault alone.

        Raises `IntegrityFailure` when a page was met that cannot be deciphered, but for one who looks for damage (`damaged`).
        """
        if self._mine.depth:
            raise RuntimeError("a transaction is open in this thread already")
        with self._turn:
            self._turn.wait_for(lambda: not self._frozen)
            self._require_open()
            self._active += 1
        self._mine.depth = 1
        try:
            with translated(self._header.database):
                connection = self._connection()
                try:
                    yield connection
                finally:
                    if not deciphered(connection):
                        self._drop_connection(connection)
                        if not damaged:
                            raise unreadable(self._header.database) from None
        finally:
            self._mine.depth = 0
            with self._turn:
                self._active -= 1
                self._turn.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have the vault alone, among threads and processes, with all connections closed.

        Raises `VaultBusy`, naming those inside.
        """
        if self._mine.depth:
            raise RuntimeError("a transaction is open in this thread already")
        with self._turn:
            self._turn.wait_for(lambda: not self._frozen)
            self._require_open()
            self._frozen = True
            self._turn.wait_for(lambda: self._active == 0)
        try:
            with self._presence.alone():
                self.check_header()
                self._drop_connections()
                yield
        finally:
            with self._turn:
                self._frozen = False
                self._turn.notify_all()

    def check_header(self) -> None:
        """Read the header again. Raises `VaultChanged` for a new generation or a lost slot, and as `read_header`."""
        content = headers.read_header_bytes(self.folder)
        if content == self._header_bytes:
            return
        header = headers.parse_header(content)
        if header.vault_id != self.vault_id or header.generation != self.generation:
            raise VaultChanged(
                "保管庫の鍵が新しくなりました。この変更は保存していません",
                next_step="画面を閉じて、もう一度ログインしてください",
            )
        header.verify(self.data_key)
        slot = header.slot(self.staff_id)
        if slot is None:
            raise VaultChanged(
                "あなたの利用は終了しています。この変更は保存していません",
                next_step="取扱責任者に確かめてください",
            )
        if slot.sign_public != self._sign_public:  # with the password, the person got new keys
            raise VaultChanged(
                "あなたのパスワードが再設定されました。この変更は保存していません",
                next_step="取扱責任者から受け取ったパスワードで、もう一度ログインしてください",
            )
        self._header, self._header_bytes = header, content

    def write_header(self, header: Header) -> None:
        """Put `header`, of this generation, in place. Hold the gate (`locks.gate`), and call `check_header` behind it."""
        content = self.sign_header(header).serialise(self.data_key)
        replace_private(self.folder / headers.NAME, content)
        self._header, self._header_bytes = headers.parse_header(content), content

    def sign_header(self, header: Header) -> Header:
        """`header`, in which this person is, as written by them."""
        return header.signed(self.staff_id, self.signing_key)

    def known(self) -> Known:
        """What a mark keeps of the header as last read."""
        if self._known is None or self._known[0] != self._header_bytes:
            self._known = (self._header_bytes, Known.of(self._header, self.data_key))
        return self._known[1]

    def adopt(self, header_bytes: bytes, data_key: bytes) -> None:
        """Go on with the next generation, which has just taken effect. Only inside `alone`."""
        lock_in_memory(data_key)
        self._header, self._header_bytes, self._data_key = (
            headers.parse_header(header_bytes),
            header_bytes,
            data_key,
        )

    def close(self) -> None:
        """Wait for running transactions, close every connection and let go of the keys. May be called twice.

        Python cannot wipe memory; the process is kept from being read and swapped instead (`hardening`).
        """
        if self._mine.depth:
            raise RuntimeError("a transaction is open in this thread")
        with self._turn:
            if self._closed:
                return
            self._turn.wait_for(lambda: not self._frozen)
            self._closed = True
            self._turn.wait_for(lambda: self._active == 0)
        try:
            self._drop_connections()
        finally:
            self._presence.leave()
            self._data_key = None
            self._signing_key = None

    def __enter__(self) -> OpenVault:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> Connection:
        """A new connection, checked against the header; the caller closes it."""
        path = self.database_path
        connection = sqlcipher.connect(path, database_key(self.data_key))
        try:
            check_identity(sqlcipher.identity(connection, path.name), self._header)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connection(self) -> Connection:
        mine = self._mine
        if mine.connection is None or mine.epoch != self._epoch:
            connection = self.connect()
            with self._turn:
                self._connections = self._without_dead_threads()
                self._connections.append((weakref.ref(threading.current_thread()), connection))
                mine.connection, mine.epoch = connection, self._epoch
        return mine.connection

    def _drop_connection(self, connection: Connection) -> None:
        """Close this thread's: SQLCipher remembers a page it could not decipher, and would blame what is read next."""
        with self._turn:
            self._connections = [kept for kept in self._connections if kept[1] is not connection]
        self._mine.connection = None
        connection.close()

    def _without_dead_threads(self) -> list[tuple[weakref.ref[threading.Thread], Connection]]:
        kept = []
        for reference, connection in self._connections:
            thread = reference()
            if thread is not None and thread.is_alive():
                kept.append((reference, connection))
            else:
                connection.close()
        return kept

    def _drop_connections(self) -> None:
        """Close all of them; nobody is inside a transaction now, and nobody can begin one."""
        self._epoch += 1
        connections, self._connections = self._connections, []
        for _, connection in connections:
            connection.close()

    def _require_open(self) -> None:
        if os.getpid() != self._pid:
            raise RuntimeError("an open vault does not survive a fork: open it in the new process")
        if self._closed:
            raise _closed()


def count_commit(connection: Connection) -> int:
    """Count the commit that is about to happen; the new count."""
    connection.execute("UPDATE vault SET commits = commits + 1")
    return int(connection.execute("SELECT commits FROM vault").fetchone()[0])


def check_identity(found: Identity, header: Header) -> None:
    """Raises `IntegrityFailure` when the database is not the one the header speaks of."""
    if (found.vault_id, found.site, found.generation) != (
        header.vault_id,
        header.site.value,
        header.generation,
    ):
        raise IntegrityFailure(
            "データベースが、ヘッダーの保管庫・世代のものではありません",
            where=header.database,
            next_step="書き込みをせず、取扱責任者に知らせてください",
        )


def rollback_mark(vault: OpenVault) -> Mark:
    """How far the vault has come, as its database says now."""
    with vault.read() as connection:
        return mark_of(sqlcipher.identity(connection, vault.database_path.name), vault.known())


def mark_of(found: Identity, known: Known | None = None) -> Mark:
    return Mark(found.vault_id, found.generation, found.commits, known)


def _closed() -> VaultClosed:
    return VaultClosed("保管庫は閉じられています", next_step="もう一度ログインしてください")
