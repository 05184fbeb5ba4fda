"""What `ikiiki doctor` puts together: every family of checks for this vault, with or without somebody logged in."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cli.clock import now
from cli.erased import concerned
from cli.inside import Inside
from core.checks import Check, failed, passed, unknown
from core.errors import IkiikiError, IntegrityFailure, UsageError
from core.office.ports import Progress
from storage.boxes import COURIER
from storage.courier.credential import given_credential, unseal
from storage.courier.destination import REMOTE, chosen
from storage.doctor.damage import RESTORE, damaged_files
from storage.doctor.files import free_disk, secret_files, vault_files
from storage.doctor.guards import memory, program_files
from storage.doctor.hosts import host_checks
from storage.doctor.keys import courier_keys
from storage.doctor.machine import environment, packages, python_support, shipped_lock, swap
from storage.doctor.place import folder_checks
from storage.doctor.rounds import last_round
from storage.remotes.box.settings import HOSTS, BoxSettings
from storage.vault.hardening import found_at_start
from storage.vault.integrity import check_integrity

_STOP = "使うのをやめ、保管庫をそのまま残して、取扱責任者に知らせてください"
_NOT_LOGGED_IN = unknown(
    "vault", "保管庫の中", "ログインしていないため見ていません", "--staff を付けて実行してください"
)


def examine(
    folder: Path,
    inside: Inside | None,
    *,
    variables: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> list[Check]:
    """All that can be looked at: without `inside` what the courier can see, with it also what the vault knows.

    `progress` is called between two looks, and may stop it there: nothing is changed by any of them.
    """
    known = os.environ if variables is None else variables
    today = now().date()
    erased = concerned(folder)  # then there is no courier any more
    looks: list[Callable[[], Sequence[Check]]] = [
        lambda: [*vault_files(folder), *secret_files(known), free_disk(folder)],
        lambda: [] if erased else damaged_files(folder),
        lambda: [python_support(today), *packages(shipped_lock(), today), swap(), *_environment(known)],
        lambda: [*memory(), program_files()],
        lambda: [] if erased else [*courier_keys(folder, today), last_round(folder, now())],
        lambda: [] if erased else _exchange(folder / COURIER, _credential_of(inside, known), now),
        lambda: [_integrity(inside)] if inside else [_NOT_LOGGED_IN],
        lambda: _vault(inside) if inside else [],
    ]
    checks: list[Check] = []
    for done, look in enumerate(looks):
        if progress is not None:
            progress(done, len(looks))
        checks += look()
    return checks


def unopened(folder: Path, error: IntegrityFailure) -> list[Check]:
    """All that can be looked at when the vault itself would not open."""
    said = f"{error.what}（{error.where}）" if error.where else error.what
    rest = [one for one in examine(folder, None) if one.name != _NOT_LOGGED_IN.name]
    return [*rest, failed("vault", "保管庫の中", said, error.next_step or RESTORE, integrity=True)]


def _environment(variables: Mapping[str, str]) -> list[Check]:
    """What was set when the program was started counts too, though it has been taken away since."""
    return environment(dict(variables) | dict.fromkeys(found_at_start(), ""))


def _vault(inside: Inside) -> list[Check]:
    try:
        return inside.office.checkup.checks()
    except IntegrityFailure as error:  # a damaged page was met on the way
        return [failed("vault", "保管庫の中", error.what, error.next_step or _STOP, integrity=True)]


def _credential_of(inside: Inside | None, variables: Mapping[str, str]) -> Callable[[], str]:
    return inside.office.exchange.courier_credential if inside else lambda: given_credential(variables)


def _exchange(courier: Path, credential: Callable[[], str], moment: Callable[[], dt.datetime]) -> list[Check]:
    """The place of exchange, whichever was chosen."""
    name, title = "place.chosen", "受渡しの場所"
    try:
        there = chosen(courier)
    except UsageError as error:
        return [failed(name, title, f"{error.what}（{error.where}）", error.next_step)]
    if there is None:
        return [
            failed(
                name, title, f"まだ決まっていません（courier/{REMOTE}）",
                "ikiiki sync --remote か ikiiki courier box で決めてください",
            )
        ]  # fmt: skip
    if there.kind == "folder":
        return folder_checks(Path(there.place), f"courier/{REMOTE}")
    try:
        settings = BoxSettings.from_bytes(unseal(courier, credential()))
    except IntegrityFailure as error:
        return [failed(name, title, error.what, error.next_step, integrity=True)]
    except IkiikiError as error:
        return [unknown(name, title, f"Box。{error.what}", error.next_step)]
    from storage.remotes.box.inspection import box_checks

    reached = passed(name, title, f"Boxのフォルダ {settings.folder}")
    return [reached, *host_checks(settings, moment), *box_checks(settings)]


def _integrity(inside: Inside) -> Check:
    """Every page and link of the vault's database."""
    name, title = "vault.integrity", "保管庫の検査"
    found = check_integrity(inside.vault)
    wrong = [one for one in found if one.kind != "unfinished"]
    if wrong:
        kinds = "、".join(sorted({one.kind for one in wrong}))
        return failed(
            name, title, f"{inside.vault.database_path.name} が壊れています（{kinds}、{len(wrong)}か所）",
            RESTORE, integrity=True,
        )  # fmt: skip
    if found:
        return unknown(name, title, found[0].words, "ほかの人が終えてから、もう一度実行してください")
    return passed(name, title, "すべてのページと、行のつながりを確かめました")


def hosts() -> list[str]:
    """What the firewall must let through, and nothing else: port 443 of each."""
    return list(HOSTS)
