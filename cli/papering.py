"""The papers of an open vault, for both faces: laid out by storage, noted by core, in the order that leaves no false line.

A PDF is laid out first, whole; then that it was printed is noted; then it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.clock import now
from cli.private_file import need_new, need_outside, write_new
from core.canonical import nfc
from core.disk import name_taken
from core.errors import UsageError
from core.notice_kinds import Form

if TYPE_CHECKING:
    from cli.inside import Inside
    from core.office.mailing import MailReport
    from core.office.notices import NoticeItem
    from core.office.office import Office
    from core.office.paper_desk import Wanted
    from core.office.ports import Progress
    from core.office.review_paper import PaperList
    from core.papers import Paper

LARGEST_FILE = 64 * 1024


def write_notices(
    office: Office,
    file: Path,
    items: Sequence[NoticeItem],
    form: Form,
    write: Callable[[Path, bytes], None],
    *,
    again: bool = False,
) -> list[Path]:
    """The notices as PDF at `file` (a second and third file for more than 500); the paths written."""
    from storage.papers.letters import letter_pdfs
    from storage.papers.postcards import postcard_pdfs

    notices = [item.notice for item in items]
    pdfs = list(
        letter_pdfs(notices, office.letter_window.get()) if form is Form.LETTER else postcard_pdfs(notices)
    )
    names = [file, *(file.with_name(f"{file.stem}-{n}{file.suffix}") for n in range(2, len(pdfs) + 1))]
    for name in names:
        need_new(name)
    office.notices.printed(items, form, again=again)
    for name, pdf in zip(names, pdfs, strict=True):
        write(name, pdf)
    return names


def write_register(inside: Inside, file: Path, wanted: Wanted, progress: Progress | None) -> Paper:
    """A register or report at `file`, a new file ending in .pdf or .xlsx. It is laid out first, then noted, then written."""
    from core.papers import PaperKind
    from storage.doctor.machine import shipped_lock
    from storage.papers.registers import paper_writer

    need_new(file)
    lay_out = paper_writer(file.name)
    office = inside.office
    if wanted.kind is PaperKind.AUDIT:
        from cli.doctoring import examine
        from cli.software import software

        checks = examine(inside.folder.absolute(), inside, progress=progress)
        wanted = replace(wanted, software=software(shipped_lock()), checks=checks)
    paper = office.papers.draft(wanted)
    made = lay_out(paper)
    office.papers.made(paper, made.pages)
    if wanted.kind is PaperKind.ROSTER:
        inside.leave(file, made.data)
    else:
        write_new(file, made.data)
    return paper


def write_review_list(inside: Inside, file: Path, stage: str) -> PaperList:
    """点検一覧 as PDF at `file`, a new file."""
    from storage.papers.review_list import review_list_pdf

    need_new(file)
    paper = inside.office.review_paper.draft(stage)
    pdf = review_list_pdf(paper)
    inside.office.review_paper.printed(paper)
    inside.leave(file, pdf)
    return paper


def write_disclosure(inside: Inside, file: Path, number: int) -> str:
    """開示 of one person as PDF at `file`; the paper's 控番号."""
    from storage.papers.disclosure import disclosure_pdf

    held = inside.office.person.disclose(number)
    inside.leave(file, disclosure_pdf(held))
    return held.copy


def write_erasure_report(office: Office, file: Path) -> str:
    """消去報告書 as PDF at `file`, and beside it, ending in `.evidence`, the signed record; the paper's 控番号."""
    from storage.papers.erasure_report import erasure_report_pdf

    evidence = file.with_suffix(".evidence")
    for one in (file, evidence):
        need_new(one)
    report = office.erasing.report()
    write_new(file, erasure_report_pdf(report))
    write_new(evidence, report.record)
    return report.paper


def send_mails(office: Office, progress: Progress | None) -> MailReport:
    """Send all mails that are due."""
    from storage.mail.postman import SmtpPostman

    postman = SmtpPostman(office.mailing.settings(), now)
    try:
        return office.mailing.run(postman, progress)
    finally:
        postman.close()


def write_wording(office: Office, folder: Path) -> list[Path]:
    """The words of the notices as plain text files, where none of them lies yet."""
    need_outside(folder)
    files = office.wording.files()
    paths = [folder / name for name in files]
    if there := [path.name for path in paths if path.exists()]:
        raise name_taken(
            "、".join(there),
            "別のフォルダを指定するか、書き直したものを取り込むなら --take を付けてください",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, files.values(), strict=True):
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError("フォルダに書けません", where=str(folder)) from error
    return paths


def read_wording(office: Office, folder: Path) -> list[str]:
    """Take the text files of this folder as the words of the notices; the names of those that changed."""
    files: dict[str, str] = {}
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ".txt" and path.is_file())
    except OSError as error:
        raise UsageError("フォルダを読めません", where=str(folder)) from error
    for path in found:
        try:
            data = path.read_bytes()[: LARGEST_FILE + 1]
            files[nfc(path.name)] = data.decode("utf-8-sig")
        except OSError as error:
            raise UsageError("ファイルを読めません", where=path.name) from error
        except UnicodeDecodeError as error:
            raise UsageError(
                "文字コードがUTF-8ではありません",
                where=path.name,
                next_step="メモ帳なら「名前を付けて保存」で、文字コードにUTF-8を選んでください。まだ何も変えていません",
            ) from error
    if not files:
        raise UsageError(
            "通知の言葉のファイル（.txt）がありません",
            where=str(folder),
            next_step="先に ikiiki papers wording フォルダ で書き出してください",
        )
    return office.wording.take(files)
