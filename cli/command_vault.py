"""The vault that a command works in: one being erased is settled first, and whoever opens it is told of their logins."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking import password
from cli.erased import concerned
from cli.options import chosen_folder, staff_id
from cli.saying import note
from cli.terminal import terminal_name
from core.errors import Refused

if TYPE_CHECKING:
    from cli.session import Session
    from core.office.logins import CameIn


def vault_folder() -> Path:
    """The vault folder chosen by `--vault` or `IKIIKI_VAULT`. Raises `UsageError` when none is.

    Where an erasure was cut short it is gone on with first; raises `VaultErased` where there is no vault any more.
    """
    folder = chosen_folder()
    if concerned(folder):
        from cli.settling import settle

        settle(folder)
    return folder


@contextmanager
def opened(*, choosing: bool = False) -> Iterator[Session]:
    """The vault, opened by the person named by `--staff`, who is told of their logins before.

    Raises `Refused` while they have to choose a password first, but where that is what they do (`choosing`).
    """
    from cli.session import open_session
    from core.office.logins import DUE_WORDS

    session = open_session(vault_folder(), staff_id(), password(), terminal=terminal_name())
    try:
        tell_logins(session.came)
        if session.came.due is not None and session.office.actor.must_change and not choosing:
            raise Refused(
                DUE_WORDS[session.came.due], where=staff_id(),
                next_step="ikiiki staff password で、新しいパスワードに変えてください",
            )  # fmt: skip
        yield session
    finally:
        session.close()


def tell_logins(came: CameIn) -> None:
    """To whoever sits at a terminal, and to anybody when somebody else has tried to get in."""
    if came.sentences and (came.failed or sys.stderr.isatty()):
        note("・".join(came.sentences))
    if came.strange and sys.stderr.isatty():
        note(f"この端末では初めて開く保管庫です（鍵の指紋 {came.fingerprint}）")
