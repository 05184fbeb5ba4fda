"""Every reader of bytes that others wrote, each as a function of bytes alone, with what it would find on a good day.

What lies behind a signature or a password is reached: the fuzzer's bytes are signed, zipped or wrapped here, as a partner
gone bad would. A reader may give any value, or raise an `IkiikiError` that tells people what, where and what next.
"""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

from core.canonical import sha256_hex
from core.columns import parse_mapping, recognise
from core.draw.abandoned import Abandoned
from core.draw.events import EventLog, Head
from core.draw.result import Result
from core.draw.roll import Roll
from core.draw.rules import Params
from core.draw.steps import Commits, Dice, Freeze, Opened, Reveal, SeedInput
from core.draw.verify import verify
from core.errors import IkiikiError
from core.exchange import letters
from core.exchange.card import read_card
from core.exchange.codes import hear, make_codes, read_codes
from core.exchange.handback import read_head, split_file
from core.exchange.happenings import (
    Happening,
    read_happenings,
    read_watch,
)
from core.exchange.listing import read_listing, read_void, write_listing
from core.exchange.manifest import read_manifest, read_sealed
from core.exchange.names import BundleName, Channel
from core.exchange.receipt import (
    Receipt,
    heartbeat_name,
    read_heartbeat,
    read_receipt,
    write_heartbeat,
    write_receipt,
)
from core.exchange.signed import domain
from core.exchange.state import CourierState, Outcome, read_state
from core.exchange.strict import ZEROS
from core.keys import SigningKey, to_base64
from core.ledger.checkpoint import read_checkpoint
from core.ledger.line import read_line
from core.ledger.roster import read_roster
from core.mail_settings import MailSettings
from core.office.lines import from_jsonl, steers
from core.office.openings import read_openings
from core.people.dates import read_birth_date, read_date, read_timestamp
from core.people.fields import Field
from core.people.reading import ReadingRules, read_applicant, read_submitted_at
from core.people.reading import read_receipt as read_number
from core.programme import from_canonical, parse_programme, programme_template, to_canonical
from core.register_kinds import REGISTERS, read_items
from core.roles import Site
from core.wording import default_files, read_wording
from storage.backup.container import reading
from storage.bundles import zips
from storage.bundles.handback import open_handback
from storage.courier.journal import Journal
from storage.readers import read_table
from storage.remotes.box.settings import BoxSettings
from storage.vault.header import parse_header
from storage.vault.knocks import read_knocks
from storage.vault.marks import read_mark
from tests.fuzz import good
from tests.fuzz.parser import Parser, text_of, untold
from tests.fuzz.parsers_beside import readers
from tui.keys import read_keys

RULES = ReadingRules(dt.date(2026, 4, 1), 60, "東京都", "新宿区", frozenset("AB"), dt.date(2026, 5, 8))
CORPUS = Path(__file__).parent / "corpus"
"""Inputs that once did harm, and others worth keeping: a folder for each reader."""


@cache
def _room() -> Path:
    """A private folder for readers that take a path; one for each process."""
    made = tempfile.TemporaryDirectory(prefix="ikiiki-fuzz-")
    _rooms.append(made)
    path = Path(made.name)
    path.chmod(0o700)
    return path


_rooms: list[tempfile.TemporaryDirectory[str]] = []


def _laid(data: bytes, name: str) -> Path:
    path = _room() / name
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def _signed(kind: str, line: bytes, key: SigningKey) -> bytes:
    """Signed by somebody who signs whatever they like."""
    line = line.split(b"\n")[0] + b"\n"
    return line + to_base64(key.sign(domain(kind) + line)).encode("ascii") + b"\n"


# -- lists, and what stands in them ---------------------------------------------------------------------------------


def _table(data: bytes) -> object:
    table = read_table(_laid(data, "list.csv"))
    columns = recognise(table.header, name=table.name)
    return [read_applicant(columns.fields_of(row), RULES) for row in table.rows[:50]]


