"""What joins the erasure's use case to the files and the remote, for both faces; and goes on with one that was cut short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.clock import now
from cli.private_file import need_new, write_new
from core.erasure.copies import Ended, Found, Kind
from core.errors import IkiikiError, LoginFailed
from core.exchange.remote import Remote
from core.office.places import record_name
from core.office.ports import Progress
from core.office.survivor import CREDENTIAL, survive
from core.office.written import written_files
from storage.boxes import COURIER
from storage.courier.credential import given_credential
from storage.courier.destination import destination, place_of
from storage.courier.folder import Folders, only_one
from storage.courier.places import used_places
from storage.erasure.execute import Execution
from storage.erasure.journal import NAME as JOURNAL
from storage.erasure.journal import Journal, Paper
from storage.erasure.survey import survey
from storage.erasure.survivor import build
from storage.store import MIGRATIONS
from storage.store.tx import VaultStore, VaultTx
from storage.vault.erased import kept_beside, read_pointer, refuse_erased, write_pointer
from storage.vault.sqlcipher import Connection

if TYPE_CHECKING:
    from cli.wiring import Session

SAID = "消去の途中です。続けます"


@dataclass(frozen=True)
class Erased:
    """How an erasure ended."""

    kept: Path
    ended: tuple[Ended, ...]


@dataclass(frozen=True)
class UnderWay:
    """An erasure of `old` that has begun; `over` once it is complete."""

    old: Path
    kept: Path
    over: bool


def found_of(session: Session) -> list[Found]:
    """Every file there is to erase: below the vault, and those the program wrote elsewhere."""
    return [*survey(session.folder.absolute()), *_found(_papers(session)), *_former(session)]


def erase(
    session: Session, programme_name: str, progress: Progress | None = None, unprinted: str = ""
) -> Erased:
    """From the agreement of two people to the end. The session's vault is gone afterwards, and the session closed.

    Raises `Refused` with nothing changed; once it has begun, whatever stops it leaves it to be gone on with.
    """
    folder = session.folder.absolute()
    kept = kept_beside(folder)
    begun = session.office.erasing.ready(programme_name, unprinted)
    credential = _kept_credential(session)

    def fill(old: Connection, new: Connection) -> None:
        survive(VaultTx(old), VaultTx(new), begun, now(), session.vault.entropy)

    papers = _papers(session)
    found = [*survey(folder), *_found(papers), *_former(session)]
    with session.vault.alone(), only_one(Folders(folder)):
        build(session.vault, kept, fill, MIGRATIONS, found, papers)
        write_pointer(folder, kept)  # from here on there is no way back
    session.close()
    return _finish(UnderWay(folder, kept, over=False), lambda: credential or given_credential(), progress)


def erase_and_tell(session: Session, programme_name: str, progress: Progress | None, unprinted: str) -> str:
    """`erase`, for a screen that has no vault to go back to once it has begun."""
    folder = session.folder.absolute()
    try:
        done = erase(session, programme_name, progress, unprinted)
    except IkiikiError as error:
        if under_way(folder) is None:
            raise
        session.close()
        return f"消去は途中です。{error}"
    return f"消去が終わりました。Esc で終了し、残したものは --vault {done.kept} で開いてください"


def write_report(session: Session, file: Path) -> str:
    """See `Ending.write_erasure_report`."""
    from storage.papers.erasure_report import erasure_report_pdf

    evidence = file.with_suffix(".evidence")
    for one in (file, evidence):
        need_new(one)
    report = session.office.erasing.report()
    write_new(file, erasure_report_pdf(report))
    write_new(evidence, report.record)
    return report.paper


def write_disclosure(session: Session, file: Path, number: int) -> str:
    """See `Ending.write_disclosure`."""
    from storage.papers.disclosure import disclosure_pdf

    held = session.office.person.disclose(number)
    session.leave(file, disclosure_pdf(held))
    return held.copy


def under_way(folder: Path) -> UnderWay | None:
    """Whether `folder` was, or is being, erased, or is what survives an erasure; None for any other."""
    folder = folder.absolute()
    kept = read_pointer(folder)
    if kept is not None:
        return UnderWay(folder, kept, over=bool(Journal(kept, now).done_at))
    if (folder / JOURNAL).is_file():
        journal = Journal(folder, now)
        return UnderWay(folder.with_name(journal.old), folder, over=bool(journal.done_at))
    return None


def go_on(one: UnderWay, login: Callable[[], tuple[str, str]], progress: Progress | None = None) -> Erased:
    """Go on with an erasure that was cut short. `login` gives a staff id and a password; asked only for Box's sake."""
    return _finish(one, lambda: _credential(one.kept, login), progress)


def sign_if_due(session: Session) -> None:
    """Put a completed erasure on signed record, when whoever has logged in to the survivor may."""
    if session.office.erasing.unsigned():
        journal = Journal(session.folder.absolute(), now)
        if journal.done_at:
            session.office.erasing.sign(journal.ended(), journal.done_at)


def _finish(one: UnderWay, credential: Callable[[], str], progress: Progress | None) -> Erased:
    def remote() -> Remote:
        return destination(one.old / COURIER, credential)

    execution = Execution(one.old, one.kept, now, remote)
    try:
        execution.run(progress)
    except IkiikiError as error:
        step = error.next_step or "もう一度実行してください"
        error.next_step = f"{step}。消去は途中です。何か命令を実行すると、続きから進みます"
        raise
    return Erased(one.kept, tuple(execution.journal.ended()))


def _credential(kept: Path, login: Callable[[], tuple[str, str]]) -> str:
    """The way into Box: as the process was given it, or out of the vault that survives."""
    try:
        return given_credential()
    except LoginFailed:
        staff_id, password = login()
    from storage.vault.vault import open_vault

    opened = open_vault(kept, staff_id, password, migrations=MIGRATIONS, now=now)
    with opened as vault, VaultStore(vault).read() as tx:
        found = tx.settings.get(CREDENTIAL)
    if not found:
        raise LoginFailed(
            "Boxの資格情報がありません", next_step="Boxの管理者に、フォルダの中身を消してもらってください"
        )
    return found


def _kept_credential(session: Session) -> str:
    with VaultStore(session.vault).read() as tx:
        return tx.settings.get(CREDENTIAL) or ""


def _former(session: Session) -> list[Found]:
    """Places of exchange used before: what lies beside the vault about them goes with it, so the vault takes it over."""
    courier = session.folder / COURIER
    session.office.places.note(used_places(courier), place_of(courier))
    return [
        Found(Kind.FORMER, record_name(number, one), 0)
        for number, one in enumerate(session.office.places.former(), start=1)
    ]


def _found(papers: list[Paper]) -> list[Found]:
    return [Found(Kind.PAPER, one.name, 0) for one in papers]


def _papers(session: Session) -> list[Paper]:
    with VaultStore(session.vault).read() as tx:
        return [
            Paper(f"{'credential' if one.last else 'paper'}-{number}", one.path, one.sha256, one.last)
            for number, one in enumerate(written_files(tx), start=1)
        ]


__all__ = [
    "SAID",
    "Erased",
    "UnderWay",
    "erase",
    "erase_and_tell",
    "found_of",
    "go_on",
    "refuse_erased",
    "sign_if_due",
    "under_way",
    "write_disclosure",
    "write_report",
]
