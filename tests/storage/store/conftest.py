"""A vault's tables in memory, without the vault around them."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from core.applicant import Applicant, Application, Route, State
from storage.store import VaultStore, VaultTx
from storage.store.rows import Connection
from tests.tables import fresh_tables

JST = dt.timezone(dt.timedelta(hours=9))


class MemoryVault:
    """Transactions over one connection, as an open vault gives them."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self._connection.execute("BEGIN")
        try:
            yield self._connection
        finally:
            self._connection.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise


@pytest.fixture(scope="session")
def new_tables() -> Callable[[], Any]:
    """Gives empty tables as often as asked: one set for each of Hypothesis's examples."""
    return fresh_tables


@pytest.fixture
def connection() -> Iterator[Any]:
    opened = fresh_tables()
    yield opened
    opened.close()


@pytest.fixture
def tx(connection: Any) -> VaultTx:
    """The tables, each statement its own transaction."""
    return VaultTx(connection)


@pytest.fixture
def store(connection: Any) -> VaultStore:
    return VaultStore(MemoryVault(connection))


@pytest.fixture(scope="session")
def at() -> dt.datetime:
    return dt.datetime(2026, 4, 20, 9, 30, 15, 250, tzinfo=JST)


@pytest.fixture(scope="session")
def refused_by_table() -> type[Exception]:
    """What the database itself raises when a rule of a table is broken."""
    error: type[Exception] = dbapi2.IntegrityError
    return error


RECORD_LETTERS = "ABCDEFGHJK"


@pytest.fixture(scope="session")
def make() -> Callable[..., Application]:
    """Makes an application; what is not said is ordinary. Items of the applicant go by their names."""

    def build(number: int = 1, **given: Any) -> Application:
        who: dict[str, Any] = {
            "kana": "ヤマダ タロウ",
            "birth_date": dt.date(1950, 3, 4),
            "postal_code": "1600022",
            "address": "新宿区新宿1-2-3 ハイツ101",
            "phone": "0312345678",
            "email": None,
            "preferences": ("A", "B"),
            "group": None,
        }
        facts: dict[str, Any] = {
            "number": number,
            "record": "".join(RECORD_LETTERS[int(digit)] for digit in f"{number:010}"),
            "state": State.ACCEPTED,
            "route": Route.WEB,
            "source": "web-form.csv",
            "receipt": f"W-{number:03}",
            "problems": (),
            "warnings": (),
            "version": 1,
            "reason": None,
        }
        for name, value in given.items():
            (who if name in who else facts)[name] = value
        return Application(applicant=Applicant(**who), **facts)

    return build
