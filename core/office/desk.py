"""What every use case is handed, and the two things nearly each of them does: open a transaction, write the logs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.errors import Refused
from core.office.ports import Entropy, Now, Store, Tx
from core.office.unsettled import MEANWHILE, need_settled
from core.programme import Programme, parse_programme
from core.programme_safeguards import held
from core.roles import Actor, Right

KEPT = "programme_kept"
"""At the ward: the programme whose safeguards hold while those of a newer one wait for a word (`core.office.rules`); else ""."""


@dataclass(frozen=True)
class Desk:
    """A person at work in an open vault."""

    store: Store
    actor: Actor
    signer: Ed25519PrivateKey
    """The person's own key: signs their ledger lines."""
    now: Now
    entropy: Entropy
    terminal: str = ""
    """Where the person sits (tty or "sync"), for the access log."""

    @contextmanager
    def reading(self, right: Right = Right.READ) -> Iterator[Tx]:
        """A read transaction, after checking `right`."""
        self.actor.require(right)
        with self.store.read() as tx:
            yield tx

    @contextmanager
    def writing(self, right: Right, *, meanwhile: bool = False) -> Iterator[Tx]:
        """A write transaction, after checking `right`. While a restored vault waits (`core.office.unsettled`), only for those who
        look, and for what is in nobody's books (`meanwhile`).
        """
        self.actor.require(right)
        with self.store.write() as tx:
            if not meanwhile and right not in MEANWHILE:
                need_settled(tx)
            yield tx

    def log(self, tx: Tx, act: str, detail: str = "") -> None:
        """Add to the access log: codes and numbers only, no personal data."""
        tx.access.append(self.now(), self.actor.staff_id, act, detail, self.terminal)


def programme_of(tx: Tx) -> Programme:
    """The programme this vault runs, with the safeguards that hold here. Raises `Refused` when none has arrived yet."""
    text = tx.settings.get("programme")
    if text is None:
        raise Refused(
            "事業の設定（programme.toml）がまだありません",
            next_step="区では、送受信で委託先からの設定を取り込んでください",
        )
    return _parsed(text, tx.settings.get(KEPT) or "")


@lru_cache(maxsize=4)
def _parsed(text: str, kept: str) -> Programme:
    """The texts change once a year, and every page of a list asks."""
    programme = parse_programme(text, checked=True)
    return held(programme, parse_programme(kept, checked=True)) if kept else programme


def iso(moment: dt.datetime) -> str:
    """RFC 3339 to the second, with offset."""
    return moment.isoformat(timespec="seconds")
