"""What lies in a vault's folder and is damaged, as far as that can be seen without a password: each file by its name, and how
it is mended.

The header has a checksum, the database a length, the courier's papers a form, and bundles and receipts signatures; what is in
the database is looked at after a login (`storage.vault.integrity`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from core.checks import Check, failed, passed
from core.errors import IkiikiError, IntegrityFailure
from core.exchange.card import PartnerCard
from core.exchange.happenings import read_happenings, read_watch
from core.exchange.manifest import MANIFEST_LIMIT, read_manifest
from core.exchange.names import MANIFEST, RECEIPT, ZIP, BundleName, bundle_name
from core.exchange.receipt import RECEIPT_LIMIT, read_receipt
from core.exchange.state import STATE_LIMIT, read_state
from core.keys import VerifyKey
from storage.boxes import JOURNAL, LOG, PAPER_LIMIT, STATE, WATCH
from storage.bundles.sealing import check_zip_facts
from storage.courier.folder import Folders, Identity, measured, read_identity
from storage.courier.journal import Journal
from storage.remotes.durable import open_file, read_file
from storage.vault.header import parse_header, read_header_bytes
from storage.vault.knocks import UNREADABLE, read_knocks
from storage.vault.sqlcipher import PAGE_BYTES

RESTORE = "使うのをやめ、フォルダごと別に残してから、控えから復元してください（ikiiki restore）"
RESENT = "そのまま残し、ikiiki sync を実行してください。保管庫に残る封印から書き直されます"
AGAIN = "そのまま残し、ikiiki sync を2回実行してください。証拠に移され、取り直されます。共有先にもうないときは、相手方に連絡してください"
REFUSED = "そのまま残し、ikiiki sync を2回実行してください。証拠に移され、相手の受領書を取り直します"
REWRITTEN = "別に残してから消し、ikiiki sync を実行してください。書き直されます"
KEPT = "そのまま残し、取扱責任者に知らせてください。控えから復元できます（ikiiki restore）"
_NOW = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def damaged_files(vault: Path) -> list[Check]:
    """One line for each damaged file, or one that says there is none."""
    found = [*_of_vault(vault), *_of_courier(vault)]
    return found or [
        passed("files.damage", "壊れたファイル", "見出し・通信係の記録・送受信の束を確かめました")
    ]


def _damaged(name: str, path: Path, vault: Path, error: IkiikiError, next_step: str) -> Check:
    where = path.relative_to(vault) if path.is_relative_to(vault) else path
    return failed(
        f"files.damage.{name}", "壊れたファイル", f"{where}: {error.what}", next_step,
        integrity=isinstance(error, IntegrityFailure),
    )  # fmt: skip


def _looked(
    name: str, path: Path, vault: Path, next_step: str, look: Callable[[], object]
) -> Iterator[Check]:
    try:
        look()
    except IkiikiError as error:
        yield _damaged(name, path, vault, error, next_step)
    except OSError as error:
        yield _damaged(
            name,
            path,
            vault,
            IkiikiError(f"読めません（{error.strerror}）"),
            "権限とディスクを確かめてください",
        )


def _of_vault(vault: Path) -> Iterator[Check]:
    names: list[str] = []

    def header() -> None:
        names.append(parse_header(read_header_bytes(vault)).database)

    yield from _looked("header", vault / "vault.json", vault, RESTORE, header)
    for name in names:
        yield from _looked("database", vault / name, vault, RESTORE, partial(_whole_pages, vault / name))
    yield from _looked(
        "knocks", vault / "knocks.jsonl", vault, "中を取扱責任者に見せ、次のログインで操作ログに残ることを確かめてください",
        partial(_readable_knocks, vault),
    )  # fmt: skip


def _whole_pages(path: Path) -> None:
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise IntegrityFailure("保管庫のデータベースがありません") from error
    if size == 0 or size % PAGE_BYTES:
        raise IntegrityFailure("途中で切れています")


def _readable_knocks(vault: Path) -> None:
    if any(knock.reason == UNREADABLE for knock in read_knocks(vault, _NOW)):
        raise IntegrityFailure("ログイン失敗の記録に、読めない行があります")


def _of_courier(vault: Path) -> Iterator[Check]:
    folders = Folders(vault)
    if not folders.courier.is_dir():
        return
    papers: tuple[tuple[str, str, str, Callable[[Path], object]], ...] = (
        ("journal", JOURNAL, KEPT, _journal),
        ("log", LOG, KEPT, _happenings),
        ("watch", WATCH, REWRITTEN, lambda path: read_watch(_bytes(path, PAPER_LIMIT))),
        ("state", STATE, REWRITTEN, lambda path: read_state(_bytes(path, STATE_LIMIT))),
    )
    for name, file, next_step, read in papers:
        path = folders.courier / file
        if path.exists():
            yield from _looked(name, path, vault, next_step, partial(read, path))
    try:
        identity = read_identity(folders)
    except IkiikiError:
        return  # `keys.courier` says so
    for folder, next_step in ((folders.outbox, RESENT), (folders.inbox, AGAIN), (folders.answers, KEPT)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            yield from _bundle(path, vault, identity, next_step, sent=folder == folders.outbox)


def _bundle(path: Path, vault: Path, identity: Identity, next_step: str, *, sent: bool) -> Iterator[Check]:
    if bundle := bundle_name(path.name, MANIFEST):
        one = identity.of(bundle.epoch)
        if one is not None:
            card = one.own if sent else one.partner
            yield from _looked("bundle", path, vault, next_step, partial(_whole, path, bundle, card))
    elif bundle := bundle_name(path.name, RECEIPT):
        one = identity.of(bundle.epoch)
        if one is not None:
            key = one.partner.courier if sent else one.own.courier
            step = REFUSED if sent else REWRITTEN
            yield from _looked(
                "receipt",
                path,
                vault,
                step,
                partial(_receipt, path, bundle, key),
            )
    elif (bundle := bundle_name(path.name, ZIP)) and not path.with_name(bundle.manifest).exists():
        yield _damaged("bundle", path, vault, IntegrityFailure("送り状がありません"), next_step)


def _whole(path: Path, bundle: BundleName, card: PartnerCard) -> None:
    manifest = read_manifest(_bytes(path, MANIFEST_LIMIT), card.signing, name=bundle)
    stream = open_file(path.with_name(bundle.zip))
    if stream is None:
        raise IntegrityFailure("束の本体（zip）がありません")
    with stream:
        check_zip_facts(manifest, *measured(stream))


def _receipt(path: Path, bundle: BundleName, key: VerifyKey) -> None:
    read_receipt(_bytes(path, RECEIPT_LIMIT), key, bundle=bundle)


def _happenings(path: Path) -> None:
    _ended_lines(path)
    read_happenings(_bytes(path, PAPER_LIMIT))


def _journal(path: Path) -> None:
    _ended_lines(path)
    Journal(path)


def _ended_lines(path: Path) -> None:
    data = _bytes(path, PAPER_LIMIT)
    if data and not data.endswith(b"\n"):
        raise IkiikiError("最後の行が途中で切れています")


def _bytes(path: Path, limit: int) -> bytes:
    data = read_file(path, limit)
    if data is None:
        raise IntegrityFailure("ふつうのファイルではありません")
    return data
