"""The way in. The screens are opened without Typer: reading three words with it would take as long as painting them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from storage.vault.hardening import harden_start


def run() -> None:
    """Entry point of the `ikiiki` script."""
    harden_start()
    screens = screens_of(sys.argv[1:], os.environ)
    if screens is None:
        from cli.main import run as run_command

        run_command()
        return
    from cli.opening import run_screens
    from cli.telling import telling

    with telling():
        run_screens(*screens)


def screens_of(words: Sequence[str], env: Mapping[str, str]) -> tuple[Path, str] | None:
    """Vault and staff id when these words, as Typer would read them, ask for the screens and for nothing else."""
    told = {"--vault": env.get("IKIIKI_VAULT", ""), "--staff": env.get("IKIIKI_STAFF", "")}
    *options, last = words or [""]
    rest = iter(options)
    for word in rest:
        name, equals, value = word.partition("=")
        if name not in told:
            return None
        given = value if equals else next(rest, None)
        if given is None:  # the last word is its value, and there is no command
            return None
        told[name] = given
    if last != "tui" or not told["--vault"]:
        return None
    return Path(told["--vault"]), told["--staff"]
