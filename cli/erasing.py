"""What joins the erasure's use case to the files and the remote, for both faces; and goes on with one that was cut short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.clock import now
from cli.inside import Inside
from cli.saying import note
from core.canonical import nfc
from core.erasure.copies import Ended, Found, Kind
from core.errors import IkiikiError, LoginFailed, Refused, UsageError
from core.exchange.remote import Remote
from core.office.desk import programme_of
from core.office.places import record_name
from core.office.ports import Progress
from core.office.survivor import CREDENTIAL, survive
from core.office.written import written_files
from storage.boxes import COURIER
from storage.courier.credential import given_credential
from storage.courier.destination import destination, place_of
from storage.courier.folder import Folders, only_one
from storage.courier.places import used_places
from storage.erasure.begun import unsigned
from storage.erasure.execute import Execution
from storage.erasure.journal import NAME as JOURNAL
from storage.erasure.journal import Journal, Paper
from storage.erasure.survey import survey
from storage.erasure.survivor import build
from storage.store import MIGRATIONS
from storage.store.tx import VaultStore, VaultTx
from storage.vault.erased import kept_beside, read_pointer, refuse_erased, write_pointer
from storage.vault.header import read_header
from storage.vault.marks import advance_mark, default_state_dir, read_mark
from storage.vault.opened import OpenVault, rollback_mark
from storage.vault.sqlcipher import Connection
from storage.vault.trust import fingerprint

SAID = "消去の途中です。続けます"
Login = Callable[[], tuple[str, str]]
Named = Callable[[], str]


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


def found_of(inside: Inside) -> list[Found]:
    """Every file there is to erase: below the vault, and those the program wrote elsewhere."""
    return [*survey(inside.folder.absolute()), *_found(_papers(inside)), *_former(inside)]


def erase(
    inside: Inside, programme_name: str, progress: Progress | None = None, unprinted: str = ""
) -> Erased:
    """From the agreement of two people to the end. The vault is closed by then, and gone afterwards.

    Raises `Refused` with nothing changed; once it has begun, whatever stops it leaves it to be gone on with.
    """
    folder = inside.folder.absolute()
    kept = kept_beside(folder)
    former = _former(inside)
    with VaultStore(inside.vault).read() as tx:
        seen = tx.access.head()
    begun = inside.office.erasing.ready(programme_name, unprinted)
    credential = _kept_credential(inside)

    def fill(old: Connection, new: Connection) -> None:
        # Somebody may have taken the word back, or written something, before the vault was held alone.
        if VaultTx(old).access.head() != seen:
            raise Refused(
                "消去を始めるあいだに、ほかの人がこの保管庫を使いました。まだ何も消していません",
                next_step="ikiiki erase plan で、いまの状態を確かめてから、もう一度行ってください",
            )
        survive(VaultTx(old), VaultTx(new), begun, now(), inside.vault.entropy)

    papers = _papers(inside)
    found = [*survey(folder), *_found(papers), *former]
    with inside.vault.alone(), only_one(Folders(folder)):
        build(inside.vault, kept, fill, MIGRATIONS, found, papers)
        write_pointer(folder, kept)  # from here on there is no way back
    inside.close()
    execution = _execution(UnderWay(folder, kept, over=False), lambda: credential or given_credential())
    return _finish(execution, kept, progress)


def erase_and_tell(inside: Inside, programme_name: str, progress: Progress | None, unprinted: str) -> str:
    """`erase`, for a screen that has no vault to go back to once it has begun."""
    folder = inside.folder.absolute()
    try:
        done = erase(inside, programme_name, progress, unprinted)
    except IkiikiError as error:
        if under_way(folder) is None:
            raise
        inside.close()
        return f"消去は途中です。{error}"
    return f"消去が終わりました。Esc で終了し、残したものは --vault {done.kept} で開いてください"


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


def go_on(
    one: UnderWay, login: Login, progress: Progress | None = None, *, named: Named | None = None
) -> Erased:
    """Go on with an erasure that was cut short, if somebody whom this machine knows has begun it.

    `login` gives a staff id and a password; asked for Box's sake, and where this machine does not know who began it. `named`
    gives the programme's name as a person types it: without, a machine that knows nothing of the vault does not go on.
    Raises `IntegrityFailure` for a journal that somebody laid there, `Refused` for an erasure that has not begun.
    """
    if not one.over:
        _need_begun(one, login, named)
    execution = _execution(one, lambda: _credential(one.kept, login))
    if not one.over:
        note(SAID)
    return _finish(execution, one.kept, progress)


def sign_if_due(inside: Inside) -> None:
    """Put a completed erasure on signed record, when whoever has logged in to the survivor may."""
    if inside.office.erasing.unsigned():
        journal = Journal(inside.folder.absolute(), now)
        if journal.done_at:
            inside.office.erasing.sign(journal.ended(), journal.done_at)


def _execution(one: UnderWay, credential: Callable[[], str]) -> Execution:
    def remote() -> Remote:
        return destination(one.old / COURIER, credential)

    return Execution(one.old, one.kept, now, remote)


def _finish(execution: Execution, kept: Path, progress: Progress | None) -> Erased:
    try:
        execution.run(progress)
    except IkiikiError as error:
        step = error.next_step or "もう一度実行してください"
        error.next_step = f"{step}。消去は途中です。何か命令を実行すると、続きから進みます"
        raise
    return Erased(kept, tuple(execution.journal.ended()))


def _need_begun(one: UnderWay, login: Login, named: Named | None) -> None:
    """What is to go was signed by somebody who is, or was, in the vault as this machine knows it; or a person says so anew."""
    journal, vault_id = Journal(one.kept, now), read_header(one.kept).vault_id
    if journal.beginning is None or not journal.beginning.holds(vault_id):
        raise unsigned(str(one.kept))
    mark = read_mark(default_state_dir(), vault_id)
    if journal.beginning.known_by(mark):
        return
    from storage.vault.vault import open_vault

    if (
        mark is not None and mark.known is not None
    ):  # let in since: the header's writers are held against the mark
        open_vault(one.kept, *login(), migrations=MIGRATIONS, now=now).close()
        if not journal.beginning.known_by(read_mark(default_state_dir(), vault_id)):
            raise unsigned(str(one.kept))
    elif named is None:
        raise Refused(
            "消去の途中の保管庫ですが、この端末では初めて開きます。まだ何も消していません", where=str(one.kept),
            next_step="消去を始めた端末で続けてください。その端末がもうないときは、取扱責任者が --staff を付けて ikiiki erase run を実行します",
        )  # fmt: skip
    else:
        with TemporaryDirectory() as away, open_vault(
            one.kept, *login(), migrations=MIGRATIONS, now=now, state_dir=Path(away) / "marks"
        ) as vault:  # fmt: skip
            _ask_anew(one, journal, vault, named)
            advance_mark(default_state_dir(), rollback_mark(vault))


def _ask_anew(one: UnderWay, journal: Journal, vault: OpenVault, named: Named) -> None:
    """On a machine that knows nothing of the vault: what would go, and the programme's name as at the beginning."""
    if journal.beginning is None or journal.beginning.by not in vault.known().signers:
        raise unsigned(str(one.kept))
    with VaultStore(vault).read() as tx:
        name = programme_of(tx).name
    place = place_of(one.old / COURIER)
    gone = [str(one.old), *([place] if place else []), *(paper.path for paper in journal.papers())]
    note(f"この端末では初めて開く保管庫です（鍵の指紋 {fingerprint(vault.known())}）。消去の続きで消すもの:")
    note("\n".join(f"  {each}" for each in gone))
    if nfc(named().strip()) != nfc(name):
        raise UsageError(
            "入力した事業の名前が違います。まだ何も消していません",
            next_step="事業の名前を、そのまま入力してください",
        )


def _credential(kept: Path, login: Login) -> str:
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


def _kept_credential(inside: Inside) -> str:
    with VaultStore(inside.vault).read() as tx:
        return tx.settings.get(CREDENTIAL) or ""


def _former(inside: Inside) -> list[Found]:
    """Places of exchange used before: what lies beside the vault about them goes with it, so the vault takes it over."""
    courier = inside.folder / COURIER
    inside.office.places.note(used_places(courier), place_of(courier))
    return [
        Found(Kind.FORMER, record_name(number, one), 0)
        for number, one in enumerate(inside.office.places.former(), start=1)
    ]


def _found(papers: list[Paper]) -> list[Found]:
    return [Found(Kind.PAPER, one.name, 0) for one in papers]


def _papers(inside: Inside) -> list[Paper]:
    with VaultStore(inside.vault).read() as tx:
        return [
            Paper(f"{'credential' if one.last else 'paper'}-{number}", one.path, one.sha256, one.last)
            for number, one in enumerate(written_files(tx), start=1)
        ]


__all__ = [
    "Erased",
    "UnderWay",
    "erase",
    "erase_and_tell",
    "found_of",
    "go_on",
    "refuse_erased",
    "sign_if_due",
    "under_way",
]
