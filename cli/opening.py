"""The screens and the vault they open. What only an opened vault needs is loaded while the password is typed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from cli.clock import now
from cli.erased import ERASED, concerned
from cli.keys_file import keys_at_start
from cli.private_file import need_outside
from cli.terminal import terminal_name
from core.errors import UsageError
from core.roles import SITE_WORDS, Site
from storage.vault.hardening import harden_process
from storage.vault.header import parse_header, read_header_bytes

if TYPE_CHECKING:
    from cli.session import Session


def site_of(folder: Path) -> Site:
    """Whose vault it is, from its header (not authenticated before somebody logs in)."""
    try:
        return parse_header(read_header_bytes(folder.absolute())).site
    except FileNotFoundError as error:
        raise UsageError(
            "ここに保管庫がありません", where=str(folder), next_step="--vault の場所を確かめてください"
        ) from error


@dataclass(frozen=True)
class VaultOpener:
    """What the screens are handed (`tui.opener.Opener`)."""

    folder: Path

    @property
    def site(self) -> Site:
        return site_of(self.folder)

    @property
    def title(self) -> str:
        if (self.folder / ERASED[0]).exists():  # since the screens were opened
            return "消去された保管庫"
        return f"{SITE_WORDS[self.site]}の保管庫"

    def need_outside(self, place: Path) -> Path:
        return need_outside(place)

    def open(self, staff_id: str, password: str) -> Session:
        from cli.session import open_session

        return open_session(self.folder, staff_id, password, terminal=terminal_name())


def run_screens(folder: Path, staff_id: str) -> None:
    """The Textual app on one vault, until it is left. Raises `UsageError` where there is no vault, or no terminal."""
    if concerned(folder):
        from cli.settling import settle

        settle(folder)
    site_of(folder)
    if not (os.isatty(0) and os.isatty(2)):  # it reads the one and paints on the other
        raise UsageError(
            "端末がないため画面を開けません",
            next_step="端末から開いてください。SSHでは、うしろに命令を付けずにつなぎます（または ssh -t）",
        )
    harden_process()
    from tui.ambiguous import ambiguous_from
    from tui.kind import kind_of

    ambiguous, kind = ambiguous_from(os.environ), kind_of(os.environ)
    import tui  # noqa: F401 - shuts the door before Textual is imported
    from tui.app import IkiikiApp
    from tui.opener import Config

    keymap, notice = keys_at_start()
    config = Config(
        staff_id=staff_id, folder=Path.cwd(), shown=_load_the_rest, keymap=keymap, notice=notice,
        kind=kind, ambiguous=ambiguous,
    )  # fmt: skip
    raise SystemExit(IkiikiApp(VaultOpener(folder), now, config).run() or 0)


def _load_the_rest() -> None:
    """Beside the person who types a password."""

    def load() -> None:
        for module in ("cli.session", "tui.workspace"):
            import_module(module)

    Thread(target=load, daemon=True).start()
