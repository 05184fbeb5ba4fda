"""What leaves an open vault by hand, for both faces: an export on a medium, its password notice, 受渡票 and label.

A file appears under its name only after the ledger tells of it; a medium that could not be written leaves no line.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.private_file import create, need_new, write_new
from core.errors import IkiikiError, Refused, UsageError

if TYPE_CHECKING:
    from core.office.custody_items import Item
    from core.office.exporting import Draft
    from core.office.office import Office

_UNNAMED = ".part"
_LARGEST = 1024 * 2**20


def export_medium(office: Office, vault: Path, folder: Path, draft: Draft) -> Item:
    """Write `media-<控番号>.zip` into `folder` and read it back. Raises `Refused` where it must not go, `UsageError`."""
    from storage.bundles.zips import make_zip, open_zip
    from storage.papers.custody import file_name

    _require_by_hand(vault, folder, "媒体")
    if not folder.is_dir():
        raise UsageError(
            "媒体のフォルダがありません",
            where=str(folder),
            next_step="媒体を差し込み、そのフォルダを指定してください",
        )
    name = file_name(draft.id)
    data = make_zip(draft.entries, draft.password)
    unnamed = folder / f"{name}{_UNNAMED}"
    try:
        create(unnamed, data)
        found = open_zip(
            unnamed.read_bytes(), draft.password, most=len(draft.entries), limit=_LARGEST, name=name
        )
        if found != dict(draft.entries):
            raise IkiikiError(
                "媒体に書いたものが、読み返すと違います", next_step="別の媒体でやり直してください"
            )
        office.written.note(str((folder / name).absolute()), data)
        item = office.exporting.exported(draft, data)
        unnamed.replace(folder / name)
    except OSError as error:
        raise UsageError(
            "媒体に書けません",
            where=str(folder),
            next_step="空きと書込み禁止を確かめ、別の媒体でやり直してください",
        ) from error
    finally:
        unnamed.unlink(missing_ok=True)
    return item


def write_password_notice(office: Office, vault: Path, file: Path, name: str) -> Item:
    """パスワード通知書 as PDF at `file`: laid out, then noted, then written.

    Raises `Refused` for a place from which it would go by line, or on the very medium it opens.
    """
    from storage.papers.custody import file_name, notice_pdf

    _require_by_hand(vault, file.parent, "パスワード通知書")
    need_new(file)
    paper = office.exporting.notice(name)
    where = _real(file.parent)
    if any((place / file_name(paper.opens)).exists() for place in (where, *where.parents)):
        raise Refused(
            "パスワード通知書を、その媒体に書くことはできません。まだ何も印刷していません", where=f"控番号 {paper.opens}",
            next_step="この機械の別のフォルダを指定し、紙に印刷してから消してください",
        )  # fmt: skip
    pdf = notice_pdf(paper)
    office.written.note(str(file.absolute()), pdf)
    item = office.exporting.printed(paper)
    write_new(file, pdf)
    return item


def write_slip(office: Office, file: Path, name: str) -> None:
    """受渡票 as PDF at `file`."""
    from storage.papers.custody import slip_pdf

    need_new(file)
    write_new(file, slip_pdf(office.custody_papers.slip(name)))


def write_label(office: Office, file: Path, name: str) -> None:
    """The label as PDF at `file`."""
    from storage.papers.custody import label_pdf

    need_new(file)
    write_new(file, label_pdf(office.custody_papers.label(name)))


def _require_by_hand(vault: Path, folder: Path, what: str) -> None:
    """Raises `Refused` for a folder from which the courier, or whoever shares it, would carry it on."""
    from storage.boxes import COURIER
    from storage.courier.destination import shared_folder

    shared = shared_folder(vault / COURIER)
    where = _real(folder)
    for place in (vault, shared):
        if place is not None and where.is_relative_to(_real(place)):
            raise Refused(
                f"{what}は、送受信（Boxや共有フォルダ）では渡せません。電子メールで送る道もありません。まだ何も書いていません",
                where=str(folder), next_step="手で運ぶ媒体か紙で渡します。別のフォルダを指定してください",
            )  # fmt: skip


def _real(path: Path) -> Path:
    """Where it really lies, links followed."""
    return path.absolute().resolve()
