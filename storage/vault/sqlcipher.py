"""Opening a SQLCipher database so that it is really encrypted, really ours, and safe to write.

Use `connect` and `create`; nothing else in the program opens a database. Each trap has its guard: a key of the wrong
length is taken for a passphrase, no key makes a plain file, an empty file opens as a fresh store, and SQLCipher
reports to stderr, through the screen, unless told not to.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3
import sqlcipher3.dbapi2

from core.errors import IkiikiError, IntegrityFailure
from storage.vault.files import check_private, make_private, sync_file, sync_folder

if TYPE_CHECKING:
    import sqlite_utils

# sqlite_utils takes the exceptions it catches from `pysqlite3` when there is one: they must be SQLCipher's, or
# alter=True, drop(ignore=True) and RETURNING fail. Before its import, hence here.
sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2

dbapi2: Any = sqlcipher3.dbapi2
"""The driver; the package has no types."""
Connection = Any
"""A `dbapi2.Connection`."""

APPLICATION_ID = 0x696B696B
"""'ikik'."""
PAGE_BYTES = 4096
BUSY_SECONDS = 5.0
CACHE_KIB = 2560
"""Of each connection, and each thread has one: lists are read by index, a screenful at a time."""
WRITING_CACHE_KIB = 64 * 1024
"""While a transaction writes: an import whose indexes do not fit takes twice as long."""
_IN_ORDER = (("1",), (1,))
"""What `PRAGMA cipher_status` answers while there is a key and no page has failed."""
_RAW_KEY = re.compile(r"x'[0-9a-f]{64}'")
_PLAIN_MAGIC = b"SQLite format 3\x00"

# https://sqlite.org/rescode.html
_ERROR, _BUSY, _LOCKED, SQLITE_READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = (
    1,
    5,
    6,
    8,
    10,
    11,
    13,
    14,
    26,
)


@dataclass(frozen=True)
class Identity:
    """What a database says it is: the one row of the table `vault`."""

    vault_id: str
    site: str
    generation: int
    commits: int
    """Grows by one with every committed write; see `marks`."""


_CREATE = """
CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    vault_id TEXT NOT NULL,
    site TEXT NOT NULL,
    generation INTEGER NOT NULL,
    commits INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT
"""


def raw_key(key: bytes) -> str:
    """SQLCipher's notation of a raw 256-bit key. Anything else would be stretched as a passphrase."""
    text = f"x'{key.hex()}'"
    if not _RAW_KEY.fullmatch(text):
        raise ValueError("a database key has exactly 32 bytes")
    return text


def database(connection: Connection) -> sqlite_utils.Database:
    """`connection` for schema and inspection. Rows in bulk go through `executemany`: it is 12 times faster."""
    import sqlite_utils

    return sqlite_utils.Database(connection)


def connect(path: Path, key: bytes) -> Connection:
    """A connection to an existing database, autocommit mode, to be used by one thread at a time.

    Raises `IntegrityFailure` for a missing, empty, plain, altered or foreign file, or a wrong key, and as
    `check_private`. Rows are not read yet: compare `identity` next.
    """
    _check_file(path)
    try:
        return _connected(path, key)
    except IntegrityFailure:
        _refuse_plain(path)
        raise


def _connected(path: Path, key: bytes) -> Connection:
    connection = _opened(path, key)
    try:
        with translated(path.name):
            _settle(connection)
            application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        if application_id != APPLICATION_ID:
            raise _foreign(path)
    except BaseException:
        connection.close()
        raise
    return connection


