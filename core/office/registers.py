"""The registers: entering what was done, and reading it. Each entry is a line of the ledger that carries its hash.

An entry is never changed: what is entered again under the same key is a new version, and what is over is ended by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import Refused, UsageError
from core.ledger.codes import Act, Place, Unit
from core.ledger.line import read_line
from core.office.desk import Desk, iso
from core.office.ledger import write_line
from core.office.ports import Tx
from core.office.seating import today
from core.people.kana import fold_kana
from core.register_kinds import CLAUSES, REGISTERS, Entry, Form, Kind, Register, read_items
from core.roles import Right, Site


def newest(entries: Iterable[Entry]) -> list[Entry]:
    """Of each entry the newest version, in the order they were first written."""
    found: dict[tuple[Kind, str], Entry] = {}
    for entry in entries:
        found[entry.kind, entry.key] = entry
    return list(found.values())


def in_force(tx: Tx, kind: Kind) -> list[Entry]:
    """What counts now."""
    return [entry for entry in newest(tx.registers.all()) if entry.kind is kind and not entry.ended]


def clauses_read(tx: Tx) -> int:
    """How many of the clauses everybody must know are acknowledged as they stand now."""
    return sum(entry.body["state"] == "read" and entry.key in CLAUSES for entry in in_force(tx, Kind.CLAUSE))


class Registers:
    """The use cases of the registers' windows and `ikiiki register`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def entries(self, kind: Kind | None = None, *, everything: bool = False) -> list[Entry]:
        """Entries in their newest version, newest day first; `everything`: those that have ended too."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            found = newest(tx.registers.all())
        found = [one for one in found if (kind is None or one.kind is kind) and (everything or not one.ended)]
        return sorted(found, key=lambda one: (one.on, one.at), reverse=True)

    def history(self, kind: Kind, key: str) -> list[Entry]:
        """Every version of one entry, oldest first."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return [one for one in tx.registers.all() if (one.kind, one.key) == (kind, key)]

    def add(self, kind: Kind, given: Mapping[str, str]) -> Entry:
        """Enter something, or a new version of what has the same key. Raises `UsageError` naming the item."""
        register = REGISTERS[kind]
        if kind is Kind.LOG_REVIEW:
            raise Refused(
                "操作ログの点検は、手では記入できません。点検して署名すると、記入されます",
                next_step="F5 の「ログの点検」（ikiiki log review）で点検し、署名してください",
            )
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            body = self.read(tx, kind, given)
            mine = [one for one in tx.registers.all() if one.kind is kind]
            key = body[register.key] if register.key else f"{len({one.key for one in mine}) + 1}"
            return self.write(tx, kind, key, body)

    def read(self, tx: Tx, kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
        """The items of an entry as they would be stored. Raises `UsageError`, also where one names an applicant."""
        body = read_items(REGISTERS[kind], given, today(self._desk))
        refuse_applicants(tx, REGISTERS[kind], body)
        return body

    def end(self, kind: Kind, key: str) -> Entry:
        """It is no longer in force. Raises `UsageError` for one that is not, `Refused` for what cannot end."""
        register = REGISTERS[kind]
        if not register.key or kind is Kind.CLAUSE:
            raise Refused(
                f"{register.words}の記録は終わらせられません",
                next_step="誤りは、正しい内容をもう一度記入してください",
            )
        with self._desk.writing(Right.LEDGER_ADD) as tx:
            entry = need(tx, kind, key)
            return self.write(tx, kind, key, entry.body, ended=True)

    def write(
        self,
        tx: Tx,
        kind: Kind,
        key: str,
        body: Mapping[str, str],
        *,
        ended: bool = False,
        act: Act | None = None,
    ) -> Entry:
        """The next version of an entry and its line in the ledger, in the caller's transaction."""
        register = REGISTERS[kind]
        before = [one for one in tx.registers.all() if (one.kind, one.key) == (kind, key)]
        moment = self._desk.now()
        entry = Entry(kind, key, len(before) + 1, dict(body), ended, iso(moment), self._desk.actor.staff_id)
        tx.registers.add(entry)
        line_act, qty, unit, of = act or register.act, 1, Unit.TIMES, Place.NONE
        if ended:
            line_act = Act.END
        elif kind is Kind.CLAUSE:  # tells the other site how many stand acknowledged
            line_act = register.act if body["state"] == "read" else Act.UPDATE
            qty, unit = clauses_read(tx), Unit.RECORDS
        elif kind is Kind.INCIDENT:
            qty, unit = int(body["people"]), Unit.PEOPLE
            if body.get("line"):  # the other site's own: it need not be told of it (`core.office.incidents`)
                of = Place(self._desk.actor.site.other.value)
        write_line(
            self._desk, tx, line_act, register.content, qty, unit, from_=of, ref=f"sha256:{entry.sha256}"
        )
        self._desk.log(tx, "register", f"{kind.value} {line_act.value} v{entry.version}")
        return entry

    def unproven(self) -> list[Entry]:
        """Versions that no line of this site's ledger carries: somebody altered the table."""
        with self._desk.reading(Right.LEDGER_READ) as tx:
            return unproven(tx, self._desk.actor.site)


def unproven(tx: Tx, site: Site) -> list[Entry]:
    """As `Registers.unproven`, in the caller's transaction."""
    told = {
        read_line(raw, name="ledger.hkl")[1].ref for raw in tx.ledger.lines(site) if b'"ref":"sha256:' in raw
    }
    return [one for one in tx.registers.all() if f"sha256:{one.sha256}" not in told]


def need(tx: Tx, kind: Kind, key: str) -> Entry:
    """The entry of that key in force. Raises `UsageError`."""
    found = next((one for one in in_force(tx, kind) if one.key == key.strip()), None)
    if found is None:
        known = "、".join(one.key for one in in_force(tx, kind)) or "なし"
        raise UsageError(
            f"その{REGISTERS[kind].words}は台帳にありません",
            where=key[:40],
            next_step=f"いまあるもの: {known}",
        )
    return found


def refuse_applicants(tx: Tx, register: Register, body: Mapping[str, str]) -> None:
    """Raises `UsageError` where a text names an applicant: what leaves with an erasure must not stand in a register."""
    refuse_text(tx, {i.words: body[i.name] for i in register.items if i.form is Form.TEXT and i.name in body})


def refuse_text(tx: Tx, texts: Mapping[str, str]) -> None:
    """As `refuse_applicants`, for texts by what they are called."""
    folded = {words: _folded(text) for words, text in texts.items()}
    if not any(folded.values()):
        return
    for application in tx.applications.all():
        name = _folded(application.applicant.kana)
        for words, text in folded.items():
            if len(name) >= 4 and name in text:
                raise UsageError(
                    f"{words}に応募者の氏名があります。何も記入していません", where=words,
                    next_step="氏名を書かず、受付番号で書いてください",
                )  # fmt: skip


def _folded(text: str) -> str:
    return fold_kana(text)
