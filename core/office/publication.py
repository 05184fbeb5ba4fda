"""What of a draw is laid open: the files of the public folder, and the report of its ceremony for the ledger."""

from __future__ import annotations

from core.canonical import sha256_hex
from core.draw.events import EVENTS, EventLog
from core.draw.result import RESULT, Result
from core.draw.rules import PARAMS, Params
from core.draw.standing import STANDING, replay
from core.errors import Refused, UsageError
from core.ledger.codes import ACT_WORDS, Act, Content, Unit
from core.ledger.line import LedgerLine, read_line
from core.office.desk import Desk
from core.office.draw_keys import draw_card
from core.office.drawing import Step, is_public, step_of
from core.office.keyring import need_partner
from core.office.ledger import write_line
from core.office.plans import current_draw, next_plan
from core.office.ports import Tx
from core.roles import SITE_WORDS, Right, Site


def chosen_draw(tx: Tx, draw: str | None) -> str:
    """The draw named, or the newest. Raises `UsageError` for one that is not known, `Refused` before the first."""
    newest = current_draw(tx)
    if newest is None:
        raise Refused("公開できる抽選がまだありません", next_step="抽選を行ってください")
    if draw is not None and draw not in tx.draws.names():
        raise UsageError(
            "その抽選はありません", where=draw[:40], next_step="次のどれか: " + " ".join(tx.draws.names())
        )
    return draw or newest


def publication_of(desk: Desk, tx: Tx, draw: str) -> dict[str, bytes]:
    """The files for the public folder, with both sites' public keys. No personal data, no salts, no early reveals."""
    files = tx.draws.files(draw)
    public = {name: data for name, data in files.items() if is_public(name, files)}
    if EVENTS in files:  # before the first event the result itself is the standing
        result = Result.parse(files[RESULT], RESULT)
        log = EventLog.parse(files[EVENTS], result.sha256)
        public[STANDING] = replay(Params.parse(files[PARAMS], PARAMS), result, log.events).to_bytes()
    return public | keys_of_both(tx, draw)


def keys_of_both(tx: Tx, draw: str | None) -> dict[str, bytes]:
    """Both sites' public keys for that draw (None: for the next) by the file names under which they are published."""
    need_partner(tx)
    return {f"{site}.pem": draw_card(tx, site, draw).signing.pem for site in Site}


def ceremony_steps(tx: Tx, draw: str) -> list[tuple[LedgerLine, str]]:
    """The steps of a draw's ceremony that both ledgers tell of, with the file each is about, in the order they were done."""
    files = tx.draws.files(draw)
    of_hash = {f"sha256:{sha256_hex(data)}": file for file, data in files.items()}
    rows = []
    for org in Site:
        for raw in tx.ledger.lines(org):
            _, line = read_line(raw, name=f"ledger-{org}")
            file = of_hash.get(line.ref) or (RESULT if line.ref == f"draw:{draw}" else None)
            if file and line.act in _CEREMONY:
                rows.append((line, file))
    return sorted(rows, key=lambda row: (row[0].at, row[0].org, row[0].seq))


class Publication:
    """Laying a draw open, and telling how it was held."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def files(self, draw: str | None = None) -> tuple[str, dict[str, bytes]]:
        """(draw, the files of its public folder); the newest draw unless another is named."""
        with self._desk.reading() as tx:
            name = chosen_draw(tx, draw)
            return name, publication_of(self._desk, tx, name)

    def keys(self) -> dict[str, bytes]:
        """Both sites' public keys, by file name: the ward's notice gives their SHA-256.

        Of the newest draw; where that is over and another follows, those that one will begin with.
        """
        with self._desk.reading() as tx:
            draw = current_draw(tx)
            over = draw is not None and (
                next_plan(tx) is not None or step_of(tx.draws.files(draw)) is Step.ABANDONED
            )
            return dict(sorted(keys_of_both(tx, None if over else draw).items()))

    def published(self, draw: str) -> None:
        """Enter in the ledger that the folder of this draw was written, with the hash of its file hashes."""
        with self._desk.writing(Right.EXPORT) as tx:
            public = publication_of(self._desk, tx, draw)
            listing = "".join(f"{sha256_hex(data)}  {name}\n" for name, data in sorted(public.items()))
            write_line(
                self._desk, tx, Act.PUBLISH, Content.DRAW_FILES, len(public), Unit.FILES,
                ref=f"sha256:{sha256_hex(listing.encode())}",
            )  # fmt: skip

    def report(self, draw: str | None = None) -> str:
        """How the ceremony was held: when, who (staff ids), which file and hash, from both sites' ledgers.

        In Japanese, to be kept with the ledger: making it is a ledger line that carries its SHA-256. The other site's
        part is what its ledger has told by now.
        """
        with self._desk.reading(Right.LEDGER_READ) as tx:
            name = chosen_draw(tx, draw)
            rows = ceremony_steps(tx, name)
            public = publication_of(self._desk, tx, name)
        text = [f"抽選 {name} の記録", "", "日時 / だれが / 何を / 記録 / 管理簿の行"]
        text += [
            f"{line.at}  {SITE_WORDS[line.org]} {line.actor}  {ACT_WORDS[line.act]}  {file}  {line.org} {line.seq}行目"
            for line, file in rows
        ]
        text += ["", "公開される記録と確認番号（SHA-256）"]
        text += [
            f"{sha256_hex(data)}  {file}"
            for file, data in sorted(public.items())
            if not file.endswith((".sig", ".pem"))
        ]
        document = "\n".join(text) + "\n"
        if self._desk.actor.may(Right.LEDGER_ADD):
            with self._desk.writing(Right.LEDGER_ADD) as tx:
                write_line(
                    self._desk, tx, Act.REPORT, Content.REPORT, 1, Unit.FILES,
                    ref=f"sha256:{sha256_hex(document.encode())}",
                )  # fmt: skip
        return document


_CEREMONY = frozenset({Act.SEAL, Act.FREEZE, Act.OPEN, Act.DICE, Act.DRAW, Act.CANCEL})