def create(path: Path, key: bytes, identity: Identity, created_at: str) -> Connection:
    """Make the database `path`, 0600, with its `vault` row. Raises `FileExistsError` when something is there."""
    make_private(path)
    connection = _opened(path, key)
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        _settle(connection)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_CREATE)
        connection.execute(
            "INSERT INTO vault VALUES (1, ?, ?, ?, ?, ?)",
            (identity.vault_id, identity.site, identity.generation, identity.commits, created_at),
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def identity(connection: Connection, name: str) -> Identity:
    """The `vault` row. Raises `IntegrityFailure` when there is none. `name` is the file's, for the message."""
    with translated(name):
        try:
            row = connection.execute("SELECT vault_id, site, generation, commits FROM vault").fetchone()
        except dbapi2.OperationalError as error:
            if error.sqlite_errorcode != _ERROR:
                raise
            row = None  # no such table, or other columns
    if row is None:
        raise IntegrityFailure("保管庫の番号がありません", where=name)
    return Identity(*row)


def copy_into(connection: Connection, path: Path, key: bytes) -> None:
    """One-step backup of all committed content into the new file `path` under `key`, checked and synced.

    In one step it takes a fraction of a second while others write; in small steps it may never end. Raises `IntegrityFailure`
    when a page of the source cannot be deciphered; what fails leaves no file.
    """
    make_private(path)
    try:
        target = _opened(path, key)
        try:
            connection.backup(target)
            require_deciphered(connection)
            target.execute("PRAGMA journal_mode = DELETE")
            findings = target.execute("PRAGMA integrity_check(1)").fetchall()
        finally:
            target.close()
        if findings != [("ok",)]:
            raise IntegrityFailure("控えを作りましたが、検査に通りません", where=path.name)
    except BaseException:
        path.unlink()  # nobody may take it for a copy
        raise
    sync_file(path)
    sync_folder(path.parent)


def checkpoint(connection: Connection) -> bool:
    """Move the write-ahead log into the database file. False when another reader or writer stood in the way."""
    row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(row[0] == 0)


@contextmanager
def room_to_write(connection: Connection) -> Iterator[None]:
    """A cache as large as a long import needs, for as long as a transaction lasts."""
    connection.execute(f"PRAGMA cache_size = -{WRITING_CACHE_KIB}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def deciphered(connection: Connection) -> bool:
    """Whether every page read since `connection` was opened had the right MAC.

    SQLCipher reads a page that has not as zeros. Where that is a page of a table, SQLite calls it malformed; where it holds but the
    rest of a long value, no statement fails and the value ends in zeros. A backup and an export take those over, and nothing but
    this tells (`tests/storage/vault/test_vault_long_values.py`).
    """
    return connection.execute("PRAGMA cipher_status").fetchone() in _IN_ORDER


def require_deciphered(connection: Connection) -> None:
    """To be called after reading and before relying on it. Raises `IntegrityFailure`, naming the file, unless `deciphered`."""
    if not deciphered(connection):
        raise unreadable(Path(connection.execute("PRAGMA database_list").fetchone()[2]).name)


@contextmanager
def deciphering(connection: Connection, name: str) -> Iterator[None]:
    """`translated`, and `require_deciphered` at the end: in place, too, of whatever error the zeros led to."""
    try:
        with translated(name):
            yield
    finally:
        if not deciphered(connection):
            raise unreadable(name) from None


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn SQLite's own errors into ours: damage into `IntegrityFailure`, a busy or full disk into `IkiikiError`.

    Broken constraints and mistakes in SQL pass through: they are the caller's.
    """
    try:
        yield
    except dbapi2.DatabaseError as error:
        readable = _readable(error, name)
        if readable is None:
            raise
        raise readable from None  # the chain would quote SQL, and with it column values


def unreadable(name: str) -> IntegrityFailure:
    """What a page that is not what was written is called, whoever meets it."""
    return IntegrityFailure(
        "保管庫のデータベースを読めません。壊れているか、書き換えられています",
        where=name,
        next_step="書き込みをせず、取扱責任者に知らせて、控えから復元してください（ikiiki restore）",
    )


def _readable(error: Exception, name: str) -> IkiikiError | None:
    code = getattr(error, "sqlite_errorcode", 0) or 0
    primary = code & 0xFF
    if primary in (_CORRUPT, _NOTADB):
        return unreadable(name)
    if primary in (_BUSY, _LOCKED):
        return IkiikiError(
            "ほかの処理が書き込みを続けているため、待ちきれませんでした",
            where=name,
            next_step="少し待ってから、もう一度お試しください",
        )
    if primary == _FULL:
        return IkiikiError(
            "ディスクがいっぱいです。変更は保存されていません", where=name, next_step="空きを作ってください"
        )
    if primary in (_IOERR, _CANTOPEN, SQLITE_READONLY):
        return IkiikiError(
            "保管庫のファイルを読み書きできません。変更は保存されていません",
            where=name,
            next_step="ディスクと権限を確かめてください",
        )
    return None


def _opened(path: Path, key: bytes) -> Connection:
    key_text = raw_key(key)
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = dbapi2.connect(
        uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.set_key(key_text)
        if not deciphered(connection):  # a build without the cipher answers nothing at all
            raise IkiikiError("暗号化されたデータベースを開けません", next_step="ikiikiを入れ直してください")
    except BaseException:
        connection.close()
        raise
    return connection


def _settle(connection: Connection) -> None:
    connection.execute(
        "SELECT count(*) FROM sqlite_schema"
    ).fetchone()  # the first page: the key fits, or not
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise IkiikiError(
            "このディスクでは保管庫を安全に使えません（WALが使えません）",
            next_step="手元のディスクに置いてください",
        )
    for setting in (
        "synchronous = FULL",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {setting}")


def _check_file(path: Path) -> None:
    try:
        check_private(path)
        for ending in ("-wal", "-shm", "-journal"):
            beside = path.with_name(path.name + ending)
            try:
                check_private(beside)
            except FileNotFoundError:
                continue  # made and removed by SQLite as it needs them
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise IntegrityFailure(
            "保管庫のデータベースがありません", where=path.name, next_step="控えから復元してください"
        ) from error
    if size < len(_PLAIN_MAGIC):
        raise IntegrityFailure(
            "保管庫のデータベースが空です", where=path.name, next_step="控えから復元してください"
        )


def _refuse_plain(path: Path) -> None:
    """Say so when what did not open is not encrypted at all.

    Not looked at before opening: closing a plain descriptor gives up every POSIX lock this process holds on the file
    (https://sqlite.org/howtocorrupt.html, 2.2), those of its other connections among them.
    """
    with path.open("rb") as file:
        head = file.read(len(_PLAIN_MAGIC))
    if head == _PLAIN_MAGIC:
        raise IntegrityFailure("保管庫のデータベースが暗号化されていません", where=path.name)


def _foreign(path: Path) -> IntegrityFailure:
    return IntegrityFailure("ikiikiの保管庫のデータベースではありません", where=path.name)