def _part(data: bytes) -> object:
    """A workbook, one part of which is the fuzzer's; the first byte says which."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        changed = good.PARTS[data[0] % len(good.PARTS)] if data else ""
        for name, content in good.book().items():
            package.writestr(name, data[1:] if name == changed else content)
    return _table(buffer.getvalue())


def _dates(data: bytes) -> object:
    text = text_of(data)
    kept = read_date(text), read_date(text, keyed=True), read_timestamp(text)
    return (
        *kept,
        read_birth_date(text, RULES.reference_date),
        read_birth_date(text, RULES.reference_date, keyed=True),
    )


def _row(data: bytes) -> object:
    cells: dict[Field, str | tuple[str, ...]] = dict(zip(Field, text_of(data).split("|"), strict=False))
    if isinstance(wishes := cells.get(Field.PREFERENCE), str):
        cells[Field.PREFERENCE] = tuple(wishes.split("/"))
    read = read_applicant(cells, RULES), read_number(cells), read_submitted_at(cells)
    applicant = read[0].applicant
    for text in (applicant.kana, applicant.address, applicant.email, applicant.phone):
        assert not text or not steers(text), "steers a terminal"
    return read


def _items(data: bytes) -> object:
    first, *rest = text_of(data).split("\n")
    register = list(REGISTERS.values())[
        (sum(first.encode("utf-8", "surrogateescape")) - ord("A")) % len(REGISTERS)
    ]
    return read_items(
        register, dict(zip((item.name for item in register.items), rest, strict=False)), good.NOW.date()
    )


# -- files of settings ----------------------------------------------------------------------------------------------


def _wording(data: bytes) -> object:
    names = sorted(default_files("AB"))
    return read_wording({names[data[0] % len(names)]: text_of(data[1:])} if data else {}, "AB")


# -- documents of the exchange --------------------------------------------------------------------------------------


def _signed_by(kind: str, key: SigningKey, read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    return lambda data: (_refusing(read, data), read(_signed(kind, data, key)))


def _refusing(read: Callable[[bytes], object], data: bytes) -> None:
    """As it came: hardly ever signed, and refused as politely."""
    try:
        read(data)
    except IkiikiError as error:
        assert not untold(error), (untold(error), error.what)


def _inner(data: bytes) -> object:
    line = data.rstrip(b" ")
    return read_sealed(line + b" " * (-len(line) % 1024), good.BUNDLE)


def _zip(data: bytes) -> object:
    return zips.open_zip(data, good.PASSWORD, most=9, limit=100_000, name=good.BUNDLE.zip)


def _journal(data: bytes) -> object:
    return Journal(_laid(data, "journal.jsonl"))


def _backup(data: bytes) -> object:
    with reading(_laid(data, "backup.zip")) as found:
        return found.header, list(found.parts)


# -- the draw -------------------------------------------------------------------------------------------------------


STEPS: dict[str, Callable[[bytes], object]] = {
    "params.txt": lambda data: Params.parse(data, "params.txt"),
    "commits.txt": lambda data: Commits.parse(data, "commits.txt"),
    "list.txt": lambda data: Roll.parse(data, "list.txt"),
    "freeze.txt": lambda data: Freeze.parse(data, "freeze.txt"),
    "reveal-ward.txt": lambda data: Reveal.parse(data, "reveal-ward.txt"),
    "opened.txt": lambda data: Opened.parse(data, "opened.txt"),
    "dice-ward.txt": lambda data: Dice.parse(data, "dice-ward.txt"),
    "seed-input.txt": lambda data: SeedInput.parse(data, "seed-input.txt"),
    "result.txt": lambda data: Result.parse(data, "result.txt"),
    "head-ward.txt": lambda data: Head.parse(data, "head-ward.txt"),
    "events.txt": lambda data: EventLog.parse(data, sha256_hex(good.drawn()["result.txt"]), "events.txt"),
    "abandoned-ward.txt": lambda data: Abandoned.parse(data, "abandoned-ward.txt"),
}


def _step(data: bytes) -> object:
    """One file of a draw; the first byte says which."""
    read = list(STEPS.values())[data[0] % len(STEPS)] if data else STEPS["params.txt"]
    return read(data[1:])


def _steps() -> list[bytes]:
    return [bytes([index]) + good.drawn()[name] for index, name in enumerate(STEPS) if name in good.drawn()]


def _folder(data: bytes) -> object:
    """A public folder with one file changed: findings in words, whatever it holds."""
    from tests.core.draw.played import PUBLIC

    names = sorted(good.drawn())
    changed = {names[data[0] % len(names)]: data[1:]} if data else {}
    report = verify(good.drawn() | changed, PUBLIC)
    assert all(finding.text and finding.file for finding in report.findings)
    return report


def _folders() -> list[bytes]:
    return [bytes([index]) + good.drawn()[name] for index, name in enumerate(sorted(good.drawn()))]


def _all() -> Iterator[Parser]:
    beat = heartbeat_name(Site.CONTRACTOR, 1, good.NOW)
    said = write_receipt(Receipt(Site.WARD, good.BUNDLE, ZEROS, good.NOW.isoformat()), good.COURIER)
    listing = write_listing([(str(good.BUNDLE), ZEROS)])
    own, theirs, line = good.SENDER.signing, good.COURIER, b"\n"

    def first(data: bytes) -> list[bytes]:
        return [data.split(line)[0]]

    yield Parser("list, CSV or whatever comes", _table, lambda: good.samples(".csv"))
    yield Parser("list, XLSX as a whole", _table, lambda: good.samples(".xlsx"))
    yield Parser("list, one part of an XLSX", _part, good.parts)
    yield Parser(
        "dates",
        _dates,
        lambda: [b"S25.3.4", "昭和二十五年三月四日".encode(), b"1950/3/4", b"2026/04/02 10:00"],
    )
    yield Parser("one applicant's row", _row, lambda: [good.ROW.encode()])
    yield Parser("an entry of a register", _items, good.entries)
    yield Parser(
        "columns.toml",
        lambda d: parse_mapping(text_of(d)),
        lambda: ['[columns]\n"なまえ" = "kana"\n'.encode()],
    )
    yield Parser(
        "programme.toml",
        lambda d: parse_programme(text_of(d)),
        lambda: [good.SMALL.encode(), programme_template().encode()],
    )
    yield Parser("programme, canonical", from_canonical, lambda: [to_canonical(parse_programme(good.SMALL))])
    yield Parser("wording of the notices", _wording, good.wordings)
    yield Parser(
        "mail.toml",
        lambda d: MailSettings.from_toml(text_of(d)),
        lambda: [b'host = "a.jp"\nsender = "a@a.jp"\nport = 465\n'],
    )
    yield Parser(
        "keys.toml",
        lambda d: read_keys(text_of(d), "keys.toml"),
        lambda: [b'"intake.new" = "f11"\n[intake]\nnew = "f10"\n'],
    )
    yield Parser(
        "box.toml",
        lambda d: BoxSettings.from_toml(text_of(d)),
        lambda: [b'folder = "1"\nclient_id = "x"\nuser = "2"\nclient_secret = "s"\ncollaborators = ["a"]\n'],
    )
    yield Parser(
        "manifest, signed",
        lambda d: read_manifest(d, own.public, name=good.BUNDLE),
        lambda: [good.manifest()],
    )
    yield Parser(
        "manifest, what is signed",
        _signed_by("manifest", own, lambda d: read_manifest(d, own.public, name=good.BUNDLE)),
        lambda: first(good.manifest()),
    )
    yield Parser("manifest, what is sealed", _inner, lambda: [good.sealed()])
    yield Parser(
        "what is handed back, as a whole",
        lambda d: open_handback(d, signer=own.public, recipient=good.RECEIVER.opening, name="file"),
        lambda: [good.handback()],
    )
    yield Parser(
        "what is handed back, what is signed",
        _signed_by("handback", own, lambda d: read_head(d, own.public)),
        lambda: first(split_file(good.handback(), name="file")[0]),
    )
    yield Parser("card", _signed_by("card", own, read_card), lambda: first(good.card()))
    yield Parser(
        "codes",
        _signed_by("codes", own, lambda d: read_codes(d, own.public)),
        lambda: first(make_codes(good.SENDER, 1)),
    )
    yield Parser(
        "a code as it is typed",
        lambda d: hear(text_of(d)),
        lambda: [letters.spoken("0123456789ABCDEFGHJKMNPQR").encode()],
    )
    yield Parser(
        "checkpoint",
        _signed_by("checkpoint", own, lambda d: read_checkpoint(d, own.public)),
        lambda: first(good.checkpoint()),
    )
    yield Parser(
        "receipt",
        _signed_by("receipt", theirs, lambda d: read_receipt(d, theirs.public, bundle=good.BUNDLE)),
        lambda: first(said),
    )
    yield Parser(
        "heartbeat",
        _signed_by(
            "heartbeat", theirs, lambda d: read_heartbeat(d, theirs.public, site=Site.CONTRACTOR, name=beat)
        ),
        lambda: first(write_heartbeat(Site.CONTRACTOR, 1, good.NOW, theirs)),
    )
    yield Parser(
        "list of bundles",
        lambda d: (read_listing(d, name="listing"), read_void(d, BundleName(1, Channel.TO_WARD, 2))),
        lambda: [listing],
    )
    yield Parser(
        "zip, encrypted", _zip, lambda: [zips.make_zip({"bundle.zip": b"content" * 9}, good.PASSWORD)]
    )
    yield Parser(
        "zip within",
        lambda d: zips.unpack(d, most=9, name=good.BUNDLE.zip),
        lambda: [zips.pack({"a.csv": b"content", "b": b""})],
    )
    yield Parser(
        "JSON lines of a bundle", lambda d: from_jsonl(d, "records.jsonl"), lambda: [b'{"a":1}\n{"b":[]}\n']
    )
    yield Parser("openings", lambda d: read_openings("hiking-2026-1", d), lambda: [good.OPENING])
    yield Parser("ledger line", lambda d: read_line(d, name="ledger"), lambda: [good.ledger_line()])
    yield Parser("roster", read_roster, lambda: [good.roster()])
    yield Parser("files of a draw", _step, _steps)
    yield Parser("a draw's public folder", _folder, _folders)
    yield Parser(
        "vault.json",
        parse_header,
        good.headers,
    )
    yield Parser(
        "knocks.jsonl",
        lambda d: _laid(d, "knocks.jsonl") and read_knocks(_room(), good.NOW),
        lambda: [
            b'{"at":"2026-05-11T09:30:00+09:00","id":"0123456789abcdef","reason":"failed","staff_id":"a","terminal":"pts/0 192.0.2.7"}\n'
        ],
    )
    yield Parser(
        "mark",
        lambda d: _laid(d, f"{good.MARKED}.json") and read_mark(_room(), good.MARKED),
        lambda: [f'{{"counter":3,"generation":1,"vault_id":"{good.MARKED}"}}\n'.encode()],
    )
    yield Parser("backup", _backup, good.backups)
    yield Parser(
        "courier's journal",
        _journal,
        lambda: [
            f'{{"at":"{good.NOW.isoformat()}","bundle":"{good.BUNDLE}","event":"sent","manifest_sha1":"","manifest_sha256":"{ZEROS}"}}\n'.encode()
        ],
    )
    yield Parser(
        "courier's state",
        read_state,
        lambda: [CourierState(good.NOW.isoformat(), good.NOW.isoformat(), Outcome.DONE).to_bytes()],
    )
    yield Parser(
        "Box's log as kept",
        read_happenings,
        lambda: [Happening("1", good.NOW.isoformat(), *["x"] * (len(fields(Happening)) - 2)).line()],
    )
    yield Parser("how far Box's log was read", read_watch, lambda: [good.watch()])
    yield from readers(_laid)


PARSERS = {parser.name: parser for parser in _all()}

__all__ = ["CORPUS", "PARSERS", "Parser", "untold"]
